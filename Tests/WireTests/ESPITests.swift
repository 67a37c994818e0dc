import Foundation
import Grid
import Testing

@testable import Wire

@Suite struct `A Green Button feed` {
  private func example(_ changes: [(String, String)] = []) throws -> [UInt8] {
    var text = try MeterExample.text("espi_example.xml")
    for (old, new) in changes {
      try #require(text.contains(old), "the example has no \(old)")
      text = text.replacingOccurrences(of: old, with: new)
    }
    return text.bytes
  }

  private func faultsOf(
    _ bytes: [UInt8], _ change: (inout ImportOptions) -> Void = { _ in }
  ) -> String {
    MeterExample.refusal(bytes) {
      $0.zone = nil
      change(&$0)
    }.map { "\($0)" } ?? "taken"
  }

  /// Scenario W10: flow direction 19 is export.
  @Test func `has eight values in four quarter hours`() throws {
    let file = try MeterExample.read(try example()) { $0.zone = nil }
    #expect(file.readings.map(\.meter.text) == ["42", "42", "42", "42"])
    #expect(file.readings[0].window.start == Timestamp(rfc3339: "2025-08-15T00:00:00Z"))
    #expect(file.readings.map { $0.imported?.wattHoursRoundedDown } == [412, 0, 0, 35])
    #expect(file.readings.map { $0.exported?.wattHoursRoundedDown } == [0, 1_180, 1_204, 0])
    #expect(file.readings.map(\.quality) == [.actual, .actual, .actual, .estimated])
    #expect(file.runs.map(\.range) == [0..<4] && file.source == "espi")
    #expect(file.findings.isEmpty)
  }

  @Test func `does not depend on order, prefix or host`() throws {
    let expected = try MeterExample.read(try example()).readings
    let lines = try MeterExample.text("espi_example.xml").split(
      separator: "\n", omittingEmptySubsequences: false)
    var entries: [String] = []
    var head: [String] = []
    for line in lines where !line.isEmpty {
      if line.hasPrefix("<entry>") {
        entries.append(String(line))
      } else if entries.isEmpty {
        head.append(String(line))
      } else if !line.hasPrefix("</feed>") {
        entries[entries.count - 1] += "\n" + line
      }
    }
    let reversed = (head + entries.reversed() + ["</feed>"]).joined(separator: "\n")
    #expect(try MeterExample.read(reversed.bytes).readings == expected)
    let relative = try example([("https://example.invalid/espi/", "/espi/")])
    #expect(try MeterExample.read(relative).readings == expected)
    // Relative to the feed's own link, and to a base that is said.
    let folder = "https://example.invalid/espi/1_1/resource/"
    let own = try example([
      (folder, ""),
      ("<title>example<", "<link rel=\"self\" href=\"\(folder)x\"/><title>example<"),
    ])
    #expect(try MeterExample.read(own).readings == expected)
    let based = try example([
      (folder, "../"),
      ("/2005/Atom\"><id>", "/2005/Atom\" xml:base=\"\(folder)RetailCustomer/\"><id>"),
    ])
    #expect(try MeterExample.read(based).readings == expected)
    let trailing = try example([
      ("/MeterReading/1/IntervalBlock\"", "/MeterReading/1/IntervalBlock/\"")
    ])
    #expect(try MeterExample.read(trailing).readings == expected)
    // Other prefixes for both namespaces.
    var prefixed = try MeterExample.text("espi_example.xml")
    prefixed = prefixed.replacing(/<(\/?)(feed|entry|link|id|title|content|published|updated)\b/) {
      "<\($0.1)a:\($0.2)"
    }
    prefixed = prefixed.replacingOccurrences(of: "xmlns=\"http://www", with: "xmlns:a=\"http://www")
    #expect(try MeterExample.read(prefixed.bytes).readings == expected)
  }

  @Test func `has a missing reading where there is no value`() throws {
    let file = try MeterExample.read(try example([("<value>412</value>", "")]))
    #expect(file.readings[0].quality == .missing && file.readings[0].imported == nil)
    #expect(file.readings[1].quality == .actual)
  }

