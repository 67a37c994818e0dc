import Grid

/// How well a site's baseline would have foretold recent days without event.
///
/// The last ten like days that have all their data; integers throughout, no square root.
struct Accuracy {
  /// Days that are tried.
  static let days = 10

  private(set) var tried = 0
  private var intervals: Int128 = 0
  private var squares: Int128 = 0
  private var error: Int128 = 0
  private var actual: Int128 = 0

  /// The baseline of the policy, tried on each day as if it had been the event.
  init(_ site: SiteData, plan: PreparedEvent) {
    let quantity: MeterValues.Quantity = plan.terms.mode == .premises ? .netImport : .credited
    let values = MeterValues(quantity, of: site, terms: plan.terms)
    tryDays(site, plan: plan, values: values) { trial in
      let baseline = Baseline(site, plan: trial, values: values)
      return baseline.refusal == nil ? baseline.values : nil
    }
  }

  /// The schedules that were in force at the gate of each day.
  init(declaredBy site: SiteData, plan: PreparedEvent) {
    let values = MeterValues(.netImport, of: site, terms: plan.terms)
    tryDays(site, plan: plan, values: values) { trial in
      let found = DeclaredSchedule.inForce(
        site.declaredHistory.filter { $0.window.intersection(trial.event.window) != nil },
        eventStart: trial.event.window.start,
        gateClosureMinutes: plan.terms.baseline.gateClosureMinutes)
      guard let found else { return nil }
      let expected = trial.eventStarts.compactMap {
        found.joules(from: $0, seconds: plan.intervalSeconds)
      }
      return expected.count == trial.eventStarts.count ? expected : nil
    }
  }

  init(expected: [Int64], actual: [Int64]) { add(expected, actual) }

  /// Why the site may not use the baseline, or nil.
  static func refusal(of site: SiteData, plan: PreparedEvent) -> Refusal? {
    guard let limits = plan.terms.baseline.eligibility else { return nil }
    guard plan.terms.baseline.kind == .declared else {
      return Accuracy(site, plan: plan).refusal(limits)
    }
    let accuracy = Accuracy(declaredBy: site, plan: plan)
    let needed = plan.terms.baseline.selection[plan.dayClass]?.minimumDays ?? days
    guard accuracy.tried < needed || !accuracy.isWithin(limits) else { return nil }
    return .scheduleTooInaccurate(
      days: accuracy.tried, needed: needed, rrmseHundredths: accuracy.rrmse,
      biasHundredths: accuracy.bias)
  }

  private mutating func tryDays(
    _ site: SiteData, plan: PreparedEvent, values: MeterValues,
    _ expected: (PreparedEvent) -> [Int64]?
  ) {
    for trial in plan.trials where tried < Self.days {
      if site.eventDays.contains(trial.date) || site.excludedDates.contains(trial.date) { continue }
      let actuals = trial.eventStarts.map(values.usable)
      if actuals.contains(IntervalSeries.missing) { continue }
      guard let expected = expected(trial) else { continue }
      tried += 1
      add(expected, actuals)
    }
  }

  private mutating func add(_ expected: [Int64], _ actuals: [Int64]) {
    for (expected, actual) in zip(expected, actuals) {
      let error = Int128(expected) - Int128(actual)
      intervals += 1
      squares += error * error
      self.error += error
      self.actual += Int128(actual)
    }
  }

  /// The refusal of a baseline that is not within the limits.
  func refusal(_ limits: BaselineTerms.Eligibility?) -> Refusal? {
    guard let limits, !isWithin(limits) else { return nil }
    return .baselineTooInaccurate(rrmseHundredths: rrmse, biasHundredths: bias)
  }

  /// Σ(e²)·n over (Σ actual)² and Σe over Σ actual, both within the limits.
  private func isWithin(_ limits: BaselineTerms.Eligibility) -> Bool {
    intervals > 0 && Self.holds(rrmse, limits.rrmse) && Self.holds(bias, limits.bias)
  }

  /// Hundredths of a percent, rounded up; nil above 10,000 % or when nothing was tried.
  var rrmse: Int64? {
    leastHundredths { limit in
      intervals * squares * 100_000_000 <= limit * limit * actual * actual
    }
  }

  /// The same for the bias, without its sign.
  var bias: Int64? {
    leastHundredths { limit in
      Int128(error.magnitude) * 10_000 <= limit * Int128(actual.magnitude)
    }
  }

  private static func holds(_ found: Int64?, _ limit: Percent?) -> Bool {
    guard let limit else { return true }
    guard let found else { return false }
    return found <= Int64(limit.hundredths)
  }

  /// The least number of hundredths of a percent that satisfies `test`, up to 10,000 %.
  private func leastHundredths(_ test: (Int128) -> Bool) -> Int64? {
    guard intervals > 0 else { return nil }
    var low: Int128 = 0
    var high: Int128 = 1_000_000
    guard test(high) else { return nil }
    while low < high {
      let middle = (low + high) / 2
      if test(middle) { high = middle } else { low = middle + 1 }
    }
    return Int64(low)
  }
}
