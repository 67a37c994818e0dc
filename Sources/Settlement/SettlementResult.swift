public import Grid

/// A sum of money over many homes, in millionths of the currency.
public struct MoneyTotal: Hashable, Sendable {
  /// Millionths.
  public var millionths: Int128

  /// A total.
  public init(millionths: Int128 = 0) { self.millionths = millionths }

  /// Adds an amount.
  public static func += (a: inout MoneyTotal, b: Money) { a.millionths += Int128(b.millionths) }

  /// Decimal text with at least the digits of the minor unit.
  public func text(in currency: Currency) -> String {
    FixedDecimal.text(millionths, places: 6, minimumPlaces: currency.digits)
  }
}

/// What one interval of one home came to, for the report.
public struct SettledInterval: Hashable, Sendable {
  /// Energy that counts as delivered: with `netting: interval` up to the cap and not below zero,
  /// with `netting: event` as measured; zero where nothing was verified or committed.
  public let credited: Energy
  /// Verified energy above the reward's base, or nil where nothing was measured.
  public let over: Energy?
  /// Verified energy missing from the penalty's base after the deadband, or nil where unmeasured.
  public let shortfall: Energy?
}

/// One home's settlement of one event.
public struct HomeSettlement: Hashable, Sendable {
  /// The home.
  public let site: SiteID
  /// Whose it is.
  public let owner: OwnerID
  /// In the order of their types.
  public let lines: [SettlementLine]
  /// One for each interval of the event.
  public let intervals: [SettledInterval]
  /// Rewards charged to the payer.
  public let rewards: Money
  /// Penalties charged to the home, not negative.
  public let penalties: Money
  /// Rewards that wait until a hold is decided.
  public let held: Money
  /// The rewards by party.
  public let rewardSplit: [PartyShare]
  /// The net of rewards and penalties by party.
  public let netSplit: [PartyShare]
  /// What comes to it from the bonus pool, paid by penalties.
  public var bonus = Money.zero
  /// What the pool changes for each party; empty without.
  public var bonusSplit: [PartyShare] = []
  /// What fees change for each party; empty without.
  public var feeSplit: [PartyShare] = []
  /// The sum of the reward's bases.
  public let committed: Energy
  /// The sum of what was verified, signed, over the intervals that have a value.
  public let verified: Energy
  /// What counts as delivered, after netting and cap, never negative.
  public let credited: Energy
  /// What is missing after the deadband, where it was measured.
  public let shortfall: Energy

  /// What the home's parties have in the end.
  public var net: Money { rewards - penalties + bonus + payerFees }

  /// Fees that the payer pays on top of the rewards.
  public var payerFees: Money { feeSplit.reduce(.zero) { $0 + $1.amount } }

  /// What each party has in the end, with bonus and fees.
  public var partySplit: [PartyShare] {
    guard !bonusSplit.isEmpty || !feeSplit.isEmpty else { return netSplit }
    return PartyShare.sum([netSplit, bonusSplit, feeSplit])
  }

  /// What the penalty takes from each party: net less reward; a part may have the other sign.
  public var penaltySplit: [PartyShare] {
    zip(netSplit, rewardSplit).map { PartyShare(party: $0.party, amount: $0.amount - $1.amount) }
  }
}

/// What one run comes to.
public struct SettlementResult: Hashable, Sendable {
  /// Sums over the homes.
  public struct Totals: Hashable, Sendable {
    /// Charged money of one line type.
    public struct OfType: Hashable, Sendable {
      /// The type.
      public let type: LineType
      /// Sum of the rounded lines.
      public internal(set) var amount = MoneyTotal()
      /// Sum of what is charged.
      public internal(set) var charged = MoneyTotal()
    }
    /// Net money of one party.
    public struct OfParty: Hashable, Sendable {
      /// The party.
      public let party: SettlementTerms.Party
      /// What it gets, penalties taken off.
      public internal(set) var net = MoneyTotal()
    }

    /// In the order of the types.
    public internal(set) var byType: [OfType]
    /// In the order of the names.
    public internal(set) var byParty: [OfParty]
    /// Rewards charged to the payer.
    public internal(set) var rewards = MoneyTotal()
    /// Penalties charged to the homes, not negative.
    public internal(set) var penalties = MoneyTotal()
    /// Paid out of the bonus pool.
    public internal(set) var bonuses = MoneyTotal()
    /// Fees that the payer pays on top of the rewards.
    public internal(set) var payerFees = MoneyTotal()
    /// What the parties have in the end: rewards less penalties, with what the pool gives back of
    /// them and the payer's fees.
    public var net: MoneyTotal {
      MoneyTotal(
        millionths: rewards.millionths - penalties.millionths + bonuses.millionths
          + payerFees.millionths)
    }
    /// Rewards that wait.
    public internal(set) var held = MoneyTotal()
    /// What the payer pays beyond what the parties get; the rounding account. Zero, because payer
    /// and parties see the same rounded lines (`payerBasis: sumOfHomes`).
    public internal(set) var rounding = MoneyTotal()
    /// Energy committed.
    public internal(set) var committed = Energy.zero
    /// Energy verified, signed.
    public internal(set) var verified = Energy.zero
    /// Energy that counts as delivered.
    public internal(set) var credited = Energy.zero
    /// Energy missing after the deadband.
    public internal(set) var shortfall = Energy.zero
  }

  /// The run.
  public let run: SettlementRun
  /// The event.
  public let event: EventID
  /// The event's time.
  public let window: Window
  /// The intervals of the event.
  public let intervals: [EventInterval]
  /// SHA-256 of the policy's bytes.
  public let policy: Digest
  /// What it is paid in.
  public let currency: Currency
  /// In the order of the sites' bytes.
  public let homes: [HomeSettlement]
  /// Sums over the homes.
  public let totals: Totals

  /// The result with one of its homes alone, as it was settled with the others; the sums are those
  /// of all. Without that home it has none.
  public func alone(_ site: SiteID) -> SettlementResult {
    var (low, high) = (0, homes.count)
    while low < high {
      let middle = (low + high) / 2
      if homes[middle].site < site { low = middle + 1 } else { high = middle }
    }
    let found = low < homes.count && homes[low].site == site ? [homes[low]] : []
    return SettlementResult(
      run: run, event: event, window: window, intervals: intervals, policy: policy,
      currency: currency, homes: found, totals: totals)
  }
}