  @Test(arguments: [
    ("<uom>72<", "<uom>38<", "ReadingType/uom is 38; allowed: 72"),
    ("Behaviour>4<", "Behaviour>1<", "accumulationBehaviour is 1; allowed: 4 (delta)"),
    ("Behaviour>4<", "Behaviour>12<", "accumulationBehaviour is 12"),
    ("<flowDirection>1<", "<flowDirection>4<", "4 (net); allowed: 1 or 19; --net signed"),
    ("<flowDirection>1<", "<flowDirection>20<", "flowDirection is 20; allowed: 1 (import)"),
    ("<value>412<", "<value>4e2<", "value is 4e2; allowed: an integer"),
    ("<value>412<", "<value>-412<", "value is -1483200 J; allowed: 0 or more"),
    ("<value>412<", "<value>99999999999999999999999999<", "allowed: an integer"),
    ("<quality>8<", "<quality>99<", "quality is 99; allowed: 0, 7...19"),
    ("<duration>900<", "<duration>901<", "timePeriod/duration is 901"),
    ("/ReadingType/1\"/><link rel=\"up\"", "/ReadingType/9\"/><link rel=\"up\"", "0 reading types"),
    (
      "up\" href=\"https://example.invalid/espi/1_1/resource/RetailCustomer/7/UsagePoint/42/MeterReading\"",
      "up\" href=\"https://example.invalid/nowhere\"", "allowed: the readings of a UsagePoint"
    ),
    (
      "up\" href=\"https://example.invalid/espi/1_1/resource/RetailCustomer/7/UsagePoint/42/"
        + "MeterReading/1/IntervalBlock\"", "up\" href=\"/nowhere\"",
      "allowed: the blocks of a MeterReading"
    ),
  ])
  func `is refused for what it cannot mean`(_ old: String, _ new: String, _ said: String) throws {
    let text = faultsOf(try example([(old, new)]))
    #expect(text.contains(said), "\(text)")
  }

  @Test func `with net values is split by sign when that is said`() throws {
    let text = try MeterExample.text("espi_example.xml")
    let feed = text.replacingOccurrences(of: "<flowDirection>1<", with: "<flowDirection>4<")
      .replacingOccurrences(of: "<commodity>1<", with: "<commodity>2<")
      .replacing("<commodity>2<", with: "<commodity>1<", maxReplacements: 1)
      .replacingOccurrences(of: "<value>412<", with: "<value>-412<")
    let file = try MeterExample.read(feed.bytes) { $0.isNetSigned = true }
    #expect(file.readings[0].imported == .zero)
    #expect(file.readings[0].exported == Energy(wattHours: 412))
    #expect(file.ignored == ["commodity 2": 1])
  }

  private func day(_ start: Int, _ extra: String = "") -> [UInt8] {
    """
    <feed xmlns="http://www.w3.org/2005/Atom" xmlns:e="http://naesb.org/espi">\
    <entry><link rel="self" href="/u/7"/><link rel="related" href="/u/7/MeterReading"/>\
    <content><e:UsagePoint/></content></entry>\
    <entry><link rel="self" href="/t"/><content><e:LocalTimeParameters>\
    <e:dstEndRule>B40E2000</e:dstEndRule><e:dstOffset>3600</e:dstOffset>\
    <e:dstStartRule>360E2000</e:dstStartRule><e:tzOffset>-28800</e:tzOffset>\
    </e:LocalTimeParameters></content></entry>\
    <entry><link rel="self" href="/u/7/MeterReading/1"/><link rel="up" href="/u/7/MeterReading"/>\
    <link rel="related" href="/r"/><link rel="related" href="/b"/><content><e:MeterReading/>\
    </content></entry>\
    <entry><link rel="self" href="/r"/><content><e:ReadingType>\
    <e:accumulationBehaviour>4</e:accumulationBehaviour><e:commodity>1</e:commodity>\
    <e:flowDirection>1</e:flowDirection><e:kind>12</e:kind><e:intervalLength>3600\
    </e:intervalLength><e:powerOfTenMultiplier>-3</e:powerOfTenMultiplier><e:uom>72</e:uom>\
    </e:ReadingType></content></entry>\
    <entry><link rel="self" href="/b/1"/><link rel="up" href="/b"/><content><e:IntervalBlock>\
    <e:interval><e:duration>86400</e:duration><e:start>\(start)</e:start></e:interval>\
    <e:IntervalReading><e:value>1500</e:value></e:IntervalReading>\
    <e:IntervalReading><e:value>2500</e:value></e:IntervalReading>\(extra)\
    </e:IntervalBlock></content></entry></feed>
    """.bytes
  }

  @Test func `whose days begin at midnight of UTC far from there is suspected of local epochs`()
    throws
  {
    // 2025-08-15 00:00 on the wall in California is 07:00Z.
    let local = 1_755_216_000
    #expect(faultsOf(day(local)).contains("localEpochSuspected"))
    let file = try MeterExample.read(day(local)) {
      $0.zone = nil
      $0.isEpochLocal = true
      $0.isOneWay = true
    }
    #expect(file.readings[0].window.start == Timestamp(rfc3339: "2025-08-15T07:00:00Z"))
    #expect(file.readings[1].window.start == Timestamp(rfc3339: "2025-08-15T08:00:00Z"))
    // 1,500 and 2,500 times 10^-3 Wh.
    #expect(file.readings.map(\.imported?.joules) == [5_400, 9_000])
    let utc = try MeterExample.read(day(local + 7 * 3_600)) { $0.isOneWay = true }
    #expect(utc.readings == file.readings)
    #expect(utc.findings.first?.hasPrefix("zoneMismatch") == true, "Moscow is elsewhere")
  }

