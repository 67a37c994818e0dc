public import Ledger
import Storage

extension LedgerDesk {
  /// Asks the witnesses of a policy to cosign the newest checkpoint, and keeps what they sign.
  /// - Throws: `ProofFault.notCovered` when nothing was signed yet.
  public func askWitnesses(_ policy: TrustPolicy) throws -> WitnessRound {
    guard let (head, note) = try newestCheckpoint() else {
      throw ProofFault.notCovered(index: 0, covered: 0)
    }
    var known: [String: UInt64] = [:]
    for one in try checkpoints() {
      guard let cosigned = try? policy.judgeLogOnly(one.note).cosigned else { continue }
      for witness in cosigned.keys { known[witness] = one.size }
    }
    let round = try WitnessRound(note, policy: policy, tree: book.tree) { [known] in
      known[$0] ?? 0
    }
    try store.keep(
      StoredCheckpoint(
        size: Int64(head.size), root: head.root, note: round.note.description))
    return round
  }
}
