import Grid

/// A settlement day of British clocks: 48 half hours, 46 and 50 when the clocks change.
enum BritishDay {
  /// The first second of a settlement day.
  ///
  /// *Interpretation:* the clocks of Great Britain change at 01:00 UTC on the last Sundays of March
  /// and October, as they have since 1996.
  static func start(of day: CivilDate) -> Int64 {
    let year = day.components.year
    let isSummer = lastSunday(of: 3, in: year) < day && day <= lastSunday(of: 10, in: year)
    return day.dayNumber * 86_400 - (isSummer ? 3_600 : 0)
  }

  /// The last Sunday of a month of 31 days.
  private static func lastSunday(of month: Int64, in year: Int64) -> CivilDate {
    let last = CivilDate(year: year, month: month, day: 31)!
    // Monday is 0, so Sunday is 6.
    return last.adding(days: -Int64((last.weekday.rawValue + 1) % 7))
  }

  /// Settlement periods of a day: 46, 48 or 50.
  static func periods(of day: CivilDate) -> Int {
    Int((start(of: day.adding(days: 1)) - start(of: day)) / periodSeconds)
  }

  /// Half an hour.
  static let periodSeconds: Int64 = 1_800

  /// The earliest year whose days are known.
  static let firstYear: Int64 = 1_996

  /// Whose meter an MPAN is, nil when it is none, and what is allowed.
  ///
  /// The map's where it names meters of `format`; 13 digits otherwise, without a test of the last.
  static func meter(
    ofMPAN name: String, _ format: MeterFormat, _ map: MeterMap?
  ) -> (meter: MeterID?, allowed: String) {
    if let map, map.has(format) {
      return (map.meter(name, format: format), "an MPAN of the map")
    }
    let isNumber = name.utf8.count == 13 && name.utf8.allSatisfy { $0 &- 48 < 10 }
    return (isNumber ? MeterID(name) : nil, "13 digits")
  }
}
