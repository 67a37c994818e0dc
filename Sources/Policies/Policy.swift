public import Engine
public import Grid
public import Settlement
import Signing
public import Verification

/// Every fault of a policy file.
public typealias PolicyFaults = YAMLFaults

/// One programme's policy: how batteries and money are treated.
///
/// Engine, Verification and Settlement take their terms from it and from nowhere else. It is known
/// by the SHA-256 of the file's bytes, so a changed comment is a new policy with the same meaning.
public struct Policy: Hashable, Sendable {
  /// The programme, the same over all versions.
  public let id: ProgrammeID
  /// Its name for people.
  public let title: String
  /// For people; `hash` is the identity.
  public let version: String
  /// SHA-256 of the file's bytes.
  public let hash: Digest
  /// The policy that this one replaces, or nil.
  public let supersedes: Digest?
  /// Fields that the author is not sure of, in the order of the file.
  public let unconfirmed: [Unconfirmed]
  /// What the engine is told.
  public internal(set) var dispatch: DispatchTerms
  /// What verification is told.
  public internal(set) var measurement: MeasurementTerms
  /// What settlement is told.
  public internal(set) var settlement: SettlementTerms
  /// What the settlement of several events is told: `settlement` and, around it, months, seasons,
  /// fees and whatever else an event alone does not know. Every policy has it.
  public internal(set) var programmeTerms: ProgrammeTerms
  /// `programmeTerms` where the policy has something that only they carry out; nil without such.
  public var programme: ProgrammeTerms? { isProgramme ? programmeTerms : nil }
  /// `programmeTerms` where an event is settled by more than `settlement`: fees, caps of rewards and
  /// their like. Months, seasons and the budget are not among it; a controller settles and holds those
  /// beside its events.
  public var eventProgramme: ProgrammeTerms? { isOfEventProgramme ? programmeTerms : nil }
  private let isProgramme: Bool
  private let isOfEventProgramme: Bool
  /// False where only `headroom settle` carries out what the policy has.
  public let isServed: Bool
  /// Days to object after a run.
  public let disputeDays: Int64
  /// By how much of the greater one two parties' volumes may differ.
  public let reconcile: Percent
  /// Does the evidence of a settlement name the readings behind it (`settlement.evidence`).
  public let citesReadings: Bool
  /// `events.plannedHoursPerSeason` in hundredths of an hour, or nil: a promise that is only said.
  public let plannedHundredthHours: Int64?
  /// What fields that the file leaves out mean, by their paths, as they would be written in it;
  /// without those that then mean nothing.
  public let defaults: [String: String]
  /// What is allowed and still deserves a look.
  public let warnings: [Warning]

  /// True for a file with any `toBeConfirmed`: good for trying, refused for serving.
  public var isDraft: Bool { !unconfirmed.isEmpty }

  /// The same policy with homes that were drawn not to be asked.
  public func leaving(out sites: Set<SiteID>) -> Policy {
    var policy = self
    policy.dispatch.controlSites = sites
    return policy
  }

  /// A field with `toBeConfirmed`.
  public struct Unconfirmed: Hashable, Sendable, CustomStringConvertible {
    /// The field.
    public let path: String
    /// Why it is not certain.
    public let reason: String

    /// `path: reason`.
    public var description: String { "\(path): \(reason)" }
  }

  /// Something that is allowed and still deserves a look.
  public struct Warning: Hashable, Sendable, CustomStringConvertible {
    /// The file as the caller named it.
    public let file: String
    /// Where.
    public let line: Int
    /// The field.
    public let path: String
    /// `penaltyWithoutProof`, `adjustableByOwner`, `multiplicativeWithBattery` or
    /// `commandBudgetSmall`.
    public let code: String
    /// What may go wrong, as a sentence.
    public let sentence: String

    /// `file:line: warning: path: sentence (code)`.
    public var description: String { "\(file):\(line): warning: \(path): \(sentence) (\(code))" }
  }

  /// Reads a policy file.
  ///
  /// - Parameters:
  ///   - file: Its name in faults.
  ///   - allowsProgramme: The caller settles by `programme` where it is there. Otherwise fields
  ///     that need it are refused, so that nobody settles without them.
  /// - Throws: `PolicyFaults` with every fault, each with line, field, what was found and what is
  ///   allowed. A field that is described but that nothing here carries out is refused too, with
  ///   the code `notYet`: a policy that is accepted is kept in full.
  public static func load(
    bytes: [UInt8], file: String, allowsProgramme: Bool = false
  ) throws(PolicyFaults) -> Policy {
    try read(bytes: bytes, file: file, allowsProgramme: allowsProgramme).policy
  }

