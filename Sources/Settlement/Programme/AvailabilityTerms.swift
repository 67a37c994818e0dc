public import Grid

/// `reward.availability`: committed power is paid month by month.
public struct AvailabilityTerms: Hashable, Sendable {
  /// What a month without events pays.
  public enum NoEvents: String, Hashable, Sendable, CaseIterable { case full, test, zero }
  /// `performance`.
  public struct Performance: Hashable, Sendable {
    /// `measure` is `worstEvent`; otherwise the mean of the events.
    public var isWorst: Bool
    /// Whole percent of the commitment up to which delivery counts.
    public var capPercent: Int64
    /// Below it the factor is 0.
    public var floor: Percent

    /// A factor.
    public init(isWorst: Bool = false, capPercent: Int64 = 100, floor: Percent = .zero) {
      self.isWorst = isWorst
      self.capPercent = capPercent
      self.floor = floor
    }
  }
  /// `strikes`.
  public struct Strikes: Hashable, Sendable {
    /// An event below this share of the commitment is failed.
    public var failedBelow: Percent
    /// Taken off for each failed event.
    public var cut: Percent

    /// Strikes.
    public init(failedBelow: Percent, cut: Percent) {
      self.failedBelow = failedBelow
      self.cut = cut
    }
  }
  /// `nthEvent`.
  public struct NthEvent: Hashable, Sendable {
    /// From which event on.
    public var from: Int64
    /// `per` is `season`; otherwise the count begins anew each month.
    public var isSeasonal: Bool
    /// Added to the rate, in millionths a unit.
    public var add: Int64

    /// An adder.
    public init(from: Int64, isSeasonal: Bool, add: Int64) {
      self.from = from
      self.isSeasonal = isSeasonal
      self.add = add
    }
  }
  /// `tiers[]`, in millionths: pay is factor × r + offset in the first row with r ≥ from.
  public struct Tier: Hashable, Sendable {
    /// The least share; nil in the last row.
    public var from: Int64?
    /// Times the share.
    public var factor: Int64
    /// Added to it.
    public var offset: Int64

    /// A row.
    public init(from: Int64?, factor: Int64, offset: Int64) {
      self.from = from
      self.factor = factor
      self.offset = offset
    }
  }

  /// Price of a kW or MW for a month.
  public var rate: PriceTable
  /// `partMonth` is `byDays`; otherwise a part of a month is not paid.
  public var partMonthByDays: Bool
  /// A month without events.
  public var noEvents: NoEvents
  /// The factor, or nil for 1.
  public var performance: Performance?
  /// Cuts for failed events, or nil.
  public var strikes: Strikes?
  /// More from the n-th event, or nil.
  public var nthEvent: NthEvent?
  /// Instead of the performance; empty without.
  public var tiers: [Tier]
  /// `spread` is `eventHours`; otherwise tiers are applied to the month's ratio.
  public var spreadsOverHours: Bool
  /// `floor` is `zero`; otherwise the month's sum may be negative.
  public var floorsAtZero: Bool

  /// An availability payment.
  public init(
    rate: PriceTable, partMonthByDays: Bool = true, noEvents: NoEvents = .full,
    performance: Performance? = nil, strikes: Strikes? = nil, nthEvent: NthEvent? = nil,
    tiers: [Tier] = [], spreadsOverHours: Bool = false, floorsAtZero: Bool = true
  ) {
    self.rate = rate
    self.partMonthByDays = partMonthByDays
    self.noEvents = noEvents
    self.performance = performance
    self.strikes = strikes
    self.nthEvent = nthEvent
    self.tiers = tiers
    self.spreadsOverHours = spreadsOverHours
    self.floorsAtZero = floorsAtZero
  }

  /// What a ratio earns by the tiers.
  func factor(_ ratio: Fraction) -> Fraction {
    for tier in tiers {
      if let from = tier.from, ratio < Fraction(Int128(from), over: 1_000_000) { continue }
      return Fraction(Int128(tier.factor), over: 1_000_000) * ratio
        + Fraction(Int128(tier.offset), over: 1_000_000)
    }
    preconditionFailure("the last tier has no lower end")
  }
}
