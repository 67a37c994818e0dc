import Grid
import Settlement
import Testing

/// One event by the rules of its programme, as a controller settles it.
@Suite struct `One event of a programme` {
  static let commission = ProgrammeTerms.Fee(
    name: "commission", to: .utility, paidBy: .owner,
    price: .percent(Percent(whole: 40)!, of: .premium))
  static let wires = ProgrammeTerms.Fee(
    name: "wires", to: .grid, paidBy: nil,
    price: .rate(PriceTable(.amount(20_000), per: .kWh)), isBeforeSplit: false)

  /// `surge-ten-percent` with four parties and both fees.
  static func terms(_ fill: (inout ProgrammeTerms) -> Void = { _ in }) -> ProgrammeTerms {
    Season.terms(shares: [.owner: 70, .aggregator: 20, .utility: 7, .grid: 3]) {
      $0.premium = Season.kWh("2.00")
      $0.penalty = Season.penalty(
        "0.40", deadband: 10, caps: [.init(basis: .rewardsOfMonth, percent: 100)])
      $0.fees = [commission, wires]
      fill(&$0)
    }
  }

  static func amounts(_ split: [PartyShare]) -> [String] {
    split.amounts.map { $0.text(in: World.dollars) }
  }

  @Test func `has a reward, a penalty and its fees, each split for itself`() {
    let event = Season.event(
      "E-1", "2026-07-01", [("H1", [1_000], [1_000]), ("H2", [1_000], [300])])
    let result = ProgrammeSettlement.settle(event, isFinal: false, terms: Self.terms())
    let (first, second) = (result.homes[0], result.homes[1])
    // 2.00 in 70 / 20 / 7 / 3; of the 1.20 that 40 % leave 0.84 / 0.24 / 0.08 / 0.04.
    #expect(Self.amounts(first.rewardSplit) == ["1.40", "0.40", "0.14", "0.06"])
    #expect(Self.amounts(first.feeSplit) == ["-0.56", "-0.16", "0.74", "0.00"])
    #expect(first.payerFees == Money("0.02"))
    #expect(Self.amounts(first.partySplit) == ["0.84", "0.24", "0.88", "0.06"])
    // 0.60 less 0.24 for 0.6 kWh missing; then 0.24 of commission, and 0.006 of wires are 0.01.
    #expect(Self.amounts(second.rewardSplit) == ["0.42", "0.12", "0.04", "0.02"])
    #expect(Self.amounts(second.netSplit) == ["0.25", "0.07", "0.03", "0.01"])
    #expect(Self.amounts(second.feeSplit) == ["-0.17", "-0.04", "0.22", "0.00"])
    #expect(
      second.lines.map(\.name) == ["premium", "penalty", "fees.commission", "fees.wires"])
    #expect(
      second.lines.map { $0.charged.text(in: World.dollars) } == ["0.60", "-0.24", "0.24", "0.01"])
    #expect(second.lines.map(\.unit) == ["kWh", "kWh", "USD", "kWh"])
    #expect(
      result.entries().map(\.key) == [
        "initial", "initial:fee", "initial", "initial:penalty", "initial:fee",
      ])
    #expect(result.totals.net.text(in: World.dollars) == "2.39")
    #expect(
      result.totals.byParty.map { $0.net.text(in: World.dollars) } == [
        "0.27", "0.07", "0.92", "1.13",
      ])
  }

  @Test func `takes no fee of what waits, and holds the payer's with it`() {
    var event = Season.event("E-1", "2026-07-01", [("H1", [1_000], [1_000])])
    event.event.homes[0].heldBy = "meterSuspect"
    let home = ProgrammeSettlement.settle(event, isFinal: false, terms: Self.terms()).homes[0]
    #expect(home.lines.map(\.status) == [.held, .held, .held])
    #expect(home.lines.map(\.charged) == [.zero, .zero, .zero])
    #expect(home.lines.map(\.amount) == [Money("2.00"), Money("0.80"), Money("0.02")])
    // The commission is a part of the 2.00; the wires come on top.
    #expect(home.held == Money("2.02"))
    #expect(home.net == .zero)
  }

  @Test func `goes on where earlier events left a home`() {
    var event = Season.event("E-2", "2026-07-02", [("H1", [2_000], [2_000])])
    event.event.homes[0].earlierInMonth = .init(rewards: Money("7.00"))
    event.event.homes[0].earlierInSeason = .init(rewards: Money("9.50"))
    let month = ProgrammeSettlement.settle(
      event, isFinal: false,
      terms: Self.terms { $0.caps = .init(homePerMonth: Money("10.00")) }
    ).homes[0]
    #expect(month.lines[0].amount == Money("4.00"))
    #expect(month.lines[0].charged == Money("3.00"))
    #expect(month.lines[0].reason == .rewardCap(.homePerMonth))
    // The commission is one of what is charged.
    #expect(month.lines[1].charged == Money("1.20"))
    let season = ProgrammeSettlement.settle(
      event, isFinal: false,
      terms: Self.terms {
        $0.caps = .init(homePerMonth: Money("10.00"), homePerSeason: Money("11.00"))
      }
    ).homes[0]
    #expect(season.rewards == Money("1.50"))
    #expect(season.lines[0].reason == .rewardCap(.homePerSeason))
  }

  @Test func `costs the fees of the payer on top of the rewards, each rounded up`() throws {
    let event = Season.event(
      "E-1", "2026-07-01", [("H1", [1_080], [0]), ("H2", [1_080], [0])])
    let exposure = try #require(ProgrammeSettlement.exposure(of: event, terms: Self.terms()))
    // 1.08 kWh are 2.16 and 0.0216 of wires a home.
    #expect(exposure.greatestCost == Money("4.32"))
    #expect(exposure.payerFees == Money("0.06"))
    #expect(exposure.toCover == Money("4.38"))
    #expect(
      ProgrammeSettlement.exposure(
        of: event, terms: Self.terms { $0.premium = Season.kWh("2.00", cap: nil) }) == nil)
  }
}

