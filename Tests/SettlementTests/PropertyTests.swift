import Grid
import Settlement
import Testing

@Suite struct `Settling any fleet` {
  /// A fleet of every kind of home, from one seed.
  private func fleet(_ seed: UInt64, homes: Int = 60) -> [HomePerformance] {
    var random = Sequence64(seed: seed)
    return (0..<homes).map { number in
      var home = World.home("H\(number)", committed: [], delivered: [])
      home.commitment.intervals = (0..<4).map { _ in
        let penalty = Energy(joules: random.next(below: 5_000_000))
        return CommittedInterval(
          rewardBase: penalty + Energy(joules: random.next(below: 1_000_000)),
          penaltyBase: penalty)
      }
      home.intervals = (0..<4).map { _ in
        let delivered = Energy(joules: random.next(below: 8_000_000) - 1_000_000)
        return switch random.next(below: 12) {
        case 0: .missing()
        case 1: .estimated(delivered)
        case 2: .verified(delivered, excusal: .gridOutage)
        default: .verified(delivered)
        }
      }
      if random.next(below: 15) == 0 { home.verdict = .refused(reason: "tooFewDays") }
      if random.next(below: 15) == 0 { home.heldBy = "meterSuspect" }
      home.isNotified = random.next(below: 8) != 0
      home.commandAnswered = random.next(below: 8) != 0
      if random.next(below: 8) == 0 { home.optedOutAt = World.start.adding(seconds: 3_600) }
      home.earlierInMonth = .init(
        rewards: Money(millionths: random.next(below: 1_000) * 10_000),
        penalties: Money(millionths: random.next(below: 100) * 10_000))
      return home
    }
  }

  private func policies() -> [SettlementTerms] {
    var netted = World.levels
    netted.netting = .event
    netted.penalty?.netting = .event
    var open = World.levels
    open.energy?.capPercent = nil
    open.penalty?.caps = []
    return [World.tenPercent, World.levels, netted, open]
  }

  @Test(arguments: 1...8) func `sums to zero on every entry, and to its totals`(seed: UInt64) {
    for terms in policies() {
      let result = Settlement.settle(
        World.input(fleet(seed), levels: [0, 1, 2, 3]), terms: terms)
      let entries = result.entries()
      for entry in entries {
        #expect(entry.legs.reduce(.zero) { $0 + $1.amount } == .zero)
        #expect(entry.legs.count > 1)
        #expect(Set(entry.legs.map(\.account)).count == entry.legs.count)
      }
      let lines = result.homes.flatMap(\.lines).reduce(Money.zero) { $0 + $1.charged }
      #expect(
        Int128(lines.millionths) == result.totals.rewards.millionths
          - result.totals.penalties.millionths)
      let paid = entries.flatMap(\.legs).filter { $0.account == .escrow }
        .reduce(Money.zero) { $0 + $1.amount }
      #expect(-Int128(paid.millionths) == result.totals.rewards.millionths)
      for home in result.homes {
        #expect(home.netSplit.reduce(.zero) { $0 + $1.amount } == home.net)
        #expect(home.rewardSplit.reduce(.zero) { $0 + $1.amount } == home.rewards)
        #expect(home.lines.map(\.type) == home.lines.map(\.type).sorted())
      }
    }
  }

  @Test(arguments: 1...8) func `does not depend on the order of the homes`(seed: UInt64) {
    var homes = fleet(seed)
    for terms in policies() {
      let first = Settlement.settle(World.input(homes), terms: terms)
      var random = Sequence64(seed: seed)
      for place in homes.indices {
        homes.swapAt(place, Int(random.next(below: Int64(homes.count))))
      }
      #expect(Settlement.settle(World.input(homes), terms: terms) == first)
      #expect(first.homes.map(\.site) == first.homes.map(\.site).sorted())
    }
  }

  @Test(arguments: 1...8) func `never pays less for more delivery`(seed: UInt64) {
    var random = Sequence64(seed: seed)
    for terms in policies() {
      for home in fleet(seed) {
        var more = home
        let place = Int(random.next(below: 4))
        guard case let interval = home.intervals[place], interval.status == .verified,
          let reduction = interval.reduction
        else { continue }
        more.intervals[place] = .verified(
          reduction + Energy(joules: random.next(below: 2_000_000)), excusal: interval.excusal)
        #expect(World.settled(more, terms).net >= World.settled(home, terms).net)
      }
    }
  }

  @Test(arguments: 1...8) func `never leaves an owner owing under a full cap`(seed: UInt64) {
    for home in fleet(seed) {
      var home = home
      home.earlierInMonth = .init()
      #expect(World.settled(home, World.levels).net >= .zero)
    }
  }

  @Test(arguments: 1...4) func `costs no more than was set aside`(seed: UInt64) throws {
    let input = World.input(fleet(seed), levels: [0, 1, 2, 3])
    for terms in [World.tenPercent, World.levels] {
      let exposure = try #require(
        Settlement.exposure(
          of: input.homes.map(\.commitment), intervals: input.intervals, terms: terms))
      let result = Settlement.settle(input, terms: terms)
      #expect(result.release(ofEscrow: exposure.greatestCost) != nil)
    }
  }

  @Test func `has no greatest cost without a cap`() {
    let input = World.input(fleet(1))
    #expect(
      Settlement.exposure(
        of: input.homes.map(\.commitment), intervals: input.intervals, terms: policies()[3]) == nil)
  }

  @Test func `sets aside each home's line rounded up, times the cover`() throws {
    var terms = World.tenPercent
    terms.escrowCoverPercent = 150
    // 1 Wh at 2.00 is 0.002: rounded up 0.01 a home, 0.03 in all, 0.045 with cover.
    let exposure = try #require(
      Settlement.exposure(
        of: Array(repeating: World.committed([1]), count: 3),
        intervals: World.intervals(1, minutes: 60), terms: terms))
    #expect(exposure.greatestCost == Money("0.03"))
    #expect(exposure.toCover == Money("0.05"))
  }
}
