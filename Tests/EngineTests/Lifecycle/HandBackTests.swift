import Engine
import Grid
import Testing

/// Acceptance scenario E35.
@Suite struct `A battery that is not handed back` {
  static func report(_ row: Int, _ clock: String, _ mode: Telemetry.Mode?) -> Input {
    .telemetry(
      [
        Telemetry(
          battery: World.battery(row), at: World.at(clock), discharge: .zero,
          charge: Percent(whole: 70)!, state: .holding, mode: mode)
      ], from: World.gateway(row))
  }

  static func world(_ recovery: DispatchTerms.RecoveryTerms? = nil) -> World {
    var world = World(
      4,
      terms: [
        World.terms {
          $0.recovery = recovery
          $0.watchesHandBack = true
        }
      ], at: World.at("16:56"))
    let effects = world.accept(World.signal(), World.at("16:57"))
    _ = world.tell(
      effects.commands.map { World.ack($0, .received, at: World.at("16:57")) }, World.at("16:57"))
    return world
  }

  @Test func `is named 120 s after the window and its ramp, and once`() {
    var world = Self.world()
    _ = world.run(until: World.at("18:00"))
    // The ramp back of 60 s is not counted, so 18:01 begins the 120 s.
    let early = [Self.report(0, "18:03:00", .remote), Self.report(1, "18:03:00", .remote)]
    #expect(
      (world.tell(early, World.at("18:03")) + world.run(until: World.at("18:03:10"))).alarms == 0)
    let late = [
      Self.report(0, "18:03:11", .remote), Self.report(1, "18:03:11", .remote),
      Self.report(2, "18:03:11", .timeOfUse), Self.report(3, "18:03:11", nil),
    ]
    var effects = world.tell(late, World.at("18:03:11"))
    #expect(effects.alarms == 0)
    effects = world.run(until: World.at("18:04"))
    #expect(
      effects == [
        .alarm("2 batteries were not handed back 120 s after their last command: b0, b1")
      ])
    effects = world.tell([Self.report(0, "18:05:00", .remote)], World.at("18:05"))
    #expect((effects + world.run(until: World.at("18:06"))).alarms == 0)
  }

  @Test func `is not watched by terms that do not say so`() {
    var world = World(1, at: World.at("16:56"))
    _ = world.accept(World.signal(), World.at("16:57"))
    _ = world.run(until: World.at("18:00"))
    _ = world.tell([Self.report(0, "18:10:00", .remote)], World.at("18:10"))
    #expect(world.run(until: World.at("18:11")).alarms == 0)
  }

  @Test func `is named 120 s after a cancel`() {
    var world = Self.world()
    _ = world.run(until: World.at("17:30"))
    _ = world.tell([World.input(World.cancel(revision: 2), bytes: 2)], World.at("17:30"))
    _ = world.tell([Self.report(0, "17:33:00", .remote)], World.at("17:33"))
    #expect(world.run(until: World.at("17:33:30")).alarms == 0)
    _ = world.tell([Self.report(0, "17:33:31", .remote)], World.at("17:33:31"))
    #expect(world.run(until: World.at("17:34")).alarms == 1)
  }

  @Test func `is ours as long as a hold of the recovery lasts`() {
    var world = Self.world(.init(percentOfEvent: 500, startAfterMinutes: 30, spreadMinutes: 0))
    _ = world.run(until: World.at("18:00"))
    _ = world.tell([Self.report(0, "18:29:00", .remote)], World.at("18:29"))
    #expect(world.run(until: World.at("18:31")).alarms == 0)
    _ = world.tell([Self.report(0, "18:32:01", .remote)], World.at("18:32:01"))
    #expect(world.run(until: World.at("18:33")).alarms == 1)
  }
}
