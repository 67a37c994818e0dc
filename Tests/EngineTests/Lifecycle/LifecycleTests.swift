import Engine
import Grid
import Testing

@Suite struct `An event` {
  @Test func `is notified, ramps, sustains, recovers and closes at its own moments`() {
    var world = World(2)
    _ = world.accept(World.signal(), World.at("12:01"))
    #expect(world.run(until: World.at("16:54:59")).commands.isEmpty)
    _ = world.tell(world.reports(at: World.at("16:54:59")), World.at("16:54:59"))

    let sent = world.run(until: World.at("16:55"))
    #expect(sent.commands.map(\.id.text) == ["peak.b0.1", "peak.b1.1"])
    #expect(sent.commands[0].window == Window(start: World.at("17:00"), end: World.at("18:00")))
    #expect(sent.commands[0].notAfter == World.at("17:30"))
    #expect(
      sent.commands[0].action
        == .discharge(
          setpoint: Power(watts: 1_080), energyLimit: Energy(wattHours: 1_080),
          floor: Percent(whole: 20)!))
    #expect(sent.commands[0].boundBy == "request")
    #expect(sent.commands[0].request == .release(Percent(whole: 10)!, of: .storedEnergy))
    #expect(sent.commands[0].rampSeconds == 60)
    #expect(sent.commands[0].graceSeconds == 900)
    let acks = sent.commands.map { World.ack($0, .received, at: World.at("16:55")) }
    #expect(world.tell(acks, World.at("16:55:01")) == [])

    #expect(world.run(until: World.at("16:59:59")).answers.isEmpty)
    #expect(world.run(until: World.at("17:00")).statuses == [.started])
    #expect(world.record().status == .ramping)
    #expect(world.run(until: World.at("17:01")) == [])
    #expect(world.record().status == .sustaining)
    #expect(world.run(until: World.at("17:59:59")) == [])
    #expect(world.run(until: World.at("18:00")).statuses == [.completed])
    #expect(world.record().status == .recovering)
    #expect(world.run(until: World.at("18:01")) == [.settle(EventID("peak")!)])
    #expect(world.record().status == .closed)

