import Grid

/// How well a site's baseline would have foretold recent days without event.
///
/// The last ten like days that have all their data; integers throughout, no square root.
struct Accuracy {
  /// Days that are tried.
  static let days = 10

  private var intervals: Int128 = 0
  private var squares: Int128 = 0
  private var error: Int128 = 0
  private var actual: Int128 = 0

  init(_ site: SiteData, plan: PreparedEvent) {
    let quantity: MeterValues.Quantity = plan.terms.mode == .premises ? .netImport : .credited
    let values = MeterValues(quantity, of: site, terms: plan.terms)
    var tried = 0
    for trial in plan.trials where tried < Self.days {
      if site.eventDays.contains(trial.date) || site.excludedDates.contains(trial.date) { continue }
      let actuals = trial.eventStarts.map(values.usable)
      if actuals.contains(IntervalSeries.missing) { continue }
      let baseline = Baseline(site, plan: trial, values: values)
      guard baseline.refusal == nil else { continue }
      tried += 1
      add(baseline.values, actuals)
    }
  }

  init(expected: [Int64], actual: [Int64]) { add(expected, actual) }

  private mutating func add(_ expected: [Int64], _ actuals: [Int64]) {
    for (expected, actual) in zip(expected, actuals) {
      let error = Int128(expected) - Int128(actual)
      intervals += 1
      squares += error * error
      self.error += error
      self.actual += Int128(actual)
    }
  }

  /// Σ(e²)·n over (Σ actual)² and Σe over Σ actual, both within the limits, or the refusal.
  func refusal(_ limits: BaselineTerms.Eligibility?) -> Refusal? {
    guard let limits else { return nil }
    let rrmse = leastHundredths { limit in
      intervals * squares * 100_000_000 <= limit * limit * actual * actual
    }
    let bias = leastHundredths { limit in
      Int128(error.magnitude) * 10_000 <= limit * Int128(actual.magnitude)
    }
    let isAccurate =
      intervals > 0 && Self.holds(rrmse, limits.rrmse) && Self.holds(bias, limits.bias)
    return isAccurate ? nil : .baselineTooInaccurate(rrmseHundredths: rrmse, biasHundredths: bias)
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
