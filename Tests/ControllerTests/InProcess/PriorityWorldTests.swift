import Engine
import Fleet
import Foundation
import Grid
import Testing

@testable import Controller

/// E25, to the cent, with simulated gateways, which keep one timeline a battery as the contract says.
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

  /// A by 1,000 W from 17:00 to 19:00 and B by 2,000 W from 18:00 to 18:30, each from two homes.
  ///
  /// A home gives A 1.0 kWh before B and 0.5 kWh after it, 1.5 × 2.00 = 3.00, and B 1.0 kWh,
  /// 2.00: 5.00 for the 2.5 kWh that its meter shows.
  @Test func `E25: what both homes are paid for A and B is each kilowatt-hour once`() async throws {
    func at(_ clock: String) -> Timestamp { Timestamp(rfc3339: "2026-09-15T\(clock):00Z")! }
    try await Counter.world(batteries: 2, before: at("17:00"), minutes: 60) { world, counter in
      func content(_ from: String, _ to: String, _ priority: Int, _ watts: Int64)
        -> GridSignal.Content
      {
        .init(
          window: Window(start: at(from), end: at(to))!, level: 2, priority: priority,
          request: .power(Power(watts: watts)))
      }
      world.run(to: at("16:10"))
      world.signal(content("17:00", "19:00", 1, 2_000), event: "a")
      #expect(counter.holds("event:a:escrow") == "8.00")
      world.signal(content("18:00", "18:30", 0, 4_000), event: "b")
      #expect(counter.holds("event:b:escrow") == "4.00")
      #expect(counter.holds(Counter.funding) == "88.00")
      world.run(to: at("19:16"))
      #expect(world.fleet.totals.delivered == Energy(wattHours: 5_000))

      try await counter.settle("a", of: world)
      try await counter.settle("b", of: world, keeping: false)
      for owner in ["owner-00001", "owner-00002"] {
        #expect(counter.holds("owner:\(owner)") == "5.00")
      }
      #expect(counter.holds("event:a:escrow") == "0.00")
      #expect(counter.holds("event:b:escrow") == "0.00")
      #expect(counter.holds(Counter.funding) == "90.00")
      #expect(counter.holds("programme:surge-ten-percent:penalty") == "0.00")

      // By quarters of an hour, in joules: 250 Wh are 900,000.
      let quarter: Substring = "900000"
      let a = try counter.rows("intervals", of: "a").filter { $0["site_id"] == "site-00001" }
      #expect(
        a.map { $0["commitment_j"] } == [
          quarter, quarter, quarter, quarter, "0", "0", quarter, quarter,
        ])
      #expect(a.map { $0["credited_j"] } == a.map { $0["commitment_j"] })
      let b = try counter.rows("intervals", of: "b").filter { $0["site_id"] == "site-00001" }
      #expect(b.map { $0["credited_j"] } == ["1800000", "1800000"] as [Substring])
    }
  }

  /// The shipped policy with priorities, the battery's own meter, and setpoints without a ramp.
  static func measuredByDevice(_ policy: String) -> String {
    let start = policy.range(of: "measurement:\n")!.lowerBound
    let end = policy.range(of: "\nreward:\n")!.lowerBound
    return policy.replacingCharacters(
      in: start..<end,
      with: "measurement: {mode: deviceGross, exports: counted, intervalMinutes: 15}\n"
        + "baseline: {kind: none}\n"
    ).replacing("countCancelled: started", with: "overlap: priority")
      .replacing("{batterySeconds: 10, spreadSeconds: 60}", with: "{batterySeconds: 0}")
  }
}
