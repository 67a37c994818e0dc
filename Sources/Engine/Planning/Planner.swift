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
  ///   - seconds: The time left; above 0.
  ///   - minimumSetpoint: Smaller shares are not sent, and go to others.
  public static func plan(
    _ fleet: PlanningFleet, feeder: FeederTree, request: PlanRequest, seconds: Int64,
    fairness: DispatchTerms.Fairness, minimumSetpoint: Power
  ) -> Plan {
    precondition(seconds > 0, "a plan needs time that is still to come")
    fleet.checkShape()
    var amounts = BatteryAmounts(
      fleet, request: request, seconds: seconds, fairness: fairness,
      minimumW: minimumSetpoint.watts)
    var members = WaterFilling.Members()
    for row in 0..<fleet.count where amounts.capW[row] > 0 {
      precondition(
        feeder.parents.indices.contains(Int(fleet.node[row])),
        "a battery's node is a place of the feeder tree")
      members.row.append(Int32(row))
      members.node.append(fleet.node[row])
      members.capW.append(amounts.capW[row])
      members.weight.append(amounts.weight[row])
    }
    let rootLimit = feeder.limits[0]
    let (requestedW, rootBudget, rootBound) =
      switch request {
      case .release: (Int64(amounts.askedJ / Int128(seconds)), rootLimit, Bound.node(0))
      case .target(let target):
        (
          max(0, target.watts), min(max(0, target.watts), rootLimit),
          target.watts <= rootLimit ? Bound.request : .node(0)
        )
      }
    var filling = WaterFilling(members, feeder: feeder, budget: rootBudget)
    if minimumSetpoint.watts > 1 {
      let rank = fleet.rankByRow()
      while true {
        let leaving = filling.tooSmall(members, minimumW: minimumSetpoint.watts, rank: rank)
        if leaving.isEmpty { break }
        for place in leaving {
          let row = Int(members.row[place])
          amounts.capW[row] = 0
          amounts.skipped[row] = .minimumSetpoint
          amounts.bound[row] = .minimumSetpoint
        }
        members.remove(leaving)
        filling = WaterFilling(members, feeder: feeder, budget: rootBudget)
      }
    }
    return Assembly(fleet, amounts, members, filling, rootBound: rootBound)
      .plan(requestedW: requestedW, seconds: seconds)
  }
}

/// Turns levels into whole watts and a plan.
private struct Assembly {
  private var setpointW: [Int64]
  private var bound: [Bound]
  private var skipped: [SkipReason?]
  private var energyLimitWh: [Int64]
  private let capW: [Int64]
  private var binding: [Bool]

  init(
    _ fleet: PlanningFleet, _ amounts: BatteryAmounts, _ members: WaterFilling.Members,
    _ filling: WaterFilling, rootBound: Bound
  ) {
    setpointW = [Int64](repeating: 0, count: fleet.count)
    bound = amounts.bound
    skipped = amounts.skipped
    energyLimitWh = amounts.capWh
    capW = amounts.capW
    binding = [Bool](repeating: false, count: filling.parents.count)
    var given = [Int64](repeating: 0, count: filling.parents.count)
    var fractional = given
    var hasFraction = [Bool](repeating: false, count: fleet.count)
    for place in members.row.indices {
      let row = Int(members.row[place])
      let node = members.node[place]
      let share = filling.share(
        node: node, capW: members.capW[place], weight: members.weight[place])
      setpointW[row] = share.watts
      given[Int(node)] += share.watts
      if share.isCapped { continue }
      let own = filling.problem[Int(node)]
      fractional[Int(own)] += share.watts
      hasFraction[row] = share.hasFraction
      bound[row] = own == 0 ? rootBound : .node(own)
      binding[Int(own)] = own > 0 || rootBound != .request
    }
    var leftover = Leftover(filling, given: given, fractional: fractional)
    for place in 0..<fleet.count {
      if leftover.total == 0 { break }
      let row = fleet.rowsByName.map { Int($0[place]) } ?? place
      if hasFraction[row], leftover.give(at: fleet.node[row]) { setpointW[row] += 1 }
    }
    precondition(leftover.total == 0, "every watt that rounding left over finds a battery")
  }

  func plan(requestedW: Int64, seconds: Int64) -> Plan {
    var committedW: Int64 = 0
    var skipped = skipped
    var energyLimitWh = energyLimitWh
    for row in setpointW.indices {
      let watts = setpointW[row]
      committedW += watts
      if watts == 0 {
        energyLimitWh[row] = 0
        if skipped[row] == nil { skipped[row] = .noShare }
      } else if watts < capW[row] {
        energyLimitWh[row] = watts * seconds / 3_600
      }
    }
    return Plan(
      requested: Power(watts: requestedW), committed: Power(watts: committedW), seconds: seconds,
      setpointW: setpointW, energyLimitWh: energyLimitWh, bound: bound, skipped: skipped,
      bindingNodes: binding.indices.filter { binding[$0] }.map { Int32($0) })
  }
}
