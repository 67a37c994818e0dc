import Grid

/// The money of a whole programme: events, months and seasons, fees and splits.
///
/// A pure function like `Settlement.settle`, which it uses for what an event alone decides.
public enum ProgrammeSettlement {
  /// Settles one run. Homes may come in any order; traps when a home occurs twice.
  public static func settle(
    _ input: ProgrammeInput, terms: ProgrammeTerms
  ) -> ProgrammeResult {
    var ledger = Ledgering(input, terms)
    var energy: [ProgrammeResult.EventEnergy] = []
    var refused: [BudgetRefusal] = []
    for event in input.events {
      if let refusal = ledger.refusal(of: event) {
        refused.append(refusal)
        ledger.refusedEvents.insert(refusal.event)
        continue
      }
      ledger.lastSeason = event.seasonKey
      let (settled, sums) = ledger.settle(event)
      energy.append(sums)
      ledger.close(event.event.event.text, settled, homes: event.event.homes)
    }
    for month in input.months { ledger.settle(month, seasonal: false) }
    for season in input.seasons { ledger.settle(season, seasonal: true) }
    return ProgrammeResult(
      lines: ledger.lines, accounts: ledger.accounts, refused: refused, energy: energy)
  }

  /// What is carried from event to event.
  struct Ledgering {
    let input: ProgrammeInput
    let terms: ProgrammeTerms
    let homes: [SiteID: ProgrammeHome]
    let order: [ProgrammeHome]
    let unit: Int64
    var lines: [ProgrammeLine] = []
    var accounts: [ProgrammeAccount] = []
    var earned: [String: [SiteID?: HomePerformance.Earlier]] = [:]
    var spent: [String: MoneyTotal] = [:]
    var refusedEvents: Set<EventID> = []
    var lastSeason: String?
    /// What is left in the bonus pool, where penalties go to it.
    var pooled: Int128 = 0

    init(_ input: ProgrammeInput, _ terms: ProgrammeTerms) {
      self.input = input
      self.terms = terms
      order = input.homes.sorted { $0.site < $1.site }
      var table: [SiteID: ProgrammeHome] = [:]
      for home in order {
        precondition(table.updateValue(home, forKey: home.site) == nil, "a home is enrolled once")
      }
      homes = table
      unit = terms.base.currency.millionthsPerMinorUnit
    }

    /// What `event` may cost at most does not fit into the budget, or nil.
    func refusal(of event: ProgrammeEvent) -> BudgetRefusal? {
      guard let budget = terms.budget else { return nil }
      var cost = Money.zero
      for (group, place) in groups(event) {
        guard let priced = priced(event, at: place),
          let exposure = Settlement.exposure(
            of: group.map(\.commitment), intervals: event.event.intervals, terms: priced)
        else { continue }
        cost = cost + exposure.greatestCost
      }
      let used = spent[budget.isSeasonal ? event.seasonKey ?? "" : ""]?.millionths ?? 0
      let left = Int128(budget.amount.millionths) - used
      guard Int128(cost.millionths) > left else { return nil }
      return BudgetRefusal(
        event: event.event.event, greatestCost: cost,
        missing: Money(millionths: Int64(Int128(cost.millionths) - left)))
    }

    /// What homes earned and lost before an event that is settled without those before it.
    mutating func begin(_ event: ProgrammeEvent) {
      for home in event.event.homes {
        for (key, sum) in [
          (event.month, home.earlierInMonth), (event.seasonKey ?? "", home.earlierInSeason),
          ("\(event.date.components.year)", home.earlierInYear),
        ] where sum != .init() {
          remember(home.site, rewards: sum.rewards, penalties: sum.penalties, in: [key])
        }
      }
    }

    /// Homes that have the same prices; the fleet is one.
    func groups(_ event: ProgrammeEvent) -> [([HomePerformance], PriceTable.Place)] {
      func place(_ home: ProgrammeHome?) -> PriceTable.Place {
        PriceTable.Place(
          date: event.date, season: event.season, zone: home?.zone,
          vintage: terms.vintage(of: home, on: event.date), signalPrice: event.signalPrice)
      }
      if terms.isFleet { return [([event.fleet(terms.base)], place(order.first))] }
      let table = Dictionary(grouping: event.event.homes) { place(homes[$0.site]) }
      return table.sorted {
        ($0.key.zone ?? "", $0.key.vintage ?? 0) < ($1.key.zone ?? "", $1.key.vintage ?? 0)
      }.map { ($0.value, $0.key) }
    }

    /// The event's own terms at one place; nil when a price is missing.
    func priced(_ event: ProgrammeEvent, at place: PriceTable.Place) -> SettlementTerms? {
      var base = terms.base
      let levels = Set(event.event.intervals.map(\.level))
      func rate(_ table: PriceTable) -> SettlementTerms.Rate? {
        var prices: [Int: Money] = [:]
        for level in levels {
          guard let price = table.price(at: place, level: level) else { return nil }
          prices[level] = table.perKilowattHour(price, intervalSeconds: event.intervalSeconds)
        }
        return .byLevel(prices)
      }
      base.energy = nil
      base.premium = nil
      base.penalty = nil
      if let energy = terms.energy {
        guard let rate = rate(energy.rate) else { return nil }
        base.energy = .init(rate: rate, capPercent: energy.capPercent)
      }
      if let premium = terms.premium {
        guard let rate = rate(premium.rate) else { return nil }
        base.premium = .init(rate: rate, capPercent: premium.capPercent)
      }
      if let penalty = terms.penalty {
        var rules = penalty.rules
        rules.caps = []
        switch penalty.price {
        case .rate(let table):
          guard let rate = rate(table) else { return nil }
          rules.price = .rate(rate)
        case .multiple(let ofEnergy, let ofPremium, let millionths):
          rules.price = .multiple(
            ofEnergy: ofEnergy, ofPremium: ofPremium, millionths: millionths)
        }
        base.penalty = rules
      }
      return base
    }

    /// Remembers what a home earned and lost, for the caps of later events.
    mutating func remember(
      _ site: SiteID?, rewards: Money, penalties: Money, in keys: [String]
    ) {
      for key in keys {
        var sum = earned[key]?[site] ?? .init()
        sum.rewards = sum.rewards + rewards
        sum.penalties = sum.penalties + penalties
        earned[key, default: [:]][site] = sum
      }
    }
  }
}
