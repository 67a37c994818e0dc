public import Signing

/// Whose word is enough (C2SP tlog-policy, a draft): the log's key and a quorum of witnesses.
///
/// Not to be mixed up with the policies that say how batteries and money are treated.
public struct TrustPolicy: Sendable {
  /// A log whose checkpoints may be believed.
  public struct Log: Hashable, Sendable {
    /// Its key, whose name is its origin.
    public let key: VerifierKey
    /// Where it is published, or nil.
    public let url: String?
  }

  /// A witness.
  public struct Witness: Hashable, Sendable {
    /// Its name in this policy.
    public let name: String
    /// Its key; nil for an ML-DSA key, whose cosignatures are kept, shown and never counted.
    public let key: VerifierKey?
    /// The name and ID by which its signature lines are known.
    let line: VerifierKey.LineName
    /// Where it is asked, or nil.
    public let url: String?
  }

  struct Group: Hashable, Sendable {
    let needed: Int
    let members: [String]
  }

  /// The logs; one or more.
  public internal(set) var logs: [Log] = []
  /// The witnesses in their order.
  public internal(set) var witnesses: [Witness] = []
  var groups: [String: Group] = [:]
  /// The witness or group that must have cosigned; nil: the log's own word is enough.
  public internal(set) var quorum: String?

  /// A policy that believes a log's own signature.
  public init(log: VerifierKey) { logs = [Log(key: log, url: nil)] }

  init() {}
}

/// A checkpoint that a policy believes, and who stands for it.
public struct TrustedCheckpoint: Hashable, Sendable {
  /// What is believed.
  public let checkpoint: Checkpoint
  /// The note, as it was read.
  public let note: Note
  /// The log that signed.
  public let log: VerifierKey
  /// The witnesses of the policy that cosigned, by their names there, with seconds since 1970.
  public let cosigned: [String: UInt64]
  /// Witnesses whose signature this program cannot check.
  public let unchecked: [String]
}

/// Why a policy does not believe a note.
public enum TrustFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// It is no note, no checkpoint, or not signed by the log.
  case checkpoint(CheckpointFault)
  /// No log of the policy has this origin.
  case unknownLog(origin: String)
  /// Too few witnesses have cosigned.
  case quorumNotMet(needed: String, cosigned: [String])

  /// The code and what was found.
  public var description: String {
    switch self {
    case .checkpoint(let fault): "badSignature: \(fault)"
    case .unknownLog(let origin): "badSignature: the policy knows no log \(origin)"
    case .quorumNotMet(let needed, let cosigned):
      "quorumNotMet: \(needed) is needed, cosigned by \(cosigned.isEmpty ? "nobody" : cosigned.joined(separator: ", "))"
    }
  }
}

extension TrustPolicy {
  /// Believes a note, or says why not.
  ///
  /// Lines of unknown keys are skipped; a wrong signature of a known key condemns the note.
  public func judge(_ text: String) throws(TrustFault) -> TrustedCheckpoint {
    let note: Note
    do throws(NoteFault) { note = try Note(text) } catch { throw .checkpoint(.note(error)) }
    return try judge(note)
  }

  /// Believes a note, or says why not.
  public func judge(_ note: Note) throws(TrustFault) -> TrustedCheckpoint {
    let origin = String(note.text.prefix { $0 != "\n" })
    guard let log = logs.first(where: { $0.key.name == origin })?.key else {
      throw .unknownLog(origin: origin)
    }
    let checkpoint: Checkpoint
    do throws(CheckpointFault) { checkpoint = try .verified(note, log: log) } catch {
      throw .checkpoint(error)
    }
    let verified: [Note.Verified]
    do throws(NoteFault) {
      verified = try note.verified(by: [log] + witnesses.compactMap(\.key))
    } catch { throw .checkpoint(.note(error)) }
    var cosigned: [String: UInt64] = [:]
    for witness in witnesses {
      if let key = witness.key, let seconds = verified.first(where: { $0.key == key })?.seconds {
        cosigned[witness.name] = seconds
      }
    }
    if let quorum, !isMet(quorum, by: cosigned) {
      throw .quorumNotMet(needed: described(quorum), cosigned: cosigned.keys.sorted())
    }
    let unchecked = witnesses.filter { witness in
      witness.key == nil && note.signatures.contains { witness.line == $0.lineName }
    }
    return TrustedCheckpoint(
      checkpoint: checkpoint, note: note, log: log, cosigned: cosigned,
      unchecked: unchecked.map(\.name))
  }

  /// The same without the quorum: the log's own word, and who cosigned.
  public func judgeLogOnly(_ text: String) throws(TrustFault) -> TrustedCheckpoint {
    var policy = self
    policy.quorum = nil
    return try policy.judge(text)
  }

  private func isMet(_ name: String, by cosigned: [String: UInt64]) -> Bool {
    guard let group = groups[name] else { return cosigned[name] != nil }
    return group.members.count { isMet($0, by: cosigned) } >= group.needed
  }

  private func described(_ name: String) -> String {
    guard let group = groups[name] else { return name }
    return "\(name) (\(group.needed) of \(group.members.map(described).joined(separator: ", ")))"
  }
}
