public import Grid

/// What one programme's policy says to settlement: what verified energy is worth, and to whom.
///
/// Fields have the names and meanings of the policy file's `reward`, `splits` and `escrow`.
public struct SettlementTerms: Hashable, Sendable {
  /// SHA-256 of the policy file's bytes.
  public var policy: Digest
  /// `version`, for people.
  public var policyVersion: String
  /// The programme.
  public var programme: ProgrammeID
  /// What is paid in.
  public var currency: Currency
  /// Are intervals below the baseline dropped one by one, or netted in the event.
  public var netting: Netting
  /// `reward.energy`, or nil.
  public var energy: EnergyReward?
  /// `reward.premium`, or nil.
  public var premium: EnergyReward?
  /// `reward.penalty`, or nil.
  public var penalty: Penalty?
  /// What takes a penalty away.
  public var excusals: Set<Excusal>
  /// Must notices be acknowledged before a penalty may follow.
  public var noticeRequired: Bool
  /// Is the rest of an event that an owner left counted as missed (`optOut.until: start`).
  public var lateOptOutIsMissed: Bool
  /// May estimated energy be paid.
  public var estimatedPayable: Bool
  /// Are test events paid.
  public var testsPaid: Bool
  /// Parties and their percentages of a home's net, summing to 100.
  public var shares: [Party: Percent]
  /// Must the greatest cost be covered before an event is accepted.
  public var escrowRequired: Bool
  /// What must lie there, in whole percent of the greatest cost, 100…200.
  public var escrowCoverPercent: Int64
  /// `settlement.runs`.
  public var runs: [Run]
  /// `settlement.minimumPosting`: a later run does not post what changes a home by less.
  public var minimumPosting: Money

  /// Terms; the loader has checked every range.
  public init(
    policy: Digest, policyVersion: String, programme: ProgrammeID, currency: Currency,
    netting: Netting, energy: EnergyReward? = nil, premium: EnergyReward? = nil,
    penalty: Penalty? = nil, excusals: Set<Excusal> = [], noticeRequired: Bool = true,
    lateOptOutIsMissed: Bool = false, estimatedPayable: Bool = false, testsPaid: Bool = true,
    shares: [Party: Percent], escrowRequired: Bool, escrowCoverPercent: Int64 = 100,
    runs: [Run], minimumPosting: Money = .zero
  ) {
    self.policy = policy
    self.policyVersion = policyVersion
    self.programme = programme
    self.currency = currency
    self.netting = netting
    self.energy = energy
    self.premium = premium
    self.penalty = penalty
    self.excusals = excusals
    self.noticeRequired = noticeRequired
    self.lateOptOutIsMissed = lateOptOutIsMissed
    self.estimatedPayable = estimatedPayable
    self.testsPaid = testsPaid
    self.shares = shares
    self.escrowRequired = escrowRequired
    self.escrowCoverPercent = escrowCoverPercent
    self.runs = runs
    self.minimumPosting = minimumPosting
  }

  /// `reward.netting`.
  public enum Netting: String, Hashable, Sendable, CaseIterable { case interval, event }

  /// Who shares money; order is that of the bytes of the name.
  public enum Party: String, Hashable, Comparable, Sendable, CaseIterable {
    case aggregator, grid, owner, supplier, tax, utility

    /// Orders by name.
    public static func < (a: Party, b: Party) -> Bool { a.rawValue < b.rawValue }
  }

  /// `reward.excusals`.
  public enum Excusal: String, Hashable, Sendable, CaseIterable {
    case gridOutage, stormHold, utilityCancelled, noNotice, meterFault, controllerFault, weather
    case communications
  }

  /// A price a kilowatt-hour, in millionths of the currency.
  public enum Rate: Hashable, Sendable {
    /// The same for every level.
    case flat(Money)
    /// By level 0…3; every level that may come is there.
    case byLevel([Int: Money])

    /// The price at `level`.
    public func price(atLevel level: Int) -> Money {
      switch self {
      case .flat(let price): return price
      case .byLevel(let table):
        guard let price = table[level] else {
          preconditionFailure("a policy has a price for every level that it accepts")
        }
        return price
      }
    }
  }

  /// `reward.energy` and `reward.premium`.
  public struct EnergyReward: Hashable, Sendable {
    /// Price of credited energy.
    public var rate: Rate
    /// Over-delivery is paid up to this whole percent of the commitment; nil is unlimited.
    public var capPercent: Int64?

    /// A reward.
    public init(rate: Rate, capPercent: Int64? = 100) {
      self.rate = rate
      self.capPercent = capPercent
    }
  }

  /// `reward.penalty`.
  public struct Penalty: Hashable, Sendable {
    /// Price of missing energy.
    public enum Price: Hashable, Sendable {
      /// `rate`.
      case rate(Rate)
      /// `multipleOf` and `multiple`, in millionths.
      case multiple(ofEnergy: Bool, ofPremium: Bool, millionths: Int64)
    }
    /// `penalty.caps[].basis`.
    public enum CapBasis: String, Hashable, Sendable, CaseIterable {
      case rewardsOfEvent, rewardsOfMonth, rewardsOfSeason, rewardsOfYear
    }
    /// `penalty.caps[]`.
    public struct Cap: Hashable, Sendable {
      /// Rewards of what.
      public var basis: CapBasis
      /// Whole percent of them, 0…500.
      public var percent: Int64

      /// A cap.
      public init(basis: CapBasis, percent: Int64) {
        self.basis = basis
        self.percent = percent
      }
    }
    /// Price of missing energy.
    public var price: Price
    /// Of the commitment, forgiven.
    public var deadband: Percent
    /// Shortfall interval by interval, or over the event.
    public var netting: Netting
    /// Does negative delivery add to the shortfall.
    public var countsBelowBaseline: Bool
    /// All hold; empty is `none`.
    public var caps: [Cap]

    /// A penalty.
    public init(
      price: Price, deadband: Percent = Percent(whole: 10)!, netting: Netting,
      countsBelowBaseline: Bool = true, caps: [Cap]
    ) {
      self.price = price
      self.deadband = deadband
      self.netting = netting
      self.countsBelowBaseline = countsBelowBaseline
      self.caps = caps
    }
  }

  /// `settlement.runs[]`.
  public struct Run: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Local days after the event.
    public var afterDays: Int64
    /// Does it post.
    public var isPayable: Bool

    /// A run.
    public init(name: String, afterDays: Int64, isPayable: Bool) {
      self.name = name
      self.afterDays = afterDays
      self.isPayable = isPayable
    }
  }
}
