import Grid

/// Whether a programme's terms take a signal.
///
/// A refusal is `refusedByPolicy`; its `field` is the rule's name: `notEffective`,
/// `formNotAccepted`, `targetOutOfRange`, `testNotAllowed`, `durationNotAllowed`, `outsideSeason`,
/// `dayNotAllowed`, `outsideWindow`, `limitReached`, `overlap`, `restTooShort`, `startPast` or `noticeTooLate`.
/// The first broken rule is named.
struct SignalRules {
  /// Another event of the same programme, for the limits of number and time.
  struct Other {
    /// When it was, up to its cancel.
    let window: Window
    /// Uses up limits of number and time.
    let counts: Bool
    /// Waits, moves batteries, or is asked to; one that is over or refused does not.
    var isLive = false
    /// A test that uses up the limit of tests.
    var isTest = false

    var start: Timestamp { window.start }
  }

  let terms: DispatchTerms
  let now: Timestamp
  let others: [Other]

  var zone: ZoneOffsets { terms.calendar.zone }

  /// What the planner is asked for; nil when the terms have no value for it.
  static func request(of content: GridSignal.Content, terms: DispatchTerms) -> PlanRequest? {
    switch content.request {
    case .power(let power): return .target(power)
    case .release(let percent, let basis): return .release(percent, of: basis)
    case .byLevel:
      guard let release = terms.release else { return nil }
      if let premium = content.premium, form(of: content, terms: terms) == .price {
        guard premium.currencyCode == release.currencyCode else { return nil }
        return .release(release.percent(at: premium.perKilowattHour), of: release.basis)
      }
      return release.byLevel[content.level].map { .release($0, of: release.basis) }
    }
  }

  /// What a signal asks by. One without an amount of its own asks by its price where the programme
  /// takes prices and the signal has one, and by its level otherwise.
  static func form(
    of content: GridSignal.Content, terms: DispatchTerms
  ) -> DispatchTerms.SignalTerms.Form {
    switch content.request {
    case .power: .power
    case .release: .percent
    case .byLevel:
      terms.signals.forms.contains(.price) && content.premium != nil ? .price : .level
    }
  }

  /// Why `content` is not taken; nil when it is. `stored` is the content it replaces.
  func fault(in content: GridSignal.Content, replacing stored: GridSignal.Content?) -> Rejection? {
    let date = zone.date(at: content.window.start)
    return effect(date) ?? form(content) ?? length(content) ?? season(content, date)
      ?? number(content, date) ?? overlap(content) ?? time(content, date)
      ?? notice(content, stored)
  }

  /// True when `content` comes too late for notice, and the terms dispatch it all the same.
  func isLateWithoutPenalty(
    _ content: GridSignal.Content, replacing stored: GridSignal.Content?
  ) -> Bool {
    terms.notice.lateIsDispatched && noticeFault(content, stored) != nil
  }

  func refuse(_ rule: String, _ found: String, _ allowed: String) -> Rejection {
    Rejection(.refusedByPolicy, field: rule, found: found, allowed: allowed)
  }

  private func effect(_ date: CivilDate) -> Rejection? {
    guard date < terms.effectiveFrom || terms.effectiveTo.map({ $0 < date }) == true else {
      return nil
    }
    let until = terms.effectiveTo.map { "\($0)" } ?? "further notice"
    return refuse("notEffective", "\(date)", "\(terms.effectiveFrom) to \(until)")
  }

  private func form(_ content: GridSignal.Content) -> Rejection? {
    let form = Self.form(of: content, terms: terms)
    guard terms.signals.forms.contains(form) else {
      let allowed = terms.signals.forms.map(\.rawValue).sorted().joined(separator: ", ")
      return refuse("formNotAccepted", form.rawValue, allowed)
    }
    if Self.request(of: content, terms: terms) == nil {
      if form == .price {
        return refuse(
          "formNotAccepted", "a price in \(content.premium?.currencyCode ?? "")",
          "prices in \(terms.release?.currencyCode ?? "")")
      }
      let levels = (terms.release?.byLevel.keys.sorted() ?? []).map { "\($0)" }
      let allowed = "levels \(levels.joined(separator: ", "))"
      return refuse("formNotAccepted", "level \(content.level)", allowed)
    }
    if content.isTest && !terms.events.testsAllowed {
      return refuse("testNotAllowed", "test", "events that are no tests")
    }
    guard case .power(let power) = content.request else { return nil }
    let least = max(terms.signals.minimumTarget ?? .zero, .zero)
    let most = [terms.signals.maximumTarget, terms.target.maximum].compactMap { $0 }.min()
    guard power < least || most.map({ $0 < power }) == true else { return nil }
    return refuse(
      "targetOutOfRange", "\(power.watts) W",
      most.map { "\(least.watts) to \($0.watts) W" } ?? "\(least.watts) W or more")
  }

  private func length(_ content: GridSignal.Content) -> Rejection? {
    let events = terms.events
    let seconds = content.window.seconds
    let shortestTest = content.isTest ? events.testsMinimumMinutes : nil
    let minimum = shortestTest ?? events.minimumMinutes
    let isListed =
      events.allowedMinutes.isEmpty
      ? minimum * 60 <= seconds && seconds <= events.maximumMinutes * 60
      : events.allowedMinutes.contains { $0 * 60 == seconds && (shortestTest ?? 0) <= $0 }
    guard !isListed || !seconds.isMultiple(of: events.stepMinutes * 60) else { return nil }
    let listed = events.allowedMinutes.filter { (shortestTest ?? 0) <= $0 }.map { "\($0)" }
      .joined(separator: ", ")
    let step = events.stepMinutes > 1 ? " in steps of \(events.stepMinutes)" : ""
    let allowed =
      events.allowedMinutes.isEmpty
      ? "\(minimum) to \(events.maximumMinutes) min\(step)" : "\(listed) min"
    let minutes = FixedDecimal.text(seconds * 100 / 60, places: 2, minimumPlaces: 0)
    return refuse("durationNotAllowed", "\(minutes) min", allowed)
  }

