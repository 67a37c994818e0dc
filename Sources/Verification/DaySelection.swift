import Grid

/// The days of one site's baseline: which are kept, and which of them are used.
struct DaySelection {
  /// The y most recent eligible days (event days that fill a shortfall among them), newest first.
  private(set) var qualified: [DayMatcher.Day] = []
  /// Those that are used, in the order of the selection.
  private(set) var selected: [DayMatcher.Day] = []
  /// The qualified days from the highest to the lowest.
  private(set) var ranked: [DayMatcher.Day] = []
  private(set) var flags: [Flag] = []
  private(set) var refusal: Refusal?

  init(_ matcher: inout DayMatcher) {
    let rule = matcher.plan.selection
    while qualified.count < rule.y, let day = matcher.next() { qualified.append(day) }
    if let share = matcher.plan.terms.baseline.lowUsage { replaceLow(&matcher, below: share) }
    fill(&matcher)
    guard refusal == nil else { return }
    let byDay = matcher.plan.terms.baseline.rankBy == .fullDay
    ranked = Self.ranked(qualified, byDay: byDay)
    select(rule)
  }

  /// Days far below the mean of the others go, all at once, and older ones move up, until nothing
  /// changes.
  private mutating func replaceLow(_ matcher: inout DayMatcher, below share: Ratio) {
    while true {
      // A day that the clock skipped whole used nothing because it was not there.
      let counted = qualified.filter { $0.count > 0 }
      var multiple: UInt128 = 1
      for day in counted {
        multiple = leastCommonMultiple(multiple, UInt128(day.count))
      }
      func mean(_ day: DayMatcher.Day) -> Int128 {
        Int128(day.sum) * Int128(multiple / UInt128(day.count))
      }
      let total = counted.reduce(Int128(0)) { $0 + mean($1) }
      guard total > 0 else { return }
      let days = Int128(counted.count)
      let low = counted.filter {
        mean($0) * days * Int128(share.denominator) < total * Int128(share.numerator)
      }
      if low.isEmpty { return }
      for day in low { matcher.reject(day) }
      qualified.removeAll { day in low.contains { $0.candidate == day.candidate } }
      while qualified.count < matcher.plan.selection.y, let day = matcher.next() {
        qualified.append(day)
      }
    }
  }

  /// What the policy does with too few days.
  private mutating func fill(_ matcher: inout DayMatcher) {
    let needed = matcher.plan.selection.minimumDays
    guard qualified.count < needed || qualified.isEmpty else { return }
    switch matcher.plan.terms.baseline.tooFewDays {
    case .notVerifiable: break
    case .useAvailable:
      if !qualified.isEmpty {
        flags.append(.belowMinimumDays(found: qualified.count, needed: needed))
        return
      }
    case .fillEventDays:
      let fillers = Self.ranked(matcher.eventDays, byDay: false)
        .prefix(max(needed, 1) - qualified.count)
      if !fillers.isEmpty {
        qualified += fillers
        qualified.sort { $0.candidate < $1.candidate }
        let dates = fillers.map { matcher.plan.candidates[$0.candidate].date }
        flags.append(.filledWithEventDays(dates.sorted(by: >)))
      }
      if qualified.count >= needed, !qualified.isEmpty { return }
    }
    refusal = .tooFewDays(found: qualified.count, needed: max(needed, 1))
  }

  /// From the highest mean to the lowest; of equal ones the more recent day ranks higher.
  private static func ranked(_ days: [DayMatcher.Day], byDay: Bool) -> [DayMatcher.Day] {
    days.sorted { a, b in
      let (left, right) =
        byDay
        ? (
          Int128(a.daySum) * Int128(max(1, b.dayCount)),
          Int128(b.daySum) * Int128(max(1, a.dayCount))
        )
        : (Int128(a.sum) * Int128(max(1, b.count)), Int128(b.sum) * Int128(max(1, a.count)))
      return left != right ? left > right : a.candidate < b.candidate
    }
  }

  private mutating func select(_ rule: BaselineTerms.Selection) {
    switch rule.choose {
    case .recent: selected = qualified
    case .high: selected = Array(ranked.prefix(rule.x))
    case .low: selected = Array(ranked.reversed().prefix(rule.x))
    case .middle:
      let dropped = rule.dropHigh + rule.dropLow
      guard ranked.count > dropped else {
        refusal = .tooFewForMiddle(found: ranked.count, dropped: dropped)
        return
      }
      selected = Array(ranked.dropFirst(rule.dropHigh).dropLast(rule.dropLow))
    }
    let weights = rule.weightsMillionths
    if !weights.isEmpty,
      weights.count != selected.count || weights.reduce(0, +) != 1_000_000
    {
      refusal = .weightsDoNotFit(weights: weights.count, days: selected.count)
    }
  }
}

/// The least number that both divide.
func leastCommonMultiple(_ a: UInt128, _ b: UInt128) -> UInt128 {
  a / greatestCommonDivisor(a, b) * b
}
