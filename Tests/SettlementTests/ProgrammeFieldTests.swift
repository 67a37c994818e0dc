import Grid
import Settlement
import Testing

@Suite struct `A pool, a weight and a minimum` {
  private static func pair(_ name: String, _ first: Int64, _ second: Int64) -> ProgrammeEvent {
    Season.event(
      name, "2026-07-0\(name.suffix(1))",
      [("H1", [1_000], [first]), ("H2", [1_000], [second])])
  }

  private static let homes = [Season.home("H1"), Season.home("H2")]

  /// A penalty of 1.50 a kWh without deadband, and a pool of half of it.
  private static func terms(
    refunds: Bool = false, toPool: Bool = false
  ) -> ProgrammeTerms {
    var terms = Season.terms {
      $0.premium = Season.kWh("2.00")
      $0.penalty = Season.penalty("1.50")
    }
    terms.penalty?.toBonusPool = toPool
    terms.bonusPool = .init(share: Percent(whole: 50)!, refundsOtherwise: refunds)
    return terms
  }

  @Test func `gives a share of the penalties back where the fleet broke its promise`() {
    // 0.1 and 0.3 kWh are short: 0.15 and 0.45. Half of 0.60 goes back as 0.075 and 0.225.
    let event = Self.pair("E-1", 900, 700)
    let result = Season.settle(Self.terms(refunds: true), [event], homes: Self.homes)
    let back = result.lines.filter { $0.field == "reward.bonusPool" }
    #expect(back.map(\.charged) == [Money("0.08"), Money("0.22")])
    #expect(back.map(\.reason) == ["refund", "refund"])
    #expect(back.map { "\($0.exact)" } == ["3/40", "9/40"])
    #expect(result.party("penalty") == Money("0.30"))
    // Without `refund` nobody gets it.
    let kept = Season.settle(Self.terms(), [event], homes: Self.homes)
    #expect(kept.party("penalty") == Money("0.60"))
  }

  @Test func `refunds too where nobody delivered more, and pays those who did where it held`() {
    let held = Self.pair("E-1", 1_300, 800)
    let result = Season.settle(Self.terms(refunds: true), [held], homes: Self.homes)
    #expect(result.lines.first { $0.field == "reward.bonusPool" }?.site?.text == "H1")
    #expect(result.charged(.additionalReward) == Money("0.15"))
  }

  @Test func `keeps what is left for the next event where penalties go to the pool`() {
    let events = [Self.pair("E-1", 1_300, 800), Self.pair("E-2", 1_300, 800)]
    let result = Season.settle(Self.terms(toPool: true), events, homes: Self.homes)
    // Half of 0.30; then half of 0.15 and 0.30, in whole cents.
    #expect(result.charged(.additionalReward, "E-1") == Money("0.15"))
    #expect(result.charged(.additionalReward, "E-2") == Money("0.22"))
    #expect(result.party("bonusPool") == Money("0.23"))
    #expect(result.party("penalty") == .zero)
    let apart = Season.settle(Self.terms(), events, homes: Self.homes)
    #expect(apart.charged(.additionalReward, "E-2") == Money("0.15"))
    #expect(apart.party("penalty") == Money("0.30"))
  }

  @Test func `weighs events by the price of their signals`() {
    func paid(_ prices: [Int64?]) -> ProgrammeResult {
      let terms = Season.terms(.event) {
        $0.capacity = .init(
          rate: PriceTable(.amount(275_000_000), per: .kWSeason), isSeasonal: true,
          weighsByPrice: true)
      }
      let events = zip([5_000, 4_000, 0, 4_500] as [Int64], prices).enumerated().map {
        Season.event(
          "E-\($0)", "2026-07-0\($0 + 1)", [("H1", [5_000], [$1.0])], signalPrice: $1.1)
      }
      return Season.settle(terms, events, seasons: [Season.summer])
    }
    // (5 x 1 + 4 x 2 + 0 x 3 + 4.5 x 4) / 10 = 3.1 kW.
    let weighted = paid([1_000_000, 2_000_000, 3_000_000, 4_000_000])
    #expect(weighted.charged(.directReward) == Money("852.50"))
    #expect(weighted.lines.map { "\($0.quantity)" } == ["31/10"])
    // Without any weight all are equal: 3.375 kW.
    #expect(paid([0, 0, 0, 0]).charged(.directReward) == Money("928.13"))
    // S14: one price is missing, and the line waits.
    let missing = paid([1_000_000, nil, 3_000_000, 4_000_000])
    #expect(missing.lines.map(\.status) == [.held])
    #expect(missing.lines.map(\.reason) == ["priceMissing"])
  }

