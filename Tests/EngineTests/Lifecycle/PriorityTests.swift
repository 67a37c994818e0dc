import Engine
import Grid
import Testing

/// `events.overlap: priority`; scenario E25.
@Suite struct `Events with priorities` {
  static let terms = World.terms {
    $0.events.overlap = .priority
    $0.rampSeconds = 0
  }
  let noon = World.at("12:01")

  static func signal(
    _ id: String, _ from: String, _ to: String, priority: Int? = nil, level: Int = 2,
    revision: Int64 = 1,
    request: ReductionRequest = .release(Percent(whole: 10)!, of: .storedEnergy),
    programme: ProgrammeID? = nil, targets: [NodeID] = []
  ) -> GridSignal {
    GridSignal(
      event: EventID(id)!, revision: revision, issuedAt: World.at("11:00"),
      content: .init(
        window: Window(start: World.at(from), end: World.at(to))!, level: level,
        programme: programme, targets: targets, priority: priority, request: request))
  }

  static let a = signal("a", "17:00", "19:00", priority: 1)
  static let b = signal("b", "18:00", "18:30", priority: 0)

  /// `540 W 17:00-18:00` of each piece.
  static func pieces(_ power: CommittedPower) -> [String] {
    power.pieces.map { piece in
      let clocks = [piece.window.start, piece.window.end].map {
        "\($0)".dropFirst(11).prefix(5)
      }
      return "\(piece.power.watts) W \(clocks[0])-\(clocks[1])"
    }
  }

  /// Runs up to `clock` with fresh reports; gateways answer what they were sent.
  static func go(
    _ world: inout World, _ clock: String, charge: Percent = Percent(whole: 80)!
  ) -> [Effect] {
    let now = World.at(clock)
    var effects = world.freshen(now, charge: charge)
    effects += world.hold(world.tell([], now), now)
    let acks = effects.commands.map { World.ack($0, .received, at: now) }
    return effects + world.tell(acks, now)
  }

  /// Everything that is sent to the one battery until the evening is over, as it is sent.
  static func day(_ world: inout World, _ signals: [GridSignal]) -> [Effect] {
    var effects: [Effect] = []
    for signal in signals { effects += world.accept(signal, World.at("12:01")) }
    for clock in ["16:55", "17:55", "18:25", "18:30"] {
      effects += Self.go(&world, clock)
    }
    return effects + world.run(until: World.at("19:10"))
  }

  static func sent(_ effects: [Effect]) -> [String] {
    effects.commands.map { command in
      let clocks = [command.issuedAt, command.window.start, command.window.end].map {
        "\($0)".dropFirst(11).prefix(5)
      }
      let action = command.watts.map { "\($0) W" } ?? "\(command.action)"
      return "\(clocks[0]) \(command.event!): \(action) \(clocks[1])-\(clocks[2])"
    }
  }

