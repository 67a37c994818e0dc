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
  ///   - overCommit: Ask for more than the target where batteries are not expected to give all.
  public static func plan(
    _ fleet: PlanningFleet, feeder: FeederTree, request: PlanRequest, seconds: Int64,
    fairness: DispatchTerms.Fairness, minimumSetpoint: Power,
    overCommit: DispatchTerms.OverCommit? = nil
  ) -> Plan {
    precondition(
      (1...1_000_000).contains(seconds), "a plan needs time that is still to come, and not too much"
    )
    fleet.checkShape()
    func divide(_ request: PlanRequest) -> Plan {
      self.divide(
        fleet, feeder, request, seconds: seconds, fairness: fairness,
        minimumW: minimumSetpoint.watts)
    }
    if case .target(let target) = request, target > .zero, let overCommit,
      !fleet.reliabilityHundredths.isEmpty
    {
      return overCommitted(
        target.watts, overCommit, reliability: fleet.reliabilityHundredths
      ) { divide(.target(Power(watts: $0))) }
    }
    return divide(request)
  }

  private static func divide(
    _ fleet: PlanningFleet, _ feeder: FeederTree, _ request: PlanRequest, seconds: Int64,
    fairness: DispatchTerms.Fairness, minimumW: Int64
  ) -> Plan {
    var shares = Shares(
      fleet, nodes: feeder.parents.count, request: request, seconds: seconds, fairness: fairness,
      minimumW: minimumW)
    let goal = Goal(request, rootLimit: feeder.limits[0], askedJ: shares.askedJ, seconds: seconds)
    switch fairness {
    case .meritOrder, .rotationDebt:
      return tiered(fleet, feeder, &shares, goal, seconds: seconds, minimumW: minimumW)
    case .proportional, .equalShare: break
    }
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

  private static func tiered(
    _ fleet: PlanningFleet, _ feeder: FeederTree, _ shares: inout Shares, _ goal: Goal,
    seconds: Int64, minimumW: Int64
  ) -> Plan {
    let (cut, committedW) = shares.serveTiers(
      fleet, feeder, goal: goal, seconds: seconds, minimumW: minimumW)
    var binds = [Bool](repeating: false, count: feeder.parents.count)
    for row in cut.indices where shares.bound[row] == .shared { binds[Int(cut[row])] = true }
    if goal.bound == .request { binds[0] = false }
    let places = feeder.parents.indices.map { Int32($0) }
    return Plan(
      requested: Power(watts: goal.requestedW), committed: Power(watts: committedW),
      seconds: seconds, setpointW: shares.setpointW, energyLimitWh: shares.energyLimitWh,
      bound: BoundColumn(codes: shares.bound, node: cut, problem: places, root: goal.bound),
      skipped: shares.skipped, bindingNodes: places.filter { binds[Int($0)] })
  }
}
