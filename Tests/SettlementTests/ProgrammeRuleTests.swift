import Grid
import Settlement
import Testing

@Suite struct `A programme's rule` {
  private func hours(_ name: String, _ day: Int, _ kilowatts: Int64) -> ProgrammeEvent {
    Season.event(name, "2026-07-0\(day)", [("H1", [5_000], [kilowatts * 100])])
  }

  @Test(arguments: [(true, "928.13"), (false, "1237.50")])
  func `S10: counts an event that the owner left as zero, or leaves it out`(
    isZero: Bool, paid: String
  ) {
    let terms = Season.terms(.event) {
      $0.capacity = .init(
        rate: PriceTable(.amount(275_000_000), per: .kWSeason), isSeasonal: true,
        optedOutIsZero: isZero)
    }
    var events = [50, 40, 0, 45].enumerated().map { hours("E-\($0)", $0 + 1, $1) }
    events[2].event.homes[0].optedOutAt = events[2].event.window.start
    let result = Season.settle(terms, events, seasons: [Season.summer])
    #expect(result.charged(.directReward) == Money(paid))
  }

  @Test func `caps a home's month, a home's season and the fleet's event`() {
    let event = Season.event(
      "E-1", "2026-07-01", [("H1", [2_000], [2_000]), ("H2", [1_000], [1_000])])
    let homes = [Season.home("H1"), Season.home("H2")]
    var terms = Season.terms { $0.premium = Season.kWh("2.00") }
    terms.caps.homePerMonth = Money("3.00")
    let month = Season.settle(terms, [event], homes: homes)
    #expect(month.lines.map(\.charged) == [Money("3"), Money("2")])
    #expect(month.lines.map(\.reason) == ["homePerMonth", nil])
    #expect(month.lines[0].amount == Money("4"))
    terms.caps = .init(fleetPerEvent: Money("1.00"))
    let fleet = Season.settle(terms, [event], homes: homes)
    #expect(fleet.lines.map(\.charged) == [Money("0.67"), Money("0.33")])
    terms.caps = .init(homePerSeason: Money("5.00"))
    var second = event
    second.event.event = EventID("E-2")!
    let season = Season.settle(terms, [event, second], homes: homes)
    #expect(season.charged(.premium, "E-2") == Money("3.00"))
  }

  @Test func `caps what months and seasons pay, after the events`() {
    var terms = Season.terms {
      $0.premium = Season.kWh("2.00")
      $0.flat = .init(rate: PriceTable(.amount(1_000_000), per: .homeDay))
    }
    terms.caps = .init(homePerMonth: Money("20.00"), homePerSeason: Money("25.00"))
    let event = Season.event("E-1", "2026-07-01", [("H1", [2_000], [2_000])])
    var months = ["2026-07", "2026-08"].map(Season.month)
    for place in months.indices { months[place].seasonKey = "summer 2026" }
    let result = Season.settle(terms, [event], months: months)
    // 4 of the event, then 31 days: 16 are left of July and 5 of the season.
    #expect(result.lines.map(\.charged) == [Money("4"), Money("16"), Money("5")])
    #expect(result.lines.map(\.reason) == [nil, "homePerMonth", "homePerSeason"])
    #expect(result.lines.map(\.amount) == [Money("4"), Money("31"), Money("31")])
  }

  @Test func `keeps the prices of a home's first year only so long`() {
    var home = Season.home()
    home.vintage = 2024
    var terms = Season.terms {
      $0.flat = .init(
        rate: PriceTable(.byVintage([2024: 9_000_000, 2025: 8_000_000]), per: .homeMonth))
    }
    for (years, paid) in [(Int64(0), "9.00"), (3, "9.00"), (2, "8.00")] {
      terms.rateLockYears = years
      let month = Season.settle(terms, homes: [home], months: [Season.month("2026-07")])
      #expect(month.charged(.directReward) == Money(paid))
    }
  }

  @Test func `turns away what the budget does not hold`() {
    var terms = Season.terms { $0.premium = Season.kWh("1.00") }
    terms.budget = .init(amount: Money("100000"), isSeasonal: false)
    let first = Season.event("E-1", "2026-07-01", [("H1", [95_000_000], [95_000_000])])
    let second = Season.event("E-2", "2026-07-02", [("H1", [8_000_000], [8_000_000])])
    let result = Season.settle(terms, [first, second])
    #expect(result.charged(.premium) == Money("95000"))
    #expect(result.refused.map(\.event.text) == ["E-2"])
    #expect(result.refused.map(\.missing) == [Money("3000")])
    #expect(result.refused.map(\.greatestCost) == [Money("8000")])
  }

