import Grid
import Settlement

extension EventReport {
  /// What of its commitment was delivered.
  struct Performance {
    var committed = Energy.zero
    var credited = Energy.zero
    /// As it would be credited without the cap at the commitment.
    var uncapped = Energy.zero
    /// Verified reduction by the hours that have data, in watts; nil without any.
    var meanWatts: Int64?

    /// Credited of committed, missing intervals included, to four places; nil where nothing was
    /// committed.
    var factor: String? { Self.ratio(credited, of: committed) }
    /// The same without the cap.
    var uncappedFactor: String? { Self.ratio(uncapped, of: committed) }

    private static func ratio(_ part: Energy, of whole: Energy) -> String? {
      guard whole > .zero else { return nil }
      let twice = Int128(part.joules) * 20_000 / Int128(whole.joules)
      return FixedDecimal.text((twice + 1) / 2, places: 4, minimumPlaces: 0)
    }
  }

  /// The performance of the home in this row of the settlement.
  func performance(row: Int) -> Performance {
    let home = settlement.homes[row]
    var result = Performance(committed: home.committed, credited: home.credited)
    var sum = Energy.zero
    var positive = Energy.zero
    var seconds: Int64 = 0
    for (place, interval) in homes[row].intervals.enumerated() {
      // A refused home, or an estimate that is not paid, has a reduction that nothing rests on.
      guard home.intervals[place].over != nil, let reduction = interval.reduction else { continue }
      sum += reduction
      positive += max(.zero, reduction)
      seconds += settlement.intervals[place].window.seconds
    }
    switch terms.netting {
    case .interval: result.uncapped = positive
    case .event: result.uncapped = max(.zero, sum)
    }
    if seconds > 0 { result.meanWatts = sum.power(overSeconds: seconds).watts }
    return result
  }

  /// Of all homes together: energies add up, and so do the mean powers of those that have data.
  var performance: Performance {
    var all = Performance()
    for row in homes.indices {
      let home = performance(row: row)
      all.committed += home.committed
      all.credited += home.credited
      all.uncapped += home.uncapped
      if let watts = home.meanWatts { all.meanWatts = (all.meanWatts ?? 0) + watts }
    }
    return all
  }
}
