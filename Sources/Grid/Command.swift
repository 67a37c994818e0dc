/// Tells one battery what to do in one window; a lease that ends by itself.
///
/// Source: the MQTT contract, §6. The same id always has the same content.
public struct Command: Hashable, Sendable {
  /// What a battery shall do.
  public enum Action: Hashable, Sendable {
    /// Discharge at `setpoint` (above 0) until `energyLimit` is given or the charge falls to `floor`.
    case discharge(setpoint: Power, energyLimit: Energy, floor: Percent)
    /// 0 W both ways.
    case hold
    /// Ends this event's commands of lower `seq` for this battery.
    case cancel
  }

  /// What follows the end.
  public enum HandBack: String, Hashable, Sendable, CaseIterable {
    case priorMode, selfConsumption
  }

  /// `{eventId}.{batteryId}.{seq}`.
  public let id: LongIdentifier
  /// Rises for each battery for ever, across events and gateways.
  public let seq: Int64
  /// The battery.
  public let battery: BatteryID
  /// The event; nil for an operator's own command.
  public let event: EventID?
  /// When it was decided.
  public let issuedAt: Timestamp
  /// When it acts; for a cancel: when it takes effect, and how long to remember it.
  public let window: Window
  /// Last moment to accept it, within the window.
  public let notAfter: Timestamp
  /// What to do.
  public let action: Action
  /// The site never exports more than this.
  public let exportLimit: Power?
  /// Linear from present power to the setpoint, 0…3,600 s.
  public let rampSeconds: Int64
  /// Hand back when the controller was silent for longer, 60…86,400 s; nil: run to the end.
  public let graceSeconds: Int64?
  /// What follows the end.
  public let handBack: HandBack
  /// Where the figures came from, when it was a percentage.
  public let request: ReductionRequest?
  /// What bound the figures: `request`, `ratedPower`, `node:<id>`….
  public let boundBy: String?

  /// A command; its id follows from event, battery and `seq`.
  public init(
    seq: Int64, battery: BatteryID, event: EventID?, issuedAt: Timestamp, window: Window,
    notAfter: Timestamp, action: Action, exportLimit: Power? = nil, rampSeconds: Int64 = 0,
    graceSeconds: Int64? = nil, handBack: HandBack = .priorMode,
    request: ReductionRequest? = nil, boundBy: String? = nil
  ) {
    self.id = .command(event: event, battery: battery, seq: seq)
    self.seq = seq
    self.battery = battery
    self.event = event
    self.issuedAt = issuedAt
    self.window = window
    self.notAfter = notAfter
    self.action = action
    self.exportLimit = exportLimit
    self.rampSeconds = rampSeconds
    self.graceSeconds = graceSeconds
    self.handBack = handBack
    self.request = request
    self.boundBy = boundBy
  }
}

/// Tells an owner's gateway about a scheduled event; it moves nothing.
///
/// Source: the MQTT contract, §5. Its acknowledgement is the proof of notice.
public struct Notice: Hashable, Sendable {
  /// What is scheduled.
  public struct Schedule: Hashable, Sendable {
    /// The event's window.
    public let window: Window
    /// The signal's level, 0…3.
    public let level: Int
    /// No acknowledgement by then: the battery is unnotified, and no penalty can follow.
    public let acknowledgeBy: Timestamp
    /// Expected discharge, not binding.
    public let planned: Power?
    /// Expected energy, not binding.
    public let plannedEnergy: Energy?
    /// Lowest state of charge the event will use.
    public let floor: Percent?
    /// Last moment to opt out without consequence.
    public let optOutBy: Timestamp?
    /// The terms that will settle the event.
    public let policy: Digest?

    /// A schedule.
    public init(
      window: Window, level: Int, acknowledgeBy: Timestamp, planned: Power? = nil,
      plannedEnergy: Energy? = nil, floor: Percent? = nil, optOutBy: Timestamp? = nil,
      policy: Digest? = nil
    ) {
      self.window = window
      self.level = level
      self.acknowledgeBy = acknowledgeBy
      self.planned = planned
      self.plannedEnergy = plannedEnergy
      self.floor = floor
      self.optOutBy = optOutBy
      self.policy = policy
    }
  }

  /// `{eventId}.{batteryId}.n{revision}`.
  public let id: LongIdentifier
  /// The event.
  public let event: EventID
  /// The battery.
  public let battery: BatteryID
  /// The highest revision counts.
  public let revision: Int64
  /// When it was written.
  public let issuedAt: Timestamp
  /// What is scheduled; nil is a cancel, which is final.
  public let schedule: Schedule?

  /// A notice; its id follows from event, battery and revision.
  public init(
    event: EventID, battery: BatteryID, revision: Int64, issuedAt: Timestamp, schedule: Schedule?
  ) {
    self.id = .notice(event: event, battery: battery, revision: revision)
    self.event = event
    self.battery = battery
    self.revision = revision
    self.issuedAt = issuedAt
    self.schedule = schedule
  }
}

/// A gateway's answer to a command or a notice.
///
/// Source: the MQTT contract, §7.
public struct Acknowledgement: Hashable, Sendable {
  /// What is answered.
  public enum Subject: Hashable, Sendable {
    case command(LongIdentifier)
    case notice(LongIdentifier)
  }

  /// Where it stands.
  public enum Status: String, Hashable, Sendable, CaseIterable {
    case received, started, completed, optOut, optIn, cancelled, superseded, partialOptOut
    case noParticipation, userAcknowledged, failed
    case rejectedParameter, rejectedInvalid, rejectedLate

    /// True for a status after which a command has ended; the first one stands.
    public var isFinalForCommand: Bool {
      switch self {
      case .received, .started, .optIn, .userAcknowledged: false
      case .completed, .optOut, .cancelled, .superseded, .partialOptOut, .noParticipation, .failed,
        .rejectedParameter, .rejectedInvalid, .rejectedLate:
        true
      }
    }
  }

  /// What is answered.
  public let subject: Subject
  /// The battery.
  public let battery: BatteryID
  /// Where it stands.
  public let status: Status
  /// When it happened at the gateway.
  public let at: Timestamp
  /// What the battery will really do; with `started`.
  public let accepted: Power?
  /// Energy since the start, for the operator, never for pay.
  public let delivered: Energy?
  /// State of charge as read back.
  public let charge: Percent?
  /// Highest `seq` known for this battery; with `superseded`.
  public let lastSeq: Int64?
  /// A code of the contract's §7 or §11.
  public let reason: String?

  /// An answer.
  public init(
    subject: Subject, battery: BatteryID, status: Status, at: Timestamp, accepted: Power? = nil,
    delivered: Energy? = nil, charge: Percent? = nil, lastSeq: Int64? = nil, reason: String? = nil
  ) {
    self.subject = subject
    self.battery = battery
    self.status = status
    self.at = at
    self.accepted = accepted
    self.delivered = delivered
    self.charge = charge
    self.lastSeq = lastSeq
    self.reason = reason
  }
}
