import FoundationEssentials
import Grid
public import Ledger
import Storage

/// What an export of a ledger's static files did.
public struct TileExport: Sendable {
  /// Why nothing was exported.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// No checkpoint was ever signed, and there is no key to sign one.
    case nothingSigned
    /// None was signed at this size.
    case notSigned(size: UInt64, known: [Int64])
    /// The folder holds something else than an earlier export of this log.
    case notOurs(path: String, reason: String)

    /// What was found and what is allowed.
    public var description: String {
      switch self {
      case .nothingSigned:
        "no checkpoint was signed yet, and no key is at hand; allowed: --key, or"
          + " `headroom ledger checkpoint` before"
      case .notSigned(let size, let known):
        "no checkpoint of size \(size) was signed; allowed: "
          + (known.isEmpty ? "none yet" : known.map { "\($0)" }.joined(separator: ", "))
      case .notOurs(let path, let reason):
        "\(path): \(reason); allowed: a new folder, or an earlier export of this log"
      }
    }
  }

  /// The checkpoint that was published.
  public let checkpoint: Checkpoint
  /// Its note, with the cosignatures known.
  public let note: Note
  /// Tiles and bundles that were written.
  public let written: Int
  /// Entries of the ledger that no checkpoint covers, and which were left out.
  public let leftOut: UInt64
  /// Entries that the folder had before.
  public let before: UInt64
}

extension LedgerDesk {
  /// Writes the ledger as static files up to a checkpoint that was signed before.
  ///
  /// - Parameter size: An older checkpoint's; nil for the newest.
  public func export(
    to folder: TileFolder, at size: UInt64? = nil
  ) throws -> TileExport {
    let kept = try keptCheckpoints()
    let wanted = try size.map { size -> StoredCheckpoint in
      guard let one = kept.first(where: { UInt64($0.size) == size }) else {
        throw TileExport.Fault.notSigned(size: size, known: kept.map(\.size))
      }
      return one
    }
    guard let head = wanted ?? kept.last else { throw TileExport.Fault.nothingSigned }
    let end = UInt64(head.size)
    let computed = end <= book.size ? book.tree.root(at: Int(end)) : nil
    guard computed == head.root else {
      throw Fault.notAPrefix(size: head.size, signed: head.root, computed: computed)
    }
    let note = try believed(head).note
    let before = try earlier(folder, end)
    let names = TileName.all(size: end, after: before)
    try folder.write { write in
      try self.bundles(names.filter { $0.level == nil }, write)
      for name in names where name.level != nil {
        try write(name.description, self.book.tree.tile(name))
      }
    }
    let known = try folder.checkpoint().flatMap { try? Note($0) }
    try folder.publish(known.map { note.merged(with: $0) } ?? note)
    folder.removePartial(of: before, size: end)
    return TileExport(
      checkpoint: Checkpoint(origin: book.origin!, size: end, root: head.root), note: note,
      written: names.count, leftOut: book.size - end, before: before)
  }

  /// How much of this log the folder has, or why it is none of ours.
  private func earlier(_ folder: TileFolder, _ end: UInt64) throws -> UInt64 {
    func refused(_ reason: String) -> TileExport.Fault {
      .notOurs(path: folder.path, reason: reason)
    }
    let paths = folder.paths().filter { !$0.hasPrefix(WholeFile.draftPrefix) }
    if let stranger = paths.first(where: { $0 != "checkpoint" && TileName(path: $0) == nil }) {
      throw refused("\(stranger) is no file of a log")
    }
    guard let text = try folder.checkpoint() else {
      // An export that was interrupted has tiles and no checkpoint yet: all are written again.
      return 0
    }
    let head: Checkpoint
    do { head = try Checkpoint.verified(Note(text), log: book.logKey!) } catch {
      throw refused("its checkpoint is not of \(book.origin!) (\(error))")
    }
    guard head.size <= end else {
      throw refused("it has \(head.size) entries already, more than \(end)")
    }
    guard book.tree.root(at: Int(head.size)) == head.root else {
      throw refused("its \(head.size) entries are another history")
    }
    return head.size
  }

  /// Writes bundles, reading each entry once.
  private func bundles(
    _ names: [TileName], _ write: (String, [UInt8]) throws -> Void
  ) throws {
    guard let first = names.first else { return }
    var rest = names[...]
    var bundle: [UInt8] = []
    var failure: (any Error)?
    try store.entries(from: Int64(first.range.lowerBound)) { index, entry in
      guard let name = rest.first else { return false }
      EntryBundle.append(entry.body, to: &bundle)
      if UInt64(index) + 1 < name.range.upperBound { return true }
      do { try write(name.description, bundle) } catch {
        failure = error
        return false
      }
      bundle.removeAll(keepingCapacity: true)
      rest.removeFirst()
      return !rest.isEmpty
    }
    if let failure { throw failure }
    precondition(rest.isEmpty, "every entry that was checked is still in the store")
  }
}
