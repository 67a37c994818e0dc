import Engine
import Grid
import Settlement
import Verification

/// What the sections of a file say, each for itself; nil where a section has a fault.
struct PolicyParts {
  struct Header {
    var id: ProgrammeID
    var title: String
    var version: String
    var supersedes: Digest?
    var from: CivilDate
    var to: CivilDate?
    var zone: ZoneOffsets
    var currency: Currency
  }
  struct Dispatch {
    var release: DispatchTerms.Release?
    var target = DispatchTerms.TargetTerms()
    var fairness = DispatchTerms.Fairness.proportional
    var meritBy = DispatchTerms.MeritBy.stateOfCharge
    var fairnessWindowDays: Int64 = 30
    var overCommit = OverCommit()
    var chargeUncertainty = Percent.zero
    var reserve = Percent.zero
    var minimumSetpoint = Power.zero
    var rampSeconds: Int64 = 10
    var spreadSeconds: Int64 = 0
    var slopePerMinute: Power?
    var notHeardSeconds: Int64 = 30
    var correction = CorrectionTerms.off
    var reserveLoweredAtOnce = false
    var storm = DispatchTerms.StormTerms()
    var graceSeconds: Int64? = 900
    var handBack = Command.HandBack.priorMode
    var optOut = OptOut()
    var vendorPerSecond: [VendorID: Int64]?
    var watchesHandBack = false
    var recovery: DispatchTerms.RecoveryTerms?
  }
  struct OptOut {
    var until = DispatchTerms.OptOutUntil.end
    var minutesBeforeStart: Int64 = 0
    var maximumPerSeason: Int?
    var isZero = false
  }
  struct OverCommit {
    var terms: DispatchTerms.OverCommit?
    var historyEvents = 10
    var newBattery = Percent(whole: 90)!
  }
  struct Measurement {
    var mode: MeasurementTerms.Mode
    var exportsCounted: Bool
    var intervalMinutes: Int64
    var aggregate: MeasurementTerms.Aggregate
    var lossFactorMillionths: Int64
    var estimatedPayable: Bool
    var capAtDeviceOutput: Bool
    var reconcilePercent: Percent
    var reconcileEnergy: Energy
  }
  struct Reward {
    var netting: SettlementTerms.Netting
    var excusals: Set<SettlementTerms.Excusal>
    var energy: ProgrammeTerms.PricedEnergy?
    var premium: ProgrammeTerms.PricedEnergy?
    var penalty: ProgrammeTerms.PenaltyTerms?
    var isFleet = false
    var distribute = ProgrammeTerms.Distribution.delivered
    var capacity: Capacity?
    var availability: AvailabilityTerms?
    var flat: ProgrammeTerms.FlatTerms?
    var caps = ProgrammeTerms.RewardCaps()
    var budget: ProgrammeTerms.Budget?
    var bonusPool: ProgrammeTerms.BonusPool?
    var rateLockYears: Int64 = 0
  }
  struct Escrow {
    var required: Bool
    var coverPercent: Int64
    var releaseAt: String?
  }
  struct Settlement {
    var runs: [SettlementTerms.Run]
    var disputeDays: Int64
    var reconcile: Percent
    var payerBasis: ProgrammeTerms.PayerBasis
    var evidence: Evidence
    var minimumPosting: Money
  }
  /// `settlement.evidence`.
  enum Evidence: String, CaseIterable { case performance, readings }

  var header: Header?
  var calendar: ProgrammeCalendar?
  var events: DispatchTerms.EventTerms?
  var plannedHundredthHours: Int64?
  var signals: DispatchTerms.SignalTerms?
  var notice: DispatchTerms.NoticeTerms?
  var enrolment: EnrolmentTerms
  var dispatch: Dispatch
  var measurement: Measurement?
  var baseline: BaselineTerms?
  var validation: ValidationLimits
  var reward: Reward?
  var splits: Splits?
  var fees: [ProgrammeTerms.Fee]
  var escrow: Escrow?
  var settlement: Settlement?

  /// Asks for every field of the file, in the order of the page that describes them.
  init(_ root: YAMLSection) {
    header = Self.header(root)
    // A wrong zone is already a fault; UTC only lets the rest of the file be read.
    let zone = header?.zone ?? .utc
    calendar = root.required("calendar", .section { Self.calendar($0, zone: zone) })
    var planned: Int64?
    events = root.required(
      "events",
      .section { section in
        planned = section.optional("plannedHoursPerSeason", .decimal(places: 2, 1...999_999))
        return Self.events(section)
      })
    plannedHundredthHours = planned
    signals = root.required("signals", .section(Self.signals))
    notice = root.required("notice", .section(Self.notice))
    enrolment = root.optional(
      "enrolment", .section(Self.enrolment), default: EnrolmentTerms())
    dispatch = root.optional("dispatch", .section(Self.dispatch), default: Dispatch())
    measurement = root.required("measurement", .section(Self.measurement))
    baseline = root.required("baseline", .section(Self.baseline))
    validation = root.optional(
      "validation", .section(Self.validation), default: ValidationLimits())
    reward = root.required("reward", .section(Self.reward))
    splits = root.required("splits", .section(Self.splits))
    fees = root.optional("fees", .list(of: .section(Self.fee), 0...20), default: [])
    escrow = root.required("escrow", .section(Self.escrow))
    settlement = root.required("settlement", .section(Self.settlement))
    if dispatch.release?.byPrice.isEmpty == false {
      dispatch.release?.currencyCode = header?.currency.code ?? ""
    }
    if let interval = measurement?.intervalMinutes, !root.reader.has("events.stepMinutes") {
      // Only whole settlement intervals can be verified, so no other length may be asked for.
      events?.stepMinutes = interval
      root.reader.standards["events.stepMinutes"] = "\(interval)"
    }
    if reward?.capacity != nil, !root.reader.has("reward.capacity.optedOut") {
      root.reader.standards["reward.capacity.optedOut"] =
        dispatch.optOut.isZero ? "zero" : "excluded"
    }
    if let first = settlement?.runs.first(where: \.isPayable), escrow != nil,
      !root.reader.has("escrow.releaseAt")
    {
      root.reader.standards["escrow.releaseAt"] = first.name
    }
  }
}
