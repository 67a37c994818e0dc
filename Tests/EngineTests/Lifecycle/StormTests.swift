import Engine
import Grid
import Testing

/// E29: a storm warning for an area.
@Suite struct `Under a storm warning` {
  private static let (root, north, south) = (NodeID("root")!, NodeID("north")!, NodeID("south")!)
  private static let feeder = try! FeederTree([
    .init(id: root, parent: nil, limit: nil), .init(id: north, parent: root, limit: nil),
    .init(id: south, parent: root, limit: nil),
  ])

  /// Batteries b0, b2 in the north and b1, b3 in the south.
  private static func world(_ change: (inout DispatchTerms) -> Void = { _ in }) -> World {
    World(4, terms: [World.terms(change)], feeder: feeder, nodes: [north, south])
  }

  private static func warning(
    _ node: NodeID = north, from: Timestamp = World.at("20:00"), to: Timestamp = World.at("23:00")
  ) -> StormWarning {
    StormWarning(
      id: LongIdentifier("w-1")!, node: node, window: Window(start: from, end: to)!,
      issuedAt: World.at("11:00"), by: "met office")
  }

  @Test func `homes are skipped with a reserve of 100 %, and the others give`() throws {
    var world = Self.world()
    _ = world.tell([.storms([Self.warning()])], World.at("12:00"))
    let effects = world.accept(World.signal(), World.at("12:01"))
    #expect(effects.answers.last?.commitment?.batteries == 2)
    let plan = try #require(world.record().plans.last)
    #expect(plan.plan.skipped == [.stormHold, nil, .stormHold, nil])
    #expect(plan.floorHundredths == [10_000, 2_000, 10_000, 2_000])
    #expect(plan.plan.setpointW == [0, 1_080, 0, 1_080])
    _ = world.freshen(World.at("16:55"))
    #expect(world.run(until: World.at("17:00")).commands.map(\.battery.text) == ["b1", "b3"])
  }