  @Test(arguments: [[a, b], [b, a]])
  func `E25: a battery serves A, then B, then A again, in whichever order they came`(
    _ signals: [GridSignal]
  ) {
    var world = World(1, terms: [Self.terms])
    let effects = Self.day(&world, signals)
    #expect(
      Self.sent(effects) == [
        "16:55 a: 540 W 17:00-18:00", "17:55 b: 2160 W 18:00-18:30",
        "18:25 a: 540 W 18:30-19:00",
      ])
    let (a, b) = (world.record("a").batteries[0], world.record("b").batteries[0])
    #expect(Self.pieces(a.promised) == ["540 W 17:00-18:00", "540 W 18:30-19:00"])
    #expect(Self.pieces(a.planned) == Self.pieces(a.promised))
    #expect(Self.pieces(b.promised) == ["2160 W 18:00-18:30"])
    // No half hour is owed twice, so none is paid twice.
    let half = Window(start: World.at("18:00"), end: World.at("18:30"))!
    #expect(a.promised.energy(in: half) == .zero && a.planned.energy(in: half) == .zero)
    #expect(b.promised.energy(in: half) == Energy(wattHours: 1_080))
    #expect(a.conceded.map(\.event.text) == ["b"])
    #expect(a.conceded.map(\.window) == [half])
    #expect(a.conceded.map(\.left) == [.zero])
  }

  @Test func `change places when a revision changes the rank, and a battery is never in both`() {
    var world = World(1, terms: [Self.terms])
    var effects = world.accept(Self.a, noon)
    effects += world.accept(Self.signal("b", "17:30", "18:30", priority: 0), noon)
    for clock in ["16:55", "17:25", "17:45"] { effects += Self.go(&world, clock) }
    let later = Self.signal("b", "17:30", "18:30", priority: 2, revision: 2)
    effects += world.accept(later, World.at("17:45"))
    effects += world.run(until: World.at("19:10"))
    let gateway = IdealGateway(effects, row: 0)
    for minute in Int64(0)..<120 {
      let moment = World.at("17:00").adding(seconds: 60 * minute)
      let given = gateway.discharge(at: moment)
      #expect(given?.event?.text == (30..<45 ~= minute ? "b" : "a"), "\(moment)")
      for id in ["a", "b"] {
        let planned = world.record(id).batteries[0].planned.power(at: moment).watts
        #expect(planned == (given?.event?.text == id ? given?.watts ?? 0 : 0), "\(id) \(moment)")
      }
    }
  }

  @Test func `E25: a utility is told what holds to the end, and again when it is more`() {
    var world = World(1, terms: [Self.terms])
    let effects = Self.day(&world, [Self.a, Self.b])
    let told = effects.answers.filter { $0.event == EventID("a")! && $0.status == .committed }
    #expect(told.map { $0.commitment!.committed.watts } == [540, 0, 0, 540])
    #expect(told.map { $0.commitment!.shortfall.watts } == [0, 540, 540, 0])
    #expect(told.map(\.commitment!.batteries) == [1, 1, 0, 1])
    #expect(
      told.map(\.at)
        == [noon, noon.adding(seconds: 10), World.at("18:00"), World.at("18:30")])
  }

  @Test func `E25: a second utility's event goes first by the same rule`() {
    let other = UtilityID("grid")!
    let second = World.terms {
      $0.programme = ProgrammeID("grid-relief")!
      $0.signals.from = [other]
      $0.events.overlap = .priority
      $0.rampSeconds = 0
    }
    var world = World(1, terms: [Self.terms, second])
    _ = world.accept(Self.a, noon)
    let input = World.input(Self.b, from: other)
    var effects = world.hold(world.tell([input], noon), noon)
    #expect(effects.answers.last?.commitment?.committed == Power(watts: 2_160))
    for clock in ["16:55", "17:55", "18:25", "18:30"] { effects += Self.go(&world, clock) }
    #expect(
      Self.sent(effects) == [
        "16:55 a: 540 W 17:00-18:00", "17:55 b: 2160 W 18:00-18:30",
        "18:25 a: 540 W 18:30-19:00",
      ])
    // A programme that does not rank its events is not made to give way, and takes from nobody.
    var unranked = second
    unranked.events.overlap = nil
    var plain = World(1, terms: [Self.terms, unranked])
    _ = plain.accept(Self.a, noon)
    _ = plain.hold(plain.tell([input], noon), noon)
    #expect(plain.record("b").plans.last?.plan.skipped == [.busy])
    #expect(Self.pieces(plain.record("a").batteries[0].promised) == ["540 W 17:00-19:00"])
  }

  @Test(
    arguments: [
      (1, 2, 0, 2, "b"), (0, 2, 1, 2, "a"), (nil, 2, 255, 2, "b"), (3, 2, nil, 3, "a"),
      (nil, 2, nil, 3, "b"), (5, 3, 5, 2, "a"), (5, 2, 5, 2, "a"), (nil, 1, nil, 1, "a"),
    ] as [(Int?, Int, Int?, Int, String)])
  func `the lower number goes first, then the higher level, then the earlier signal`(
    _ first: Int?, _ firstLevel: Int, _ second: Int?, _ secondLevel: Int, _ winner: String
  ) {
    var world = World(1, terms: [Self.terms])
    _ = world.accept(Self.signal("a", "17:00", "18:00", priority: first, level: firstLevel), noon)
    _ = world.accept(Self.signal("b", "17:00", "18:00", priority: second, level: secondLevel), noon)
    for id in ["a", "b"] {
      let expected = id == winner ? ["1080 W 17:00-18:00"] : []
      #expect(Self.pieces(world.record(id).batteries[0].promised) == expected)
    }
  }

  @Test func `gives the time back when the one that goes first is cancelled before it begins`() {
    var world = World(1, terms: [Self.terms])
    _ = world.accept(Self.a, noon)
    _ = world.accept(Self.b, noon)
    _ = Self.go(&world, "16:55")
    _ = Self.go(&world, "17:30")
    let effects = world.tell([World.input(World.cancel("b", revision: 2))], World.at("17:30"))
    #expect(Self.sent(effects) == ["17:30 a: 540 W 17:30-19:00"])
    #expect(Self.pieces(world.record("a").batteries[0].promised) == ["540 W 17:00-19:00"])
    #expect(effects.answers.last { $0.event == EventID("a")! }?.commitment?.committed.watts == 540)
  }

  @Test func `gives it back at once when that one is cancelled while it runs`() {
    var world = World(1, terms: [Self.terms])
    _ = world.accept(Self.a, noon)
    _ = world.accept(Self.b, noon)
    for clock in ["16:55", "17:55", "18:10"] { _ = Self.go(&world, clock) }
    let effects = world.tell([World.input(World.cancel("b", revision: 2))], World.at("18:10"))
    #expect(
      Self.sent(effects) == ["18:10 b: cancel 18:10-18:30", "18:10 a: 540 W 18:10-19:00"])
    #expect(
      Self.pieces(world.record("a").batteries[0].promised)
        == ["540 W 17:00-18:00", "540 W 18:10-19:00"])
    // The event that had gives back is not given back twice.
    #expect(world.run(until: World.at("18:59")).commands.isEmpty)
  }

  @Test func `is cut by one that comes while it runs, and comes back with a new command`() {
    var world = World(1, terms: [Self.terms])
    _ = world.accept(Self.a, noon)
    var effects: [Effect] = Self.go(&world, "16:55")
    effects += Self.go(&world, "17:50")
    effects += world.accept(Self.b, World.at("17:50"))
    for clock in ["17:55", "18:25"] { effects += Self.go(&world, clock) }
    effects += world.run(until: World.at("19:10"))
    // The gateway cuts the first command where the second begins (the contract, 6.3).
    #expect(
      Self.sent(effects) == [
        "16:55 a: 540 W 17:00-19:00", "17:55 b: 2160 W 18:00-18:30",
        "18:25 a: 540 W 18:30-19:00",
      ])
  }

  @Test func `saves the energy that the one that goes first needs`() {
    // 4.05 kWh above reserve at 50 %: B needs 5 kW for half an hour, which leaves 1.55 kWh for the
    // 90 minutes of A that are A's.
    let all = ReductionRequest.release(.hundred, of: .ratedPower)
    var world = World(1, terms: [Self.terms])
    _ = world.freshen(World.at("16:00"), charge: Percent(whole: 50)!)
    _ = world.accept(
      Self.signal(
        "a", "17:00", "19:00", priority: 1, request: .release(.hundred, of: .energyAboveReserve)),
      World.at("16:00"))
    #expect(Self.pieces(world.record("a").batteries[0].promised) == ["2025 W 17:00-19:00"])
    _ = world.accept(
      Self.signal("b", "18:00", "18:30", priority: 0, request: all), World.at("16:00"))
    #expect(Self.pieces(world.record("b").batteries[0].promised) == ["5000 W 18:00-18:30"])
    #expect(
      Self.pieces(world.record("a").batteries[0].promised)
        == ["1033 W 17:00-18:00", "1033 W 18:30-19:00"])
  }

  @Test func `lowers a running event at once for that`() {
    var world = World(1, terms: [Self.terms])
    let half = Percent(whole: 50)!
    _ = world.accept(
      Self.signal(
        "a", "17:00", "19:00", priority: 1, request: .release(.hundred, of: .energyAboveReserve)),
      noon)
    _ = Self.go(&world, "16:55", charge: half)
    _ = Self.go(&world, "17:30", charge: half)
    let effects = world.accept(
      Self.signal("b", "18:00", "18:30", priority: 0, request: .release(.hundred, of: .ratedPower)),
      World.at("17:30"))
    // 4,050 - 2,500 Wh for one hour that is left.
    #expect(Self.sent(effects) == ["17:30 a: 1550 W 17:30-18:00"])
    #expect(world.record("a").commitment?.committed == .zero)
  }

  @Test func `is not given back to who left meanwhile`() {
    var world = World(1, terms: [Self.terms])
    _ = world.accept(Self.a, noon)
    _ = world.accept(Self.b, noon)
    for clock in ["16:55", "17:55", "18:10"] { _ = Self.go(&world, clock) }
    let away = Preference(
      revision: 1, at: World.at("18:10"), reserve: nil, optOutFrom: World.at("18:10"),
      optOutUntil: World.at("20:00"))
    let effects = world.tell(
      [.preference(away, World.battery(0), of: World.gateway(0))], World.at("18:10"))
    #expect(Self.sent(effects) == ["18:10 b: cancel 18:10-18:30"])
    #expect(world.run(until: World.at("19:10")).commands.isEmpty)
    #expect(Self.pieces(world.record("a").batteries[0].promised) == ["540 W 17:00-18:00"])
  }

  @Test func `shares a feeder's limit by rank, and is lowered only while it is shared`() throws {
    let (root, x, y) = (NodeID("root")!, NodeID("x")!, NodeID("y")!)
    let feeder = try FeederTree([
      .init(id: root, parent: nil, limit: Power(watts: 6_000)),
      .init(id: x, parent: root, limit: nil), .init(id: y, parent: root, limit: nil),
    ])
    var world = World(2, terms: [Self.terms], feeder: feeder, nodes: [x, y])
    func target(_ watts: Int64) -> ReductionRequest { .power(Power(watts: watts)) }
    _ = world.accept(
      Self.signal("a", "17:00", "19:00", priority: 1, request: target(3_000), targets: [x]), noon)
    let second = world.accept(
      Self.signal("b", "18:00", "18:30", priority: 0, request: target(5_000), targets: [y]), noon)
    #expect(second.answers.last { $0.event == EventID("b")! }?.commitment?.committed.watts == 5_000)
    #expect(
      Self.pieces(world.record("a").batteries[0].promised)
        == ["3000 W 17:00-18:00", "1000 W 18:00-18:30", "3000 W 18:30-19:00"])
    #expect(world.record("a").commitment?.committed == Power(watts: 1_000))
    var effects: [Effect] = []
    for clock in ["16:55", "17:55", "18:00", "18:30"] { effects += Self.go(&world, clock) }
    #expect(
      Self.sent(effects) == [
        "16:55 a: 3000 W 17:00-18:00", "17:55 b: 5000 W 18:00-18:30",
        "18:00 a: 1000 W 18:00-18:30", "18:30 a: 3000 W 18:30-19:00",
      ])
  }

  @Test func `takes no battery for a part of a target that must be held in full`() {
    let strict = World.terms {
      $0.events.overlap = .priority
      $0.target = .init(refusesShortfall: true)
    }
    var world = World(1, terms: [strict])
    _ = world.accept(Self.b, noon)
    let effects = world.accept(
      Self.signal("a", "17:00", "19:00", priority: 1, request: .power(Power(watts: 500))), noon)
    #expect(effects.answers.last?.rejection?.field == "cannotHold")
    #expect(world.record("a").status == .refused)
    // The one that goes first may: who goes after it does not count.
    var other = World(1, terms: [strict])
    _ = other.accept(Self.signal("a", "17:00", "19:00", priority: 1), noon)
    let first = other.accept(
      Self.signal("b", "18:00", "18:30", priority: 0, request: .power(Power(watts: 500))), noon)
    #expect(first.answers.last { $0.event == EventID("b")! }?.commitment?.committed.watts == 500)
  }

  @Test func `goes on to the other event instead of waiting for its recharge`() {
    let recovering = World.terms {
      $0.events.overlap = .priority
      $0.rampSeconds = 0
      $0.recovery = .init(percentOfEvent: 50, startAfterMinutes: 15, spreadMinutes: 0)
    }
    var world = World(1, terms: [recovering])
    let effects = Self.day(&world, [Self.a, Self.b])
    #expect(
      Self.sent(effects).prefix(3) == [
        "16:55 a: 540 W 17:00-18:00", "17:55 b: 2160 W 18:00-18:30",
        "18:25 a: 540 W 18:30-19:00",
      ])
    // One hold, after the last of the two, and what both took is recharged.
    let holds = effects.commands.filter { $0.action == .hold }
    #expect(holds.map(\.window.start) == [World.at("19:00")])
    #expect(world.record("a").recovery?.energy == Energy(wattHours: 810 + 1_080))
  }

  @Test func `starts while another one recovers, and the wait for the recharge ends`() {
    let recovering = World.terms {
      $0.rampSeconds = 0
      $0.recovery = .init(percentOfEvent: 50, startAfterMinutes: 60, spreadMinutes: 0)
    }
    var world = World(1, terms: [recovering])
    _ = world.accept(Self.signal("a", "17:00", "18:00"), noon)
    var effects: [Effect] = []
    for clock in ["16:55", "17:55", "18:05"] { effects += Self.go(&world, clock) }
    effects += world.accept(Self.signal("b", "18:30", "19:00"), World.at("18:05"))
    for clock in ["18:25", "18:55"] { effects += Self.go(&world, clock) }
    // The newer command cuts the hold at the gateway; the hold stays for the time before.
    #expect(
      Self.sent(effects) == [
        "16:55 a: 1080 W 17:00-18:00", "17:55 a: hold 18:00-19:00", "18:25 b: 2160 W 18:30-19:00",
        "18:55 b: hold 19:00-20:00",
      ])
    #expect(world.record("b").recovery?.energy == Energy(wattHours: 1_080 + 1_080))
  }
}
