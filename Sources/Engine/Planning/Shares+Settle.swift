import Grid

extension Shares {
  /// Turns caps and weights into whole setpoints, energy limits and reasons.
  mutating func settle(
    _ fleet: PlanningFleet, _ filling: WaterFilling, isRelease: Bool, seconds: Int64
  ) {
    var given = [Sums](repeating: Sums(), count: filling.parents.count)
    let levels = filling.problem.map { LevelShares(filling.level[Int($0)]) }
    switch weights {
    case .one:
      let wholes = levels.map { $0.whole(weight: 1) }
      Self.roundDown(
        &setpointW, &energyLimitWh, &bound, &skipped, fleet.node, &given, isRelease, seconds
      ) { _, _, node in wholes[node] }
    case .inEnergyLimit:
      Self.roundDown(
        &setpointW, &energyLimitWh, &bound, &skipped, fleet.node, &given, isRelease, seconds
      ) { _, weight, node in levels[node].whole(weight: weight) }
    case .column(let column):
      Self.roundDown(
        &setpointW, &energyLimitWh, &bound, &skipped, fleet.node, &given, isRelease, seconds
      ) { row, _, node in levels[node].whole(weight: column[row]) }
    }
    var leftover = Leftover(filling, given: given)
    Self.roundUp(
      &setpointW, &energyLimitWh, bound, &skipped, fleet, &leftover, seconds)
    precondition(leftover.total == 0, "every watt that rounding left over finds a battery")
  }

  /// Shares in whole watts, rounded down.
  /// - Parameters:
  ///   - given: Takes what the batteries at each node get: in `fixed` those at their caps, in
  ///     `rising` the others.
  ///   - share: From the row, its energy column and its node's place.
  @inline(__always)
  private static func roundDown(
    _ setpointW: inout [Int64], _ energyLimitWh: inout [Int64], _ bound: inout [BoundCode],
    _ skipped: inout [SkipReason?], _ nodes: [Int32], _ given: inout [Sums], _ isRelease: Bool,
    _ seconds: Int64, share: (Int, Int64, Int) -> (watts: Int64, hasFraction: Bool)
  ) {
    let node = nodes.span
    var setpoints = setpointW.mutableSpan
    var energies = energyLimitWh.mutableSpan
    var bounds = bound.mutableSpan
    var reasons = skipped.mutableSpan
    var givenAt = given.mutableSpan
    for row in node.indices {
      let cap = setpoints[row]
      if cap == 0 {
        energies[row] = 0
        continue
      }
      let place = Int(node[row])
      let share = share(row, energies[row], place)
      // Without branches: which battery is at its cap is as good as random.
      let isCapped = share.watts >= cap
      let watts = isCapped ? cap : share.watts
      givenAt[place].add(fixed: isCapped ? cap : 0, rising: isCapped ? 0 : watts)
      setpoints[row] = watts
      let cut = share.hasFraction ? BoundCode.sharedWithFraction : .shared
      bounds[row] = isCapped ? bounds[row] : cut
      let energy = Int64(UInt64(watts) * UInt64(seconds) / 3_600)
      energies[row] = isRelease && isCapped ? energies[row] : energy
      if watts == 0 { reasons[row] = .noShare }
    }
  }

  /// One watt more for some of those that rounding down has cut.
  private static func roundUp(
    _ setpointW: inout [Int64], _ energyLimitWh: inout [Int64], _ bound: [BoundCode],
    _ skipped: inout [SkipReason?], _ fleet: PlanningFleet, _ leftover: inout Leftover,
    _ seconds: Int64
  ) {
    let (node, bounds) = (fleet.node.span, bound.span)
    let names = fleet.rowsByName ?? []
    let byName = names.span
    var setpoints = setpointW.mutableSpan
    var energies = energyLimitWh.mutableSpan
    var reasons = skipped.mutableSpan
    for place in node.indices {
      if leftover.total == 0 { return }
      let row = byName.isEmpty ? place : Int(byName[place])
      guard bounds[row] == .sharedWithFraction, leftover.give(at: Int(node[row])) else { continue }
      setpoints[row] += 1
      energies[row] = setpoints[row] * seconds / 3_600
      reasons[row] = nil
    }
  }
}
