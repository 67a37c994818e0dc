import Grid

extension Shares {
  /// Where the weight of a row is found.
  enum Weights {
    /// Everybody weighs 1, or nothing cuts and weights do not matter.
    case one
    /// In the column that becomes the energy limit.
    case inEnergyLimit
    /// In a column of its own.
    case column([Int64])
  }

  /// Finds the column of weights, or makes it for a release that a node cuts.
  mutating func weigh(
    _ fleet: PlanningFleet, _ feeder: FeederTree, isRelease: Bool, seconds: Int64,
    fairness: DispatchTerms.Fairness
  ) {
    switch fairness {
    case .equalShare, .meritOrder, .rotationDebt: weights = .one
    case .proportional where !isRelease: weights = .inEnergyLimit
    case .proportional:
      guard isCut(by: feeder) else { return }
      weights = .column(Self.deliverable(fleet, setpointW, seconds: seconds))
    }
  }

  private static func deliverable(
    _ fleet: PlanningFleet, _ setpointW: [Int64], seconds: Int64
  ) -> [Int64] {
    var column = [Int64](repeating: 0, count: setpointW.count)
    var weight = column.mutableSpan
    let (caps, capacityJ, charge) = (
      setpointW.span, fleet.capacityJ.span, fleet.chargeHundredths.span
    )
    let (floor, efficiency) = (fleet.floorHundredths.span, fleet.efficiencyHundredths.span)
    let (ratedW, exportRoomW) = (fleet.ratedW.span, fleet.exportRoomW.span)
    for row in caps.indices where caps[row] > 0 {
      weight[row] = BatteryFigures(
        capacityJ: capacityJ[row], charge: charge[row], floor: floor[row],
        efficiency: efficiency[row], ratedW: ratedW[row], exportRoomW: exportRoomW[row]
      ).deliverableJ(seconds: seconds)
    }
    return column
  }

  /// True when a node cannot carry what is asked of the batteries below it.
  private func isCut(by feeder: FeederTree) -> Bool {
    var flow = greatestW
    for place in feeder.parents.indices.reversed() {
      if flow[place] > feeder.limits[place] { return true }
      if place > 0 { flow[Int(feeder.parents[place])] += flow[place] }
    }
    return false
  }

  /// The levels at which the fleet gives no more than `budgetW`.
  func fill(_ node: [Int32], _ feeder: FeederTree, budgetW: Int64) -> WaterFilling {
    WaterFilling(
      parents: feeder.parents, limits: feeder.limits,
      rows: Rows(node: node, capW: setpointW, weight: weightColumn),
      greatestW: greatestW, weightAt: weightAt, budget: budgetW)
  }

  /// Takes out the batteries whose shares are too small; false when there are none.
  mutating func dropTooSmall(
    _ fleet: PlanningFleet, _ filling: WaterFilling, minimumW: Int64
  ) -> Bool {
    let column = weightColumn
    let leaving = filling.tooSmall(
      node: fleet.node.span, capW: setpointW.span, weight: column.span, minimumW: minimumW,
      rank: fleet.rankByRow())
    for row in leaving {
      let place = Int(fleet.node[row])
      greatestW[place] -= setpointW[row]
      weightAt[place] -= column.isEmpty ? 1 : column[row]
      setpointW[row] = 0
      skipped[row] = .minimumSetpoint
      bound[row] = .minimumSetpoint
    }
    return !leaving.isEmpty
  }

  private var weightColumn: [Int64] {
    switch weights {
    case .one: []
    case .inEnergyLimit: energyLimitWh
    case .column(let column): column
    }
  }
}
