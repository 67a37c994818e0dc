public import Grid
import Ledger
import Storage

/// Copies a ledger from one store into another: by replay, so that every rule holds on the way.
public struct LedgerCopy: Sendable {
  /// Why there is no copy.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The target has an entry that the source does not have there.
    case notAPrefix(index: Int64, found: Digest, source: Digest?)
    /// A checkpoint of the source is not one of its own history.
    case wrongCheckpoint(size: Int64, signed: Digest)

    /// What was found and what is allowed.
    public var description: String {
      switch self {
      case .notAPrefix(let index, let found, let source):
        "entry \(index) of the target is \(found); allowed: "
          + (source.map { "\($0), as in the source" } ?? "none, the source ends before")
          + "; nothing was copied"
      case .wrongCheckpoint(let size, let signed):
        "the source keeps a checkpoint of size \(size) with \(signed), which is not of its history"
      }
    }
  }

  /// How many entries both have now.
  public private(set) var entries: Int64 = 0
  /// How many of them were copied just now.
  public private(set) var copied: Int64 = 0
  /// The root of both.
  public private(set) var root: Digest
  /// How many signed heads both have.
  public private(set) var checkpoints = 0

  private static let batch = 10_000

  /// Copies what `target` does not have yet. It is empty, new, or an earlier state of `source`.
  ///
  /// - Parameter progress: Told entries done and entries there, once a batch.
  /// - Throws: `LedgerDesk.Fault.noLedger`, `Fault`, `StoreError`, `LedgerKeeper.Fault`.
  public init(
    from source: String, to target: String, progress: (Int64, Int64) -> Void = { _, _ in }
  ) throws {
    let from = try LedgerDesk.store(source)
    let size = try from.size()
    guard size > 0 else {
      throw LedgerDesk.Fault.noLedger(file: LedgerAddress(source).description)
    }
    let to = try LedgerAddress(target).open()
    var known: [Digest] = []
    try to.lend(from: 0) { _, _, leaf in
      known.append(leaf)
      return true
    }
    // The whole source is judged before anything is written.
    let book = try LedgerKeeper.replay(from)
    for (index, leaf) in known.enumerated() {
      let own = index < book.tree.size ? book.tree.leafHash(index) : nil
      if own != leaf { throw Fault.notAPrefix(index: Int64(index), found: leaf, source: own) }
    }
    for name in try from.names() {
      if let found = book.contradiction(name) { throw LedgerKeeper.Fault.nameDiffers(found) }
    }
    let heads = try from.checkpoints()
    for head in heads
    where head.size > Int64(book.size) || book.tree.root(at: Int(head.size)) != head.root {
      throw Fault.wrongCheckpoint(size: head.size, signed: head.root)
    }
    root = book.tree.root
    entries = Int64(book.size)
    try copyEntries(from, to, after: Int64(known.count), progress)
    for head in heads { try to.keep(head) }
    for (hash, kind) in try from.evidenceKinds() {
      if let body = try from.proven(hash) { try to.keep(evidence: body, kind: kind, hash: hash) }
    }
    checkpoints = heads.count
  }

  private mutating func copyEntries(
    _ from: any LedgerStore, _ to: any LedgerStore, after first: Int64,
    _ progress: (Int64, Int64) -> Void
  ) throws {
    let there = Set(try to.names().map(\.id))
    var names = try from.names().filter { !there.contains($0.id) }
    var batch: [StoredEntry] = []
    var next = first
    var failure: StoreError?
    func flush() {
      do throws(StoreError) {
        try to.append(batch, names: names, expecting: next)
        next += Int64(batch.count)
        names = []
        batch = []
        progress(next, entries)
      } catch { failure = error }
    }
    let entries = self.entries
    try from.entries(from: first) { index, entry in
      guard index < entries else { return false }
      batch.append(entry)
      if batch.count == Self.batch { flush() }
      return failure == nil
    }
    if failure == nil, !batch.isEmpty || !names.isEmpty { flush() }
    if let failure { throw failure }
    copied = next - first
  }
}
