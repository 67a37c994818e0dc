/// What a percentage is taken of.
public enum ReleaseBasis: String, Hashable, Sendable, CaseIterable {
  /// Energy now in the battery.
  case storedEnergy
  /// Usable capacity.
  case nameplateEnergy
  /// Energy now in the battery above the floor that holds for it.
  case energyAboveReserve
  /// Rated discharge power, for the length of the event.
  case ratedPower
}

/// What a signal asks of the fleet.
public enum ReductionRequest: Hashable, Sendable {
  /// A reduction as the grid sees it, in watts above 0.
  case power(Power)
  /// A share of each battery, above 0 %.
  case release(Percent, of: ReleaseBasis)
  /// The policy decides by the signal's level.
  case byLevel
}

/// One revision of a utility's signal: the whole signal, not a patch.
///
/// Source: the MQTT contract, §4.
public struct GridSignal: Hashable, Sendable {
  /// A price that a signal mentions; information for people, the policy decides money.
  public struct Price: Hashable, Sendable {
    /// Three capital letters.
    public let currencyCode: String
    /// Millionths of the currency a kilowatt-hour.
    public let perKilowattHour: Money

    /// A price.
    public init(currencyCode: String, perKilowattHour: Money) {
      self.currencyCode = currencyCode
      self.perKilowattHour = perKilowattHour
    }
  }

  /// What an active signal asks for.
  public struct Content: Hashable, Sendable {
    /// Whole seconds, 60 s…24 h long.
    public let window: Window
    /// 0 none, 1 moderate, 2 high, 3 emergency.
    public let level: Int
    /// The programme; nil is the utility's only or default one.
    public let programme: ProgrammeID?
    /// Feeder nodes; empty is the whole programme.
    public let targets: [NodeID]
    /// Lower goes first; nil is last.
    public let priority: Int?
    /// How much, and of what.
    public let request: ReductionRequest
    /// For display.
    public let premium: Price?
    /// For display.
    public let penalty: Price?
    /// An OpenADR literal; it has an effect only if the policy names it.
    public let alert: String?
    /// A remark for operators.
    public let note: String?
    /// Batteries move and are measured; nothing is posted unless the policy pays tests.
    public let isTest: Bool

    /// The content of an active signal; the caller has checked the ranges.
    public init(
      window: Window, level: Int, programme: ProgrammeID? = nil, targets: [NodeID] = [],
      priority: Int? = nil, request: ReductionRequest, premium: Price? = nil,
      penalty: Price? = nil, alert: String? = nil, note: String? = nil, isTest: Bool = false
    ) {
      self.window = window
      self.level = level
      self.programme = programme
      self.targets = targets
      self.priority = priority
      self.request = request
      self.premium = premium
      self.penalty = penalty
      self.alert = alert
      self.note = note
      self.isTest = isTest
    }
  }

  /// Names the event for ever.
  public let event: EventID
  /// Rises with each change, from 1.
  public let revision: Int64
  /// When the utility wrote it.
  public let issuedAt: Timestamp
  /// What is asked; nil is a cancel, which is final.
  public let content: Content?

  /// A signal; without content it is a cancel.
  public init(event: EventID, revision: Int64, issuedAt: Timestamp, content: Content?) {
    self.event = event
    self.revision = revision
    self.issuedAt = issuedAt
    self.content = content
  }
}

/// The controller's answer to a signal.
public struct SignalAcknowledgement: Hashable, Sendable {
  /// Where the signal stands.
  public enum Status: String, Hashable, Sendable, CaseIterable {
    case received, started, completed, cancelled, superseded, committed, settled
    case rejectedParameter, rejectedInvalid, rejectedLate
  }

  /// What was committed.
  public struct Commitment: Hashable, Sendable {
    /// Asked, as watts over the event.
    public let requested: Power
    /// Held to the end of the event.
    public let committed: Power
    /// Batteries with a share.
    public let batteries: Int
    /// Batteries without one.
    public let skipped: Int

    /// Asked and not held.
    public var shortfall: Power { requested - committed }

    /// A commitment.
    public init(requested: Power, committed: Power, batteries: Int, skipped: Int) {
      self.requested = requested
      self.committed = committed
      self.batteries = batteries
      self.skipped = skipped
    }
  }

  /// What was settled, and where it is written.
  public struct Settled: Hashable, Sendable {
    /// Verified reduction in whole watt-hours.
    public let verifiedWh: Int64
    /// Entries of the ledger that holds the settlement.
    public let treeSize: Int64
    /// Its Merkle root.
    public let root: Digest

    /// A settlement's place.
    public init(verifiedWh: Int64, treeSize: Int64, root: Digest) {
      self.verifiedWh = verifiedWh
      self.treeSize = treeSize
      self.root = root
    }
  }

  /// The signal it answers.
  public let event: EventID
  /// The revision that is stored.
  public let revision: Int64
  /// Where it stands.
  public let status: Status
  /// When it was so.
  public let at: Timestamp
  /// From `committed` on.
  public let commitment: Commitment?
  /// With `settled`.
  public let settled: Settled?
  /// With a rejection.
  public let rejection: Rejection?

  /// An answer.
  public init(
    event: EventID, revision: Int64, status: Status, at: Timestamp,
    commitment: Commitment? = nil, settled: Settled? = nil, rejection: Rejection? = nil
  ) {
    self.event = event
    self.revision = revision
    self.status = status
    self.at = at
    self.commitment = commitment
    self.settled = settled
    self.rejection = rejection
  }
}

/// Why something was turned away: a code a program can switch on and words a person can act on.
public struct Rejection: Error, Hashable, Sendable, CustomStringConvertible {
  /// The codes of the MQTT contract, §11.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    case malformed, missingField, badField, contradictory, unknownSchema, oversized
    case revisionConflict, alreadyCancelled, idTaken, late, past
    case unknownTarget, unknownBattery, unknownMeter, unknownId, unsupported
    case refusedByPolicy, underfunded
    case wrongPrincipal, unsigned, badSignature, revokedKey
    case registerMismatch, clock, retained, rateLimited

    /// The status of an acknowledgement with this code; nil where none is given.
    public var status: SignalAcknowledgement.Status? {
      switch self {
      case .malformed, .missingField, .badField, .contradictory, .unknownSchema, .oversized,
        .revisionConflict, .alreadyCancelled, .idTaken:
        .rejectedInvalid
      case .late, .past: .rejectedLate
      case .unknownTarget, .unknownBattery, .unknownMeter, .unknownId, .unsupported,
        .refusedByPolicy, .underfunded:
        .rejectedParameter
      case .wrongPrincipal, .unsigned, .badSignature, .revokedKey, .registerMismatch, .clock,
        .retained, .rateLimited:
        nil
      }
    }
  }

  /// What kind of fault.
  public let code: Code
  /// The member or the rule concerned; may be empty.
  public let field: String
  /// What was there, shortened to 100 bytes by the one who found it.
  public let found: String
  /// What may be there.
  public let allowed: String

  /// A rejection.
  public init(_ code: Code, field: String = "", found: String = "", allowed: String = "") {
    self.code = code
    self.field = field
    self.found = found
    self.allowed = allowed
  }

  /// One line: `badField: durationS is 45; allowed: 60, 300, 900, 1800 or 3600`.
  public var description: String {
    var text = code.rawValue
    if !field.isEmpty { text += ": \(field)" }
    if !found.isEmpty { text += field.isEmpty ? ": \(found)" : " is \(found)" }
    if !allowed.isEmpty { text += "; allowed: \(allowed)" }
    return text
  }
}
