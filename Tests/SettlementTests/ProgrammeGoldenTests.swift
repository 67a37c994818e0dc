import Grid
import Settlement
import Testing

/// Short ways to write a programme and its season.
enum Season {
  static let initial = SettlementRun(name: "initial", isPayable: true, payer: .funding)

  /// An event of hours on a day of 2026, with homes by name: committed and delivered Wh.
  static func event(
    _ name: String, _ date: String, minutes: Int64 = 60,
    _ homes: [(site: String, committed: [Int64], delivered: [Int64])], isTest: Bool = false,
    season: String? = "summer", signalPrice: Int64? = nil
  ) -> ProgrammeEvent {
    let day = CivilDate(text: date)!
    let start = Timestamp(seconds: day.dayNumber * 86_400 + 43_200)
    let count = homes.first?.delivered.count ?? 1
    let intervals = (0..<count).map { place in
      let from = start.adding(seconds: Int64(place) * minutes * 60)
      return EventInterval(
        window: Window(start: from, end: from.adding(seconds: minutes * 60))!, level: 2)
    }
    return ProgrammeEvent(
      SettlementInput(
        run: initial, event: EventID(name)!,
        window: Window(start: start, end: start.adding(seconds: Int64(count) * minutes * 60))!,
        isTest: isTest, intervals: intervals,
        homes: homes.map {
          World.home($0.site, committed: $0.committed, delivered: $0.delivered)
        }),
      date: day, season: season, seasonFrom: CivilDate(text: "2026-05-01")!,
      signalPrice: signalPrice)
  }

  static func home(_ site: String = "H1", watts: Int64 = 0, zone: String? = nil) -> ProgrammeHome {
    ProgrammeHome(
      site: SiteID(site)!, owner: OwnerID("O-" + site)!, committed: Power(watts: watts), zone: zone)
  }

  static func month(_ text: String) -> ProgrammePeriod {
    let from = CivilDate(text: text + "-01")!
    var to = from.adding(days: 27)
    while to.adding(days: 1).components.month == from.components.month { to = to.adding(days: 1) }
    return ProgrammePeriod(key: text, season: "summer", from: from, to: to)
  }

  static let summer = ProgrammePeriod(
    key: "summer 2026", season: "summer", from: CivilDate(text: "2026-05-01")!,
    to: CivilDate(text: "2026-09-30")!)

  static func terms(
    _ netting: SettlementTerms.Netting = .interval,
    shares: [SettlementTerms.Party: Int32] = [.owner: 100],
    _ fill: (inout ProgrammeTerms) -> Void
  ) -> ProgrammeTerms {
    var terms = ProgrammeTerms(base: World.terms(netting: netting, shares: shares))
    fill(&terms)
    return terms
  }

  static func settle(
    _ terms: ProgrammeTerms, _ events: [ProgrammeEvent] = [], homes: [ProgrammeHome] = [home()],
    months: [ProgrammePeriod] = [], seasons: [ProgrammePeriod] = [], earlier: Int64 = 0,
    isFinal: Bool = false
  ) -> ProgrammeResult {
    ProgrammeSettlement.settle(
      ProgrammeInput(
        run: initial, isFinal: isFinal, events: events, homes: homes, months: months,
        seasons: seasons, earlierEvents: earlier), terms: terms)
  }

  static func kWh(_ text: String, cap: Int64? = 100) -> ProgrammeTerms.PricedEnergy {
    .init(rate: PriceTable(.amount(Money(text).millionths), per: .kWh), capPercent: cap)
  }

  static func penalty(
    _ text: String, deadband: Int32 = 0, caps: [SettlementTerms.Penalty.Cap] = [],
    per unit: PriceTable.Unit = .kWh
  ) -> ProgrammeTerms.PenaltyTerms {
    .init(
      price: .rate(PriceTable(.amount(Money(text).millionths), per: unit)),
      rules: .init(
        price: .rate(.flat(.zero)), deadband: Percent(whole: deadband)!, netting: .interval,
        caps: caps))
  }
}

extension ProgrammeResult {
  /// Charged money of one kind in all periods.
  func charged(_ kind: ProgrammeLine.Kind, _ period: String? = nil) -> Money {
    lines.filter { $0.kind == kind && (period == nil || $0.period == period) }
      .reduce(.zero) { $0 + $1.charged }
  }

