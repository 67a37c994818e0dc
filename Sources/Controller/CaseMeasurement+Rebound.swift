import Engine
import Grid
import Policies
import Reports
import Settlement
import Verification

extension CaseMeasurement {
  /// So many hours after an event are looked at.
  static let reboundHours: Int64 = 3

  /// What the homes of an event drew in the hours after it, beside its baseline; nil where the
  /// programme has no chargers, or nothing of those hours was measured.
  ///
  /// The baseline is that of the event, over the event and those hours together. It is shown, and
  /// pays nothing.
  func rebound(after event: EventCase) async throws -> ReboundFacts? {
    guard policy.dispatch.enrolment.kinds.contains(.evCharger) else { return nil }
    let end = event.window.end
    var longer = event
    longer.window = Window(
      start: event.window.start, end: end.adding(seconds: Self.reboundHours * 3_600))!
    let performances = try await verify(longer)
    var hours = (0..<Self.reboundHours).map { hour in
      ReboundFacts.Hour(
        window: Window(
          start: end.adding(seconds: hour * 3_600), end: end.adding(seconds: (hour + 1) * 3_600))!,
        homes: 0, expected: .zero, actual: .zero)
    }
    for performance in performances {
      if case .refused = performance.verdict { continue }
      for place in hours.indices {
        let parts = performance.intervals.filter { hours[place].window.contains($0.window.start) }
        let expected = parts.compactMap(\.baseline).map(drawn)
        let actual = parts.compactMap(\.actual).map(drawn)
        guard !parts.isEmpty, expected.count == parts.count, actual.count == parts.count else {
          continue
        }
        hours[place].homes += 1
        hours[place].expected += expected.reduce(.zero, +)
        hours[place].actual += actual.reduce(.zero, +)
      }
    }
    return hours.contains { $0.homes > 0 } ? ReboundFacts(hours: hours) : nil
  }

  /// What is measured, as import: a site's as it is, a device's turned round.
  private func drawn(_ measured: Energy) -> Energy {
    policy.measurement.mode == .premises ? measured : .zero - measured
  }
}
