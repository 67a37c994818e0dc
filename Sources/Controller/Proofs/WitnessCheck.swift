public import Ledger

/// Whether the witnesses of a policy have seen more of a log than there is here: the last line of
/// defence after a backup was restored.
public struct WitnessCheck: Sendable {
  /// Why nothing is signed.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// A witness cosigned a larger log.
    case ahead(witness: String, size: UInt64, entries: UInt64)
    /// A witness cosigned another history.
    case differs(witness: String, size: UInt64)
    /// No witness could be asked.
    case nobodyAnswered(reasons: [String])

    /// What was found, and what to do.
    public var description: String {
      switch self {
      case .ahead(let witness, let size, let entries):
        """
        the witness \(witness) cosigned \(size) entries, and the ledger has \(entries): an old copy \
        was restored
        nothing is signed. What to do: bring the missing entries back from a mirror or export, \
        `headroom ledger restore --from DIR`, and then go on
        """
      case .differs(let witness, let size):
        """
        the witness \(witness) cosigned another history of \(size) entries
        nothing is signed. What to do: bring back the ledger that was signed, from a mirror or backup
        """
      case .nobodyAnswered(let reasons):
        (["no witness could be asked; nothing is signed after a restore without one"] + reasons)
          .joined(separator: "\n")
      }
    }
  }

  /// What each witness that answered has seen; nil for one that never cosigned.
  public let heads: [(witness: String, head: Checkpoint?)]
  /// Those that did not answer, with the reason.
  public let silent: [String]

  /// Asks every witness of the policy, and throws when one has seen what is not here.
  public init(_ book: Book, policy: TrustPolicy) throws(Fault) {
    var heads: [(String, Checkpoint?)] = []
    var silent: [String] = []
    for (witness, answer) in WitnessRound.heads(of: book.origin ?? "", policy: policy) {
      switch answer {
      case .failure(let fault): silent.append("\(witness): \(fault)")
      case .success(nil): heads.append((witness, nil))
      case .success(let head?):
        guard head.size <= book.size else {
          throw .ahead(witness: witness, size: head.size, entries: book.size)
        }
        guard book.tree.root(at: Int(head.size)) == head.root else {
          throw .differs(witness: witness, size: head.size)
        }
        heads.append((witness, head))
      }
    }
    self.heads = heads
    self.silent = silent
  }
}
