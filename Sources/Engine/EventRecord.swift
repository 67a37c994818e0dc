public import Grid

/// All that is known of one event: the signal's revisions, the plans, and each battery's part.
///
/// It is what settlement, reports and an owner's log are made from.
public struct EventRecord: Sendable {
  /// Where an event stands.
  public enum Status: String, Hashable, Sendable, CaseIterable {
    /// Its only signal was not taken; no battery knows of it.
    case refused
    /// Planned; the money is not held yet.
    case scheduled
    /// Committed; the notices are out.
    case notified
    /// Batteries go to their setpoints.
    case ramping
    /// Every battery is at its setpoint.
    case sustaining
    /// The event is over; batteries go back.
    case recovering
    /// Nothing more moves; it waits for settlement or has it.
    case closed
    /// The utility cancelled it, which is final; what moved before is settled.
    case cancelled
  }

  /// One accepted revision of the signal.
  public struct Revision: Hashable, Sendable {
    /// The signal; without content it is the tombstone.
    public let signal: GridSignal
    /// SHA-256 of its bytes as received.
    public let digest: Digest
    /// When it was received.
    public let receivedAt: Timestamp
    /// When its money was held and it came into force; nil while it waits, and for a tombstone.
    public internal(set) var committedAt: Timestamp?
  }

  /// A plan and the time from which it was the commitment.
  public struct PlanInForce: Sendable {
    /// The revision it was made for.
    public let revision: Int64
    /// From when it holds.
    public internal(set) var from: Timestamp
    /// What it was made for: from the event's start, or from the moment it was made.
    public let window: Window
    /// Rows as `EventRecord.batteries`.
    public let plan: Plan
    /// Floors that held, in hundredths of a percent; rows as `EventRecord.batteries`.
    public let floorHundredths: [Int32]
  }

  /// The event, named by its signal.
  public let id: EventID
  /// Who asked.
  public let utility: UtilityID
  /// The terms it got when it was accepted; nil when it was refused before they were found.
  public internal(set) var terms: DispatchTerms?
  /// Where it stands.
  public internal(set) var status: Status
  /// The revisions that were taken, oldest first; the last committed one is in force.
  public internal(set) var revisions: [Revision] = []
  /// The window in force, from the first moment that could still be planned; nil before that. A
  /// cancel leaves it as it was: `endedAt` says when the event ended.
  public internal(set) var window: Window?
  /// A late signal that the policy dispatches without penalty.
  public internal(set) var noticeWasLate = false
  /// Why its only signal was not taken.
  public internal(set) var refusal: Rejection?
  /// The plans that were in force, oldest first.
  public internal(set) var plans: [PlanInForce] = []
  /// The plan of a revision whose money is not held yet.
  public internal(set) var pendingPlan: PlanInForce?
  /// One a battery, rows as the fleet was given; empty until a plan is in force.
  public internal(set) var batteries: [Participation] = []
  /// Corrections that were made while it ran, oldest first.
  public internal(set) var corrections: [Correction] = []
  /// Gateways that would have been sent a correction and had no budget left, over all corrections.
  public internal(set) var heldBack = 0
  /// When batteries first began to move by plan; nil when they never did.
  public internal(set) var startedAt: Timestamp?
  /// When it ended: the window's end, or the cancel.
  public internal(set) var endedAt: Timestamp?
  /// Delivered power while it ran, every `Timing.curveSeconds`; empty before it moves.
  public internal(set) var curve: [CurvePoint] = []
  /// What was decided about the recharge; nil when nothing was.
  public internal(set) var recovery: Recovery?
  /// When `Effect.settle` was given.
  public internal(set) var closedAt: Timestamp?
  /// What was settled, once it is.
  public internal(set) var settled: SignalAcknowledgement.Settled?

  init(id: EventID, utility: UtilityID, terms: DispatchTerms?, status: Status) {
    self.id = id
    self.utility = utility
    self.terms = terms
    self.status = status
  }

  /// The revision in force, or the tombstone; nil while the first one waits for its money.
  public var revision: Revision? {
    revisions.last { $0.committedAt != nil || $0.signal.content == nil }
  }

  /// The content in force; also that of an event which was cancelled later.
  public var content: GridSignal.Content? {
    revisions.last { $0.committedAt != nil }?.signal.content
  }

  /// SHA-256 of the policy that holds for it, also in every later run.
  public var policy: Digest? { terms?.policy }

  /// What is committed now; nil before a plan is in force.
  public var commitment: SignalAcknowledgement.Commitment? {
    guard let last = plans.last else { return nil }
    // What devices lose on the way is asked for on top, and is no promise.
    let holding = last.plan.promised(holding: max(.zero, committedNow - concededAhead))
    return .init(
      requested: last.plan.requested,
      committed: corrections.isEmpty ? holding : min(holding, last.plan.committed),
      batteries: batteriesWithShare,
      skipped: batteries.count - batteriesWithShare)
  }

  /// Sum of the powers that still hold.
  var committedNow = Power.zero
  /// The most that will be missing of it because other events go first; held to the end is only
  /// the rest.
  var concededAhead = Power.zero
  /// Batteries that still hold a power.
  var batteriesWithShare = 0

  /// Writes what a battery still holds, and keeps the sums.
  mutating func hold(_ power: Power, row: Int) {
    let before = batteries[row].holding
    batteries[row].holding = power
    committedNow = committedNow + power - before
    batteriesWithShare += (power > .zero ? 1 : 0) - (before > .zero ? 1 : 0)
  }

  /// How many batteries stand where.
  public var outcomes: [Outcome: Int] {
    var counts: [Outcome: Int] = [:]
    for battery in batteries { counts[battery.outcome, default: 0] += 1 }
    return counts
  }
}
