import Engine
import Grid
import Testing

@Suite struct `A release` {
  static let fleet = PlanningFleet(50_000, of: Sample(name: "bat-"))

  @Test(
    arguments: [
      // basis, hours, watts each, watt-hours each, requested, committed
      (ReleaseBasis.nameplateEnergy, 2, 675, 1_350, 33_750_000, 33_750_000),  // E1
      (.storedEnergy, 2, 540, 1_080, 27_000_000, 27_000_000),  // E2
      (.energyAboveReserve, 2, 405, 810, 20_250_000, 20_250_000),  // E3
      (.ratedPower, 2, 500, 1_000, 25_000_000, 25_000_000),  // E3
      (.storedEnergy, 4, 270, 1_080, 13_500_000, 13_500_000),  // E4
      (.nameplateEnergy, 4, 337, 1_350, 16_875_000, 16_850_000),  // E4
    ] as [(ReleaseBasis, Int64, Int64, Int64, Int64, Int64)])
  func `of ten per cent is what the basis says`(
    basis: ReleaseBasis, hours: Int64, watts: Int64, wattHours: Int64, requested: Int64,
    committed: Int64
  ) {
    let plan = Planner.plan(Self.fleet, .release(.whole(10), of: basis), hours: hours)
    #expect(plan.setpointW.allSatisfy { $0 == watts })
    #expect(plan.energyLimitWh.allSatisfy { $0 == wattHours })
    #expect(plan.bound.allSatisfy { $0 == .request })
    #expect(plan.skipped.allSatisfy { $0 == nil })
    #expect(plan.requested.watts == requested)
    #expect(plan.committed.watts == committed)
    #expect(plan.shortfall.watts == requested - committed)
    #expect(plan.bindingNodes == [])
  }

  @Test func `is limited to the rating in a short event`() {  // E5
    let plan = Planner.plan(
      Self.fleet, feeder: .flat, request: .release(.whole(10), of: .nameplateEnergy), seconds: 900,
      fairness: .proportional, minimumSetpoint: .zero)
    #expect(plan.setpointW.allSatisfy { $0 == 5_000 })
    #expect(plan.energyLimitWh.allSatisfy { $0 == 1_250 })
    #expect(plan.bound.allSatisfy { $0 == .ratedPower })
    #expect(plan.committed.held(forSeconds: 900).wattHoursRoundedDown == 62_500_000)
    #expect(plan.shortfall.held(forSeconds: 900).wattHoursRoundedDown == 5_000_000)
  }

  @Test func `never goes below the floor and never counts on the unheard`() {  // E6
    let fleet = PlanningFleet([
      Sample(name: "a", charge: 2_100), Sample(name: "b", charge: 2_000),
      Sample(name: "c", charge: -1),
    ])
    let plan = Planner.plan(fleet, .release(.whole(10), of: .storedEnergy), hours: 1)
    #expect(plan.setpointW == [135, 0, 0])
    #expect(plan.energyLimitWh == [135, 0, 0])
    #expect(plan.bound[0] == .energyForDuration)
    #expect(plan.skipped == [nil, .belowReserve, .notHeard])
    #expect(plan.requested.watts == 283)
    #expect(plan.shortfall.watts == 148)
  }

  @Test func `keeps each owner's reserve`() {  // E7
    let fleet = PlanningFleet([
      Sample(name: "a", floor: 2_000), Sample(name: "b", floor: 5_000),
      Sample(name: "c", floor: 10_000),
    ])
    let plan = Planner.plan(fleet, .release(.hundred, of: .energyAboveReserve))
    #expect(plan.setpointW == [4_050, 2_025, 0])
    #expect(plan.skipped == [nil, nil, .belowReserve])
  }

  @Test func `stays within the site's export limit`() {  // E12
    let fleet = PlanningFleet([
      Sample(name: "a", capacityWh: 20_000, ratedW: 10_000, exportRoomW: 4_000)
    ])
    let plan = Planner.plan(fleet, .release(.hundred, of: .energyAboveReserve), hours: 1)
    #expect(plan.setpointW == [4_000])
    #expect(plan.energyLimitWh == [4_000])
    #expect(plan.bound == [.exportLimit])
  }
}

