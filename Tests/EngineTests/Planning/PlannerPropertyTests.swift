import Engine
import Grid
import Testing

@Suite struct `The planner` {
  static let fairness = DispatchTerms.Fairness.allCases

  /// 10,000 worlds: 100 blocks of 100, each under one rule of fairness in turn and its own tiers.
  @Test(arguments: 0..<100)
  func `equals progressive filling in exact fractions, to the watt and the reason`(
    block: Int
  ) throws {
    for seed in block * 100..<block * 100 + 100 {
      var dice = Dice(seed)
      var world = RandomFleet.small(&dice)
      let tiers = [Int64(1), 3, 40][seed % 3]
      world.merit = world.rows.map { _ in dice.roll(0...tiers) }
      let fairness = Self.fairness[seed % Self.fairness.count]
      let plan = world.plan(fairness: fairness)
      let batteries = world.rows.map { row in
        let energy = min(Int128(row.ratedW) * Int128(world.seconds), world.availableJ(row))
        return ReferenceFilling.Battery(
          cap: world.cap(row), weight: fairness == .proportional ? energy : 1, node: Int(row.node))
      }
      let isOrdered = fairness == .meritOrder || fairness == .rotationDebt
      let reference = ReferenceTiers(
        batteries, merit: isOrdered ? world.merit : world.rows.map { _ in 0 }, world.feeder,
        budget: world.target)
      try #require(
        plan.setpointW == reference.watts.map { Int64($0) }, "seed \(seed), \(fairness)")
      for row in world.rows.indices where world.cap(world.rows[row]) > 0 {
        switch reference.stop[row]! {
        case .cap:
          #expect([.ratedPower, .exportLimit, .energyForDuration].contains(plan.bound[row]))
        case .node(0) where world.target <= world.feeder.limits[0]:
          #expect(plan.bound[row] == .request, "seed \(seed), \(fairness), row \(row)")
        case .node(let node):
          #expect(plan.bound[row] == .node(Int32(node)), "seed \(seed), \(fairness), row \(row)")
          #expect(plan.bindingNodes.contains(Int32(node)))
        }
      }
      let named = Set(
        world.rows.indices.compactMap { row -> Int32? in
          guard world.cap(world.rows[row]) > 0, case .node(let place) = plan.bound[row] else {
            return nil
          }
          return place
        })
      #expect(named == Set(plan.bindingNodes), "seed \(seed), \(fairness)")
    }
  }

  @Test(arguments: 0..<10)
  func `gives exactly what is feasible and breaks no limit`(block: Int) {
    for seed in block * 20..<block * 20 + 20 {
      var dice = Dice(seed)
      var world = RandomFleet.real(&dice, count: 300)
      world.merit = world.rows.map { _ in dice.roll(0...60) }
      for fairness in Self.fairness {
        let plan = world.plan(fairness: fairness)
        #expect(Int128(plan.committed.watts) == min(Int128(world.target), world.feasible))
        #expect(plan.committed.watts == plan.setpointW.reduce(0, +))
        #expect(plan.shortfall.watts == max(0, world.target - plan.committed.watts))
        #expect(world.keepsNodes(plan))
        let faults = world.rows.indices.filter { row in
          let watts = plan.setpointW[row]
          return !(0...world.cap(world.rows[row])).contains(Int128(watts))
            || plan.energyLimitWh[row] != watts * world.seconds / 3_600
            || (plan.skipped[row] == nil) != (watts > 0)
        }
        #expect(faults == [], "seed \(seed), \(fairness)")
      }
    }
  }

  @Test(arguments: 0..<10)
  func `does not depend on the order of the rows`(block: Int) {
    for seed in block * 20..<block * 20 + 20 {
      var dice = Dice(seed)
      var world = RandomFleet.real(&dice, count: 120)
      world.merit = world.rows.map { _ in dice.roll(0...30) }
      var shuffled = world
      shuffled.shuffle(&dice)
      let minimum = dice.chance(50) ? dice.roll(0...800) : 0
      for fairness in Self.fairness {
        for request in [nil, PlanRequest.release(.whole(40), of: .nameplateEnergy)] {
          let plan = world.plan(request, fairness: fairness, minimum: minimum)
          let other = shuffled.plan(request, fairness: fairness, minimum: minimum)
          let faults = shuffled.rows.indices.filter { row in
            let name = shuffled.rows[row].name
            return other.setpointW[row] != plan.setpointW[name]
              || other.energyLimitWh[row] != plan.energyLimitWh[name]
              || other.bound[row] != plan.bound[name]
              || other.skipped[row] != plan.skipped[name]
          }
          #expect(faults == [], "seed \(seed), \(fairness)")
          #expect(other.bindingNodes == plan.bindingNodes)
          #expect(other.requested == plan.requested)
        }
      }
    }
  }

  @Test(arguments: 0..<10)
  func `takes from nobody more than a rounded watt when the target rises`(block: Int) {
    for seed in block * 20..<block * 20 + 20 {
      var dice = Dice(seed)
      var world = seed.isMultiple(of: 2) ? .small(&dice) : RandomFleet.real(&dice, count: 60)
      for fairness in Self.fairness {
        let before = world.plan(fairness: fairness)
        world.target += dice.roll(1...max(1, world.target / 3))
        let after = world.plan(fairness: fairness)
        #expect(after.committed.watts >= before.committed.watts)
        for row in world.rows.indices {
          #expect(after.setpointW[row] >= before.setpointW[row] - 1, "seed \(seed)")
        }
      }
    }
  }

  @Test(arguments: 0..<10)
  func `never gives less in all when a battery or a node can give more`(block: Int) {
    for seed in block * 20..<block * 20 + 20 {
      var dice = Dice(seed)
      var world = seed.isMultiple(of: 2) ? .small(&dice) : RandomFleet.real(&dice, count: 60)
      let before = world.plan(fairness: .proportional)
      for row in world.rows.indices where dice.chance(30) {
        world.rows[row].capacityJ += dice.roll(0...world.rows[row].capacityJ + 5)
        world.rows[row].ratedW += dice.roll(0...10)
      }
      #expect(world.plan(fairness: .proportional).committed.watts >= before.committed.watts)
      let limits = world.feeder.limits
      world.feeder = try! FeederTree(
        limits.indices.map { place in
          let parent = world.feeder.parents[place]
          return FeederTree.Node(
            id: world.feeder.ids[place], parent: parent < 0 ? nil : world.feeder.ids[Int(parent)],
            limit: limits[place] == .max ? nil : Power(watts: limits[place] + 3))
        })
      #expect(world.plan(fairness: .proportional).committed.watts >= before.committed.watts)
    }
  }

  @Test(arguments: 0..<10)
  func `sends no share below the minimum and breaks no limit for it`(block: Int) {
    for seed in block * 20..<block * 20 + 20 {
      var dice = Dice(seed)
      var world = RandomFleet.real(&dice, count: 200)
      world.merit = world.rows.map { _ in dice.roll(0...30) }
      let minimum = dice.roll(2...2_000)
      for fairness in Self.fairness {
        for request in [nil, PlanRequest.release(.whole(30), of: .storedEnergy)] {
          let plan = world.plan(request, fairness: fairness, minimum: minimum)
          #expect(plan.setpointW.allSatisfy { $0 == 0 || $0 >= minimum }, "seed \(seed)")
          #expect(world.keepsNodes(plan))
          #expect(plan.committed.watts == plan.setpointW.reduce(0, +))
          if request == nil { #expect(plan.committed.watts <= world.target) }
          let faults = world.rows.indices.filter { row in
            Int128(plan.setpointW[row]) > world.cap(world.rows[row])
              || (plan.skipped[row] == .minimumSetpoint) != (plan.bound[row] == .minimumSetpoint)
          }
          #expect(faults == [], "seed \(seed), \(fairness)")
        }
      }
    }
  }

  @Test(arguments: 0..<10)
  func `releases each battery's own amount where no node cuts`(block: Int) {
    for seed in block * 20..<block * 20 + 20 {
      var dice = Dice(seed)
      let world = RandomFleet.real(&dice, count: 100)
      let percent = Int32(dice.roll(0...10_000))
      for basis in ReleaseBasis.allCases {
        let plan = world.plan(
          .release(Percent(hundredths: percent)!, of: basis), fairness: .proportional)
        #expect(world.keepsNodes(plan))
        var asked: Int128 = 0
        for (row, battery) in world.rows.enumerated() where battery.charge > battery.floor {
          let (charge, floor) = (Int128(battery.charge), Int128(battery.floor))
          let share = Int128(percent) * Int128(battery.efficiency) * Int128(battery.capacityJ)
          let joules =
            switch basis {
            case .storedEnergy: share * charge / 1_000_000_000_000
            case .nameplateEnergy: share / 100_000_000
            case .energyAboveReserve: share * (charge - floor) / 1_000_000_000_000
            case .ratedPower:
              Int128(battery.ratedW) * Int128(world.seconds) * Int128(percent) / 10_000
            }
          asked += joules
          let amount = min(world.cap(battery), joules / Int128(world.seconds))
          if case .node = plan.bound[row] {
            #expect(Int128(plan.setpointW[row]) <= amount)
          } else {
            #expect(Int128(plan.setpointW[row]) == amount, "seed \(seed), \(basis), row \(row)")
          }
          #expect(
            Int128(plan.energyLimitWh[row]) * 3_600 <= min(joules, world.availableJ(battery)))
        }
        #expect(Int128(plan.requested.watts) == asked / Int128(world.seconds))
      }
    }
  }
}
