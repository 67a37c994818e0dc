import Engine
import Foundation
import Grid
import Policies
import Storage
import Testing

@testable import Controller

/// Ten chargers of 7 kW, each in a home that draws 500 W besides.
///
/// A car charges from 16:00 to 19:00 on every day. On the day of the event it is paused from 17:00
/// to 18:00 and charges until 20:00 instead.
@Suite struct `Chargers in a programme` {
  /// A moment of that day in California, 7 h behind UTC.
  static func at(_ clock: String) -> Timestamp {
    Timestamp(rfc3339: "2026-09-15T\(clock)Z")!.adding(seconds: 25_200)
  }
  static let event = Window(start: at("17:00:00"), end: at("18:00:00"))!

  static let fleet = (0..<10).map { row in
    EnrolledBattery(
      battery: BatteryID("c\(row)")!, gateway: GatewayID("g\(row)")!, site: SiteID("s\(row)")!,
      owner: OwnerID("o\(row)")!, node: NodeID("root")!, capacity: .zero, maxDischarge: .zero,
      maxCharge: Power(watts: 7_000), dischargeEfficiency: .hundred, reserve: .zero,
      exportLimit: nil, charge: nil, offer: BatteryOffer(kind: .evCharger))
  }

  static func policy(_ edits: [(String, String)] = []) throws -> Policy {
    var text = try String(
      contentsOf: PretendWorld.root.appendingPathComponent("policies/surge-ten-percent.yaml"),
      encoding: .utf8)
    let start = text.range(of: "  recovery:")!.lowerBound
    text.removeSubrange(start..<text.range(of: "  handBack:")!.lowerBound)
    for (old, new) in [
      ("spreadSeconds: 60", "spreadSeconds: 0"),
      ("otherProgrammes: none ", "kinds: [battery, evCharger]\n  otherProgrammes: none "),
      ("  floorAtZero: false", "  charging: net\n  floorAtZero: false"),
    ] + edits {
      precondition(text.contains(old), "the shipped policy has \(old)")
      text = text.replacing(old, with: new)
    }
    return try Policy.load(bytes: Array(text.utf8), file: "policy.yaml")
  }

  /// Births, descriptions and one report of each charger that draws `watts`.
  static func heard(_ watts: Int64, at now: Timestamp) -> [Input] {
    fleet.flatMap { charger -> [Input] in
      [
        .state(
          GatewayState(
            session: 1, birth: .init(at: now, clockSynced: true, schemas: ["headroom.cmd/1"])),
          of: charger.gateway),
        .description(
          BatteryDescription(
            at: now, online: true, site: charger.site, capacity: .zero, maxDischarge: .zero,
            maxCharge: Power(watts: 7_000), canExport: false, canCharge: true,
            remoteControl: true), charger.battery, of: charger.gateway),
        .telemetry(
          [
            Telemetry(
              battery: charger.battery, at: now, discharge: Power(watts: -watts), charge: nil,
              state: watts > 0 ? .charging : .holding)
          ], from: charger.gateway),
      ]
    }
  }

  /// What both meters of each home have recorded in the three weeks up to the end of the day.
  static func records() -> [MeterRecord] {
    var records: [MeterRecord] = []
    var seq: Int64 = 0
    let first = event.start.adding(seconds: -21 * 86_400)
    var start = first
    while start < at("23:00:00") {
      seq += 1
      let window = Window(start: start, end: start.adding(seconds: 900))!
      let hour = start.seconds(since: at("00:00:00").adding(seconds: -30 * 86_400)) % 86_400 / 3_600
      let isDay = start >= event.start.adding(seconds: -3_600)
      let charges = isDay ? [16, 18, 19].contains(hour) : (16..<19).contains(hour)
      let charged: Int64 = charges ? 1_750 : 0
      for charger in fleet {
        for (meter, imported) in [
          (charger.siteMeter, 125 + charged), (charger.batteryMeter, charged),
        ] {
          records.append(
            MeterRecord(
              meter: meter, seq: seq, window: window, quality: .actual, registers: nil,
              energies: .init(imported: Energy(wattHours: imported), exported: .zero)))
        }
      }
      start = window.end
    }
    return records
  }

