import Grid
import Testing

@testable import Engine

@Suite struct `A battery that is not asked` {
  @Test(arguments: SkipReason.allCases)
  func `keeps the reason of its standing`(reason: SkipReason) {
    let fleet = PlanningFleet([
      Sample(name: "a"), Sample(name: "b", charge: -1, standing: .skipped(reason)),
    ])
    let plan = Planner.plan(fleet, .target(Power(watts: 1_000)))
    #expect(plan.setpointW == [1_000, 0])
    #expect(plan.skipped == [nil, reason])
  }

  @Test(
    arguments: [
      (Sample(name: "a", ratedW: 0), Bound.ratedPower),
      (Sample(name: "a", exportRoomW: -5), .exportLimit),
      (Sample(name: "a", efficiency: 0), .energyForDuration),
      (Sample(name: "a", capacityWh: 1, charge: 2_100), .energyForDuration),
    ])
  func `has no share where its own limits leave less than a watt`(sample: Sample, bound: Bound) {
    let plan = Planner.plan(PlanningFleet([sample]), .target(Power(watts: 1_000)), minimum: 200)
    #expect(plan.setpointW == [0])
    #expect(plan.energyLimitWh == [0])
    #expect(plan.skipped == [.noShare])
    #expect(plan.bound[0] == bound)
    #expect(plan.shortfall.watts == 1_000)
  }

  @Test func `has no share where others come first by name`() {
    let plan = Planner.plan(
      PlanningFleet([Sample(name: "b"), Sample(name: "a"), Sample(name: "B")]),
      .target(Power(watts: 2)))
    #expect(plan.setpointW == [0, 1, 1])
    #expect(plan.skipped == [.noShare, nil, nil])
  }

  @Test(arguments: [0, -7] as [Int64])
  func `is everybody when nothing is asked`(watts: Int64) {
    let plan = Planner.plan(PlanningFleet(3, of: Sample(name: "a")), .target(Power(watts: watts)))
    #expect(plan.setpointW == [0, 0, 0])
    #expect(plan.skipped == [.noShare, .noShare, .noShare])
    #expect(plan.requested == .zero)
    #expect(plan.shortfall == .zero)
  }

  @Test func `is everybody when the target is less than the smallest setpoint`() {
    let plan = Planner.plan(
      PlanningFleet(3, of: Sample(name: "a")), .target(Power(watts: 150)), minimum: 200)
    #expect(plan.skipped == [.minimumSetpoint, .minimumSetpoint, .minimumSetpoint])
    #expect(plan.shortfall.watts == 150)
  }

  @Test func `is the lightest one when shares differ`() {
    // 100 %, 60 % and 10 % of 10 kWh: 1,000 W make 588, 352 and 58 W.
    let fleet = PlanningFleet(
      [10_000, 6_000, 1_000].enumerated().map { place, charge in
        Sample(name: "bat-\(place)", capacityWh: 10_000, charge: Int32(charge), floor: 0)
      })
    let plan = Planner.plan(
      fleet, .target(Power(watts: 1_000)), fairness: .proportional, minimum: 100)
    #expect(plan.setpointW == [625, 375, 0])
    #expect(plan.skipped == [nil, nil, .minimumSetpoint])
  }
}

@Suite struct `A release under a node's limit` {
  static let feeder = try! FeederTree([
    .init(id: NodeID("root")!, parent: nil, limit: Power(watts: 2_000)),
    .init(id: NodeID("N")!, parent: NodeID("root")!, limit: Power(watts: 600)),
  ])
  /// 2 h of 10 kWh, of 5 kWh and of 20 kWh above a reserve of 0 at 100 %.
  static let fleet = PlanningFleet([
    Sample(name: "a", capacityWh: 10_000, charge: 10_000, floor: 0, node: 1),
    Sample(name: "b", capacityWh: 5_000, charge: 10_000, floor: 0, node: 1),
    Sample(name: "c", capacityWh: 20_000, charge: 10_000, floor: 0, node: 0),
  ])

  @Test func `is cut by fairness only below that node`() {
    // 20 % ask for 1,000, 500 and 2,000 W; N carries 600 W and the root 2,000 W.
    let request = PlanRequest.release(.whole(20), of: .storedEnergy)
    let even = Planner.plan(Self.fleet, request, feeder: Self.feeder)
    #expect(even.setpointW == [300, 300, 1_400])
    #expect(even.energyLimitWh == [600, 600, 2_800])
    #expect(Array(even.bound) == [.node(1), .node(1), .node(0)])
    #expect(even.bindingNodes == [0, 1])
    #expect(even.requested.watts == 3_500)
    #expect(even.shortfall.watts == 1_500)
    let weighed = Planner.plan(
      Self.fleet, request, feeder: Self.feeder, fairness: .proportional)
    #expect(weighed.setpointW == [400, 200, 1_400])
  }

