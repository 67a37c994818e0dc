public import Grid

/// Everything that a policy says about money: what verified energy and promised power are worth in
/// an event, a month and a season, and to whom.
///
/// Fields have the names and meanings of the policy file's `reward`, `splits`, `fees` and
/// `settlement`. `base` holds what an event alone needs; its prices are set for each event.
public struct ProgrammeTerms: Hashable, Sendable {
  /// Policy, currency, netting, excusals, shares and runs.
  public var base: SettlementTerms
  /// `reward.unit`: is each home measured, or the sum of all.
  public var isFleet: Bool
  /// `reward.distribute`: how the owners' part of a fleet's money is divided.
  public var distribute: Distribution
  /// `reward.energy`, or nil.
  public var energy: PricedEnergy?
  /// `reward.premium`, or nil.
  public var premium: PricedEnergy?
  /// `reward.penalty`, or nil.
  public var penalty: PenaltyTerms?
  /// `reward.capacity`, or nil.
  public var capacity: CapacityTerms?
  /// `reward.availability`, or nil.
  public var availability: AvailabilityTerms?
  /// `reward.flat`, or nil.
  public var flat: FlatTerms?
  /// `reward.caps`.
  public var caps: RewardCaps
  /// `reward.budget`, or nil.
  public var budget: Budget?
  /// `reward.bonusPool`, or nil.
  public var bonusPool: BonusPool?
  /// `splits.of` is `lines`: each line is split for itself.
  public var splitsLines: Bool
  /// `splits.penaltyShares`; the shares without it.
  public var penaltyShares: [SettlementTerms.Party: Percent]?
  /// `fees`.
  public var fees: [Fee]
  /// `settlement.payerBasis`.
  public var payerBasis: PayerBasis
  /// `settlement.minimumPosting`.
  public var minimumPosting: Money
  /// `events.tests.counted`: do test events enter averages.
  public var testsCounted: Bool
  /// `reward.rateLockYears`: a home keeps the prices of its first year for so many years; 0 is for
  /// ever. It matters to rates by vintage only.
  public var rateLockYears: Int64
  /// `dispatch.optOut.effect` is `zero`; otherwise an event that was left is no part of averages.
  public var optedOutIsZero: Bool

  /// Terms of `base` without any reward; the loader fills them in.
  public init(base: SettlementTerms) {
    self.base = base
    isFleet = false
    distribute = .delivered
    caps = RewardCaps()
    splitsLines = false
    fees = []
    payerBasis = .sumOfHomes
    minimumPosting = .zero
    testsCounted = false
    optedOutIsZero = false
    rateLockYears = 0
  }

  /// The unit of the rates that take the price of the signal; nil where none does.
  public var signalUnit: PriceTable.Unit? {
    var tables = [energy?.rate, premium?.rate].compactMap { $0 }
    if case .rate(let table)? = penalty?.price { tables.append(table) }
    return tables.first { if case .fromSignal = $0.form { true } else { false } }?.unit
  }

  /// The year whose prices `home` has on `date`, or nil when it is not known.
  func vintage(of home: ProgrammeHome?, on date: CivilDate) -> Int64? {
    guard let vintage = home?.vintage else { return nil }
    let year = date.components.year
    return rateLockYears > 0 && year >= vintage + rateLockYears ? year : vintage
  }

  /// `reward.distribute`.
  public enum Distribution: String, Hashable, Sendable, CaseIterable {
    case delivered, committed, equal
  }
  /// `settlement.payerBasis`.
  public enum PayerBasis: String, Hashable, Sendable, CaseIterable {
    case sumOfHomes, exactLines, fleetTotal
  }
  /// `reward.energy` and `reward.premium`.
  public struct PricedEnergy: Hashable, Sendable {
    /// Price of credited energy.
    public var rate: PriceTable
    /// Over-delivery is paid up to this whole percent of the commitment; nil is unlimited.
    public var capPercent: Int64?
    /// `reward.energy.line` is `additionalReward`.
    public var isAdditional: Bool

    /// A reward.
    public init(rate: PriceTable, capPercent: Int64? = 100, isAdditional: Bool = false) {
      self.rate = rate
      self.capPercent = capPercent
      self.isAdditional = isAdditional
    }
  }
  /// `reward.penalty`.
  public struct PenaltyTerms: Hashable, Sendable {
    /// Price of missing energy: a table of its own, or a multiple of the rewards' prices.
    public enum Price: Hashable, Sendable {
      /// `rate`.
      case rate(PriceTable)
      /// `multipleOf` and `multiple`, in millionths.
      case multiple(ofEnergy: Bool, ofPremium: Bool, millionths: Int64)
    }
    /// Price of missing energy.
    public var price: Price
    /// Deadband, netting, below the baseline and caps; its own price is not used.
    public var rules: SettlementTerms.Penalty
    /// `missingData` is `shortfallAtFinal`.
    public var missingIsShortfallAtFinal: Bool
    /// `to` is `bonusPool`.
    public var toBonusPool: Bool

