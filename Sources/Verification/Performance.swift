public import Grid

/// What one site did in one event, measured against its baseline.
///
/// Reductions are signed and have passed the device cap and the loss factor; netting and the cap
/// at the commitment belong to settlement.
public struct Performance: Hashable, Sendable {
  /// The site.
  public var site: SiteID
  /// May it be paid.
  public var verdict: Verdict
  /// One for each interval of the event, in order; also when the verdict is a refusal.
  public var intervals: [IntervalPerformance]
  /// What a person should know; flags never change a number.
  public var flags: [Flag]
  /// What the site meter's own values say of it, by code; the severe ones are a flag as well.
  public var meterFindings: [MeterHealth.Code]
  /// The days of the baseline in the order of the selection; empty for kinds without days.
  public var days: [CivilDate]
  /// The same-day adjustment, when one was made.
  public var adjustment: AppliedAdjustment?
  /// The oldest day that the selection kept, whether it was used or not.
  public var oldestDay: CivilDate?

  /// A performance.
  public init(
    site: SiteID, verdict: Verdict, intervals: [IntervalPerformance], flags: [Flag] = [],
    meterFindings: [MeterHealth.Code] = [], days: [CivilDate] = [],
    adjustment: AppliedAdjustment? = nil
  ) {
    self.site = site
    self.verdict = verdict
    self.intervals = intervals
    self.flags = flags
    self.meterFindings = meterFindings
    self.days = days
    self.adjustment = adjustment
  }

  /// The signed sum over the intervals that have a reduction; nil when none has.
  public var reduction: Energy? {
    var sum: Energy?
    for interval in intervals {
      if let reduction = interval.reduction { sum = (sum ?? .zero) + reduction }
    }
    return sum
  }
}

/// One interval of a performance.
public struct IntervalPerformance: Hashable, Sendable {
  /// How far its energy may be trusted.
  public enum Status: String, Hashable, Sendable, CaseIterable {
    /// Measured, or approved by a person.
    case verified
    /// Shown, but payable only where the policy allows estimated energy.
    case estimated
    /// No value; nothing is credited.
    case missing
  }

  /// The interval.
  public var window: Window
  /// Premises: expected net import after adjustment and floor. Device: typical output.
  public var baseline: Energy?
  /// The same before the adjustment.
  public var unadjusted: Energy?
  /// Premises: metered net import. Device: credited output.
  public var actual: Energy?
  /// Signed; nil when the interval or the baseline is missing.
  public var reduction: Energy?
  /// Of `actual`.
  public var quality: Quality
  /// What follows from the quality.
  public var status: Status

  /// An interval.
  public init(
    window: Window, baseline: Energy?, unadjusted: Energy?, actual: Energy?, reduction: Energy?,
    quality: Quality, status: Status
  ) {
    self.window = window
    self.baseline = baseline
    self.unadjusted = unadjusted
    self.actual = actual
    self.reduction = reduction
    self.quality = quality
    self.status = status
  }
}

/// The same-day adjustment of a baseline, exact.
public struct AppliedAdjustment: Hashable, Sendable {
  /// How the baseline was changed.
  public enum Change: Hashable, Sendable {
    /// Multiplied by this.
    case factor(Fraction)
    /// Raised by this many joules an interval.
    case offset(Fraction)
  }
  /// As the window says.
  public var raw: Change
  /// As it was used, within the limits.
  public var used: Change
  /// Energy metered in the windows (A), over the intervals that were used.
  public var windowActual: Energy
  /// Baseline of the same intervals (B), in joules.
  public var windowBaseline: Fraction
  /// How many intervals were used (n).
  public var intervals: Int

  /// An adjustment.
  public init(
    raw: Change, used: Change, windowActual: Energy, windowBaseline: Fraction, intervals: Int
  ) {
    self.raw = raw
    self.used = used
    self.windowActual = windowActual
    self.windowBaseline = windowBaseline
    self.intervals = intervals
  }

  /// True when a limit acted.
  public var isCapped: Bool { raw != used }
}