  @Test func `is whole elsewhere`() {
    let plan = Planner.plan(
      Self.fleet, .release(.whole(10), of: .storedEnergy), feeder: Self.feeder,
      fairness: .proportional)
    #expect(plan.setpointW == [400, 200, 1_000])
    #expect(Array(plan.bound) == [.node(1), .node(1), .request])
    #expect(plan.bindingNodes == [1])
  }
}

@Suite struct `A reason` {
  @Test(
    arguments: [
      (Bound.request, "request"), (.ratedPower, "ratedPower"), (.exportLimit, "exportLimit"),
      (.energyForDuration, "energyForDuration"), (.minimumSetpoint, "minimumSetpoint"),
      (.node(0), "node:root"),
    ])
  func `has its word`(bound: Bound, word: String) {
    #expect(bound.text(.flat) == word)
  }

  @Test func `makes plans equal or different`() {
    let fleet = PlanningFleet(3, of: Sample(name: "a"))
    let plan = Planner.plan(fleet, .target(Power(watts: 3_000)))
    #expect(plan == Planner.plan(fleet, .target(Power(watts: 3_000))))
    #expect(plan != Planner.plan(fleet, .target(Power(watts: 3_001))))
    #expect(plan.bound.count == 3)
  }
}

@Suite struct `A planning fleet` {
  @Test func `must have columns of one length`() async {
    await #expect(processExitsWith: .failure) {
      var fleet = PlanningFleet(2, of: Sample(name: "a"))
      fleet.ratedW = [1]
      _ = Planner.plan(fleet, .target(Power(watts: 1)))
    }
  }

  @Test func `has a battery once`() async {
    await #expect(processExitsWith: .failure) {
      _ = PlanningFleet([Sample(name: "a"), Sample(name: "a")])
    }
  }

  @Test func `hangs on the feeder it is planned on`() async {
    await #expect(processExitsWith: .failure) {
      _ = Planner.plan(PlanningFleet([Sample(name: "a", node: 1)]), .target(Power(watts: 1)))
    }
  }

  @Test func `has figures within their ranges`() async {
    await #expect(processExitsWith: .failure) {
      let fleet = PlanningFleet([Sample(name: "a", charge: 10_001)])
      _ = Planner.plan(fleet, .target(Power(watts: 1)))
    }
  }

  @Test func `is planned for a time that is still to come`() async {
    await #expect(processExitsWith: .failure) {
      _ = Planner.plan(PlanningFleet([]), .target(Power(watts: 1)), hours: 0)
    }
  }

  @Test func `may be empty`() {
    let plan = Planner.plan(PlanningFleet([]), .target(Power(watts: 1)))
    #expect(plan.setpointW == [])
    #expect(plan.shortfall.watts == 1)
  }
}

@Suite struct `Fast arithmetic` {
  @Test func `divides like the slow one`() {
    var dice = Dice(1)
    for _ in 0..<5_000 {
      let divisor = 1 + dice.roll(0...Int64.max - 2) >> dice.roll(0...62)
      let number = dice.roll(0...Int64.max - 1) >> dice.roll(0...62)
      #expect(Divider(divisor).quotient(number) == number / divisor)
    }
    #expect(Divider(1).quotient(.max) == .max)
    #expect(Divider(.max).quotient(.max) == 1)
  }

  @Test func `shares like exact fractions`() {
    var dice = Dice(2)
    for _ in 0..<5_000 {
      let total = 1 + dice.roll(0...1 << 61 - 2) >> dice.roll(0...60)
      let weight = 1 + dice.roll(0...total - 1) >> dice.roll(0...40)
      let watts = dice.roll(0...1 << 60) >> dice.roll(0...60)
      let product = UInt64(weight).multipliedFullWidth(by: UInt64(watts))
      let (exact, rest) = UInt64(total).dividingFullWidth(product)
      let share = LevelShares(Level(watts: watts, weight: total)).whole(weight: weight)
      if exact < 1 << 43 {
        #expect(share.watts == Int64(exact))
        #expect(share.hasFraction == (rest > 0))
      } else {
        #expect(share.watts > 1_000_000_000_000)
      }
    }
  }

  @Test func `takes percentages of the largest battery without leaving 64 bits`() {
    let battery = BatteryFigures(
      capacityJ: 100_000_000_000_000 - 1, charge: 9_999, floor: 1, efficiency: 9_999,
      ratedW: 1_000_000_000_000, exportRoomW: .max)
    let exact = Int128(100_000_000_000_000 - 1) * 9_999
    #expect(Int128(battery.aboveFloorJ) == exact * 9_998 / 100_000_000)
    #expect(
      Int128(battery.releasedJ(3_333, of: .storedEnergy, seconds: 86_400))
        == exact * 9_999 * 3_333 / 1_000_000_000_000)
    #expect(
      Int128(battery.releasedJ(3_333, of: .energyAboveReserve, seconds: 86_400))
        == exact * 9_998 * 3_333 / 1_000_000_000_000)
    #expect(
      battery.releasedJ(10_000, of: .ratedPower, seconds: 86_400) == 86_400_000_000_000_000)
  }
}
