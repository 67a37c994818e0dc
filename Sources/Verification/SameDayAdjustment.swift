import Grid

/// The same-day adjustment of one site, worked out from its windows.
struct SameDayAdjustment {
  /// Nil when none was made.
  private(set) var applied: AppliedAdjustment?
  private(set) var flags: [Flag] = []
  private(set) var refusal: Refusal?

  /// - Parameters:
  ///   - mean: Targets of the event first, then those of the windows.
  ///   - actuals: What was metered in the windows, `IntervalSeries.missing` where it was not.
  init(
    _ rule: BaselineTerms.Adjustment, mean: DayMean, events: Int, actuals: [Int64],
    intervalSeconds: Int64
  ) {
    let lost = actuals.count { $0 == IntervalSeries.missing }
    if lost > 0, rule.refusesOnMissing {
      refusal = .windowDataMissing(missing: lost, of: actuals.count)
      return
    }
    // An interval that no selected day has is left out on both sides.
    let used = actuals.indices.filter { mean.isKnown[events + $0] }
    guard lost == 0, !used.isEmpty else {
      flags.append(.adjustmentSkipped)
      return
    }
    let actual = used.reduce(Int64(0)) { $0 + actuals[$1] }
    let expected = used.reduce(Int128(0)) { $0 + mean.numerators[events + $1] }
    let count = Int128(used.count)
    let raw: AppliedAdjustment.Change
    let limited: AppliedAdjustment.Change
    switch rule.kind {
    case .multiplicative:
      guard expected > 0 else {
        flags.append(.degenerateRatio)
        raw = .factor(Fraction(1))
        limited = raw
        break
      }
      let ratio = Fraction(Int128(actual) * mean.denominator, expected)
      let low = rule.capDown.map {
        Fraction(Int128($0.denominator - $0.numerator), Int128($0.denominator))
      }
      let high = rule.capUp.map {
        Fraction(Int128($0.denominator + $0.numerator), Int128($0.denominator))
      }
      raw = .factor(ratio)
      limited = .factor(Self.limited(ratio, low: low, high: high))
    case .additive:
      let offset = Fraction(
        Int128(actual) * mean.denominator - expected, mean.denominator * count)
      let unit = Self.unit(rule.capOf, mean, events, expected, count, intervalSeconds)
      let low = rule.capDown.map { Self.share(of: unit, $0, sign: -1) }
      let high = rule.capUp.map { Self.share(of: unit, $0, sign: 1) }
      raw = .offset(offset)
      limited = .offset(Self.limited(offset, low: low, high: high))
    }
    applied = AppliedAdjustment(
      raw: raw, used: limited, windowActual: Energy(joules: actual),
      windowBaseline: Fraction(expected, mean.denominator), intervals: used.count)
    if raw != limited { flags.append(.adjustmentCapped) }
  }

  /// What the caps of an additive adjustment are a share of, in joules an interval.
  private static func unit(
    _ basis: BaselineTerms.Adjustment.CapOf, _ mean: DayMean, _ events: Int, _ expected: Int128,
    _ count: Int128, _ intervalSeconds: Int64
  ) -> Fraction {
    switch basis {
    case .windowBaseline:
      return Fraction(Int128(expected.magnitude), mean.denominator * count)
    case .eventBaseline:
      let sum = mean.numerators[0..<events].reduce(0, +)
      return Fraction(Int128(sum.magnitude), mean.denominator * Int128(events))
    case .absoluteKW: return Fraction(1_000 * Int128(intervalSeconds))
    }
  }

  private static func share(of unit: Fraction, _ ratio: Ratio, sign: Int128) -> Fraction {
    Fraction(
      sign * unit.numerator * Int128(ratio.numerator),
      unit.denominator * Int128(ratio.denominator))
  }

  private static func limited(_ value: Fraction, low: Fraction?, high: Fraction?) -> Fraction {
    if let low, value < low { return low }
    if let high, high < value { return high }
    return value
  }
}

extension AppliedAdjustment.Change {
  /// The adjusted mean of `target`, rounded down to a whole joule: the only rounding there is.
  func applied(to mean: DayMean, target: Int) -> Int64 {
    switch self {
    case .factor(let factor):
      floorDivide(
        mean.numerators[target] * factor.numerator, mean.denominator * factor.denominator)
    case .offset(let offset):
      floorDivide(
        mean.numerators[target] * offset.denominator + offset.numerator * mean.denominator,
        mean.denominator * offset.denominator)
    }
  }
}
