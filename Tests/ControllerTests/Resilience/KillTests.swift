import Fleet
import Foundation
import Grid
import Ledger
import Storage
import Testing

@testable import Controller

/// The whole controller as a process, killed with SIGKILL and started again.
///
/// `HEADROOM_KILLS`, `HEADROOM_KILL_SEED` and `HEADROOM_KILL_RATE` set how often, when and how fast;
/// scripts/kill-test does.
@Suite(
  .needsBroker, .enabled(if: Installation.isProgramBuilt, "needs the program beside the tests"),
  .serialized)
struct `A controller that is killed` {
  private static func number(_ name: String, _ usual: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
  }

  @Test func `finishes the event, and the report is that of an undisturbed run`() async throws {
    let count = Self.number("HEADROOM_KILLS", 5)
    let seed = Self.number("HEADROOM_KILL_SEED", Int(Date().timeIntervalSince1970))
    let rate = Int64(Self.number("HEADROOM_KILL_RATE", 75))
    var scenario = Scenario(name: "kills")
    scenario.telemetrySeconds = 60
    scenario.meterMinutes = 5
    scenario.historyDays = 16
    let first = try Installation.make(batteries: 100, scenario: scenario, begin: ProcessRun.begin)
    let kills = Self.kills(count, seed: UInt64(seed))
    let (expected, found) = try await Self.both(first, kills, seed: seed, rate: rate)
    try #require(expected.fault == nil, "\(expected.fault ?? "")\n\(expected.log)")
    try #require(found.fault == nil, "seed \(seed): \(found.fault ?? "")\n\(found.log)")

    // Everybody was commanded and held afterwards, and nobody twice.
    #expect(expected.site.discharges.count == 100)
    #expect(expected.site.commands.count == 200)
    #expect(Set(found.site.commands.keys) == Set(expected.site.commands.keys), "seed \(seed)")
    #expect(found.site.contradictions == [], "seed \(seed)")
    #expect(found.site.fleet.totals.delivered == expected.site.fleet.totals.delivered)

    // The same energy, the same money.
    for file in ["lines.csv", "parties.csv", "intervals.csv"] {
      let report = try #require(found.report(file), "seed \(seed): \(file) is missing")
      #expect(report.count > 1)
      #expect(
        Report.difference(report, expected.report(file) ?? []) == nil, "seed \(seed): \(file)")
    }
    let settled = try #require(found.site.answer(.settled)?.settled)
    #expect(settled.verifiedWh == expected.site.answer(.settled)?.settled?.verifiedWh)
    #expect(settled.verifiedWh > 0)
    try Self.check(found, against: expected, settled: settled)
  }

  /// An undisturbed run and one with kills, side by side; again and slower where the machine is too
  /// busy for the clock.
  private static func both(
    _ installation: Installation, _ kills: [ProcessRun.Kill], seed: Int, rate: Int64
  ) async throws -> (ProcessRun.Outcome, ProcessRun.Outcome) {
    await calm()
    var rate = rate
    while true {
      print("kill test: seed \(seed), rate \(rate), \(kills)")
      var calm = try ProcessRun(installation, rate: rate, kills: [])
      var stormy = try ProcessRun(installation, rate: rate, kills: kills)
      async let calmly = calm.run()
      async let stormily = stormy.run()
      let outcomes = try await (calmly, stormily)
      guard let slowness = outcomes.0.slowness ?? outcomes.1.slowness, rate >= 10 else {
        return outcomes
      }
      print("kill test: the machine is too busy, \(slowness)")
      rate /= 2
    }
  }

  /// Waits until the machine has time, at most a minute: other tests of this process use all of it.
  private static func calm() async {
    var quiet = 0
    for _ in 0..<600 where quiet < 20 {
      let start = ContinuousClock.now
      try? await Task.sleep(for: .milliseconds(100))
      quiet = ContinuousClock.now - start < .milliseconds(115) ? quiet + 1 : 0
    }
  }

  /// The book is sound and holds nothing twice, and the logbook decides the same again.
  private static func check(
    _ found: ProcessRun.Outcome, against expected: ProcessRun.Outcome,
    settled: SignalAcknowledgement.Settled
  ) throws {
    let store = try SQLiteMainStore(path: found.installation.database)
    let book = try LedgerKeeper.replay(store)
    let calm = try LedgerKeeper.replay(
      try SQLiteMainStore(path: expected.installation.database))
    // The same requests have the same keys, so what was asked twice would be found by its number.
    #expect(book.size == calm.size)
    #expect(book.tree.root(at: Int(settled.treeSize)) == settled.root)
    for checkpoint in try store.checkpoints() {
      #expect(book.tree.root(at: Int(checkpoint.size)) == checkpoint.root)
    }
    #expect(try found.installation.difference() == nil)
  }

  /// Moments of the running event that follow from the seed; the critical ones come first.
  private static func kills(_ count: Int, seed: UInt64) -> [ProcessRun.Kill] {
    var numbers = SeededNumbers(seed)
    let critical: [ProcessRun.Kill] = [
      .afterCommands(Int.random(in: 1..<100, using: &numbers)),
      .afterReadings(100 * Int.random(in: 3...5, using: &numbers)), .settling,
    ]
    let from = ProcessRun.signalAt.seconds
    let random = (0..<max(0, count - critical.count)).map { _ in
      ProcessRun.Kill.at(
        Timestamp(
          seconds: Int64.random(in: from..<ProcessRun.settlingAt.seconds, using: &numbers)))
    }
    return Array(critical.prefix(count)) + random
  }
}
