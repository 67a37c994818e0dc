import Engine
import Grid
import Testing

@Suite struct `A command` {
  /// A world of `count` batteries whose commands for 17:00 to 18:00 left at 16:55.
  static func commanded(
    _ count: Int = 1, _ terms: DispatchTerms = World.terms()
  ) -> (World, [Command]) {
    var world = World(count, terms: [terms])
    _ = world.accept(World.signal(), World.at("12:01"))
    for row in 0..<count {
      let ack = World.ack(notice: "peak.b\(row).n1", row: row, .received, at: World.at("12:02"))
      _ = world.tell([ack], World.at("12:02"))
    }
    _ = world.freshen(World.at("16:55"))
    let commands = world.run(until: World.at("16:55")).commands
    return (world, commands)
  }

  @Test func `without any answer is sent again after 5, 10, 20, 40 s and then every minute`() {
    var (world, commands) = Self.commanded()
    var waits: [Int64] = []
    var last = World.at("16:55")
    while let due = world.engine.nextDue, due < World.at("16:59") {
      #expect(world.tell([], due).resent == commands)
      waits.append((due.microseconds - last.microseconds) / 1_000)
      last = due
    }
    let least: [Int64] = [5_000, 10_000, 20_000, 40_000, 60_000]
    #expect(waits.count >= 5)
    for (wait, least) in zip(waits, least) { #expect((least...least * 6 / 5).contains(wait)) }
  }

  @Test func `that nobody answers until its last moment makes the battery unreachable`() {
    var (world, commands) = Self.commanded(2)
    _ = world.tell([World.ack(commands[0], .received, at: World.at("16:56"))], World.at("16:56"))
    let effects = world.run(until: World.at("17:30"))
    #expect(effects.resent.allSatisfy { $0 == commands[1] })
    #expect(world.record().batteries[1].unreachableAt == World.at("17:30"))
    #expect(world.record().batteries[1].outcome == .unreachable)
    #expect(effects.answers.last?.commitment?.committed == Power(watts: 1_080))
    #expect(effects.answers.last?.commitment?.batteries == 1)
    #expect(world.run(until: World.at("17:59:59")).resent.isEmpty)

    let late = World.ack(commands[1], .started, at: World.at("17:40"), accepted: Power(watts: 9))
    let back = world.tell([late], World.at("17:59:59"))
    #expect(back.answers.last?.commitment?.batteries == 2)
    #expect(world.record().batteries[1].outcome == .started)
  }

  @Test func `that is answered is never sent again, and its course is kept`() {
    var (world, commands) = Self.commanded()
    let power = Power(watts: 1_080)
    _ = world.tell([World.ack(commands[0], .received, at: World.at("16:55"))], World.at("16:55:01"))
    #expect(world.record().batteries[0].outcome == .acknowledged)
    let started = World.ack(commands[0], .started, at: World.at("17:00:03"), accepted: power)
    #expect(world.run(until: World.at("17:00")).resent.isEmpty)
    _ = world.tell([started], World.at("17:00:04"))
    let done = World.ack(
      commands[0], .completed, at: World.at("18:00:01"), delivered: Energy(wattHours: 1_071))
    _ = world.run(until: World.at("18:00:02"))
    _ = world.tell([done], World.at("18:00:02"))
    let part = world.record().batteries[0]
    #expect(part.command?.acknowledgedAt == World.at("16:55:01"))
    #expect(part.command?.startedAt == World.at("17:00:03"))
    #expect(part.command?.accepted == power)
    #expect(part.command?.final == .completed)
    #expect(part.delivered == Energy(wattHours: 1_071))
    #expect(part.outcome == .completed)

    let other = World.ack(commands[0], .failed, at: World.at("18:05"))
    _ = world.tell([other], World.at("18:05"))
    #expect(world.record().batteries[0].command?.final == .completed, "the first final stands")
    #expect(world.record().batteries[0].command?.finalContradicted == true)
  }

  @Test(arguments: [
    (Acknowledgement.Status.failed, Outcome.failed), (.noParticipation, .failed),
    (.rejectedParameter, .rejected), (.rejectedInvalid, .rejected), (.rejectedLate, .rejected),
  ])
  func `that is refused or fails no longer counts`(
    status: Acknowledgement.Status, outcome: Outcome
  ) {
    var (world, commands) = Self.commanded(2)
    let effects = world.tell(
      [World.ack(commands[1], status, at: World.at("16:56"))], World.at("16:56"))
    #expect(effects.statuses == [.committed])
    #expect(effects.answers[0].commitment?.committed == Power(watts: 1_080))
    #expect(world.record().batteries[1].outcome == outcome)
    #expect(world.run(until: World.at("17:30")).resent.contains(commands[1]) == false)
  }

  @Test func `changes the answer at most every 10 seconds`() {
    var (world, commands) = Self.commanded(3)
    let now = World.at("16:56")
    let effects = world.tell(commands.map { World.ack($0, .failed, at: now) }, now)
    #expect(effects.answers.map { $0.commitment?.batteries } == [2])
    let later = world.run(until: World.at("16:56:10"))
    #expect(later.answers.map { $0.commitment?.batteries } == [0])
    #expect(later.answers[0].at == World.at("16:56:10"))
  }

  @Test func `is sent once more after a birth, with the same id`() {
    var (world, commands) = Self.commanded()
    _ = world.tell([World.ack(commands[0], .received, at: World.at("16:56"))], World.at("16:56"))
    _ = world.run(until: World.at("17:10"))
    let birth = Input.state(World.birth(2, at: World.at("17:10")), of: World.gateway(0))
    #expect(world.tell([birth, birth], World.at("17:10")) == [])
    #expect(world.run(until: World.at("17:10:02")).resent == commands)
    #expect(world.tell([birth], World.at("17:11")) == [])
    #expect(world.run(until: World.at("17:20")).isEmpty, "the same session is no birth")
  }

  @Test func `is replaced by one for the rest when a gateway is born after its last moment`() {
    var (world, commands) = Self.commanded()
    _ = world.tell([World.ack(commands[0], .received, at: World.at("16:56"))], World.at("16:56"))
    _ = world.run(until: World.at("17:40"))
    let birth = Input.state(World.birth(2, at: World.at("17:40")), of: World.gateway(0))
    _ = world.tell([birth], World.at("17:40"))
    let rest = world.run(until: World.at("17:40:02")).commands
    #expect(rest.map(\.id.text) == ["peak.b0.2"])
    #expect(rest[0].window == Window(start: World.at("17:40:02"), end: World.at("18:00")))
    #expect(
      rest[0].action
        == .discharge(
          setpoint: Power(watts: 1_080), energyLimit: Energy(wattHours: 359),
          floor: Percent(whole: 20)!))
    let hour = Window(start: World.at("17:00"), end: World.at("18:00"))!
    #expect(world.record().batteries[0].planned.energy(in: hour) == Energy(wattHours: 1_080))
  }