@Suite struct `One event with a price of its signal` {
  private let terms = Season.terms {
    $0.premium = .init(
      rate: PriceTable(.fromSignal(floor: 1_000_000, ceiling: 3_000_000), per: .kWh))
  }

  @Test(arguments: [(Int64(2_000_000), "2.00"), (500_000, "1.00"), (9_000_000, "3.00")])
  func `costs as much as it pays at most`(price: Int64, most: String) throws {
    let event = Season.event(
      "E-1", "2026-07-01", [("H1", [1_000], [1_000])], signalPrice: price)
    #expect(
      ProgrammeSettlement.exposure(of: event, terms: terms)?.greatestCost == Money(most))
    #expect(
      ProgrammeSettlement.settle(event, isFinal: false, terms: terms).homes[0].rewards
        == Money(most))
  }

  @Test func `is covered at the ceiling where the signal has none, and waits`() {
    let event = Season.event("E-1", "2026-07-01", [("H1", [1_000], [1_000])])
    #expect(ProgrammeSettlement.exposure(of: event, terms: terms)?.greatestCost == Money("3.00"))
    let home = ProgrammeSettlement.settle(event, isFinal: false, terms: terms).homes[0]
    #expect(home.lines.map(\.reason) == [.priceMissing])
    #expect(home.net == .zero && home.credited == World.wh(1_000))
  }
}

@Suite struct `Any event of a programme` {
  private static func random(_ seed: UInt64) -> (ProgrammeEvent, ProgrammeTerms) {
    var random = Sequence64(seed: seed)
    func money(_ most: Int64) -> Money { Money(millionths: random.next(below: most) * 10_000) }
    var event = Season.event(
      "E-1", "2026-07-01",
      (0..<20).map { number in
        (
          format2(number), (0..<4).map { _ in random.next(below: 2_000) },
          (0..<4).map { _ in random.next(below: 3_000) - 500 }
        )
      })
    for place in event.event.homes.indices {
      event.event.homes[place].earlierInMonth = .init(rewards: money(500), penalties: money(50))
      if random.next(below: 8) == 0 { event.event.homes[place].heldBy = "meterSuspect" }
      if random.next(below: 8) == 0 {
        event.event.homes[place].verdict = .refused(reason: "tooFewDays")
      }
    }
    let terms = `One event of a programme`.terms { terms in
      if random.next(below: 2) == 0 { terms.energy = Season.kWh("0.37", cap: 150) }
      terms.energy?.isAdditional = random.next(below: 2) == 0
      terms.base.netting = random.next(below: 2) == 0 ? .interval : .event
      if random.next(below: 2) == 0 {
        terms.splitsLines = true
        terms.penaltyShares = [.owner: Percent(whole: 90)!, .supplier: Percent(whole: 10)!]
      }
      terms.fees.append(
        .init(
          name: "tax", to: .tax, paidBy: random.next(below: 2) == 0 ? nil : .aggregator,
          price: .percent(Percent(whole: 7)!, of: .premium),
          isBeforeSplit: random.next(below: 2) == 0))
      if random.next(below: 2) == 0 { terms.caps.homePerMonth = money(900) }
      if random.next(below: 2) == 0 { terms.caps.fleetPerEvent = money(9_000) }
      if random.next(below: 2) == 0 {
        terms.bonusPool = .init(
          share: Percent(whole: 60)!, fleetAtLeast: Percent(whole: 50)!,
          refundsOtherwise: random.next(below: 2) == 0)
      }
    }
    return (event, terms)
  }

