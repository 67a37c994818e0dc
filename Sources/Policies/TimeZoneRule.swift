import Grid

/// The rule for years that a zone file does not list, such as `PST8PDT,M3.2.0,M11.1.0`.
///
/// Source: RFC 8536 §3.3 and POSIX `TZ`, with hours of −167…167 as in version 3.
struct TimeZoneRule {
  /// One change in every year.
  struct Change: Hashable {
    enum Day: Hashable {
      /// Month, week 1…5 (5 is the last), weekday with Sunday 0.
      case weekday(month: Int64, week: Int64, day: Int64)
      /// 1…365, February 29 never counted.
      case julian(Int64)
      /// 0…365, February 29 counted.
      case ordinal(Int64)
    }
    let day: Day
    /// Seconds after local midnight, by the offset that holds before the change.
    let second: Int64
  }

  /// Local time minus UTC in the standard part of the year.
  let standard: Int64
  /// Offset, first and last change of daylight saving time; nil where there is none.
  let daylight: (offset: Int64, start: Change, end: Change)?

  /// A rule, or nil when `text` is none.
  init?(_ text: String) {
    var scanner = RuleScanner(text)
    guard scanner.name(), let west = scanner.time() else { return nil }
    standard = -west
    if scanner.isAtEnd {
      daylight = nil
      return
    }
    guard scanner.name() else { return nil }
    var offset = standard + 3_600
    if !scanner.sees(",") {
      guard let west = scanner.time() else { return nil }
      offset = -west
    }
    guard scanner.skip(","), let start = scanner.change(), scanner.skip(","),
      let end = scanner.change(), scanner.isAtEnd
    else { return nil }
    daylight = (offset, start, end)
  }

  /// The changes of every year to the end of `lastYear` that come later than `after`.
  ///
  /// Without `after` they begin in 1970.
  func transitions(through lastYear: Int64, after: Int64?) -> [ZoneOffsets.Transition] {
    guard let daylight else { return [] }
    var firstYear: Int64 = 1_970
    if let after {
      firstYear = ZoneOffsets.utc.date(at: Timestamp(seconds: after)).components.year
    }
    guard firstYear <= lastYear else { return [] }
    var all: [ZoneOffsets.Transition] = []
    for year in firstYear...lastYear {
      all.append(
        ZoneOffsets.Transition(
          at: daylight.start.localSecond(in: year) - standard, offsetSeconds: daylight.offset))
      all.append(
        ZoneOffsets.Transition(
          at: daylight.end.localSecond(in: year) - daylight.offset, offsetSeconds: standard))
    }
    all.sort { $0.at < $1.at }
    var kept: [ZoneOffsets.Transition] = []
    for change in all where change.at > after ?? .min {
      // Permanent daylight saving time is written as two changes at one moment: no change.
      if kept.last?.at == change.at { kept.removeLast() } else { kept.append(change) }
    }
    return kept
  }
}

extension TimeZoneRule.Change {
  /// Seconds since 1970 on the wall clock before the change.
  func localSecond(in year: Int64) -> Int64 {
    let date: CivilDate
    switch day {
    case .weekday(let month, let week, let day):
      let first = Self.date(year, month, 1)
      let weekday = Int64(first.weekday.rawValue + 1) % 7
      var number = first.dayNumber + (day - weekday + 7) % 7 + (week - 1) * 7
      let next = month == 12 ? Self.date(year + 1, 1, 1) : Self.date(year, month + 1, 1)
      while number >= next.dayNumber { number -= 7 }
      date = CivilDate(dayNumber: number)
    case .julian(let number):
      let leapDay: Int64 = number >= 60 && CivilDate(year: year, month: 2, day: 29) != nil ? 1 : 0
      date = Self.date(year, 1, 1).adding(days: number - 1 + leapDay)
    case .ordinal(let number): date = Self.date(year, 1, 1).adding(days: number)
    }
    return date.dayNumber * 86_400 + second
  }

  private static func date(_ year: Int64, _ month: Int64, _ day: Int64) -> CivilDate {
    guard let date = CivilDate(year: year, month: month, day: day) else {
      preconditionFailure("the first of a month is a date")
    }
    return date
  }
}

/// Reads the parts of a rule from left to right.
private struct RuleScanner {
  private var rest: Substring

  init(_ text: String) { rest = text[...] }

  var isAtEnd: Bool { rest.isEmpty }

  func sees(_ character: Character) -> Bool { rest.first == character }

  mutating func skip(_ character: Character) -> Bool {
    guard sees(character) else { return false }
    rest.removeFirst()
    return true
  }

  /// `PST` or `<+1030>`.
  mutating func name() -> Bool {
    if skip("<") {
      guard let end = rest.firstIndex(of: ">"), end > rest.startIndex else { return false }
      rest = rest[rest.index(after: end)...]
      return true
    }
    let letters = rest.prefix { $0.isASCII && $0.isLetter }
    rest = rest.dropFirst(letters.count)
    return letters.count >= 3
  }

  mutating func number(_ range: ClosedRange<Int64>) -> Int64? {
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    guard let value = Int64(digits), range.contains(value) else { return nil }
    rest = rest.dropFirst(digits.count)
    return value
  }

  /// `-167:59:59`…`167`, in seconds.
  mutating func time() -> Int64? {
    let isNegative = skip("-")
    if !isNegative { _ = skip("+") }
    guard let hours = number(0...167) else { return nil }
    var seconds = hours * 3_600
    if skip(":") {
      guard let minutes = number(0...59) else { return nil }
      seconds += minutes * 60
      if skip(":") {
        guard let more = number(0...59) else { return nil }
        seconds += more
      }
    }
    return isNegative ? -seconds : seconds
  }

  /// `M3.2.0`, `J60` or `59`, and `/` a time that is 02:00 otherwise.
  mutating func change() -> TimeZoneRule.Change? {
    var day: TimeZoneRule.Change.Day?
    if skip("M") {
      guard let month = number(1...12), skip("."), let week = number(1...5), skip("."),
        let weekday = number(0...6)
      else { return nil }
      day = .weekday(month: month, week: week, day: weekday)
    } else if skip("J") {
      day = number(1...365).map { .julian($0) }
    } else {
      day = number(0...365).map { .ordinal($0) }
    }
    guard let day else { return nil }
    guard skip("/") else { return TimeZoneRule.Change(day: day, second: 7_200) }
    return time().map { TimeZoneRule.Change(day: day, second: $0) }
  }
}