  @Test func `that is superseded by a higher seq is given above it`() {
    var (world, commands) = Self.commanded()
    let ack = World.ack(commands[0], .superseded, at: World.at("16:56"), lastSeq: 41)
    let again = world.tell([ack], World.at("16:56")).commands
    #expect(again.map(\.id.text) == ["peak.b0.42"])
    #expect(again[0].window == commands[0].window)
  }

  @Test func `that a later command of another event has cut is not given again`() {
    let terms = World.terms { $0.events.overlap = .priority }
    var (world, commands) = Self.commanded(1, terms)
    let urgent = GridSignal(
      event: EventID("urgent")!, revision: 1, issuedAt: World.at("16:56"),
      content: .init(
        window: Window(start: World.at("17:00"), end: World.at("18:00"))!, level: 3, priority: 0,
        request: .release(Percent(whole: 10)!, of: .storedEnergy)))
    let later = world.accept(urgent, World.at("16:56")).commands.filter { $0.watts != nil }
    #expect(later.map(\.event?.text) == ["urgent"])
    let ack = World.ack(
      commands[0], .superseded, at: World.at("16:56"), lastSeq: later.last?.seq)
    #expect(world.tell([ack], World.at("16:56")).commands.isEmpty)
  }

  @Test func `that is refused ends what the battery was told before it`() {
    var (world, commands) = Self.commanded()
    _ = world.tell([World.ack(commands[0], .started, at: World.at("17:00"))], World.at("17:00"))
    _ = world.freshen(World.at("17:10"))
    let half = World.signal(
      revision: 2, request: .release(Percent(whole: 5)!, of: .storedEnergy))
    commands += world.accept(half, World.at("17:10")).commands
    #expect(commands.map(\.seq) == [1, 2])
    let full = World.ack(commands[1], .rejectedParameter, at: World.at("17:10"))
    let cancels = world.tell([full], World.at("17:10")).cancels
    #expect(cancels.map(\.seq) == [3] && cancels[0].window.start == World.at("17:10"))
    #expect(world.record().batteries[0].holding == .zero)
    // Nobody ends the battery then: a person must know.
    let refusal = World.ack(cancels[0], .rejectedParameter, at: World.at("17:10"))
    #expect(world.tell([refusal, refusal], World.at("17:10")).alarms == 1)
  }

  @Test func `of a stranger, or an unknown one, is rejected`() {
    var (world, commands) = Self.commanded(2)
    let now = World.at("16:56")
    let own = Acknowledgement(
      subject: .command(commands[0].id), battery: World.battery(0), status: .received, at: now)
    let unknown = Acknowledgement(
      subject: .command(LongIdentifier("peak.b0.7")!), battery: World.battery(0),
      status: .received, at: now)
    let nobody = Acknowledgement(
      subject: .command(commands[0].id), battery: BatteryID("zz")!, status: .received, at: now)
    let effects = world.tell(
      [
        .acknowledgement(own, from: World.gateway(1)),
        .acknowledgement(unknown, from: World.gateway(0)),
        .acknowledgement(nobody, from: World.gateway(0)),
      ], now)
    #expect(effects.rejections == [.wrongPrincipal, .unknownId, .unknownBattery])
    #expect(world.record().batteries[0].command?.acknowledgedAt == nil)
  }

  @Test func `that was not acknowledged goes out again with the same id after a restart`() {
    var (world, commands) = Self.commanded(2)
    _ = world.tell([World.ack(commands[0], .received, at: World.at("16:56"))], World.at("16:56"))
    let now = World.at("16:56:01")
    _ = world.tell([], now)
    let effects = world.tell([.restarted], now)
    #expect(effects.resent == [commands[1]])
    #expect(effects.commands.isEmpty)
    #expect(effects.statuses == [.committed])

    _ = world.run(until: World.at("19:00"))
    #expect(world.tell([.restarted], World.at("19:00")) == [.settle(EventID("peak")!)])
  }

  @Test func `never goes out again after a restart past its last moment`() {
    var (world, _) = Self.commanded(1)
    let effects = world.tell([], World.at("17:31")) + world.tell([.restarted], World.at("17:31"))
    #expect(effects.resent.isEmpty)
  }

  @Test func `waits for its money again after a restart`() {
    var world = World(1)
    _ = world.tell([World.input(World.signal())], World.at("12:01"))
    let effects = world.tell([.restarted], World.at("12:02"))
    #expect(effects.holds == [1])
    #expect(effects.statuses == [.received])
  }
}