  @Test func `does not add two lengths of the same energy`() throws {
    let text = try MeterExample.text("same_day_espi.xml")
    let feed = text.replacingOccurrences(of: "<flowDirection>19<", with: "<flowDirection>1<")
    #expect(faultsOf(feed.bytes).contains("--interval MINUTES chooses a length"))
    let hourly = try #require(
      MeterExample.refusal(feed.bytes) { $0.intervalMinutes = 30 }, "two of one length")
    #expect("\(hourly)".contains("a second one of 770000000001103"))
    let none = try MeterExample.read(text.bytes) { $0.intervalMinutes = 60 }
    #expect(none.readings.isEmpty && none.ignored == ["length 30": 2])
  }

  /// Two readings of import, 412, 0, 0, 35 and 0, 1,180, 1,204, 0 Wh.
  private func twice() throws -> [UInt8] {
    try example([("<flowDirection>19<", "<flowDirection>1<")])
  }

  private func map(_ rows: String...) throws -> MeterMap {
    try MeterMap.parse(
      "format,external_id,meter_id\n\(rows.map { "espi,\($0)\n" }.joined())".bytes, file: "map")
  }

  private func read(_ bytes: [UInt8], _ map: MeterMap) throws -> MeterDelivery {
    try MeterExample.read(bytes) {
      $0.zone = nil
      $0.map = map
      $0.isOneWay = true
    }
  }

  @Test func `has the one of two readings of a length that the map names`() throws {
    let first = try map("42/1,home", "42,other")
    let file = try read(try twice(), first)
    #expect(file.readings.map { $0.imported?.wattHoursRoundedDown } == [412, 0, 0, 35])
    #expect(file.readings.allSatisfy { $0.meter.text == "home" && $0.exported == .zero })
    #expect(file.ignored == ["not in the map": 1] && file.findings.isEmpty)
    let second = try map("42/2,home")
    let other = try read(try twice(), second)
    #expect(other.readings.map { $0.imported?.wattHoursRoundedDown } == [0, 1_180, 1_204, 0])
    // What is passed over need not be an energy.
    let units = try MeterExample.text("espi_example.xml").split(separator: "<uom>72<")
    #expect(units.count == 3)
    let power = [units[0], "<uom>72<", units[1], "<uom>38<", units[2]].joined().bytes
    #expect(
      try read(power, first).readings.map(\.imported)
        == file.readings.map(\.imported))
    #expect(faultsOf(power).contains("ReadingType/uom is 38"))
    let apart = try map("42/1,home", "42/2,garage")
    let two = try read(try twice(), apart)
    #expect(
      two.readings.map(\.meter.text)
        == ["garage", "home"].flatMap { Array(repeating: $0, count: 4) })
    let unknown = try map("42/3,home")
    #expect(try read(try twice(), unknown).readings.isEmpty)
  }

  @Test func `adds registers that the map names, and none that is missing`() throws {
    let both = try map("42/1,home", "42/2,home")
    let file = try read(try twice(), both)
    #expect(file.readings.map { $0.imported?.wattHoursRoundedDown } == [412, 1_180, 1_204, 35])
    #expect(file.readings.map(\.quality) == [.actual, .actual, .actual, .estimated])
    #expect(
      file.findings == [
        "registersAdded: 1 MeterReadings are added to others of their direction, as the map names"
          + " them"
      ])
    let hole = try example([
      ("<flowDirection>19<", "<flowDirection>1<"), ("<value>412</value>", ""),
    ])
    let part = try read(hole, both)
    #expect(part.readings[0].quality == .missing && part.readings[0].imported == nil)
    // Import and export that are named stay apart.
    let usual = try read(try example(), both)
    #expect(usual.readings.map { $0.exported?.wattHoursRoundedDown } == [0, 1_180, 1_204, 0])
    #expect(usual.findings.isEmpty)
    // Points without names of their readings are never added.
    let point = try map("42,home")
    let refused = faultsOf(try twice()) { $0.map = point }
    #expect(refused.contains("a second one of home in this direction; allowed: one; --interval"))
    #expect(refused.contains("POINT/READING in the map picks one, or adds"))
  }

  @Test(arguments: [
    ("360E2000", 2025, "2025-03-09T02:00:00Z"), ("B40E2000", 2025, "2025-11-02T02:00:00Z"),
    ("360E2000", 2026, "2026-03-08T02:00:00Z"),
  ])
  func `knows the rules of summer time`(_ hex: String, _ year: Int, _ local: String) throws {
    let rule = try #require(ESPILocalTime.Rule(hex))
    let moment = try #require(Timestamp(rfc3339: local))
    #expect(rule.local(in: Int64(year)) == moment.seconds)
    #expect(ESPILocalTime.Rule("FFFFFFFF") == nil)
    #expect(ESPILocalTime.Rule("36") == nil)
  }
}
