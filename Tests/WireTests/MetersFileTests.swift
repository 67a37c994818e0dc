import FoundationEssentials
import Grid
import Testing

@testable import Wire

@Suite struct `A meters file` {
  private static let header = "meter_id,start,duration_min,import_kwh,export_kwh,quality\n"

  private func faultsOf(_ text: String) -> [String] {
    faults { () throws(FileFaults) in _ = try MetersFile.parse(text.bytes, file: "m") }
  }

  @Test func `has exact energies, in order of meters and starts`() throws {
    let text = """
      \(Self.header)H-2,2025-03-09T03:00:00-07:00,60,0.4010,1.8420,E
      H-2,2025-03-09T01:00:00-08:00,60,0.3980,0,A
      H-2,2025-03-09T04:00:00-07:00,60,,,M
      H-1,2025-03-09T00:00:00Z,15,0.00001,12,A

      """
    let readings = try MetersFile.parse(text.bytes, file: "m")
    #expect(readings.map(\.meter.text) == ["H-1", "H-2", "H-2", "H-2"])
    #expect(readings[0].imported == Energy(joules: 36))
    #expect(readings[0].exported == Energy(wattHours: 12_000))
    #expect(readings[0].window.seconds == 900)
    // The hour that the clocks skipped is no gap.
    #expect(readings[1].window.end == readings[2].window.start)
    #expect(readings[1].imported == Energy(joules: 1_432_800))
    #expect(readings[2].quality == .estimated)
    #expect(readings[3].quality == .missing && readings[3].imported == nil)
    #expect(try MetersFile.parse(MetersFile.encode(readings), file: "again") == readings)
  }

