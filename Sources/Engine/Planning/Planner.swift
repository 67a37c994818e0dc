public import Grid

/// Divides a request over a fleet: one planner for percentages and for power.
public enum Planner {
  /// What every battery is to do for the next `seconds`.
  ///
  /// A release gives each battery its own amount; a target is divided by weighted max-min fair
  /// water-filling. Both keep every battery's rating, energy above the floor and export limit, and
  /// every node's limit, to the watt. Fairness decides who gets less where a node or the target
  /// cuts. Without a minimum setpoint a target is met exactly, or as far as it is feasible.
  /// Time and memory are linear in batteries and nodes; docs/PLANNING.md has the rules.
  /// - Parameters:
  ///   - feeder: The tree whose places `fleet.node` names.
  ///   - seconds: The time left, 1…1,000,000.
  ///   - minimumSetpoint: Smaller shares are not sent, and go to others.
  public static func plan(
    _ fleet: PlanningFleet, feeder: FeederTree, request: PlanRequest, seconds: Int64,
    fairness: DispatchTerms.Fairness, minimumSetpoint: Power
  ) -> Plan {
    precondition(
      (1...1_000_000).contains(seconds), "a plan needs time that is still to come, and not too much"
    )
    fleet.checkShape()
    let minimumW = minimumSetpoint.watts
    var shares = Shares(
      fleet, nodes: feeder.parents.count, request: request, seconds: seconds, fairness: fairness,
      minimumW: minimumW)
    let goal = Goal(request, rootLimit: feeder.limits[0], askedJ: shares.askedJ, seconds: seconds)
    shares.weigh(
      fleet, feeder, isRelease: goal.isRelease, seconds: seconds, fairness: fairness)
    var filling = shares.fill(fleet.node, feeder, budgetW: goal.budgetW)
    while minimumW > 1, shares.dropTooSmall(fleet, filling, minimumW: minimumW) {
      filling = shares.fill(fleet.node, feeder, budgetW: goal.budgetW)
    }
    shares.settle(fleet, filling, isRelease: goal.isRelease, seconds: seconds)
    return Plan(
      requested: Power(watts: goal.requestedW), committed: Power(watts: filling.committedW),
      seconds: seconds, setpointW: shares.setpointW, energyLimitWh: shares.energyLimitWh,
      bound: BoundColumn(
        codes: shares.bound, node: fleet.node, problem: filling.problem, root: goal.bound),
      skipped: shares.skipped,
      bindingNodes: filling.bindingNodes(isRootOpen: goal.bound == .request))
  }
}
