/// The days of one programme: seasons, holidays, working days; all local to its zone.
public struct ProgrammeCalendar: Hashable, Sendable {
  /// A month and a day, `MM-DD`, never 02-29.
  public struct MonthDay: Hashable, Comparable, Sendable {
    /// 1…12.
    public let month: Int64
    /// 1…31.
    public let day: Int64

    /// A day of every year, or nil when some year lacks it.
    public init?(month: Int64, day: Int64) {
      guard CivilDate(year: 2_001, month: month, day: day) != nil else { return nil }
      self.month = month
      self.day = day
    }

    /// Orders within a year.
    public static func < (a: MonthDay, b: MonthDay) -> Bool {
      (a.month, a.day) < (b.month, b.day)
    }
  }

  /// A stretch of the day on the wall clock, half open.
  public struct ClockWindow: Hashable, Sendable {
    /// Minutes since midnight, 0…1,439.
    public let fromMinute: Int64
    /// Minutes since midnight, up to 1,440.
    public let toMinute: Int64

    /// A window; `toMinute` lies after `fromMinute`.
    public init(fromMinute: Int64, toMinute: Int64) {
      self.fromMinute = fromMinute
      self.toMinute = toMinute
    }
  }

  /// A part of the year in which events may happen.
  public struct Season: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// First day.
    public let from: MonthDay
    /// Last day; before `from` when it passes New Year.
    public let to: MonthDay
    /// Days on which events may start.
    public let days: Set<Weekday>
    /// May holidays have events.
    public let holidaysIncluded: Bool
    /// An event must lie inside one of these.
    public let windows: [ClockWindow]
    /// Events in this season, or nil for no limit of its own.
    public let maximumEvents: Int?

    /// A season.
    public init(
      name: String, from: MonthDay, to: MonthDay, days: Set<Weekday>, holidaysIncluded: Bool,
      windows: [ClockWindow], maximumEvents: Int? = nil
    ) {
      self.name = name
      self.from = from
      self.to = to
      self.days = days
      self.holidaysIncluded = holidaysIncluded
      self.windows = windows
      self.maximumEvents = maximumEvents
    }

    /// True when `date` lies in the season, whatever its weekday.
    public func contains(_ date: CivilDate) -> Bool {
      let (_, month, day) = date.components
      let at = (month, day)
      let start = (from.month, from.day)
      let end = (to.month, to.day)
      return start <= end ? start <= at && at <= end : start <= at || at <= end
    }
  }

  /// The programme's zone.
  public let zone: ZoneOffsets
  /// When events may happen.
  public let seasons: [Season]
  /// Listed; no rule computes them.
  public let holidays: Set<CivilDate>
  /// Working days although weekend or holiday.
  public let workingDays: Set<CivilDate>
  /// Weekly non-working days.
  public let nonWorkingDays: Set<Weekday>

  /// A calendar.
  public init(
    zone: ZoneOffsets, seasons: [Season], holidays: Set<CivilDate> = [],
    workingDays: Set<CivilDate> = [], nonWorkingDays: Set<Weekday> = [.saturday, .sunday]
  ) {
    self.zone = zone
    self.seasons = seasons
    self.holidays = holidays
    self.workingDays = workingDays
    self.nonWorkingDays = nonWorkingDays
  }

  /// True for a day on which people work: a listed working day wins over weekend and holiday.
  public func isBusinessDay(_ date: CivilDate) -> Bool {
    if workingDays.contains(date) { return true }
    return !holidays.contains(date) && !nonWorkingDays.contains(date.weekday)
  }

  /// The season that holds `date`, or nil.
  public func season(of date: CivilDate) -> Season? { seasons.first { $0.contains(date) } }
}
