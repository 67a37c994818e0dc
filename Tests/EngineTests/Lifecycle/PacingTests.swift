import Grid
import Testing

@testable import Engine

/// Acceptance scenario E31.
@Suite struct `A narrow interface` {
  static let vendor = VendorID("acme-cloud")!

  static func world(_ count: Int, perSecond: Int64, at now: String = "16:54:40") -> World {
    World(
      count, terms: [World.terms { $0.vendorPerSecond = [vendor: perSecond] }],
      at: World.at(now), vendor: vendor)
  }

  /// Commands by the second at which they left.
  static func leaving(_ world: inout World, until: String) -> [(Timestamp, [Command])] {
    var leaving: [(Timestamp, [Command])] = []
    while let due = world.engine.nextDue, due <= World.at(until) {
      let commands = world.hold(world.tell([], due), due).commands
      if !commands.isEmpty { leaving.append((due, commands)) }
    }
    return leaving
  }

  @Test func `gets 6,000 commands in the minute before the start, and nobody is late`() {
    var world = Self.world(6_000, perSecond: 100)
    let accepted = world.accept(World.signal(), World.at("16:54:50"))
    #expect(accepted.commands.isEmpty)
    let leaving = Self.leaving(&world, until: "17:00:10")
    #expect(leaving.map(\.0) == (0..<60).map { World.at("16:59").adding(seconds: $0) })
    #expect(leaving.allSatisfy { $0.1.count == 100 })
    let commands = leaving.flatMap(\.1)
    #expect(Set(commands.map(\.battery)).count == 6_000)
    #expect(
      commands.allSatisfy {
        $0.window.start == World.at("17:00") && $0.window.end == World.at("18:00")
          && $0.watts == 1_080
      })
  }

  @Test func `is served earlier than others when its queue is longer`() {
    // 1,000 commands at 2 a second take 500 s.
    var world = Self.world(1_000, perSecond: 2, at: "16:50:00")
    _ = world.accept(World.signal(), World.at("16:50:10"))
    let leaving = Self.leaving(&world, until: "17:01")
    #expect(leaving.first?.0 == World.at("16:51:40"))
    #expect(leaving.last?.0 == World.at("16:59:59"))
    #expect(leaving.allSatisfy { $0.1.count == 2 })
  }

  @Test func `lets a cancel pass first, and drops what it would have ended`() {
    var world = Self.world(300, perSecond: 100)
    _ = world.accept(World.signal(), World.at("16:54:50"))
    _ = Self.leaving(&world, until: "16:59:58")
    // 200 have left, 100 wait for the last second.
    let cancel = World.input(World.cancel(revision: 2), bytes: 2)
    let effects = world.tell([cancel], World.at("16:59:58"))
    let rest = effects.commands + Self.leaving(&world, until: "17:00:30").flatMap(\.1)
    #expect(rest.allSatisfy { $0.action == .cancel })
    #expect(Set(rest.map(\.battery)).count == 300)
  }

  @Test func `does not send again what has not left`() {
    var world = Self.world(300, perSecond: 100)
    _ = world.accept(World.signal(), World.at("16:54:50"))
    _ = Self.leaving(&world, until: "16:59:57")
    let now = World.at("16:59:57")
    #expect(world.tell([.restarted], now).resent.count == 100)
    #expect(world.tell(world.births(at: now, session: 2), now).commands.isEmpty)
    #expect(world.tell([], World.at("16:59:57.500")).resent.isEmpty)
    #expect(Self.leaving(&world, until: "17:00").flatMap(\.1).count == 200)
  }

  @Test func `may be a gateway's own, where the terms pace at all`() {
    for pacing in [[:], nil] as [[VendorID: Int64]?] {
      let like = World(6).engine.fleet.enrolled
      let fleet = like.map {
        EnrolledBattery(
          battery: $0.battery, gateway: World.gateway(0), site: $0.site, owner: $0.owner,
          node: $0.node, capacity: $0.capacity, maxDischarge: $0.maxDischarge,
          maxCharge: $0.maxCharge, dischargeEfficiency: .hundred, reserve: $0.reserve,
          exportLimit: nil, charge: nil)
      }
      let now = World.at("16:58:30")
      var engine = Engine(
        fleet: fleet, feeder: .unlimited(NodeID("root")!),
        programmes: [World.terms { $0.vendorPerSecond = pacing }])
      let birth = GatewayState(
        session: 1,
        birth: .init(
          at: now, clockSynced: true, schemas: ["headroom.cmd/1"], maxCommandsPerSecond: 2))
      var inputs: [Input] = [.state(birth, of: World.gateway(0))]
      for row in 0..<6 {
        inputs.append(
          .description(World.description(at: now), World.battery(row), of: World.gateway(0)))
        inputs.append(
          .telemetry(
            [
              Telemetry(
                battery: World.battery(row), at: now, discharge: .zero,
                charge: Percent(whole: 80)!, state: .holding)
            ], from: World.gateway(0)))
      }
      inputs += [World.input(World.signal()), .escrowHeld(EventID("peak")!, revision: 1)]
      var leaving: [Int] = [engine.handle(inputs, at: now).commands.count]
      for second in 55..<60 {
        leaving.append(engine.handle([], at: World.at("16:59:\(second)")).commands.count)
      }
      #expect(leaving == (pacing == nil ? [6, 0, 0, 0, 0, 0] : [0, 0, 0, 2, 2, 2]))
    }
  }
}
