import Fleet
import Grid
import Testing

@Suite struct `A discharge` {
  @Test func `stops at its energy limit, to the joule`() throws {
    var world = FleetWorld()
    world.send(FleetWorld.discharge(watts: 1_000, limitWh: 250), at: "16:50")
    world.run(to: "18:00")
    let end = try #require(world.answers(to: 1).last)
    #expect(end.step == "completed 17:15:00")
    #expect(end.reason == "energyLimit")
    #expect(end.delivered == Energy(wattHours: 250))
    #expect(world.delivered() == 250 * 3_600)
  }

  @Test func `tells its end within a second, at its own moment`() throws {
    var world = FleetWorld()
    // 250 Wh at 999 W last 900.9009 s.
    world.send(FleetWorld.discharge(watts: 999, limitWh: 250), at: "16:50")
    world.run(to: "17:15")
    #expect(world.run(to: "17:15:00.999999").isEmpty)
    #expect(world.run(to: "17:15:01").map(\.step) == ["completed 17:15:00.900901"])
    #expect(world.delivered() == 250 * 3_600)
  }

  private static let floors: [(floor: Int32, reserve: Int32, joules: Int64, reason: String)] = [
    (70, 20, 1_350 * 3_600, "socFloor"), (20, 75, 675 * 3_600, "reserve"),
    (75, 75, 675 * 3_600, "socFloor"), (80, 0, 0, "socFloor"), (90, 0, 0, "socFloor"),
  ]

  @Test(arguments: floors)
  func `never goes below the higher of floor and reserve`(
    floor: Int32, reserve: Int32, joules: Int64, reason: String
  ) {
    var world = FleetWorld { $0.battery.reservePercent = Percent(whole: reserve)! }
    world.send(FleetWorld.discharge(watts: 5_000, floor: floor), at: "16:50")
    world.run(to: "18:00")
    #expect(world.answers(to: 1).last?.reason == reason)
    #expect(world.delivered() == joules)
    #expect(
      world.fleet.truth(of: FleetWorld.battery(1))!.charge
        == Percent(whole: min(80, max(floor, reserve))))
  }

  @Test func `tells that it does nothing when there is nothing to give`() {
    var world = FleetWorld()
    world.send(FleetWorld.discharge(limitWh: 0), at: "16:50")
    #expect(
      world.run(to: "17:00").map(\.step).suffix(2) == ["started 17:00:00", "completed 17:00:00"])
    #expect(world.answers(to: 1).map(\.accepted) == [nil, .zero, nil])
    #expect(world.answers(to: 1)[1].reason == nil)
    #expect(world.answers(to: 1).last?.reason == "energyLimit")
  }

  @Test func `never exceeds the rating`() {
    var world = FleetWorld()
    world.send(FleetWorld.discharge(watts: 9_000, to: "17:10"), at: "16:50")
    world.run(to: "18:00")
    #expect(world.answers(to: 1)[1].accepted == Power(watts: 5_000))
    #expect(world.delivered() == 5_000 * 600)
  }

  @Test func `takes more from the cells than it gives`() {
    var world = FleetWorld { $0.battery.efficiencyPercent = Percent(whole: 90)! }
    world.send(FleetWorld.discharge(watts: 1_350, floor: 60), at: "16:50")
    world.run(to: "18:00")
    // 1,350 Wh on the AC side are 1,500 Wh, or 11.11 % of the capacity.
    #expect(world.answers(to: 1).last?.charge == Percent(hundredths: 6_888))
    world.send(
      FleetWorld.discharge(seq: 2, watts: 5_000, floor: 60, from: "18:00", to: "19:00"), at: "18:00"
    )
    world.run(to: "19:00")
    // 20 % of 13,500 Wh, of which 90 % come out.
    #expect(world.delivered() == 2_430 * 3_600)
    #expect(world.fleet.truth(of: FleetWorld.battery(1))!.charge == Percent(whole: 60))
  }

  @Test func `ramps from the power before it`() {
    var world = FleetWorld()
    world.send(FleetWorld.discharge(seq: 1, watts: 1_000, to: "17:30", ramp: 60), at: "16:50")
    world.send(FleetWorld.discharge(seq: 2, watts: 2_000, from: "17:30", ramp: 120), at: "16:50")
    world.run(to: "18:00")
    #expect(world.delivered() == 500 * 60 + 1_000 * 1_740 + 1_500 * 120 + 2_000 * 1_680)
  }

  @Test func `follows the load where nothing may be exported`() throws {
    var scenario = FleetWorld.scenario
    scenario.battery.exportLimitW = 0
    // 17:00…17:15 300 W, then 320 W, then 900 W, then the sun exceeds the load.
    let day = (0..<96).map { Int64([300, 320, 900, 100][$0 % 4]) }
    let sun = (0..<96).map { Int64([0, 0, 0, 500][$0 % 4]) }
    var world = FleetWorld(
      scenario, count: 1, homes: [FleetWorld.home(loads: day, sun: sun)])
    world.send(FleetWorld.discharge(watts: 1_080), at: "16:50")
    world.run(to: "18:00")
    #expect(
      world.answers(to: 1).map(\.step) == [
        "received 16:50:00", "started 17:00:00", "started 17:30:00", "started 17:45:00",
        "completed 18:00:00",
      ])
    // 320 W are not told again: less than a tenth more.
    #expect(world.answers(to: 1).compactMap(\.accepted?.watts) == [300, 900, 0])
    #expect(world.answers(to: 1)[1].reason == "loadLimited")
    #expect(world.delivered() == 900 * (300 + 320 + 900))
    let exported = world.records("m-00001").compactMap(\.energies?.exported?.joules)
    // Before the event the sun exports its own 400 W from 16:45, and again from 17:45.
    #expect(exported == [0, 0, 0, 100, 0, 0, 0, 100].map { $0 * 3_600 })
  }

  @Test func `keeps to the export limit of its command`() {
    var world = FleetWorld(load: 400)
    world.send(FleetWorld.discharge(watts: 3_000, exportLimit: 1_000), at: "16:50")
    world.run(to: "18:00")
    #expect(world.answers(to: 1)[1].accepted == Power(watts: 1_400))
    #expect(world.delivered() == 1_400 * 3_600)
    #expect(world.telemetry().last { $0.state == .discharging }?.netImport == Power(watts: -1_000))
  }
}