    let root = Digest(bytes: Array(repeating: 3, count: 32))!
    let settled = SignalAcknowledgement.Settled(verifiedWh: 2_142, treeSize: 9, root: root)
    let last = world.tell([.settled(EventID("peak")!, settled)], World.at("19:00"))
    #expect(last.statuses == [.settled])
    #expect(last.answers[0].settled == settled)
    #expect(world.tell([World.input(World.signal())], World.at("20:00")).answers == last.answers)
  }

  /// E28.
  @Test func `is settled but never dispatched if the controller slept through it`() {
    var world = World(2)
    _ = world.accept(World.signal(), World.at("12:01"))
    let effects = world.tell([], World.at("23:00"))
    #expect(effects.commands.isEmpty)
    #expect(effects.statuses == [.completed])
    #expect(effects.settles.count == 1)
    #expect(effects.alarms == 1)
    #expect(world.record().startedAt == nil)
  }

  /// E28: 1.08 kWh in 40 min are 1,620 W.
  @Test func `slept into for 20 minutes gives its energy in the time left`() {
    var world = World(2)
    _ = world.accept(World.signal(), World.at("12:01"))
    let woke = World.at("17:20")
    #expect(world.tell([], woke).commands.isEmpty, "nobody was heard yet")
    let heard = world.tell([World.report(0, at: woke)], woke)
    #expect(heard.commands.isEmpty)
    let all = world.tell([World.report(1, at: woke)], woke)
    #expect(all.holds == [1], "more energy than was promised may need more money")
    let held = world.tell([.escrowHeld(EventID("peak")!, revision: 1)], woke)
    #expect(held.commands.map(\.watts) == [1_620, 1_620])
    #expect(held.commands[0].window == Window(start: woke, end: World.at("18:00")))
    #expect(held.statuses == [.committed, .started])
    let rest = Window(start: World.at("17:00"), end: World.at("18:00"))!
    #expect(world.record().batteries[0].planned.energy(in: rest) == Energy(wattHours: 1_080))
  }

  @Test func `slept into does not wait longer than 65 seconds for a silent battery`() {
    var world = World(2)
    _ = world.accept(World.signal(), World.at("12:01"))
    _ = world.tell([World.report(0, at: World.at("17:20"))], World.at("17:20"))
    let effects = world.run(until: World.at("17:21:05"))
    #expect(effects.commands.map(\.battery) == [World.battery(0)])
    #expect(world.record().batteries[1].skip == .notHeard)
  }

  @Test func `slept into is left alone where the policy does not join late`() {
    var world = World(2, terms: [World.terms { $0.signals.joinsLate = false }])
    _ = world.accept(World.signal(), World.at("12:01"))
    let effects = world.tell(world.reports(at: World.at("17:20")), World.at("17:20"))
    #expect(effects.commands.isEmpty)
    #expect(effects.alarms == 1)
    #expect(world.run(until: World.at("19:00")).settles.count == 1)
  }

  @Test func `whose start is past when it is asked for joins for what is left`() {
    var world = World(2)
    let signal = World.signal(from: World.at("11:40"), to: World.at("12:40"))
    let effects = world.accept(signal, World.at("12:00:10"))
    #expect(effects.commands.count == 2)
    #expect(effects.commands[0].window.start == World.at("12:00:10"))
    #expect(effects.commands[0].watts == 1_626, "1,080 Wh in 2,390 s, rounded down")
    #expect(effects.statuses == [.received, .committed, .started])
  }

  @Test func `is planned again from live charge before its commands leave`() {
    var world = World(2)
    _ = world.accept(World.signal(), World.at("12:01"))
    let lower = Percent(whole: 50)!
    _ = world.freshen(World.at("16:55"), charge: lower)
    let effects = world.run(until: World.at("16:55"))
    #expect(effects.commands.map(\.watts) == [675, 675])
    #expect(effects.statuses == [.committed])
    #expect(effects.answers[0].commitment?.committed == Power(watts: 1_350))
    #expect(world.record().plans.count == 2)
    let hour = Window(start: World.at("17:00"), end: World.at("18:00"))!
    #expect(world.record().batteries[0].promised.energy(in: hour) == Energy(wattHours: 1_080))
    #expect(world.record().batteries[0].planned.energy(in: hour) == Energy(wattHours: 675))
  }

  @Test func `asks nobody for more than he was promised when more is not funded`() {
    var world = World(2)
    _ = world.accept(World.signal(), World.at("12:01"))
    _ = world.run(until: World.at("16:54"))
    _ = world.tell(
      world.reports(at: World.at("16:54"), charge: .hundred), World.at("16:54"))
    let effects = world.tell([], World.at("16:55"))
    #expect(effects.holds == [1])
    #expect(effects.commands.isEmpty)
    let refused = world.tell(
      [.escrowRefused(EventID("peak")!, revision: 1, detail: "1.00 missing")], World.at("16:55"))
    #expect(refused.commands.map(\.watts) == [1_080, 1_080])
    #expect(world.record().status == .notified)
  }

  @Test func `without anybody to ask still runs its course`() {
    var world = World(2, heard: false)
    let effects = world.accept(World.signal(), World.at("12:01"))
    #expect(effects.answers.last?.commitment?.committed == .zero)
    #expect(effects.answers.last?.commitment?.skipped == 2)
    #expect(effects.notices.isEmpty)
    let rest = world.run(until: World.at("19:00"))
    #expect(rest.statuses == [.started, .completed])
    #expect(rest.settles.count == 1)
    #expect(world.record().outcomes == [.skipped(.offline): 2])
  }

  @Test func `spreads its starts by a stable hash`() {
    var world = World(50, terms: [World.terms { $0.spreadSeconds = 60 }])
    _ = world.accept(World.signal(), World.at("12:01"))
    _ = world.freshen(World.at("16:55"))
    let commands = world.run(until: World.at("16:55")).commands
    let offsets = commands.map { $0.window.start.seconds(since: World.at("17:00")) }
    #expect(offsets.allSatisfy { (0..<60).contains($0) })
    #expect(Set(offsets).count > 20)
    #expect(commands.allSatisfy { $0.window.end == World.at("18:00") })
    for (row, command) in commands.enumerated() {
      let part = world.record().batteries[row]
      #expect(part.planned.pieces == [.init(window: command.window, power: Power(watts: 1_080))])
    }
  }

  @Test func `calls nobody and is called by nobody once it is over`() {
    var world = World(2)
    _ = world.accept(World.signal(), World.at("12:01"))
    _ = world.run(until: World.at("19:00", day: 17))
    #expect(world.engine.nextDue == nil)
  }
}
