public import Grid
import Signing

/// The proof that an entry is in a log, for somebody who has nothing but the entry's bytes
/// (C2SP tlog-proof, a draft): index, inclusion path and the checkpoint it leads to.
public struct Receipt: Hashable, Sendable {
  /// The place of the entry.
  public let index: UInt64
  /// The inclusion path, the leaf's sibling first.
  public let path: [Digest]
  /// The checkpoint with its cosignatures, verbatim.
  public let checkpoint: Note

  /// The first line.
  public static let header = "c2sp.org/tlog-proof@v1"
  /// Hashes of the longest path.
  public static let maximumHashes = 63
  /// Bytes of a receipt that is read.
  public static let maximumBytes = Note.maximumBytes + 8_192

  /// A receipt.
  public init(index: UInt64, path: [Digest], checkpoint: Note) {
    self.index = index
    self.path = path
    self.checkpoint = checkpoint
  }

  /// A receipt from its text; a line `extra` after the first is read over, it is not authenticated.
  public init(text: String) throws(ReceiptFault) {
    guard text.utf8.count <= Self.maximumBytes else { throw .tooLong(bytes: text.utf8.count) }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    guard lines.popFirst() == Self.header[...] else { throw .notAReceipt }
    if let extra = lines.first, extra.hasPrefix("extra ") {
      guard Base64.bytes(extra.dropFirst(6)) != nil else { throw .badLine(2) }
      lines.removeFirst()
    }
    guard let place = lines.popFirst(), place.hasPrefix("index "),
      let index = UInt64(place.dropFirst(6)), "index \(index)" == place
    else { throw .badLine(lines.startIndex) }
    var path: [Digest] = []
    while let line = lines.first, !line.isEmpty {
      guard let hash = Base64.bytes(line).flatMap(Digest.init(bytes:)) else {
        throw .badLine(lines.startIndex + 1)
      }
      guard path.count < Self.maximumHashes else { throw .badLine(lines.startIndex + 1) }
      path.append(hash)
      lines.removeFirst()
    }
    guard lines.popFirst() != nil else { throw .noCheckpoint(nil) }
    do throws(NoteFault) {
      self.init(index: index, path: path, checkpoint: try Note(lines.joined(separator: "\n")))
    } catch { throw .noCheckpoint(error) }
  }

  /// The receipt as it is written.
  public var text: String {
    let hashes = path.map { Base64.text($0.bytes) + "\n" }.joined()
    return "\(Self.header)\nindex \(index)\n\(hashes)\n\(checkpoint)"
  }

  /// Shows that `entry` is in a log that the policy believes, or says why it is not shown.
  @discardableResult
  public func verify(
    entry: [UInt8], policy: TrustPolicy
  ) throws(ReceiptFault) -> TrustedCheckpoint {
    let trusted: TrustedCheckpoint
    do throws(TrustFault) { trusted = try policy.judge(checkpoint) } catch { throw .trust(error) }
    let leaf = Entry.leafHash(entry)
    guard
      MerkleProof.includes(
        leafHash: leaf, at: index, size: trusted.checkpoint.size, proof: path,
        root: trusted.checkpoint.root)
    else {
      throw .notIncluded(index: index, leaf: leaf, size: trusted.checkpoint.size)
    }
    return trusted
  }
}

/// Why a receipt proves nothing.
public enum ReceiptFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// Larger than any receipt.
  case tooLong(bytes: Int)
  /// The first line is another.
  case notAReceipt
  /// A line is not what its place asks for.
  case badLine(Int)
  /// No checkpoint follows, or what follows is no note.
  case noCheckpoint(NoteFault?)
  /// The checkpoint is not believed.
  case trust(TrustFault)
  /// The path does not lead from the entry to the root.
  case notIncluded(index: UInt64, leaf: Digest, size: UInt64)

  /// The code and what was found.
  public var description: String {
    switch self {
    case .tooLong(let bytes): "\(bytes) bytes; allowed: \(Receipt.maximumBytes)"
    case .notAReceipt: "the first line is not \(Receipt.header)"
    case .badLine(let line): "line \(line) is neither index nor a hash in base64"
    case .noCheckpoint(let fault): "no checkpoint follows the path\(fault.map { ": \($0)" } ?? "")"
    case .trust(let fault): fault.description
    case .notIncluded(let index, let leaf, let size):
      "leafMismatch: the path does not lead from the leaf \(leaf) of entry \(index)"
        + " to the root of size \(size)"
    }
  }
}
