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
    scenario.telemetrySeconds = 120
    scenario.historyDays = 16
    return try Installation.make(
      batteries: 12, scenario: scenario, begin: begin, deposit: deposit)
  }

  /// What an event came to that nothing disturbed; run once, because every test begins like it.
  private struct Calm: Sendable {
    let installation: Installation
    let commands: Set<String>
    let verifiedWh: Int64?

    func report(_ name: String) -> [[Substring]] {
      Report.rows(installation.folder, name) ?? []
    }
  }

  private static let untouched = Result {
    let made = try installation()
    made.folder.removeAtExit()
    return made
  }
  private static let calm = Task {
    let plant = try await run(untouched.get())
    plant.installation.folder.removeAtExit()
    return Calm(
      installation: plant.installation, commands: plant.site.discharges,
      verifiedWh: plant.site.answer(.settled)?.settled?.verifiedWh)
  }

  /// Runs one event; `during` is called five minutes after its start.
  private static func run(
    _ installation: Installation, disturb: (([OutgoingMessage]) -> [OutgoingMessage])? = nil,
    during: (inout Plant) async throws -> Void = { _ in }
  ) async throws -> Plant {
    var plant = try await Plant(installation, disturb: disturb)
    try await plant.run(to: Self.window.start.adding(seconds: -540), stride: 5_000)
    try await plant.signal(window: Self.window)
    try await plant.run(to: Self.window.start.adding(seconds: 300), stride: 5_000)
    try await during(&plant)
    try await plant.run(to: Self.settled, stride: 5_000)
    try await plant.end()
    return plant
  }

  /// Both came to the same commands, the same energy and the same money.
  private func expectSame(_ found: Plant) async throws {
    let calm = try await Self.calm.value
    #expect(calm.commands.count == 12)
    #expect((calm.verifiedWh ?? 0) > 0)
    // Who waited while his turn began is not held any more, so holds are not compared.
    #expect(found.site.discharges == calm.commands)
    #expect(found.site.contradictions == [])
    for file in ["lines.csv", "parties.csv", "intervals.csv"] {
      let report = try #require(found.report(file))
      #expect(report.count > 1)
      #expect(Report.difference(report, calm.report(file)) == nil, "\(file)")
    }
    let settled = found.site.answer(.settled)?.settled
    #expect(settled?.verifiedWh == calm.verifiedWh)
    #expect(try found.installation.difference() == nil)
  }

  @Test func `comes to the same when messages come twice, late and in another order`() async throws
  {
    var numbers = SeededNumbers(7)
    let found = try await Self.run(Self.untouched.get()) { messages in
      (messages + messages.filter { $0.qos > 0 }).shuffled(using: &numbers)
    }
    try await expectSame(found)
  }

  /// C8, the first half: the broker is away for 30 s. What was accepted goes on to its end, nobody is
  /// commanded twice, and every acknowledgement is known afterwards.
  @Test func `finishes an event through which its broker was killed and started again`()
    async throws
  {
    let found = try await Self.run(
      Self.untouched.get(),
      during: { plant in
        try await plant.loseBroker(seconds: 30)
      })
    try await expectSame(found)
    let record = try #require(try found.installation.recorded("peak"))
    #expect(record.batteries.allSatisfy { $0.command?.final == .completed })
  }

  @Test func `finishes an event in which it was restarted`() async throws {
    let found = try await Self.run(
      Self.untouched.get(),
      during: { plant in
        try await plant.stop()
        // Meanwhile the homes go on and their readings wait at the broker.
        try await plant.site.advance(to: plant.clock.now.adding(seconds: 660))
        plant.clock.advance(to: plant.clock.now.adding(seconds: 660))
        try await plant.restart()
      })
    try await expectSame(found)
  }

  @Test func `hears what waited at the broker before it settles`() async throws {
    let found = try await Self.run(
      Self.untouched.get(),
      during: { plant in
        try await plant.stop()
        // The settlement falls due meanwhile, and every reading of the event's end waits.
        try await plant.site.advance(to: plant.clock.now.adding(seconds: 1_800))
        plant.clock.advance(to: plant.clock.now.adding(seconds: 1_800))
        try await plant.restart()
        try await plant.run(to: plant.clock.now.adding(seconds: 120))
      })
    try await expectSame(found)
  }

  @Test func `posts the same when it died amid a settlement, though readings came since`()
    async throws
  {
    let calm = try await Self.calm.value
    let crashed = try calm.installation.copy()
    try calm.installation.copyLogbookBeforeSettlement(to: crashed.data + "/crashed.db")
    for end in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: crashed.database + end)
    }
    try FileManager.default.moveItem(
      atPath: crashed.data + "/crashed.db", toPath: crashed.database)
    let readings = try SQLiteReadingStore(path: crashed.data + "/readings.db")
    let record = try #require(try readings.records(startingIn: Self.window).first)
    try readings.append(
      [
        MeterRecord(
          meter: record.meter, seq: record.seq + 1_000, window: record.window, quality: .actual,
          registers: nil,
          energies: .init(imported: Energy(wattHours: 4_000), exported: .zero),
          epoch: record.epoch, revision: record.revision + 1)
      ], receivedAt: Self.settled)

    var plant = try await Plant(crashed, at: Self.settled)
    try await plant.run(to: Self.settled.adding(seconds: 120))
    try await plant.end()
    let settled = try #require(plant.site.answer(.settled)?.settled)
    #expect(settled.verifiedWh == calm.verifiedWh)
    let (store, before) = (
      try SQLiteMainStore(path: plant.installation.database),
      try SQLiteMainStore(path: calm.installation.database)
    )
    #expect(try store.size() == before.size())
    let report = try #require(plant.report("lines.csv"))
    #expect(Report.difference(report, calm.report("lines.csv")) == nil)
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
    #expect(plant.site.discharges.count == 12)
    try await plant.end()
  }

  @Test func `finds one changed byte in its logbook`() async throws {
    let installation = try await Self.calm.value.installation
    #expect(try installation.difference() == nil)
    let store = try SQLiteMainStore(path: installation.database)
    let copy = installation.data + "/changed.db"
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
    #expect(try installation.difference(in: copy) == victim)
  }
}