    /// A penalty.
    public init(
      price: Price, rules: SettlementTerms.Penalty, missingIsShortfallAtFinal: Bool = false,
      toBonusPool: Bool = false
    ) {
      self.price = price
      self.rules = rules
      self.missingIsShortfallAtFinal = missingIsShortfallAtFinal
      self.toBonusPool = toBonusPool
    }
  }
  /// `reward.capacity`.
  public struct CapacityTerms: Hashable, Sendable {
    /// Price of a kilowatt for the period.
    public var rate: PriceTable
    /// `average` is `season`; otherwise `month`.
    public var isSeasonal: Bool
    /// `optedOut` is `zero`; otherwise such events are left out.
    public var optedOutIsZero: Bool
    /// `excused` is `zero`; otherwise such events are left out.
    public var excusedIsZero: Bool
    /// `floorAtZero` is `event`; otherwise only the average is cut off.
    public var floorsEachEvent: Bool
    /// `noEvents` is `lastTest`; otherwise nothing is paid.
    public var noEventsPaysLastTest: Bool
    /// `weightBy` is `price`: an event enters the mean with its signal's price as weight.
    public var weighsByPrice: Bool

    /// A capacity payment.
    public init(
      rate: PriceTable, isSeasonal: Bool, optedOutIsZero: Bool = false, excusedIsZero: Bool = false,
      floorsEachEvent: Bool = false, noEventsPaysLastTest: Bool = false,
      weighsByPrice: Bool = false
    ) {
      self.rate = rate
      self.isSeasonal = isSeasonal
      self.optedOutIsZero = optedOutIsZero
      self.excusedIsZero = excusedIsZero
      self.floorsEachEvent = floorsEachEvent
      self.noEventsPaysLastTest = noEventsPaysLastTest
      self.weighsByPrice = weighsByPrice
    }
  }
  /// `reward.flat`.
  public struct FlatTerms: Hashable, Sendable {
    /// Price of a day, a month, a season or an event.
    public var rate: PriceTable
    /// A day counts only if heard from this share of it.
    public var whileHeard: Percent

    /// A flat payment.
    public init(rate: PriceTable, whileHeard: Percent = .zero) {
      self.rate = rate
      self.whileHeard = whileHeard
    }
  }
  /// `reward.caps`.
  public struct RewardCaps: Hashable, Sendable {
    /// Most of one home in a month.
    public var homePerMonth: Money?
    /// Most of one home in a season.
    public var homePerSeason: Money?
    /// Most of all homes in an event.
    public var fleetPerEvent: Money?

    /// Caps; none of them unless said.
    public init(
      homePerMonth: Money? = nil, homePerSeason: Money? = nil, fleetPerEvent: Money? = nil
    ) {
      self.homePerMonth = homePerMonth
      self.homePerSeason = homePerSeason
      self.fleetPerEvent = fleetPerEvent
    }
  }
  /// `reward.budget`.
  public struct Budget: Hashable, Sendable {
    /// The whole amount.
    public var amount: Money
    /// `per` is `season`; otherwise it is for the whole programme.
    public var isSeasonal: Bool

    /// A budget.
    public init(amount: Money, isSeasonal: Bool) {
      self.amount = amount
      self.isSeasonal = isSeasonal
    }
  }
  /// `reward.bonusPool`.
  public struct BonusPool: Hashable, Sendable {
    /// Share of an event's penalties.
    public var share: Percent
    /// Only when the fleet delivered this much of its promise.
    public var fleetAtLeast: Percent
    /// `otherwise` is `refund`: where nobody may get it, those who were charged get it back.
    public var refundsOtherwise: Bool

    /// A pool.
    public init(
      share: Percent, fleetAtLeast: Percent = .hundred, refundsOtherwise: Bool = false
    ) {
      self.share = share
      self.fleetAtLeast = fleetAtLeast
      self.refundsOtherwise = refundsOtherwise
    }
  }
  /// `fees[]`.
  public struct Fee: Hashable, Sendable {
    /// What is charged.
    public enum Price: Hashable, Sendable {
      /// A price of credited energy.
      case rate(PriceTable)
      /// A share of a line.
      case percent(Percent, of: ProgrammeLine.Kind)
    }
    /// Its name.
    public var name: String
    /// Who gets it.
    public var to: SettlementTerms.Party
    /// Who pays it; nil is the programme's payer.
    public var paidBy: SettlementTerms.Party?
    /// What is charged.
    public var price: Price
    /// Taken before the net is split.
    public var isBeforeSplit: Bool

    /// A fee.
    public init(
      name: String, to: SettlementTerms.Party, paidBy: SettlementTerms.Party?, price: Price,
      isBeforeSplit: Bool = true
    ) {
      self.name = name
      self.to = to
      self.paidBy = paidBy
      self.price = price
      self.isBeforeSplit = isBeforeSplit
    }
  }
}
