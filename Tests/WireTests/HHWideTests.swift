import Grid
import Testing

@testable import Wire

@Suite struct `A file of British half hours` {
  static let name = "uk_hh_wide.csv"
  static let header = "mpan,date,\(periods.joined(separator: ",")),flags"
  static let periods = (1...50).map { $0 < 10 ? "HH0\($0)" : "HH\($0)" }

  private func example(_ changes: [(String, String)] = []) throws -> [UInt8] {
    var text = try MeterExample.text(Self.name)
    for (old, new) in changes { text = text.with(old, new) }
    return text.bytes
  }

  /// A row of `values`, with as many letters or those that are given.
  private func row(_ date: String, _ values: [String], flags: String? = nil) -> String {
    let cells = values + Array(repeating: "", count: 50 - values.count)
    let letters = flags ?? String(repeating: "A", count: values.count)
    return "1012345678901,\(date),\(cells.joined(separator: ",")),\(letters)\n"
  }

  private func file(_ rows: String...) -> [UInt8] { "\(Self.header)\n\(rows.joined())".bytes }

  private func ones(_ count: Int) -> [String] { Array(repeating: "1", count: count) }

  @Test func `has the days of its clocks`() throws {
    let file = try MeterExample.read(try example()) { $0.isOneWay = true }
    #expect(file.format == .hhWide && file.readings.count == 46 + 48 + 50)
    #expect(file.meters == 1 && file.source == nil && file.runs.isEmpty)
    let starts = file.readings.map(\.window.start.description)
    // Sorted by time: 30 March, 14 August, 26 October.
    #expect(starts[0] == "2025-03-30T00:00:00Z" && starts[45] == "2025-03-30T22:30:00Z")
    // The third period of the short day is 02:00 BST, straight after 00:30 GMT.
    #expect(starts[2] == "2025-03-30T01:00:00Z")
    #expect(starts[46] == "2025-08-13T23:00:00Z" && starts[93] == "2025-08-14T22:30:00Z")
    #expect(starts[94] == "2025-10-25T23:00:00Z" && starts[143] == "2025-10-26T23:30:00Z")
    // The fifth period of the long day is 01:00 GMT.
    #expect(starts[98] == "2025-10-26T01:00:00Z")
    // 0.200 in steps of 0.002: 46 x 0.245, 48 x 0.247 and 50 x 0.249 kWh.
    let days = [0..<46, 46..<94, 94..<144].map { day in
      MeterExample.sum(Array(file.readings[day]), \.imported) / 3_600
    }
    #expect(days == [11_270, 11_856, 12_450])
    #expect(file.readings.allSatisfy { $0.quality == .actual && $0.exported == .zero })
  }

  @Test func `is the same day as D0379`() throws {
    let wide = try MeterExample.read(try example()) { $0.isOneWay = true }.readings[94...]
    let flow = try MeterExample.read(try MeterExample.bytes(`A D0379 file`.name)) {
      $0.isOneWay = true
    }.readings
    #expect(wide.map(\.window) == flow.map(\.window))
    #expect(wide.map(\.imported) == flow.map(\.imported))
  }

