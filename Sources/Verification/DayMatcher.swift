import Grid

/// Walks the look-back of one site, newest day first, and keeps the days that may be used.
///
/// Values are held doubled: where the clock repeats an hour the mean of its two halves stays a
/// whole number.
struct DayMatcher {
  /// A day that passed every filter.
  struct Day {
    let candidate: Int
    /// Of its values in the matrix.
    let row: Int
    /// Doubled sum over the event's intervals that it has, and how many.
    let sum: Int64
    let count: Int
    /// The same over the whole day, when days are ranked by it.
    let daySum: Int64
    let dayCount: Int
  }

  /// What the walk said of a candidate.
  enum Outcome {
    case notVisited
    case eligible
    case out(DayReason)
  }

  /// Stands in the matrix where the wall clock of a day skips a target.
  static let gap = Int64.min + 1

  let plan: PreparedEvent
  private let values: MeterValues
  private let isEventDay: [Bool]
  private let isExcluded: [Bool]
  /// Event and window targets, the ones that decide.
  let width: Int
  private(set) var matrix: [Int64] = []
  private(set) var outcomes: [Outcome]
  /// Event days that are else eligible, newest first.
  private(set) var eventDays: [Day] = []
  private var cursor = 0

  init(plan: PreparedEvent, values: MeterValues, site: SiteData) {
    self.plan = plan
    self.values = values
    width = plan.eventStarts.count + plan.windowStarts.count
    outcomes = Array(repeating: .notVisited, count: plan.candidates.count)
    isEventDay = Self.marks(site.eventDays, plan: plan)
    isExcluded = Self.marks(site.excludedDates, plan: plan)
    matrix.reserveCapacity(width * (plan.selection.y + 4))
  }

  /// True for each candidate that is among `dates`; empty when none is.
  private static func marks(_ dates: Set<CivilDate>, plan: PreparedEvent) -> [Bool] {
    guard !dates.isEmpty, let newest = plan.candidates.first?.date.dayNumber else { return [] }
    var marks: [Bool] = []
    for date in dates {
      let index = newest - date.dayNumber
      guard index >= 0, index < Int64(plan.candidates.count) else { continue }
      if marks.isEmpty { marks = Array(repeating: false, count: plan.candidates.count) }
      marks[Int(index)] = true
    }
    return marks
  }

  /// The next eligible day, or nil when the look-back is at its end.
  mutating func next() -> Day? {
    while cursor < plan.candidates.count {
      let candidate = cursor
      cursor += 1
      if let day = examine(candidate) {
        outcomes[candidate] = .eligible
        return day
      }
    }
    return nil
  }

  /// Marks a day as rejected for low usage.
  mutating func reject(_ day: Day) { outcomes[day.candidate] = .out(.lowUsage) }

  /// The first reason that holds, in the order of the rules; nil and a note when one does.
  private mutating func examine(_ index: Int) -> Day? {
    let candidate = plan.candidates[index]
    if let reason = candidate.exclusion {
      outcomes[index] = .out(reason)
      return nil
    }
    if !isExcluded.isEmpty, isExcluded[index] {
      outcomes[index] = .out(.excludedDay)
      return nil
    }
    let row = matrix.count
    var missing = read(index)
    var daySum: Int64 = 0
    var dayCount = 0
    if missing == nil, plan.terms.baseline.rankBy == .fullDay {
      missing = sumDay(candidate, &daySum, &dayCount)
    }
    var reason: DayReason?
    if let missing {
      reason = .missingData(Timestamp(seconds: missing))
    } else if candidate.hasGap, plan.terms.baseline.wallClockGapDisqualifies {
      reason = .wallClockGap
    } else if !isEventDay.isEmpty, isEventDay[index] {
      reason = .eventDay
    } else if candidate.overlapsEvent {
      reason = .overlapsEvent
    }
    if let reason { outcomes[index] = .out(reason) }
    // An event day may fill a shortfall later, unless it would read the event itself.
    guard reason == nil || reason == .eventDay && !candidate.overlapsEvent else {
      matrix.removeSubrange(row...)
      return nil
    }
    var sum: Int64 = 0
    var count = 0
    for target in 0..<plan.eventStarts.count where matrix[row + target] != Self.gap {
      sum += matrix[row + target]
      count += 1
    }
    let day = Day(
      candidate: index, row: row, sum: sum, count: count, daySum: daySum, dayCount: dayCount)
    if reason == .eventDay {
      eventDays.append(day)
      return nil
    }
    return day
  }

  /// Appends the day's values; the first second that is missing, or nil when it is complete.
  private mutating func read(_ index: Int) -> Int64? {
    let base = index * plan.targetCount
    for target in base..<base + width {
      let first = plan.firstSeconds[target]
      if first == PreparedEvent.noSecond {
        matrix.append(Self.gap)
        continue
      }
      let value = values.usable(at: first)
      if value == IntervalSeries.missing { return first }
      let second = plan.hasRepeats ? plan.secondSeconds[target] : PreparedEvent.noSecond
      if second == PreparedEvent.noSecond {
        matrix.append(2 * value)
      } else {
        let repeated = values.usable(at: second)
        if repeated == IntervalSeries.missing { return second }
        matrix.append(value + repeated)
      }
    }
    return nil
  }

  /// Sums the local day; the first second that is missing, or nil when it is complete.
  private func sumDay(
    _ candidate: PreparedEvent.Candidate, _ sum: inout Int64, _ count: inout Int
  ) -> Int64? {
    var second = candidate.startSecond
    while second < candidate.endSecond {
      let value = values.usable(at: second)
      if value == IntervalSeries.missing { return second }
      sum += 2 * value
      count += 1
      second += values.intervalSeconds
    }
    return nil
  }
}
