import Grid

/// Verified energy and terms become lines of money.
///
/// A pure function: whoever has its inputs gets the same cents, byte for byte. It knows no device
/// and no meter.
public enum Settlement {
  /// Settles one run of one event.
  ///
  /// The whole entitlement is computed again in each run; `difference(of:posted:)` says what a
  /// later run posts. Homes may come in any order. Traps when a home occurs twice, when its
  /// columns are not as long as the event has intervals, or when an amount does not fit.
  public static func settle(
    _ input: SettlementInput, terms: SettlementTerms
  ) -> SettlementResult {
    let facts = Facts(input, terms)
    var homes: [HomeSettlement] = []
    homes.reserveCapacity(input.homes.count)
    var totals = SettlementResult.Totals(facts)
    for row in order(input.homes) {
      let home = settle(input.homes[row], facts)
      totals.add(home)
      homes.append(home)
    }
    totals.close()
    return SettlementResult(
      run: input.run, event: input.event, window: input.window, intervals: input.intervals,
      policy: terms.policy, currency: terms.currency, homes: homes, totals: totals)
  }

  /// What is the same for all homes.
  struct Facts {
    let terms: SettlementTerms
    let prices: Prices
    let parties: PartyOrder
    let intervals: [EventInterval]
    let start: Timestamp
    let isPayable: Bool
    let isUnpaidTest: Bool
    let unit: Int64

    init(_ input: SettlementInput, _ terms: SettlementTerms) {
      self.terms = terms
      prices = Prices(terms, intervals: input.intervals)
      parties = PartyOrder(terms.shares)
      intervals = input.intervals
      start = input.window.start
      isPayable = input.run.isPayable
      isUnpaidTest = input.isTest && !terms.testsPaid
      unit = terms.currency.millionthsPerMinorUnit
    }

    /// True in intervals that begin when the owner has left, unless leaving late counts as missed.
    func hasLeft(_ home: HomePerformance, at place: Int) -> Bool {
      guard let left = home.optedOutAt else { return false }
      if terms.lateOptOutIsMissed, left >= start { return false }
      return intervals[place].window.start >= left
    }
  }

  /// Rows in the order of their sites' bytes.
  private static func order(_ homes: [HomePerformance]) -> [Int] {
    var rows = Array(homes.indices)
    var isSorted = true
    for row in rows.dropFirst() where !(homes[row - 1].site < homes[row].site) {
      isSorted = false
      break
    }
    if isSorted { return rows }
    rows.sort { homes[$0].site < homes[$1].site }
    for place in rows.indices.dropFirst() {
      precondition(
        homes[rows[place - 1]].site != homes[rows[place]].site, "a home is settled once in a run")
    }
    return rows
  }

  private static func settle(_ home: HomePerformance, _ facts: Facts) -> HomeSettlement {
    precondition(
      home.commitment.intervals.count == facts.intervals.count
        && home.intervals.count == facts.intervals.count,
      "a home has one commitment and one measurement for each interval of the event")
    let terms = facts.terms
    let standing = Standing(home, facts)
    var lines: [SettlementLine] = []
    lines.reserveCapacity(facts.prices.rewards.count + (terms.penalty == nil ? 0 : 1))
    var rewards = Money.zero
    var held = Money.zero
    for reward in facts.prices.rewards {
      let earned =
        standing.isRefused
        ? .nothing : earned(home, reward, terms: terms, event: facts)
      let amount = earned.amount.rounded(to: terms.currency)
      let charged = standing.isCharged ? amount : .zero
      rewards = rewards + charged
      if standing.status == .held { held = held + amount }
      lines.append(
        SettlementLine(
          type: reward.type, field: reward.type.policyField, quantity: earned.quantity,
          rate: reward.uniform,
          exact: earned.amount, amount: amount, charged: charged, status: standing.status,
          reason: standing.reason))
    }

    var penalties = Money.zero
    if let penalty = terms.penalty, !standing.isRefused {
      let owed = owed(home, prices: facts.prices, penalty: penalty, terms: terms, event: facts)
      let amount = owed.component.amount.rounded(to: terms.currency)
      if amount != .zero || owed.reason != nil {
        var reason = owed.reason
        if standing.isCharged {
          penalties = capped(
            amount, rewards: rewards, home, penalty, currency: terms.currency)
          if penalties < amount { reason = .penaltyCap }
        } else {
          reason = standing.reason
        }
        lines.append(
          SettlementLine(
            type: .penalty, field: LineType.penalty.policyField, quantity: owed.component.quantity,
            rate: facts.prices.uniformPenalty,
            exact: -owed.component.amount, amount: -amount, charged: -penalties,
            status: standing.status, reason: reason))
      }
    }
    return finish(
      home, facts, lines: lines, rewards: rewards, penalties: penalties, held: held,
      isRefused: standing.isRefused)
  }

  /// Adds the split and the energy to the lines.
  private static func finish(
    _ home: HomePerformance, _ facts: Facts, lines: [SettlementLine], rewards: Money,
    penalties: Money, held: Money, isRefused: Bool
  ) -> HomeSettlement {
    let rewardSplit = facts.parties.split(rewards, unit: facts.unit)
    let netSplit =
      penalties == .zero
      ? rewardSplit : facts.parties.split(rewards - penalties, unit: facts.unit)
    let account = EnergyAccount(home, facts, isRefused: isRefused)
    return HomeSettlement(
      site: home.site, owner: home.owner, lines: lines, intervals: account.intervals,
      rewards: rewards, penalties: penalties, held: held, rewardSplit: rewardSplit,
      netSplit: netSplit, committed: account.committed, verified: account.verified,
      credited: account.credited, shortfall: account.shortfall)
  }
}
