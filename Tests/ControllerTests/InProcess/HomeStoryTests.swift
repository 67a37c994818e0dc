import Engine
import Fleet
import Grid
import Testing

@testable import Controller

/// What `event show --battery` says of a home in the trickier kinds of events.
@Suite struct `A home's story` {
  static let start = Timestamp(rfc3339: "2026-09-15T17:00:00Z")!
  static let late = Timestamp(rfc3339: "2026-09-15T17:30:00Z")!

  /// One battery, half an hour into an event of an hour, and what happens then.
  static func lines(
    optOut: String = "end", _ happens: (PretendWorld) -> Input
  ) throws -> [String] {
    var world = try PretendWorld(
      scenario: "peak-power", policy: "surge-ten-percent", batteries: 1, before: start,
      edit: { $0.replacing("optOut: {until: end}", with: "optOut: {until: \(optOut)}") })
    world.run(to: start.adding(seconds: -300))
    world.signal(
      .init(
        window: Window(start: start, end: start.adding(seconds: 3_600))!, level: 2,
        request: .release(Percent(whole: 10)!, of: .storedEnergy)))
    world.run(to: late)
    let input = happens(world)
    _ = world.decider.tell([input], at: world.now)
    let part = try #require(world.record?.batteries.first)
    return EventStory.home(part).map { "\($0.name): \($0.value)" }
  }

  static func away(_ world: PretendWorld) -> Input {
    let battery = world.fleet.enrolment[0]
    return .preference(
      Preference(
        revision: 1, at: late, optOutFrom: late, optOutUntil: late.adding(seconds: 7_200)),
      battery.battery, of: battery.gateway)
  }

  @Test func `says what leaving means for what was promised`() throws {
    let free = try Self.lines(Self.away)
    #expect(free.contains("owner left: 2026-09-15T17:30:00Z"))
    let missed = try Self.lines(optOut: "start", Self.away)
    #expect(
      missed.contains(
        "owner left: 2026-09-15T17:30:00Z, later than he may: what was promised after it is missed"
      ))
  }

  @Test func `does not take a storm for the owner's will`() throws {
    let held = try Self.lines { world in
      .storms([
        StormWarning(
          id: LongIdentifier("met-1")!, node: world.fleet.enrolment[0].node,
          window: Window(start: Self.late, end: Self.late.adding(seconds: 3_600))!,
          issuedAt: Self.late, by: "met office")
      ])
    }
    #expect(held.contains("held for a storm since: 2026-09-15T17:30:00Z"))
    #expect(held.contains { $0.hasPrefix("why not: stormHold") })
  }
}
