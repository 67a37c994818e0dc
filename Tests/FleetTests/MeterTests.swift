import Fleet
import Grid
import Testing

@Suite struct `The meters of a home` {
  @Test func `add up: what the house used, less what the battery gave`() {
    var world = FleetWorld(load: 1_234)
    world.send(
      FleetWorld.discharge(watts: 2_000, from: "17:07", to: "17:52", ramp: 90),
      at: "17:03:00.123456")
    world.run(to: "18:00")
    let site = world.records("m-00001")
    let battery = world.records("b-00001")
    #expect(site.count == 8)
    #expect(site.map(\.seq) == Array(1...8))
    let imported = site.reduce(0) { $0 + $1.energies!.imported.joules }
    let exported = site.reduce(0) { $0 + $1.energies!.exported!.joules }
    let given = battery.reduce(0) { $0 + $1.energies!.exported!.joules }
    let delivered = world.delivered()
    #expect(delivered == 1_000 * 90 + 2_000 * (45 * 60 - 90))
    #expect(abs(delivered - given) < 3_600)
    // Two registers of whole watt-hours stand between the sums.
    #expect(abs(imported - exported - (1_234 * 7_200 - delivered)) < 2 * 3_600)
    #expect(battery.allSatisfy { $0.energies!.imported == .zero })
  }

  @Test func `carry what is less than a watt-hour into the next interval`() {
    // 101 W are 25.25 Wh a quarter of an hour.
    var world = FleetWorld(load: 101)
    world.run(to: "18:00")
    let records = world.records("m-00001")
    #expect(
      records.map { $0.energies!.imported.joules / 3_600 } == [25, 25, 25, 26, 25, 25, 25, 26])
    #expect(
      records.map { $0.registers!.imported.joules / 3_600 } == [
        25, 50, 75, 101, 126, 151, 176, 202,
      ])
  }

  @Test func `bridge lost records by their registers`() {
    var world = FleetWorld(count: 1, load: 101) { $0.faults.lossyMeter = .hundred }
    var whole = FleetWorld(count: 1, load: 101)
    for clock in ["16:00", "18:00", "20:00"] {
      world.run(to: clock)
      whole.run(to: clock)
    }
    let kept = world.records("m-00001")
    #expect(kept.map(\.seq) == [1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16])
    let all = whole.records("m-00001")
    #expect(kept == all.filter { $0.seq % 3 != 0 })
    #expect(kept.last!.registers!.imported == Energy(wattHours: 404))
  }

  @Test func `go on where the history of a simulated home ends`() {
    var scenario = FleetWorld.scenario
    scenario.seed = 7
    let start = FleetWorld.at("16:00")
    let past = SimulatedFleet(scenario: scenario, batteries: 40, startingAt: start)
    var world = FleetWorld(scenario, count: 40)
    world.run(to: "23:00")
    for row in 0..<40 {
      let name = FleetWorld.battery(row + 1).text.suffix(5)
      let told = past.history(row: row, from: start, slots: 28, slotMinutes: 15)
      expectSame(told, world.records("m-\(name)"))
    }
  }

  @Test func `go on where the history of a real home ends`() {
    var scenario = FleetWorld.scenario
    scenario.meterMinutes = 5
    // Three slots of 7 min a round, joules that no watt divides, sun that turns the sign.
    let home = RealHome(
      start: FleetWorld.at("00:00"), slotSeconds: 420, loadJ: [100_001, 7, 250_003],
      pvJ: [0, 333_331, 1])
    let start = FleetWorld.at("16:00")
    let past = SimulatedFleet(scenario: scenario, batteries: 1, homes: [home], startingAt: start)
    var world = FleetWorld(scenario, count: 1, homes: [home])
    world.run(to: "20:00")
    expectSame(
      past.history(row: 0, from: start, slots: 48, slotMinutes: 5), world.records("m-00001"))
  }

  /// Registers of whole watt-hours are the history's sums, rounded down.
  private func expectSame(
    _ past: (imported: [Int32], exported: [Int32]), _ records: [MeterRecord]
  ) {
    #expect(records.count == past.imported.count)
    var (imported, exported) = (Int64(0), Int64(0))
    // A real slot may end within a joule, which the history rounds down.
    for (slot, record) in records.enumerated() {
      imported += Int64(past.imported[slot])
      exported += Int64(past.exported[slot])
      let more = Int64(slot + 1)
      #expect(
        (imported / 3_600...(imported + more) / 3_600)
          .contains(record.registers!.imported.joules / 3_600))
      #expect(
        (exported / 3_600...(exported + more) / 3_600)
          .contains(record.registers!.exported!.joules / 3_600))
    }
  }

  @Test func `have a first interval that is whole, whenever the fleet starts`() {
    var world = FleetWorld(load: 400, from: "16:07")
    world.run(to: "16:15")
    #expect(world.records("m-00001").map { $0.energies!.imported } == [Energy(wattHours: 100)])
    #expect(world.records("m-00001").map(\.window.start) == [FleetWorld.at("16:00")])
  }
}