  private func season(_ content: GridSignal.Content, _ date: CivilDate) -> Rejection? {
    guard let season = terms.calendar.season(of: date) else {
      let names = terms.calendar.seasons.map(\.name).joined(separator: ", ")
      return refuse("outsideSeason", "\(date)", names)
    }
    let isHoliday = terms.calendar.holidays.contains(date) && !season.holidaysIncluded
    guard season.days.contains(date.weekday), !isHoliday else {
      let days = Weekday.allCases.filter(season.days.contains).map(\.abbreviation)
      let found = isHoliday ? "holiday \(date)" : "\(date.weekday.abbreviation) \(date)"
      return refuse("dayNotAllowed", found, days.joined(separator: ", "))
    }
    // The last second decides, so that an event may end where its window ends, midnight included.
    let last = content.window.end.adding(seconds: -1)
    let from = zone.secondOfDay(at: content.window.start)
    let to = zone.secondOfDay(at: last) + 1
    let isInside = season.windows.contains {
      $0.fromMinute * 60 <= from && to <= $0.toMinute * 60
    }
    guard zone.date(at: last) == date, isInside else {
      let windows = season.windows.map { "\(clock($0.fromMinute))-\(clock($0.toMinute))" }
      let found = "\(clock(from / 60))-\(clock(to / 60))"
      return refuse("outsideWindow", found, windows.joined(separator: ", "))
    }
    return nil
  }

  private func clock(_ minutes: Int64) -> String {
    let text = String(minutes / 60 * 100 + minutes % 60 + 10_000).dropFirst()
    return "\(text.prefix(2)):\(text.suffix(2))"
  }

  /// Tests use up no limit but their own and are held by no other, unless the policy counts them.
  private func number(_ content: GridSignal.Content, _ date: CivilDate) -> Rejection? {
    if let refusal = numberOfTests(content, date) { return refusal }
    guard !content.isTest || terms.events.testsCounted else { return nil }
    let dates = others.filter(\.counts).map { zone.date(at: $0.start) }
    func check(_ most: Int?, _ span: String, _ isSame: (CivilDate) -> Bool) -> Rejection? {
      guard let most else { return nil }
      let count = dates.count(where: isSame)
      return count < most
        ? nil : refuse("limitReached", "\(count + 1) in one \(span)", "\(most) in one \(span)")
    }
    let (year, month, _) = date.components
    let season = terms.calendar.season(of: date)
    let seasonStart = season.map { Self.firstDay(of: $0, holding: date) }
    let mostInSeason = [terms.events.maximumPerSeason, season?.maximumEvents].compactMap { $0 }
    return check(terms.events.maximumPerDay, "day") { $0 == date }
      ?? check(terms.events.maximumPerMonth, "month") {
        ($0.components.year, $0.components.month) == (year, month)
      }
      ?? check(mostInSeason.min(), "season") { other in
        guard let season, season.contains(other) else { return false }
        return Self.firstDay(of: season, holding: other) == seasonStart
      }
  }

  private func numberOfTests(_ content: GridSignal.Content, _ date: CivilDate) -> Rejection? {
    guard content.isTest, let most = terms.events.testsMaximumPerSeason,
      let season = terms.calendar.season(of: date)
    else { return nil }
    let first = Self.firstDay(of: season, holding: date)
    let count = others.count { other in
      let day = zone.date(at: other.start)
      return other.isTest && season.contains(day)
        && Self.firstDay(of: season, holding: day) == first
    }
    return count < most
      ? nil
      : refuse("limitReached", "\(count + 1) tests in one season", "\(most) tests in one season")
  }

  /// The first day of the run of `season` that holds `date`; a season may pass New Year.
  static func firstDay(
    of season: ProgrammeCalendar.Season, holding date: CivilDate
  ) -> CivilDate? {
    let (year, month, day) = date.components
    let isBefore = (month, day) < (season.from.month, season.from.day)
    return CivilDate(
      year: isBefore ? year - 1 : year, month: season.from.month, day: season.from.day)
  }

  private func notice(
    _ content: GridSignal.Content, _ stored: GridSignal.Content?
  ) -> Rejection? {
    let start = content.window.start
    if start < now, start != stored?.window.start, !terms.signals.joinsLate {
      return refuse("startPast", "\(start)", "after \(now)")
    }
    return terms.notice.lateIsDispatched ? nil : noticeFault(content, stored)
  }

  /// A revision that keeps the start needs no new notice: the owners know the day and the hour.
  private func noticeFault(
    _ content: GridSignal.Content, _ stored: GridSignal.Content?
  ) -> Rejection? {
    let start = content.window.start
    guard start != stored?.window.start else { return nil }
    let minutes = terms.notice.minimumMinutes
    if minutes > 0, now.adding(seconds: minutes * 60) > start {
      let found = "\(max(0, start.seconds(since: now)) / 60) min"
      return refuse("noticeTooLate", found, "\(minutes) min before the start")
    }
    guard let second = terms.notice.dayBeforeBySecond else { return nil }
    let eve = zone.date(at: start).adding(days: -1)
    let latest: Timestamp =
      switch zone.moments(on: eve, secondOfDay: second) {
      case .once(let moment), .twice(_, let moment): moment
      case .skipped: zone.startOfDay(eve).adding(seconds: second)
      }
    guard now > latest else { return nil }
    return refuse("noticeTooLate", "\(now)", "until \(latest)")
  }
}
