import FoundationEssentials
public import Grid
public import Ledger
import Signing

/// What a log signed last, in a small file on another disk than the ledger.
///
/// Whoever restores yesterday's ledger from a backup has signed more than it holds. The guard
/// remembers, so that a second history under old sizes is never signed.
public struct SignGuard: Sendable {
  /// Why nothing is signed.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file holds something else.
    case notAGuard(path: String)
    /// It is that of another log.
    case otherLog(path: String, origin: String)
    /// More was signed than the ledger has: it is an old copy.
    case ahead(path: String, signed: UInt64, entries: UInt64)
    /// Another root was signed for a size that the ledger has.
    case otherHistory(path: String, size: UInt64, signed: Digest, computed: Digest)
    /// The ledger has signed before, and there is no guard that says how far.
    case missing(path: String)

    /// What was found, and what to do.
    public var description: String {
      switch self {
      case .notAGuard(let path):
        "\(path): content is no sign guard; allowed: origin, size and root, a line each"
      case .otherLog(let path, let origin):
        "\(path): the guard is that of \(origin); allowed: that of this log"
      case .ahead(let path, let signed, let entries):
        """
        \(path): size \(signed) was signed, and the ledger has \(entries) entries: an old copy was \
        restored
        nothing is signed or written. What to do: bring the missing entries back from a mirror or \
        export, `headroom ledger restore --from DIR`, and then go on
        """
      case .otherHistory(let path, let size, let signed, let computed):
        """
        \(path): for size \(size) the root \(signed) was signed, the ledger has \(computed): this is \
        another history
        nothing is signed or written. What to do: bring back the ledger that was signed, from a \
        mirror or backup
        """
      case .missing(let path):
        """
        \(path): there is no sign guard, and this ledger has signed before
        nothing is signed or written. What to do: if this is the newest copy of the ledger, \
        `headroom ledger checkpoint --restored --policy F` asks every witness and begins the guard; \
        without witnesses `headroom ledger checkpoint --new-guard` does, on your word
        """
      }
    }
  }

  /// The file.
  public let path: String

  /// The guard in the file at `path`.
  public init(_ path: String) { self.path = path }

  /// The guard that lies beside a private key, which is where no backup of the ledger goes.
  public init(besideKey file: String) { self.init(file + ".guard") }

  /// What was signed last, or nil when there is no file.
  public func last() throws -> Checkpoint? {
    guard let bytes = try WholeFile.read(path) else { return nil }
    do { return try Checkpoint(text: String(decoding: bytes, as: UTF8.self)) } catch {
      throw Fault.notAGuard(path: path)
    }
  }

  /// Throws unless a log may go on from where it is: `missing`, `ahead` or `otherHistory` else.
  /// - Parameters:
  ///   - hasSigned: True when the ledger has signed before; then the guard must be there.
  ///   - otherLogs: True when the guard of another log is nothing to do with this one.
  public func check(_ book: Book, hasSigned: Bool, otherLogs: Bool = false) throws {
    guard let last = try last() else {
      if hasSigned { throw Fault.missing(path: path) }
      return
    }
    guard last.origin == book.origin else {
      if otherLogs { return }
      throw Fault.otherLog(path: path, origin: last.origin)
    }
    guard last.size <= book.size else {
      throw Fault.ahead(path: path, signed: last.size, entries: book.size)
    }
    let root = book.tree.root(at: Int(last.size))
    guard root == last.root else {
      throw Fault.otherHistory(
        path: path, size: last.size, signed: last.root, computed: root)
    }
  }

  /// Lets the head of the book be signed: durably remembered first, or refused.
  ///
  /// - Parameter hasSigned: True when the ledger has signed before; then the guard must be there.
  public func advance(to book: Book, hasSigned: Bool) throws -> Checkpoint {
    guard let next = book.checkpoint else {
      preconditionFailure("a log without entries signs nothing")
    }
    try FileManager.default.createDirectory(
      atPath: WholeFile.folder(of: path), withIntermediateDirectories: true)
    return try WholeFile.locked(path) {
      try check(book, hasSigned: hasSigned)
      if try last() != next { try WholeFile.write(Array(next.text.utf8), to: path) }
      return next
    }
  }

  /// Begins a guard at a head that somebody vouches for.
  public func begin(at head: Checkpoint) throws {
    try WholeFile.locked(path) {
      if let last = try last(), last.size > head.size {
        throw Fault.ahead(path: path, signed: last.size, entries: head.size)
      }
      try WholeFile.write(Array(head.text.utf8), to: path)
    }
  }
}
