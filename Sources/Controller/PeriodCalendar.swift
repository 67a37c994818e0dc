import Grid
import Policies
import Settlement
import Verification

/// Days, months and seasons of a programme, by its own clocks.
struct PeriodCalendar {
  private let calendar: ProgrammeCalendar

  init(_ policy: Policy) { calendar = policy.measurement.calendar }

  /// An event with its local day and its season.
  func event(_ input: SettlementInput, signalPrice: Int64?) -> ProgrammeEvent {
    let date = calendar.zone.date(at: input.window.start)
    let season = calendar.season(of: date)
    return ProgrammeEvent(
      input, date: date, season: season?.name, seasonFrom: season.map { first(of: $0, date) },
      signalPrice: signalPrice)
  }

  /// The season that holds a moment, such as `summer 2026`, or nil.
  func seasonKey(of moment: Timestamp) -> String? {
    season(of: calendar.zone.date(at: moment))?.key
  }

  /// Months and seasons that end in `span`; without one all that hold one of the dates.
  func periods(
    of dates: [CivilDate], in span: ClosedRange<CivilDate>?
  ) -> (months: [ProgrammePeriod], seasons: [ProgrammePeriod]) {
    var months: [CivilDate: ProgrammePeriod] = [:]
    var seasons: [CivilDate: ProgrammePeriod] = [:]
    var days = dates
    if let span {
      days = []
      var day = span.lowerBound
      while day <= span.upperBound {
        days.append(day)
        day = day.adding(days: 1)
      }
    }
    for day in days {
      let month = month(of: day)
      if span.map({ $0.contains(month.to) }) ?? true { months[month.from] = month }
      guard let season = season(of: day), span.map({ $0.contains(season.to) }) ?? true else {
        continue
      }
      seasons[season.from] = season
    }
    return (
      months.sorted { $0.key < $1.key }.map(\.value),
      seasons.sorted { $0.key < $1.key }.map(\.value)
    )
  }

  /// The first day of the season that holds a day, or nil.
  func seasonStart(of day: CivilDate) -> CivilDate? { season(of: day)?.from }

  private func month(of day: CivilDate) -> ProgrammePeriod {
    let (year, month, _) = day.components
    let first = CivilDate(year: year, month: month, day: 1)!
    let next = month == 12 ? (year + 1, Int64(1)) : (year, month + 1)
    let last = CivilDate(year: next.0, month: next.1, day: 1)!.adding(days: -1)
    // A month in which a season begins or ends has the season of its days, if it has one.
    let season = (0...(last.dayNumber - first.dayNumber)).lazy
      .compactMap { calendar.season(of: first.adding(days: $0)) }.first
    return ProgrammePeriod(
      key: String(first.description.prefix(7)), season: season?.name, from: first, to: last,
      seasonKey: season.map { season in
        "\(season.name) \(self.first(of: season, season.contains(first) ? first : last).components.year)"
      })
  }

  private func season(of day: CivilDate) -> ProgrammePeriod? {
    guard let season = calendar.season(of: day) else { return nil }
    let from = first(of: season, day)
    var to = day
    while season.contains(to.adding(days: 1)), to.adding(days: 1) != nextStart(from) {
      to = to.adding(days: 1)
    }
    return ProgrammePeriod(
      key: "\(season.name) \(from.components.year)", season: season.name, from: from, to: to)
  }

  /// A season of the whole year ends where it begins again.
  private func nextStart(_ from: CivilDate) -> CivilDate {
    let (year, month, day) = from.components
    return CivilDate(year: year + 1, month: month, day: day)!
  }

  /// The first day of the season that holds `day`.
  private func first(of season: ProgrammeCalendar.Season, _ day: CivilDate) -> CivilDate {
    let (year, month, date) = day.components
    let isBefore = (month, date) < (season.from.month, season.from.day)
    return CivilDate(
      year: isBefore ? year - 1 : year, month: season.from.month, day: season.from.day)!
  }
}
