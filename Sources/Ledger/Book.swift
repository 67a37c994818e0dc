public import Grid
public import Signing

/// The ledger in memory: takes requests, makes entries, and holds every rule while it does.
///
/// The entries are the ledger; all of this can be rebuilt from them by `replay`. Time is told. A
/// request that is refused changes nothing. One owner: the writer of the log, or whoever verifies
/// it.
///
/// About 250 bytes an entry stay in memory: the tree, the request keys, and the legs.
public struct Book: Sendable {
  /// The key of the log, from its first entry; nil while there is none.
  public internal(set) var logKey: VerifierKey?
  /// The tree over all entries.
  public internal(set) var tree = MerkleTree()
  /// The time of the last entry.
  public internal(set) var lastRecordedAt: Timestamp?
  /// The end of the last period that was closed.
  public internal(set) var closedUntil: Timestamp?
  /// The commodities; the first has the number 1.
  public internal(set) var commodities: [Commodity] = []

  var keys: [AuthorID: EnrolledKey] = [:] { didSet { poster = nil } }
  // The author whose right to post was looked up last: nearly all entries are of one.
  var poster: AuthorID?
  var quorums: [Right: Int] = [:]
  // Until the first request came, the writer founds the log and may say more by itself.
  var isFounding = true

  var accounts = AccountTable()
  var slots = SlotTable()
  var history = HistoryTable()
  var taken = RequestTable()
  var holds: [UInt64: Hold] = [:]
  // No open hold runs out before it, though it may be earlier than the first that does; nil with
  // none.
  var firstExpiry: Timestamp?
  var reversedBy: [UInt64: UInt64] = [:]

  var journal = Journal()
  var sums: [LayerSum] = []
  var stamp: UInt64 = 0
  // What the request hash covers, and the entry that repeats most of it.
  var scratch = CBOR.Writer(capacity: 512)
  var entryScratch = CBOR.Writer(capacity: 512)
  var transfer = TransferReader()

  /// A book without entries. The first must be the key of the log itself.
  public init() {}

  /// Makes room for `entries` in all, so that a long replay does not move its tables again and
  /// again.
  public mutating func reserve(_ entries: Int) {
    // What a file claims of itself must not take all memory.
    let entries = min(entries, 10_000_000)
    taken.reserve(entries)
    history.reserve(entries)
    tree.reserve(entries)
  }

  /// The name of the log, which is that of its key; nil before the first entry.
  public var origin: String? { logKey?.name }

  /// How many entries there are; also the index of the next.
  public var size: UInt64 { UInt64(tree.size) }

  /// The checkpoint of now; nil before the first entry.
  public var checkpoint: Checkpoint? {
    origin.map { Checkpoint(origin: $0, size: size, root: tree.root) }
  }
}

/// An entry that was written, now or before.
public struct Appended: Hashable, Sendable {
  /// Its place in the log.
  public let index: UInt64
  /// Its bytes, to be stored; empty when `isReplayed`, because they are stored already.
  public let bytes: [UInt8]
  /// Its leaf in the tree.
  public let leafHash: Digest
  /// True when the same request made it before and nothing was written.
  public let isReplayed: Bool
}

/// The request of a batch that was refused, and with it the whole batch.
public struct BatchRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// The place of the request in the batch, from 0.
  public let place: Int
  /// Why.
  public let refusal: LedgerRefusal

  /// The place and the reason.
  public var description: String { "request \(place): \(refusal)" }
}

extension Book {
  /// Writes one entry.
  ///
  /// It is recorded at `now`, or a microsecond after the last entry if the clock went back. The
  /// same request of the same author under the same key gives the entry it made before.
  public mutating func append(
    _ request: EntryRequest, now: Timestamp
  ) throws(LedgerRefusal) -> Appended {
    let mark = self.mark
    do throws(LedgerRefusal) {
      let appended = try take(request, now: now)
      journal.removeAll()
      return appended
    } catch {
      undo(to: mark)
      throw error
    }
  }

  /// Writes entries for all requests in their order, or none of them.
  public mutating func append(
    _ requests: [EntryRequest], now: Timestamp
  ) throws(BatchRefusal) -> [Appended] {
    let mark = self.mark
    var appended: [Appended] = []
    appended.reserveCapacity(requests.count)
    for (place, request) in requests.enumerated() {
      do throws(LedgerRefusal) {
        appended.append(try take(request, now: now))
      } catch {
        undo(to: mark)
        throw BatchRefusal(place: place, refusal: error)
      }
    }
    journal.removeAll()
    return appended
  }