  @Test func `pays a day only if the home was heard on it`() {
    var terms = Season.terms {
      $0.flat = .init(
        rate: PriceTable(.amount(500_000), per: .homeDay), whileHeard: Percent(whole: 90)!)
    }
    var home = Season.home()
    home.from = CivilDate(text: "2026-07-29")
    // Three days: 90 %, 89.99 %, and one that nobody says anything of.
    home.heard = [
      CivilDate(text: "2026-07-28")!: .hundred,
      CivilDate(text: "2026-07-29")!: Percent(whole: 90)!,
      CivilDate(text: "2026-07-30")!: Percent(hundredths: 8_999)!,
    ]
    func line() -> ProgrammeLine {
      Season.settle(terms, homes: [home], months: [Season.month("2026-07")]).lines[0]
    }
    #expect(line().charged == Money("0.50"))
    #expect(line().reason == "notHeard")
    terms.flat?.whileHeard = .zero
    #expect(line().charged == Money("1.50"))
    #expect(line().reason == nil)
  }

  @Test func `posts owners' parts of a fleet as differences too, and carries what is small`() {
    let terms = Season.terms(shares: [.owner: 80, .aggregator: 20]) {
      $0.isFleet = true
      $0.energy = Season.kWh("1.00", cap: nil)
    }
    func accounts(_ first: Int64, _ second: Int64) -> ProgrammeResult {
      Season.settle(
        terms,
        [
          Season.event(
            "E-1", "2026-07-01", [("H1", [2_000], [first]), ("H2", [2_000], [second])])
        ], homes: Self.homes)
    }
    let before = accounts(3_000, 1_000).accounts
    let later = accounts(3_000, 1_050)
    let posts = later.difference(to: before)
    // 4.05 for 4.00: the owners' 3.24 are 2.40 and 0.84, of which 0.04 is new.
    #expect(posts.map(\.legs.count) == [3])
    #expect(posts[0].owners.map(\.site.text) == ["H2"])
    #expect(posts[0].owners.map(\.amount) == [Money("0.04")])
    #expect(later.difference(to: before, minimum: Money("0.06")).isEmpty)
    #expect(later.difference(to: before, minimum: Money("0.05")) == posts)
    // What stands after the posting is the result, and posting it again posts nothing.
    let standing = ProgrammeResult.standing(before, with: posts)
    #expect(standing == ProgrammeResult.standing(later.accounts))
    #expect(later.difference(to: standing).isEmpty)
  }

  @Test func `a home's later run posts nothing below the minimum, and all of it when it is more`() {
    let recalculation = SettlementRun(name: "recalculation", isPayable: true, payer: .funding)
    func result(_ delivered: Int64, _ run: SettlementRun? = nil) -> SettlementResult {
      var input = World.input([World.home(committed: [1_000], delivered: [delivered])])
      if let run { input.run = run }
      return Settlement.settle(input, terms: World.tenPercent)
    }
    let posted = result(950).homes.map { PostedHome($0) }
    // 2.00 a kWh: 0.02 more, then 0.06 more than what was posted.
    let small = result(960, recalculation)
    #expect(small.entries(over: posted, minimum: Money("0.03")).isEmpty)
    #expect(small.entries(over: posted, minimum: Money("0.02")).count == 1)
    let more = result(980, recalculation).entries(over: posted, minimum: Money("0.03"))
    #expect(more.map { $0.legs.map(\.amount) } == [[Money("-0.06"), Money("0.06")]])
    #expect(Settlement.difference(of: small, posted: posted)[0].greatestChange == Money("0.02"))
  }
}
