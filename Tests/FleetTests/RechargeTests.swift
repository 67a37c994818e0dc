import Fleet
import Grid
import Testing

@Suite struct `A battery that gave` {
  /// 1 kW for an hour, given at an efficiency.
  static func world(
    _ recharge: Scenario.Battery.Recharge, efficiency: Int32 = 100, load: Int64 = 400,
    sun: [Int64] = [0], _ change: (inout Scenario) -> Void = { _ in }
  ) -> FleetWorld {
    var scenario = FleetWorld.scenario
    scenario.battery.recharge = recharge
    scenario.battery.efficiencyPercent = Percent(whole: efficiency)!
    change(&scenario)
    var world = FleetWorld(
      scenario, count: 1,
      homes: [FleetWorld.home(loads: Array(repeating: load, count: sun.count), sun: sun)])
    world.send(FleetWorld.discharge(watts: 1_000, from: "17:00", to: "18:00"), at: "16:50")
    return world
  }

  @Test func `rests in a world that does not recharge`() {
    var world = Self.world(.never)
    world.run(to: "20:00")
    #expect(world.telemetry().last?.discharge == .zero)
    #expect(world.telemetry().last?.mode == .backup)
    #expect(world.fleet.totals.recharged == .zero)
  }

  @Test func `snaps back at once with its full rating, up to its charge at the start`() {
    var world = Self.world(.snapBack)
    world.run(to: "20:00")
    // 1 kWh at 5 kW: 12 minutes.
    let charging = world.telemetry().filter { $0.state == .charging }
    #expect(charging.map { $0.at } == ["18:00", "18:05", "18:10"].map(FleetWorld.at))
    #expect(charging.allSatisfy { $0.discharge == Power(watts: -5_000) && $0.mode == .timeOfUse })
    #expect(charging[0].netImport == Power(watts: 5_400))
    #expect(world.telemetry().last?.charge == Percent(whole: 80)!)
    #expect(world.fleet.totals.recharged == Energy(wattHours: 1_000))
    let battery = world.records("b-00001")
    #expect(battery.reduce(0) { $0 + $1.energies!.imported.joules } == 3_600_000)
    #expect(battery.reduce(0) { $0 + $1.energies!.exported!.joules } == 3_600_000)
    let site = world.records("m-00001")
    #expect(
      site.reduce(0) { $0 + $1.energies!.imported.joules - $1.energies!.exported!.joules }
        == 400 * 4 * 3_600)
  }

  @Test func `loses on the way in as on the way out`() {
    var world = Self.world(.snapBack, efficiency: 90)
    world.run(to: "20:00")
    // 1 kWh ÷ 0.9 left the cells, and as much ÷ 0.9 brings it back.
    let taken = world.fleet.totals.recharged.joules
    #expect(abs(taken - 3_600_000 * 100 / 81) <= 1)
    #expect(world.telemetry().last?.charge == Percent(whole: 80)!)
  }

  @Test func `charges from its own sun alone where the world says so`() {
    // The sun is 2.4 kW above the load in every second quarter of an hour.
    var world = Self.world(.solar, sun: [0, 2_800])
    world.run(to: "18:40")
    let seen = world.telemetry().filter { $0.at >= FleetWorld.at("18:00") }
    #expect(
      seen.map { $0.discharge?.watts } == [0, 0, 0, -2_400, -2_400, -2_400, 0, 0, 0])
    #expect(seen.allSatisfy { $0.mode == .selfConsumption })
  }

  @Test func `waits while it is held, and goes on with the next command`() {
    var world = Self.world(.snapBack)
    world.send(FleetWorld.hold(seq: 2, from: "18:00", to: "18:30"), at: "17:55")
    world.send(
      FleetWorld.discharge(seq: 3, event: "next", watts: 500, from: "18:36", to: "19:06"),
      at: "18:00")
    world.run(to: "20:00")
    func watts(_ clock: String) -> Int64? {
      world.telemetry().last { $0.at <= FleetWorld.at(clock) }?.discharge?.watts
    }
    #expect(watts("18:25") == 0)
    #expect(watts("18:30") == -5_000)
    #expect(watts("18:40") == 500)
    // 500 Wh came back in six minutes; 750 are missing, nine minutes.
    #expect(watts("19:10") == -5_000)
    #expect(watts("19:20") == 0)
    #expect(world.telemetry().last { $0.at == FleetWorld.at("18:25") }?.mode == .remote)
    #expect(world.telemetry().last?.charge == Percent(whole: 80)!)
    #expect(world.statuses(2) == [.received, .started, .completed])
  }

  @Test func `stays in our mode when it is stuck`() {
    var world = Self.world(.snapBack) { $0.faults.stuck = .hundred }
    world.run(to: "16:55")
    #expect(world.telemetry().last?.mode == .timeOfUse)
    world.run(to: "20:00")
    #expect(world.telemetry().last?.mode == .remote)
    #expect(world.telemetry().last?.discharge == .zero)
  }
}

