import Fleet
import Grid
import Testing
import Wire

func encoded(_ command: Command) -> [UInt8] { CommandCodec.encode(command) }

@Suite struct `A simulated fleet` {
  @Test func `is born with its gateways and batteries, retained`() throws {
    var world = FleetWorld(count: 5) { $0.batteriesPerGateway = 2 }
    let births = world.fleet.births()
    #expect(births.count == 3 + 5)
    #expect(births.allSatisfy { $0.retain && $0.qos == 1 })
    let first = try GatewayStateCodec.decode(births[0].payload)
    #expect(births[0].topic == "headroom/v1/gw/gw-00001/state")
    #expect(first.session == FleetWorld.at("16:00").seconds)
    #expect(first.birth?.maxBatch == 100)
    let last = try #require(births.last)
    #expect(last.topic == "headroom/v1/gw/gw-00003/battery/bat-00005")
    let battery = try BatteryDescriptionCodec.decode(last.payload)
    #expect(battery.site == SiteID("site-00005"))
    #expect(battery.siteMeter == MeterID("m-00005"))
    #expect(battery.batteryMeter == MeterID("b-00005"))
    #expect(battery.capacity == Energy(wattHours: 13_500))
    #expect(world.fleet.enrolment[4].owner == OwnerID("owner-00005"))
    #expect(world.fleet.enrolment[4].gateway == GatewayID("gw-00003"))
    // Alone behind its gateway it takes no envelopes.
    #expect(try GatewayStateCodec.decode(births[6].payload).birth?.maxBatch == 1)
  }

  @Test func `begins a new session with each birth`() throws {
    var world = FleetWorld()
    _ = world.fleet.births()
    world.run(to: "16:10")
    let again = try GatewayStateCodec.decode(world.fleet.births()[0].payload)
    #expect(again.session == FleetWorld.at("16:10").seconds)
    world.run(to: "16:15")
    let telemetry = try world.messages.filter { $0.topic.hasSuffix("/tele") }
      .map { try TelemetryCodec.decode($0.payload) }
    #expect(telemetry.map(\.seq) == [1, 2, 3, 1])
    #expect(telemetry.last?.session == again.session)
  }

  @Test func `reports telemetry of what flows`() {
    var world = FleetWorld(load: 400)
    world.send(FleetWorld.discharge(), at: "16:50")
    world.run(to: "17:30")
    let idle = Telemetry(
      battery: FleetWorld.battery(1), at: FleetWorld.at("16:00"), discharge: .zero,
      charge: Percent(whole: 80), state: .holding, netImport: Power(watts: 400), mode: .backup)
    #expect(world.telemetry().first == idle)
    let busy = Telemetry(
      battery: FleetWorld.battery(1), at: FleetWorld.at("17:30"),
      discharge: Power(watts: 1_080), charge: Percent(whole: 76), state: .discharging,
      netImport: Power(watts: -680), mode: .remote)
    #expect(world.telemetry().last == busy)
    #expect(world.telemetry().count == 19)
  }

  @Test func `takes an enrolment with more batteries behind a gateway than a message holds`() throws
  {
    let like = FleetWorld(count: 250).fleet.enrolment
    let enrolment = like.map {
      EnrolledBattery(
        battery: $0.battery, gateway: GatewayID("cloud")!, site: $0.site, owner: $0.owner,
        node: $0.node, capacity: $0.capacity, maxDischarge: $0.maxDischarge,
        maxCharge: $0.maxCharge, dischargeEfficiency: .hundred, reserve: .zero, exportLimit: nil,
        charge: nil)
    }
    var fleet = SimulatedFleet(
      scenario: FleetWorld.scenario, enrolment: enrolment, startingAt: FleetWorld.at("16:00"))
    let messages = try fleet.advance(to: FleetWorld.at("16:05"))
      .map { try TelemetryCodec.decode($0.payload) }
    #expect(messages.map(\.items.count) == [100, 100, 50, 100, 100, 50])
    #expect(messages.map(\.seq) == Array(1...6))
    // Without a state of charge of its own a battery has the scenario's.
    #expect(messages[0].items[0].charge == Percent(whole: 80))
  }

  @Test func `has homes that differ by size, day and sun, and still have habits`() {
    let fleet = SimulatedFleet(
      scenario: FleetWorld.scenario, batteries: 400, startingAt: FleetWorld.at("16:00"))
    // Local midnight of 14 days, Los Angeles.
    let from = FleetWorld.at("07:00").adding(seconds: -14 * 86_400)
    var withSun = 0
    var evening: [Int64] = []
    for row in 0..<400 {
      let past = fleet.history(row: row, from: from, slots: 14 * 24, slotMinutes: 60)
      if past.exported.contains(where: { $0 > 0 }) { withSun += 1 }
      // 19:00…20:00 of each day, in watts.
      let hours = (0..<14).map { Int64(past.imported[$0 * 24 + 19]) / 3_600 }
      let mean = hours.reduce(0, +) / 14
      evening.append(mean)
      let spread = hours.map { abs($0 - mean) }.reduce(0, +) / 14
      #expect((1...mean / 5).contains(spread), "row \(row): \(hours)")
    }
    #expect((200...280).contains(withSun))
    #expect(evening.min()! < 1_000 && evening.max()! > 1_800)
    #expect((1_200...1_550).contains(evening.reduce(0, +) / 400))
  }

  @Test func `carries 50,000 batteries through an event`() {
    var scenario = FleetWorld.scenario
    scenario.telemetrySeconds = 3_600
    scenario.meterMinutes = 60
    var fleet = SimulatedFleet(
      scenario: scenario, batteries: 50_000, startingAt: FleetWorld.at("16:00"))
    var count = fleet.births().count
    count += fleet.advance(to: FleetWorld.at("16:00")).count
    #expect(count == 150_000)
    for row in stride(from: 1, through: 50_000, by: 100) {
      let command = FleetWorld.discharge(battery: row, to: "17:05")
      let answers = fleet.receive(
        topic: "headroom/v1/gw/\(FleetWorld.gateway(row).text)/cmd",
        payload: encoded(command), at: FleetWorld.at("16:01"))
      #expect(answers.count == 1)
    }
    _ = fleet.advance(to: FleetWorld.at("17:05"))
    #expect(fleet.totals.completed == 500)
    #expect(fleet.totals.delivered == Energy(wattHours: 500 * 90))
  }
}
