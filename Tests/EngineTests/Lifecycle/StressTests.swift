import Engine
import Grid
import Testing

/// E19, E20, E27 and E33 of the acceptance scenarios, with their numbers.
@Suite struct `A target of 20 MW in mid-event` {
  static func power(_ revision: Int64, _ megawatts: Int64) -> GridSignal {
    World.signal(
      revision: revision, request: .power(Power(watts: megawatts * 1_000_000)))
  }

  /// 4,000 batteries at 5,000 W, at 17:20.
  static func moving() -> World {
    var world = World(4_000, terms: [World.terms { $0.fairness = .equalShare }])
    _ = world.accept(power(1, 20), World.at("12:01"))
    _ = world.freshen(World.at("16:55"))
    _ = world.run(until: World.at("17:19:59"))
    _ = world.tell(world.reports(at: World.at("17:19:59")), World.at("17:19:59"))
    return world
  }

  @Test func `is replanned to 15 MW in the same cycle, with higher numbers`() throws {
    var world = Self.moving()
    let before = try #require(world.record().batteries[0].command?.seq)
    #expect(world.record().commitment?.committed == Power(watts: 20_000_000))
    let effects = world.accept(Self.power(2, 15), World.at("17:20"))
    let commands = effects.commands
    #expect(commands.count == 4_000)
    #expect(
      commands.allSatisfy {
        guard case .discharge(let power, _, _) = $0.action else { return false }
        return power == Power(watts: 3_750)
      })
    #expect(commands.allSatisfy { $0.seq > before })
    #expect(world.record().commitment?.committed == Power(watts: 15_000_000))
  }

  @Test func `is cancelled with one command a battery, and for good`() {
    var world = Self.moving()
    let effects = world.tell([World.input(World.cancel(revision: 3))], World.at("17:20"))
    #expect(effects.commands.count == 4_000)
    #expect(effects.commands.allSatisfy { $0.action == .cancel })
    #expect(world.record().status == .cancelled)
    let again = world.tell([World.input(Self.power(4, 20))], World.at("17:21"))
    #expect(again.answers.map(\.rejection?.code) == [.alreadyCancelled])
    #expect(again.commands.isEmpty)
    // What was owed until the cancel stands, and nothing after it.
    let whole = Window(start: World.at("17:00"), end: World.at("18:00"))!
    let owed = world.record().batteries.map { $0.promised.energy(in: whole).joules }
    #expect(owed.allSatisfy { $0 == 5_000 * 1_200 })
  }

  @Test func `is not touched by another signal`() {
    var world = Self.moving()
    let other = World.signal(
      "other", from: World.at("19:00"), to: World.at("20:00"),
      request: .power(Power(watts: 1_000_000)))
    let effects = world.accept(other, World.at("17:20"))
    #expect(effects.commands.isEmpty)
    #expect(world.record().commitment?.committed == Power(watts: 20_000_000))
  }
}

@Suite struct `Starts that are spread over a minute` {
  static let terms = World.terms {
    $0.spreadSeconds = 60
  }

  static func starts() -> [Timestamp] {
    var world = World(10_000, terms: [terms])
    _ = world.accept(World.signal(), World.at("12:01"))
    _ = world.freshen(World.at("16:55"))
    return world.run(until: World.at("16:56")).commands.map(\.window.start)
  }

  @Test func `come evenly, and at the same moments each time`() {
    let starts = Self.starts()
    #expect(starts.count == 10_000)
    // In every six seconds a tenth of the fleet; of 50,000 at 540 W that is 450 kW a second.
    var perTenth = Array(repeating: 0, count: 10)
    for start in starts {
      perTenth[Int(start.seconds(since: World.at("17:00"))) / 6] += 1
    }
    for count in perTenth { #expect((900...1_100).contains(count), "\(perTenth)") }
    #expect(Self.starts() == starts)
  }
}
