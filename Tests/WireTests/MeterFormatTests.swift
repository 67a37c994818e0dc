import Foundation
import Grid
import Testing

@testable import Wire

/// Files that senders make, with invented names.
enum MeterExample {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Files")

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appending(path: name)))
  }

  static func text(_ name: String) throws -> String {
    String(decoding: try bytes(name), as: UTF8.self)
  }

  /// Moscow, as it has been since 2014.
  static let moscow = ZoneOffsets(name: "Europe/Moscow", before: 10_800, transitions: [])

  /// A zone with summer time in 2010: forward on 28 March, back on 31 October.
  static let moscow2010 = ZoneOffsets(
    name: "Europe/Moscow", before: 10_800,
    transitions: [
      .init(at: 1_269_730_800, offsetSeconds: 14_400),
      .init(at: 1_288_479_600, offsetSeconds: 10_800),
    ])

  static func read(
    _ bytes: [UInt8], _ file: String = "f", _ change: (inout ImportOptions) -> Void = { _ in }
  ) throws -> MeterDelivery {
    var options = ImportOptions()
    options.zone = moscow
    change(&options)
    return try MeterFiles.read(bytes, file: file, options: options)
  }

  /// The refusal of a file, which must be refused.
  static func refusal(
    _ bytes: [UInt8], _ file: String = "f", _ change: (inout ImportOptions) -> Void = { _ in }
  ) -> DeliveryRefusal? {
    do {
      _ = try read(bytes, file, change)
      return nil
    } catch {
      return error as? DeliveryRefusal
    }
  }

  static func sum(_ readings: [Reading], _ side: KeyPath<Reading, Energy?>) -> Int64 {
    readings.reduce(0) { $0 + ($1[keyPath: side]?.joules ?? 0) }
  }
}

@Suite struct `Three routes for the same day` {
  @Test func `give the same readings`() throws {
    let names = ["same_day.csv", "80020_7700000001_20250814_418.xml", "same_day_espi.xml"]
    let days = try names.map { try MeterExample.read(try MeterExample.bytes($0), $0) }
    #expect(days.map(\.format) == [.csv, .macet80020, .espi])
    for day in days {
      #expect(day.readings == days[0].readings)
      #expect(day.readings.count == 48)
      #expect(day.readings[0].window.start == Timestamp(rfc3339: "2025-08-13T21:00:00Z"))
      #expect(MeterExample.sum(day.readings, \.imported) == 10_828 * 3_600)
      #expect(MeterExample.sum(day.readings, \.exported) == 9_600 * 3_600)
    }
  }

  @Test func `leave and come back as they were`() throws {
    let file = try MeterExample.read(try MeterExample.bytes("same_day.csv"))
    let readings = file.readings
    #expect(try MeterExample.read(MetersFile.encode(readings)).readings == readings)
    let updated = try #require(Timestamp(rfc3339: "2025-08-15T08:00:00Z"))
    let feed = ESPIFile.encode(readings, updated: updated)
    #expect(try MeterExample.read(feed).readings == readings)
    #expect(ESPIFile.encode(try MeterExample.read(feed).readings, updated: updated) == feed)
    let day = try #require(CivilDate(text: "2025-08-14"))
    var sender = Macet80020.Sender(inn: "7700000001", number: 7)
    sender.decimals = 3
    let xml = Macet80020.encode(readings, day: day, zone: MeterExample.moscow, sender: sender)
    let again = try MeterExample.read(xml, Macet80020.name(sender, day: day))
    #expect(again.readings == readings)
    #expect(
      Macet80020.encode(again.readings, day: day, zone: MeterExample.moscow, sender: sender) == xml)
    // A day of Moscow is not one of UTC+10: the file is padded with what is not known.
    let nem = NEM12File.encode(readings, sender: NEM12File.Sender(from: "A", to: "B"))
    let back = try MeterExample.read(nem)
    #expect(back.readings.filter { $0.quality != .missing } == readings)
    let bytes = NEM12File.encode(back.readings, sender: NEM12File.Sender(from: "A", to: "B"))
    #expect(bytes == nem)
  }
}

@Suite struct `A file of 80020` {
  static let name = "80020_7700000001_20250814_417.xml"

  private func example() throws -> String {
    Windows1251.decode(try MeterExample.bytes(Self.name)).utf8.string
  }

  /// The example changed; its bytes are those of its encoding.
  private func changed(_ pairs: [(String, String)]) throws -> [UInt8] {
    var text = try example()
    for (old, new) in pairs {
      try #require(text.contains(old), "the example has no \(old)")
      text = text.replacingOccurrences(of: old, with: new)
    }
    return text.unicodeScalars.map { Windows1251.byte($0)! }
  }

