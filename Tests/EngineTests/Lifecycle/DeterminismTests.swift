import Engine
import Grid
import Testing

@Suite struct `The engine` {
  /// A busy day: two events, a revision, owners, births, silence, all by one seed.
  static func day(_ seed: UInt64) -> [(Timestamp, [Input])] {
    var random = Seeded(seed)
    let world = World(12, heard: false)
    var day: [(Timestamp, [Input])] = [
      (World.at("12:00"), world.births(at: World.at("12:00"))),
      (
        World.at("12:01"),
        world.reports(at: World.at("12:01")) + [
          World.input(World.signal("a")),
          .escrowHeld(EventID("a")!, revision: 1),
          World.input(World.signal("b", from: World.at("17:30"), to: World.at("18:30"))),
          .escrowHeld(EventID("b")!, revision: 1),
        ]
      ),
    ]
    var now = World.at("16:50")
    while now < World.at("18:40") {
      var inputs: [Input] = []
      for row in 0..<12 where !random.chance(7) { inputs.append(World.report(row, at: now)) }
      for row in 0..<12 {
        for seq in 1...3 where random.chance(3) {
          let statuses: [Acknowledgement.Status] = [
            .received, .started, .completed, .failed, .optOut,
          ]
          let id = LongIdentifier.command(
            event: EventID("a")!, battery: World.battery(row), seq: Int64(seq))
          let ack = Acknowledgement(
            subject: .command(id), battery: World.battery(row),
            status: statuses[Int(random.next() % 5)], at: now)
          inputs.append(.acknowledgement(ack, from: World.gateway(row)))
        }
        if random.chance(40) {
          let session = Int64(random.next() % 9)
          inputs.append(.state(World.birth(session, at: now), of: World.gateway(row)))
        }
        if random.chance(60) {
          let will = Preference(
            revision: Int64(now.seconds), at: now,
            reserve: Percent(whole: Int32(random.next() % 100))!)
          inputs.append(.preference(will, World.battery(row), of: World.gateway(row)))
        }
      }
      if now == World.at("17:20") {
        inputs.append(World.input(World.signal("a", revision: 2, to: World.at("17:50"))))
        inputs.append(.escrowHeld(EventID("a")!, revision: 2))
      }
      inputs += [
        .escrowHeld(EventID("a")!, revision: 1), .escrowHeld(EventID("b")!, revision: 1),
      ]
      day.append((now, inputs))
      now = now.adding(seconds: 10)
    }
    return day
  }

  @Test(arguments: [1, 2, 3, 20_260_915] as [UInt64])
  func `decides the same whether inputs come together or one by one`(seed: UInt64) {
    var together = World(12, heard: false).engine
    var apart = together
    var again = together
    var commands = 0
    for (now, inputs) in Self.day(seed) {
      let effects = together.handle(inputs, at: now)
      commands += effects.commands.count
      var single = apart.handle([], at: now)
      for input in inputs { single += apart.handle([input], at: now) }
      #expect(single == effects)
      #expect(again.handle(inputs, at: now) == effects)
    }
    #expect(commands > 12)
    #expect(together.events.map(\.batteries) == apart.events.map(\.batteries))
    #expect(together.nextDue == apart.nextDue)
  }

  @Test(arguments: [4, 5] as [UInt64])
  func `keeps its sums and never reuses a seq`(seed: UInt64) {
    var engine = World(12, heard: false).engine
    var last: [BatteryID: Int64] = [:]
    for (now, inputs) in Self.day(seed) {
      for command in engine.handle(inputs, at: now).commands {
        #expect(command.seq == last[command.battery, default: 0] + 1)
        last[command.battery] = command.seq
        #expect(command.notAfter >= command.window.start)
        #expect(command.notAfter <= command.window.end)
      }
      for record in engine.events {
        let held = record.batteries.reduce(Power.zero) { $0 + $1.holding }
        #expect((record.commitment?.committed ?? .zero) == held)
        for battery in record.batteries {
          for (a, b) in zip(battery.planned.pieces, battery.planned.pieces.dropFirst()) {
            #expect(a.window.end <= b.window.start)
          }
        }
      }
    }
  }

  @Test func `lets no time go back`() {
    var world = World(1)
    _ = world.accept(World.signal(), World.at("12:10"))
    let effects = world.tell([World.input(World.cancel(revision: 2))], World.at("12:05"))
    #expect(effects.answers[0].at == World.at("12:10"))
  }

  @Test func `says nothing when nothing is due`() {
    var world = World(1)
    #expect(world.engine.nextDue == nil)
    #expect(world.tell([], World.at("13:00")) == [])
    _ = world.accept(World.signal(), World.at("13:00"))
    #expect(world.engine.nextDue.map { $0 > World.at("13:01") } == true)
    #expect(world.tell([], World.at("13:00:30")) == [])
  }
}

/// SplitMix64, so that a seed is a day.
struct Seeded {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// True once in `n`.
  mutating func chance(_ n: UInt64) -> Bool { next() % n == 0 }
}
