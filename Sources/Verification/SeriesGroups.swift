public import Grid

/// One group of a series: a local day, a month, or a stretch of fixed length.
public struct SeriesGroup: Hashable, Sendable {
  /// From its first interval to the end of its last.
  public let window: Window
  /// Local date of its start.
  public let date: CivilDate
  /// Sum of the intervals that have a value.
  public let known: Energy
  /// Intervals by quality, in the order of `Quality`: actual, edited, estimated, missing.
  public let counts: [Int]

  /// All its intervals.
  public var intervals: Int { counts.reduce(0, +) }

  /// The sum, or nil when an interval is missing: a sum with a missing part is missing.
  public var total: Energy? {
    counts[Int(Quality.missing.rawValue)] == 0 ? known : nil
  }
}

extension IntervalSeries {
  /// What intervals are put together by.
  public enum Grouping: Hashable, Sendable {
    /// Stretches of this many minutes of elapsed time since local midnight.
    case minutes(Int64)
    /// Local days, of 23, 24 or 25 hours.
    case day
    /// Local months.
    case month
  }

  /// The series in groups, in order; only groups that the series covers at least in part.
  ///
  /// Sums are equal to the joule whatever the grouping. A minute count that is shorter than the
  /// interval leaves one interval a group.
  public func groups(by grouping: Grouping, zone: ZoneOffsets) -> [SeriesGroup] {
    var groups: [SeriesGroup] = []
    var first = 0
    var key: [Int64]?
    for row in 0...count {
      let next = row < count ? self.key(of: row, grouping, zone) : nil
      if let key, key != next { groups.append(group(rows: first..<row, zone: zone)) }
      if key != next { first = row }
      key = next
    }
    return groups
  }

  private func key(of row: Int, _ grouping: Grouping, _ zone: ZoneOffsets) -> [Int64] {
    let moment = Timestamp(seconds: startSecond + Int64(row) * intervalSeconds)
    let date = zone.date(at: moment)
    switch grouping {
    case .minutes(let minutes):
      let elapsed = moment.seconds(since: zone.startOfDay(date))
      return [date.dayNumber, elapsed / (60 * max(1, minutes))]
    case .day: return [date.dayNumber]
    case .month:
      let (year, month, _) = date.components
      return [year, month]
    }
  }

  private func group(rows: Range<Int>, zone: ZoneOffsets) -> SeriesGroup {
    var counts = Array(repeating: 0, count: Quality.allCases.count)
    var known: Int64 = 0
    for row in rows {
      counts[Int(qualities[row].rawValue)] += 1
      if joules[row] != Self.missing { known += joules[row] }
    }
    let start = window(row: rows.lowerBound).start
    return SeriesGroup(
      window: Window(start: start, end: window(row: rows.upperBound - 1).end)!,
      date: zone.date(at: start), known: Energy(joules: known), counts: counts)
  }
}
