import Foundation
import Grid
import Testing

@testable import Wire

@Suite struct `A NEM12 file` {
  private func example(_ changes: [(String, String)] = []) throws -> [UInt8] {
    var text = try MeterExample.text("nem12_example.csv")
    for (old, new) in changes {
      try #require(text.contains(old), "the example has no \(old)")
      text = text.replacingOccurrences(of: old, with: new)
    }
    return text.bytes
  }

  /// Scenario W10: suffix E is consumption, B export.
  @Test func `is read as the market sees it`() throws {
    for unit in ["KWH", "kwh"] {
      let file = try MeterExample.read(try example([("KWH", unit)]))
      #expect(file.format == .nem12 && file.readings.count == 96)
      #expect(file.readings[0].window.start == Timestamp(rfc3339: "2025-08-13T14:00:00Z"))
      #expect(MeterExample.sum(file.readings, \.imported) == 31_056 * 3_600)
      #expect(MeterExample.sum(file.readings, \.exported) == 20_000 * 3_600)
      let estimated = file.readings.filter { $0.quality == .estimated }
      #expect(
        estimated.map(\.window.start.description) == [
          "2025-08-15T00:00:00Z", "2025-08-15T00:30:00Z", "2025-08-15T01:00:00Z",
          "2025-08-15T01:30:00Z", "2025-08-15T02:00:00Z", "2025-08-15T02:30:00Z",
        ])
      #expect(file.readings.filter { $0.quality == .edited }.count == 42)
      #expect(file.ignored == ["500": 1] && file.source == "nem12:EXMDP")
    }
  }

  @Test func `counts in watt-hours and megawatt-hours too`() throws {
    let wh = try MeterExample.read(try example([("KWH", "Wh")]))
    // Each value is rounded by itself: 0.301 Wh are 1,083.6 J.
    #expect(MeterExample.sum(wh.readings, \.imported) == 111_802)
    #expect(wh.rounded == 76)
    let mwh = try MeterExample.read(try example([("KWH", "mWh")]))
    #expect(MeterExample.sum(mwh.readings, \.imported) == 31_056 * 3_600_000)
    let reactive = try MeterExample.read(try example([("KWH", "KVARH")]))
    #expect(reactive.readings.isEmpty && reactive.ignored["unit KVARH"] == 192)
  }

  @Test func `starts a Sydney summer day at one o'clock`() throws {
    let file = try MeterExample.read(
      try example([("300,20250814", "300,20250114"), ("300,20250815", "300,20250115")]))
    let start = file.readings[0].window.start
    #expect(start == Timestamp(rfc3339: "2025-01-13T14:00:00Z"))
    let sydney = ZoneOffsets(name: "Australia/Sydney", before: 39_600, transitions: [])
    #expect(sydney.secondOfDay(at: start) == 3_600)
    #expect(sydney.date(at: start) == CivilDate(text: "2025-01-14"))
  }

  @Test(arguments: [
    ("\n900\n", "\n", "record is the end of the file; allowed: 900 as the last record"),
    ("400,21,26,S14", "400,22,26,S14", "400.intervals is 22-26; allowed: from 21 on"),
    ("400,21,26,S14", "400,20,26,S14", "400.intervals is 20-26"),
    ("400,27,48,A,,\n", "", "400.intervals is none for 27; allowed: 1...48, without gap"),
    ("400,1,20,A,,\n", "400,1,20,V,,\n", "400.quality is V"),
    (",0.347,A,,,", ",A,,,", "300.values is 47 values; allowed: 48 values of 30 minutes"),
    (",0.347,A,", ",0.347,X,", "300.quality is X"),
    (",0.347,A,", ",0.347,S,", "300.quality is S"),
    (",0.346,", ",-0.346,", "300.value 47 is -0.346"), (",0.346,", ",1e3,", "300.value 47 is 1e3"),
    ("KWH,30,", "KWH,31,", "200.interval length is 31; allowed: 5, 15 or 30"),
    (",E1B1,B1,B1,", ",E1B1,N1,N1,", "200.suffix is N1; allowed: separate registers"),
    ("300,20250815", "300,20250230", "300.date is 20250230"),
    ("20250816030000,", "20259916030000,", "300.updated is 20259916030000"),
    ("100,NEM12", "100,NEM13", "100.version is NEM13"), ("200,610", "250,610", "record is 250"),
    ("100,NEM12", "200,NEM12", "allowed: 100 as the first record"),
    ("\n900\n", "\n900\n300,20250816\n", "allowed: 100 or the end of the file"),
    ("\n900\n", "\n400,1,2,A,,\n900\n", "400 only after a 300 of quality V"),
  ])
  func `is refused for a fault`(_ old: String, _ new: String, _ said: String) throws {
    let refusal = try #require(
      MeterExample.refusal(try example([(old, new)])) { $0.format = .nem12 })
    #expect("\(refusal)".contains(said), "\(refusal)")
  }

  private func file(_ blocks: String) -> [UInt8] {
    "100,NEM12,202508160300,A,B\n\(blocks)900\n".bytes
  }

  private func stream(
    _ suffix: String, _ value: String, configuration: String = "E1", length: Int = 30,
    quality: String = "A", updated: String = "20250816030000", day: String = "20250814"
  ) -> String {
    let values = Array(repeating: value, count: 1_440 / length).joined(separator: ",")
    return "200,N1,\(configuration),\(suffix),\(suffix),,,KWH,\(length),\n"
      + "300,\(day),\(values),\(quality),,,\(updated),\n"
  }

  @Test func `adds the registers of one direction, and misses the sum with one of them`() throws {
    let both = try MeterExample.read(
      file(stream("E1", "1", configuration: "E1E2") + stream("E2", "0.5", configuration: "E1E2")))
    #expect(both.readings.allSatisfy { $0.imported == Energy(wattHours: 1_500) })
    // No register of the configuration leads into the grid.
    #expect(both.readings.allSatisfy { $0.exported == .zero })
    let later = stream("E1", "1", configuration: "E1E2", day: "20250815")
    let one = try MeterExample.read(
      file(
        stream("E1", "1", configuration: "E1E2") + stream("E2", "1", configuration: "E1E2") + later)
    )
    #expect(one.readings[..<48].allSatisfy { $0.quality == .actual })
    #expect(one.readings[48...].allSatisfy { $0.quality == .missing && $0.imported == nil })
  }

  @Test func `takes the newer of two versions, and nothing of quality N`() throws {
    let newer = stream("E1", "2", updated: "20250817000000")
    let blocks = [stream("E1", "1") + newer, newer + stream("E1", "1")]
    for block in blocks {
      let file = try MeterExample.read(file(block))
      #expect(file.readings.allSatisfy { $0.imported == Energy(wattHours: 2_000) })
      #expect(file.duplicates == 48)
    }
    let same = MeterExample.refusal(file(stream("E1", "1") + stream("E1", "2")))
    #expect(same?.faults.total == 48)
    let null = try MeterExample.read(file(stream("E1", "3", quality: "N")))
    #expect(null.readings.allSatisfy { $0.imported == nil && $0.quality == .missing })
    let lengths = MeterExample.refusal(
      file(stream("E1", "1") + stream("E1", "1", length: 15)))
    #expect(lengths.map { "\($0)" }?.contains("one length of a meter at a time") == true)
  }

  @Test func `may hold several blocks, and is written with its qualities`() throws {
    let two = file(stream("E1", "1")) + file(stream("E1", "2", day: "20250815"))
    #expect(try MeterExample.read(two).readings.count == 96)
    let readings = try MeterExample.read(try example()).readings
    let bytes = NEM12File.encode(readings, sender: NEM12File.Sender(from: "A", to: "B"))
    let again = try MeterExample.read(bytes)
    #expect(again.readings == readings)
    #expect(bytes.string.contains("\n400,21,26,S18,,\n400,27,48,"))
  }
}
