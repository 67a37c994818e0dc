public import Grid
public import Ledger
import Storage

extension LedgerDesk {
  /// Why there is no proof.
  public enum ProofFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no such entry.
    case noEntry(index: UInt64, size: UInt64)
    /// No signed checkpoint covers the entry.
    case notCovered(index: UInt64, covered: UInt64)
    /// Sizes that are not older before newer, both within the log.
    case badSizes(old: UInt64, new: UInt64, size: UInt64)

    /// True when what was asked for cannot be meant.
    public var isInput: Bool {
      if case .notCovered = self { false } else { true }
    }

    /// What was found and what is allowed.
    public var description: String {
      switch self {
      case .noEntry(let index, let size):
        "there is no entry \(index); allowed: 0…\(size - 1)"
      case .notCovered(let index, let covered):
        "entry \(index) is in no signed checkpoint, the newest covers \(covered) entries; sign one:"
          + " `headroom ledger checkpoint`, or --key"
      case .badSizes(let old, let new, let size):
        "sizes are \(old) and \(new); allowed: 1…\(size), the older first"
      }
    }
  }

  /// The newest signed head of this history, with all it was cosigned with; nil when there is none.
  public func newestCheckpoint() throws -> (checkpoint: Checkpoint, note: Note)? {
    guard let head = try keptCheckpoints().last else { return nil }
    let size = UInt64(head.size)
    let computed = size <= book.size ? book.tree.root(at: Int(size)) : nil
    guard computed == head.root else {
      throw Fault.notAPrefix(size: head.size, signed: head.root, computed: computed)
    }
    return try believed(head)
  }

  /// The signed heads, smallest first.
  public func checkpoints() throws -> [(size: UInt64, note: String)] {
    try keptCheckpoints().map { (UInt64($0.size), $0.note) }
  }

  /// The bytes of entries, in their order; all of them are there.
  public func entries(_ indexes: [UInt64]) throws -> [[UInt8]] {
    var found: [UInt64: [UInt8]] = [:]
    for index in indexes where found[index] == nil {
      try store.entries(from: Int64(index)) { _, entry in
        found[index] = entry.body
        return false
      }
    }
    return indexes.map { found[$0]! }
  }

  /// The receipts of entries with their bytes, against the newest signed checkpoint.
  public func receipts(_ indexes: [UInt64]) throws -> [OwnerBundle.Item] {
    for index in indexes where index >= book.size {
      throw ProofFault.noEntry(index: index, size: book.size)
    }
    let head = try newestCheckpoint()
    let covered = head?.checkpoint.size ?? 0
    guard let head, indexes.allSatisfy({ $0 < covered }) else {
      throw ProofFault.notCovered(
        index: indexes.first { $0 >= covered } ?? 0, covered: covered)
    }
    return zip(indexes, try entries(indexes)).map { index, entry in
      OwnerBundle.Item(
        entry: entry,
        receipt: Receipt(
          index: index,
          path: book.tree.inclusionProof(of: Int(index), size: Int(covered)),
          checkpoint: head.note))
    }
  }

  /// What an owner needs to prove that nothing of his account is missing.
  ///
  /// Everything is against the newest signed checkpoint; later entries are left out.
  public func ownerBundle(of account: AccountID) throws -> OwnerBundle {
    let covered = try newestCheckpoint()?.checkpoint.size ?? 0
    let own = (0..<covered).filter { index in
      book.legs(of: index).contains { $0.account == account }
    }
    let snapshot = (0..<covered).last { book.type(of: $0) == .snapshot }
    guard let snapshot else {
      return OwnerBundle(
        account: account, items: try receipts(own), snapshot: nil, leaves: [])
    }
    let then = try LedgerKeeper.replay(store) { index, _ in UInt64(index) < snapshot }
    return OwnerBundle(
      account: account, items: try receipts(own), snapshot: try receipts([snapshot])[0],
      leaves: then.snapshotProof(of: account))
  }

  /// The proof that the log of `new` entries extends that of `old`.
  public func consistency(
    from old: UInt64, to new: UInt64
  ) throws -> (oldRoot: Digest, newRoot: Digest, proof: [Digest]) {
    guard old > 0, old <= new, new <= book.size else {
      throw ProofFault.badSizes(old: old, new: new, size: book.size)
    }
    return (
      book.tree.root(at: Int(old)), book.tree.root(at: Int(new)),
      book.tree.consistencyProof(from: Int(old), to: Int(new))
    )
  }
}
