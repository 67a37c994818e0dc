import Fleet
import Grid
import Testing
import Wire

@Suite struct `A gateway` {
  @Test func `receives, starts and completes a command at its own moments`() throws {
    var world = FleetWorld()
    let command = FleetWorld.discharge(limitWh: 1_080, floor: 20, ramp: 60)
    #expect(world.send(command, at: "16:59:30").map(\.step) == ["received 16:59:30"])
    let started = try #require(world.run(to: "17:00").last)
    #expect(started.step == "started 17:00:00")
    #expect(started.accepted == Power(watts: 1_080))
    #expect(started.reason == nil)
    #expect(world.run(to: "17:59:59").isEmpty)
    let completed = try #require(world.run(to: "18:00").last)
    // The contract's §16: the ramp of 60 s took 9 of 1,080 Wh.
    #expect(completed.step == "completed 18:00:00")
    #expect(completed.delivered == Energy(wattHours: 1_071))
    #expect(completed.charge == Percent(hundredths: 7_206))
    #expect(completed.reason == nil)
    #expect(world.delivered() == 1_071 * 3_600)
    #expect(world.fleet.totals.started == 1)
    #expect(world.fleet.totals.completed == 1)
  }

  @Test func `answers a repetition with its latest status and does nothing`() {
    var world = FleetWorld()
    let command = FleetWorld.discharge()
    for (clock, latest) in [
      ("16:50", "received 16:50:00"), ("16:51", "received 16:50:00"), ("17:10", "started 17:00:00"),
      ("17:59:59", "started 17:00:00"), ("18:00:00", "completed 18:00:00"),
    ] {
      #expect(world.send(command, at: clock).last?.step == latest)
    }
    #expect(
      world.statuses(1) == [
        .received, .received, .started, .started, .started, .completed, .completed,
      ])
    #expect(world.fleet.totals.duplicates == 4)
    #expect(world.fleet.totals.started == 1)
    #expect(world.delivered() == 1_080 * 3_600)
  }

  @Test func `refuses other content under a known name`() {
    var world = FleetWorld()
    world.send(FleetWorld.discharge(), at: "16:50")
    let answer = world.send(FleetWorld.discharge(watts: 2_000), at: "16:51")
    #expect(answer.map(\.status) == [.rejectedInvalid])
    #expect(answer.first?.reason == "revisionConflict")
    world.run(to: "18:00")
    #expect(world.delivered() == 1_080 * 3_600)
    #expect(world.fleet.totals.refused == 1)
  }

  @Test func `takes a command at its last moment, and not after it`() {
    var world = FleetWorld()
    #expect(
      world.send(FleetWorld.discharge(notAfter: "17:30"), at: "17:30:01").map(\.status)
        == [.rejectedLate])
    world.run(to: "18:00")
    #expect(world.delivered() == 0)

    var other = FleetWorld()
    let answers = other.send(FleetWorld.discharge(notAfter: "17:30"), at: "17:30")
    #expect(answers.map(\.step) == ["received 17:30:00", "started 17:30:00"])
    other.run(to: "18:00")
    #expect(other.delivered() == 540 * 3_600)
  }

  @Test func `drops what is retained`() {
    var world = FleetWorld()
    #expect(world.send(FleetWorld.discharge(), at: "16:50", retained: true).isEmpty)
    world.run(to: "18:00")
    #expect(world.fleet.totals.commands == 0)
    #expect(world.delivered() == 0)
  }

  @Test func `commands only batteries of its own`() {
    var world = FleetWorld(count: 2)
    for command in [FleetWorld.discharge(battery: 2), FleetWorld.discharge(battery: 9)] {
      let answers = world.send(command, at: "16:50", gateway: 1)
      #expect(answers.map(\.status) == [.rejectedParameter])
      #expect(answers.first?.reason == "unknownBattery")
    }
    #expect(
      world.send(FleetWorld.discharge(), at: "16:50", gateway: 77).map(\.status) == [
        .rejectedParameter
      ])
  }

  @Test func `refuses one bad item and runs the others`() throws {
    var world = FleetWorld(count: 3) { $0.batteriesPerGateway = 3 }
    let commands = (1...3).map { FleetWorld.discharge(battery: $0, watts: 1_000 + Int64($0)) }
    let envelope = try #require(CommandCodec.encode(envelope: commands).first)
    let text = String(decoding: envelope, as: UTF8.self)
      .replacing("\"setpointW\":1002", with: "\"setpointW\":-1002")
      .replacing(
        "\"type\":\"discharge\",\"batteryId\":\"bat-00003\"",
        with: "\"type\":\"charge\",\"batteryId\":\"bat-00003\"")
    let answers = world.send(Array(text.utf8), .command(FleetWorld.gateway(1)), at: "16:50")
    #expect(answers.map(\.status) == [.received, .rejectedInvalid, .rejectedParameter])
    #expect(answers.map(\.reason) == [nil, "contradictory", "unsupported"])
    world.run(to: "18:00")
    #expect((1...3).map { world.delivered($0) } == [1_001 * 3_600, 0, 0])
  }

  @Test func `counts what it cannot read and says nothing`() {
    var world = FleetWorld()
    #expect(world.send(Array("{".utf8), .command(FleetWorld.gateway(1)), at: "16:50").isEmpty)
    #expect(world.send(Array("{}".utf8), .notice(FleetWorld.gateway(1)), at: "16:50").isEmpty)
    #expect(
      world.fleet.receive(topic: "elsewhere", payload: [], at: FleetWorld.at("16:51")).isEmpty)
    #expect(world.fleet.totals.refused == 2)
  }

  @Test func `keeps a bounded number of commands, and forgets those that are over`() {
    var world = FleetWorld()
    // Commands of half a second each, one after the other.
    for seq in Int64(1)...8 {
      let from = Timestamp(microseconds: FleetWorld.at("17:00").microseconds + seq * 500_000)
      let to = Timestamp(microseconds: from.microseconds + 500_000)
      let command = Command(
        seq: seq, battery: FleetWorld.battery(1), event: EventID("peak"), issuedAt: from,
        window: Window(start: from, end: to)!, notAfter: to, action: .hold)
      #expect(world.send(command, at: "16:50").map(\.status) == [.received])
    }
    let full = world.send(FleetWorld.discharge(seq: 9), at: "16:50")
    #expect(full.map(\.status) == [.rejectedParameter])
    #expect(full.first?.reason == "queueFull")
    world.run(to: "17:10")
    #expect(world.fleet.totals.completed == 8)
    #expect(
      world.send(FleetWorld.discharge(seq: 9), at: "17:10").map(\.status) == [.received, .started])
  }

  @Test func `has room for a command that stands in the place of those before it`() {
    var world = FleetWorld()
    world.send(FleetWorld.discharge(seq: 1, watts: 3_000), at: "16:50")
    // A revision a minute, each with a cancel before it, which lasts as long as the event.
    for minute in Int64(1)...20 {
      let clock = minute < 10 ? "17:0\(minute)" : "17:\(minute)"
      let (cancel, seq) = (2 * minute, 2 * minute + 1)
      world.send(FleetWorld.cancel(seq: cancel, from: clock), at: clock)
      let newer = FleetWorld.discharge(seq: seq, watts: 1_000 + minute, from: clock)
      #expect(world.send(newer, at: clock).map(\.status) == [.received, .started])
    }
    // A late copy of what was forgotten, unknown or not, still means nothing.
    let late = world.send(FleetWorld.discharge(seq: 3, watts: 1_001, from: "17:01"), at: "17:21")
    #expect(late.map(\.status) == [.cancelled])
    world.run(to: "18:00")
    let stepped = (Int64(1)...19).reduce(0) { $0 + (1_000 + $1) * 60 }
    #expect(world.delivered() == 3_000 * 60 + stepped + 1_020 * 2_400)
    #expect(world.fleet.totals.refused == 0)
  }

  @Test func `answers a notice, its repetition, and one that is not the newest`() {
    var world = FleetWorld()
    func notice(_ revision: Int64, scheduled: Bool = true) -> Notice {
      Notice(
        event: EventID("peak")!, battery: FleetWorld.battery(1), revision: revision,
        issuedAt: FleetWorld.at("16:00"),
        schedule: scheduled
          ? .init(
            window: Window(start: FleetWorld.at("17:00"), end: FleetWorld.at("18:00"))!, level: 2,
            acknowledgeBy: FleetWorld.at("16:30")) : nil)
    }
    #expect(world.send(notice(1), at: "16:10").map(\.status) == [.received])
    #expect(world.send(notice(1), at: "16:11").map(\.status) == [.received])
    #expect(world.send(notice(3), at: "16:12").map(\.status) == [.received])
    #expect(world.send(notice(2), at: "16:13").map(\.status) == [.superseded])
    #expect(world.send(notice(4, scheduled: false), at: "16:14").map(\.status) == [.received])
    #expect(world.fleet.totals.notices == 5)
    world.run(to: "18:00")
    #expect(world.delivered() == 0)
  }
}
