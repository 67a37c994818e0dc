import FoundationEssentials
import Grid
public import Ledger
import Signing
import Storage

/// Brings back the entries that an old copy of a ledger lacks, from a mirror or export.
public struct LedgerRestore: Sendable {
  /// Why nothing was brought back.
  public enum Fault: Error, Sendable, CustomStringConvertible {
    /// The source is wrong, or is not a longer history of this ledger.
    case notLonger([Verifier.Finding])

    /// One line a finding.
    public var description: String {
      switch self {
      case .notLonger(let findings):
        (findings.map(\.description) + ["nothing was written"]).joined(separator: "\n")
      }
    }
  }

  /// Entries that were brought back.
  public let restored: UInt64
  /// Accounts whose names are not known here: a mirror has none.
  public let unnamed: Int
  /// The head that the ledger has now.
  public let head: Checkpoint

  /// Adds to the ledger in `file` what the source has more, up to its checkpoint.
  ///
  /// With an empty or missing file everything is brought back; names and salts of accounts are not
  /// in the log and come from a backup only.
  public init(_ file: String, from source: TileSource, policy: TrustPolicy) throws {
    let address = LedgerAddress(file)
    if let file = address.file {
      let folder = URL(filePath: file).deletingLastPathComponent().path
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    let store = try address.open()
    let size = UInt64(try store.size())
    let book = size == 0 ? Book() : try LedgerKeeper.replay(store)
    var check = TileCheck(policy: policy)
    try check.run(older: try store.checkpoints().map(\.note)) { try source.read($0) }
    guard check.isSound, let trusted = check.trusted else {
      throw Fault.notLonger(check.findings)
    }
    let head = trusted.checkpoint
    guard head.size >= size, check.tree.root(at: Int(size)) == book.tree.root else {
      throw Fault.notLonger([
        .init(
          code: .notAPrefix, entries: min(size, head.size)..<max(size, head.size),
          detail: "the ledger's \(size) entries are not the first ones of the source's \(head.size)"
        )
      ])
    }
    var missing: [StoredEntry] = []
    for name in TileName.all(size: head.size, after: size) where name.level == nil {
      let entries = try source.bundle(name) { try source.read($0) } ?? []
      for (index, entry) in zip(name.range, entries) where index >= size {
        let leaf = Entry.leafHash(entry)
        if leaf != check.tree.leafHash(Int(index)) { break }
        missing.append(StoredEntry(body: entry, leaf: leaf))
      }
    }
    guard UInt64(missing.count) == head.size - size else {
      throw Fault.notLonger([
        .init(
          code: .missing, entries: size..<head.size, detail: "the source changed while it was read")
      ])
    }
    try store.append(missing, names: [], expecting: Int64(size))
    try store.keep(
      StoredCheckpoint(
        size: Int64(head.size), root: head.root, note: trusted.note.description))
    self.head = head
    restored = head.size - size
    unnamed = check.book.accountIDs.count - (try store.names().count)
  }
}