  func party(_ name: String) -> Money {
    Money(millionths: Int64(byParty.first { $0.party == name }?.amount.millionths ?? 0))
  }
}

/// The numbers that the settlement of programmes was specified with.
@Suite struct `A programme` {
  @Test func `pays the mean power of a season, with a missed event as zero`() {
    let terms = Season.terms(.event) {
      $0.capacity = .init(
        rate: PriceTable(.bySeason(["summer": 275_000_000]), per: .kWSeason), isSeasonal: true)
    }
    let events = [15_000, 12_000, 0, 13_500].enumerated().map { number, wattHours in
      Season.event(
        "E-\(number)", "2026-07-0\(number + 1)",
        [("H1", [5_000, 5_000, 5_000], [Int64(wattHours), 0, 0])])
    }
    let result = Season.settle(terms, events, seasons: [Season.summer])
    #expect(result.lines.first?.quantity == Fraction(3_375, over: 1_000))
    #expect(result.lines.first?.exact.description == "7425/8")
    #expect(result.charged(.directReward) == Money("928.13"))
  }

  @Test func `pays availability by performance, and energy beside it`() {
    let terms = Season.dlrp
    let events = [96_000, 70_000].enumerated().map { number, wattHours in
      Season.event(
        "E-\(number)", "2026-07-0\(number + 1)",
        [("H1", .init(repeating: 100_000, count: 4), .init(repeating: Int64(wattHours), count: 4))])
    }
    let result = Season.settle(
      terms, events, homes: [Season.home(watts: 100_000)], months: [Season.month("2026-07")])
    #expect(result.charged(.directReward) == Money("1494.00"))
    #expect(result.charged(.additionalReward) == Money("664.00"))
    let few = [20_000, 24_000].enumerated().map { number, wattHours in
      Season.event(
        "E-\(number)", "2026-07-0\(number + 1)", [("H1", [100_000], [Int64(wattHours)])])
    }
    let low = Season.settle(
      terms, few, homes: [Season.home(watts: 100_000)], months: [Season.month("2026-07")])
    #expect(low.charged(.directReward) == .zero)
    #expect(low.lines.last?.reason == "performanceFloor")
    let fifth = Season.settle(
      terms, [Season.event("E-5", "2026-07-05", [("H1", [100_000], [100_000])])],
      homes: [Season.home(watts: 100_000)], months: [Season.month("2026-07")], earlier: 4)
    #expect(fifth.charged(.directReward) == Money("2300.00"))
  }

  @Test func `pays tiers over the event hours of a month`() {
    let terms = Season.terms(shares: [.owner: 80, .aggregator: 20]) {
      $0.isFleet = true
      $0.availability = .init(
        rate: PriceTable(.amount(12_000_000), per: .kWMonth),
        tiers: [
          .init(from: 1_000_000, factor: 0, offset: 1_000_000),
          .init(from: 750_000, factor: 1_000_000, offset: 0),
          .init(from: 600_000, factor: 500_000, offset: 0),
          .init(from: nil, factor: 1_000_000, offset: -600_000),
        ], spreadsOverHours: true)
    }
    let event = Season.event(
      "E-1", "2026-07-01",
      [
        (
          "H1", .init(repeating: 500_000, count: 6),
          [550_000, 450_000, 375_000, 350_000, 250_000, 0]
        )
      ])
    let result = Season.settle(
      terms, [event], homes: [Season.home(watts: 500_000)], months: [Season.month("2026-07")])
    #expect(result.charged(.directReward) == Money("2300.00"))
    #expect(result.party("owner") == Money("1840.00"))
  }

  @Test func `cuts availability for each failed event`() {
    let terms = Season.terms {
      $0.isFleet = true
      $0.availability = .init(
        rate: PriceTable(.byZone(["1": 450_000_000_000]), per: .MWMonth),
        strikes: .init(failedBelow: Percent(whole: 95)!, cut: Percent(whole: 25)!))
    }
    let events = [2_000_000, 1_000_000].enumerated().map { number, wattHours in
      Season.event(
        "E-\(number)", "2026-07-0\(number + 1)", [("H1", [2_000_000], [Int64(wattHours)])])
    }
    let result = Season.settle(
      terms, events, homes: [Season.home(watts: 2_000_000, zone: "1")],
      months: [Season.month("2026-07")])
    #expect(result.charged(.directReward) == Money("675000.00"))
  }

