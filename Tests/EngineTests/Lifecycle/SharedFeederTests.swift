import Engine
import Grid
import Testing

/// Events that run at the same time hang on the same wires.
@Suite struct `Two events on one feeder` {
  static let (root, x, y) = (NodeID("root")!, NodeID("x")!, NodeID("y")!)
  let noon = World.at("12:01")

  static func world() throws -> World {
    let feeder = try FeederTree([
      .init(id: root, parent: nil, limit: Power(watts: 6_000)),
      .init(id: x, parent: root, limit: nil), .init(id: y, parent: root, limit: nil),
    ])
    return World(2, feeder: feeder, nodes: [x, y])
  }

  static func signal(
    _ id: String, _ target: NodeID, _ watts: Int64, from: Timestamp = World.at("17:00"),
    to: Timestamp = World.at("18:00")
  ) -> GridSignal {
    World.signal(
      id, from: from, to: to, targets: [target], request: .power(Power(watts: watts)))
  }

  @Test func `never load a node above its limit together`() throws {
    var world = try Self.world()
    _ = world.accept(Self.signal("a", Self.x, 4_000), noon)
    let second = world.accept(
      Self.signal("b", Self.y, 5_000, from: World.at("17:30"), to: World.at("18:30")), noon)
    #expect(second.answers.last?.commitment?.committed == Power(watts: 2_000))
    let plan = try #require(world.record("b").plans.last?.plan)
    #expect(plan.setpointW == [0, 2_000])
    #expect(plan.bound[1] == .node(0))
    #expect(plan.shortfall == Power(watts: 3_000))
  }

  @Test func `have the whole limit each, one after the other`() throws {
    var world = try Self.world()
    _ = world.accept(Self.signal("a", Self.x, 4_000), noon)
    let second = world.accept(
      Self.signal("b", Self.y, 5_000, from: World.at("18:00"), to: World.at("19:00")), noon)
    #expect(second.answers.last?.commitment?.committed == Power(watts: 5_000))
  }

  @Test func `give back what a cancelled one held`() throws {
    var world = try Self.world()
    _ = world.accept(Self.signal("a", Self.x, 4_000), noon)
    _ = world.tell([World.input(World.cancel("a", revision: 2))], World.at("12:02"))
    let second = world.accept(Self.signal("b", Self.y, 5_000), World.at("12:03"))
    #expect(second.answers.last?.commitment?.committed == Power(watts: 5_000))
  }

  @Test func `count the one that still waits for its money`() throws {
    var world = try Self.world()
    _ = world.tell([World.input(Self.signal("a", Self.x, 4_000))], noon)
    let second = world.accept(Self.signal("b", Self.y, 5_000), World.at("12:02"))
    #expect(second.answers.last?.commitment?.committed == Power(watts: 2_000))
  }
}
