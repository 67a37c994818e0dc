import Grid

extension Shares {
  /// Turns caps and weights into whole setpoints, energy limits and reasons.
  mutating func settle(
    _ fleet: PlanningFleet, _ filling: WaterFilling, isRelease: Bool, seconds: Int64
  ) {
    let nodes = filling.parents.count
    var given = [Int64](repeating: 0, count: nodes)
    var shared = given
    let levels = filling.problem.map { LevelShares(filling.level[Int($0)]) }
    switch weights {
    case .one:
      Self.roundDown(
        &setpointW, &energyLimitWh, &bound, &skipped, fleet.node.span, levels, isRelease, seconds,
        &given, &shared
      ) { _, _ in 1 }
    case .inEnergyLimit:
      Self.roundDown(
        &setpointW, &energyLimitWh, &bound, &skipped, fleet.node.span, levels, isRelease, seconds,
        &given, &shared
      ) { $1 }
    case .column(let column):
      Self.roundDown(
        &setpointW, &energyLimitWh, &bound, &skipped, fleet.node.span, levels, isRelease, seconds,
        &given, &shared
      ) { row, _ in
        column[row]
      }
    }
    var leftover = Leftover(filling, given: given, shared: shared)
    var place = 0
    while leftover.total > 0 {
      precondition(place < fleet.count, "every watt that rounding left over finds a battery")
      let row = fleet.rowsByName.map { Int($0[place]) } ?? place
      place += 1
      if bound[row] == .sharedWithFraction, leftover.give(at: fleet.node[row]) {
        setpointW[row] += 1
        energyLimitWh[row] = setpointW[row] * seconds / 3_600
        skipped[row] = nil
      }
    }
  }

  /// Shares in whole watts, rounded down.
  /// - Parameters:
  ///   - given: Takes what the batteries at each node get, without what is below it.
  ///   - shared: Takes what those of them get that are below their caps.
  ///   - weight: From the row and its energy column.
  @inline(__always)
  private static func roundDown(
    _ setpointW: inout [Int64], _ energyLimitWh: inout [Int64], _ bound: inout [BoundCode],
    _ skipped: inout [SkipReason?], _ node: Span<Int32>, _ levels: [LevelShares], _ isRelease: Bool,
    _ seconds: Int64,
    _ given: inout [Int64], _ shared: inout [Int64], weight: (Int, Int64) -> Int64
  ) {
    var setpoints = setpointW.mutableSpan
    var energies = energyLimitWh.mutableSpan
    var bounds = bound.mutableSpan
    var reasons = skipped.mutableSpan
    var givenAt = given.mutableSpan
    var sharedAt = shared.mutableSpan
    let level = levels.span
    for row in node.indices {
      let cap = setpoints[row]
      if cap == 0 {
        energies[row] = 0
        continue
      }
      let place = Int(node[row])
      let share = level[place].whole(weight: weight(row, energies[row]))
      if share.watts >= cap {
        givenAt[place] &+= cap
        if !isRelease { energies[row] = cap * seconds / 3_600 }
        continue
      }
      givenAt[place] &+= share.watts
      sharedAt[place] &+= share.watts
      setpoints[row] = share.watts
      energies[row] = share.watts * seconds / 3_600
      bounds[row] = share.hasFraction ? .sharedWithFraction : .shared
      if share.watts == 0 { reasons[row] = .noShare }
    }
  }
}
