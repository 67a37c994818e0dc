import Grid

/// Zones of the tests, from their rules, so that no test depends on the machine's tables.
enum Zones {
  static let losAngeles = american("America/Los_Angeles", standard: -8)
  static let newYork = american("America/New_York", standard: -5)
  static let tokyo = ZoneOffsets(name: "Asia/Tokyo", before: 9 * 3_600, transitions: [])
  static let kolkata = ZoneOffsets(name: "Asia/Kolkata", before: 19_800, transitions: [])
  static let sydney = australian("Australia/Sydney", standard: 36_000, saving: 3_600)
  static let lordHowe = australian("Australia/Lord_Howe", standard: 37_800, saving: 1_800)

  static func zone(_ name: String) -> ZoneOffsets? {
    [losAngeles, newYork, tokyo, kolkata, sydney, lordHowe, .utc].first { $0.name == name }
  }

  /// Second Sunday of March to first Sunday of November, at 02:00 of the wall clock.
  private static func american(_ name: String, standard hours: Int64) -> ZoneOffsets {
    var changes: [ZoneOffsets.Transition] = []
    for year in Int64(2_015)...2_030 {
      let spring = sunday(1, year: year, month: 3, from: 8).dayNumber * 86_400 + 7_200
      let autumn = sunday(1, year: year, month: 11, from: 1).dayNumber * 86_400 + 7_200
      changes.append(.init(at: spring - hours * 3_600, offsetSeconds: (hours + 1) * 3_600))
      changes.append(.init(at: autumn - (hours + 1) * 3_600, offsetSeconds: hours * 3_600))
    }
    return ZoneOffsets(name: name, before: hours * 3_600, transitions: changes)
  }

  /// First Sunday of April to first Sunday of October, at 02:00, of the wall clock in October.
  private static func australian(
    _ name: String, standard: Int64, saving: Int64
  ) -> ZoneOffsets {
    var changes: [ZoneOffsets.Transition] = []
    for year in Int64(2_015)...2_030 {
      // Sydney leaves summer time at 03:00 of the wall clock, Lord Howe at 02:00.
      let wall: Int64 = saving == 3_600 ? 10_800 : 7_200
      let autumn = sunday(1, year: year, month: 4, from: 1).dayNumber * 86_400 + wall
      let spring = sunday(1, year: year, month: 10, from: 1).dayNumber * 86_400 + 7_200
      changes.append(.init(at: autumn - standard - saving, offsetSeconds: standard))
      changes.append(.init(at: spring - standard, offsetSeconds: standard + saving))
    }
    return ZoneOffsets(name: name, before: standard + saving, transitions: changes)
  }

  private static func sunday(_ count: Int64, year: Int64, month: Int64, from: Int64) -> CivilDate {
    var date = CivilDate(year: year, month: month, day: from)!
    while date.weekday != .sunday { date = date.adding(days: 1) }
    return date.adding(days: 7 * (count - 1))
  }
}
