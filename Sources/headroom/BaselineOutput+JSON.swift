import Controller
import Grid
import Policies
import Verification

extension BaselineOutput {
  /// Integer joules, and kilowatt-hours as exact text; a value that is missing is null.
  ///
  /// - Parameter explanations: One a home, or nil to leave them out.
  func writeJSON(_ explanations: [Explanation]?, to sink: @escaping ([UInt8]) -> Void) {
    OrderedJSON.write(to: sink) { json in
      json.text("eventId", event.id.text)
      json.text("policySha256", "\(policy.hash)")
      json.array("meters") { json in
        for (place, home) in event.homes.enumerated() {
          json.object(nil) { json in
            Self.write(home.siteMeter, performances[place], to: &json)
            if let explanations {
              json.object("explanation") { Self.write(explanations[place], to: &$0) }
            }
          }
        }
      }
      if let fleet {
        json.text("aggregate", policy.measurement.aggregate.rawValue)
        json.integer("sumOfHomesJ", sum.joules)
        json.object("fleet") { Self.write(event.homes[0].siteMeter, fleet, isFleet: true, to: &$0) }
      }
    }
  }

  private static func write(
    _ meter: MeterID, _ performance: Performance, isFleet: Bool = false, to json: inout OrderedJSON
  ) {
    json.text("meterId", isFleet ? nil : meter.text)
    json.text("verdict", performance.verdictWord)
    json.text("reason", performance.reason)
    json.texts("days", performance.days.map { "\($0)" })
    switch performance.adjustment?.used {
    case .factor(let factor):
      json.text("factor", "\(factor)")
      json.integer("offsetJ", nil)
    case .offset(let offset):
      json.text("factor", nil)
      json.integer("offsetJ", offset.nearest)
    case nil:
      json.text("factor", nil)
      json.integer("offsetJ", nil)
    }
    json.texts("flags", performance.flags.map(\.code))
    json.array("intervals") { json in
      for interval in performance.intervals {
        json.object(nil) { write(interval, to: &$0) }
      }
    }
    json.integer("reductionJ", performance.reduction?.joules)
    json.text("reductionKWh", performance.reduction.map(Amounts.exactKilowattHours))
    if case .offset(let offset)? = performance.adjustment?.used {
      json.text("offsetKWh", Amounts.exactKilowattHours(offset))
    } else {
      json.text("offsetKWh", nil)
    }
    json.array("evidence") { json in
      for flag in performance.flags {
        json.object(nil) { json in
          json.text("flag", flag.code)
          json.text("evidence", flag.evidence)
          json.flag("holdsPayment", flag.holdsResult)
        }
      }
    }
    if case .refused(let refusal) = performance.verdict {
      json.text("sentence", refusal.sentence)
    } else {
      json.text("sentence", nil)
    }
    json.texts("meterFindings", performance.meterFindings.map(\.rawValue))
  }

  private static func write(_ interval: IntervalPerformance, to json: inout OrderedJSON) {
    json.text("start", "\(interval.window.start)")
    json.integer("baselineJ", interval.baseline?.joules)
    json.integer("actualJ", interval.actual?.joules)
    json.integer("reductionJ", interval.reduction?.joules)
    json.integer("unadjustedJ", interval.unadjusted?.joules)
    json.text("baselineKWh", interval.baseline.map(Amounts.exactKilowattHours))
    json.text("actualKWh", interval.actual.map(Amounts.exactKilowattHours))
    json.text("reductionKWh", interval.reduction.map(Amounts.exactKilowattHours))
    json.text("quality", interval.quality.letter)
    json.text("status", interval.status.rawValue)
  }

  private static func write(_ explanation: Explanation, to json: inout OrderedJSON) {
    json.text("date", "\(explanation.date)")
    json.text("timeZone", explanation.terms.calendar.zone.name)
    json.text("kind", explanation.terms.baseline.kind.rawValue)
    json.text("class", explanation.dayClass.rawValue)
    json.flag("isComplete", explanation.isComplete)
    json.integer("afterEventJ", explanation.after?.joules)
    json.text("inputSha256", explanation.inputDigest.map { "\($0)" })
    json.array("days") { json in
      for day in explanation.days { json.object(nil) { write(day, explanation, to: &$0) } }
    }
    if let adjustment = explanation.performance.adjustment {
      json.object("adjustment") { json in
        json.text("windowActualKWh", Amounts.exactKilowattHours(adjustment.windowActual))
        json.text("windowBaselineKWh", Amounts.exactKilowattHours(adjustment.windowBaseline))
        json.count("intervals", adjustment.intervals)
        json.text("raw", text(adjustment.raw))
        json.text("used", text(adjustment.used))
        json.flag("isCapped", adjustment.isCapped)
      }
    } else {
      json.text("adjustment", nil)
    }
    json.array("findings") { json in
      for finding in explanation.findings {
        json.object(nil) { json in
          json.text("code", finding.code.rawValue)
          json.text("at", "\(finding.at)")
          json.text("sentence", finding.sentence)
          json.flag("isSevere", finding.isSevere)
        }
      }
    }
  }

  private static func write(
    _ day: Explanation.Day, _ explanation: Explanation, to json: inout OrderedJSON
  ) {
    json.text("date", "\(day.date)")
    json.text("weekday", day.date.weekday.abbreviation)
    json.text("class", day.dayClass.rawValue)
    json.flag("isHoliday", day.isHoliday)
    json.text("state", day.state.code)
    var reason: String?
    var missing: String?
    if case .excluded(let why) = day.state {
      reason = why.code
      if case .missingData(let start) = why { missing = "\(start)" }
    }
    json.text("reason", reason)
    json.text("firstMissing", missing)
    json.text("meanKWh", day.mean.map(Amounts.exactKilowattHours))
    json.integer("rank", day.rank.map(Int64.init))
    json.text("weight", day.weight.map { "\($0)" })
  }

  /// A factor as it is, an offset in kilowatt-hours an interval.
  private static func text(_ change: AppliedAdjustment.Change) -> String {
    switch change {
    case .factor(let factor): "factor \(factor)"
    case .offset(let offset): "offset \(Amounts.exactKilowattHours(offset)) kWh"
    }
  }
}

extension Amounts {
  /// Kilowatt-hours as they are: a decimal where one ends, else a fraction in lowest terms.
  static func exactKilowattHours(_ energy: Energy) -> String {
    exactKilowattHours(Fraction(Int128(energy.joules)))
  }

  /// The same for joules that are a fraction.
  static func exactKilowattHours(_ joules: Fraction) -> String {
    let value = Fraction(joules.numerator, joules.denominator * 3_600_000)
    var rest = value.denominator
    var (twos, fives) = (0, 0)
    while rest % 2 == 0 { (rest, twos) = (rest / 2, twos + 1) }
    while rest % 5 == 0 { (rest, fives) = (rest / 5, fives + 1) }
    let places = max(twos, fives)
    guard rest == 1, places <= 15 else { return "\(value)" }
    var scale: Int128 = 1
    for _ in 0..<places { scale *= 10 }
    return FixedDecimal.text(
      value.numerator * (scale / value.denominator), places: places, minimumPlaces: 0)
  }
}