  /// The policy and the schema paths that were asked for on the way.
  static func read(
    bytes: [UInt8], file: String, allowsProgramme: Bool = false
  ) throws(PolicyFaults) -> (policy: Policy, asked: Set<String>) {
    let reader = try YAMLReader(bytes: bytes, file: file, limits: PolicyFields.limits)
    let hash = SHA256.hash(bytes)
    let policy = try reader.read { root -> Policy? in
      let parts = PolicyParts(root)
      let rules = PolicyRules(parts: parts, reader: reader)
      rules.check()
      for field in allowsProgramme ? [] : parts.fieldsNotServed {
        reader.fault(
          at: field, found: "there, and only headroom settle carries it out yet",
          allowed: "leave it out", code: YAMLFault.Code.notYet)
      }
      return Policy(parts, hash: hash, warnings: rules.warnings(), reader: reader)
    }
    return (policy, reader.asked)
  }

  private init?(
    _ parts: PolicyParts, hash: Digest, warnings: [Warning], reader: YAMLReader
  ) {
    guard let header = parts.header, let calendar = parts.calendar, let events = parts.events,
      let signals = parts.signals, let notice = parts.notice, let measurement = parts.measurement,
      let baseline = parts.baseline, let reward = parts.reward, let shares = parts.splits?.shares,
      let escrow = parts.escrow, let settlement = parts.settlement
    else { return nil }
    id = header.id
    title = header.title
    version = header.version
    supersedes = header.supersedes
    self.hash = hash
    self.warnings = warnings
    defaults = reader.standards
    unconfirmed = reader.unconfirmed.map { Unconfirmed(path: $0.path, reason: $0.reason) }
    disputeDays = settlement.disputeDays
    reconcile = settlement.reconcile
    citesReadings = settlement.evidence == .readings
    plannedHundredthHours = parts.plannedHundredthHours
    let dispatch = parts.dispatch
    var terms = DispatchTerms(
      programme: header.id, policy: hash, effectiveFrom: header.from, effectiveTo: header.to,
      calendar: calendar, events: events, signals: signals, notice: notice,
      enrolment: parts.enrolment, release: dispatch.release, target: dispatch.target,
      fairness: dispatch.fairness,
      reserve: dispatch.reserve, minimumSetpoint: dispatch.minimumSetpoint,
      rampSeconds: dispatch.rampSeconds, spreadSeconds: dispatch.spreadSeconds,
      notHeardSeconds: dispatch.notHeardSeconds, graceSeconds: dispatch.graceSeconds,
      handBack: dispatch.handBack, optOutUntil: dispatch.optOut.until)
    terms.optOutMinutesBeforeStart = dispatch.optOut.minutesBeforeStart
    terms.optOutMaximumPerSeason = dispatch.optOut.maximumPerSeason
    terms.slopePerMinute = dispatch.slopePerMinute
    terms.correction = dispatch.correction
    terms.reserveLoweredAtOnce = dispatch.reserveLoweredAtOnce
    terms.storm = dispatch.storm
    terms.meritBy = dispatch.meritBy
    terms.fairnessWindowDays = dispatch.fairnessWindowDays
    terms.historyEvents = dispatch.overCommit.historyEvents
    terms.newBattery = dispatch.overCommit.newBattery
    terms.overCommit = dispatch.overCommit.terms
    terms.chargeUncertainty = dispatch.chargeUncertainty
    terms.recovery = dispatch.recovery
    terms.vendorPerSecond = dispatch.vendorPerSecond
    terms.watchesHandBack = dispatch.watchesHandBack
    self.dispatch = terms
    self.measurement = MeasurementTerms(
      policy: hash, calendar: calendar, mode: measurement.mode,
      exportsCounted: measurement.exportsCounted, intervalMinutes: measurement.intervalMinutes,
      aggregate: measurement.aggregate,
      lossFactorMillionths: measurement.lossFactorMillionths,
      estimatedPayable: measurement.estimatedPayable,
      capAtDeviceOutput: measurement.capAtDeviceOutput,
      reconcilePercent: measurement.reconcilePercent,
      reconcileEnergy: measurement.reconcileEnergy, baseline: baseline)
    self.measurement.validation = parts.validation
    self.settlement = SettlementTerms(
      policy: hash, policyVersion: header.version, programme: header.id,
      currency: header.currency, netting: reward.netting, energy: reward.eventEnergy,
      premium: reward.eventPremium, penalty: reward.eventPenalty, excusals: reward.excusals,
      noticeRequired: notice.acknowledgementRequired,
      lateOptOutIsMissed: dispatch.optOut.until == .start,
      estimatedPayable: measurement.estimatedPayable, testsPaid: events.testsPaid,
      shares: shares, escrowRequired: escrow.required, escrowCoverPercent: escrow.coverPercent,
      runs: settlement.runs, minimumPosting: settlement.minimumPosting)
    programmeTerms = parts.programme(around: self.settlement)
    isProgramme = !parts.programmeFields.isEmpty
    isOfEventProgramme = !parts.eventProgrammeFields.isEmpty
    isServed = parts.fieldsNotServed.isEmpty
  }
}
