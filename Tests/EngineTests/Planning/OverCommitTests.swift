import Engine
import Grid
import Testing

@Suite struct `Over-commitment` {
  static func plan(
    _ count: Int, reliability: [Int32], target: Int64, most: Int64 = 125,
    probability: Percent? = nil
  ) -> Plan {
    var fleet = PlanningFleet(count, of: Sample(name: "bat-"))
    fleet.reliabilityHundredths = (0..<count).map { reliability[$0 % reliability.count] }
    return Planner.plan(
      fleet, feeder: .flat, request: .target(Power(watts: target)), seconds: 3_600,
      fairness: .equalShare, minimumSetpoint: .zero,
      overCommit: .init(maximumPercent: most, probability: probability))
  }

  @Test(
    arguments: [
      (8_000, 12_500_000, 10_000_000, 0, false),
      (7_000, 12_500_000, 8_750_000, 1_250_000, true),
      (10_000, 10_000_000, 10_000_000, 0, false),
    ] as [(Int32, Int64, Int64, Int64, Bool)])
  func `asks for the target by the reliability and promises what arrives`(
    reliability: Int32, asked: Int64, promised: Int64, shortfall: Int64, isLimited: Bool
  ) throws {  // E16
    let plan = Self.plan(5_000, reliability: [reliability], target: 10_000_000)
    #expect(plan.setpointW.reduce(0, +) == asked)
    #expect(plan.asked.watts == asked)
    #expect(plan.committed.watts == promised)
    #expect(plan.shortfall.watts == shortfall)
    let over = try #require(plan.overCommit)
    #expect(over.addedPower.watts == asked - 10_000_000)
    #expect(over.addedBatteries == 0)
    #expect(over.isLimited == isLimited)
    #expect(plan.promised(holding: Power(watts: asked / 2)).watts == promised / 2)
  }

  @Test func `names the batteries that it added`() throws {
    var fleet = PlanningFleet(10, of: Sample(name: "bat-"))
    fleet.merit = (0..<10).map { -$0 }
    fleet.reliabilityHundredths = Array(repeating: 8_000, count: 10)
    let plan = Planner.plan(
      fleet, feeder: .flat, request: .target(Power(watts: 20_000)), seconds: 3_600,
      fairness: .meritOrder, minimumSetpoint: .zero, overCommit: .init(maximumPercent: 200))
    #expect(plan.setpointW == [5_000, 5_000, 5_000, 5_000, 5_000, 0, 0, 0, 0, 0])
    #expect(plan.overCommit?.addedBatteries == 1)
    #expect(plan.committed.watts == 20_000)
  }

  @Test func `keeps a probability by the mean and the variance of all or nothing`() throws {
    // 100 batteries of 80 %: mean 0.8 A, variance 100 · (A/100)² · 0.16, so one deviation is 0.04 A.
    // 80 % asks for 2 deviations: 0.8 A − 0.08 A = 0.72 A.
    let plan = Self.plan(
      100, reliability: [8_000], target: 72_000, most: 200, probability: Percent(whole: 80))
    #expect(plan.asked.watts == 100_000)
    #expect(plan.committed.watts == 72_000)
    #expect(plan.overCommit?.expected.watts == 80_000)
    // Held back by the maximum, it promises what holds with that probability.
    let limited = Self.plan(
      100, reliability: [8_000], target: 80_000, most: 125, probability: Percent(whole: 80))
    #expect(limited.asked.watts == 100_000)
    #expect(limited.committed.watts == 72_000)
    #expect(limited.overCommit?.isLimited == true)
  }

  @Test func `asks for no watt more than it needs`() throws {
    for seed in 0..<40 {
      var dice = Dice(seed)
      let rates = (0..<7).map { _ in Int32(dice.roll(5_000...10_000)) }
      let target = dice.roll(20_000...60_000)
      let probability = seed.isMultiple(of: 2) ? nil : Percent(hundredths: 5_000)
      let plan = Self.plan(
        30, reliability: rates, target: target, most: 200, probability: probability)
      #expect(plan.committed.watts <= target)
      guard plan.shortfall == .zero, plan.asked.watts > target else { continue }
      let less = Self.plan(
        30, reliability: rates, target: plan.asked.watts - 1, most: 100, probability: probability)
      #expect(less.committed.watts < target, "seed \(seed)")
    }
  }

  @Test func `leaves releases and fleets without a record alone`() {
    var fleet = PlanningFleet(3, of: Sample(name: "bat-"))
    func plan(_ request: PlanRequest) -> Plan {
      Planner.plan(
        fleet, feeder: .flat, request: request, seconds: 3_600, fairness: .equalShare,
        minimumSetpoint: .zero, overCommit: .init())
    }
    #expect(plan(.target(Power(watts: 3_000))).overCommit == nil)
    fleet.reliabilityHundredths = [5_000, 5_000, 5_000]
    #expect(plan(.release(.whole(10), of: .storedEnergy)).overCommit == nil)
    #expect(plan(.target(Power(watts: 3_000))).overCommit != nil)
  }
}
