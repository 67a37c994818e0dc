public import Grid
public import Signing

/// What a witness has to judge (C2SP tlog-witness 1.0): a checkpoint, and the proof that it extends
/// the one it saw last.
public struct WitnessRequest: Hashable, Sendable {
  /// The size that the log believes the witness has.
  public let old: UInt64
  /// The consistency proof from there.
  public let proof: [Digest]
  /// The checkpoint's note, unread.
  public let note: String

  /// Hashes of the longest proof.
  public static let maximumHashes = 63
  /// Bytes of a request that is read.
  public static let maximumBytes = Note.maximumBytes + 8_192

  /// A request.
  public init(old: UInt64, proof: [Digest], note: String) {
    self.old = old
    self.proof = proof
    self.note = note
  }

  /// The request of a body; nil when its form is wrong (400).
  public init?(body: String) {
    guard body.utf8.count <= Self.maximumBytes else { return nil }
    var lines = body.split(separator: "\n", omittingEmptySubsequences: false)[...]
    guard let first = lines.popFirst(), first.hasPrefix("old "),
      let old = UInt64(first.dropFirst(4)), "old \(old)" == first
    else { return nil }
    var proof: [Digest] = []
    while let line = lines.first, !line.isEmpty {
      guard let hash = Base64.bytes(line).flatMap(Digest.init(bytes:)),
        proof.count < Self.maximumHashes
      else { return nil }
      proof.append(hash)
      lines.removeFirst()
    }
    // The empty line.
    guard lines.popFirst() != nil, !lines.isEmpty else { return nil }
    self.init(old: old, proof: proof, note: lines.joined(separator: "\n"))
  }

  /// The body of the request.
  public var body: String {
    "old \(old)\n" + proof.map { Base64.text($0.bytes) + "\n" }.joined() + "\n" + note
  }
}

/// What a witness answers.
public enum WitnessVerdict: Hashable, Sendable {
  /// Size and root are to be stored durably, and only then the note is to be cosigned (200).
  case cosign(Checkpoint, note: Note)
  /// A known log with another size than the request's (409); the body says which.
  case conflict(stored: UInt64)
  /// Nothing is signed: 400, 403, 404 or 422, with the reason.
  case refused(status: Int, reason: String)
  /// Same size and another root, signed by the log: the proof of a fork, to be kept (422).
  case fork(Checkpoint, note: Note)

  /// The status of the answer over HTTP.
  public var status: Int {
    switch self {
    case .cosign: 200
    case .conflict: 409
    case .refused(let status, _): status
    case .fork: 422
    }
  }
}

/// Judges what logs ask a witness to cosign; it has no memory of its own.
public struct WitnessJudge: Sendable {
  private let logs: [VerifierKey]

  /// A judge who knows the keys of some logs.
  public init(logs: [VerifierKey]) { self.logs = logs }

  /// The key of the log with this origin.
  public func log(_ origin: String) -> VerifierKey? { logs.first { $0.name == origin } }

  /// The origin that a request is about, to find what was stored for it; nil when there is none.
  public static func origin(ofBody body: String) -> String? {
    WitnessRequest(body: body).map { String($0.note.prefix { $0 != "\n" }) }
  }

  /// The verdict on a body, given the head that was stored last for its origin.
  public func judge(
    body: String, stored: (size: UInt64, root: Digest)?
  ) -> WitnessVerdict {
    guard let request = WitnessRequest(body: body) else {
      return .refused(
        status: 400,
        reason: "the body is not: old <size>, at most 63 hashes, an empty line, a checkpoint")
    }
    let origin = String(request.note.prefix { $0 != "\n" })
    guard let log = log(origin) else {
      return .refused(status: 404, reason: "no log \(origin) is known here")
    }
    let note: Note
    do throws(NoteFault) {
      note = try Note(request.note)
      _ = try note.verified(by: [log])
    } catch {
      return .refused(status: 403, reason: "\(error)")
    }
    let checkpoint: Checkpoint
    do throws(CheckpointFault) {
      checkpoint = try Checkpoint(text: note.text)
    } catch {
      return .refused(status: error == .emptyTreeWithRoot ? 422 : 400, reason: "\(error)")
    }
    return judge(request, checkpoint, note, stored ?? (0, MerkleHash.emptyRoot))
  }

  private func judge(
    _ request: WitnessRequest, _ checkpoint: Checkpoint, _ note: Note,
    _ stored: (size: UInt64, root: Digest)
  ) -> WitnessVerdict {
    if request.old > checkpoint.size {
      return .refused(
        status: 400, reason: "old \(request.old) is larger than the size \(checkpoint.size)")
    }
    if request.old != stored.size { return .conflict(stored: stored.size) }
    if checkpoint.size == stored.size, checkpoint.root != stored.root {
      return .fork(checkpoint, note: note)
    }
    let extends =
      request.old == 0
      ? request.proof.isEmpty
      : MerkleProof.extends(
        old: request.old, oldRoot: stored.root, new: checkpoint.size, newRoot: checkpoint.root,
        proof: request.proof)
    if !extends {
      return .refused(
        status: 422,
        reason: "the proof does not show that size \(checkpoint.size) extends \(request.old)")
    }
    // Only the log's own lines: others are for whoever knows their keys.
    return .cosign(checkpoint, note: note)
  }
}