  @Test func `with event refuse the signal is refused stormHold, unless it names other parts`()
    throws
  {
    var world = Self.world { $0.storm.refusesEvents = true }
    _ = world.tell([.storms([Self.warning()])], World.at("12:00"))
    let refused = world.accept(World.signal(), World.at("12:01"))
    #expect(refused.statuses == [.rejectedParameter])
    #expect(
      refused.answers[0].rejection
        == Rejection(
          .refusedByPolicy, field: "stormHold",
          found: "2 batteries under a storm warning, such as b0",
          allowed: "an event that no storm comes near"))
    let south = world.accept(World.signal("s", targets: [Self.south]), World.at("12:01"))
    #expect(south.statuses == [.received, .committed])
    // A revision before the start may not lead into the storm either.
    let revised = world.accept(World.signal("s", revision: 2), World.at("12:02"))
    #expect(revised.statuses == [.rejectedParameter])
    #expect(world.record("s").plans.map(\.revision) == [1])
  }

  @Test(arguments: [
    // The storm is 20:00 to 23:00, the event 17:00 to 18:00; the hold begins 24 h before, ends 6 h after.
    ("2026-09-16T17:59:59Z", "2026-09-16T23:00:00Z", true),
    ("2026-09-16T18:00:00Z", "2026-09-16T23:00:00Z", false),
    ("2026-09-15T08:00:00Z", "2026-09-15T11:00:00Z", false),
    ("2026-09-15T08:00:00Z", "2026-09-15T11:00:01Z", true),
  ]) func `a home is held from 24 h before to 6 h after`(from: String, to: String, isHeld: Bool) {
    var world = Self.world()
    let warning = Self.warning(from: Timestamp(rfc3339: from)!, to: Timestamp(rfc3339: to)!)
    _ = world.tell([.storms([warning])], World.at("12:00"))
    _ = world.accept(World.signal(), World.at("12:01"))
    #expect((world.record().plans[0].plan.skipped[0] == .stormHold) == isHeld)
  }

  @Test func `a smaller reserve leaves what lies above it`() {
    var world = Self.world { $0.storm.reserve = Percent(whole: 75)! }
    _ = world.tell([.storms([Self.warning(Self.root)])], World.at("12:00"))
    let request = ReductionRequest.release(Percent(whole: 50)!, of: .nameplateEnergy)
    _ = world.accept(World.signal(request: request), World.at("12:01"))
    // 80 - 75 % of 13,500 Wh.
    #expect(world.record().plans[0].plan.setpointW == [675, 675, 675, 675])
    #expect(world.record().plans[0].floorHundredths == [7_500, 7_500, 7_500, 7_500])
  }

  @Test func `without hold nothing changes`() {
    var world = Self.world { $0.storm.holds = false }
    _ = world.tell([.storms([Self.warning(Self.root)])], World.at("12:00"))
    _ = world.accept(World.signal(), World.at("12:01"))
    #expect(world.record().plans[0].plan.skipped.allSatisfy { $0 == nil })
  }

  @Test func `a warning in the event releases its homes in the same cycle, and nothing is owed`() {
    var world = Self.world()
    _ = world.accept(World.signal(), World.at("12:01"))
    _ = world.freshen(World.at("16:55"))
    let commands = world.run(until: World.at("17:00")).commands
    _ = world.tell(
      commands.map { World.ack($0, .received, at: World.at("17:00")) }, World.at("17:00"))
    let effects = world.tell([.storms([Self.warning()])], World.at("17:30"))
    #expect(effects.cancels.map(\.battery.text) == ["b0", "b2"])
    let part = world.record().batteries[0]
    #expect(part.skip == .stormHold)
    #expect(part.promised.pieces.map(\.power.watts) == [1_080])
    #expect(part.promised.pieces.first?.window.end == World.at("17:30"))
    #expect(world.record().batteries[1].holding == Power(watts: 1_080))
    // The same warnings once more are no news.
    #expect(world.tell([.storms([Self.warning()])], World.at("17:30")) == [])
  }

  @Test func `a warning between notice and start is in the plan that is carried out`() {
    var world = Self.world()
    let start = World.at("12:10")
    _ = world.accept(World.signal(from: start, to: World.at("13:00")), World.at("12:04"))
    _ = world.tell(world.reports(at: World.at("12:04:30")), World.at("12:04:30"))
    // The plan is less than a minute old when its commands are due.
    _ = world.tell([.storms([Self.warning()])], World.at("12:04:30"))
    let effects = world.run(until: World.at("12:05"))
    #expect(effects.commands.map(\.battery.text) == ["b1", "b3"])
    #expect(world.record().batteries[0].skip == .stormHold)
  }

  @Test func `a warning that is withdrawn lets the next plan ask again`() {
    var world = Self.world()
    _ = world.tell([.storms([Self.warning()])], World.at("12:00"))
    _ = world.accept(World.signal(), World.at("12:01"))
    _ = world.tell([.storms([])], World.at("13:00"))
    _ = world.freshen(World.at("16:55"))
    #expect(world.run(until: World.at("17:00")).commands.count == 4)
  }

  @Test func `nobody waits for his turn to recharge`() {
    func turns(_ warnings: [StormWarning]) -> Int {
      var world = Self.world {
        $0.recovery = .init(
          percentOfEvent: 50, startAfterMinutes: 15, spreadMinutes: 30)
      }
      _ = world.accept(World.signal(), World.at("12:01"))
      _ = world.freshen(World.at("16:55"))
      let commands = world.run(until: World.at("17:00")).commands
      _ = world.tell(
        commands.map { World.ack($0, .received, at: World.at("17:00")) }, World.at("17:00"))
      _ = world.tell([.storms(warnings)], World.at("17:10"))
      return world.run(until: World.at("17:59")).commands.count { $0.action == .hold }
    }
    #expect(turns([]) == 4)
    // The storm comes after the event's own hold would have mattered: 30 h later.
    let later = Self.warning(
      from: World.at("23:00", day: 16), to: World.at("23:30", day: 16))
    #expect(turns([later]) == 2)
  }

  @Test func `a rehearsal says the same`() throws {
    let world = Self.world()
    let fleet = world.engine.fleet.enrolled.map { battery in
      EnrolledBattery(
        battery: battery.battery, gateway: battery.gateway, site: battery.site,
        owner: battery.owner, node: battery.node, capacity: battery.capacity,
        maxDischarge: battery.maxDischarge, maxCharge: battery.maxCharge,
        dischargeEfficiency: .hundred, reserve: battery.reserve, exportLimit: nil,
        charge: Percent(whole: 80)!)
    }
    let rehearsal = try Rehearsal(
      World.signal().content!, event: EventID("peak")!, issuer: nil, fleet: fleet,
      feeder: Self.feeder, terms: World.terms { $0.storm.refusesEvents = true },
      storms: [Self.warning()], at: World.at("12:00"))
    #expect(rehearsal.plan.skipped == [.stormHold, nil, .stormHold, nil])
    #expect(rehearsal.refusal?.field == "stormHold")
  }
}