@Suite struct `A target` {
  /// 600 batteries with 10 kWh and 400 with 2 kWh above the reserve.
  static let mixed = PlanningFleet(
    (0..<1_000).map { place in
      Sample(
        name: "bat-" + padded(place), capacityWh: 20_000, charge: place < 600 ? 7_000 : 3_000)
    })

  @Test func `commits what holds to the end and says what is missing`() {  // E9
    let plan = Planner.plan(Self.mixed, .target(Power(watts: 4_000_000)))
    #expect(plan.committed.watts == 3_400_000)
    #expect(plan.shortfall.watts == 600_000)
    #expect(plan.setpointW[..<600].allSatisfy { $0 == 5_000 })
    #expect(plan.setpointW[600...].allSatisfy { $0 == 1_000 })
    #expect(plan.bound[..<600].allSatisfy { $0 == .ratedPower })
    #expect(plan.bound[600...].allSatisfy { $0 == .energyForDuration })
  }

  @Test func `is met to the watt, the spare watts going to the first names`() {  // E10
    let plan = Planner.plan(Self.mixed, .target(Power(watts: 3_000_000)))
    #expect(plan.setpointW[..<200].allSatisfy { $0 == 4_334 })
    #expect(plan.setpointW[200..<600].allSatisfy { $0 == 4_333 })
    #expect(plan.setpointW[600...].allSatisfy { $0 == 1_000 })
    #expect(plan.committed.watts == 3_000_000)
    #expect(plan.bound[..<600].allSatisfy { $0 == .request })
  }

  @Test func `is cut where a node cannot carry more`() throws {  // E11
    let feeder = try FeederTree([
      .init(id: NodeID("root")!, parent: nil, limit: nil),
      .init(id: NodeID("N")!, parent: NodeID("root")!, limit: Power(watts: 9_000)),
    ])
    let fleet = PlanningFleet(
      (0..<4).map { Sample(name: "bat-\($0)", capacityWh: 20_000, node: $0 < 3 ? 1 : 0) })
    let first = Planner.plan(fleet, .target(Power(watts: 13_000)), feeder: feeder)
    #expect(first.setpointW == [3_000, 3_000, 3_000, 4_000])
    #expect(first.bound == [.node(1), .node(1), .node(1), .request])
    #expect(first.bound[0].text(feeder) == "node:N")
    #expect(first.bindingNodes == [1])
    let second = Planner.plan(fleet, .target(Power(watts: 15_000)), feeder: feeder)
    #expect(second.setpointW == [3_000, 3_000, 3_000, 5_000])
    #expect(second.bound[3] == .ratedPower)
    #expect(second.committed.watts == 14_000)
    #expect(second.shortfall.watts == 1_000)
  }

  @Test func `gives the shares that are too small to others`() {  // E13
    let fleet = PlanningFleet(10, of: Sample(name: "bat-"))
    let plan = Planner.plan(fleet, .target(Power(watts: 1_500)), minimum: 200)
    #expect(plan.setpointW == [215, 215, 214, 214, 214, 214, 214, 0, 0, 0])
    #expect(plan.skipped[7...].allSatisfy { $0 == .minimumSetpoint })
    #expect(plan.bound[7...].allSatisfy { $0 == .minimumSetpoint })
    #expect(plan.committed.watts == 1_500)
  }

  @Test func `is divided by deliverable energy when it is proportional`() {  // E14
    var samples = (0..<50_000).map { place in
      Sample(name: "bat-" + padded(place), capacityWh: 2_600, charge: 10_000, floor: 0)
    }
    samples.append(
      Sample(name: "big", capacityWh: 10_000_000, ratedW: 5_000_000, charge: 10_000, floor: 0))
    samples.append(Sample(name: "wind", standing: .skipped(.notDispatchable)))
    let plan = Planner.plan(
      PlanningFleet(samples), .target(Power(watts: 35_000_000)), fairness: .proportional)
    #expect(plan.setpointW[..<50_000].allSatisfy { $0 == 650 })
    #expect(plan.setpointW[50_000] == 2_500_000)
    #expect(plan.skipped[50_001] == .notDispatchable)
    #expect(plan.committed.watts == 35_000_000)
  }
}
