import Grid

/// What is wrong with a battery, its gateway or its meter.
enum Fault: UInt8, Hashable, Sendable {
  case none, offline, deaf, late, partial, liar, clockSkew, optOut, lossyMeter

  /// One fault a battery: shares are exact to a battery, and the seed says who has which.
  static func assigned(_ scenario: Scenario, count: Int) -> [Fault] {
    let faults = scenario.faults
    let shares: [(Fault, Percent)] = [
      (.offline, faults.offline), (.deaf, faults.deaf), (.late, faults.late),
      (.partial, faults.partial), (.liar, faults.liar), (.clockSkew, faults.clockSkew),
      (.optOut, faults.optOut), (.lossyMeter, faults.lossyMeter),
    ]
    var assigned = Array(repeating: Fault.none, count: count)
    guard shares.contains(where: { $0.1 > .zero }) else { return assigned }
    var order = Array(0..<count)
    order.sort {
      let (a, b) = (
        splitMix(scenario.seed ^ UInt64($0) &* 0xD6E8_FEB8_6659_FD93),
        splitMix(scenario.seed ^ UInt64($1) &* 0xD6E8_FEB8_6659_FD93)
      )
      return a == b ? $0 < $1 : a < b
    }
    var place = 0
    for (fault, share) in shares {
      let wanted = (count * Int(share.hundredths) + 5_000) / 10_000
      for _ in 0..<wanted where place < count {
        assigned[order[place]] = fault
        place += 1
      }
    }
    return assigned
  }
}
