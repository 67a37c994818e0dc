public import Grid

extension BaselineTerms.DayClasses {
  /// The class of `date`: a listed working day wins over weekend and holiday, and a holiday that
  /// is none counts as a non-business day or as a Sunday.
  public func dayClass(of date: CivilDate, calendar: ProgrammeCalendar) -> BaselineTerms.DayClass {
    switch self {
    case .all: return .all
    case .businessNonBusiness: return calendar.isBusinessDay(date) ? .business : .nonBusiness
    case .weekdaySaturdaySunday:
      if calendar.workingDays.contains(date) { return .weekday }
      if calendar.holidays.contains(date) { return .sundayHoliday }
      switch date.weekday {
      case .saturday: return .saturday
      case .sunday: return .sundayHoliday
      case .monday, .tuesday, .wednesday, .thursday, .friday: return .weekday
      }
    }
  }
}

/// Why a day of the look-back is not in the baseline.
public enum DayReason: Hashable, Sendable {
  /// Not of the class of the event's day.
  case dayClass
  /// A holiday, where holidays are no candidates.
  case holiday
  /// Listed for the site or the programme.
  case excludedDay
  /// A value is missing, first the one that starts here.
  case missingData(Timestamp)
  /// The clock was set forward over a part of it.
  case wallClockGap
  /// Another event.
  case eventDay
  /// It would read an interval at or after the start of the event.
  case overlapsEvent
  /// Far below the mean of the others.
  case lowUsage

  /// The name a program may switch on.
  public var code: String {
    switch self {
    case .dayClass: "class"
    case .holiday: "holiday"
    case .excludedDay: "excludedDay"
    case .missingData: "missingData"
    case .wallClockGap: "wallClockGap"
    case .eventDay: "eventDay"
    case .overlapsEvent: "overlapsEvent"
    case .lowUsage: "lowUsage"
    }
  }
}
