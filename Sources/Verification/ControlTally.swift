public import Grid

/// Adds up the homes of a control group and those that were asked, one after the other: no home's
/// readings are kept.
///
/// Source: the validity tests of CAISO's control groups, as they are customary: slope within 5 % of
/// 1, relative precision within 10 % at 90 %. Integers throughout.
public struct ControlTally: Sendable {
  /// The loads of one group at the event's hours of earlier days, a sum and a count each.
  private struct Loads {
    var homes = 0
    var sums: [Int128]
    var counts: [Int]

    /// Joules of a home on the mean, over the homes that have the interval; nil below half.
    func mean(_ place: Int) -> Int128? {
      let count = counts[place]
      guard count > 0, 2 * count >= homes else { return nil }
      return sums[place] / Int128(count)
    }
  }

  private let plan: PreparedEvent
  /// Seconds from the event back to its hours of each day that may be compared.
  private let offsets: [Int64]
  private var control: Loads
  private var treated: Loads
  /// Control homes that have every interval of the event.
  private var columns: [[Int64]] = []

  /// Nothing added yet.
  ///
  /// - Parameter eventDays: Days on which any of the homes had an event.
  public init(_ plan: PreparedEvent, eventDays: Set<CivilDate>) {
    self.plan = plan
    let zone = plan.terms.calendar.zone
    let clock = zone.secondOfDay(at: plan.event.window.start)
    offsets = (1...ControlGroup.days).compactMap { back in
      let date = plan.date.adding(days: -back)
      guard !eventDays.contains(date), !plan.terms.baseline.excludedDates.contains(date),
        case .once(let start) = zone.moments(on: date, secondOfDay: clock)
      else { return nil }
      return plan.eventStarts[0] - start.seconds
    }
    let places = offsets.count * plan.eventStarts.count
    control = Loads(
      sums: Array(repeating: 0, count: places), counts: Array(repeating: 0, count: places))
    treated = control
  }

  /// Adds a home.
  public mutating func add(_ site: SiteData, isControl: Bool) {
    let values = MeterValues(.netImport, of: site, terms: plan.terms)
    if isControl {
      Self.add(values, plan, offsets, to: &control)
      let found = plan.eventStarts.map(values.usable)
      if !found.contains(IntervalSeries.missing) { columns.append(found) }
    } else {
      Self.add(values, plan, offsets, to: &treated)
    }
  }

  private static func add(
    _ values: MeterValues, _ plan: PreparedEvent, _ offsets: [Int64], to loads: inout Loads
  ) {
    loads.homes += 1
    var place = 0
    for offset in offsets {
      for second in plan.eventStarts {
        let value = values.usable(at: second - offset)
        if value != IntervalSeries.missing {
          loads.sums[place] += Int128(value)
          loads.counts[place] += 1
        }
        place += 1
      }
    }
  }

  /// The group, or why it is no measure.
  public var group: ControlGroup {
    let needed = plan.terms.baseline.minimumControlHomes
    guard !columns.isEmpty, columns.count >= needed else {
      return ControlGroup(
        homes: columns.count, means: [],
        fault: .tooFewHomes(found: columns.count, needed: needed))
    }
    let means = plan.eventStarts.indices.map { interval in
      floorDivide(columns.reduce(Int128(0)) { $0 + Int128($1[interval]) }, Int128(columns.count))
    }
    let sums = columns.map { $0.reduce(Int128(0)) { $0 + Int128($1) } }
    return ControlGroup(
      homes: columns.count, means: means,
      fault: comparisonFault ?? (ControlGroup.isPrecise(sums) ? nil : .tooImprecise))
  }

  /// The line through both groups' loads, on the days that both have whole.
  private var comparisonFault: ControlGroup.Fault? {
    let intervals = plan.eventStarts.count
    var days = 0
    var points: [(x: Int128, y: Int128)] = []
    for day in offsets.indices {
      let found = (day * intervals..<(day + 1) * intervals).compactMap {
        place -> (x: Int128, y: Int128)? in
        guard let x = control.mean(place), let y = treated.mean(place) else { return nil }
        return (x, y)
      }
      guard found.count == intervals else { continue }
      days += 1
      points += found
    }
    guard days >= ControlGroup.daysNeeded else {
      return .tooFewDays(found: days, needed: ControlGroup.daysNeeded)
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
      return .slope(hundredths: below > 0 ? floorDivide(above * 10_000, below) : nil)
    }
    return nil
  }
}
