import Controller
import Foundation
import Grid
import Policies
import Testing
import Verification
import Wire

/// The recorded homes beside the project, or where `HEADROOM_REFERENCE_DATA` says.
private enum Recorded {
  static let root: URL = {
    var root = URL(filePath: #filePath)
    for _ in 0..<3 { root.deleteLastPathComponent() }
    return root
  }()
  static let folder: URL =
    ProcessInfo.processInfo.environment["HEADROOM_REFERENCE_DATA"].map { URL(filePath: $0) }
    ?? root.deletingLastPathComponent().appending(path: "shared/data")
  static let isPresent = FileManager.default.fileExists(
    atPath: folder.appending(path: "meters_ca.csv.gz").path)

  static func policy() throws -> Policy {
    let file = root.appending(path: "policies/surge-hourly.yaml")
    return try Policy.load(bytes: Array(Data(contentsOf: file)), file: "surge-hourly.yaml")
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: name)))
  }

  static func unpacked(_ name: String) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", folder.appending(path: name).path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Array(data)
  }

  static func nullEvents() throws -> NullEvents {
    let homes = try HomesFile.parse(try bytes("homes.csv"), file: "homes.csv")
    let events = try EventsFile.parse(try bytes("events_ca.csv"), file: "events_ca.csv")
    let readings = Dictionary(
      grouping: try MetersFile.parse(try unpacked("meters_ca.csv.gz"), file: "meters"),
      by: \.meter)
    return NullEvents(
      homes: try homes.map { home in
        NullEvents.Home(
          site: home.site, dataClass: home.dataClass,
          meter: try IntervalSeries.build(
            from: readings[home.meter] ?? [], meter: home.meter, side: .netImport,
            intervalSeconds: 3_600
          ).series)
      }, events: events.map { ($0.event, $0.window) })
  }
}

/// Scenario V15: what a method credits though no battery moved.
@Suite struct `Events in which nothing moved` {
  @Test(.enabled(if: Recorded.isPresent))
  func `V15: have the published false credit, to four decimals`() throws {
    let rows = try Recorded.nullEvents().rows(NullEvents.methods(of: Recorded.policy()))
    let clean = rows.filter { $0.dataClass == "clean" }
    #expect(clean.allSatisfy { $0.homes == 9 && $0.doubts.isEmpty })
    let table = Dictionary(grouping: clean, by: \.event.text).mapValues { rows in
      rows.map { row in
        [row.credit.net, row.credit.perEvent, row.credit.perInterval].map(\.fourDecimals)
      }
    }
    #expect(
      table == [
        "CA-2016-08-15": [
          ["-17.7860", "6.4469", "12.8884"], ["-10.2656", "5.0481", "14.2611"],
          ["0.2859", "12.8701", "23.6327"],
        ],
        "CA-2016-08-16": [
          ["-24.0929", "6.4688", "9.3009"], ["-25.9765", "2.0218", "4.7969"],
          ["-6.0210", "10.4062", "14.3891"],
        ],
        "CA-2016-09-26": [
          ["-23.8944", "7.0607", "11.8977"], ["-25.3668", "6.4227", "10.9045"],
          ["-1.6093", "12.8609", "18.8298"],
        ],
        "CA-2017-04-21": [
          ["1.4843", "7.7378", "9.7360"], ["-2.5446", "4.6203", "6.1460"],
          ["9.4169", "13.5795", "15.5350"],
        ],
        "CA-2017-05-03": [
          ["-0.4221", "5.5482", "6.3754"], ["10.2136", "11.2423", "11.5581"],
          ["6.8297", "10.3274", "11.3992"],
        ],
        "CA-2017-05-22": [
          ["-31.9024", "0.0000", "3.0060"], ["-35.9762", "2.6159", "5.5944"],
          ["-15.8038", "1.7458", "9.1242"],
        ],
      ])
    let doubted = Dictionary(grouping: rows.flatMap(\.doubts), by: \.site.text)
    #expect(doubted.keys.sorted() == ["H-CA07", "H-CA12", "H-CA14"])
    // The mis-wired home is held in every event, though it is credited like any other.
    #expect(doubted["H-CA12"]?.count == 18)
    #expect(doubted["H-CA12"]?.allSatisfy { $0.isHeld && $0.findings == [.noNightImport] } == true)
    #expect(doubted["H-CA07"]?.allSatisfy { !$0.isHeld && $0.findings == [.nightDropouts] } == true)
    #expect(doubted["H-CA14"]?.allSatisfy { !$0.isHeld && $0.findings == [.weakExport] } == true)
  }

  /// A home that takes `wattHours` in every hour, and `then` from the event on, over three weeks.
  private func home(_ name: String, _ wattHours: Int64, then: Int64, days: Int = 21)
    -> NullEvents.Home
  {
    let start: Int64 = 1_470_009_600 - 17 * 3_600
    let event: Int64 = 1_470_009_600 + 20 * 86_400
    let rows = days * 24 + 18
    let first = Int64(21 - days) * 86_400 + start
    return NullEvents.Home(
      site: SiteID(name)!, dataClass: "clean",
      meter: IntervalSeries(
        meter: MeterID(name)!, startSecond: first, intervalSeconds: 3_600,
        energies: (0..<rows).map { row in
          let isEvent = first + Int64(row) * 3_600 >= event
          // A little different each hour: frozen values are a doubt of their own.
          return Energy(wattHours: (isEvent ? then : wattHours) + Int64(row % 24 % 2))
        }))
  }

  @Test func `are summed in three ways, and a refused home is credited nothing`() throws {
    // 2016-08-21 00:00 UTC is Saturday 17:00 in Los Angeles.
    let start = Timestamp(seconds: 1_470_009_600 + 20 * 86_400)
    let window = Window(start: start, end: start.adding(seconds: 3_600))!
    let null = NullEvents(
      homes: [
        home("up", 1_000, then: 3_000), home("down", 3_000, then: 1_000),
        home("new", 3_000, then: 1_000, days: 1),
      ], events: [(EventID("E-1")!, window)])
    let rows = null.rows(NullEvents.methods(of: try Recorded.policy()))
    #expect(rows.map(\.method) == ["10 recent", "10 recent, additive", "high 5 of 10"])
    let row = rows[0]
    #expect(row.homes == 3)
    #expect(row.credit.net == .zero)
    #expect(row.credit.perEvent == Energy(wattHours: 2_000))
    #expect(row.credit.perInterval == Energy(wattHours: 2_000))
    #expect(row.doubts.map(\.site.text) == ["new"])
    #expect(row.doubts.first?.refusal == "tooFewDays")
  }

  @Test func `are printed to four decimals of a kilowatt-hour, a half to the even digit`() {
    #expect(Energy(joules: 180).fourDecimals == "0.0000")
    #expect(Energy(joules: 540).fourDecimals == "0.0002")
    #expect(Energy(joules: -541).fourDecimals == "-0.0002")
    #expect(Energy(joules: 3_600_000).fourDecimals == "1.0000")
  }
}
