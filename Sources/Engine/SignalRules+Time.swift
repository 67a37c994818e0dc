import Grid

extension SignalRules {
  /// Tests move batteries as other events do, so they overlap too.
  func overlap(_ content: GridSignal.Content) -> Rejection? {
    guard terms.events.overlap == .refuse,
      let other = others.first(where: {
        $0.isLive && $0.window.intersection(content.window) != nil
      })
    else { return nil }
    return refuse(
      "overlap", "\(content.window.start) to \(content.window.end)",
      "no time of the event from \(other.window.start) to \(other.window.end)")
  }

  /// Limits of time: hours of a season, rest between events, days in a row. Tests as for numbers.
  func time(_ content: GridSignal.Content, _ date: CivilDate) -> Rejection? {
    guard !content.isTest || terms.events.testsCounted else { return nil }
    let counted = others.filter(\.counts)
    return hours(content, date, counted) ?? rest(content, counted) ?? days(date, counted)
  }

  private func hours(
    _ content: GridSignal.Content, _ date: CivilDate, _ counted: [Other]
  ) -> Rejection? {
    guard let most = terms.events.maximumSecondsPerSeason,
      let season = terms.calendar.season(of: date)
    else { return nil }
    let first = Self.firstDay(of: season, holding: date)
    let before = counted.reduce(into: Int64(0)) { sum, other in
      let day = zone.date(at: other.start)
      guard season.contains(day), Self.firstDay(of: season, holding: day) == first else { return }
      sum += other.window.seconds
    }
    guard before + content.window.seconds > most else { return nil }
    func text(_ seconds: Int64) -> String {
      FixedDecimal.text(seconds * 100 / 3_600, places: 2, minimumPlaces: 0)
    }
    return refuse(
      "limitReached", "\(text(before + content.window.seconds)) h in one season",
      "\(text(most)) h in one season")
  }

  private func rest(_ content: GridSignal.Content, _ counted: [Other]) -> Rejection? {
    let least = terms.events.minimumRestMinutes * 60
    guard least > 0 else { return nil }
    for other in counted {
      let after = content.window.start.seconds(since: other.window.end)
      let before = other.window.start.seconds(since: content.window.end)
      let gap = max(after, before)
      guard gap < least else { continue }
      return refuse(
        "restTooShort", "\(max(0, gap) / 60) min between events",
        "\(terms.events.minimumRestMinutes) min or more")
    }
    return nil
  }

  private func days(_ date: CivilDate, _ counted: [Other]) -> Rejection? {
    guard let most = terms.events.maximumConsecutiveDays else { return nil }
    let dates = Set(counted.map { zone.date(at: $0.start) })
    var run = 1
    for step in [Int64(-1), 1] {
      var day = date.adding(days: step)
      while run <= most, dates.contains(day) {
        run += 1
        day = day.adding(days: step)
      }
    }
    guard run > most else { return nil }
    return refuse("limitReached", "\(run) days with an event in a row", "\(most) days in a row")
  }
}
