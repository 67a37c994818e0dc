import Fleet
import Foundation
import Grid
import Policies
import Signing
import Storage
import Testing
import Verification
import Wire

@testable import Controller

/// A served programme that settles on declared schedules (V2): the file of schedules is watched,
/// frozen at gate closure in the logbook, and what is edited afterwards does not count.
@Suite(.needsBroker, .serialized) struct `A programme on declared schedules` {
  static let begin = Timestamp(rfc3339: "2026-07-14T23:50:00Z")!
  static let window = Window(
    start: Timestamp(rfc3339: "2026-07-15T00:30:00Z")!,
    end: Timestamp(rfc3339: "2026-07-15T00:45:00Z")!)!
  static let gate = Timestamp(rfc3339: "2026-07-15T00:00:00Z")!
  static let header = "site_id,start,duration_min,kwh,declared_at\n"

  /// The event's quarter of an hour at `kWh`.
  static func version(_ site: SiteID, _ kWh: String, at declared: String) -> String {
    "\(site),2026-07-15T00:30:00Z,15,\(kWh),\(declared)\n"
  }

  static func installation() throws -> Installation {
    let shipped = try String(
      contentsOfFile: Installation.root + "/policies/surge-ten-percent.yaml", encoding: .utf8)
    let start = try #require(shipped.range(of: "\nbaseline:\n"))
    let end = try #require(shipped.range(of: "\nreward:\n"))
    var scenario = Scenario(name: "declared")
    scenario.historyDays = 0
    scenario.telemetrySeconds = 120
    return try Installation.make(
      batteries: 4, scenario: scenario, begin: begin,
      edits: [
        String(shipped[start.lowerBound..<end.lowerBound]):
          "\nbaseline: {kind: declared, gateClosureMinutes: 30}\n",
        "capAtDeviceOutput: true ": "capAtDeviceOutput: false ",
        "reconcile: {percent: 5, kWh: 0.2}": "reconcile: {percent: 100, kWh: 100}",
      ])
  }

  /// A plant whose sites A, B and D have declared, C has not.
  private static func plant(
    _ sites: inout [SiteID]
  ) async throws -> Plant {
    let world = try installation()
    sites = world.makeFleet().enrolment.map(\.site)
    try world.folder.write(
      "schedules.csv",
      header + [0, 1, 3].map { version(sites[$0], "0.5", at: "2026-07-14T23:30:00Z") }.joined())
    return try await Plant(world)
  }

  private static func frozen(_ plant: Plant) throws -> [(at: Timestamp, frame: Frame)] {
    var found: [(Timestamp, Frame)] = []
    try SQLiteMainStore(path: plant.installation.database).turns(after: 0) { turn in
      found += (Frame.decode(turn.inputs) ?? []).filter { $0.kind == .frozen }.map { (turn.at, $0) }
      return true
    }
    return found
  }

  private static func rows(_ plant: Plant, _ name: String) throws -> [[String: String]] {
    let text = try #require(plant.installation.folder.text("data/reports/peak/initial/\(name).csv"))
    let rows = text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(rows[0], $0)) }
  }

  @Test func `V2: measures against what was frozen at the gate; late edits are scheduleChanged`()
    async throws
  {
    var sites: [SiteID] = []
    var plant = try await Self.plant(&sites)
    try await plant.signal(window: Self.window)
    try await plant.run(to: Self.gate.adding(seconds: -30), stride: 60_000)
    #expect(try Self.frozen(plant).isEmpty)
    try await plant.run(to: Self.gate, stride: 60_000)
    let digest = SHA256.hash(
      DeclaredSchedule.canonicalBytes(
        site: sites[0], start: Self.window.start, intervalSeconds: 900,
        energies: [Energy(joules: 1_800_000)]))
    let frozen = try Self.frozen(plant)
    #expect(frozen.count == 1)
    #expect(frozen[0].at == Self.gate)
    #expect(frozen[0].frame.name == "peak")
    let lines = frozen[0].frame.text.split(separator: "\n").map(String.init)
    #expect(
      lines.prefix(3) == ["\(Self.gate)", "event_id,site_id,sha256", "peak,\(sites[0]),\(digest)"])
    #expect(
      lines.dropFirst(3).map { $0.split(separator: ",")[1] }
        == [sites[1], sites[3]].map { "\($0)" })

    // Edits after the gate: A says more and is late, B is changed where it stood, C is late, D is
    // taken out.
    try plant.installation.folder.write(
      "schedules.csv",
      Self.header + Self.version(sites[0], "0.5", at: "2026-07-14T23:30:00Z")
        + Self.version(sites[0], "5", at: "2026-07-15T00:04:00Z")
        + Self.version(sites[1], "0.75", at: "2026-07-14T23:30:00Z")
        + Self.version(sites[2], "0.5", at: "2026-07-15T00:04:00Z"))
    try await plant.run(to: Self.gate.adding(seconds: 600), stride: 60_000)
    try await plant.stop()
    try await plant.restart()
    try await plant.run(to: Self.window.start.adding(seconds: -120), stride: 60_000)
    try await plant.run(to: Self.window.end.adding(seconds: 960), stride: 20_000)
    #expect(try Self.frozen(plant).count == 1)

    let intervals = try Self.rows(plant, "intervals").filter { $0["site_id"] == sites[0].text }
    #expect(intervals.map { $0["baseline_j"] } == ["1800000"])
    #expect(intervals.map { $0["baseline_kind"] } == ["declared"])
    var credited: Int64 = 0
    for row in intervals {
      let actual = try #require(Int64(row["actual_j"] ?? ""))
      let commitment = try #require(Int64(row["commitment_j"] ?? ""))
      #expect(actual < 0, "the battery gives more than the home takes")
      #expect(row["reduction_j"] == "\(1_800_000 - actual)")
      #expect(row["credited_j"] == "\(min(1_800_000 - actual, commitment))")
      credited += min(1_800_000 - actual, commitment)
    }
    let money = try Self.rows(plant, "lines")
    let premium = try #require(
      money.first { $0["site_id"] == sites[0].text && $0["line_type"] == "premium" })
    // 2.00 a kilowatt-hour, to the cent, half up.
    let cents = (credited * 200 * 2 + 3_600_000) / (3_600_000 * 2)
    #expect(premium["charged"] == "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)")
    for (site, reason) in zip(sites[1...], ["scheduleChanged", "notDeclared", "scheduleChanged"]) {
      let own = money.filter { $0["site_id"] == site.text }
      #expect(!own.isEmpty)
      for line in own {
        #expect(line["charged"] == "0.00")
        #expect(line["reason"] == reason, "\(site)")
      }
    }
    #expect(try plant.installation.difference() == nil)
    try await plant.end()
  }

  @Test func `takes nothing as declared that was not written down before the event began`()
    async throws
  {
    var sites: [SiteID] = []
    var plant = try await Self.plant(&sites)
    // The signal itself comes late: the event has begun, and joins at once.
    try await plant.run(to: Self.window.start.adding(seconds: 60), stride: 60_000)
    try await plant.signal(window: Self.window)
    try await plant.run(to: Self.window.end.adding(seconds: 960), stride: 60_000)
    let frozen = try Self.frozen(plant)
    #expect(frozen.map(\.at) == [Self.window.start.adding(seconds: 60)])
    #expect(frozen[0].frame.text == "\(Self.gate)\nevent_id,site_id,sha256\n")
    let money = try Self.rows(plant, "lines")
    #expect(!money.isEmpty)
    #expect(money.allSatisfy { $0["reason"] == "notDeclared" && $0["charged"] == "0.00" })
    try await plant.end()
  }

  @Test func `is served only with a file of schedules, and with one that can be read`() throws {
    let world = try Self.installation()
    let path = world.folder.path + "/policy.yaml"
    #expect(
      try Assembly.livePolicy(path, hasSchedules: true).measurement.baseline.kind == .declared)
    let fault = #expect(throws: Assembly.Faults.self) {
      try Assembly.livePolicy(path, hasSchedules: false)
    }
    #expect(fault?.description.contains("names no fleet.schedules") == true)
    try world.folder.write("schedules.csv", Self.header + "S-1,2026-07-15T00:30:00,15,1,x\n")
    let broken = #expect(throws: FileFaults.self) {
      try Assembly.schedules(world.folder.path + "/schedules.csv")
    }
    #expect(broken?.description.contains("schedules.csv:2: start is") == true)
    #expect(broken?.description.contains("declared_at is x") == true)
  }
}

