/// A date of the proleptic Gregorian calendar, as days since 1970-01-01.
public struct CivilDate: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Days since 1970-01-01; earlier dates are negative.
  public var dayNumber: Int64

  /// The date `dayNumber` days after 1970-01-01.
  public init(dayNumber: Int64) { self.dayNumber = dayNumber }

  /// A date of the calendar, or nil when there is none such (February 30).
  public init?(year: Int64, month: Int64, day: Int64) {
    guard (1...12).contains(month), day >= 1, (-9_999...9_999).contains(year) else { return nil }
    // Days from civil: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    dayNumber = era * 146_097 + dayOfEra - 719_468
    guard self.components == (year, month, day) else { return nil }
  }

  /// A date written `YYYY-MM-DD`, else nil.
  public init?(text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 10, bytes[4] == 45, bytes[7] == 45 else { return nil }
    func number(_ range: Range<Int>) -> Int64? {
      var value: Int64 = 0
      for byte in bytes[range] {
        guard (48...57).contains(byte) else { return nil }
        value = value * 10 + Int64(byte - 48)
      }
      return value
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else {
      return nil
    }
    self.init(year: year, month: month, day: day)
  }

  /// Year, month 1…12 and day 1…31.
  public var components: (year: Int64, month: Int64, day: Int64) {
    let z = dayNumber + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let mp = (5 * dayOfYear + 2) / 153
    let month = mp < 10 ? mp + 3 : mp - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * mp + 2) / 5 + 1)
  }

  /// The day of the week.
  public var weekday: Weekday {
    let offset = (dayNumber + 3) % 7
    return Weekday(rawValue: Int(offset < 0 ? offset + 7 : offset))!
  }

  /// The date `days` later.
  public func adding(days: Int64) -> CivilDate { CivilDate(dayNumber: dayNumber + days) }

  /// Orders by time.
  public static func < (a: CivilDate, b: CivilDate) -> Bool { a.dayNumber < b.dayNumber }

  /// `YYYY-MM-DD`.
  public var description: String {
    let (year, month, day) = components
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }
}

/// A day of the week, Monday first.
public enum Weekday: Int, Hashable, Sendable, CaseIterable {
  /// The days in order; the raw value counts from Monday 0.
  case monday, tuesday, wednesday, thursday, friday, saturday, sunday

  /// `Mon`…`Sun`, for people.
  public var abbreviation: String { ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][rawValue] }
}

/// A number with leading zeros.
func padded(_ number: Int64, _ width: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
}
