public import Grid
public import Settlement

/// What a report says of one home beside its money.
public struct HomeFacts: Hashable, Sendable {
  /// How its baseline came about.
  public struct Baseline: Hashable, Sendable {
    /// For example `dayMatching high 5 of 10`.
    public var kind: String
    /// The days that were averaged.
    public var days: [CivilDate]
    /// `additive`, `multiplicative` or `none`.
    public var adjustmentType: String
    /// The adjustment as text with its unit, empty without.
    public var adjustment: String
    /// Did a limit cut it; nil without an adjustment.
    public var isAdjustmentCapped: Bool?

    /// A baseline.
    public init(
      kind: String, days: [CivilDate], adjustmentType: String = "none", adjustment: String = "",
      isAdjustmentCapped: Bool? = nil
    ) {
      self.kind = kind
      self.days = days
      self.adjustmentType = adjustmentType
      self.adjustment = adjustment
      self.isAdjustmentCapped = isAdjustmentCapped
    }
  }

  /// One interval of the event; nil is not known, never zero.
  public struct Interval: Hashable, Sendable {
    /// What was asked.
    public var commitment: CommittedInterval
    /// The baseline before its adjustment.
    public var unadjusted: Energy?
    /// The baseline.
    public var baseline: Energy?
    /// What the meter counted, import positive.
    public var actual: Energy?
    /// How far it can be trusted.
    public var quality: Quality
    /// The verified reduction, signed.
    public var reduction: Energy?
    /// What excused the home.
    public var excusal: SettlementTerms.Excusal?

    /// An interval.
    public init(
      commitment: CommittedInterval, unadjusted: Energy? = nil, baseline: Energy? = nil,
      actual: Energy? = nil, quality: Quality, reduction: Energy? = nil,
      excusal: SettlementTerms.Excusal? = nil
    ) {
      self.commitment = commitment
      self.unadjusted = unadjusted
      self.baseline = baseline
      self.actual = actual
      self.quality = quality
      self.reduction = reduction
      self.excusal = excusal
    }
  }

  /// The home.
  public var site: SiteID
  /// Its batteries.
  public var batteries: [BatteryID]
  /// One for each interval of the event.
  public var intervals: [Interval]
  /// How its baseline came about, or nil without one.
  public var baseline: Baseline?
  /// The look-back, newest first; empty for kinds without days, and where nobody asked.
  public var days: [Day] = []
  /// Why it was refused, where somebody asked.
  public var refusal: Refusal?
  /// Losses, in millionths, or nil when unknown.
  public var lossFactorMillionths: Int64?
  /// Flag codes, in order.
  public var flags: [String]
  /// SHA-256 of what verification read, or nil.
  public var inputSHA256: Digest?
  /// Ledger indexes of what was posted.
  public var entries: [EntryKind: Int64]

  /// A home.
  public init(
    site: SiteID, batteries: [BatteryID], intervals: [Interval], baseline: Baseline? = nil,
    lossFactorMillionths: Int64? = nil, flags: [String] = [], inputSHA256: Digest? = nil,
    entries: [EntryKind: Int64] = [:]
  ) {
    self.site = site
    self.batteries = batteries
    self.intervals = intervals
    self.baseline = baseline
    self.lossFactorMillionths = lossFactorMillionths
    self.flags = flags
    self.inputSHA256 = inputSHA256
    self.entries = entries
  }
}
