public import Grid

/// What one programme's policy says to verification: what counts, and against which baseline.
///
/// Fields have the names and meanings of the policy file's `measurement` and `baseline`.
public struct MeasurementTerms: Hashable, Sendable {
  /// `measurement.mode`.
  public enum Mode: String, Hashable, Sendable, CaseIterable {
    /// Site meter against a baseline.
    case premises
    /// Battery output above its typical output.
    case deviceOutput
    /// Battery output as it is.
    case deviceGross
  }

  /// `measurement.aggregate`.
  public enum Aggregate: String, Hashable, Sendable, CaseIterable {
    /// Each home against its own baseline.
    case sumOfHomes
    /// All homes as one meter: its baseline is not the sum of theirs.
    case fleet
  }

  /// SHA-256 of the policy file's bytes.
  public var policy: Digest
  /// Zone, holidays and working days.
  public var calendar: ProgrammeCalendar
  /// How it is measured.
  public var mode: Mode
  /// Is energy counted that leaves the premises.
  public var exportsCounted: Bool
  /// Settlement interval: 1, 5, 10, 15, 30 or 60 minutes; finer data is summed.
  public var intervalMinutes: Int64
  /// Whose baseline the programme settles on.
  public var aggregate: Aggregate
  /// Times the reduction, before money; millionths, 800,000…1,200,000.
  public var lossFactorMillionths: Int64
  /// May estimated energy be paid.
  public var estimatedPayable: Bool
  /// Premises: never more than what the battery gave above its typical use, where it has a meter.
  public var capAtDeviceOutput: Bool
  /// Site meter and battery differ by more than percent and energy together: the home is held.
  public var reconcilePercent: Percent
  /// See `reconcilePercent`.
  public var reconcileEnergy: Energy
  /// Against what.
  public var baseline: BaselineTerms
  /// Beyond which limits a meter's values are doubted.
  public var validation = ValidationLimits()

  /// Terms; the loader has checked every range.
  public init(
    policy: Digest, calendar: ProgrammeCalendar, mode: Mode, exportsCounted: Bool,
    intervalMinutes: Int64, aggregate: Aggregate = .sumOfHomes,
    lossFactorMillionths: Int64 = 1_000_000, estimatedPayable: Bool = false,
    capAtDeviceOutput: Bool = false, reconcilePercent: Percent = Percent(whole: 5)!,
    reconcileEnergy: Energy = Energy(joules: 720_000), baseline: BaselineTerms
  ) {
    self.policy = policy
    self.calendar = calendar
    self.mode = mode
    self.exportsCounted = exportsCounted
    self.intervalMinutes = intervalMinutes
    self.aggregate = aggregate
    self.lossFactorMillionths = lossFactorMillionths
    self.estimatedPayable = estimatedPayable
    self.capAtDeviceOutput = capAtDeviceOutput
    self.reconcilePercent = reconcilePercent
    self.reconcileEnergy = reconcileEnergy
    self.baseline = baseline
  }
}

/// An exact fraction of two whole numbers; the denominator is positive.
public struct Ratio: Hashable, Sendable {
  /// Above the line.
  public var numerator: Int64
  /// Below the line.
  public var denominator: Int64

  /// `numerator` / `denominator`.
  public init(_ numerator: Int64, _ denominator: Int64) {
    precondition(denominator > 0, "a denominator is positive")
    self.numerator = numerator
    self.denominator = denominator
  }
}