  /// Scenario W7.
  @Test func `lists seven different faults in one report and imports nothing`() {
    let text = """
      meter_id,start,duration_min,import_kwh,export_kwh,quality,phase
      a,2025-03-09T00:00:00,60,1,0,A,1
      a,2025-03-09T01:00:00Z,60,-1,0,A,1
      a,2025-03-09T02:00:00Z,60,,,A,1
      a,2025-03-09T03:00:00Z,60,1e3,0,A,1
      a,2025-03-09T04:00:00Z,60,"1,5",0,A,1
      a,2025-03-09T05:00:00Z,60,1,0,A,1
      a,2025-03-09T05:00:00Z,60,2,0,A,1
      """
    let number =
      "kilowatt-hours of 0...1000000 with a decimal point, up to 12 decimals, "
      + "no exponent, separator or unit"
    let time = "a time of 1990...2100 with Z or an offset, like 2025-03-09T01:00:00-08:00"
    let hour = "2025-03-09T05:00:00Z/2025-03-09T06:00:00Z"
    let columns = "meter_id,start,duration_min,import_kwh,export_kwh,quality"
    #expect(
      faultsOf(text) == [
        "m:1: phase is an unknown column; allowed: \(columns)",
        "m:2: start is 2025-03-09T00:00:00; allowed: \(time)",
        "m:3: import_kwh is -1; allowed: 0 or more; "
          + "split a signed value into import_kwh and export_kwh",
        "m:4: import_kwh is empty; allowed: a number, or quality M; empty is missing, not 0",
        "m:5: import_kwh is 1e3; allowed: \(number)",
        "m:6: import_kwh is 1,5; allowed: \(number)",
        "m:8: start is \(hour); allowed: each moment of a meter once; line 7 has \(hour)",
      ])
  }

  @Test(arguments: [
    ("a,2025-03-09T00:00:00Z,60,1,,M", "m:2: import_kwh is 1; allowed: empty, with quality M"),
    ("a,2025-03-09T00:00:00Z,60,,1,M", "m:2: export_kwh is 1; allowed: empty, with quality M"),
    ("a,2025-03-09T00:00:00Z,60,1,1,B", "m:2: quality is B; allowed: A, E or M"),
    ("a,2025-03-09T00:00:00Z,60,1,1,", "m:2: quality is empty; allowed: A, E or M"),
    (
      "a,2025-03-09T00:00:00Z,7,1,1,A",
      "m:2: duration_min is 7; allowed: minutes that divide a day, 1...1440"
    ),
    (
      "a,2025-03-09T00:00:00Z,0,1,1,A",
      "m:2: duration_min is 0; allowed: an integer of 1...1440, no unit or separator"
    ),
    (
      "a,1989-12-31T23:59:59Z,60,1,1,A",
      "m:2: start is 1989-12-31T23:59:59Z; allowed: "
        + "a time of 1990...2100 with Z or an offset, like 2025-03-09T01:00:00-08:00"
    ),
    (
      "a.b,2025-03-09T00:00:00Z,60,1,1,A",
      "m:2: meter_id is a.b; allowed: 1...64 of A-Z a-z 0-9 _ -"
    ),
  ])
  func `is refused for a fault of a row`(_ row: String, _ fault: String) {
    #expect(faultsOf(Self.header + row + "\n") == [fault])
  }

  @Test func `is refused for a long reading over several short ones`() {
    let text =
      Self.header
      + "a,2025-03-09T00:00:00Z,1440,1,1,A\na,2025-03-09T01:00:00Z,60,1,1,A\n"
      + "a,2025-03-09T05:00:00Z,60,1,1,A\nb,2025-03-09T01:00:00Z,60,1,1,A\n"
    #expect(faultsOf(text).map { $0.prefix(10) } == ["m:3: start", "m:4: start"])
  }

  @Test func `is refused for two lengths within an hour, not in two hours`() {
    let hourly = "a,2025-03-09T00:00:00Z,60,1,1,A\n"
    let quarter = "a,2025-03-09T01:00:00Z,15,1,1,A\n"
    #expect(faultsOf(Self.header + hourly + quarter) == [])
    #expect(
      faultsOf(Self.header + quarter + "a,2025-03-09T01:15:00Z,30,1,1,A\n") == [
        "m:3: duration_min is 30; allowed: one length within an hour; line 2 has 15"
      ])
  }

  @Test func `says which offsets its zone does not have, and takes them as they are`() throws {
    // Los Angeles from 2025-03-09T10:00Z on.
    let zone = ZoneOffsets(
      name: "America/Los_Angeles", before: -28_800,
      transitions: [.init(at: 1_741_514_400, offsetSeconds: -25_200)])
    let text = """
      \(Self.header)a,2025-03-09T01:00:00-08:00,60,1,0,A
      a,2025-03-09T03:00:00-07:00,60,1,0,A
      a,2025-03-09T03:00:00-08:00,60,1,0,A
      a,2025-03-09T12:00:00Z,60,1,0,A
      a,2025-03-09T15:00:00+02:00,60,1,0,A

      """
    let delivery = try MeterExample.read(text.bytes) { $0.zone = zone }
    #expect(
      delivery.findings == [
        "offsetUnusual: 2 readings have an offset that America/Los_Angeles does not have then, "
          + "the first on line 4"
      ])
    #expect(
      delivery.readings.map(\.window.start.description) == [
        "2025-03-09T09:00:00Z", "2025-03-09T10:00:00Z", "2025-03-09T11:00:00Z",
        "2025-03-09T12:00:00Z", "2025-03-09T13:00:00Z",
      ])
    #expect(try MeterExample.read(text.bytes) { $0.zone = nil }.findings.isEmpty)
  }

  @Test func `says how many readings are half missing, and which energies were rounded`() throws {
    let text = """
      \(Self.header)a,2025-03-09T00:00:00Z,60,1,,A
      a,2025-03-09T01:00:00Z,60,0.000001,0.000000,E

      """
    let file = try MetersFile.read(text.bytes, file: "m")
    #expect(file.readings.map(\.quality) == [.missing, .estimated])
    #expect(file.readings[0].imported == Energy(wattHours: 1_000))
    #expect(file.readings[0].net == nil)
    #expect(file.halfMissing == 1 && file.rounded == 1 && file.hasQuality)
  }

  @Test func `may have no export and no quality column`() throws {
    let text = "meter_id,start,duration_min,import_kwh\na,2025-03-09T00:00:00Z,60,1\n"
    let file = try MetersFile.read(text.bytes, file: "m")
    #expect(file.readings.map(\.exported) == [.zero])
    #expect(file.readings.map(\.quality) == [.actual] && !file.hasQuality)
    #expect(
      faultsOf(text + "a,2025-03-09T01:00:00Z,60,\n").map { $0.prefix(24) } == [
        "m:3: import_kwh is empty"
      ])
  }

  @Test(arguments: [
    ("0", 0), ("1", 3_600_000), ("0.00001", 36), ("1000000", 3_600_000_000_000),
    // 3.6 J; 0.36 J; 1.8 J; half a joule goes to the even one: 0.5 -> 0, 1.5 -> 2.
    ("0.000001", 4), ("0.0000001", 0), ("0.0000005", 2), ("0.000000138889", 1),
    ("0.000012500000", 45), ("0.00000125", 4), ("0.000001250", 4), ("00.5", 1_800_000), ("-0", 0),
    ("-0.00", 0),
  ])
  func `turns decimals into joules, half to even`(_ text: String, _ joules: Int) {
    let bytes = text.bytes
    guard case .energy(let energy, _) = KilowattHours.read(bytes, 0, bytes.count) else {
      Issue.record("\(text) is a number")
      return
    }
    #expect(energy.joules == Int64(joules))
  }

  @Test(arguments: [
    "", ".", "1.", ".5", "1000000.1", "1000001", "1e3", "1,5", "1 ", " 1", "+1", "--1", "NaN",
    "0x1",
    "1.2.3", "0.1234567890123", "1kWh", "-",
  ])
  func `refuses other numbers`(_ text: String) {
    let bytes = text.bytes
    guard case .refused = KilowattHours.read(bytes, 0, bytes.count) else {
      Issue.record("\(text) is no number")
      return
    }
  }

  @Test func `writes energies so that they come back`() {
    for joules: Int64 in [0, 1, 2, 3, 35, 36, 37, 1_999_999, 3_599_999, 3_600_000, 123_456_789] {
      let bytes = KilowattHours.text(Energy(joules: joules)).bytes
      guard case .energy(let energy, _) = KilowattHours.read(bytes, 0, bytes.count) else {
        Issue.record("\(joules) J does not come back")
        continue
      }
      #expect(energy.joules == joules)
    }
    #expect(KilowattHours.text(Energy(joules: 36)) == "0.00001")
    #expect(KilowattHours.text(Energy(wattHours: 1_500)) == "1.5")
  }
}

