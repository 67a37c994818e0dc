public import Grid
import Signing

/// One entry of the log: a request and what the writer added to it.
public struct Entry: Hashable, Sendable {
  /// Where a posting stands in the history of its account, commodity and layer.
  public struct Place: Hashable, Sendable {
    /// Counted from 1 without a gap.
    public let ordinal: UInt64
    /// The balance after it.
    public let balanceAfter: Int64

    init(ordinal: UInt64, balanceAfter: Int64) {
      self.ordinal = ordinal
      self.balanceAfter = balanceAfter
    }
  }

  /// When it was written; strictly increasing.
  public let recordedAt: Timestamp
  /// What was asked for.
  public let request: EntryRequest
  /// One for each leg of the request, in its order.
  public let places: [Place]
  /// The hash of the request, when it has a source.
  public let requestHash: Digest?

  /// The entry of canonical bytes.
  ///
  /// Only the form is checked; the rules need the book.
  public init(_ bytes: [UInt8]) throws(LedgerRefusal) {
    self = try EntryReader.entry(bytes).entry
  }

  /// The entry of canonical bytes.
  public init(_ bytes: Span<UInt8>) throws(LedgerRefusal) {
    try self.init(Array(copying: bytes))
  }

  init(
    recordedAt: Timestamp, request: EntryRequest, places: [Place], requestHash: Digest?
  ) {
    self.recordedAt = recordedAt
    self.request = request
    self.places = places
    self.requestHash = requestHash
  }

  /// The canonical bytes of the entry.
  public var bytes: [UInt8] {
    var written = CBOR.Writer(capacity: 512)
    request.write(to: &written)
    var writer = CBOR.Writer(capacity: 512)
    request.write(to: &writer, recordedAt, places, requestHash, written: written)
    return writer.bytes
  }

  /// SHA-256(0x00 || bytes): the leaf of an entry in the tree, and its name in print.
  public static func leafHash(_ bytes: [UInt8]) -> Digest {
    MerkleHash.leaf(bytes)
  }
}
