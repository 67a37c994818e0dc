import Grid

/// LocalTimeParameters: an offset, and two rules of 32 bits for summer time.
enum ESPILocalTime {
  /// One rule: when in a year the clock changes.
  struct Rule {
    let seconds: Int64
    let weekday: Int
    let day: Int64
    let operation: Int
    let month: Int64

    /// Nil when there is none (`FFFFFFFF`) or it is malformed.
    init?(_ text: String) {
      guard text.utf8.count == 8, let bits = UInt32(text, radix: 16), bits != 0xFFFF_FFFF else {
        return nil
      }
      seconds = Int64(bits & 0xFFF) + Int64(bits >> 12 & 0x1F) * 3_600
      weekday = Int(bits >> 17 & 7)
      day = Int64(bits >> 20 & 0x1F)
      operation = Int(bits >> 25 & 7)
      month = Int64(bits >> 28)
    }

    /// The local second (as if UTC) of the change in `year`; nil when there is no such day.
    func local(in year: Int64) -> Int64? {
      guard let first = CivilDate(year: year, month: month, day: 1) else { return nil }
      // Monday is 1 in the file and 0 here; 0 means that the weekday does not matter.
      func onOrAfter(_ date: CivilDate) -> CivilDate {
        var date = date
        while weekday > 0, date.weekday.rawValue != weekday - 1 { date = date.adding(days: 1) }
        return date
      }
      let date: CivilDate?
      switch operation {
      case 0: date = CivilDate(year: year, month: month, day: max(1, day))
      case 1: date = CivilDate(year: year, month: month, day: max(1, day)).map(onOrAfter)
      case 2...6: date = onOrAfter(first).adding(days: Int64(operation - 2) * 7)
      default:
        let next =
          month == 12
          ? CivilDate(year: year + 1, month: 1, day: 1)
          : CivilDate(year: year, month: month + 1, day: 1)
        date = next.map { onOrAfter($0.adding(days: -7)) }
      }
      return date.map { $0.dayNumber * 86_400 + seconds }
    }
  }

  /// The zone that the fields describe, written out for 1990…2100; nil when they are malformed.
  static func zone(_ fields: [String: String]) -> ZoneOffsets? {
    guard let offset = Int64(fields["tzOffset"] ?? ""), abs(offset) <= 54_000 else { return nil }
    let saving = Int64(fields["dstOffset"] ?? "0") ?? 0
    let name = "LocalTimeParameters"
    guard saving != 0, let start = Rule(fields["dstStartRule"] ?? ""),
      let end = Rule(fields["dstEndRule"] ?? "")
    else { return ZoneOffsets(name: name, before: offset, transitions: []) }
    var transitions: [ZoneOffsets.Transition] = []
    for year in 1_990...2_100 {
      if let local = start.local(in: Int64(year)) {
        transitions.append(.init(at: local - offset, offsetSeconds: offset + saving))
      }
      if let local = end.local(in: Int64(year)) {
        transitions.append(.init(at: local - offset - saving, offsetSeconds: offset))
      }
    }
    transitions.sort { $0.at < $1.at }
    guard zip(transitions, transitions.dropFirst()).allSatisfy({ $0.at < $1.at }) else {
      return nil
    }
    // Where summer spans the new year, the first change of the table ends it.
    let before = transitions.first?.offsetSeconds == offset ? offset + saving : offset
    return ZoneOffsets(name: name, before: before, transitions: transitions)
  }
}