/// A file beside the project, or nil where there is none.
private func beside(_ path: String) -> [UInt8]? {
  let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  return (try? Data(contentsOf: URL(filePath: "/\(package)/../shared/\(path)"))).map { Array($0) }
}

@Suite(.enabled(if: beside("data/meters_sample.csv") != nil)) struct `The reference data` {
  @Test func `is read whole`() throws {
    let readings = try MetersFile.parse(beside("data/meters_sample.csv")!, file: "sample")
    #expect(readings.count == 864)
    #expect(readings.first?.imported == Energy(joules: 2_241_360))
    let example = try MetersFile.parse(
      beside("reference/examples/meters_example.csv")!, file: "example")
    #expect(example.map(\.quality) == [.actual, .actual, .estimated, .missing, .actual, .actual])
    let day = try MetersFile.parse(beside("reference/examples/same_day.csv")!, file: "day")
    #expect(day.count == 48)
    #expect(day.first?.window.start == Timestamp(zulu: "2025-08-13T21:00:00Z"))
    #expect(day.reduce(Energy.zero) { $0 + $1.imported! } == Energy(wattHours: 10_828))
    #expect(day.reduce(Energy.zero) { $0 + $1.exported! } == Energy(wattHours: 9_600))
    let events = try EventsFile.parse(beside("data/events_ca.csv")!, file: "events")
    #expect(events.count == 6)
    #expect(events.map(\.level).contains(3))
  }
}
