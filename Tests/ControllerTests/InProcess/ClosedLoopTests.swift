import Engine
import Fleet
import Grid
import Testing

@testable import Controller

/// The shipped worlds in which a part of the answer is missing, small, with the real codecs.
@Suite struct `A fleet that is steered` {
  static let window = `A target for the whole hour`.window
  static let target = Power(watts: 1_000_000)

  static func world(_ scenario: String) throws -> PretendWorld {
    var world = try PretendWorld(
      scenario: scenario, policy: "peak-power", batteries: 500, before: window.start)
    world.run(to: window.start.adding(seconds: -600))
    world.signal(
      GridSignal.Content(window: window, level: 2, request: .power(target)))
    world.run(to: window.start)
    return world
  }

  /// Seconds after the start at which the third comparison is done.
  static func threeCycles(_ world: PretendWorld) -> Int64 {
    let terms = world.decider.engine.programmes[0]
    return terms.spreadSeconds + terms.rampSeconds + Timing.steadySeconds
      + 3 * terms.correction.everySeconds
  }

  static func isNear(_ power: Power) -> Bool {
    abs(power.watts - target.watts) * 50 <= target.watts
  }

  /// The most commands that one gateway got for the event itself; holds come after it.
  static func mostCommands(_ world: PretendWorld) -> Int {
    var counts: [GatewayID: Int] = [:]
    for (_, effect) in world.effects {
      guard case .command(let command, let gateway) = effect else { continue }
      if case .discharge = command.action { counts[gateway, default: 0] += 1 }
    }
    return counts.values.max() ?? 0
  }

  @Test func `is back at its target within three cycles when half of it is deaf`() throws {
    var world = try Self.world("half-answer")
    #expect(world.promise?.commitment.shortfall == .zero)
    world.run(to: Self.window.start.adding(seconds: 30))
    // Half of the promise moves.
    #expect(world.load().discharge == Power(watts: 500_000))
    world.run(to: Self.window.start.adding(seconds: Self.threeCycles(world) + 1))
    #expect(Self.isNear(world.load().discharge))
    for minute in stride(from: Int64(10), through: 59, by: 7) {
      world.run(to: Self.window.start.adding(seconds: minute * 60))
      #expect(Self.isNear(world.load().discharge), "minute \(minute)")
    }
    let budget = try #require(world.decider.engine.programmes[0].correction.perGatewayPerHour)
    #expect(Self.mostCommands(world) <= budget)
    // The curve tells the same.
    let curve = try #require(world.record?.curve)
    #expect(
      curve.first { $0.at == Self.window.start.adding(seconds: 40) }?.delivered.watts == 500_000)
    #expect(Self.isNear(curve.last { $0.at < Self.window.end }?.delivered ?? .zero))
    #expect(
      curve.dropFirst().contains {
        $0.commands > 0 && $0.at < Self.window.end.adding(seconds: -300)
      })
  }

  @Test func `stays at its target through a broker's absence`() throws {
    var world = try Self.world("broker-outage")
    world.run(to: Self.window.start.adding(seconds: 1_200))
    #expect(world.load().discharge == Self.target)
    world.isCut = true
    world.run(to: Self.window.start.adding(seconds: 1_230))
    world.reconnect()
    var least = Self.target
    for second in stride(from: Int64(1_240), through: 3_590, by: 50) {
      world.run(to: Self.window.start.adding(seconds: second))
      if second >= 1_230 + 180 { #expect(Self.isNear(world.load().discharge), "\(second) s") }
      least = min(least, world.load().discharge)
    }
    #expect(Self.isNear(least))
    let budget = try #require(world.decider.engine.programmes[0].correction.perGatewayPerHour)
    #expect(Self.mostCommands(world) <= budget)
  }
}
