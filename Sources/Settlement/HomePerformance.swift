public import Grid

/// What was measured of one home in one interval.
public struct MeasuredInterval: Hashable, Sendable {
  /// How far it can be trusted.
  public enum Status: Hashable, Sendable, CaseIterable {
    /// Measured.
    case verified
    /// Estimated; payable only where the policy says so.
    case estimated
    /// No value. It is never zero.
    case missing
  }

  /// The verified reduction, signed; nil exactly when the status is `missing`.
  public let reduction: Energy?
  /// How far it can be trusted.
  public let status: Status
  /// What excuses the home here, with its proof in the evidence; nil is nothing.
  public var excusal: SettlementTerms.Excusal?

  /// A measured interval.
  public static func verified(
    _ reduction: Energy, excusal: SettlementTerms.Excusal? = nil
  ) -> MeasuredInterval {
    MeasuredInterval(reduction: reduction, status: .verified, excusal: excusal)
  }

  /// An estimated interval.
  public static func estimated(
    _ reduction: Energy, excusal: SettlementTerms.Excusal? = nil
  ) -> MeasuredInterval {
    MeasuredInterval(reduction: reduction, status: .estimated, excusal: excusal)
  }

  /// An interval without a value.
  public static func missing(excusal: SettlementTerms.Excusal? = nil) -> MeasuredInterval {
    MeasuredInterval(reduction: nil, status: .missing, excusal: excusal)
  }

  private init(reduction: Energy?, status: Status, excusal: SettlementTerms.Excusal?) {
    self.reduction = reduction
    self.status = status
    self.excusal = excusal
  }
}

/// Everything settlement knows of one home in one event.
public struct HomePerformance: Hashable, Sendable {
  /// Verification's answer for the whole event.
  public enum Verdict: Hashable, Sendable {
    /// The baseline stands.
    case verified
    /// Some credited interval is estimated.
    case estimated
    /// Not verifiable, with Verification's reason code.
    case refused(reason: String)
  }

  /// What a home has earned and lost before this event in one period.
  public struct Earlier: Hashable, Sendable {
    /// Rewards charged to the payer.
    public var rewards: Money
    /// Penalties charged to the home, not negative.
    public var penalties: Money

    /// Sums of earlier events, zero unless said.
    public init(rewards: Money = .zero, penalties: Money = .zero) {
      self.rewards = rewards
      self.penalties = penalties
    }
  }

  /// The home.
  public var site: SiteID
  /// Whose it is.
  public var owner: OwnerID
  /// Its batteries that took part.
  public var batteries: [BatteryID]
  /// What it was committed to.
  public var commitment: Commitment
  /// What was measured: one for each interval of the event, in their order.
  public var intervals: [MeasuredInterval]
  /// Verification's answer.
  public var verdict: Verdict
  /// The code of the flag that holds payment, or nil.
  public var heldBy: String?
  /// Was a notice acknowledged in time.
  public var isNotified: Bool
  /// Was the command acknowledged as started, or refused without a permitted reason.
  public var commandAnswered: Bool
  /// When the owner left the event, or nil.
  public var optedOutAt: Timestamp?
  /// Events of the same local month before this one.
  public var earlierInMonth: Earlier
  /// Events of the same season before this one.
  public var earlierInSeason: Earlier
  /// Events of the same local year before this one.
  public var earlierInYear: Earlier

  /// A home; `commitment` and `intervals` have one element for each interval of the event.
  public init(
    site: SiteID, owner: OwnerID, batteries: [BatteryID], commitment: Commitment,
    intervals: [MeasuredInterval], verdict: Verdict, heldBy: String? = nil,
    isNotified: Bool = true, commandAnswered: Bool = true, optedOutAt: Timestamp? = nil,
    earlierInMonth: Earlier = Earlier(), earlierInSeason: Earlier = Earlier(),
    earlierInYear: Earlier = Earlier()
  ) {
    self.site = site
    self.owner = owner
    self.batteries = batteries
    self.commitment = commitment
    self.intervals = intervals
    self.verdict = verdict
    self.heldBy = heldBy
    self.isNotified = isNotified
    self.commandAnswered = commandAnswered
    self.optedOutAt = optedOutAt
    self.earlierInMonth = earlierInMonth
    self.earlierInSeason = earlierInSeason
    self.earlierInYear = earlierInYear
  }
}
