import Grid

extension Shares {
  /// Serves the fleet tier by tier, and writes setpoints, energy limits and reasons.
  /// - Returns: For each row the node that cut it, and the sum of the setpoints.
  mutating func serveTiers(
    _ fleet: PlanningFleet, _ feeder: FeederTree, goal: Goal, seconds: Int64, minimumW: Int64
  ) -> (cut: [Int32], committedW: Int64) {
    var tiers = Tiers(
      feeder, node: fleet.node, capW: setpointW, budgetW: goal.budgetW, minimumW: minimumW)
    tiers.serve(merit: fleet.merit, rank: fleet.rankByRow())
    var committedW: Int64 = 0
    for row in setpointW.indices {
      let (cap, watts) = (setpointW[row], tiers.watts[row])
      committedW += watts
      let isCapped = tiers.cut[row] < 0
      if !goal.isRelease || !isCapped || cap == 0 {
        energyLimitWh[row] = Int64(UInt64(watts) * UInt64(seconds) / 3_600)
      }
      if isCapped { continue }
      bound[row] = .shared
      setpointW[row] = watts
      if watts == 0 { skipped[row] = .noShare }
    }
    for row in tiers.tooSmall {
      setpointW[row] = 0
      energyLimitWh[row] = 0
      skipped[row] = .minimumSetpoint
      bound[row] = .minimumSetpoint
    }
    return (tiers.cut, committedW)
  }
}
