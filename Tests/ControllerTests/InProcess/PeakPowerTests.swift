import Engine
import Fleet
import Grid
import Testing

@testable import Controller

/// The case of 5,000 batteries that hold 15.7 MW for an hour, at a tenth of its size.
///
/// Each could give 5 kW, so by power alone 2.5 MW would seem possible; its energy above the reserve
/// lasts for 3.14 kW.
@Suite struct `A target for the whole hour` {
  static let window = Window(
    start: Timestamp(rfc3339: "2026-07-15T00:00:00Z")!,
    end: Timestamp(rfc3339: "2026-07-15T01:00:00Z")!)!

  static func world(_ kilowatts: Int64, _ edit: (String) -> String = { $0 }) throws -> PretendWorld
  {
    var world = try PretendWorld(
      scenario: "peak-power", policy: "peak-power", batteries: 500, before: window.start,
      change: { $0.telemetrySeconds = 150 }, edit: edit)
    world.run(to: window.start.adding(seconds: -600))
    world.signal(
      GridSignal.Content(
        window: window, level: 2, request: .power(Power(watts: kilowatts * 1_000))))
    return world
  }

  @Test(arguments: [(1_400, 1_400), (1_500, 1_500), (2_000, 1_570)] as [(Int64, Int64)])
  func `is held to the last second, or what can be is said before`(
    asked: Int64, held: Int64
  ) throws {
    var world = try Self.world(asked)
    let promise = try #require(world.promise)
    #expect(promise.at < Self.window.start)
    #expect(promise.commitment.requested == Power(watts: asked * 1_000))
    #expect(promise.commitment.committed == Power(watts: held * 1_000))
    #expect(promise.commitment.shortfall == Power(watts: (asked - held) * 1_000))
    world.run(to: Self.window.start)
    var looks = 0
    for second in stride(from: Int64(60), to: 3_600, by: 60) {
      world.run(to: Self.window.start.adding(seconds: second))
      #expect(world.load().discharge == Power(watts: held * 1_000), "after \(second) s")
      looks += 1
    }
    #expect(looks == 59)
    world.run(to: Self.window.end.adding(seconds: 1))
    #expect(world.fleet.totals.delivered == Energy(wattHours: held * 1_000))
    for battery in world.fleet.enrolment {
      let charge = try #require(world.fleet.truth(of: battery.battery)?.charge)
      #expect(charge >= battery.reserve)
    }
  }

  @Test func `is refused when the policy wants all or nothing`() throws {
    let world = try Self.world(2_000) {
      $0.replacing("shortfall: commitWhatHolds", with: "shortfall: refuse")
    }
    #expect(world.promise == nil)
    let refusal = try #require(world.record?.refusal)
    #expect(refusal.code == .refusedByPolicy && refusal.field == "cannotHold")
    #expect(refusal.found == "2000000 W" && refusal.allowed == "1570000 W")
    #expect(world.fleet.totals.commands == 0)
  }
}
