import Engine
import Fleet
import Foundation
import Grid
import Logging
import MQTT
import Policies
import Reports
import Settlement
import Signing
import Storage
import Testing
import Verification
import Wire

@testable import Controller

/// A served programme whose baseline are homes that were drawn not to be asked.
@Suite struct `A programme with a control group` {
  static let window = Window(
    start: Timestamp(rfc3339: "2026-07-15T00:00:00Z")!,
    end: Timestamp(rfc3339: "2026-07-15T00:30:00Z")!)!
  /// Of the six homes of the world this salt draws two at 30 %.
  static let salt = "salt-\(number)"
  static let sites = SimulatedFleet(
    scenario: Scenario(name: "any"), batteries: 6, startingAt: window.start
  ).enrolment.map(\.site)

  private static let number = (0...).first { number in
    sites.count {
      CaseMeasurement.isDrawn($0, salt: "salt-\(number)", shareBasisPoints: 3_000)
    } == 2
  }!

  static let drawn = Set(
    sites.filter { CaseMeasurement.isDrawn($0, salt: salt, shareBasisPoints: 3_000) })

  static func edit(minimum: Int, more: String = "") -> (String) -> String {
    { text in
      let start = text.range(of: "\nbaseline:\n")!
      let end = text.range(of: "\nreward:\n")!
      let control =
        more.isEmpty
        ? "minimumHomes: \(minimum), sharePercent: 30, saltSha256: \(SHA256.hash(salt))" : more
      return text[..<start.lowerBound]
        .replacing("capAtDeviceOutput: true ", with: "capAtDeviceOutput: false ")
        + "\nbaseline: {kind: controlGroup, control: {\(control)}}\n" + text[end.lowerBound...]
    }
  }

  static func policy(minimum: Int) throws -> Policy {
    let text = try String(
      contentsOf: PretendWorld.root.appending(path: "policies/surge-ten-percent.yaml"),
      encoding: .utf8)
    let policy = try Policy.load(
      bytes: Array(edit(minimum: minimum)(text).utf8), file: "control.yaml")
    return policy.leaving(out: drawn)
  }

  /// What a home takes in a quarter of an hour: a level of the day and the time; in the event those
  /// that were drawn differ by 1,800 J either way, and the others take 700,000 J less.
  static func readings(_ battery: EnrolledBattery, at begin: Timestamp) -> [Reading] {
    let isFirst = battery.site == drawn.sorted()[0]
    return (0..<Int64(31 * 96)).map { quarter in
      let start = begin.adding(seconds: quarter * 900)
      var joules = level(start)
      if window.start <= start, start < window.end {
        joules += drawn.contains(battery.site) ? (isFirst ? -1_800 : 1_800) : -700_000
      }
      return Reading(
        meter: battery.siteMeter, window: Window(start: start, end: start.adding(seconds: 900))!,
        imported: Energy(joules: joules), exported: .zero, quality: .actual)
    }
  }

  static func level(_ start: Timestamp) -> Int64 {
    900_000 + 36_000 * (start.seconds / 86_400 % 7) + 360 * (start.seconds / 900 % 96)
  }

