import Grid

/// One site's run through the rules: what was measured, against what, and what follows.
struct SiteMeasurement {
  let site: SiteData
  let plan: PreparedEvent
  private(set) var baseline: Baseline?
  private(set) var performance: Performance
  private var refusal: Refusal?

  init(_ site: SiteData, plan: PreparedEvent) {
    self.site = site
    self.plan = plan
    performance = Performance(site: site.site, verdict: .verified, intervals: [])
    refusal = plan.fault
    if refusal == nil { run() }
    performance.verdict = verdict()
  }

  /// Values of a quantity of this site.
  func values(_ quantity: MeterValues.Quantity) -> MeterValues {
    MeterValues(quantity, of: site, terms: plan.terms)
  }

  /// What the mode measures.
  var measured: MeterValues {
    values(plan.terms.mode == .premises ? .netImport : .credited)
  }

  private mutating func run() {
    let measured = measured
    readActuals(measured)
    let lost = performance.intervals.count { $0.status == .missing }
    refusal = site.claimedBy.map { .alreadyClaimed(by: $0) } ?? coarseness() ?? deviceMissing()
    let baseline = Baseline(site, plan: plan, values: measured)
    self.baseline = baseline
    performance.days = baseline.refusal == nil ? baseline.dates(plan) : []
    performance.oldestDay = baseline.oldestDate(plan)
    performance.adjustment = baseline.adjustment
    performance.flags = baseline.flags
    if lost > 0 { performance.flags.append(.eventIntervalsMissing(lost)) }
    if 4 * lost > plan.eventStarts.count {
      let days = plan.eventStarts.map { plan.terms.calendar.zone.date(at: Timestamp(seconds: $0)) }
      let count = plan.eventStarts.count
      refuse(
        days.contains(where: site.untrustedDates.contains)
          ? .clockUntrusted(missing: lost, of: count) : .eventDataMissing(missing: lost, of: count))
    }
    if let reason = baseline.refusal { refuse(reason) }
    if refusal == nil, plan.terms.baseline.eligibility != nil {
      if let reason = Accuracy.refusal(of: site, plan: plan) { refuse(reason) }
    }
    if baseline.refusal == nil { reduce(baseline) }
    raiseFlags()
  }

  /// The first reason stands.
  private mutating func refuse(_ reason: Refusal) {
    if refusal == nil { refusal = reason }
  }

  private mutating func readActuals(_ measured: MeterValues) {
    for index in plan.eventStarts.indices {
      let (joules, quality) = measured.value(at: plan.eventStarts[index])
      performance.intervals.append(
        IntervalPerformance(
          window: plan.window(index), baseline: nil, unadjusted: nil,
          actual: quality == .missing ? nil : Energy(joules: joules), reduction: nil,
          quality: quality, status: Self.status(quality)))
    }
  }

  private static func status(_ quality: Quality) -> IntervalPerformance.Status {
    switch quality {
    case .actual, .edited: .verified
    case .estimated: .estimated
    case .missing: .missing
    }
  }

  /// Intervals that do not make up the programme's are refused, never split.
  private func coarseness() -> Refusal? {
    let needed = plan.intervalSeconds
    let series = [site.siteMeter, site.batteryMeter]
    for (index, each) in series.enumerated() {
      guard let each, index == 0 ? usesSiteMeter : usesBatteryMeter else { continue }
      if !needed.isMultiple(of: each.intervalSeconds) {
        return .intervalTooCoarse(found: each.intervalSeconds, needed: needed)
      }
    }
    return nil
  }

  private var usesSiteMeter: Bool { plan.terms.mode == .premises || !plan.terms.exportsCounted }

  private var usesBatteryMeter: Bool {
    plan.terms.mode != .premises || plan.terms.capAtDeviceOutput
  }

  private func deviceMissing() -> Refusal? {
    guard usesBatteryMeter, site.batteryMeter == nil else { return nil }
    return .deviceDataMissing(missing: plan.eventStarts.count, of: plan.eventStarts.count)
  }

  /// Baseline minus actual, or the other way round for devices; then the device cap and losses.
  private mutating func reduce(_ baseline: Baseline) {
    let caps = plan.terms.mode == .premises && plan.terms.capAtDeviceOutput
    let typical = caps ? typicalOutput(baseline) : []
    let credited = values(.credited)
    var unseen = 0
    for index in performance.intervals.indices {
      if !baseline.values.isEmpty {
        performance.intervals[index].baseline = Energy(joules: baseline.values[index])
        performance.intervals[index].unadjusted = Energy(joules: baseline.unadjusted[index])
      }
      guard let actual = performance.intervals[index].actual?.joules else { continue }
      var reduction: Int64
      switch plan.terms.mode {
      case .premises:
        guard !baseline.values.isEmpty else { continue }
        let expected = baseline.values[index]
        reduction =
          plan.terms.exportsCounted ? expected - actual : max(0, expected) - max(0, actual)
      case .deviceOutput, .deviceGross:
        reduction = actual - (baseline.values.isEmpty ? 0 : baseline.values[index])
      }
      if caps {
        guard !typical.isEmpty else { continue }
        let output = credited.value(at: plan.eventStarts[index])
        let quality = max(performance.intervals[index].quality, output.quality)
        performance.intervals[index].quality = quality
        performance.intervals[index].status = Self.status(quality)
        if output.quality == .missing {
          unseen += 1
          continue
        }
        reduction = min(reduction, max(0, output.joules - typical[index]))
      }
      performance.intervals[index].reduction = Energy(joules: afterLosses(reduction))
    }
    if 4 * unseen > plan.eventStarts.count {
      refuse(.deviceDataMissing(missing: unseen, of: plan.eventStarts.count))
    }
  }

  private func afterLosses(_ joules: Int64) -> Int64 {
    let factor = plan.terms.lossFactorMillionths
    guard factor != 1_000_000 else { return joules }
    return floorDivide(Int128(joules) * Int128(factor), 1_000_000)
  }

  /// Typical credited output of the baseline's own days, rounded up; zeros for a baseline without
  /// days; empty when the battery's history is too thin.
  private mutating func typicalOutput(_ baseline: Baseline) -> [Int64] {
    let events = plan.eventStarts.count
    guard baseline.days != nil else { return Array(repeating: 0, count: events) }
    guard
      let typical = baseline.mean(of: values(.credited), targets: 0..<events, plan: plan),
      !typical.isThin
    else {
      let cells = events * (baseline.days?.selected.count ?? 0)
      let found = baseline.mean(of: values(.credited), targets: 0..<events, plan: plan)
      refuse(.deviceDataMissing(missing: found?.missing ?? cells, of: cells))
      return []
    }
    return (0..<events).map {
      ceilingDivide(typical.mean.numerators[$0], typical.mean.denominator)
    }
  }

  private mutating func raiseFlags() {
    let found = FlagFinder(site, plan: plan, baseline: baseline, performance: performance)
    performance.flags += found.flags
    performance.meterFindings = found.meterFindings
  }

  private mutating func verdict() -> Verdict {
    if let refusal {
      // What cannot be verified is shown with what was measured, but reduces nothing.
      for index in performance.intervals.indices { performance.intervals[index].reduction = nil }
      return .refused(refusal)
    }
    let estimated = performance.intervals.filter { $0.status == .estimated }
    guard !estimated.isEmpty else { return .verified }
    return .estimated(
      estimated.map { "The interval from \($0.window.start) is estimated." })
  }
}