  @Test func `has half a reading unless the meter has one way, and missing values`() throws {
    let half = try MeterExample.read(try example())
    #expect(half.halfMissing == 144 && half.readings.allSatisfy { $0.quality == .missing })
    #expect(half.findings[0].hasPrefix("halfMissing: 144 readings have import alone"))
    var values = ones(48)
    values[3] = ""
    values[4] = ""
    values[5] = "0.0000001"
    let letters = "AAAAME" + String(repeating: "A", count: 42)
    let day = try MeterExample.read(file(row("2025-08-14", values, flags: letters))) {
      $0.isOneWay = true
    }
    #expect(
      day.readings.map(\.quality)[2...6] == [.actual, .missing, .missing, .estimated, .actual])
    #expect(day.readings[3].imported == nil && day.readings[4].imported == nil)
    #expect(day.rounded == 1 && day.readings[5].imported == .zero)
  }

  @Test func `is read whatever the order of its columns and the zeros of their names`() throws {
    let expected = try MeterExample.read(try example()).readings
    let lines = try MeterExample.text(Self.name).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).reversed()
    }
    let turned = lines.map { $0.joined(separator: ",") }.joined(separator: "\r\n")
    #expect(try MeterExample.read([0xEF, 0xBB, 0xBF] + turned.bytes).readings == expected)
    let short = try example([("HH01,HH02", "HH1,HH2")])
    #expect(try MeterExample.read(short).readings == expected)
  }

  @Test(arguments: [("2025-03-30", 46), ("2025-08-14", 48), ("2025-10-26", 50), ("2026-10-25", 50)])
  func `is refused with the periods of another clock`(_ date: String, _ count: Int) throws {
    #expect(try MeterExample.read(file(row(date, ones(count)))).readings.count == count)
    let short = MeterExample.refusal(file(row(date, ones(count - 2))))
    #expect(
      short.map { "\($0)" }
        == "f:2: flags is \(count - 2) letters; allowed: \(count) letters on \(date)")
    guard count < 50 else { return }
    let long = try #require(MeterExample.refusal(file(row(date, ones(count + 2)))))
    #expect(long.faults.list.map(\.field) == ["flags", "HH\(count + 1)", "HH\(count + 2)"])
    #expect("\(long)".contains("HH\(count + 1) is 1; allowed: empty: \(date) has \(count)"))
  }

  @Test(arguments: [
    (
      "1012345678901,2025-08-14", "101234567890,2025-08-14",
      "f:2: mpan is 101234567890; allowed: 13 digits"
    ),
    ("2025-08-14,", "14/08/2025,", "f:2: date is 14/08/2025; allowed: a date YYYY-MM-DD of 1996"),
    ("2025-08-14,", "2025-02-30,", "date is 2025-02-30"),
    ("2025-08-14,", "1995-08-14,", "date is 1995-08-14"),
    ("2025-08-14,0.200", "2025-08-14,-0.200", "HH01 is -0.200; allowed: 0 or more"),
    ("2025-08-14,0.200", "2025-08-14,2e-1", "HH01 is 2e-1; allowed: kilowatt-hours"),
    ("2025-08-14,0.200", "2025-08-14,\"0,200\"", "HH01 is 0,200"),
    ("2025-08-14,0.200", "2025-08-14,0.200,0.1", "row is 54 cells; allowed: 53 cells"),
    ("0.294,,,A", "0.294,,,X", "flags is X for period 1; allowed: A, E or M"),
    ("0.294,,,A", "0.294,,,M", "HH01 is 0.200; allowed: empty, with flag M"),
    ("HH50,flags", "HH51,flags", "f:1: HH51 is an unknown column"),
    ("HH01,HH02", "HH01,HH1", "f:1: HH1 is twice; allowed: each column once"),
    (",flags", ",quality", "flags is no such column; allowed: it is required"),
    (
      "2025-10-26,0.200", "2025-08-14,0.200",
      "flags is 50 letters; allowed: 48 letters on 2025-08-14"
    ),
  ])
  func `is refused for a fault`(_ old: String, _ new: String, _ said: String) throws {
    let refusal = try #require(MeterExample.refusal(try example([(old, new)])))
    #expect("\(refusal)".contains(said), "\(refusal)")
  }

  @Test func `lists every fault, and refuses a day that comes twice with another value`() throws {
    let bad = MeterExample.refusal(
      file(row("2025-08-14", ["x"] + ones(47)), row("2025-08-15", ones(46) + ["-1", "y"])))
    #expect(bad?.faults.list.map(\.line) == [2, 3, 3])
    #expect(bad?.faults.list.map(\.field) == ["HH01", "HH47", "HH48"])
    let day = row("2025-08-14", ones(48))
    let same = try MeterExample.read(file(day, day))
    #expect(same.readings.count == 48 && same.duplicates == 48)
    let other = MeterExample.refusal(file(day, row("2025-08-14", ones(47) + ["2"])))
    #expect(other?.faults.total == 1)
    #expect(other?.faults.list[0].found == "another value than on line 2")
  }

  @Test func `goes by the map where there is one`() throws {
    func map(_ name: String) throws -> MeterMap {
      try MeterMap.parse("format,external_id,meter_id\nhh-wide,\(name),home-1\n".bytes, file: "map")
    }
    let file = try MeterExample.read(try example()) { $0.map = try? map("1012345678901") }
    #expect(file.readings[0].meter.text == "home-1")
    let refusal = MeterExample.refusal(try example()) { $0.map = try? map("1012345678902") }
    #expect(refusal?.faults.list.map(\.line) == [2, 3, 4])
    #expect(refusal?.faults.list[0].allowed == "an MPAN of the map")
  }
}
