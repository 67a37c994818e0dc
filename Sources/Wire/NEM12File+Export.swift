public import Grid

extension NEM12File {
  /// Who sends a file to whom.
  public struct Sender: Sendable {
    /// From.
    public var from: String
    /// To.
    public var to: String
    /// When it is made, `YYYYMMDDhhmm` at UTC+10; the end of the last day when nil.
    public var created: String?

    /// A sender.
    public init(from: String, to: String) {
      self.from = from
      self.to = to
    }
  }

  /// True when readings of this length can be written.
  public static func knows(minutes: Int64) -> Bool { [5, 15, 30].contains(minutes) }

  /// Whole days of UTC+10; readings are in order of meter and start, each of one length.
  ///
  /// `E1` is import and `B1` export. What is missing has quality N and the value 0, which nobody
  /// reads; edited is `F18`, estimated `S18`.
  public static func encode(_ readings: [Reading], sender: Sender) -> [UInt8] {
    var text = ""
    let lastDay = readings.map { day($0) }.max() ?? 0
    let end = CivilDate(dayNumber: lastDay + 1)
    let created = sender.created ?? Macet80020.compact(end) + "0000"
    text += "100,NEM12,\(created),\(sender.from),\(sender.to)\n"
    var place = 0
    while place < readings.count {
      let first = readings[place]
      var next = place
      while next < readings.count, readings[next].meter == first.meter,
        readings[next].window.seconds == first.window.seconds
      { next += 1 }
      let own = readings[place..<next]
      for (suffix, side) in [("E1", \Reading.imported), ("B1", \Reading.exported)] {
        text += "200,\(first.meter),E1B1,\(suffix),\(suffix),N1,,KWH,"
        text += "\(first.window.seconds / 60),\n"
        days(own, side, stamp: created, to: &text)
      }
      place = next
    }
    text += "900\n"
    return Array(text.utf8)
  }

  private static func day(_ reading: Reading) -> Int64 {
    CivilDate(utc: reading.window.start.adding(seconds: offsetSeconds)).dayNumber
  }

  private static func days(
    _ readings: ArraySlice<Reading>, _ side: KeyPath<Reading, Energy?>, stamp: String,
    to text: inout String
  ) {
    guard let seconds = readings.first?.window.seconds else { return }
    let count = Int(86_400 / seconds)
    var place = readings.startIndex
    while place < readings.endIndex {
      let number = day(readings[place])
      let midnight = number * 86_400 - offsetSeconds
      var values = [String](repeating: "0", count: count)
      var marks = [String](repeating: "N", count: count)
      while place < readings.endIndex, day(readings[place]) == number {
        let reading = readings[place]
        let slot = Int((reading.window.start.seconds - midnight) / seconds)
        if let energy = reading[keyPath: side] {
          values[slot] = KilowattHours.text(energy)
          marks[slot] = mark(reading)
        }
        place += 1
      }
      let isOne = marks.allSatisfy { $0 == marks[0] }
      text += "300,\(Macet80020.compact(CivilDate(dayNumber: number))),"
      text += values.joined(separator: ",")
      text += ",\(isOne ? marks[0] : "V"),,,\(stamp)00,\n"
      guard !isOne else { continue }
      var start = 0
      for slot in 1...count where slot == count || marks[slot] != marks[start] {
        text += "400,\(start + 1),\(slot),\(marks[start]),,\n"
        start = slot
      }
    }
  }

  private static func mark(_ reading: Reading) -> String {
    if reading.isNonCommercial { return "S18" }
    switch reading.quality {
    case .actual: return "A"
    case .edited: return "F18"
    // One channel of two is known: the value itself is not in doubt.
    case .missing: return "A"
    case .estimated: return "S18"
    }
  }
}

extension CivilDate {
  /// The UTC date of `moment`.
  init(utc moment: Timestamp) { self = ZoneOffsets.utc.date(at: moment) }
}
