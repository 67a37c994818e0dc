import Grid

/// Does a site declare more on the days of events than it otherwise does.
///
/// What it declared above its use outside the event, as a share of its use, is compared with the
/// same of earlier days: an inflated plan shows where nothing was to be reduced.
struct ScheduleInflation {
  /// Without `eligibility.biasPercent`: four percent.
  static let limitHundredths: Int64 = 400

  private(set) var flag: Flag?

  init(_ site: SiteData, plan: PreparedEvent) {
    guard plan.terms.baseline.kind == .declared, let declared = site.declared,
      !site.declaredHistory.isEmpty
    else { return }
    let values = MeterValues(.netImport, of: site, terms: plan.terms)
    var today = Bias()
    today.add(declared, on: plan.date, values: values, plan: plan)
    var usual = Bias()
    for back in 1...plan.terms.baseline.lookbackDays {
      let date = plan.date.adding(days: -back)
      guard !site.eventDays.contains(date), !site.excludedDates.contains(date) else { continue }
      let start = plan.terms.calendar.zone.startOfDay(date)
      let end = plan.terms.calendar.zone.startOfDay(date.adding(days: 1))
      let day = Window(start: start, end: end)!
      let versions = site.declaredHistory.filter { $0.window.intersection(day) != nil }
      let inForce = DeclaredSchedule.inForce(
        versions, eventStart: end, gateClosureMinutes: plan.terms.baseline.gateClosureMinutes)
      if let inForce { usual.add(inForce, on: date, values: values, plan: plan) }
    }
    guard let bias = today.hundredths, let usually = usual.hundredths else { return }
    let limit = plan.terms.baseline.eligibility?.bias.map { Int64($0.hundredths) }
    if bias - usually > limit ?? Self.limitHundredths {
      flag = .scheduleInflated(biasHundredths: bias, usualHundredths: usually)
    }
  }

  private struct Bias {
    private var error: Int128 = 0
    private var actual: Int128 = 0

    /// The declared intervals of a local day that were measured, without those of the event.
    mutating func add(
      _ schedule: DeclaredSchedule, on date: CivilDate, values: MeterValues, plan: PreparedEvent
    ) {
      let zone = plan.terms.calendar.zone
      let end = zone.startOfDay(date.adding(days: 1)).seconds
      let event = plan.event.window.start.seconds..<plan.event.window.end.seconds
      for second in stride(
        from: zone.startOfDay(date).seconds, to: end, by: Int(plan.intervalSeconds))
      where !event.contains(second) {
        let used = values.usable(at: second)
        guard used != IntervalSeries.missing,
          let expected = schedule.joules(from: second, seconds: plan.intervalSeconds)
        else { continue }
        error += Int128(expected) - Int128(used)
        actual += Int128(used)
      }
    }

    /// Rounded down; nil where nothing was used.
    var hundredths: Int64? {
      actual == 0 ? nil : floorDivide(error * 10_000 * actual.signum(), Int128(actual.magnitude))
    }
  }
}