/// What a controller remembers of schedules.
@Suite struct `A log of schedules` {
  private static func rows(_ text: String) throws -> [ScheduleRow] {
    try SchedulesFile.parse(
      Array((`A programme on declared schedules`.header + text).utf8), file: "s")
  }

  @Test func `holds what came and went, and a run reads what was known when it began`() throws {
    let a = try Self.rows("A,2026-07-15T00:30:00Z,15,0.5,2026-07-14T23:30:00Z\n")
    let b = try Self.rows("B,2026-07-15T00:30:00Z,15,-0.00001,2026-07-14T23:30:00.5Z\n")
    var log = ScheduleLog()
    for frame in log.frames(for: b) { log.take(frame) }
    let both = log.frames(for: a + b)
    #expect(both.map(\.name) == ["added"])
    #expect(both[0].body == SchedulesFile.encode(a))
    for frame in both { log.take(frame) }
    #expect(log.rows == a + b)
    #expect(log.frames(for: a + b).isEmpty)
    log.noteBegun("E/initial")
    let changed = log.frames(for: a)
    #expect(changed.map(\.name) == ["removed"])
    for frame in changed { log.take(frame) }
    #expect(log.rows == a)
    let event = EventID("E")!
    let site = SiteID("B")!
    let window = b[0].window
    let digest = SHA256.hash(
      DeclaredSchedule.canonicalBytes(
        site: site, start: window.start, intervalSeconds: 900, energies: [Energy(joules: -36)]))
    log.take(
      ScheduleLog.frame(
        freezing: [FrozenSchedule(event: event, site: site, digest: digest)], of: event,
        gate: window.start))
    #expect(log.frozen[event]?.gate == window.start)
    // The gate closed at 00:30: what came at 00:31 is late, unless it is known or for another time.
    let tooLate = try Self.rows(
      "A,2026-07-15T00:30:00Z,15,0.5,2026-07-15T00:31:00Z\n"
        + "C,2026-07-15T00:30:00Z,15,0.5,2026-07-15T00:30:00Z\n"
        + "D,2026-07-15T00:45:00Z,15,0.5,2026-07-15T00:31:00Z\n")
    let late = log.late(a + tooLate, windows: [event: window])
    #expect(late.map(\.event) == [event] && late.map(\.sites) == [[SiteID("A")!]])
    #expect(log.late(a + tooLate, windows: [:]).isEmpty)
    func found(_ run: String) -> DeclaredSchedule? {
      log.book(of: event, run: run).inForce(
        site, event: event, window: window, gateClosureMinutes: 0)
    }
    #expect(found("E/initial")?.digest == digest)
    // For any other run it was taken out since: what was frozen is not there any more.
    #expect(found("E/final")?.frozenDigest == digest)
    #expect(found("E/final")?.digest == SHA256.hash(""))
    log.noteDone("E/initial")
    #expect(found("E/initial")?.digest == SHA256.hash(""))
  }
}
