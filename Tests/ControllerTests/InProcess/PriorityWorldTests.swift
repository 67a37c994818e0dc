import Engine
import Fleet
import Grid
import Testing

@testable import Controller

/// E25 with simulated gateways, which keep one timeline a battery as the contract says.
@Suite struct `Two events that share a fleet` {
  static let window = `A target for the whole hour`.window

  static func content(_ window: Window, priority: Int) -> GridSignal.Content {
    GridSignal.Content(window: window, level: 2, priority: priority, request: .byLevel)
  }

  @Test func `E25: each gateway serves the urgent one, and the other before and after it`() throws {
    let (start, end) = (Self.window.start, Self.window.end)
    let middle = Window(
      start: start.adding(seconds: 900), end: start.adding(seconds: 2_700))!
    var world = try PretendWorld(
      scenario: "peak-power", policy: "surge-ten-percent", batteries: 50, before: start,
      edit: { $0.replacing("countCancelled: started", with: "overlap: priority") })
    world.run(to: start.adding(seconds: -600))
    world.signal(Self.content(Self.window, priority: 1))
    world.signal(Self.content(middle, priority: 0), event: "urgent")
    func held(_ event: String) -> Power {
      world.decider.engine.event(EventID(event)!)!.batteries.reduce(.zero) { $0 + $1.holding }
    }
    world.run(to: start.adding(seconds: 600))
    let first = held("peak")
    #expect(first > .zero)
    #expect(world.load().discharge == first)
    world.run(to: middle.start.adding(seconds: 300))
    #expect(held("peak") == .zero)
    #expect(world.load().discharge == held("urgent"))
    #expect(held("urgent") > first)
    world.run(to: end.adding(seconds: -300))
    #expect(held("peak") == first)
    #expect(world.load().discharge == first)
    world.run(to: end.adding(seconds: 60))
    let records = ["peak", "urgent"].map { world.decider.engine.event(EventID($0)!)! }
    for row in records[0].batteries.indices {
      let parts = records.map { $0.batteries[row] }
      #expect(parts[0].planned.energy(in: middle) == .zero)
      #expect(parts[0].promised.energy(in: middle) == .zero)
      #expect(parts[1].planned.energy(in: middle) > .zero)
      #expect(parts.allSatisfy { $0.unreachableAt == nil && $0.command?.startedAt != nil })
    }
  }
}
