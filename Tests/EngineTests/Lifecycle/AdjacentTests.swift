import Engine
import Grid
import Testing

/// `events.adjacent: merge`; scenario E26.
///
/// The battery of `World` has 13.5 kWh; with 2.8 kWh above its reserve of 20 % it would be at
/// 40.74 %, so these tests lower its usable capacity to 10 kWh and tell 48 %.
@Suite struct `Events that touch` {
  static let terms = World.terms {
    $0.events.mergesAdjacent = true
    $0.rampSeconds = 0
  }
  let noon = World.at("12:00")

  static func signal(_ id: String, _ from: String, _ to: String, watts: Int64 = 2_000) -> GridSignal
  {
    World.signal(
      id, from: World.at(from), to: World.at(to), request: .power(Power(watts: watts)))
  }

  /// Batteries with 2.8 kWh above reserve.
  static func world(_ count: Int = 1, terms: DispatchTerms = terms) -> World {
    var world = World(count, terms: [terms], heard: false)
    let now = World.at("11:59")
    let described = (0..<count).map { row -> Input in
      .description(
        BatteryDescription(
          at: now, online: true, site: SiteID("s")!, capacity: Energy(wattHours: 10_000),
          maxDischarge: Power(watts: 5_000), maxCharge: Power(watts: 5_000), canExport: true,
          canCharge: true, remoteControl: true), World.battery(row), of: World.gateway(row))
    }
    _ = world.tell(world.births(at: World.at("11:58")), World.at("11:58"))
    _ = world.tell(described + world.reports(at: now, charge: Percent(whole: 48)!), now)
    return world
  }

  static func told(_ effects: [Effect], _ id: String) -> [Int64] {
    effects.answers.filter { $0.event == EventID(id)! && $0.status == .committed }
      .map { $0.commitment!.committed.watts }
  }

  @Test(arguments: [("17:00", "18:00", "18:00", "19:00"), ("18:00", "19:00", "17:00", "18:00")])
  func `E26: two hours of 2 kW on 2.8 kWh are 1,400 W through both, said at acceptance`(
    _ from: String, _ to: String, _ nextFrom: String, _ nextTo: String
  ) {
    var world = Self.world()
    let first = world.accept(Self.signal("a", from, to), noon)
    #expect(Self.told(first, "a") == [2_000])
    let second = world.accept(Self.signal("b", nextFrom, nextTo), noon.adding(seconds: 30))
    #expect(Self.told(second, "b") == [1_400])
    #expect(Self.told(second, "a") == [1_400])
    for id in ["a", "b"] {
      let commitment = world.record(id).commitment
      #expect(commitment?.requested == Power(watts: 2_000))
      #expect(commitment?.shortfall == Power(watts: 600))
      #expect(world.record(id).batteries[0].promised.pieces.map(\.power.watts) == [1_400])
    }
  }

  @Test func `E26: the commands are those, by the charge that is left`() {
    var world = Self.world()
    _ = world.accept(Self.signal("a", "17:00", "18:00"), noon)
    _ = world.accept(Self.signal("b", "18:00", "19:00"), noon)
    var effects = world.freshen(World.at("16:55"), charge: Percent(whole: 48)!)
    effects += world.run(until: World.at("16:56"))
    effects += world.tell(
      effects.commands.map { World.ack($0, .received, at: World.at("16:56")) }, World.at("16:56"))
    // 55 minutes of 1,400 W are 1,283 Wh, and five more minutes are the first event's.
    effects += world.freshen(World.at("17:55"), charge: Percent(hundredths: 3_517)!)
    effects += world.run(until: World.at("17:56"))
    #expect(effects.commands.compactMap(\.watts) == [1_400, 1_400])
    #expect(effects.commands.map(\.window.start) == [World.at("17:00"), World.at("18:00")])
    #expect(
      effects.commands.allSatisfy { command in
        if case .discharge(_, _, let floor) = command.action {
          floor == Percent(whole: 20)!
        } else {
          false
        }
      })
  }

  @Test func `each have what they want where the energy lasts`() {
    var world = Self.world()
    _ = world.accept(Self.signal("a", "17:00", "18:00", watts: 2_000), noon)
    let second = world.accept(Self.signal("b", "18:00", "19:00", watts: 800), noon)
    #expect(Self.told(second, "b") == [800])
    #expect(world.record("a").commitment?.committed == Power(watts: 2_000))
  }

  @Test func `who wants less than the level has it, and the other one has the rest`() {
    var world = Self.world()
    _ = world.accept(Self.signal("a", "17:00", "18:00", watts: 2_500), noon)
    _ = world.accept(Self.signal("b", "18:00", "19:00", watts: 800), noon)
    #expect(world.record("b").commitment?.committed == Power(watts: 800))
    #expect(world.record("a").commitment?.committed == Power(watts: 2_000))
  }

  @Test func `three in a row come down to one level`() {
    var world = Self.world()
    for (id, from, to) in [
      ("a", "17:00", "18:00"), ("c", "19:00", "20:00"), ("b", "18:00", "19:00"),
    ] {
      _ = world.accept(Self.signal(id, from, to), noon)
    }
    // 2.8 kWh in three hours are 933 W; whole watts of one may be left to another.
    let watts = ["a", "b", "c"].map { world.record($0).commitment!.committed.watts }
    #expect(watts.allSatisfy { (932...934).contains($0) }, "\(watts)")
    #expect(watts.reduce(0, +) <= 2_800)
  }

  @Test func `lowers one that runs already`() {
    var world = Self.world()
    _ = world.accept(Self.signal("a", "17:00", "18:00"), noon)
    var effects = world.freshen(World.at("16:55"), charge: Percent(whole: 48)!)
    effects += world.run(until: World.at("16:56"))
    _ = world.tell(
      effects.commands.map { World.ack($0, .received, at: World.at("16:56")) }, World.at("16:56"))
    _ = world.freshen(World.at("17:30"), charge: Percent(whole: 38)!)
    // 1.8 kWh are left for half an hour of the first and an hour of the second.
    let later = world.accept(Self.signal("b", "18:00", "19:00"), World.at("17:30"))
    #expect(Self.told(later, "b") == [1_200])
    #expect(Self.told(later, "a") == [1_200])
    #expect(later.commands.compactMap(\.watts) == [1_200])
    #expect(later.commands.map(\.window.end) == [World.at("18:00")])
  }

  @Test func `are planned alone without the field, with a gap, and in other programmes`() {
    let alone = World.terms { $0.rampSeconds = 0 }
    var plain = Self.world(terms: alone)
    _ = plain.accept(Self.signal("a", "17:00", "18:00"), noon)
    #expect(Self.told(plain.accept(Self.signal("b", "18:00", "19:00"), noon), "b") == [2_000])
    var gap = Self.world()
    _ = gap.accept(Self.signal("a", "17:00", "18:00"), noon)
    #expect(Self.told(gap.accept(Self.signal("b", "18:01", "19:00"), noon), "b") == [2_000])
    var refused = Self.world()
    _ = refused.accept(Self.signal("a", "17:00", "18:00"), noon)
    _ = refused.tell([World.input(World.cancel("a", revision: 2))], noon)
    #expect(Self.told(refused.accept(Self.signal("b", "18:00", "19:00"), noon), "b") == [2_000])
  }
}
