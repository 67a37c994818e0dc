public import Grid

extension Macet80020 {
  /// Who sends a file, and as which.
  public struct Sender: Sendable {
    /// Tax number.
    public var inn: String
    /// Name.
    public var name = ""
    /// Of the area; that of the sender when nil.
    public var areaINN: String?
    /// Name of the area.
    public var areaName = ""
    /// Rises with each file of the sender.
    public var number: Int64
    /// `YYYYMMDDhhmmss`; the end of the day when nil, so that the same readings give the same bytes.
    public var timestamp: String?
    /// Decimals of a kilowatt-hour, 0…3; with 0 the remainder is carried on.
    public var decimals = 0

    /// A sender.
    public init(inn: String, number: Int64) {
      self.inn = inn
      self.number = number
    }
  }

  /// The name of a file.
  public static func name(_ sender: Sender, day: CivilDate) -> String {
    let area = sender.areaINN.map { "_\($0)" } ?? ""
    return "80020_\(sender.inn)_\(compact(day))_\(sender.number)\(area).xml"
  }

  /// One local day of half hours or hours; readings are in order of meter and start.
  ///
  /// What is missing is left out, estimated values have status 1. Whole kilowatt-hours keep the
  /// day's sum: what is rounded off one period is carried to the next.
  public static func encode(
    _ readings: [Reading], day: CivilDate, zone: ZoneOffsets, sender: Sender
  ) -> [UInt8] {
    precondition((0...3).contains(sender.decimals), "0 to 3 decimals of a kilowatt-hour")
    var xml = XMLWriter(encoding: .windows1251)
    let changes =
      zone.startOfDay(day.adding(days: 1)).seconds - zone.startOfDay(day).seconds != 86_400
    let isSummer = zone.offsetSeconds(at: zone.startOfDay(day)) > standard(zone, day)
    xml.raw("<message class=\"80020\" version=\"2\" number=\"\(sender.number)\">\n <datetime>\n")
    xml.raw("  <timestamp>\(sender.timestamp ?? compact(day.adding(days: 1)) + "000000")")
    xml.raw("</timestamp>\n  <daylightsavingtime>\(changes ? 2 : isSummer ? 1 : 0)")
    xml.raw("</daylightsavingtime>\n  <day>\(compact(day))</day>\n </datetime>\n <sender>\n  <inn>")
    xml.escaped(sender.inn)
    xml.raw("</inn>\n  <name>")
    xml.escaped(sender.name)
    xml.raw("</name>\n </sender>\n <area>\n  <inn>")
    xml.escaped(sender.areaINN ?? sender.inn)
    xml.raw("</inn>\n  <name>")
    xml.escaped(sender.areaName)
    xml.raw("</name>\n")
    var place = 0
    while place < readings.count {
      var next = place
      while next < readings.count, readings[next].meter == readings[place].meter { next += 1 }
      let own = readings[place..<next]
      xml.raw("  <measuringpoint code=\"")
      xml.escaped(readings[place].meter.text)
      xml.raw("\" name=\"\">\n")
      channel("01", own, \.imported, zone, sender, &xml)
      channel("02", own, \.exported, zone, sender, &xml)
      xml.raw("  </measuringpoint>\n")
      place = next
    }
    xml.raw(" </area>\n</message>\n")
    return xml.bytes
  }

  private static func channel(
    _ code: String, _ readings: ArraySlice<Reading>, _ side: KeyPath<Reading, Energy?>,
    _ zone: ZoneOffsets, _ sender: Sender, _ xml: inout XMLWriter
  ) {
    guard readings.contains(where: { $0[keyPath: side] != nil }) else { return }
    xml.raw("   <measuringchannel code=\"\(code)\" desc=\"\">\n")
    let scale = (0..<sender.decimals).reduce(Int128(1)) { scale, _ in scale * 10 }
    var sum: Int128 = 0
    var written: Int128 = 0
    for reading in readings {
      guard let energy = reading[keyPath: side] else { continue }
      sum += Int128(energy.joules)
      // Half up of the running sum, less what was written: the day's sum survives.
      let upTo = (sum * scale * 2 + 3_600_000) / 7_200_000
      let units = upTo - written
      written = upTo
      let start = zone.secondOfDay(at: reading.window.start) / 60
      let end = (start + reading.window.seconds / 60) % 1_440
      xml.raw("    <period start=\"\(clock(start))\" end=\"\(clock(end))\"")
      if case .twice(let first, _) = zone.moments(
        on: zone.date(at: reading.window.start), secondOfDay: start * 60),
        first == reading.window.start
      {
        xml.raw(" summer=\"1\"")
      }
      let isDoubtful = reading.quality == .estimated || reading.isNonCommercial
      xml.raw("><value\(isDoubtful ? " status=\"1\"" : "")>")
      let text = FixedDecimal.text(
        units, places: sender.decimals, minimumPlaces: sender.decimals)
      xml.raw(text.replacing(".", with: ","))
      xml.raw("</value></period>\n")
    }
    xml.raw("   </measuringchannel>\n")
  }

  private static func clock(_ minutes: Int64) -> String {
    let number = minutes / 60 * 100 + minutes % 60
    let text = String(number)
    return String(repeating: "0", count: 4 - text.utf8.count) + text
  }

  static func compact(_ day: CivilDate) -> String { "\(day)".replacing("-", with: "") }

  // The lesser of the offsets in January and July is the standard one, north and south.
  private static func standard(_ zone: ZoneOffsets, _ day: CivilDate) -> Int64 {
    let year = day.components.year
    return [1, 7].map { month in
      zone.offsetSeconds(
        at: Timestamp(seconds: CivilDate(year: year, month: month, day: 1)!.dayNumber * 86_400))
    }.min()!
  }
}