  @Test func `S2: adds availability and energy and takes off the penalty`() {
    var terms = Season.terms {
      $0.isFleet = true
      $0.availability = .init(
        rate: PriceTable(.byZone(["1": 350_600_000_000, "2": 521_000_000_000]), per: .MWMonth))
      $0.energy = .init(rate: PriceTable(.amount(5_000_000), per: .kWh), isAdditional: true)
      $0.penalty = Season.penalty("10")
    }
    let home = Season.home(watts: 1_000_000, zone: "1")
    let event = Season.event(
      "E-1", "2026-07-01",
      [("H1", .init(repeating: 1_000_000, count: 4), [900_000, 900_000, 900_000, 900_000])])
    let result = Season.settle(terms, [event], homes: [home], months: [Season.month("2026-07")])
    #expect(result.charged(.directReward) == Money("350600.00"))
    #expect(result.charged(.additionalReward) == Money("18000.00"))
    #expect(result.charged(.penalty) == Money("-4000.00"))
    #expect(result.party("owner") == Money("364600.00"))
    terms.energy = nil
    let quiet = Season.settle(
      terms, homes: [home], months: ["2026-07", "2026-08", "2026-09"].map(Season.month))
    #expect(quiet.charged(.directReward) == Money("1051800.00"))
  }

  @Test func `pays ordered flexibility and fines what is missing`() {
    let terms = Season.terms(shares: [.aggregator: 100]) {
      $0.isFleet = true
      $0.energy = .init(rate: PriceTable(.amount(7_000_000), per: .MWInterval))
      $0.penalty = Season.penalty("11", per: .MWInterval)
    }
    // Baseline 10 MW, 2 MW ordered, measured 7, 8, 9, 10 and 11 MW in a quarter of an hour.
    for (delivered, net) in [(3, "14"), (2, "14"), (1, "-4"), (0, "-22"), (-1, "-33")] {
      let event = Season.event(
        "E-1", "2026-07-01", minutes: 15, [("H1", [500_000], [Int64(delivered) * 250_000])])
      let result = Season.settle(terms, [event])
      #expect(result.party("aggregator") == Money(net))
    }
  }

  @Test func `pays the price of the signal within its ends, and holds without one`() {
    let terms = Season.terms {
      $0.energy = .init(
        rate: PriceTable(
          .fromSignal(floor: 150_000_000, ceiling: 3_000_000_000), per: .MWh), capPercent: nil)
    }
    for (price, paid) in [(100, "0.15"), (2_000, "2.00"), (9_000, "3.00")] {
      let event = Season.event(
        "E-1", "2026-11-03", [("H1", [1_000], [1_000])], signalPrice: Int64(price) * 1_000_000)
      #expect(Season.settle(terms, [event]).party("owner") == Money(paid))
    }
    let held = Season.settle(terms, [Season.event("E-1", "2026-11-03", [("H1", [1_000], [1_000])])])
    #expect(held.lines.map(\.status) == [.held])
    #expect(held.lines.map(\.reason) == ["priceMissing"])
    #expect(held.byParty.isEmpty)
  }

  @Test func `lets payer and parties meet by each basis`() {
    var terms = Season.terms { $0.premium = Season.kWh("2.00", cap: nil) }
    let sites = ["H1", "H2", "H3"]
    let event = Season.event("E-1", "2026-07-01", minutes: 60, [("H1", [1], [1])])
    var thirds = event
    thirds.event.homes = sites.map { site in
      var home = World.home(site, committed: [1_000], delivered: [0])
      home.intervals = [.verified(Energy(joules: 603_000))]  // 0.1675 kWh
      return home
    }
    let homes = sites.map { Season.home($0) }
    #expect(Season.settle(terms, [thirds], homes: homes).party("payer") == Money("-1.02"))
    #expect(Season.settle(terms, [thirds], homes: homes).party("rounding") == .zero)
    terms.payerBasis = .fleetTotal
    let fleet = Season.settle(terms, [thirds], homes: homes)
    #expect(fleet.party("payer") == Money("-1.01"))
    #expect(fleet.party("rounding") == Money("-0.01"))
    #expect(fleet.party("owner") == Money("1.02"))
    terms.payerBasis = .exactLines
    terms.premium = Season.kWh("0.10", cap: nil)
    let exact = Season.settle(
      terms, [Season.event("E-1", "2026-07-01", [("H1", [12_345], [12_345])])])
    #expect(exact.party("payer") == Money("-1.2345"))
    #expect(exact.party("owner") == Money("1.23"))
    #expect(exact.party("rounding") == Money("0.0045"))
  }

