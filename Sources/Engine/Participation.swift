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
    /// Expected discharge, as it was written.
    public let planned: Power
    /// Expected energy, as it was written.
    public let plannedEnergy: Energy
    /// It was cancelled, with the event or for this battery.
    public internal(set) var isWithdrawn = false
    let floorHundredths: Int32
    /// The gateway answered, though perhaps not that it has it.
    var isAnswered = false

    init(
      revision: Int64, sentAt: Timestamp, planned: Power, plannedEnergy: Energy,
      floorHundredths: Int32
    ) {
      self.revision = revision
      self.sentAt = sentAt
      self.planned = planned
      self.plannedEnergy = plannedEnergy
      self.floorHundredths = floorHundredths
    }

    /// True while it shall be sent again.
    var isOpen: Bool { !isAnswered && !isWithdrawn }
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

  /// A stretch of time in which this event gives way to one that goes before it.
  public struct Concession: Hashable, Sendable {
    /// The one that goes before.
    public let event: EventID
    /// The time that both have in common.
    public let window: Window
    /// The most that is left for this event: 0 for a battery that serves the other one, above 0
    /// where only a limit of the feeder is shared.
    public let left: Power
  }

  /// The battery.
  public let battery: BatteryID
  /// Why it has no share in the plan in force; nil when it has one.
  public internal(set) var skip: SkipReason?
  /// What bound its share; nil without one.
  public internal(set) var boundBy: Bound?
  /// What the notices promised, as long as it stood, without what other events took of it.
  public var promised: CommittedPower {
    conceded.isEmpty ? promise : promise.less(conceded)
  }
  /// What the plans in force asked, without what other events took of it.
  public var planned: CommittedPower { conceded.isEmpty ? asked : asked.less(conceded) }
  /// When it serves events that go before this one; in order of time.
  public internal(set) var conceded: [Concession] = []
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
  /// He left later or more often than the terms let him: what he was promised counts as missed.
  public internal(set) var optOutIsMissed = false
  /// When a raised reserve last lowered what it owed.
  public internal(set) var reserveRaisedAt: Timestamp?
  /// When a command passed its last moment without any acknowledgement.
  public internal(set) var unreachableAt: Timestamp?

  /// Since when a correction counts it for what it gives and not for what it was asked; nil while
  /// it does as it was asked.
  public internal(set) var lostAt: Timestamp?
  /// How often a correction changed its setpoint.
  public internal(set) var corrections = 0

  /// What was promised, as if no other event went before this one.
  var promise = CommittedPower()
  /// What was asked, likewise.
  var asked = CommittedPower()

  /// Power it still holds by the plan in force; 0 when it was released or cannot.
  public internal(set) var holding = Power.zero

  init(battery: BatteryID) { self.battery = battery }

  /// A command was sent: it is what the battery owes from its start on.
  ///
  /// - Parameter power: What it takes off the grid's load: the setpoint, or what a pause ends.
  mutating func begin(_ command: Command, power: Power, at now: Timestamp) {
    if let last = self.command {
      deliveredBefore += last.delivered ?? .zero
    } else if conceded.isEmpty {
      asked.end(at: Timestamp(microseconds: .min))
    }
    if conceded.isEmpty {
      asked.replace(from: command.window.start, with: power, in: command.window)
    } else {
      asked.set(power, in: command.window)
    }
    self.command = CommandTrace(
      seq: command.seq, window: command.window, power: power, sentAt: now)
  }

  /// A plan came into force: before the event it replaces the former one; in it, at `now`, only
  /// what is still to come.
  mutating func take(
    _ power: Power, in window: Window?, from start: Timestamp, at now: Timestamp?, isPromise: Bool
  ) {
    guard let now else {
      let ever = Timestamp(microseconds: .min)
      asked.replace(from: ever, with: power, in: window)
      if isPromise { promise.replace(from: ever, with: power, in: window) }
      return
    }
    asked.step(from: start, at: now, to: power, in: window)
    if isPromise { promise.step(from: start, at: now, to: power, in: window) }
  }

  /// An acknowledgement of the last command.
  mutating func note(_ ack: Acknowledgement, at now: Timestamp) {
    if command?.acknowledgedAt == nil { command?.acknowledgedAt = now }
    if ack.status == .started {
      if command?.startedAt == nil { command?.startedAt = ack.at }
      command?.accepted = ack.accepted
    }
    guard ack.status.isFinalForCommand else { return }
    if let final = command?.final {
      if final != ack.status { command?.finalContradicted = true }
    } else {
      command?.final = ack.status
      command?.finalAt = ack.at
      command?.reason = ack.reason
      command?.delivered = ack.delivered
    }
  }

  /// An acknowledgement of the last notice, which is proof when it was given before `deadline`.
  ///
  /// It may have waited at the broker while the controller was away, so the gateway's clock counts.
  mutating func noteNotice(_ ack: Acknowledgement, at now: Timestamp, by deadline: Timestamp?) {
    notice?.isAnswered = true
    if let notice, let deadline, notice.acknowledgedAt == nil,
      notice.sentAt <= ack.at, ack.at < deadline
    {
      unnotified = false
    }
    if notice?.acknowledgedAt == nil { notice?.acknowledgedAt = now }
    if ack.status == .userAcknowledged, notice?.userAcknowledgedAt == nil {
      notice?.userAcknowledgedAt = ack.at
    }
  }

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
