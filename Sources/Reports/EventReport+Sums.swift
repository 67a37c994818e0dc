import Grid
import Settlement

/// One interval of the whole event.
struct IntervalSum {
  let window: Window
  let level: Int
  /// Reward's bases of all homes.
  var committed = Energy.zero
  /// Baseline, metered and target of the homes that have both baseline and meter.
  var baseline = Energy.zero
  var metered = Energy.zero
  var target = Energy.zero
  /// Verified, signed, and what counts of it.
  var verified = Energy.zero
  var credited = Energy.zero
  /// Homes with baseline and meter, and all.
  var measured = 0
  var homes = 0

  var seconds: Int64 { window.seconds }
}

/// One home in the new and in the posted result; at least one is there.
struct HomePair {
  let site: SiteID
  let row: Int?
  let posted: PostedHome?
}

extension EventReport {
  /// Sums over the homes, interval by interval.
  func intervalSums() -> [IntervalSum] {
    var sums = settlement.intervals.map { IntervalSum(window: $0.window, level: $0.level) }
    for row in homes.indices {
      let settled = settlement.homes[row].intervals
      for place in sums.indices {
        let interval = homes[row].intervals[place]
        sums[place].homes += 1
        sums[place].committed += interval.commitment.rewardBase
        sums[place].credited += settled[place].credited
        // A refused home, or an estimate that is not paid, has a reduction that nothing rests on.
        if settled[place].over != nil, let reduction = interval.reduction {
          sums[place].verified += reduction
        }
        guard let baseline = interval.baseline, let actual = interval.actual else { continue }
        sums[place].measured += 1
        sums[place].baseline += baseline
        sums[place].metered += actual
        sums[place].target += baseline - interval.commitment.rewardBase
      }
    }
    return sums
  }

  /// New and posted homes side by side, in the order of the sites.
  func pairs() -> [HomePair] {
    var pairs: [HomePair] = []
    pairs.reserveCapacity(homes.count)
    var old = 0
    for row in homes.indices {
      let site = homes[row].site
      while old < posted.count, posted[old].site < site {
        pairs.append(HomePair(site: posted[old].site, row: nil, posted: posted[old]))
        old += 1
      }
      let isPosted = old < posted.count && posted[old].site == site
      pairs.append(HomePair(site: site, row: row, posted: isPosted ? posted[old] : nil))
      if isPosted { old += 1 }
    }
    for home in posted[old...] {
      pairs.append(HomePair(site: home.site, row: nil, posted: home))
    }
    return pairs
  }

  /// The exceptions that were handed over and those that the lines show, with counts.
  ///
  /// Handed over ones come first; the others are sorted by kind and reason.
  func allExceptions() -> [ExceptionCount] {
    var counts: [ExceptionCount: Int] = [:]
    for home in settlement.homes {
      var seen: Set<ExceptionCount> = []
      for line in home.lines {
        guard let reason = line.reason else { continue }
        let kind =
          switch (line.status, reason) {
          case (.held, _): "held"
          case (.reportedOnly, _): "reported only"
          case (_, .refused): "unverified"
          case (_, _) where line.type == .penalty: "penalty not charged"
          default: "paid less"
          }
        seen.insert(ExceptionCount(kind: kind, reason: reason.code, count: 0))
      }
      for exception in seen { counts[exception, default: 0] += 1 }
    }
    let found = counts.map {
      ExceptionCount(kind: $0.key.kind, reason: $0.key.reason, count: $0.value)
    }
    return exceptions + found.sorted { ($0.kind, $0.reason) < ($1.kind, $1.reason) }
  }

  /// Rows of the settlement, the smallest part of the commitment first; without commitment last.
  func worstFirst() -> [Int] {
    let homes = settlement.homes
    return homes.indices.sorted { a, b in
      let (x, y) = (homes[a], homes[b])
      if (x.committed > .zero) != (y.committed > .zero) { return x.committed > .zero }
      let left = Int128(x.credited.joules) * Int128(y.committed.joules)
      let right = Int128(y.credited.joules) * Int128(x.committed.joules)
      return left == right ? a < b : left < right
    }
  }

  /// Energy that was committed and not credited, summed over the homes.
  var notDelivered: Energy {
    Energy(joules: max(0, settlement.totals.committed.joules - settlement.totals.credited.joules))
  }
}
