import Grid
import Settlement
import Testing

/// The numbers that settlement was specified with.
@Suite struct `A settlement` {
  @Test(arguments: [
    // delivered Wh, reward, computed penalty, charged penalty
    (1_350, "2.70", "0.00", "0.00"),
    (900, "1.80", "0.13", "0.13"),
    (0, "0.00", "0.49", "0.00"),
    (1_600, "2.70", "0.00", "0.00"),
  ])
  func `pays a home for what it delivered of 1.35 kWh`(
    delivered: Int64, reward: String, computed: String, charged: String
  ) {
    let home = World.settled(World.home(committed: [1_350], delivered: [delivered]))
    #expect(home.line(.premium)?.charged == Money(reward))
    #expect(home.line(.penalty)?.amount ?? .zero == -Money(computed))
    #expect(home.penalties == Money(charged))
    #expect(home.line(.penalty)?.reason == (delivered == 0 ? .penaltyCap : nil))
  }

  @Test func `S1: of 50,000 homes is the sum of its lines`() {
    let homes = (0..<50_000).map { number in
      World.home("H\(100_000 + number)", committed: [1_350], delivered: [1_350])
    }
    let result = Settlement.settle(World.input(homes), terms: World.tenPercent)
    #expect(result.totals.rewards.text(in: World.dollars) == "135000.00")
    #expect(result.totals.byType[0].charged.millionths == 135_000_000_000)
    #expect(result.totals.rounding.millionths == 0)
    #expect(result.entries().count == 50_000)
  }

  @Test func `of the shipped ten percent pays 2.16 a home`() {
    let home = World.settled(
      World.home(
        committed: Array(repeating: 135, count: 8), delivered: .init(repeating: 135, count: 8)),
      minutes: 15)
    #expect(home.net == Money("2.16"))
    let homes = (0..<50_000).map { number in
      World.home("H\(100_000 + number)", committed: [1_080], delivered: [1_080])
    }
    let fleet = Settlement.settle(World.input(homes), terms: World.tenPercent)
    #expect(fleet.totals.rewards.text(in: World.dollars) == "108000.00")
  }

  @Test func `prices each hour by its level and splits the net`() {
    let home = World.settled(
      World.home(
        committed: [4_000, 4_000, 4_000, 4_000], delivered: [4_000, 4_600, 3_200, 4_000]),
      World.levels, levels: [0, 1, 2, 2])
    #expect(home.line(.directReward)?.charged == Money("3.90"))
    #expect(home.line(.premium)?.charged == Money("16.40"))
    #expect(home.line(.penalty)?.charged == Money("-1.35"))
    #expect(home.rewards == Money("20.30"))
    #expect(home.net == Money("18.95"))
    #expect(home.netSplit.amounts == ["13.26", "3.79", "1.33", "0.57"].map { Money($0) })
    #expect(home.rewardSplit.amounts == ["14.21", "4.06", "1.42", "0.61"].map { Money($0) })
    #expect(home.penaltySplit.amounts == ["-0.95", "-0.27", "-0.09", "-0.04"].map { Money($0) })
  }

  @Test(arguments: [
    (4_000, 0, "1.00"), (4_600, 1, "3.10"), (3_200, 2, "5.85"), (4_000, 2, "9.00"),
  ])
  func `of one hour of 4 kWh nets reward and penalty`(
    delivered: Int64, level: Int, net: String
  ) {
    let home = World.settled(
      World.home(committed: [4_000], delivered: [delivered]), World.levels, levels: [level])
    #expect(home.net == Money(net))
  }

  @Test func `nets over the event or floors each interval`() {
    let home = World.home(
      committed: [5_000, 5_000, 5_000, 5_000], delivered: [5_000, 4_000, 2_000, -1_000])
    let energy = SettlementTerms.EnergyReward(rate: .flat(Money("2.00")), capPercent: nil)
    let event = World.settled(home, World.terms(netting: .event, energy: energy))
    let interval = World.settled(home, World.terms(netting: .interval, energy: energy))
    #expect(event.net == Money("20.00"))
    #expect(event.credited == World.wh(10_000))
    #expect(interval.net == Money("22.00"))
    #expect(interval.credited == World.wh(11_000))
  }

