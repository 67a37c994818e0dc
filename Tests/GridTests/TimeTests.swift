import Grid
import Testing

@Suite struct `A timestamp` {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.5Z", -500_000),
    ("2026-07-15T17:00:00-07:00", 1_784_160_000_000_000),
    ("2026-07-16T05:45:00+05:45", 1_784_160_000_000_000),
    ("2024-02-29T12:00:00.000001Z", 1_709_208_000_000_001),
  ]) func `is read from RFC 3339`(_ text: String, _ microseconds: Int64) {
    #expect(Timestamp(rfc3339: text)?.microseconds == microseconds)
  }

  @Test(arguments: [
    "2026-07-15T17:00:00", "2026-07-15 17:00:00Z", "2026-07-15t17:00:00Z", "2026-07-15T17:00:00z",
    "2026-02-29T00:00:00Z", "2026-07-15T24:00:00Z", "2026-06-30T23:59:60Z", "2026-07-15T17:60:00Z",
    "2026-07-15T17:00:00.Z", "2026-07-15T17:00:00.1234567Z", "2026-07-15T17:00Z",
    "2026-07-15T17:00:00+24:00", "2026-07-15T17:00:00+0100", "2026-07-15T17:00:00+01:60", "",
    "2026-07-15T17:00:00.5",
  ]) func `is refused without a moment that can be told`(_ text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test func `of the wire ends in Z`() {
    #expect(Timestamp(zulu: "2026-07-15T17:00:00Z") != nil)
    #expect(Timestamp(zulu: "2026-07-15T17:00:00+00:00") == nil)
  }

  @Test(arguments: [
    "1970-01-01T00:00:00Z", "1969-12-31T23:59:59.5Z", "2026-07-15T17:00:00.25Z",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z",
  ]) func `is written as it was read`(_ text: String) {
    #expect(Timestamp(rfc3339: text)?.description == text)
  }

  @Test func `rounds seconds toward the past`() {
    #expect(Timestamp(microseconds: -1).seconds == -1)
    #expect(Timestamp(microseconds: 1_999_999).seconds == 1)
    #expect(Timestamp(seconds: 5).seconds(since: Timestamp(microseconds: 5_000_001)) == -1)
    #expect(!Timestamp(microseconds: 1).isWholeSecond)
  }
}

@Suite struct `A window` {
  static let hour = Window(start: Timestamp(seconds: 0), end: Timestamp(seconds: 3_600))!

  @Test func `is never empty`() {
    #expect(Window(start: Timestamp(seconds: 1), end: Timestamp(seconds: 1)) == nil)
    #expect(Window(start: Timestamp(seconds: 2), end: Timestamp(seconds: 1)) == nil)
  }

  @Test func `does not hold its end`() {
    #expect(Self.hour.contains(Timestamp(seconds: 0)))
    #expect(!Self.hour.contains(Timestamp(seconds: 3_600)))
    #expect(Self.hour.seconds == 3_600)
  }

  @Test func `shares time with another or not`() {
    let next = Window(start: Timestamp(seconds: 3_600), end: Timestamp(seconds: 4_000))!
    let late = Window(start: Timestamp(seconds: 1_800), end: Timestamp(seconds: 9_000))!
    #expect(Self.hour.intersection(next) == nil)
    #expect(Self.hour.intersection(late)?.seconds == 1_800)
    #expect(Self.hour.description == "1970-01-01T00:00:00Z/1970-01-01T01:00:00Z")
  }
}

@Suite struct `A date` {
  @Test(arguments: [
    (1970, 1, 1, 0), (2000, 3, 1, 11_017), (1969, 12, 31, -1), (2024, 2, 29, 19_782),
    (1, 1, 1, -719_162),
  ]) func `counts days from 1970`(_ year: Int64, _ month: Int64, _ day: Int64, _ number: Int64) {
    #expect(CivilDate(year: year, month: month, day: day)?.dayNumber == number)
  }

  @Test(arguments: [
    "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-01", "2026-04-31", "2026-1-01", "2026/01/01",
    "20260101", "2026-01-0x",
  ]) func `must exist`(_ text: String) {
    #expect(CivilDate(text: text) == nil)
  }

  @Test func `comes back from its number on each day of 800 years`() {
    var date = CivilDate(year: 1_600, month: 1, day: 1)!
    var weekday = date.weekday.rawValue
    for _ in 0..<292_194 {
      let (year, month, day) = date.components
      #expect(CivilDate(year: year, month: month, day: day) == date)
      date = date.adding(days: 1)
      weekday = (weekday + 1) % 7
      #expect(date.weekday.rawValue == weekday)
    }
    #expect(date.description == "2400-01-01")
  }

  @Test func `has a day of the week`() {
    #expect(CivilDate(text: "2026-07-15")?.weekday == .wednesday)
    #expect(CivilDate(text: "1969-12-28")?.weekday == .sunday)
    #expect(Weekday.allCases.map(\.abbreviation).joined() == "MonTueWedThuFriSatSun")
  }
}