  @Test(arguments: [(1_300, "0.30"), (1_100, "0.00")])
  func `gives penalties to over-deliverers if the fleet held its promise`(
    delivered: Int64, bonus: String
  ) {
    var terms = Season.terms {
      $0.premium = Season.kWh("2.00")
      $0.penalty = Season.penalty("1.50")
    }
    terms.bonusPool = .init(share: .hundred)
    let event = Season.event(
      "E-1", "2026-07-01", [("H1", [1_000], [delivered]), ("H2", [1_000], [800])])
    let result = Season.settle(terms, [event], homes: [Season.home("H1"), Season.home("H2")])
    #expect(result.charged(.penalty) == Money("-0.30"))
    #expect(result.charged(.additionalReward) == Money(bonus))
    #expect(result.party("penalty") == Money("0.30") - Money(bonus))
  }

  @Test func `counts what was never measured as short in the final run only`() {
    var terms = Season.terms { $0.penalty = Season.penalty("1.00") }
    terms.penalty?.missingIsShortfallAtFinal = true
    var event = Season.event("E-1", "2026-07-01", [("H1", [1_000], [0])])
    event.event.homes[0].intervals = [.missing()]
    #expect(Season.settle(terms, [event]).charged(.penalty) == .zero)
    #expect(Season.settle(terms, [event], isFinal: true).charged(.penalty) == Money("-1.00"))
    event.event.homes[0].intervals = [.missing(excusal: .meterFault)]
    #expect(Season.settle(terms, [event], isFinal: true).charged(.penalty) == .zero)
  }

  @Test func `divides a fleet's money over its homes`() {
    var terms = Season.terms(shares: [.owner: 80, .aggregator: 20]) {
      $0.isFleet = true
      $0.energy = Season.kWh("1.00", cap: nil)
    }
    let event = Season.event(
      "E-1", "2026-07-01", [("H1", [2_000], [3_000]), ("H2", [2_000], [1_000])])
    let homes = [Season.home("H1"), Season.home("H2")]
    func owners() -> [Money] {
      Season.settle(terms, [event], homes: homes).accounts[0].owners.map(\.amount)
    }
    #expect(owners() == [Money("2.40"), Money("0.80")])
    terms.distribute = .committed
    #expect(owners() == [Money("1.60"), Money("1.60")])
    terms.distribute = .equal
    #expect(owners() == [Money("1.60"), Money("1.60")])
  }

  @Test func `pays days of enrolment, and a part of a month by its days`() {
    var home = Season.home(watts: 10_000)
    home.from = CivilDate(text: "2026-07-22")
    var terms = Season.terms {
      $0.flat = .init(rate: PriceTable(.amount(500_000), per: .homeDay))
      $0.availability = .init(rate: PriceTable(.amount(31_000_000), per: .kWMonth))
    }
    let month = Season.month("2026-07")
    let result = Season.settle(terms, homes: [home], months: [month])
    #expect(result.lines.map(\.charged) == [Money("100.00"), Money("5.00")])
    terms.availability?.partMonthByDays = false
    #expect(Season.settle(terms, homes: [home], months: [month]).lines[0].charged == .zero)
    terms.availability?.noEvents = .zero
    #expect(Season.settle(terms, homes: [home], months: [month]).lines[0].reason == "noEvents")
  }

  @Test func `splits each line, penalties by their own shares`() {
    var terms = Season.terms(shares: [.owner: 50, .aggregator: 50]) {
      $0.premium = Season.kWh("1.00")
      $0.penalty = Season.penalty("1.00")
    }
    terms.splitsLines = true
    terms.penaltyShares = [.aggregator: .hundred]
    let event = Season.event("E-1", "2026-07-01", [("H1", [4_000], [3_000])])
    let result = Season.settle(terms, [event])
    #expect(result.party("owner") == Money("1.50"))
    #expect(result.party("aggregator") == Money("0.50"))
  }

  @Test func `agrees with the settlement of one event, and does not care for the order`() {
    let terms = Season.terms { $0.premium = Season.kWh("2.00") }
    let sites = (1...40).map { "H\(100 + $0)" }
    var event = Season.event("E-1", "2026-07-01", [("H1", [1], [1])])
    event.event.homes = sites.enumerated().map {
      World.home($1, committed: [1_350], delivered: [Int64($0) * 41])
    }
    let homes = sites.map { Season.home($0) }
    let whole = Season.settle(terms, [event], homes: homes)
    var base = terms.base
    base.premium = .init(rate: .flat(Money("2.00")))
    let one = Settlement.settle(event.event, terms: base)
    #expect(whole.party("owner").millionths == Int64(one.totals.rewards.millionths))
    event.event.homes.reverse()
    let turned = Season.settle(terms, [event], homes: homes.reversed())
    #expect(turned.accounts == whole.accounts)
    #expect(turned.lines.map(\.charged) == whole.lines.map(\.charged))
  }
}
