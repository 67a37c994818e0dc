import Grid

/// One home, or the sum of all, in one event: what the averages of a period need.
struct EventShape {
  var committed: Int128 = 0
  var delivered: Int128 = 0
  var positive: Int128 = 0
  var seconds: Int128 = 0
  var intervals: [(committed: Int128, delivered: Int128)] = []
  var isExcused = false
  var optedOut = false
  var isTest = false
  /// The signal's price, where there is one.
  var price: Int64?

  /// Excused intervals are left out on both sides; what is not measured counts as nothing
  /// delivered and stays in every denominator.
  init(_ home: HomePerformance, _ event: ProgrammeEvent, _ terms: SettlementTerms) {
    isTest = event.event.isTest
    price = event.signalPrice
    optedOut = home.optedOutAt.map { $0 < event.event.window.end } ?? false
    var isRefused = false
    if case .refused = home.verdict { isRefused = true }
    for place in home.intervals.indices {
      let measured = home.intervals[place]
      if Settlement.excusal(measured, terms) != nil { continue }
      let window = event.event.intervals[place].window
      let base = Int128(home.commitment.intervals[place].rewardBase.joules)
      let value =
        isRefused ? 0 : Int128(Settlement.payable(measured, terms)?.joules ?? 0)
      committed += base
      delivered += value
      positive += max(0, value)
      seconds += Int128(window.end.seconds - window.start.seconds)
      intervals.append((base, value))
    }
    isExcused = intervals.isEmpty || (terms.noticeRequired && !home.isNotified)
  }

  /// Mean power in watts, exactly.
  func power(_ netting: SettlementTerms.Netting) -> Fraction {
    seconds == 0 ? .zero : Fraction(netting == .interval ? positive : delivered, over: seconds)
  }

  /// Credited energy ÷ committed energy; nil when nothing was committed.
  func performance(_ netting: SettlementTerms.Netting, capPercent cap: Int64) -> Fraction? {
    guard committed > 0 else { return nil }
    let credited: Int128 =
      netting == .event
      ? min(committed * Int128(cap), max(0, delivered) * 100)
      : intervals.reduce(0) { $0 + min(max(0, $1.delivered) * 100, $1.committed * Int128(cap)) }
    return Fraction(credited, over: committed * 100)
  }

  /// Shares delivered hour by hour of the event.
  func hours(intervalSeconds: Int64) -> [Fraction] {
    let count = max(1, Int(3_600 / max(1, intervalSeconds)))
    return stride(from: 0, to: intervals.count, by: count).compactMap { start in
      let hour = intervals[start..<min(start + count, intervals.count)]
      let committed = hour.reduce(Int128(0)) { $0 + $1.committed }
      guard committed > 0 else { return nil }
      return Fraction(hour.reduce(Int128(0)) { $0 + $1.delivered }, over: committed)
    }
  }
}

extension ProgrammeEvent {
  /// Length of its intervals.
  var intervalSeconds: Int64 {
    guard let first = event.intervals.first?.window else { return 3_600 }
    return first.end.seconds - first.start.seconds
  }

  /// The fleet as if it were one home: commitments and deliveries summed interval by interval.
  ///
  /// A home's excused interval, and what follows when it has left, is left out on both sides.
  /// Without a proof that a penalty takes, its commitment is no base of a penalty.
  func fleet(_ terms: SettlementTerms) -> HomePerformance {
    var bases = event.intervals.map { _ in CommittedInterval.none }
    var sums = event.intervals.map { _ in Energy.zero }
    for home in event.homes {
      var isRefused = false
      if case .refused = home.verdict { isRefused = true }
      let isProved = home.commandAnswered && (home.isNotified || !terms.noticeRequired)
      for place in bases.indices {
        let measured = home.intervals[place]
        if Settlement.excusal(measured, terms) != nil { continue }
        if let left = home.optedOutAt, event.intervals[place].window.start >= left,
          !(terms.lateOptOutIsMissed && left >= event.window.start)
        {
          continue
        }
        let mine = home.commitment.intervals[place]
        bases[place].rewardBase += mine.rewardBase
        guard !isRefused, home.heldBy == nil, let value = Settlement.payable(measured, terms)
        else { continue }
        sums[place] += value
        if isProved { bases[place].penaltyBase += mine.penaltyBase }
      }
    }
    return HomePerformance(
      site: SiteID("fleet")!, owner: OwnerID("fleet")!, batteries: [],
      commitment: Commitment(intervals: bases), intervals: sums.map { .verified($0) },
      verdict: .verified)
  }
}
