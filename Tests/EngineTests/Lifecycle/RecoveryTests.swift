import Grid
import Testing

@testable import Engine

/// Acceptance scenarios: E34, and what surrounds it.
@Suite struct `The recovery after an event` {
  static func terms(_ recovery: DispatchTerms.RecoveryTerms = .init()) -> [DispatchTerms] {
    [World.terms { $0.recovery = recovery }]
  }

  static func at(_ clock: String) -> Timestamp { World.at(clock) }

  /// Holds by the end of what they wait for.
  static func holds(_ effects: [Effect]) -> [Command] {
    effects.commands.filter { $0.action == .hold }
  }

  /// The greatest number of batteries that recharge at once for `seconds` from the ends of `holds`.
  static func together(_ holds: [Command], seconds: Int64) -> Int {
    var changes: [Int64: Int] = [:]
    for hold in holds {
      changes[hold.window.end.seconds, default: 0] += 1
      changes[hold.window.end.seconds + seconds, default: 0] -= 1
    }
    var (now, most) = (0, 0)
    for (_, change) in changes.sorted(by: { $0.key < $1.key }) {
      now += change
      most = max(most, now)
    }
    return most
  }

  /// A hundredth of the fleet of E34: 540 kWh after 270 kW; 50 % is 135 kW, 27 batteries of 5 kW.
  /// An event that is accepted, and whose batteries answered every command.
  static func begin(_ world: inout World, _ signal: GridSignal, _ now: String) -> [Effect] {
    let effects = world.accept(signal, at(now))
    let answers = effects.commands.map { World.ack($0, .received, at: at(now)) }
    return effects + world.tell(answers, at(now))
  }

  @Test func `never draws more than its share of the event, and waits`() {
    var world = World(500, terms: Self.terms(), at: World.at("16:56"))
    let before = Self.begin(&world, World.signal(to: Self.at("19:00")), "16:57")
    _ = world.run(until: Self.at("18:54"))
    #expect(before.commands.count == 500 && before.commands.allSatisfy { $0.watts == 540 })
    let holds = Self.holds(world.run(until: Self.at("19:00")))
    #expect(holds.count == 500 && Set(holds.map(\.battery)).count == 500)
    #expect(holds.allSatisfy { $0.window.start == Self.at("19:00") })
    #expect(holds.allSatisfy { $0.graceSeconds == nil })
    // 1.08 kWh at 5 kW take 777.6 s.
    #expect(Self.together(holds, seconds: 778) == 27)
    let turns = holds.map(\.window.end)
    #expect(turns.min()! >= Self.at("19:15"))
    // 540 kWh at no more than 135 kW need four hours.
    #expect(turns.max()!.adding(seconds: 778) >= Self.at("23:15"))
    #expect(turns.max()!.adding(seconds: 778) < Self.at("23:59"))

    let recovery = world.record().recovery
    #expect(recovery?.limit == Power(watts: 135_000))
    #expect(recovery?.greatest == Power(watts: 135_000))
    #expect(recovery?.energy == Energy(wattHours: 540_000))
    #expect(recovery?.batteries == 500 && recovery?.unplaced == 0)
    #expect(recovery?.firstTurn == turns.min() && recovery?.lastTurn == turns.max())
    #expect(world.record().status == .recovering)
  }

  @Test func `is left to the batteries when the terms say nothing`() {
    var world = World(20, at: World.at("16:56"))
    _ = Self.begin(&world, World.signal(), "16:57")
    #expect(Self.holds(world.run(until: Self.at("19:00"))).isEmpty)
    #expect(world.record().recovery == nil)
  }

  @Test func `gives the same turns whatever the order of the fleet and on replay`() {
    let rows = Array(0..<60)
    func turns(_ order: [Int]) -> [String] {
      var world = OrderedWorld(order, terms: Self.terms())
      let holds = Self.holds(world.day())
      return holds.map { "\($0.battery) \($0.window.end)" }.sorted()
    }
    #expect(turns(rows).count == 60)
    #expect(turns(rows) == turns(rows))
    #expect(turns(rows) == turns(rows.reversed()))
  }

  @Test func `begins anew when the event is extended or ends early`() {
    for end in ["17:40", "18:20"] {
      var world = World(
        20, terms: Self.terms(.init(startAfterMinutes: 15, spreadMinutes: 0)), at: World.at("16:56")
      )
      _ = Self.begin(&world, World.signal(), "16:57")
      var effects = world.run(until: Self.at("17:10"))
      if end == "18:20" {
        // The first holds are out already.
        effects = world.run(until: Self.at("17:57"))
        #expect(Self.holds(effects).count == 20)
      }
      _ = world.tell(world.reports(at: world.engine.now), world.engine.now)
      let revised = end == "18:20" ? "17:58" : "17:11"
      _ = Self.begin(&world, World.signal(revision: 2, to: Self.at(end)), revised)
      let holds = Self.holds(world.run(until: Self.at(end)))
      #expect(holds.count == 20)
      #expect(holds.allSatisfy { $0.window.start == Self.at(end) })
      #expect(holds.map(\.window.end).min()! == Self.at(end).adding(seconds: 900))
    }
  }

