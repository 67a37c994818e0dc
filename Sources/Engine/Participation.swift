public import Grid

/// One battery's part in one event: what it was promised, told, and said.
///
/// It has everything that settlement and an owner's event log need from dispatch; measured energy
/// is not here, because what a device says of itself is never evidence for pay.
public struct Participation: Hashable, Sendable {
  /// What became of the notice of the highest revision.
  public struct NoticeTrace: Hashable, Sendable {
    /// The notice's revision.
    public let revision: Int64
    /// When it was first sent.
    public let sentAt: Timestamp
    /// When the gateway first acknowledged it, by the engine's clock; nil is never.
    public internal(set) var acknowledgedAt: Timestamp?
    /// When a person saw it, by the gateway's clock.
    public internal(set) var userAcknowledgedAt: Timestamp?
  }

  /// What became of the last command that moves the battery; a cancel is not kept here.
  public struct CommandTrace: Hashable, Sendable {
    /// Its `seq`; the id is `{eventId}.{batteryId}.{seq}`.
    public let seq: Int64
    /// When it acts.
    public let window: Window
    /// The setpoint.
    public let power: Power
    /// When it was first sent.
    public let sentAt: Timestamp
    /// When it was first acknowledged with any status, by the engine's clock.
    public internal(set) var acknowledgedAt: Timestamp?
    /// When the device had confirmed the setpoint, by the gateway's clock.
    public internal(set) var startedAt: Timestamp?
    /// What the battery said it will really do; the last word.
    public internal(set) var accepted: Power?
    /// The first final status; it stands.
    public internal(set) var final: Acknowledgement.Status?
    /// When that happened, by the gateway's clock.
    public internal(set) var finalAt: Timestamp?
    /// The gateway's reason with a final status.
    public internal(set) var reason: String?
    /// Energy of this command as the gateway reported it.
    public internal(set) var delivered: Energy?
    /// True when another final status came later; only the first counts.
    public internal(set) var finalContradicted = false
  }

  /// The battery.
  public let battery: BatteryID
  /// Why it has no share in the plan in force; nil when it has one.
  public internal(set) var skip: SkipReason?
  /// What bound its share; nil without one.
  public internal(set) var boundBy: Bound?
  /// What the notices promised, as long as it stood.
  public internal(set) var promised = CommittedPower()
  /// What the plans in force asked.
  public internal(set) var planned = CommittedPower()
  /// Its notice; nil when none was sent.
  public internal(set) var notice: NoticeTrace?
  /// The notice was not acknowledged by `ackBy`, or none was sent: no penalty can follow.
  public internal(set) var unnotified = false
  /// Its last command; nil when none was sent.
  public internal(set) var command: CommandTrace?
  /// Reported energy of its earlier commands of this event.
  public internal(set) var deliveredBefore = Energy.zero
  /// When its owner left, and nothing more was owed.
  public internal(set) var optedOutAt: Timestamp?
  /// When a raised reserve last lowered what it owed.
  public internal(set) var reserveRaisedAt: Timestamp?
  /// When a command passed its last moment without any acknowledgement.
  public internal(set) var unreachableAt: Timestamp?

  init(battery: BatteryID) { self.battery = battery }

  /// Energy as the gateway reported it, over all commands; nil when it reported none.
  public var delivered: Energy? {
    guard let last = command?.delivered else {
      return deliveredBefore > .zero ? deliveredBefore : nil
    }
    return deliveredBefore + last
  }

  /// True for a battery to which settlement owes an account: it was promised or asked something.
  public var takesPart: Bool { !promised.pieces.isEmpty || !planned.pieces.isEmpty }

  /// Where it stands, for counting.
  public var outcome: Outcome {
    if optedOutAt != nil { return .optedOut }
    guard let command else {
      if let skip { return .skipped(skip) }
      return takesPart ? .waiting : .notPlanned
    }
    switch command.final {
    case .completed, .superseded: return .completed
    case .cancelled: return .cancelled
    case .optOut, .partialOptOut: return .optedOut
    case .noParticipation, .failed: return .failed
    case .rejectedParameter, .rejectedInvalid, .rejectedLate: return .rejected
    case .received, .started, .optIn, .userAcknowledged, nil:
      if unreachableAt != nil { return .unreachable }
      if command.startedAt != nil { return .started }
      return command.acknowledgedAt == nil ? .commanded : .acknowledged
    }
  }
}

/// Where a battery stands in an event.
public enum Outcome: Hashable, Sendable {
  /// No plan was in force yet.
  case notPlanned
  /// It has no share.
  case skipped(SkipReason)
  /// It has a share, and no command yet.
  case waiting
  /// A command was sent and not acknowledged yet.
  case commanded
  /// The command was received.
  case acknowledged
  /// The battery moves.
  case started
  /// Ended as commanded.
  case completed
  /// Ended by a cancel.
  case cancelled
  /// The owner left.
  case optedOut
  /// Nothing moved, or it ended by a fault.
  case failed
  /// The gateway refused the command.
  case rejected
  /// No acknowledgement until the command's last moment.
  case unreachable
}
