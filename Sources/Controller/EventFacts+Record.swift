public import Engine
public import Grid
import Reports
import Settlement

extension EventFacts {
  /// The event of a record.
  init(_ record: EventRecord) {
    let revisions = record.revisions.compactMap { revision in
      revision.signal.content.map {
        Revision(number: revision.signal.revision, window: $0.window, level: $0.level)
      }
    }
    let tombstone = record.revisions.last { $0.signal.content == nil }
    self.init(
      id: record.id, window: record.window ?? record.content!.window, utility: record.utility,
      revisions: revisions, cancelledAt: tombstone?.receivedAt,
      isTest: record.content?.isTest ?? false, sha256: record.revisions.last?.digest)
  }
}

extension FleetFacts {
  /// What the fleet did by a record.
  init(_ record: EventRecord) {
    let plan = record.plans.first
    let seconds = plan?.plan.seconds ?? 0
    var committed = Energy.zero
    var delivered = Energy.zero
    var commanded = 0
    var acknowledged = 0
    var eligible = 0
    if let window = record.content?.window {
      for part in record.batteries where part.takesPart {
        committed += part.promised.energy(in: window)
        eligible += 1
      }
    }
    for part in record.batteries {
      if let energy = part.delivered { delivered += energy }
      guard let command = part.command else { continue }
      commanded += 1
      if command.acknowledgedAt != nil { acknowledged += 1 }
    }
    self.init(
      asked: plan?.plan.requested.held(forSeconds: seconds) ?? .zero, committed: committed,
      delivered: delivered, batteries: record.batteries.count, eligible: eligible,
      commanded: commanded, acknowledged: acknowledged,
      outcomes: record.outcomes.map { Outcome(name: $0.key.name, count: $0.value) }
        .sorted { ($1.count, $0.name) < ($0.count, $1.name) })
  }
}

extension EventRecord {
  /// Figures for a person, without the report around them.
  public struct Summary: Sendable {
    /// Energy that was asked for.
    public let asked: Energy
    /// Energy that was promised.
    public let committed: Energy
    /// Batteries that had a share.
    public let eligible: Int
    /// Batteries that got a command.
    public let commanded: Int
    /// Batteries that acknowledged it.
    public let acknowledged: Int
    /// Batteries by how the event ended for them.
    public let outcomes: [(name: String, count: Int)]
    /// Skipped, silent and opted out, by reason.
    public let exceptions: [(name: String, count: Int)]
  }

  /// Figures for a person.
  public var summary: Summary {
    let facts = FleetFacts(self)
    return Summary(
      asked: facts.asked, committed: facts.committed, eligible: facts.eligible,
      commanded: facts.commanded, acknowledged: facts.acknowledged,
      outcomes: facts.outcomes.map { ($0.name, $0.count) },
      exceptions: exceptions.map { ("\($0.kind): \($0.reason)", $0.count) })
  }

  /// What did not go as planned, by kind and reason.
  var exceptions: [ExceptionCount] {
    var counts: [[String]: Int] = [:]
    for part in batteries {
      if let skip = part.skip, part.command == nil {
        counts[["skipped", skip.rawValue], default: 0] += 1
      }
      if part.optedOutAt != nil { counts[["optedOut", "owner"], default: 0] += 1 }
      if part.unreachableAt != nil { counts[["silent", "unreachable"], default: 0] += 1 }
      if part.takesPart, part.unnotified { counts[["silent", "unnotified"], default: 0] += 1 }
    }
    return counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map {
      ExceptionCount(kind: $0.key[0], reason: $0.key[1], count: $0.value)
    }
  }
}

extension Outcome {
  /// As it stands in reports: `completed`, `skipped:belowReserve`.
  public var name: String {
    switch self {
    case .notPlanned: "notPlanned"
    case .skipped(let reason): "skipped:\(reason.rawValue)"
    case .waiting: "waiting"
    case .commanded: "commanded"
    case .acknowledged: "acknowledged"
    case .started: "started"
    case .completed: "completed"
    case .cancelled: "cancelled"
    case .optedOut: "optedOut"
    case .failed: "failed"
    case .rejected: "rejected"
    case .unreachable: "unreachable"
    }
  }
}