  @Test func `holds batteries after a cancel as well`() {
    var world = World(20, terms: Self.terms(), at: World.at("16:56"))
    _ = Self.begin(&world, World.signal(), "16:57")
    _ = world.run(until: Self.at("17:30"))
    let effects = world.tell([World.input(World.cancel(revision: 2), bytes: 2)], Self.at("17:30"))
    #expect(effects.cancels.count == 20)
    let holds = Self.holds(effects)
    #expect(holds.count == 20)
    for hold in holds {
      let cancel = effects.cancels.first { $0.battery == hold.battery }
      #expect(hold.seq > cancel?.seq ?? .max)
      #expect(hold.window.start == Self.at("17:30") && hold.window.end >= Self.at("17:45"))
    }
  }

  @Test func `keeps nobody who leaves or raises his reserve`() {
    var world = World(4, terms: Self.terms(), at: World.at("16:56"))
    _ = Self.begin(&world, World.signal(), "16:57")
    #expect(Self.holds(world.run(until: Self.at("18:05"))).count == 4)
    let leaves = Preference(
      revision: 1, at: Self.at("18:05"), optOutFrom: Self.at("18:05"),
      optOutUntil: Self.at("20:00"))
    let raises = Preference(revision: 1, at: Self.at("18:05"), reserve: Percent(whole: 90)!)
    let lowers = Preference(revision: 1, at: Self.at("18:05"), reserve: Percent(whole: 10)!)
    let effects = world.tell(
      [
        .preference(leaves, World.battery(0), of: World.gateway(0)),
        .preference(raises, World.battery(1), of: World.gateway(1)),
        .preference(lowers, World.battery(2), of: World.gateway(2)),
      ], Self.at("18:06"))
    #expect(effects.cancels.map(\.battery) == [World.battery(0), World.battery(1)])
    // He has gone: he is not released twice.
    #expect(
      world.tell([.preference(nil, World.battery(0), of: World.gateway(0))], Self.at("18:07"))
        .cancels.isEmpty)
  }

  @Test func `lends its batteries to the next event, which gives back both`() {
    var world = World(10, terms: Self.terms(), at: World.at("16:56"))
    _ = Self.begin(&world, World.signal("a"), "16:57")
    _ = world.run(until: Self.at("18:09"))
    _ = world.tell(world.reports(at: Self.at("18:09")), Self.at("18:09"))
    let effects = Self.begin(
      &world, World.signal("b", from: Self.at("18:10"), to: Self.at("19:10")), "18:09")
    #expect(effects.commands.filter { $0.event == EventID("b")! && $0.watts == 1_080 }.count == 10)
    let holds = Self.holds(world.run(until: Self.at("19:10"))).filter { $0.event?.text == "b" }
    #expect(holds.count == 10)
    #expect(world.record("b").recovery?.energy == Energy(wattHours: 10 * 2_160))
  }

  @Test func `ends where the next event begins that was told its batteries already`() {
    var world = World(4, terms: Self.terms(), at: World.at("16:56"))
    var effects = Self.begin(&world, World.signal("a"), "16:57")
    effects += world.run(until: Self.at("17:53"))
    effects += world.tell(world.reports(at: Self.at("17:53")), Self.at("17:53"))
    effects += Self.begin(
      &world, World.signal("b", from: Self.at("18:00"), to: Self.at("19:00")), "17:53")
    effects += world.run(until: Self.at("17:58"))
    effects += world.tell(
      [World.input(World.cancel("a", revision: 2), bytes: 2)], Self.at("17:58"))
    effects += world.run(until: Self.at("18:30"))
    let holds = Self.holds(effects).filter { $0.issuedAt == Self.at("17:58") }
    #expect(holds.count == 4)
    for hold in holds {
      #expect(hold.window == Window(start: Self.at("17:58"), end: Self.at("18:00")))
    }
    for row in 0..<4 {
      let gateway = IdealGateway(effects, row: row)
      #expect(gateway.discharge(at: Self.at("17:59")) == nil)
      #expect(gateway.discharge(at: Self.at("18:00"))?.event?.text == "b")
      #expect(gateway.discharge(at: Self.at("18:29"))?.event?.text == "b")
    }
  }
}

/// Slots by themselves.
@Suite struct `Recovery slots` {
  static let end = World.at("19:00")

  static func feeder() -> FeederTree {
    try! FeederTree([
      .init(id: NodeID("root")!, parent: nil, limit: Power(watts: 20_000)),
      .init(id: NodeID("a")!, parent: NodeID("root")!, limit: Power(watts: 12_000)),
      .init(id: NodeID("b")!, parent: NodeID("root")!, limit: nil),
    ])
  }

