import Grid

/// Homes that were not asked, as the baseline of those that were: `kind: controlGroup`.
///
/// Who belongs to it is drawn by a hash before the season, so that nobody can choose afterwards.
public struct ControlGroup: Hashable, Sendable {
  /// Why the homes that were not asked are no measure of those that were.
  public enum Fault: Hashable, Sendable {
    /// Fewer control homes with all their data than the policy wants.
    case tooFewHomes(found: Int, needed: Int)
    /// Fewer days without event on which both groups can be compared.
    case tooFewDays(found: Int, needed: Int)
    /// Of the treated homes' load on that of the control homes, in hundredths of a percent.
    case slope(hundredths: Int64?)
    /// The control homes differ too much among themselves to have a mean.
    case tooImprecise

    /// One sentence for a person.
    public var sentence: String {
      switch self {
      case .tooFewHomes(let found, let needed):
        "The control group has \(found) homes with all their data and needs \(needed)."
      case .tooFewDays(let found, let needed):
        "Both groups can be compared on \(found) days without event; \(needed) are needed."
      case .slope(let hundredths):
        "The treated homes' load follows the control homes' with a slope of "
          + (hundredths.map { FixedDecimal.text($0, places: 4, minimumPlaces: 2) } ?? "nothing")
          + "; 0.95 to 1.05 is allowed."
      case .tooImprecise:
        "The control homes' mean is not known to 10 % with a confidence of 90 %."
      }
    }
  }

  /// Control homes that have every interval of the event.
  public let homes: Int
  /// Mean net import of a control home by interval of the event, rounded down to a joule.
  public let means: [Int64]
  /// Why it is no baseline, or nil.
  public let fault: Fault?

  /// Days before the event that are compared, and how many without event are needed.
  public static let days: Int64 = 75
  static let daysNeeded = 20

  /// The group of one event.
  ///
  /// Source: the validity tests of CAISO's control groups, as they are customary: slope within 5 %
  /// of 1, relative precision within 10 % at 90 %. Integers throughout.
  public init(control: [SiteData], treated: [SiteData], using plan: PreparedEvent) {
    let needed = plan.terms.baseline.minimumControlHomes
    let columns = control.compactMap { site -> [Int64]? in
      let values = MeterValues(.netImport, of: site, terms: plan.terms)
      let found = plan.eventStarts.map(values.usable)
      return found.contains(IntervalSeries.missing) ? nil : found
    }
    homes = columns.count
    guard !columns.isEmpty, columns.count >= needed else {
      means = []
      fault = .tooFewHomes(found: columns.count, needed: needed)
      return
    }
    means = plan.eventStarts.indices.map { interval in
      floorDivide(columns.reduce(Int128(0)) { $0 + Int128($1[interval]) }, Int128(columns.count))
    }
    let sums = columns.map { $0.reduce(Int128(0)) { $0 + Int128($1) } }
    fault =
      Comparison(control: control, treated: treated, plan: plan).fault
      ?? (Self.isPrecise(sums) ? nil : .tooImprecise)
  }

  /// 1.645 standard errors of the mean are at most a tenth of it.
  static func isPrecise(_ sums: [Int128]) -> Bool {
    let count = Int128(sums.count)
    let total = sums.reduce(0, +)
    let squares = sums.reduce(Int128(0)) { $0 + $1 * $1 }
    guard count > 1 else { return false }
    return 1_645 * 1_645 * (count * squares - total * total)
      <= 10_000 * (count - 1) * total * total
  }

  /// Is a site drawn into the control group.
  ///
  /// - Parameters:
  ///   - hash: The first eight bytes of SHA-256(salt, 0x00, site), big-endian.
  ///   - shareBasisPoints: Of 10,000 homes so many are drawn.
  public static func isDrawn(hash: UInt64, shareBasisPoints: Int64) -> Bool {
    Int64(hash % 10_000) < shareBasisPoints
  }
}

/// The two groups' loads at the event's hours of earlier days, as sums for a straight line.
private struct Comparison {
  private(set) var fault: ControlGroup.Fault?

  init(control: [SiteData], treated: [SiteData], plan: PreparedEvent) {
    let zone = plan.terms.calendar.zone
    let clock = zone.secondOfDay(at: plan.event.window.start)
    let eventDays = (control + treated).reduce(into: Set<CivilDate>()) {
      $0.formUnion($1.eventDays)
    }
    let groups = [control, treated].map { sites in
      sites.map { MeterValues(.netImport, of: $0, terms: plan.terms) }
    }
    var days = 0
    var points: [(x: Int128, y: Int128)] = []
    for back in 1...ControlGroup.days {
      let date = plan.date.adding(days: -back)
      guard !eventDays.contains(date), !plan.terms.baseline.excludedDates.contains(date),
        case .once(let start) = zone.moments(on: date, secondOfDay: clock)
      else { continue }
      let offset = plan.eventStarts[0] - start.seconds
      let found = plan.eventStarts.compactMap { second -> (x: Int128, y: Int128)? in
        let means = groups.map { Self.mean($0, at: second - offset) }
        guard let x = means[0], let y = means[1] else { return nil }
        return (x, y)
      }
      guard found.count == plan.eventStarts.count else { continue }
      days += 1
      points += found
    }
    guard days >= ControlGroup.daysNeeded else {
      fault = .tooFewDays(found: days, needed: ControlGroup.daysNeeded)
      return
    }
    let count = Int128(points.count)
    let x = points.reduce(Int128(0)) { $0 + $1.x }
    let y = points.reduce(Int128(0)) { $0 + $1.y }
    let xx = points.reduce(Int128(0)) { $0 + $1.x * $1.x }
    let xy = points.reduce(Int128(0)) { $0 + $1.x * $1.y }
    let below = count * xx - x * x
    let above = count * xy - x * y
    // Within 0.95…1.05 of a line through both groups' means; flat loads have no slope.
    guard below > 0, 100 * above >= 95 * below, 100 * above <= 105 * below else {
      fault = .slope(hundredths: below > 0 ? floorDivide(above * 10_000, below) : nil)
      return
    }
  }

  /// Joules of a home on the mean, over the homes that have the interval; nil below half.
  private static func mean(_ homes: [MeterValues], at second: Int64) -> Int128? {
    var sum: Int128 = 0
    var count: Int128 = 0
    for home in homes {
      let value = home.usable(at: second)
      if value == IntervalSeries.missing { continue }
      sum += Int128(value)
      count += 1
    }
    guard count > 0, 2 * count >= Int128(homes.count) else { return nil }
    return sum / count
  }
}