/// `baseline` of the policy file.
public struct BaselineTerms: Hashable, Sendable {
  /// `baseline.kind`.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case dayMatching, meterBeforeAfter, typicalOutput, controlGroup, declared, none
  }
  /// `baseline.dayClasses`.
  public enum DayClasses: String, Hashable, Sendable, CaseIterable {
    case all, businessNonBusiness, weekdaySaturdaySunday
  }
  /// A class of days that are alike.
  public enum DayClass: String, Hashable, Sendable, CaseIterable {
    case all, business, nonBusiness, weekday, saturday, sundayHoliday
  }
  /// `baseline.eventDays`.
  public enum EventDays: String, Hashable, Sendable, CaseIterable {
    case notifiedSite, dispatchedSite, anyOfProgramme
  }
  /// `baseline.selection.*`.
  public struct Selection: Hashable, Sendable {
    /// `choose`.
    public enum Choice: String, Hashable, Sendable, CaseIterable { case recent, high, low, middle }
    /// Which of the `y` most recent eligible days.
    public var choose: Choice
    /// How many eligible days are kept.
    public var y: Int
    /// How many of them are used by `high` and `low`.
    public var x: Int
    /// Fewer eligible days than this: `tooFewDays` decides.
    public var minimumDays: Int
    /// Millionths in the order of the selection, summing to 1,000,000; empty is equal.
    public var weightsMillionths: [Int64]
    /// With `middle`.
    public var dropHigh: Int
    /// With `middle`.
    public var dropLow: Int

    /// A selection.
    public init(
      choose: Choice, y: Int, x: Int? = nil, minimumDays: Int? = nil,
      weightsMillionths: [Int64] = [], dropHigh: Int = 1, dropLow: Int = 1
    ) {
      self.choose = choose
      self.y = y
      self.x = x ?? y
      self.minimumDays = minimumDays ?? y
      self.weightsMillionths = weightsMillionths
      self.dropHigh = dropHigh
      self.dropLow = dropLow
    }
  }
  /// `baseline.rankBy`.
  public enum RankBy: String, Hashable, Sendable, CaseIterable { case eventWindow, fullDay }
  /// `baseline.tooFewDays`.
  public enum TooFewDays: String, Hashable, Sendable, CaseIterable {
    case notVerifiable, useAvailable, fillEventDays
  }
  /// `baseline.adjustment`.
  public struct Adjustment: Hashable, Sendable {
    /// `type`.
    public enum Kind: String, Hashable, Sendable, CaseIterable { case additive, multiplicative }
    /// `windows[].anchor`.
    public enum Anchor: String, Hashable, Sendable, CaseIterable { case start, end }
    /// `capOf`.
    public enum CapOf: String, Hashable, Sendable, CaseIterable {
      case windowBaseline, eventBaseline, absoluteKW
    }
    /// `windows[]`.
    public struct AnchoredWindow: Hashable, Sendable {
      /// From which moment of the event it is counted.
      public var anchor: Anchor
      /// First minute, relative to the anchor.
      public var fromMinutes: Int64
      /// First minute that no longer belongs to it.
      public var toMinutes: Int64

      /// A window.
      public init(anchor: Anchor, fromMinutes: Int64, toMinutes: Int64) {
        self.anchor = anchor
        self.fromMinutes = fromMinutes
        self.toMinutes = toMinutes
      }
    }
    /// Added, or multiplied.
    public var kind: Kind
    /// Where the day is compared.
    public var windows: [AnchoredWindow]
    /// Greatest raise as a share of `capOf` (kW for `absoluteKW`); nil is no limit.
    public var capUp: Ratio?
    /// Greatest cut, likewise.
    public var capDown: Ratio?
    /// What the caps are measured on.
    public var capOf: CapOf
    /// Lost window data: refuse instead of going without adjustment.
    public var refusesOnMissing: Bool

    /// An adjustment; `direction: upOnly` is a `capDown` of 0.
    public init(
      kind: Kind, windows: [AnchoredWindow], capUp: Ratio?, capDown: Ratio?,
      capOf: CapOf = .windowBaseline, refusesOnMissing: Bool = false
    ) {
      self.kind = kind
      self.windows = windows
      self.capUp = capUp
      self.capDown = capDown
      self.capOf = capOf
      self.refusesOnMissing = refusesOnMissing
    }
  }
  /// `baseline.before`, `baseline.after` and `baseline.combine`, of `meterBeforeAfter`.
  public struct BeforeAfter: Hashable, Sendable {
    /// `baseline.combine`.
    public enum Combine: String, Hashable, Sendable, CaseIterable { case mean, min, max }
    /// Length of the window before, in minutes.
    public var beforeMinutes: Int64
    /// Between that window and the event.
    public var beforeGapMinutes: Int64
    /// Length of the window after, in minutes.
    public var afterMinutes: Int64
    /// Between the event and that window.
    public var afterGapMinutes: Int64
    /// How the intervals of both become one value.
    public var combine: Combine

    /// Windows round an event.
    public init(
      beforeMinutes: Int64 = 60, beforeGapMinutes: Int64 = 0, afterMinutes: Int64 = 0,
      afterGapMinutes: Int64 = 0, combine: Combine = .mean
    ) {
      self.beforeMinutes = beforeMinutes
      self.beforeGapMinutes = beforeGapMinutes
      self.afterMinutes = afterMinutes
      self.afterGapMinutes = afterGapMinutes
      self.combine = combine
    }
  }
  /// `baseline.eligibility`; a limit that is nil is not tested.
  public struct Eligibility: Hashable, Sendable {
    /// `rrmsePercent`: root of the mean squared error, of the mean use.
    public var rrmse: Percent?
    /// `biasPercent`: error in sum, of the use in sum.
    public var bias: Percent?

    /// Limits.
    public init(rrmse: Percent?, bias: Percent?) {
      self.rrmse = rrmse
      self.bias = bias
    }
  }

  /// The family.
  public var kind: Kind
  /// Candidate days before the event.
  public var lookbackDays: Int64
  /// Most recent days that are no candidates.
  public var skipRecentDays: Int64
  /// Which days are alike.
  public var dayClasses: DayClasses
  /// Holidays are never candidates, instead of counting as non-business days.
  public var holidaysExcluded: Bool
  /// Other days that are no candidates.
  public var excludedDates: Set<CivilDate>
  /// Which days are event days, so not candidates.
  public var eventDays: EventDays
  /// Qualities that count as missing.
  public var excludedQualities: Set<Quality>
  /// A candidate whose wall-clock hour was skipped is not eligible, instead of leaving a gap.
  public var wallClockGapDisqualifies: Bool
  /// One for each class that may have events.
  public var selection: [DayClass: Selection]
  /// What days are ranked by.
  public var rankBy: RankBy
  /// Days below this share of the mean are replaced; nil: none are.
  public var lowUsage: Ratio?
  /// What follows when there are too few days.
  public var tooFewDays: TooFewDays
  /// Same-day adjustment, or nil.
  public var adjustment: Adjustment?
  /// A baseline is never negative.
  public var floorAtZero: Bool
  /// With `meterBeforeAfter`.
  public var beforeAfter: BeforeAfter
  /// With `typicalOutput`: charging counts as negative output, instead of as nothing.
  public var chargingNets: Bool
  /// With `declared`: a schedule is frozen this long before the start.
  public var gateClosureMinutes: Int64
  /// A home whose baseline is worse may not use it; nil: none is tested.
  public var eligibility: Eligibility?
  /// With `controlGroup`: fewer control homes are no baseline.
  public var minimumControlHomes: Int
  /// With `controlGroup`: how it is drawn; nil where whoever measures says so.
  public var controlDraw: ControlDraw?

  /// How homes are drawn that are not asked, fixed before the season.
  public struct ControlDraw: Hashable, Sendable {
    /// Of 10,000 homes so many.
    public var shareBasisPoints: Int64
    /// SHA-256 of the salt, which is kept secret until nobody can join any more.
    public var saltDigest: Digest

    /// A draw.
    public init(shareBasisPoints: Int64, saltDigest: Digest) {
      self.shareBasisPoints = shareBasisPoints
      self.saltDigest = saltDigest
    }
  }

  /// Terms; the loader has checked every range.
  public init(
    kind: Kind, lookbackDays: Int64 = 45, skipRecentDays: Int64 = 0,
    dayClasses: DayClasses = .all, holidaysExcluded: Bool = false,
    excludedDates: Set<CivilDate> = [], eventDays: EventDays = .notifiedSite,
    excludedQualities: Set<Quality> = [.estimated], wallClockGapDisqualifies: Bool = false,
    selection: [DayClass: Selection] = [:], rankBy: RankBy = .eventWindow,
    lowUsage: Ratio? = nil, tooFewDays: TooFewDays = .notVerifiable,
    adjustment: Adjustment? = nil, floorAtZero: Bool = false,
    beforeAfter: BeforeAfter = BeforeAfter(), chargingNets: Bool = false,
    gateClosureMinutes: Int64 = 0, eligibility: Eligibility? = nil,
    minimumControlHomes: Int = 150
  ) {
    self.kind = kind
    self.lookbackDays = lookbackDays
    self.skipRecentDays = skipRecentDays
    self.dayClasses = dayClasses
    self.holidaysExcluded = holidaysExcluded
    self.excludedDates = excludedDates
    self.eventDays = eventDays
    self.excludedQualities = excludedQualities
    self.wallClockGapDisqualifies = wallClockGapDisqualifies
    self.selection = selection
    self.rankBy = rankBy
    self.lowUsage = lowUsage
    self.tooFewDays = tooFewDays
    self.adjustment = adjustment
    self.floorAtZero = floorAtZero
    self.beforeAfter = beforeAfter
    self.chargingNets = chargingNets
    self.gateClosureMinutes = gateClosureMinutes
    self.eligibility = eligibility
    self.minimumControlHomes = minimumControlHomes
  }
}
