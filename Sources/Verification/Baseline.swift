import Grid

/// The baseline of one site and event, or why there is none.
struct Baseline {
  /// After adjustment and floor, one for each interval of the event, in whole joules; empty for
  /// `kind: none` and when refused.
  var values: [Int64] = []
  /// Before the adjustment.
  var unadjusted: [Int64] = []
  /// Of the kinds that choose days.
  var days: DaySelection?
  var matcher: DayMatcher?
  var mean: DayMean?
  var adjustment: AppliedAdjustment?
  var flags: [Flag] = []
  var refusal: Refusal?

  init(_ site: SiteData, plan: PreparedEvent, values quantity: MeterValues) {
    switch plan.terms.baseline.kind {
    case .none: break
    case .dayMatching, .typicalOutput: matchDays(site, plan: plan, values: quantity)
    case .meterBeforeAfter: compareAround(plan, values: quantity)
    case .declared: takeDeclared(site, plan: plan)
    case .controlGroup: takeControl(site, plan: plan)
    }
  }

  /// The dates that were used, in the order of the selection.
  func dates(_ plan: PreparedEvent) -> [CivilDate] {
    (days?.selected ?? []).map { plan.candidates[$0.candidate].date }
  }

  /// The oldest date among those that were kept.
  func oldestDate(_ plan: PreparedEvent) -> CivilDate? {
    (days?.qualified ?? []).map { plan.candidates[$0.candidate].date }.min()
  }

  private mutating func matchDays(_ site: SiteData, plan: PreparedEvent, values: MeterValues) {
    var matcher = DayMatcher(plan: plan, values: values, site: site)
    let days = DaySelection(&matcher)
    self.days = days
    flags += days.flags
    defer { self.matcher = matcher }
    if let refusal = days.refusal {
      self.refusal = refusal
      return
    }
    let mean = DayMean(
      matrix: matcher.matrix, rows: days.selected.map(\.row), width: matcher.width,
      weights: plan.selection.weightsMillionths)
    self.mean = mean
    let events = plan.eventStarts.count
    if let unknown = (0..<events).first(where: { !mean.isKnown[$0] }) {
      refusal = .noBaselineForInterval(Timestamp(seconds: plan.eventStarts[unknown]))
      return
    }
    if plan.terms.baseline.kind == .typicalOutput {
      // Typical use is rounded up: a doubtful joule is never paid for.
      self.values = (0..<events).map { ceilingDivide(mean.numerators[$0], mean.denominator) }
      unadjusted = self.values
      return
    }
    unadjusted = (0..<events).map { floorDivide(mean.numerators[$0], mean.denominator) }
    self.values = unadjusted
    if let rule = plan.terms.baseline.adjustment {
      let adjusted = SameDayAdjustment(
        rule, mean: mean, events: events, actuals: plan.windowStarts.map(values.usable),
        intervalSeconds: plan.intervalSeconds)
      flags += adjusted.flags
      if let refusal = adjusted.refusal {
        self.refusal = refusal
        (self.values, unadjusted) = ([], [])
        return
      }
      adjustment = adjusted.applied
      if let change = adjusted.applied?.used {
        self.values = (0..<events).map { change.applied(to: mean, target: $0) }
      }
    }
    if plan.terms.baseline.floorAtZero { self.values = self.values.map { max(0, $0) } }
  }

  /// One value for the whole event, from the meter before and after it.
  private mutating func compareAround(_ plan: PreparedEvent, values: MeterValues) {
    let rule = plan.terms.baseline.beforeAfter
    let length = plan.intervalSeconds
    let start = plan.event.window.start.seconds - 60 * rule.beforeGapMinutes
    let end = plan.event.window.end.seconds + 60 * rule.afterGapMinutes
    let seconds =
      Array(stride(from: start - 60 * rule.beforeMinutes, to: start, by: Int(length)))
      + Array(stride(from: end, to: end + 60 * rule.afterMinutes, by: Int(length)))
    let found = seconds.map(values.usable)
    let missing = found.count { $0 == IntervalSeries.missing }
    guard missing == 0, let lowest = found.min(), let highest = found.max() else {
      refusal = .windowDataMissing(missing: missing, of: seconds.count)
      return
    }
    let value: Int64 =
      switch rule.combine {
      case .mean: floorDivide(found.reduce(Int128(0)) { $0 + Int128($1) }, Int128(found.count))
      case .min: lowest
      case .max: highest
      }
    unadjusted = plan.eventStarts.map { _ in value }
    self.values = plan.terms.baseline.floorAtZero ? unadjusted.map { max(0, $0) } : unadjusted
  }

  /// What homes that were not asked took on the mean.
  private mutating func takeControl(_ site: SiteData, plan: PreparedEvent) {
    guard let control = site.control else {
      refusal = .controlGroupInvalid(
        .tooFewHomes(found: 0, needed: plan.terms.baseline.minimumControlHomes))
      return
    }
    if let fault = control.fault {
      refusal = .controlGroupInvalid(fault)
      return
    }
    unadjusted = control.means
    values = plan.terms.baseline.floorAtZero ? unadjusted.map { max(0, $0) } : unadjusted
  }

  /// What the site declared, if that came in time and is still what was frozen.
  private mutating func takeDeclared(_ site: SiteData, plan: PreparedEvent) {
    let gate = plan.event.window.start.adding(
      seconds: -60 * plan.terms.baseline.gateClosureMinutes)
    guard let declared = site.declared, declared.site == site.site, declared.declaredAt <= gate
    else {
      refusal = .notDeclared
      return
    }
    guard declared.digest == declared.frozenDigest else {
      refusal = .scheduleChanged(frozen: declared.frozenDigest, found: declared.digest)
      return
    }
    let found = plan.eventStarts.compactMap {
      declared.joules(from: $0, seconds: plan.intervalSeconds)
    }
    guard found.count == plan.eventStarts.count else {
      refusal = .notDeclared
      return
    }
    unadjusted = found
    values = plan.terms.baseline.floorAtZero ? found.map { max(0, $0) } : found
  }
}

extension Baseline {
  /// The mean of another quantity over the days and weights of this baseline, for the targets in
  /// `range`; how many of its values are missing, and whether more than half are for some target.
  ///
  /// Nil without selected days.
  func mean(
    of quantity: MeterValues, targets range: Range<Int>, plan: PreparedEvent
  ) -> (mean: DayMean, missing: Int, isThin: Bool)? {
    guard let selected = days?.selected, !selected.isEmpty else { return nil }
    var matrix: [Int64] = []
    matrix.reserveCapacity(selected.count * range.count)
    var lost = Array(repeating: 0, count: range.count)
    for day in selected {
      let base = day.candidate * plan.targetCount
      for target in range {
        let first = plan.firstSeconds[base + target]
        guard first != PreparedEvent.noSecond else {
          matrix.append(DayMatcher.gap)
          continue
        }
        let second = plan.secondSeconds[base + target]
        let early = quantity.usable(at: first)
        let late = second == PreparedEvent.noSecond ? early : quantity.usable(at: second)
        if early == IntervalSeries.missing || late == IntervalSeries.missing {
          matrix.append(DayMatcher.gap)
          lost[target - range.lowerBound] += 1
        } else {
          matrix.append(early + late)
        }
      }
    }
    let mean = DayMean(
      matrix: matrix, rows: selected.indices.map { $0 * range.count }, width: range.count,
      weights: plan.selection.weightsMillionths)
    let isThin = lost.contains { 2 * $0 > selected.count } || mean.isKnown.contains(false)
    return (mean, lost.reduce(0, +), isThin)
  }
}
