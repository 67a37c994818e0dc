import Grid
import Policies
public import Reports
import Verification

extension EventReport {
  /// A larger fleet is not put together as one meter: all its readings would be added again.
  public static let homesAsOneMeter = 2_000

  /// Adds how the homes that have a picture on the page were measured: each day of the look-back
  /// with its reason, and a refusal with its numbers; and what they come to as one meter.
  ///
  /// - Parameter live: What was made of live records already.
  public mutating func explain(
    _ event: EventCase, by measurement: CaseMeasurement, live: LiveReadings? = nil
  ) throws {
    let terms = measurement.policy.measurement
    if terms.mode == .premises, terms.baseline.kind == .dayMatching,
      (2...Self.homesAsOneMeter).contains(event.homes.count)
    {
      asOneMeter = try measurement.verifyFleet(event, live: live)?.reduction
    }
    let rows = shownRows
    let found = try measurement.explain(event, homes: rows, live: live)
    for (row, explanation) in zip(rows, found) {
      homes[row].days = explanation.days.map { day in
        HomeFacts.Day(
          date: day.date, dayClass: day.dayClass.rawValue, state: day.state.code,
          reason: explanation.reasonText(of: day),
          mean: day.mean.map { Energy(joules: Int64($0.numerator / $0.denominator)) },
          weight: day.weight.map { "\($0)" })
      }
      if case .refused(let refusal) = explanation.performance.verdict {
        homes[row].refusal = .init(code: refusal.code, sentence: refusal.sentence)
      }
    }
  }
}
