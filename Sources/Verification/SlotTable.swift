import Grid

/// The intervals that an event asks about, by their start in Unix seconds.
struct Targets {
  let event: [Int64]
  let window: [Int64]
  let notice: [Int64]

  /// Charging is looked at for at most this long before the start.
  static let noticeSeconds: Int64 = 86_400

  init(event measured: MeasuredEvent, terms: MeasurementTerms) {
    let length = 60 * terms.intervalMinutes
    let start = measured.window.start.seconds
    let end = measured.window.end.seconds
    event = Array(stride(from: start, to: end, by: Int(length)))
    var window: [Int64] = []
    if terms.baseline.kind == .dayMatching, let adjustment = terms.baseline.adjustment {
      for part in adjustment.windows {
        let anchor = part.anchor == .start ? start : end
        var at = anchor + 60 * part.fromMinutes
        while at + length <= anchor + 60 * part.toMinutes {
          window.append(at)
          at += length
        }
      }
    }
    self.window = window.sorted()
    guard let notice = measured.noticeAt, notice < measured.window.start else {
      self.notice = []
      return
    }
    // Whole intervals only, backward from the start, so that they lie on the grid.
    let span = min(start - notice.seconds, Self.noticeSeconds) / length
    self.notice = (0..<span).map { start - (span - $0) * length }
  }
}

/// Which moments of each candidate day belong to which target.
struct SlotTable {
  private(set) var candidates: [PreparedEvent.Candidate] = []
  private(set) var first: [Int64] = []
  private(set) var second: [Int64] = []
  private(set) var hasRepeats = false

  init(
    targets: Targets, date: CivilDate, dayClass: BaselineTerms.DayClass, terms: MeasurementTerms
  ) {
    let zone = terms.calendar.zone
    let baseline = terms.baseline
    let length = 60 * terms.intervalMinutes
    let starts = targets.event + targets.window + targets.notice
    let counted = targets.event.count + targets.window.count
    // A target keeps its distance in days from the event's date, and its wall clock.
    let places = starts.map { start in
      let moment = Timestamp(seconds: start)
      return (
        days: zone.date(at: moment).dayNumber - date.dayNumber,
        clock: zone.secondOfDay(at: moment)
      )
    }
    let newest = 1 + baseline.skipRecentDays
    guard newest <= baseline.lookbackDays else { return }
    for back in newest...baseline.lookbackDays {
      let day = date.adding(days: -back)
      let ownClass = baseline.dayClasses.dayClass(of: day, calendar: terms.calendar)
      var overlaps = false
      var gap = false
      for (index, place) in places.enumerated() {
        let moments = zone.moments(on: day.adding(days: place.days), secondOfDay: place.clock)
        let last: Int64
        switch moments {
        case .once(let moment):
          first.append(moment.seconds)
          second.append(PreparedEvent.noSecond)
          last = moment.seconds
        case .twice(let early, let late):
          first.append(early.seconds)
          second.append(late.seconds)
          last = late.seconds
          hasRepeats = true
        case .skipped:
          first.append(PreparedEvent.noSecond)
          second.append(PreparedEvent.noSecond)
          if index < counted { gap = true }
          continue
        }
        if index < counted, last + length > targets.event[0] { overlaps = true }
      }
      candidates.append(
        PreparedEvent.Candidate(
          date: day, dayClass: ownClass,
          exclusion: Self.exclusion(of: day, ownClass: ownClass, dayClass: dayClass, terms: terms),
          isOfClass: ownClass == dayClass, overlapsEvent: overlaps, hasGap: gap,
          startSecond: zone.startOfDay(day).seconds,
          endSecond: zone.startOfDay(day.adding(days: 1)).seconds))
    }
  }

  private static func exclusion(
    of day: CivilDate, ownClass: BaselineTerms.DayClass, dayClass: BaselineTerms.DayClass,
    terms: MeasurementTerms
  ) -> DayReason? {
    if ownClass != dayClass { return .dayClass }
    let isHoliday =
      terms.calendar.holidays.contains(day) && !terms.calendar.workingDays.contains(day)
    if terms.baseline.holidaysExcluded, isHoliday { return .holiday }
    return terms.baseline.excludedDates.contains(day) ? .excludedDay : nil
  }
}
