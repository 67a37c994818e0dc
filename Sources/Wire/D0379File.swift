import Grid

/// British half-hourly advances (flow D0379), as implementations write them: groups of fields
/// between `|`.
///
/// `ZHV` opens the file and `ZPT` ends it with a count of the groups between them. `25B` names a
/// meter point and a quantity, `26B` a settlement day, `66L` one settlement period. A day is one of
/// British clocks: 48 periods, 46 and 50 when they change. Files come and none is made.
public enum D0379File {
  /// The readings of the file.
  /// - Throws: every fault.
  public static func read(
    _ bytes: [UInt8], file: String, options: ImportOptions = ImportOptions()
  ) throws(FileFaults) -> MeterDelivery {
    var scan = D0379Scan(bytes, file: file, options: options)
    scan.run()
    guard scan.file.faults.isEmpty else { throw scan.file.faults.faults }
    return try scan.delivery()
  }

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
}
