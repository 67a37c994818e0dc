import Engine
import Grid
import Testing

/// Chargers of electric cars beside a battery: row 0 is the battery, rows 1 and 2 are chargers.
@Suite struct `A charger` {
  static let noon = World.at("12:00")

  static func engine(
    kinds: Set<BatteryOffer.Kind> = [.battery, .evCharger], drawn: [Int64?] = [4_000, 0]
  ) -> Engine {
    let fleet = (0..<3).map { row in
      EnrolledBattery(
        battery: World.battery(row), gateway: World.gateway(row), site: SiteID("s\(row)")!,
        owner: OwnerID("o\(row)")!, node: NodeID("root")!,
        capacity: Energy(wattHours: row == 0 ? 13_500 : 0),
        maxDischarge: Power(watts: row == 0 ? 5_000 : 0), maxCharge: Power(watts: 7_000),
        dischargeEfficiency: .hundred, reserve: Percent(whole: 20)!, exportLimit: nil, charge: nil,
        offer: BatteryOffer(kind: row == 0 ? .battery : .evCharger))
    }
    let terms = World.terms { $0.enrolment.kinds = kinds }
    var engine = Engine(
      fleet: fleet, feeder: .unlimited(NodeID("root")!), programmes: [terms])
    for row in 0..<3 {
      _ = engine.handle(
        [
          .state(World.birth(1, at: noon), of: World.gateway(row)),
          .description(World.description(at: noon), World.battery(row), of: World.gateway(row)),
        ], at: noon)
    }
    report(&engine, drawn, at: noon)
    return engine
  }

  /// The battery at 80 %, and what the two chargers draw; nil says nothing of their power.
  static func report(_ engine: inout Engine, _ drawn: [Int64?], at now: Timestamp) {
    var inputs = [World.report(0, at: now)]
    for (row, watts) in drawn.enumerated() {
      inputs.append(
        .telemetry(
          [
            Telemetry(
              battery: World.battery(row + 1), at: now,
              discharge: watts.map { Power(watts: -$0) }, charge: nil, state: .charging)
          ], from: World.gateway(row + 1)))
    }
    _ = engine.handle(inputs, at: now)
  }

  static func accept(_ engine: inout Engine, _ signal: GridSignal, at now: Timestamp) -> [Effect] {
    var effects = engine.handle([World.input(signal)], at: now)
    for effect in effects {
      if case .holdEscrow(let event, let revision) = effect {
        effects += engine.handle([.escrowHeld(event, revision: revision)], at: now)
      }
    }
    return effects
  }

  static func record(_ engine: Engine) -> EventRecord { engine.event(EventID("peak")!)! }

  /// An event that begins a minute after noon, and its commands.
  static func running(_ drawn: [Int64?] = [4_000, 0]) -> (engine: Engine, commands: [Command]) {
    var engine = engine(drawn: drawn)
    let effects = accept(
      &engine, World.signal(from: World.at("12:01"), to: World.at("13:01")), at: noon)
    let start = World.at("12:01")
    return (engine, (effects + engine.handle([], at: start)).commands)
  }

  @Test func `is paused as a whole by a release, whatever the percentage`() {
    let (engine, commands) = Self.running()
    let record = Self.record(engine)
    #expect(record.batteries.map(\.holding.watts) == [1_080, 4_000, 0])
    #expect(record.batteries[2].skip == .noShare)
    #expect(record.commitment?.committed == Power(watts: 5_080))
    #expect(commands.map(\.battery) == [World.battery(0), World.battery(1)])
    #expect(commands[1].action == .hold && commands[1].exportLimit == nil)
    #expect(commands[1].window == record.window)
    #expect(record.batteries[1].planned.energy(in: record.window!) == Energy(wattHours: 4_000))
  }

  @Test func `draws no more than its rating when it is asked`() {
    let (engine, _) = Self.running([9_000, nil])
    #expect(Self.record(engine).batteries.map(\.holding.watts) == [1_080, 5_000, 0])
    #expect(Self.record(engine).batteries[2].skip == .notHeard)
  }

  @Test func `is left alone by a target`() {
    var engine = Self.engine()
    let target = World.signal(request: .power(Power(watts: 4_000)))
    _ = Self.accept(&engine, target, at: Self.noon)
    let record = Self.record(engine)
    #expect(record.batteries.map(\.holding.watts) == [4_000, 0, 0])
    #expect(record.batteries[1].skip == .notDispatchable)
  }

  @Test(
    arguments: [
      ([.battery], [1_080, 0, 0], 1),
      ([.evCharger], [0, 4_000, 0], 0),
    ] as [(Set<BatteryOffer.Kind>, [Int64], Int)])
  func `takes part only where its kind is enrolled`(
    _ kinds: Set<BatteryOffer.Kind>, _ watts: [Int64], _ skipped: Int
  ) {
    var engine = Self.engine(kinds: kinds)
    _ = Self.accept(&engine, World.signal(), at: Self.noon)
    #expect(Self.record(engine).batteries.map(\.holding.watts) == watts)
    #expect(Self.record(engine).batteries[skipped].skip == .notEnrolled)
  }

  @Test func `counts with what it ceases to draw`() {
    var (engine, commands) = Self.running()
    let now = World.at("12:02")
    let started = World.ack(commands[1], .started, at: now, accepted: Power(watts: -1_400))
    _ = engine.handle([started], at: now)
    #expect(Self.record(engine).batteries[1].holding == Power(watts: 2_600))
    let better = World.ack(commands[1], .started, at: now, accepted: .zero)
    _ = engine.handle([better], at: now)
    #expect(Self.record(engine).batteries[1].holding == Power(watts: 4_000))
  }

  @Test func `stays paused when the event is revised, and when its owner raises a reserve`() {
    var (engine, _) = Self.running()
    let now = World.at("12:20")
    Self.report(&engine, [0, 0], at: now)
    let raised = Preference(revision: 1, at: now, reserve: .hundred)
    _ = engine.handle([.preference(raised, World.battery(1), of: World.gateway(1))], at: now)
    #expect(Self.record(engine).batteries[1].holding == Power(watts: 4_000))
    let longer = World.signal(
      revision: 2, from: World.at("12:01"), to: World.at("13:31"))
    let effects = Self.accept(&engine, longer, at: now)
    #expect(Self.record(engine).batteries[1].holding == Power(watts: 4_000))
    let command = effects.commands.last { $0.battery == World.battery(1) }
    #expect(command?.action == .hold && command?.window.end == World.at("13:31"))
  }

  @Test func `is let go by a cancel`() {
    var (engine, commands) = Self.running()
    let now = World.at("12:20")
    let effects = engine.handle([World.input(World.cancel(revision: 2))], at: now)
    #expect(effects.cancels.map(\.battery) == [World.battery(0), World.battery(1)])
    #expect(commands.count == 2)
    let owed = Self.record(engine).batteries[1].planned.energy(
      in: Window(start: World.at("12:00"), end: World.at("14:00"))!)
    #expect(owed == Energy(joules: 4_560_000))
  }
}
