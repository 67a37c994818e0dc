import Grid

/// What is wrong with a battery, its gateway or its meter.
enum Fault: UInt8, Hashable, Sendable {
  case none, offline, deaf, late, partial, liar, clockSkew, optOut, lossyMeter, stuck

  /// One fault a battery: shares are exact to a battery, and the seed says who has which.
  static func assigned(_ scenario: Scenario, count: Int) -> [Fault] {
    let faults = scenario.faults
    let shares: [(Fault, Percent)] = [
      (.offline, faults.offline), (.deaf, faults.deaf), (.late, faults.late),
      (.partial, faults.partial), (.liar, faults.liar), (.clockSkew, faults.clockSkew),
      (.optOut, faults.optOut), (.lossyMeter, faults.lossyMeter), (.stuck, faults.stuck),
    ]
    var assigned = Array(repeating: Fault.none, count: count)
    guard shares.contains(where: { $0.1 > .zero }) else { return assigned }
    let drawn = (0..<count).map {
      (lot: splitMix(scenario.seed ^ UInt64($0) &* 0xD6E8_FEB8_6659_FD93), row: $0)
    }
    var order = drawn.sorted { ($0.lot, $0.row) < ($1.lot, $1.row) }[...]
    for (fault, share) in shares {
      let wanted = (count * Int(share.hundredths) + 5_000) / 10_000
      for (_, row) in order.prefix(wanted) { assigned[row] = fault }
      order = order.dropFirst(wanted)
    }
    return assigned
  }
}