  /// Scenarios W8 and W9: `status="1"` gives receipt 1; windows-1251 and quotes in names.
  @Test func `is read as its sender means it`() throws {
    let file = try MeterExample.read(try MeterExample.bytes(Self.name), "in/" + Self.name)
    let one = file.readings.filter { $0.meter.text == "770000000001101" }
    let two = file.readings.filter { $0.meter.text == "770000000001102" }
    #expect(one.count == 48 && two.count == 48)
    #expect(MeterExample.sum(one, \.imported) == 669 * 3_600_000)
    #expect(MeterExample.sum(one, \.exported) == 72 * 3_600_000)
    let excluded = one.filter(\.isNonCommercial)
    #expect(excluded.map(\.imported) == [Energy(wattHours: 12_000)])
    #expect(excluded[0].window.start == Timestamp(rfc3339: "2025-08-14T07:00:00Z"))
    #expect(excluded[0].quality == .estimated)
    #expect(MeterExample.sum(two, \.imported) == 13_128 * 3_600)
    #expect(two.allSatisfy { $0.exported == nil && $0.quality == .missing })
    #expect(file.ignored == ["reactive": 96])
    #expect(file.halfMissing == 48)
    #expect(file.document == NumberedDocument(name: "80020:7700000001:20250814", number: 417))
    let receipt = try #require(file.receipt)
    #expect(receipt.status == .nonCommercial && receipt.id == "417")
    let oneWay = try MeterExample.read(try MeterExample.bytes(Self.name)) { $0.isOneWay = true }
    #expect(oneWay.readings.allSatisfy { $0.exported != nil })
  }