  private static func format2(_ number: Int) -> String {
    number < 10 ? "H0\(number)" : "H\(number)"
  }

  @Test(arguments: 1...40) func `is what headroom settle comes to, home by home`(seed: UInt64) {
    var (event, terms) = Self.random(seed)
    for place in event.event.homes.indices { event.event.homes[place].earlierInMonth = .init() }
    let one = ProgrammeSettlement.settle(event, isFinal: false, terms: terms)
    let whole = Season.settle(
      terms, [event], homes: event.event.homes.map { Season.home($0.site.text) })
    #expect(whole.accounts.count == one.homes.count)
    for (account, home) in zip(whole.accounts, one.homes) {
      #expect(account.site == home.site)
      for party in SettlementTerms.Party.allCases {
        #expect(
          (account.legs.first { $0.party == party.rawValue }?.amount ?? .zero)
            == (home.partySplit.first { $0.party == party }?.amount ?? .zero), "\(home.site)")
      }
    }
    #expect(
      one.totals.byParty.reduce(Int128(0)) { $0 + $1.net.millionths } == one.totals.net.millionths)
    for entry in one.entries() {
      #expect(entry.legs.reduce(.zero) { $0 + $1.amount } == .zero)
    }
  }

  @Test(arguments: 1...40) func `costs the payer no more than was set aside`(seed: UInt64) throws {
    let (event, terms) = Self.random(seed)
    let exposure = try #require(ProgrammeSettlement.exposure(of: event, terms: terms))
    let result = ProgrammeSettlement.settle(event, isFinal: true, terms: terms)
    let paid = result.entries().flatMap(\.legs).filter { $0.account == .funding }
      .reduce(Int128(0)) { $0 - Int128($1.amount.millionths) }
    #expect(paid + result.totals.held.millionths <= Int128(exposure.toCover.millionths))
    #expect(paid == result.totals.rewards.millionths + result.totals.payerFees.millionths)
    #expect(result.totals.rewards.millionths <= Int128(exposure.greatestCost.millionths))
  }

  @Test(arguments: 1...20) func `posts in a later run what it changes, party by party`(seed: UInt64)
  {
    let (event, terms) = Self.random(seed)
    let old = ProgrammeSettlement.settle(event, isFinal: false, terms: terms)
    var changed = event
    var random = Sequence64(seed: seed)
    for place in changed.event.homes.indices where random.next(below: 3) == 0 {
      changed.event.homes[place].intervals[1] = .verified(World.wh(random.next(below: 2_000)))
    }
    changed.event.run = SettlementRun(name: "recalculation", isPayable: true, payer: .funding)
    let new = ProgrammeSettlement.settle(changed, isFinal: false, terms: terms)
    var legs: [SettlementAccount: Money] = [:]
    for entry in old.entries() + new.entries(over: old.homes.map(PostedHome.init)) {
      for leg in entry.legs where leg.account != .escrow && leg.account != .funding {
        legs[leg.account] = (legs[leg.account] ?? .zero) + leg.amount
      }
    }
    var alone: [SettlementAccount: Money] = [:]
    for entry in new.entries() {
      for leg in entry.legs where leg.account != .escrow && leg.account != .funding {
        alone[leg.account] = (alone[leg.account] ?? .zero) + leg.amount
      }
    }
    #expect(legs.filter { $0.value != .zero } == alone.filter { $0.value != .zero })
    #expect(new.entries(over: new.homes.map(PostedHome.init)).isEmpty)
  }
}