  @Test func `S13: takes a commission from the owner and a distribution fee from the payer`() {
    var terms = Season.terms { $0.energy = Season.kWh("0.15") }
    let event = Season.event("E-1", "2026-07-01", [("H1", [5_000], [5_000])])
    #expect(Season.settle(terms, [event]).party("payer") == Money("-0.75"))
    terms.fees = [
      .init(
        name: "commission", to: .utility, paidBy: .owner,
        price: .percent(Percent(whole: 40)!, of: .directReward))
    ]
    let commission = Season.settle(terms, [event])
    #expect(commission.party("owner") == Money("0.45"))
    #expect(commission.party("utility") == Money("0.30"))
    terms.fees = [
      .init(
        name: "distribution", to: .grid, paidBy: nil,
        price: .rate(PriceTable(.amount(20_000), per: .kWh)), isBeforeSplit: false)
    ]
    let fee = Season.settle(terms, [event])
    #expect(fee.party("payer") == Money("-0.85"))
    #expect(fee.party("owner") == Money("0.75"))
    #expect(fee.party("grid") == Money("0.10"))
  }

  @Test func `posts the difference of splits and then nothing`() {
    let terms = Season.terms(shares: [.owner: 70, .aggregator: 20, .utility: 7, .grid: 3]) {
      $0.energy = .init(rate: PriceTable(.amount(250_000), per: .kWh), capPercent: 110)
      $0.premium = .init(
        rate: PriceTable(
          .byLevel([0: 0, 1: 500_000, 2: 2_000_000, 3: 2_000_000]), per: .kWh))
      $0.penalty = .init(
        price: .multiple(ofEnergy: true, ofPremium: true, millionths: 1_500_000),
        rules: .init(
          price: .rate(.flat(.zero)), netting: .interval,
          caps: [.init(basis: .rewardsOfMonth, percent: 100)]))
    }
    func settle(_ third: Int64) -> ProgrammeResult {
      var event = Season.event(
        "E-1", "2026-07-01",
        [("H1", .init(repeating: 4_000, count: 4), [4_000, 4_600, third, 4_000])])
      for (place, level) in [0, 1, 2, 2].enumerated() { event.event.intervals[place].level = level }
      return Season.settle(terms, [event])
    }
    let posted = settle(3_200)
    #expect(posted.party("owner") == Money("13.26"))
    let legs = settle(3_600).difference(to: posted.accounts)[0].legs
    let amounts = Dictionary(uniqueKeysWithValues: legs.map { ($0.party, $0.amount) })
    #expect(amounts["owner"] == Money("1.58"))
    #expect(amounts["aggregator"] == Money("0.45"))
    #expect(amounts["utility"] == Money("0.15"))
    #expect(amounts["grid"] == Money("0.07"))
    #expect(settle(3_600).difference(to: settle(3_600).accounts).isEmpty)
    #expect(settle(3_600).difference(to: posted.accounts, minimum: Money("3")).isEmpty)
  }
}

extension Season {
  /// 18 a kW and month times performance, 1 a kWh, 5 more from the fifth event of the season.
  static var dlrp: ProgrammeTerms {
    terms {
      $0.isFleet = true
      $0.availability = .init(
        rate: PriceTable(.amount(18_000_000), per: .kWMonth),
        performance: .init(floor: Percent(whole: 25)!),
        nthEvent: .init(from: 5, isSeasonal: true, add: 5_000_000))
      $0.energy = .init(
        rate: PriceTable(.amount(1_000_000), per: .kWh), capPercent: nil, isAdditional: true)
    }
  }
}
