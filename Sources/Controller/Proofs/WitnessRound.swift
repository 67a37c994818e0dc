import Dispatch
public import HTTP
public import Ledger
import Signing
import Synchronization

/// One round of asking the witnesses of a policy, all at the same time.
public struct WitnessRound: Sendable {
  /// What came of asking one.
  public enum Outcome: Hashable, Sendable, CustomStringConvertible {
    /// It cosigned at so many seconds since 1970.
    case cosigned(seconds: UInt64)
    /// It has seen a larger log: this one is an old copy.
    case isAhead(size: UInt64)
    /// It says no, with a status and a reason.
    case refused(status: Int, reason: String)
    /// It did not answer, or not in a form that is understood.
    case silent(reason: String)

    /// One line for a person.
    public var description: String {
      switch self {
      case .cosigned(let seconds): "cosigned at \(seconds)"
      case .isAhead(let size): "has seen \(size) entries, more than there are here"
      case .refused(let status, let reason): "refused (\(status)): \(reason)"
      case .silent(let reason): "no answer: \(reason)"
      }
    }
  }

  /// The note with every cosignature that came.
  public private(set) var note: Note
  /// What came of asking each, in the order of the policy.
  public private(set) var outcomes: [(witness: String, outcome: Outcome)] = []

  /// Seconds for one witness.
  public static let seconds = 10

  /// Asks every witness of the policy that has an address.
  ///
  /// - Parameters:
  ///   - note: The signed head, with the cosignatures it has.
  ///   - tree: The log's tree, of the head's size or larger.
  ///   - known: The size that a witness cosigned last, as far as the log knows; 0 else.
  public init(
    _ note: Note, policy: TrustPolicy, tree: MerkleTree, known: @Sendable (String) -> UInt64
  ) throws(CheckpointFault) {
    self.note = note
    let head = try Checkpoint(text: note.text)
    let asked = policy.witnesses.filter { $0.url != nil && $0.key != nil }
    let text = note.description
    let answers = Mutex<[Int: (Outcome, String)]>([:])
    DispatchQueue.concurrentPerform(iterations: asked.count) { place in
      let answer = Self.ask(asked[place], text, head, tree, known(asked[place].name))
      answers.withLock { $0[place] = answer }
    }
    let all = answers.withLock { $0 }
    for (place, witness) in asked.enumerated() {
      var (outcome, lines) = all[place]!
      if !lines.isEmpty {
        do throws(NoteFault) {
          let result = try self.note.adding(lines: lines, by: [witness.key!])
          self.note = result.note
          outcome = .cosigned(seconds: result.added[0].seconds ?? 0)
        } catch {
          outcome = .silent(reason: "its signature does not verify: \(error)")
        }
      }
      outcomes.append((witness.name, outcome))
    }
  }

  private static func ask(
    _ witness: TrustPolicy.Witness, _ note: String, _ head: Checkpoint, _ tree: MerkleTree,
    _ known: UInt64
  ) -> (Outcome, lines: String) {
    var old = min(known, head.size)
    // Once with what is known, and once more with what the witness says it has.
    for attempt in 0..<2 {
      let proof = tree.consistencyProof(from: Int(old), to: Int(head.size))
      let body = WitnessRequest(old: old, proof: proof, note: note).body
      let response: HTTPResponse
      do throws(HTTPFault) {
        response = try HTTPClient.send(
          HTTPRequest("POST", "/add-checkpoint", body: Array(body.utf8)),
          to: HTTPAddress(witness.url!), seconds: seconds, limit: Note.maximumBytes)
      } catch { return (.silent(reason: "\(error)"), "") }
      switch response.status {
      case 200: return (.silent(reason: "an empty answer"), response.text)
      case 409:
        let digits = response.text.split(separator: "\n").first ?? ""
        guard let size = UInt64(digits) else {
          return (.silent(reason: "a conflict without a size"), "")
        }
        if size > head.size { return (.isAhead(size: size), "") }
        if attempt == 1 { return (.refused(status: 409, reason: "it has size \(size) now"), "") }
        old = size
      default:
        let reason = response.text.split(separator: "\n").first.map(String.init) ?? ""
        return (.refused(status: response.status, reason: reason), "")
      }
    }
    preconditionFailure("the second answer ends the round")
  }

  /// The last head that each witness of the policy with an address has cosigned for a log.
  ///
  /// - Returns: For each the checkpoint, nil when it never cosigned, or why it is not known.
  public static func heads(
    of origin: String, policy: TrustPolicy
  ) -> [(witness: String, head: Result<Checkpoint?, HTTPFault>)] {
    let asked = policy.witnesses.filter { $0.url != nil && $0.key != nil }
    let log = policy.logs.first { $0.key.name == origin }?.key
    let answers = Mutex<[Int: Result<Checkpoint?, HTTPFault>]>([:])
    DispatchQueue.concurrentPerform(iterations: asked.count) { place in
      let answer: Result<Checkpoint?, HTTPFault>
      do throws(HTTPFault) {
        answer = .success(try head(of: origin, log, asked[place]))
      } catch {
        answer = .failure(error)
      }
      answers.withLock { $0[place] = answer }
    }
    let all = answers.withLock { $0 }
    return asked.enumerated().map { ($0.element.name, all[$0.offset]!) }
  }

  private static func head(
    of origin: String, _ log: VerifierKey?, _ witness: TrustPolicy.Witness
  ) throws(HTTPFault) -> Checkpoint? {
    let response = try HTTPClient.send(
      HTTPRequest("GET", WitnessDesk.path(ofLog: origin)),
      to: HTTPAddress(witness.url!), seconds: seconds, limit: Note.maximumBytes)
    if response.status == 404 { return nil }
    guard response.status == 200 else { throw .malformed("status \(response.status)") }
    guard let log, let note = try? Note(response.text),
      (try? note.verified(by: [witness.key!])) != nil,
      let head = try? Checkpoint.verified(note, log: log)
    else { throw .malformed("its checkpoint is not signed as it must be") }
    return head
  }
}
