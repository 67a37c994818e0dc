import Engine
import Grid
import Testing

@Suite struct `An owner` {
  static let hour = Window(start: World.at("17:00"), end: World.at("18:00"))!

  static func away(_ revision: Int64 = 1, from: Timestamp, until: Timestamp? = nil) -> Input {
    let will = Preference(revision: revision, at: from, optOutFrom: from, optOutUntil: until)
    return .preference(will, World.battery(0), of: World.gateway(0))
  }

  static func reserve(_ percent: Int32, revision: Int64 = 1) -> Input {
    let will = Preference(
      revision: revision, at: World.at("12:00"), reserve: Percent(whole: percent)!)
    return .preference(will, World.battery(0), of: World.gateway(0))
  }

  /// Two batteries at 1,080 W, acknowledged, at 17:30.
  static func moving(_ terms: DispatchTerms = World.terms()) -> World {
    var (world, commands) = `A command`.commanded(2, terms)
    for command in commands {
      _ = world.tell([World.ack(command, .received, at: World.at("16:56"))], World.at("16:56"))
    }
    _ = world.freshen(World.at("17:30"), charge: Percent(whole: 45)!)
    _ = world.run(until: World.at("17:30"))
    return world
  }

  /// E23.
  @Test func `who leaves before the start is never commanded`() {
    var world = World(2)
    _ = world.accept(World.signal(), World.at("12:01"))
    let left = World.ack(notice: "peak.b0.n1", row: 0, .optOut, at: World.at("16:50"))
    _ = world.run(until: World.at("16:50"))
    let effects = world.tell([left], World.at("16:50"))
    #expect(effects.answers.last?.commitment?.batteries == 1)
    _ = world.freshen(World.at("16:55"))
    #expect(world.run(until: World.at("17:00")).commands.map(\.battery) == [World.battery(1)])
    #expect(world.record().batteries[0].outcome == .optedOut)
    #expect(!world.record().batteries[0].takesPart)
  }

  /// E23: 16:59.
  @Test func `who leaves at one minute to, with his command out, gets a cancel and owes nothing`() {
    var (world, _) = `A command`.commanded(2)
    _ = world.run(until: World.at("16:59"))
    let effects = world.tell([Self.away(from: World.at("16:59"))], World.at("16:59"))
    #expect(effects.cancels.map(\.battery) == [World.battery(0)])
    #expect(!world.record().batteries[0].takesPart)
  }

  /// E23: `optOut.until: end`; energy until then stays promised, and is paid.
  @Test func `who leaves in the event is released in the same cycle`() {
    var world = Self.moving()
    let now = World.at("17:30")
    let effects = world.tell([Self.away(from: World.at("17:00"))], now)
    #expect(effects.cancels.map(\.battery) == [World.battery(0)])
    #expect(effects.cancels[0].window == Window(start: now, end: World.at("18:00")))
    #expect(effects.answers.map { $0.commitment?.committed } == [Power(watts: 1_080)])
    let part = world.record().batteries[0]
    #expect(part.optedOutAt == now)
    #expect(part.planned.energy(in: Self.hour) == Energy(wattHours: 540))
    #expect(part.promised.energy(in: Self.hour) == Energy(wattHours: 540))
    #expect(world.tell([Self.away(2, from: World.at("17:00"))], now) == [])
  }

  @Test func `who leaves by his command's acknowledgement leaves when his gateway says`() {
    var (world, commands) = `A command`.commanded(2)
    _ = world.run(until: World.at("17:31"))
    let left = World.ack(
      commands[0], .partialOptOut, at: World.at("17:15"), delivered: Energy(wattHours: 270))
    let effects = world.tell([left], World.at("17:31"))
    #expect(effects.cancels.isEmpty, "the battery has ended it already")
    let part = world.record().batteries[0]
    #expect(part.optedOutAt == World.at("17:15"))
    #expect(part.planned.energy(in: Self.hour) == Energy(wattHours: 270))
    #expect(part.delivered == Energy(wattHours: 270))
  }