@Suite struct `The load of a feeder` {
  /// Four homes of 400 W, two behind each transformer; all give 1 kW for an hour.
  static func world() -> (FleetWorld, FeederTree) {
    var scenario = FleetWorld.scenario
    scenario.battery.recharge = .snapBack
    scenario.feeder.homesPerNode = 2
    scenario.feeder.nodeLimitW = 8_000
    let home = FleetWorld.home(loads: [400])
    var world = FleetWorld(scenario, count: 4, homes: Array(repeating: home, count: 4))
    for number in 1...4 {
      world.send(
        FleetWorld.discharge(battery: number, watts: 1_000, from: "17:00", to: "18:00"),
        at: "16:50")
    }
    return (world, scenario.feederTree(batteries: 4)!)
  }

  @Test func `is the sum below each node`() {
    var (world, feeder) = Self.world()
    #expect(feeder.ids.map(\.text) == ["feeder", "tx-00001", "tx-00002"])
    #expect(feeder.limits == [.max, 8_000, 8_000])
    let nodes = world.fleet.enrolment.map { feeder.place(of: $0.node)! }
    #expect(nodes == [1, 1, 2, 2])
    world.run(to: "17:30")
    let during = world.fleet.load(below: feeder, nodes: nodes)
    #expect(during.discharge == Power(watts: 4_000) && during.recharge == .zero)
    #expect(during.netImportW == [-2_400, -1_200, -1_200])
    world.run(to: "18:05")
    let after = world.fleet.load(below: feeder, nodes: nodes)
    #expect(after.recharge == Power(watts: 20_000))
    #expect(after.netImportW == [21_600, 10_800, 10_800])
    var peak = SimulatedFleet.Peak()
    peak.note(during, feeder, at: FleetWorld.at("17:30"))
    peak.note(after, feeder, at: FleetWorld.at("18:05"))
    #expect(peak.recharge == Power(watts: 20_000) && peak.nodesAbove == 2)
    #expect(peak.node?.load == Power(watts: 10_800) && peak.node?.limit == Power(watts: 8_000))
    #expect(peak.firstRecharge == FleetWorld.at("18:05"))
  }

  @Test func `without holds is what would have been`() {
    var (world, feeder) = Self.world()
    let nodes = world.fleet.enrolment.map { feeder.place(of: $0.node)! }
    world.send(FleetWorld.hold(seq: 2, from: "18:00", to: "18:30"), at: "17:55")
    var other = world.fleet.unreported(ignoringHolds: true)
    world.run(to: "18:05")
    _ = other.advance(to: FleetWorld.at("18:05"))
    #expect(world.fleet.load(below: feeder, nodes: nodes).recharge == Power(watts: 15_000))
    #expect(other.load(below: feeder, nodes: nodes).recharge == Power(watts: 20_000))
  }
}
