import Engine
import Fleet
import Foundation
import Grid
import MQTT
import Storage
import Testing
import Wire

@testable import Controller

/// What goes wrong around a controller, on a real broker with a clock that only the test moves.
@Suite(.needsBroker, .serialized) struct `A controller in trouble` {
  static let window = Window(
    start: Timestamp(rfc3339: "2026-07-15T00:00:00Z")!,
    end: Timestamp(rfc3339: "2026-07-15T00:15:00Z")!)!
  static let begin = window.start.adding(seconds: -900)
  static let settled = window.end.adding(seconds: 960)

  /// A dozen homes with a fortnight of history.
  static func installation(deposit: Int64 = 100_000) throws -> Installation {
    var scenario = Scenario(name: "trouble")
    scenario.telemetrySeconds = 60
    scenario.historyDays = 16
    return try Installation.make(
      batteries: 12, scenario: scenario, begin: begin, deposit: deposit)
  }

  /// Runs one event; `during` is called five minutes after its start.
  private func run(
    _ installation: Installation, disturb: (([OutgoingMessage]) -> [OutgoingMessage])? = nil,
    during: (inout Plant) async throws -> Void = { _ in }
  ) async throws -> Plant {
    var plant = try await Plant(installation, disturb: disturb)
    try await plant.run(to: Self.window.start.adding(seconds: -540))
    try await plant.signal(window: Self.window)
    try await plant.run(to: Self.window.start.adding(seconds: 300))
    try await during(&plant)
    try await plant.run(to: Self.settled)
    try await plant.end()
    return plant
  }

  /// Both came to the same commands, the same energy and the same money.
  private func expectSame(_ found: Plant, _ calm: Plant) throws {
    #expect(calm.site.commands.count == 12)
    #expect(Set(found.site.commands.keys) == Set(calm.site.commands.keys))
    #expect(found.site.contradictions == [])
    for file in ["lines.csv", "parties.csv", "intervals.csv"] {
      let report = try #require(found.report(file))
      #expect(report.count > 1)
      #expect(Report.difference(report, calm.report(file) ?? []) == nil, "\(file)")
    }
    let settled = found.site.answer(.settled)?.settled
    #expect(settled?.verifiedWh == calm.site.answer(.settled)?.settled?.verifiedWh)
    #expect(try found.installation.difference() == nil)
  }

  @Test func `comes to the same when messages come twice, late and in another order`() async throws
  {
    let installation = try Self.installation()
    let calm = try await run(installation)
    #expect((calm.site.answer(.settled)?.settled?.verifiedWh ?? 0) > 0)
    var numbers = SeededNumbers(7)
    let found = try await run(installation) { messages in
      (messages + messages.filter { $0.qos > 0 }).shuffled(using: &numbers)
    }
    try expectSame(found, calm)
  }

  @Test func `finishes an event through which its broker was killed and started again`()
    async throws
  {
    let installation = try Self.installation()
    let calm = try await run(installation)
    let found = try await run(
      installation,
      during: { plant in
        try await plant.loseBroker(seconds: 30)
      })
    try expectSame(found, calm)
  }

  @Test func `finishes an event in which it was restarted`() async throws {
    let installation = try Self.installation()
    let calm = try await run(installation)
    let found = try await run(
      installation,
      during: { plant in
        try await plant.stop()
        // Meanwhile the homes go on and their readings wait at the broker.
        try await plant.site.advance(to: plant.clock.now.adding(seconds: 660))
        plant.clock.advance(to: plant.clock.now.adding(seconds: 660))
        try await plant.restart()
      })
    try expectSame(found, calm)
  }

  @Test func `refuses a signal that nobody signed`() async throws {
    var plant = try await Plant(Self.installation())
    let signal = plant.installation.signal(window: Self.window, issuedAt: plant.clock.now)
    try await plant.send(plant.installation.message(signal, signed: false))
    #expect(plant.site.refusals.map(\.rejection.code) == [.unsigned])
    #expect(plant.site.answers == [])
    #expect(await plant.controller.events().isEmpty)
    try await plant.end()
  }

  @Test func `drops a signal that the broker had kept`() async throws {
    let installation = try Self.installation()
    let signal = installation.signal(window: Self.window, issuedAt: Self.begin)
    let plant = try await Plant(
      installation, kept: installation.message(signal, retain: true))
    #expect(plant.controller.refusals["retained"] == 1)
    #expect(await plant.controller.events().isEmpty)
    try await plant.end()
  }

  @Test func `refuses what is not paid for, says what is missing, and accepts it once it is`()
    async throws
  {
    var plant = try await Plant(Self.installation(deposit: 1))
    try await plant.run(to: Self.begin.adding(seconds: 120))
    try await plant.signal(window: Self.window)
    let refusal = try #require(plant.site.answers.last?.rejection)
    #expect(refusal.code == .underfunded)
    #expect(refusal.found.contains("USD missing of"))
    #expect(plant.site.commands.isEmpty)
    try await plant.stop()
    try plant.installation.pay(
      1_000, into: try plant.installation.openBook(), at: plant.clock.now.adding(seconds: 1))
    try await plant.restart()
    try await plant.signal(revision: 2, window: Self.window)
    #expect(plant.site.answers.last?.status == .committed)
    try await plant.run(to: Self.window.start.adding(seconds: -200))
    #expect(plant.site.commands.count == 12)
    try await plant.end()
  }

  @Test func `lets every battery go when the event is cancelled under way`() async throws {
    var plant = try await Plant(Self.installation())
    try await plant.run(to: Self.window.start.adding(seconds: -540))
    try await plant.signal(window: Self.window)
    try await plant.run(to: Self.window.start.adding(seconds: 300))
    try await plant.signal(revision: 2, window: nil)
    #expect(plant.site.answers.last?.status == .cancelled)
    let cancels = plant.site.commands.values.filter { $0.action == .cancel }
    #expect(Set(cancels.map(\.battery)).count == 12)
    let given = plant.site.fleet.totals.delivered
    try await plant.run(to: Self.window.end.adding(seconds: 60))
    #expect(plant.site.fleet.totals.delivered == given)
    // The same signal again does not bring it back.
    try await plant.signal(revision: 3, window: Self.window)
    #expect(plant.site.answers.last?.rejection != nil)
    #expect(plant.site.commands.values.count { $0.action != .cancel } == 12)
    try await plant.end()
  }

  @Test func `finds one changed byte in its logbook`() async throws {
    let plant = try await run(try Self.installation())
    #expect(try plant.installation.difference() == nil)
    let store = try SQLiteMainStore(path: plant.installation.database)
    let copy = plant.installation.data + "/changed.db"
    let changed = try SQLiteMainStore(path: copy)
    var victim: Int64?
    try store.turns(after: 0) { turn in
      var turn = turn
      // The first command that leaves is said to have been of another watt.
      if victim == nil, let place = turn.effects.firstRange(of: Array("\"setpointW\":".utf8)) {
        turn.effects[place.upperBound] ^= 1
        victim = turn.seq
      }
      do { try changed.append(turn) } catch { Issue.record(error) }
      return true
    }
    #expect(victim != nil)
    #expect(try plant.installation.difference(in: copy) == victim)
  }
}