  @Test func `fill a node, then its fleet, and go on later`() {
    var slots = RecoverySlots(
      from: Self.end, fleetLimit: Power(watts: 16_000), feeder: Self.feeder(), baseW: [0, 0, 0])
    // Two of 5 kW fit below `a` (12 kW), a third waits for the first to end, 13 slots later.
    #expect(slots.place(node: 1, watts: 5_000, seconds: 778, notBefore: 900) == 900)
    #expect(slots.place(node: 1, watts: 5_000, seconds: 778, notBefore: 900) == 900)
    #expect(slots.place(node: 1, watts: 5_000, seconds: 778, notBefore: 900) == 1_680)
    // Below `b` nothing limits but the fleet: 16 kW hold three of 5 kW.
    #expect(slots.place(node: 2, watts: 5_000, seconds: 60, notBefore: 910) == 910)
    #expect(slots.place(node: 2, watts: 5_000, seconds: 60, notBefore: 910) == 1_020)
    #expect(slots.greatestW == 15_000)
  }

  @Test func `leave room for what the homes draw themselves`() {
    var slots = RecoverySlots(
      from: Self.end, fleetLimit: Power(watts: 100_000), feeder: Self.feeder(),
      baseW: [3_000, 3_000, 0])
    #expect(slots.place(node: 1, watts: 5_000, seconds: 60, notBefore: 0) == 0)
    #expect(slots.place(node: 1, watts: 5_000, seconds: 60, notBefore: 0) == 60)
    #expect(slots.place(node: 1, watts: 9_001, seconds: 60, notBefore: 0) == nil)
    // The root has 17 kW left.
    #expect(slots.place(node: 2, watts: 12_000, seconds: 60, notBefore: 0) == 0)
    #expect(slots.place(node: 2, watts: 12_001, seconds: 60, notBefore: 0) == 120)
  }

  @Test func `count what is under way`() {
    var slots = RecoverySlots(
      from: Self.end, fleetLimit: Power(watts: 6_000), feeder: Self.feeder(), baseW: [0, 0, 0])
    slots.count(node: 2, watts: 2_000, from: -300, until: 61)
    #expect(slots.place(node: 1, watts: 5_000, seconds: 60, notBefore: 0) == 120)
  }

  @Test func `never let one second be above a limit`() {
    var random = Seeded(34)
    var slots = RecoverySlots(
      from: Self.end, fleetLimit: Power(watts: 17_000), feeder: Self.feeder(),
      baseW: [0, 1_000, 0])
    var turns: [(node: Int32, watts: Int64, from: Int64, until: Int64)] = []
    for _ in 0..<300 {
      let node = Int32(1 + random.next() % 2)
      let watts = Int64(500 + random.next() % 4_500)
      let seconds = Int64(1 + random.next() % 900)
      let notBefore = Int64(random.next() % 1_800)
      guard
        let begin = slots.place(
          node: node, watts: watts, seconds: seconds, notBefore: notBefore)
      else { continue }
      #expect(begin >= notBefore)
      turns.append((node, watts, begin, begin + seconds))
    }
    #expect(turns.count == 300)
    for moment in Set(turns.map(\.from)) {
      let now = turns.filter { $0.from <= moment && moment < $0.until }
      #expect(now.reduce(0) { $0 + $1.watts } <= 17_000)
      #expect(now.filter { $0.node == 1 }.reduce(0) { $0 + $1.watts } <= 11_000)
    }
  }

  @Test func `send who fits nowhere last, one after the other, and say so`() {
    var world = World(3, terms: `The recovery after an event`.terms(), at: World.at("16:56"))
    // 3 kW of 3,240 W: half of it is less than one battery's 5 kW.
    _ = `The recovery after an event`.begin(&world, World.signal(), "16:57")
    let effects = world.run(until: World.at("18:00"))
    let holds = `The recovery after an event`.holds(effects)
    #expect(holds.count == 3 && effects.alarms == 1)
    #expect(`The recovery after an event`.together(holds, seconds: 778) == 1)
    #expect(world.record().recovery?.unplaced == 3)
  }
}

/// Batteries in another order of rows.
struct OrderedWorld {
  private var engine: Engine
  private let order: [Int]

  init(_ order: [Int], terms: [DispatchTerms]) {
    self.order = order
    let template = World(order.count, terms: terms, heard: false)
    engine = Engine(
      fleet: order.map { template.engine.fleet.enrolled[$0] },
      feeder: .unlimited(NodeID("root")!), programmes: terms)
  }

  /// One event from 17:00 to 18:00.
  mutating func day() -> [Effect] {
    let births = World.at("16:56")
    var effects: [Effect] = []
    let world = World(order.count, heard: false)
    effects += engine.handle(world.births(at: births) + world.reports(at: births), at: births)
    effects += engine.handle(
      [World.input(World.signal()), .escrowHeld(EventID("peak")!, revision: 1)],
      at: World.at("16:57"))
    effects += engine.handle(
      effects.commands.map { World.ack($0, .received, at: World.at("16:57")) },
      at: World.at("16:57"))
    while let due = engine.nextDue, due <= World.at("18:00") {
      effects += engine.handle([], at: due)
    }
    return effects
  }
}