  private mutating func take(
    _ request: EntryRequest, now: Timestamp
  ) throws(LedgerRefusal) -> Appended {
    try request.checkForm()
    scratch.removeAll()
    request.write(to: &scratch)
    let hash = request.source == nil ? nil : scratch.hash
    if let earlier = try earlier(request, hash) { return receipt(of: earlier) }
    try authorize(request, hash)
    // A reversal that exists answers for every other one, whoever asks with whatever key.
    if case .reverse = request.data, let reference = request.reference,
      let first = reversedBy[reference]
    {
      return receipt(of: first)
    }
    let recordedAt = max(now, lastRecordedAt.map(Self.after) ?? now)
    let places = try apply(request, recordedAt: recordedAt, expecting: nil)
    entryScratch.removeAll()
    request.write(to: &entryScratch, recordedAt, places, hash, written: scratch)
    let bytes = entryScratch.bytes
    precondition(
      bytes.count <= EntryLimits.bytes, "the limits of a request keep an entry in its own")
    let index = size
    let leaf = record(request, recordedAt, hash, bytes.span)
    return Appended(index: index, bytes: bytes, leafHash: leaf, isReplayed: false)
  }

  /// Takes an entry that was written before, if it meets every rule now as it did then.
  public mutating func replay(_ bytes: [UInt8]) throws(LedgerRefusal) {
    if !takeTransfer(bytes.span) { try replayInFull(bytes) }
  }

  /// Takes an entry that was written before, without a copy where it is a plain transfer.
  public mutating func replay(_ bytes: Span<UInt8>) throws(LedgerRefusal) {
    if !takeTransfer(bytes) { try replayInFull(Array(copying: bytes)) }
  }

  /// The long way, which takes every entry there is and names what is wrong with any other.
  mutating func replayInFull(_ bytes: [UInt8]) throws(LedgerRefusal) {
    let mark = self.mark
    do throws(LedgerRefusal) {
      try retake(bytes)
      journal.removeAll()
    } catch {
      undo(to: mark)
      throw error
    }
  }

  private mutating func retake(_ bytes: [UInt8]) throws(LedgerRefusal) {
    let (entry, hashed) = try EntryReader.entry(bytes)
    let request = entry.request
    try request.checkForm()
    if let last = lastRecordedAt, entry.recordedAt <= last {
      throw .timeNotIncreasing(found: entry.recordedAt, last: last)
    }
    if let source = request.source, let first = taken.find(source) {
      throw .keyConflict(first: first.index)
    }
    let hash = request.source == nil ? nil : SHA256.hash(hashed)
    if case .reverse = request.data, let reference = request.reference,
      let first = reversedBy[reference]
    {
      throw .notReversible(reference, by: first)
    }
    try authorize(request, hash)
    _ = try apply(request, recordedAt: entry.recordedAt, expecting: entry.places)
    // Only now: a changed amount is better called by what it breaks.
    if let hash, let found = entry.requestHash, hash != found {
      throw .requestHashWrong(found: found, computed: hash)
    }
    record(request, entry.recordedAt, entry.requestHash, bytes.span)
  }

  private static func after(_ moment: Timestamp) -> Timestamp {
    Timestamp(microseconds: moment.microseconds + 1)
  }

  /// The entry that the same request made before.
  private func earlier(
    _ request: EntryRequest, _ hash: Digest?
  ) throws(LedgerRefusal) -> UInt64? {
    guard let source = request.source, let hash, let first = taken.find(source) else { return nil }
    guard first.hash == hash else { throw .keyConflict(first: first.index) }
    return first.index
  }

  private func receipt(of index: UInt64) -> Appended {
    Appended(index: index, bytes: [], leafHash: tree.leafHash(Int(index)), isReplayed: true)
  }

  @discardableResult
  private mutating func record(
    _ request: EntryRequest, _ recordedAt: Timestamp, _ hash: Digest?, _ bytes: Span<UInt8>
  ) -> Digest {
    if let source = request.source, let hash {
      taken.add(source, index: size, hash: hash)
      isFounding = false
    }
    history.close(request.data.type, recordedAt, request.effective)
    lastRecordedAt = recordedAt
    return tree.append(bytes)
  }
}

extension Array where Element == UInt8 {
  init(copying bytes: Span<UInt8>) {
    self.init()
    reserveCapacity(bytes.count)
    for place in bytes.indices { append(bytes[place]) }
  }
}