  @Test func `V2: caps the credited energy and shows what lies above`() {
    // 100 kW for two hours, 15 and 22 kWh measured against 20 each.
    let home = World.settled(World.home(committed: [20_000, 20_000], delivered: [15_000, 22_000]))
    #expect(home.credited == World.wh(35_000))
    #expect(home.committed == World.wh(40_000))
    #expect(home.verified == World.wh(37_000))
    #expect(home.intervals.map(\.over) == [.zero, World.wh(2_000)])
    #expect(home.intervals.map(\.shortfall) == [World.wh(3_000), .zero])
    // 87.5 % of the plan; without the cap 92.5 %.
    #expect(home.credited.joules * 1_000 == home.committed.joules * 875)
    #expect(home.verified.joules * 1_000 == home.committed.joules * 925)
  }

  @Test func `S6: pays extra work of a correction and never punishes it`() {
    let asked = Commitment(
      over: World.intervals(1, minutes: 60), promised: Power(watts: 500),
      plans: [.init(from: World.start, power: Power(watts: 600))])
    #expect(
      asked.intervals == [CommittedInterval(rewardBase: World.wh(600), penaltyBase: World.wh(500))])
    var home = World.home(committed: [0], delivered: [520])
    home.commitment = asked
    #expect(World.settled(home).line(.premium)?.quantity.description == "13/25")
    #expect(World.settled(home).line(.penalty) == nil)
    home.intervals = [.verified(World.wh(400))]
    #expect(World.settled(home).line(.penalty)?.quantity.description == "1/20")
    #expect(World.settled(home).shortfall == World.wh(50))
  }

  @Test func `S5: pays until a cancel and punishes nothing after it`() {
    let intervals = World.intervals(4, minutes: 30)
    var home = World.home(committed: [0, 0, 0, 0], delivered: [250, 250, 20, 0])
    home.commitment = Commitment(
      over: intervals, promised: Power(watts: 500), endsAt: World.start.adding(seconds: 3_600))
    let settled = World.settled(home, minutes: 30)
    #expect(settled.rewards == Money("1.00"))
    #expect(settled.line(.penalty) == nil)
    #expect(settled.net == Money("1.00"))
  }

  @Test func `S9: never charges more than the month's rewards`() {
    // 6.667 kWh less the deadband is 6 kWh short, 2.40 at 0.40; the month brought 1.80.
    var home = World.home(committed: [6_667], delivered: [0])
    home.earlierInMonth = .init(rewards: Money("1.80"))
    let settled = World.settled(home)
    #expect(settled.line(.penalty)?.amount == Money("-2.40"))
    #expect(settled.line(.penalty)?.charged == Money("-1.80"))
    #expect(settled.line(.penalty)?.reason == .penaltyCap)
    home.earlierInMonth = .init(rewards: Money("1.80"), penalties: Money("1.50"))
    #expect(World.settled(home).penalties == Money("0.30"))
  }

  @Test func `S11: sends back what the escrow did not pay`() throws {
    let homes = (0..<50_000).map { number in
      var home = World.home("H\(100_000 + number)", committed: [1_350], delivered: [1_350])
      if number % 10 == 0 { home.verdict = .refused(reason: "eventDataMissing") }
      return home
    }
    let input = World.input(homes)
    let terms = World.tenPercent
    let exposure = try #require(
      Settlement.exposure(
        of: homes.map(\.commitment), intervals: input.intervals, terms: terms))
    #expect(exposure.greatestCost == Money("135000"))
    #expect(exposure.missing(from: Money("100000")) == Money("35000"))
    #expect(exposure.missing(from: Money("135000")) == nil)
    let result = Settlement.settle(input, terms: terms)
    #expect(result.totals.rewards.text(in: World.dollars) == "121500.00")
    #expect(result.release(ofEscrow: Money("135000")) == Money("13500"))
    #expect(result.release(ofEscrow: Money("100000")) == nil)
  }
}