  @Test func `who will leave later in the event may go on until then`() {
    var world = Self.moving()
    let then = World.at("17:45")
    let effects = world.tell([Self.away(from: then)], World.at("17:30"))
    #expect(effects.cancels.map(\.window.start) == [then])
    #expect(
      world.record().batteries[0].planned.energy(in: Self.hour) == Energy(wattHours: 810))
  }

  /// E23: `optOut.until: start`.
  @Test func `who leaves too late for the policy is released and goes on owing`() {
    var world = Self.moving(World.terms { $0.optOutUntil = .start })
    let effects = world.tell([Self.away(from: World.at("17:00"))], World.at("17:30"))
    #expect(effects.cancels.count == 1)
    let part = world.record().batteries[0]
    #expect(part.optedOutAt == World.at("17:30"))
    #expect(part.planned.energy(in: Self.hour) == Energy(wattHours: 1_080))
  }

  @Test func `who returns before the commands leave is planned again`() {
    var world = World(2)
    _ = world.accept(World.signal(), World.at("12:01"))
    let noon = World.at("12:02")
    _ = world.tell([World.ack(notice: "peak.b0.n1", row: 0, .optOut, at: noon)], noon)
    _ = world.tell([World.ack(notice: "peak.b0.n1", row: 0, .optIn, at: noon)], noon)
    _ = world.freshen(World.at("16:55"))
    _ = world.hold(world.tell([], World.at("16:55")), World.at("16:55"))
    #expect(world.record().batteries[0].holding == Power(watts: 1_080))
    #expect(world.record().batteries[0].optedOutAt == nil)
  }

  /// E24: 45 %, and a reserve of 20 % that becomes 50 %.
  @Test func `who raises his reserve above the charge is stopped in the same cycle`() {
    var world = Self.moving()
    let effects = world.tell([Self.reserve(50)], World.at("17:30"))
    #expect(effects.cancels.map(\.battery) == [World.battery(0)])
    #expect(effects.answers.map { $0.commitment?.committed } == [Power(watts: 1_080)])
    let part = world.record().batteries[0]
    #expect(part.reserveRaisedAt == World.at("17:30"))
    #expect(part.planned.energy(in: Self.hour) == Energy(wattHours: 540))
    #expect(part.optedOutAt == nil)
  }

  @Test func `who raises his reserve near the charge goes on with what is left above it`() {
    var world = Self.moving()
    // 45 % charge and a floor of 43 %: 270 Wh in half an hour are 540 W.
    let effects = world.tell([Self.reserve(43)], World.at("17:30"))
    #expect(effects.commands.map(\.watts) == [540])
    #expect(effects.commands[0].boundBy == "energyForDuration")
    #expect(
      effects.commands[0].action
        == .discharge(
          setpoint: Power(watts: 540), energyLimit: Energy(wattHours: 270),
          floor: Percent(whole: 43)!))
    let part = world.record().batteries[0]
    #expect(part.planned.energy(in: Self.hour) == Energy(wattHours: 810))
    #expect(part.promised.energy(in: Self.hour) == Energy(wattHours: 810))
  }

  @Test func `who raises his reserve below what the event needs changes nothing`() {
    var world = Self.moving()
    #expect(world.tell([Self.reserve(30)], World.at("17:30")) == [])
    #expect(world.record().batteries[0].reserveRaisedAt == nil)
  }

  /// E24: `nextEvent`.
  @Test func `who lowers his reserve in the event counts from the next event`() {
    var world = Self.moving()
    _ = world.tell([Self.reserve(10)], World.at("17:30"))
    let request = ReductionRequest.release(.hundred, of: .energyAboveReserve)
    let effects = world.accept(World.signal(revision: 2, request: request), World.at("17:30"))
    // 25 % above 20 % are 3,375 Wh, in half an hour 6,750 W: the rating binds, the floor is kept.
    #expect(effects.commands.count == 2)
    for command in effects.commands {
      guard case .discharge(_, _, let floor) = command.action else { continue }
      #expect(floor == Percent(whole: 20)!)
    }
    let next = World.signal("next", from: World.at("18:00"), to: World.at("19:00"))
    _ = world.accept(next, World.at("17:30"))
    #expect(world.record("next").plans[0].floorHundredths == [1_000, 2_000])
  }

  @Test func `is not heard twice with the same revision, and may withdraw`() {
    var world = World(1)
    _ = world.tell([Self.reserve(50, revision: 4)], World.at("12:01"))
    _ = world.tell([Self.reserve(90, revision: 4)], World.at("12:01"))
    _ = world.accept(World.signal("a"), World.at("12:01"))
    #expect(world.record("a").plans[0].floorHundredths == [5_000])
    let withdrawn = Input.preference(nil, World.battery(0), of: World.gateway(0))
    _ = world.tell([withdrawn], World.at("12:01"))
    let other = World.signal("b", from: World.at("19:00"), to: World.at("20:00"))
    _ = world.accept(other, World.at("12:01"))
    #expect(world.record("b").plans[0].floorHundredths == [2_000])
  }

  @Test func `of another gateway has no say`() {
    var world = World(2)
    let will = Preference(revision: 1, at: World.at("12:00"), reserve: .hundred)
    let effects = world.tell(
      [
        .preference(will, World.battery(0), of: World.gateway(1)),
        .preference(will, BatteryID("zz")!, of: World.gateway(1)),
      ], World.at("12:01"))
    #expect(effects.rejections == [.wrongPrincipal, .unknownBattery])
  }
}
