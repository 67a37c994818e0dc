import Controller
import Grid
import Policies
import Verification

/// Measured sites for a person and for a program.
struct BaselineOutput {
  let event: EventCase
  let performances: [Performance]
  let policy: Policy

  /// Integer joules; a value that is missing is null.
  func writeJSON(to sink: @escaping ([UInt8]) -> Void) {
    OrderedJSON.write(to: sink) { json in
      json.text("eventId", event.id.text)
      json.text("policySha256", "\(policy.hash)")
      json.array("meters") { json in
        for (home, performance) in zip(event.homes, performances) {
          json.object(nil) { Self.write(home, performance, to: &$0) }
        }
      }
    }
  }

  private static func write(
    _ home: EventCase.Home, _ performance: Performance, to json: inout OrderedJSON
  ) {
    json.text("meterId", home.siteMeter.text)
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
        json.object(nil) { json in
          json.text("start", "\(interval.window.start)")
          json.integer("baselineJ", interval.baseline?.joules)
          json.integer("actualJ", interval.actual?.joules)
          json.integer("reductionJ", interval.reduction?.joules)
        }
      }
    }
    json.integer("reductionJ", performance.reduction?.joules)
  }

  /// One row a site, and their sum.
  var text: String {
    let zone = policy.measurement.calendar.zone
    let head =
      "\(event.id)  \(Amounts.window(event.window, in: zone))  "
      + "\(policy.id) \(policy.version)\n"
    var rows = [
      ["meter", "verdict", "days", "adjustment", "baseline", "actual", "reduction kWh", "flags"]
    ]
    for (home, performance) in zip(event.homes, performances) {
      rows.append([
        home.siteMeter.text, performance.verdictColumn,
        "\(performance.days.count)", performance.adjustmentWord,
        Amounts.fourDecimals(performance.sum(\.baseline)),
        Amounts.fourDecimals(performance.sum(\.actual)),
        Amounts.fourDecimals(performance.reduction),
        performance.flags.map(\.code).joined(separator: " "),
      ])
    }
    let counted = performances.filter { !$0.isRefused }
    let sum = counted.compactMap(\.reduction).reduce(.zero, +)
    return head + "policy SHA-256 \(policy.hash)\n\n" + Amounts.table(rows, left: [0, 1, 7])
      + "\n\(counted.count) of \(performances.count) verified or estimated, together "
      + "\(Amounts.fourDecimals(sum)) kWh\n"
  }
}

extension Performance {
  var isRefused: Bool {
    if case .refused = verdict { true } else { false }
  }

  /// `verified`, `estimated` or `refused`.
  var verdictWord: String {
    switch verdict {
    case .verified: "verified"
    case .estimated: "estimated"
    case .refused: "refused"
    }
  }

  /// The code of a refusal, the sentences of an estimate, else nil.
  var reason: String? {
    switch verdict {
    case .verified: nil
    case .estimated(let sentences): sentences.joined(separator: " ")
    case .refused(let refusal): refusal.code
    }
  }

  /// The verdict as a cell of a table: a refusal says why.
  fileprivate var verdictColumn: String {
    if case .refused(let refusal) = verdict { refusal.code } else { verdictWord }
  }

  /// The adjustment as a cell of a table.
  fileprivate var adjustmentWord: String {
    switch adjustment?.used {
    case .factor(let factor): "x \(factor)"
    case .offset(let offset): "\(Amounts.fourDecimals(Energy(joules: offset.nearest)))"
    case nil: "-"
    }
  }

  /// The sum over the event; nil when an interval has no value.
  fileprivate func sum(_ field: (IntervalPerformance) -> Energy?) -> Energy? {
    var sum = Energy.zero
    for interval in intervals {
      guard let value = field(interval) else { return nil }
      sum += value
    }
    return intervals.isEmpty ? nil : sum
  }
}

extension Fraction {
  /// The nearest whole number, halves up: an offset is exact only as a fraction.
  var nearest: Int64 {
    Fraction(numerator * 2 + denominator, denominator * 2).roundedDown
  }
}
