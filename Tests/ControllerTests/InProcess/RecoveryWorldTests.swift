import Engine
import Fleet
import Grid
import Testing

@testable import Controller
@testable import headroom

/// The shipped world of the rebound, small: four transformers of fifty homes.
@Suite struct `The rebound of a dark winter evening` {
  static let window = `A target for the whole hour`.window

  @Test func `stays under every limit with holds, and breaks them without`() async throws {
    var world = try PretendWorld(
      scenario: "recovery", policy: "surge-ten-percent", batteries: 200,
      before: Self.window.start)
    world.run(to: Self.window.start.adding(seconds: -600))
    world.signal(GridSignal.Content(window: Self.window, level: 2, request: .byLevel))
    world.run(to: Self.window.end.adding(seconds: -10))
    let free = world.fleet.unreported(ignoringHolds: true)
    world.run(to: Self.window.end.adding(seconds: 30))
    let held = world.fleet.unreported(ignoringHolds: false)
    let recharge = await DemoRecharge(
      held: held, free: free, feeder: world.feeder, end: Self.window.end)
    let recovery = try #require(world.record?.recovery)
    #expect(recovery.batteries == 200)
    #expect(recovery.limit == Power(watts: 108_000))

    // All at once: 200 × 5 kW, and 50 homes of 5 kW on 150 kW.
    #expect(recharge.free.recharge == Power(watts: 1_000_000))
    #expect(recharge.free.nodesAbove == 4)
    #expect(try #require(recharge.free.firstRecharge) <= Self.window.end.adding(seconds: 60))

    #expect(recharge.held.recharge <= recovery.limit)
    #expect(recharge.held.recharge >= Power(watts: 95_000))
    #expect(recharge.held.nodesAbove == 0)
    #expect(try #require(recharge.held.firstRecharge) >= Self.window.end.adding(seconds: 900))
    // Everybody gets back what he gave: spread starts cost a little of the 1.08 kWh.
    #expect(recharge.energy > Energy(wattHours: 200 * 1_050))
    #expect(recharge.energy <= Energy(wattHours: 200 * 1_080))
  }
}