  @Test func `E18: ten are paused for an hour, and the hours after it are in the report`()
    async throws
  {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let policy = try Self.policy()
    let tree = FeederTree.unlimited(NodeID("root")!)
    var engine = Engine(fleet: Self.fleet, feeder: tree, programmes: [policy.dispatch])
    let begin = Self.at("16:40:00")
    let counter = try Counter(Self.fleet, tree, policy, in: folder, funded: 1_000, at: begin)
    var now = begin
    var commands: [Command] = []
    var answers: [SignalAcknowledgement] = []
    func tell(_ inputs: [Input]) throws {
      var asked = engine.handle(inputs, at: now)
      while !asked.isEmpty {
        for effect in asked {
          switch effect {
          case .command(let command, _): commands.append(command)
          case .answer(let answer, _): answers.append(answer)
          default: break
          }
        }
        asked = engine.handle(try counter.cover(asked, engine, now), at: now)
      }
    }
    func run(to moment: Timestamp, drawing watts: Int64) throws {
      while now < moment {
        now = now.adding(seconds: 60)
        try tell(Self.heard(watts, at: now))
      }
    }
    func acknowledge(_ status: Acknowledgement.Status, accepted: Power? = nil) throws {
      try tell(
        commands.map {
          .acknowledgement(
            Acknowledgement(
              subject: .command($0.id), battery: $0.battery, status: status, at: now,
              accepted: accepted), from: GatewayID("g" + $0.battery.text.dropFirst())!)
        })
    }
    try run(to: Self.at("16:42:00"), drawing: 7_000)
    try tell([
      .signal(
        GridSignal(
          event: EventID("peak")!, revision: 1, issuedAt: now,
          content: .init(window: Self.event, level: 2, request: .byLevel)),
        from: UtilityID("example-utility")!, digest: Digest(bytes: Array(repeating: 1, count: 32))!,
        signed: true)
    ])
    let promise = try #require(answers.last?.commitment)
    #expect(promise.committed == Power(watts: 70_000))
    #expect(promise.requested == Power(watts: 70_000) && promise.batteries == 10)
    #expect(counter.holds("event:peak:escrow") == "140.00")

    try run(to: Self.event.start, drawing: 7_000)
    #expect(commands.count == 10)
    #expect(commands.allSatisfy { $0.action == .hold && $0.window == Self.event })
    try acknowledge(.received)
    try acknowledge(.started, accepted: .zero)
    #expect(engine.event(EventID("peak")!)?.commitment?.committed == Power(watts: 70_000))
    try run(to: Self.at("17:30:00"), drawing: 0)
    #expect(
      engine.event(EventID("peak")!)?.curve.last?.delivered == Power(watts: 70_000))
    try run(to: Self.event.end, drawing: 0)
    try acknowledge(.completed)
    try run(to: Self.at("18:20:00"), drawing: 7_000)
    #expect(commands.count == 10)

    now = Self.at("23:00:00")
    try counter.setup.readings.append(Self.records(), receivedAt: now)
    try await counter.settle("peak", of: engine, at: now)
    let rows = try counter.rows("intervals", of: "peak")
    let verified = rows.compactMap { Int64($0["reduction_j"] ?? "") }.reduce(0, +)
    #expect(verified == 252_000_000)  // 70 kWh
    for owner in Self.fleet.map(\.owner) { #expect(counter.holds("owner:\(owner)") == "14.00") }
    #expect(counter.holds(Counter.funding) == "860.00")

    let report = try counter.report(of: "peak")
    let rebound = try #require(report["rebound"] as? [[String: Any]])
    // Thousands of watt-hours of ten homes: 75 with cars, 5 without.
    #expect(rebound.map { $0["homes"] as? Int } == [10, 10, 10])
    #expect(rebound.map { $0["expectedJ"] as? Int } == [270_000_000, 18_000_000, 18_000_000])
    #expect(rebound.map { $0["actualJ"] as? Int } == [270_000_000, 270_000_000, 18_000_000])
    #expect(rebound.map { $0["excessJ"] as? Int } == [0, 252_000_000, 0])
  }
}