  /// The event as the engine carried it out, and the report of its provisional run.
  static func settled(
    minimum: Int
  ) async throws -> (record: EventRecord, rows: [[String: String]], lines: [[String: String]]) {
    let policy = try policy(minimum: minimum)
    var world = try PretendWorld(
      scenario: "sunny-day", policy: "surge-ten-percent", batteries: 6, before: window.start,
      edit: edit(minimum: minimum), leavingOut: drawn)
    #expect(world.fleet.enrolment.map(\.site) == sites)
    world.signal(.init(window: window, level: 2, request: .byLevel))
    world.run(to: window.end.adding(seconds: 1_800))
    let record = try #require(world.record)
    let folder = try Folder()
    let store = try SQLiteMainStore(path: folder.path + "/headroom.db")
    let readings = try SQLiteReadingStore(path: folder.path + "/readings.db")
    for battery in world.fleet.enrolment {
      _ = try readings.archive(
        self.readings(battery, at: window.start.adding(seconds: -30 * 86_400)))
    }
    let setup = Controller.Setup(
      clock: ManualClock(world.now), store: store, readings: readings,
      fleet: world.fleet.enrolment, feeder: world.feeder, policies: [policy],
      keys: KeyDirectory([]),
      book: try LedgerKeeper(store: store, key: Samples.key, now: Samples.now),
      reportsFolder: folder.path + "/data/reports",
      connection: ConnectionOptions(clientID: "none", host: "127.0.0.1", port: 1),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let run = SettlementTerms.Run(name: "initial", afterDays: 1, isPayable: false)
    _ = try await EventSettler(
      setup: setup, record: record, item: .init(due: world.now, event: record.id, run: run),
      others: [], lastRecord: .max, schedules: ScheduleBook([], frozen: nil)
    ).carryOut()
    func table(_ name: String) throws -> [[String: String]] {
      let rows = try #require(Report.rows(folder, name)).map { $0.map(String.init) }
      return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(rows[0], $0)) }
    }
    return (record, try table("intervals.csv"), try table("lines.csv"))
  }

  @Test func `asks the others, and measures them against those it left out`() async throws {
    let (record, rows, lines) = try await Self.settled(minimum: 2)
    #expect(Self.drawn.count == 2)
    for (site, part) in zip(Self.sites, record.batteries) {
      let isDrawn = Self.drawn.contains(site)
      #expect((part.skip == .controlGroup) == isDrawn)
      #expect((part.command == nil) == isDrawn)
      #expect((part.notice == nil) == isDrawn)
    }
    #expect(
      record.exceptions.contains {
        $0.kind == "skipped" && $0.reason == "controlGroup" && $0.count == 2
      })
    let asked = Self.sites.filter { !Self.drawn.contains($0) }.map(\.text).sorted()
    #expect(rows.map { $0["site_id"] } == asked.flatMap { [$0, $0] })
    let levels = [Self.window.start, Self.window.start.adding(seconds: 900)].map(Self.level)
    for place in rows.indices {
      let level = levels[place % 2]
      #expect(rows[place]["baseline_kind"] == "controlGroup")
      #expect(rows[place]["baseline_j"] == "\(level)")
      #expect(rows[place]["actual_j"] == "\(level - 700_000)")
      #expect(rows[place]["reduction_j"] == "700000")
    }
    #expect(Set(lines.map { $0["site_id"] ?? "" }) == Set(asked))
    #expect(lines.allSatisfy { $0["reason"] != "controlGroupInvalid" })
  }

  @Test func `earns nobody anything when the group is no measure`() async throws {
    let (_, rows, lines) = try await Self.settled(minimum: 3)
    #expect(rows.allSatisfy { $0["baseline_j"] == "" && $0["credited_j"] == "0" })
    #expect(!lines.isEmpty)
    #expect(
      lines.allSatisfy { $0["reason"] == "controlGroupInvalid" && $0["charged"] == "0.00" })
  }

  @Test func `is served only with the salt whose hash the policy fixed`() throws {
    let folder = try Folder()
    let shipped = try String(
      contentsOf: PretendWorld.root.appending(path: "policies/surge-ten-percent.yaml"),
      encoding: .utf8)
    let path = folder.path + "/policy.yaml"
    func fault(_ salt: String?) -> String {
      do {
        _ = try Assembly.livePolicy(path, controlSalt: salt)
        return ""
      } catch { return "\(error)" }
    }
    try folder.write("policy.yaml", Self.edit(minimum: 2, more: "minimumHomes: 2")(shipped))
    #expect(fault(Self.salt).contains("baseline.control.saltSha256 is missing"))
    try folder.write("policy.yaml", Self.edit(minimum: 2)(shipped))
    #expect(fault(nil).contains("names no fleet.controlSalt"))
    #expect(fault("chosen afterwards").contains("allowed: \(SHA256.hash(Self.salt)), as"))
    #expect(fault(Self.salt) == "")

    let fleet = SimulatedFleet(
      scenario: Scenario(name: "any"), batteries: 6, startingAt: Self.window.start)
    try folder.write(
      "fleet.csv", String(decoding: FleetFile.encode(fleet.enrolment), as: UTF8.self))
    try folder.write("salt", Self.salt + "\n")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: folder.path + "/salt")
    let text = """
      broker: {host: 127.0.0.1, port: 1883}
      data: {folder: data}
      fleet: {batteries: fleet.csv, controlSalt: salt}
      policies: [policy.yaml]
      ledger: {origin: example.org/ledger, key: ledger.key}

      """
    let parts = try Assembly.decisionParts(
      ControllerConfiguration.read(
        bytes: Array(text.utf8), file: folder.path + "/headroom.yaml"))
    #expect(parts.policies.map(\.dispatch.controlSites) == [Self.drawn])
  }
}