  @Test func `gets the receipt of the contract, byte for byte`() throws {
    let file = try MeterExample.read(try MeterExample.bytes(Self.name), Self.name)
    var receipt = try #require(file.receipt)
    receipt.email = "metering@example.org"
    #expect(receipt.encode() == (try MeterExample.bytes("80021_reply_417.xml")))
    #expect(try Receipt80021.parse(receipt.encode(), file: "r") == receipt)
    #expect(throws: FileFault.self) { try Receipt80021.parse("<a/>".bytes, file: "r") }
    #expect(throws: FileFault.self) {
      try Receipt80021.parse(
        "<message class=\"80021\"><reply status=\"9\"/></message>".bytes, file: "r")
    }
  }

  /// A message with one channel of one point.
  private func message(_ periods: String, day: String = "20250814") -> [UInt8] {
    """
    <message class="80020" version="2" number="5"><datetime>\
    <timestamp>20250815013000</timestamp><daylightsavingtime>1</daylightsavingtime>\
    <day>\(day)</day></datetime><Sender><inn>7700000001</inn><Name>&quot;A&amp;B&quot;</Name>\
    </Sender><area timezone="9"><inn>7700000099</inn><accountpoint code="P1" name="x">\
    <measuringchannel code="01" desc="">\(periods)</measuringchannel></accountpoint></area>\
    </message>
    """.bytes
  }

  private func periods(
    _ minutes: Int, skipping: Set<Int> = [], value: (Int) -> String = { _ in "10" }
  ) -> String {
    stride(from: 0, to: 1_440, by: minutes).filter { !skipping.contains($0) }.map { start in
      let end = (start + minutes) % 1_440
      return String(
        format: "<period start=\"%02d%02d\" end=\"%02d%02d\"><value> %@ </value></period>",
        start / 60, start % 60, end / 60, end % 60, value(start))
    }.joined()
  }

  /// Scenario W8: 24 hourly values of 10 are 240 kWh.
  @Test func `of hours stays one of hours`() throws {
    let file = try MeterExample.read(message(periods(60))) { $0.isOneWay = true }
    #expect(file.readings.count == 24)
    #expect(MeterExample.sum(file.readings, \.imported) == 240 * 3_600_000)
    #expect(file.receipt?.status == .accepted)
  }

  /// Scenario W8: 47 periods get receipt 3.
  @Test func `with a hole is refused, or has a missing interval`() throws {
    let bytes = message(periods(30, skipping: [600]))
    let refusal = try #require(MeterExample.refusal(bytes))
    #expect(refusal.receipt?.status == .formatError)
    #expect(
      "\(refusal)" == "f:1: P1 01 is 47 of 48 periods; "
        + "allowed: a whole day; --allow-gaps takes the rest as missing")
    let file = try MeterExample.read(bytes) {
      $0.allowsGaps = true
      $0.isOneWay = true
    }
    #expect(file.readings.filter { $0.quality == .missing }.count == 1)
    #expect(file.readings.count == 48)
  }

  @Test func `has fifty half hours on the long day of an archive`() throws {
    let long =
      periods(30)
      + "<period start=\"0200\" end=\"0230\" summer=\"1\"><value>7</value></period>"
      + "<period start=\"0230\" end=\"0300\"><value summer=\"1\">8</value></period>"
    let file = try MeterExample.read(message(long, day: "20101031")) {
      $0.zone = MeterExample.moscow2010
      $0.isOneWay = true
    }
    #expect(file.readings.count == 50)
    let sevens = file.readings.filter { $0.imported == Energy(wattHours: 7_000) }
    #expect(sevens.map(\.window.start) == [Timestamp(rfc3339: "2010-10-30T22:00:00Z")])
    #expect(file.readings[6].imported == Energy(wattHours: 10_000))
    #expect(file.readings[6].window.start == Timestamp(rfc3339: "2010-10-30T23:00:00Z"))
  }

  @Test func `has forty-six on the short one, if nothing is said of the hour that is not there`()
    throws
  {
    func short(_ value: String) -> [UInt8] {
      message(
        periods(30) { $0 == 120 || $0 == 150 ? value : "10" }, day: "20100328")
    }
    let file = try MeterExample.read(short("0")) { $0.zone = MeterExample.moscow2010 }
    #expect(file.readings.count == 46)
    let refusal = MeterExample.refusal(short("5")) { $0.zone = MeterExample.moscow2010 }
    #expect(refusal?.receipt?.status == .formatError)
    #expect(refusal?.faults.total == 2)
  }

  @Test(arguments: [
    ("hello", 4), ("<message", 4), ("<a><b></a></b>", 4), ("<other/>", 3),
    // Scenario W9: entities that grow are not even declared.
    (
      "<!DOCTYPE message [<!ENTITY a \"kWh\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>"
        + "<message class=\"80020\">&b;</message>", 4
    ),
  ])
  func `gets a receipt when it is no such file`(_ text: String, _ status: Int) {
    let refusal = MeterExample.refusal(text.bytes, "80020_7700000001_20250814_9.xml") {
      $0.format = .macet80020
    }
    #expect(refusal?.receipt?.status.rawValue == status)
    #expect(refusal?.receipt?.name == "80020_7700000001_20250814_9.xml")
  }

  @Test func `is refused for each fault, all at once`() throws {
    let bad = try changed([(">13<", ">1 3<")])
    let refusal = try #require(MeterExample.refusal(bad, "80020_7700000001_20250815_418.xml"))
    #expect(refusal.receipt?.status == .formatError)
    let text = "\(refusal)"
    #expect(text.contains("value is 1 3; allowed: kilowatt-hours"))
    #expect(text.contains("file name is day 20250815; allowed: day 20250814, as in the file"))
    #expect(text.contains("file name is number 418"))
  }

  @Test func `is answered with 2 for points that are not in the map`() throws {
    let map = try MeterMap.parse(
      "format,external_id,meter_id\n80020,770000000001101,home-1\n".bytes, file: "map")
    let refusal = try #require(
      MeterExample.refusal(try MeterExample.bytes(Self.name)) { $0.map = map })
    #expect(refusal.receipt?.status == .unknownPoints)
    #expect("\(refusal)".contains("770000000001102; allowed: a code of the map"))
    // Another code of a channel is unknown too, and what is no number is a fault of the format.
    let letters = MeterExample.refusal(try changed([(">13<", ">12a<")]))
    #expect(letters?.receipt?.status == .formatError)
    #expect(letters.map { "\($0)" }?.contains("value is 12a; allowed: kilowatt-hours") == true)
    let unknown = try changed([("measuringchannel code=\"04\"", "measuringchannel code=\"05\"")])
    #expect(MeterExample.refusal(unknown)?.receipt?.status == .unknownPoints)
  }

  @Test func `needs a zone`() throws {
    let refusal = MeterExample.refusal(try MeterExample.bytes(Self.name)) { $0.zone = nil }
    #expect(refusal.map { "\($0)" }?.contains("zone is none; allowed: --zone") == true)
  }

  @Test func `carries what whole kilowatt-hours leave over`() throws {
    let start = try #require(Timestamp(rfc3339: "2025-08-13T21:00:00Z"))
    let readings = (0..<3).map { place in
      let from = start.adding(seconds: Int64(place) * 3_600)
      return Reading(
        meter: MeterID("P1")!, window: Window(start: from, end: from.adding(seconds: 3_600))!,
        imported: Energy(wattHours: 600), exported: .zero, quality: .actual)
    }
    let day = try #require(CivilDate(text: "2025-08-14"))
    let sender = Macet80020.Sender(inn: "7700000001", number: 1)
    let xml = Macet80020.encode(readings, day: day, zone: MeterExample.moscow, sender: sender)
    let file = try MeterExample.read(xml) { $0.allowsGaps = true }
    #expect(
      file.readings.prefix(3).map(\.imported)
        == [1_000, 0, 1_000].map { Energy(wattHours: $0) })
  }
}

extension [UInt8] {
  var string: String { String(decoding: self, as: UTF8.self) }
}
