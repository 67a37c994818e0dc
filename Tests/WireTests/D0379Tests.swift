import Grid
import Testing

@testable import Wire

@Suite struct `A D0379 file` {
  static let name = "uk_d0379_long_day.txt"

  private func example(_ changes: [(String, String)] = []) throws -> [UInt8] {
    var text = try MeterExample.text(Self.name)
    for (old, new) in changes { text = text.with(old, new) }
    return text.bytes
  }

  /// A file of one day of `values`, each of its own period.
  private func day(_ date: String, _ values: [String], quantity: String = "AI") -> [UInt8] {
    let periods = values.map { "66L|A|\($0)|\n" }.joined()
    return """
      ZHV|9|D0379001|X|EXSU|C|UDMS|20251027060000||||OPER|
      25B|1012345678901|\(quantity)|EXSU|
      26B|\(date)|
      \(periods)ZPT|9|\(values.count + 2)||1|20251027060000|

      """.bytes
  }

  @Test("W10: D0379 with 50 periods has all 50")
  func longDay() throws {
    let file = try MeterExample.read(try example()) { $0.isOneWay = true }
    #expect(file.format == .d0379 && file.readings.count == 50)
    #expect(file.readings.map(\.meter.text).allSatisfy { $0 == "1012345678901" })
    // Midnight is 00:00 BST; the fifth period is the second 01:00 on the wall, now GMT.
    let starts = file.readings.map(\.window.start.description)
    #expect(starts[0] == "2025-10-25T23:00:00Z")
    #expect(starts[2] == "2025-10-26T00:00:00Z")
    #expect(starts[4] == "2025-10-26T01:00:00Z")
    #expect(starts[49] == "2025-10-26T23:30:00Z")
    // 0.200 to 0.298 kWh in steps of 0.002: 50 times 0.249.
    #expect(MeterExample.sum(file.readings, \.imported) == 12_450 * 3_600)
    #expect(file.readings.allSatisfy { $0.exported == .zero })
    #expect(file.readings.indices.filter { file.readings[$0].quality == .estimated } == [7])
    #expect(file.readings[7].imported == Energy(wattHours: 214))
    #expect(file.source == "d0379:EXSU" && file.runs.map(\.range) == [0..<50])
    // 2025-10-27 06:00:00, whatever clock its sender has, orders his files.
    let later = try MeterExample.read(
      try example([("UDMS|20251027060000", "UDMS|20251027060001")]))
    #expect(later.runs[0].version == file.runs[0].version + 1)
  }

  @Test(arguments: [
    ("20250330", 46, "2025-03-30T00:00:00Z", "2025-03-30T22:30:00Z"),
    ("20250331", 48, "2025-03-30T23:00:00Z", "2025-03-31T22:30:00Z"),
    ("20250814", 48, "2025-08-13T23:00:00Z", "2025-08-14T22:30:00Z"),
    ("20261025", 50, "2026-10-24T23:00:00Z", "2026-10-25T23:30:00Z"),
    ("20251027", 48, "2025-10-27T00:00:00Z", "2025-10-27T23:30:00Z"),
    ("20240331", 46, "2024-03-31T00:00:00Z", "2024-03-31T22:30:00Z"),
  ])
  func `has the periods of the British day`(
    _ date: String, _ count: Int, _ first: String, _ last: String
  ) throws {
    let file = try MeterExample.read(day(date, Array(repeating: "1", count: count)))
    #expect(file.readings.first?.window.start.description == first)
    #expect(file.readings.last?.window.start.description == last)
    for wrong in [count - 1, count + 1] {
      let refusal = MeterExample.refusal(day(date, Array(repeating: "1", count: wrong)))
      #expect(refusal?.faults.list.map(\.field) == ["26B.periods"])
      #expect(refusal?.faults.list.map(\.found) == ["\(wrong)"])
    }
  }