@Suite struct `A zone` {
  /// Pacific time in 2026: forward on 8 March at 10:00Z, back on 1 November at 09:00Z.
  static let pacific = ZoneOffsets(
    name: "America/Los_Angeles", before: -8 * 3_600,
    transitions: [
      .init(at: Timestamp(rfc3339: "2026-03-08T10:00:00Z")!.seconds, offsetSeconds: -7 * 3_600),
      .init(at: Timestamp(rfc3339: "2026-11-01T09:00:00Z")!.seconds, offsetSeconds: -8 * 3_600),
    ])
  static let spring = CivilDate(text: "2026-03-08")!
  static let autumn = CivilDate(text: "2026-11-01")!

  @Test func `knows the offset of each moment`() {
    let change = Timestamp(rfc3339: "2026-03-08T10:00:00Z")!
    #expect(Self.pacific.offsetSeconds(at: change) == -25_200)
    #expect(Self.pacific.offsetSeconds(at: change.adding(seconds: -1)) == -28_800)
    let evening = Timestamp(rfc3339: "2026-07-16T06:59:59Z")!
    #expect(Self.pacific.date(at: evening).description == "2026-07-15")
    #expect(Self.pacific.secondOfDay(at: Timestamp(rfc3339: "2026-07-16T00:00:00Z")!) == 61_200)
    #expect(ZoneOffsets.utc.secondOfDay(at: Timestamp(seconds: -1)) == 86_399)
  }

  @Test func `reads a clock once, twice or never`() {
    #expect(Self.pacific.moments(on: Self.spring, secondOfDay: 2 * 3_600 + 1_800) == .skipped)
    #expect(
      Self.pacific.moments(on: Self.autumn, secondOfDay: 5_400)
        == .twice(
          Timestamp(rfc3339: "2026-11-01T08:30:00Z")!, Timestamp(rfc3339: "2026-11-01T09:30:00Z")!))
    #expect(
      Self.pacific.moments(on: Self.autumn, secondOfDay: 86_400)
        == .once(Timestamp(rfc3339: "2026-11-02T08:00:00Z")!))
  }

  @Test func `has days of 23 and 25 hours`() {
    func hours(_ date: CivilDate) -> Int64 {
      let start = Self.pacific.startOfDay(date)
      return Self.pacific.startOfDay(date.adding(days: 1)).seconds(since: start) / 3_600
    }
    #expect(hours(Self.spring) == 23)
    #expect(hours(Self.autumn) == 25)
    #expect(hours(Self.autumn.adding(days: 1)) == 24)
  }

  @Test func `begins a day at the change where midnight is skipped`() {
    let change = Timestamp(rfc3339: "2026-09-06T04:00:00Z")!
    let santiago = ZoneOffsets(
      name: "America/Santiago", before: -4 * 3_600,
      transitions: [.init(at: change.seconds, offsetSeconds: -3 * 3_600)])
    #expect(santiago.startOfDay(CivilDate(text: "2026-09-06")!) == change)
  }
}

@Suite struct `A programme's calendar` {
  static func season(_ name: String, _ from: (Int64, Int64), _ to: (Int64, Int64))
    -> ProgrammeCalendar.Season
  {
    .init(
      name: name, from: .init(month: from.0, day: from.1)!, to: .init(month: to.0, day: to.1)!,
      days: [.monday], holidaysIncluded: false, windows: [.init(fromMinute: 0, toMinute: 1_440)])
  }
  static let calendar = ProgrammeCalendar(
    zone: .utc, seasons: [season("summer", (6, 1), (9, 30)), season("winter", (12, 1), (2, 28))],
    holidays: [CivilDate(text: "2026-07-03")!, CivilDate(text: "2026-07-06")!],
    workingDays: [CivilDate(text: "2026-07-04")!, CivilDate(text: "2026-07-06")!])

  @Test(
    arguments: [
      ("2026-06-01", "summer"), ("2026-09-30", "summer"), ("2026-10-01", nil),
      ("2026-12-31", "winter"), ("2027-02-28", "winter"), ("2027-03-01", nil),
    ] as [(String, String?)]) func `finds the season of a date`(_ date: String, _ name: String?)
  {
    #expect(Self.calendar.season(of: CivilDate(text: date)!)?.name == name)
  }

  @Test(arguments: [
    ("2026-07-02", true), ("2026-07-03", false), ("2026-07-04", true), ("2026-07-05", false),
    ("2026-07-06", true),
  ]) func `knows working days, and a listed one wins`(_ date: String, _ works: Bool) {
    #expect(Self.calendar.isBusinessDay(CivilDate(text: date)!) == works)
  }

  @Test func `has no day that some year lacks`() {
    #expect(ProgrammeCalendar.MonthDay(month: 2, day: 29) == nil)
    #expect(ProgrammeCalendar.MonthDay(month: 4, day: 31) == nil)
    let first = ProgrammeCalendar.MonthDay(month: 1, day: 31)!
    #expect(first < ProgrammeCalendar.MonthDay(month: 2, day: 1)!)
  }
}
