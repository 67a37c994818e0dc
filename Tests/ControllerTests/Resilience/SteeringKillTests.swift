import Engine
import Fleet
import Grid
import Testing

@testable import Controller

/// A revision and a cancel in a running event, each followed at once by `kill -9`: the real
/// program, a real broker, a simulated fleet.
@Suite(
  .needsBroker, .enabled(if: Installation.isProgramBuilt, "needs the program beside the tests"),
  .serialized)
struct `A controller killed after it was told otherwise` {
  static let homes = 12
  static let begin = Timestamp(rfc3339: "2026-07-15T00:00:00Z")!

  /// Twelve homes of 5 kW, handed back at once. Corrections are off: a machine that stalls is no
  /// silent battery.
  private static func installation() throws -> Installation {
    var scenario = Scenario(name: "steering")
    scenario.telemetrySeconds = 10
    scenario.historyDays = 0
    return try Installation.make(
      batteries: homes, scenario: scenario, begin: begin,
      edits: [
        "spreadSeconds: 60": "spreadSeconds: 0",
        "correction: {notHeardSeconds: 30}": "correction: {maximumRounds: 0}",
        "mode: limited": "mode: free", "    fleetLimitPercentOfEvent: 50": "",
        "    startAfterMinutes: 15": "", "    spreadMinutes: 30": "",
      ])
  }

  @Test func `keeps the revised commitment, then the cancel, and asks nobody twice`()
    async throws
  {
    let run = try await LiveRun(Self.installation(), rate: 10)
    try await run.wait(until: run.clock.now.adding(seconds: 40))
    let start = Timestamp(seconds: run.clock.now.seconds + 30)
    let window = try #require(Window(start: start, end: start.adding(seconds: 3_600)))
    try await run.signal(revision: 1, window: window, watts: 60_000) {
      $0.answer(.committed) != nil
    }
    let whole = try #require(run.site.answer(.committed)?.commitment)
    #expect(whole.committed == Power(watts: 60_000))
    try #require(whole.batteries == Self.homes, "the machine is too busy: not all were heard")
    try await run.wait(for: "the start") { $0.fleet.totals.started == Self.homes }

    // 60 kW become 45, and the controller dies as soon as it has said so.
    try await run.signal(revision: 2, window: window, watts: 45_000) {
      $0.answer(.committed)?.revision == 2
    }
    let revised = try #require(run.site.answer(.committed))
    #expect(revised.commitment?.committed == Power(watts: 45_000))
    try await run.killAndRestart()
    try await run.wait(for: "the lower setpoints") {
      $0.fleet.totals.started == 2 * Self.homes
    }
    let lower = run.site.discharges(of: 3_750)
    #expect(Set(lower.map(\.battery)).count == Self.homes)
    #expect(lower.count == Self.homes)
    // Not in the next cycle, but in the one that answered.
    #expect(lower.allSatisfy { $0.issuedAt == revised.at })

    try await run.signal(revision: 3, window: nil) { $0.answer(.cancelled) != nil }
    let cancelled = try #require(run.site.answer(.cancelled))
    try await run.killAndRestart()
    try await run.wait(for: "the cancels") {
      $0.cancels.count == Self.homes && $0.fleet.hasStopped
    }
    #expect(Set(run.site.cancels.map(\.battery)).count == Self.homes)
    #expect(run.site.cancels.allSatisfy { $0.issuedAt == cancelled.at })

    try await run.signal(revision: 4, window: window, watts: 45_000) {
      $0.answers.last?.rejection?.code == .alreadyCancelled
    }
    #expect(run.site.discharges.count == 2 * Self.homes)
    #expect(run.site.cancels.count == Self.homes)
    #expect(run.site.contradictions == [])
    #expect(run.site.sessions.count == 3)
    try await run.end()
    try Self.check(run.installation, revised: revised.at, cancelled: cancelled.at)
  }

  /// What the logbook holds of it.
  private static func check(
    _ installation: Installation, revised: Timestamp, cancelled: Timestamp
  ) throws {
    #expect(try installation.difference() == nil)
    let record = try #require(try installation.recorded("peak"))
    #expect(record.status == .cancelled)
    #expect(record.plans.map(\.revision) == [1, 2])
    for part in record.batteries {
      #expect(part.promised.pieces.map(\.power.watts) == [5_000, 3_750])
      #expect(part.promised.pieces.last?.window.end == cancelled)
      #expect(part.command?.final == .cancelled, "\(part.battery)")
    }
  }
}

extension Site {
  fileprivate func discharges(of watts: Int64) -> [Command] {
    commands.values.filter {
      guard case .discharge(let power, _, _) = $0.action else { return false }
      return power.watts == watts
    }
  }

  fileprivate var cancels: [Command] { commands.values.filter { $0.action == .cancel } }
}

extension SimulatedFleet {
  /// True when no battery gives anything.
  fileprivate var hasStopped: Bool {
    var copy = self
    let tree = Assembly.anyFeeder(of: enrolment)
    let nodes = enrolment.map { tree.place(of: $0.node) ?? 0 }
    return copy.load(below: tree, nodes: nodes).discharge == .zero
  }
}