  @Test func `has half a reading with one quantity, and both with AI and AE`() throws {
    let half = try MeterExample.read(try example())
    #expect(half.halfMissing == 50 && half.findings.count == 1)
    #expect(half.readings.allSatisfy { $0.quality == .missing && $0.exported == nil })
    let ones = String(repeating: "66L|A|1|\n", count: 48)
    let text = """
      ZHV|9|D0379001|X|EXSU|C|UDMS|20250815060000||||OPER|
      25B|1012345678901|AI|EXSU|
      26B|20250814|
      \(ones)25B|1012345678901|AE|EXSU|
      26B|20250814|
      \(ones.replacing("66L|A|1|\n", with: "66L|A||\n", maxReplacements: 1))25B|1012345678901|RI|EXSU|
      26B|20250814|
      \(ones)ZPT|9|150||1|20250815060000|

      """
    let both = try MeterExample.read(text.bytes)
    #expect(both.readings.count == 48 && both.ignored == ["reactive": 48])
    // No value is missing, and never 0.
    #expect(both.readings[0].quality == .missing && both.readings[0].exported == nil)
    #expect(both.readings[1].exported == Energy(wattHours: 1_000))
  }

  @Test(arguments: [
    ("ZPT|9000000417|52||1|20251027060000|\n", "", "ZPT as the last group"),
    ("ZPT|9000000417|52", "ZPT|9000000417|51", "ZPT.groups is 51; allowed: 52, as in the file"),
    ("ZPT|9000000417", "ZPT|9000000418", "ZPT.file is 9000000418; allowed: 9000000417"),
    ("D0379001", "D0010002", "ZHV.flow is D0010002"),
    ("UDMS|20251027060000", "UDMS|2025102706", "ZHV.created is 2025102706"),
    ("X|EXSU", "X|", "ZHV.from is empty"), ("ZHV|9000000417", "ZHV|", "ZHV.file is empty"),
    ("ZHV|", "ZHW|", "group is ZHW; allowed: ZHV as the first group"),
    ("|1012345678901|", "|101234567890|", "25B.MPAN is 101234567890; allowed: 13 digits"),
    ("|AI|", "|AX|", "25B.quantity is AX; allowed: AI or AE"),
    ("26B|20251026|", "26B|20251032|", "26B.date is 20251032; allowed: YYYYMMDD of 1996...2100"),
    ("26B|20251026|\n", "", "group is 66L; allowed: 66L after 26B"),
    ("25B|1012345678901|AI|EXSU|\n", "", "group is 26B; allowed: 26B after 25B"),
    ("66L|E|", "66L|M|", "66L.quality is M; allowed: A or E"),
    ("|0.200|", "|-0.200|", "66L.kWh is -0.200"), ("|0.200|", "|2e-1|", "66L.kWh is 2e-1"),
    ("|0.200|", "|0,200|", "66L.kWh is 0,200"),
    ("66L|A|0.200|\n", "67L|A|0.200|\n", "group is 67L; allowed: ZHV, 25B, 26B, 66L or ZPT"),
    ("1|20251027060000|\n", "1|20251027060000|\n66L|A|1|\n", "nothing after ZPT"),
    ("26B|20251026|\n", "ZHV|1|\n26B|20251026|\n", "a second ZHV"),
  ])
  func `is refused for a fault`(_ old: String, _ new: String, _ said: String) throws {
    let refusal = try #require(
      MeterExample.refusal(try example([(old, new)])) { $0.format = .d0379 })
    #expect("\(refusal)".contains(said), "\(refusal)")
    // One fault does not make one of each period below it.
    #expect(refusal.faults.total <= 3, "\(refusal)")
  }

  @Test func `goes by the map where there is one`() throws {
    func map(_ name: String) throws -> MeterMap {
      try MeterMap.parse("format,external_id,meter_id\nd0379,\(name),home-1\n".bytes, file: "map")
    }
    let file = try MeterExample.read(try example()) { $0.map = try? map("1012345678901") }
    #expect(file.readings[0].meter.text == "home-1")
    let refusal = MeterExample.refusal(try example()) { $0.map = try? map("1012345678902") }
    #expect(refusal.map { "\($0)" }?.contains("1012345678901; allowed: an MPAN of the map") == true)
  }
}
