public import Grid

/// How one site's result came about, for its owner, an auditor, or before it joins.
public struct Explanation: Hashable, Sendable {
  /// Where a day of the look-back stands.
  public enum DayState: Hashable, Sendable {
    /// Used in the mean.
    case selected
    /// Among the most recent eligible days, but not chosen.
    case qualified
    /// Not looked at, because enough newer days were found.
    case notNeeded
    /// Out, for this reason.
    case excluded(DayReason)

    /// The name a program may switch on.
    public var code: String {
      switch self {
      case .selected: "selected"
      case .qualified: "qualified"
      case .notNeeded: "notNeeded"
      case .excluded: "excluded"
      }
    }
  }

  /// One day of the look-back.
  public struct Day: Hashable, Sendable {
    /// The local date.
    public let date: CivilDate
    /// Its class.
    public let dayClass: BaselineTerms.DayClass
    /// A listed holiday.
    public let isHoliday: Bool
    /// Where it stands.
    public let state: DayState
    /// Mean over the event's intervals, in joules; for selected and qualified days.
    public let mean: Fraction?
    /// 1 is the highest of the qualified days.
    public let rank: Int?
    /// Its share of the mean; for selected days.
    public let weight: Fraction?
  }

  /// The event.
  public let event: MeasuredEvent
  /// The terms.
  public let terms: MeasurementTerms
  /// Local date of the event.
  public let date: CivilDate
  /// Its class.
  public let dayClass: BaselineTerms.DayClass
  /// The rule for that class; nil for kinds without days.
  public let selection: BaselineTerms.Selection?
  /// The look-back, newest first; empty for kinds without days.
  public let days: [Day]
  /// By interval of the event: the values of the selected days in date order, newest first, in
  /// joules; a day whose clock skips the interval is left out.
  public let values: [[Fraction]]
  /// The result that is explained.
  public let performance: Performance
  /// What the meter's own values say about it.
  public let findings: [MeterHealth.Finding]
  /// False while data that may enter the result are still due.
  public let isComplete: Bool
  /// Net import in the four hours after the event, which nothing is netted with (rebound); nil
  /// where a part is missing.
  public let after: Energy?
  /// SHA-256 of `SiteData.inputBytes`; nil where nobody hashed them.
  public var inputDigest: Digest?

  /// Seconds after the event in which batteries that recharge show.
  static let afterSeconds: Int64 = 4 * 3_600

  init(_ run: SiteMeasurement, plan: PreparedEvent) {
    event = plan.event
    terms = plan.terms
    date = plan.date
    dayClass = plan.dayClass
    performance = run.performance
    let usesDays =
      plan.terms.baseline.kind == .dayMatching || plan.terms.baseline.kind == .typicalOutput
    selection = usesDays && plan.fault == nil ? plan.selection : nil
    days = Self.days(run.baseline, plan: plan)
    values = Self.values(run.baseline, plan: plan)
    let needed = plan.dataEnd.seconds
    let series = plan.terms.mode == .premises ? run.site.siteMeter : run.site.batteryMeter
    isComplete = (series?.endSecond ?? .min) >= needed
    findings = MeterHealth.findings(of: run.site, plan: plan)
    after = Self.after(run, plan: plan)
  }

  private static func after(_ run: SiteMeasurement, plan: PreparedEvent) -> Energy? {
    let net = run.values(.netImport)
    var sum: Int64 = 0
    for start in stride(from: Int64(0), to: afterSeconds, by: Int(plan.intervalSeconds)) {
      let value = net.value(at: plan.event.window.end.seconds + start)
      guard value.quality != .missing else { return nil }
      sum += value.joules
    }
    return Energy(joules: sum)
  }

  private static func days(_ baseline: Baseline?, plan: PreparedEvent) -> [Day] {
    guard let matcher = baseline?.matcher, let selection = baseline?.days else { return [] }
    let weights = plan.selection.weightsMillionths
    return plan.candidates.indices.map { index in
      let candidate = plan.candidates[index]
      let qualified = selection.qualified.first { $0.candidate == index }
      let place = selection.selected.firstIndex { $0.candidate == index }
      var weight: Fraction?
      if let place {
        weight =
          place < weights.count
          ? Fraction(Int128(weights[place]), 1_000_000)
          : Fraction(1, Int128(selection.selected.count))
      }
      let state: DayState
      if place != nil {
        state = .selected
      } else if qualified != nil {
        state = .qualified
      } else {
        switch matcher.outcomes[index] {
        case .out(let reason): state = .excluded(reason)
        case .notVisited, .eligible:
          state = candidate.exclusion.map { .excluded($0) } ?? .notNeeded
        }
      }
      return Day(
        date: candidate.date, dayClass: candidate.dayClass,
        isHoliday: plan.terms.calendar.holidays.contains(candidate.date), state: state,
        mean: qualified.map { Fraction(Int128($0.sum), 2 * Int128(max(1, $0.count))) },
        rank: selection.ranked.firstIndex { $0.candidate == index }.map { $0 + 1 },
        weight: weight)
    }
  }

  private static func values(_ baseline: Baseline?, plan: PreparedEvent) -> [[Fraction]] {
    guard let matcher = baseline?.matcher, let selection = baseline?.days else { return [] }
    let rows = selection.selected.sorted { $0.candidate < $1.candidate }
    return plan.eventStarts.indices.map { target in
      rows.compactMap { day in
        let value = matcher.matrix[day.row + target]
        return value == DayMatcher.gap ? nil : Fraction(Int128(value), 2)
      }
    }
  }
}
