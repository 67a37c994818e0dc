import Grid

/// The columns of a plan in the making; rows as in the fleet.
///
/// Fresh memory costs more than arithmetic here, so a column is used twice: the setpoint holds the
/// greatest setpoint first, and in a target the energy limit holds the weight first.
struct Shares {
  /// What the battery could hold to the end by itself; after `settle` the setpoint.
  var setpointW: [Int64]
  /// The energy limit of `setpointW` in a release; in a target the weight until `settle`.
  var energyLimitWh: [Int64]
  /// Which of its own figures bound the battery; after `settle` what bound it in the end.
  var bound: [BoundCode]
  /// Why it is not asked.
  var skipped: [SkipReason?]
  /// The sum of what a release asks before any limit, in joules.
  var askedJ: Int128 = 0
  /// Sum of the greatest setpoints of the batteries at each node, without what is below it.
  var greatestW: [Int64]
  /// Sum of the weights of the same.
  var weightAt: [Int64]
  /// Where the weights are.
  var weights = Weights.one

  /// What every battery could hold to the end by itself.
  init(
    _ fleet: PlanningFleet, nodes: Int, request: PlanRequest, seconds: Int64,
    fairness: DispatchTerms.Fairness, minimumW: Int64
  ) {
    let count = fleet.count
    setpointW = [Int64](repeating: 0, count: count)
    energyLimitWh = [Int64](repeating: 0, count: count)
    bound = [BoundCode](repeating: .request, count: count)
    skipped = [SkipReason?](repeating: nil, count: count)
    greatestW = [Int64](repeating: 0, count: nodes)
    weightAt = greatestW
    var (percent, basis) = (Int64(0), ReleaseBasis?.none)
    if case .release(let share, let of) = request {
      (percent, basis) = (Int64(share.hundredths), of)
    }
    askedJ = Self.measure(
      fleet, percent, of: basis, seconds, fairness, minimumW, caps: &setpointW,
      energies: &energyLimitWh, bounds: &bound, reasons: &skipped, greatest: &greatestW,
      weights: &weightAt)
  }

  /// Fills the columns and the sums of the nodes; returns what is asked in joules.
  private static func measure(
    _ fleet: PlanningFleet, _ percent: Int64, of basis: ReleaseBasis?, _ seconds: Int64,
    _ fairness: DispatchTerms.Fairness, _ minimumW: Int64, caps capColumn: inout [Int64],
    energies energyColumn: inout [Int64], bounds boundColumn: inout [BoundCode],
    reasons reasonColumn: inout [SkipReason?], greatest greatestAt: inout [Int64],
    weights weightAt: inout [Int64]
  ) -> Int128 {
    let (standing, node, capacityJ) = (fleet.standing.span, fleet.node.span, fleet.capacityJ.span)
    let (charge, floor) = (fleet.chargeHundredths.span, fleet.floorHundredths.span)
    let (efficiency, ratedW) = (fleet.efficiencyHundredths.span, fleet.ratedW.span)
    let exportRoomW = fleet.exportRoomW.span
    let (isPaused, hasPaused) = (fleet.isPaused.span, !fleet.isPaused.isEmpty)
    let perSecond = Divider(seconds)
    let isEqual = fairness != .proportional
    var caps = capColumn.mutableSpan
    var energies = energyColumn.mutableSpan
    var bounds = boundColumn.mutableSpan
    var reasons = reasonColumn.mutableSpan
    var greatest = greatestAt.mutableSpan
    var weightSums = weightAt.mutableSpan
    var askedJ: Int128 = 0
    for row in standing.indices {
      if case .skipped(let reason) = standing[row] {
        reasons[row] = reason
        continue
      }
      guard charge[row] >= 0 else {
        reasons[row] = .notHeard
        continue
      }
      guard charge[row] > floor[row] else {
        reasons[row] = .belowReserve
        bounds[row] = .energyForDuration
        continue
      }
      let battery = BatteryFigures(
        capacityJ: capacityJ[row], charge: charge[row], floor: floor[row],
        efficiency: efficiency[row], ratedW: ratedW[row], exportRoomW: exportRoomW[row])
      let availableJ = battery.aboveFloorJ
      var watts = Int64.max
      var limitJ = availableJ
      var reason = BoundCode.request
      if let basis {
        let asked =
          hasPaused && isPaused[row]
          ? battery.ratedW * seconds
          : battery.releasedJ(percent, of: basis, seconds: seconds)
        askedJ += Int128(asked)
        watts = perSecond.quotient(asked)
        limitJ = min(limitJ, asked)
      }
      // Of equal figures the first one in this order is named. Without branches: which of them is
      // the smallest is as good as random.
      let isRated = battery.ratedW < watts
      watts = isRated ? battery.ratedW : watts
      reason = isRated ? .ratedPower : reason
      let isExport = battery.exportW < watts
      watts = isExport ? battery.exportW : watts
      reason = isExport ? .exportLimit : reason
      let holdsW = perSecond.quotient(availableJ)
      let isEnergy = holdsW < watts
      watts = isEnergy ? holdsW : watts
      reason = isEnergy ? .energyForDuration : reason
      if watts == 0 || watts < minimumW {
        reasons[row] = watts == 0 ? .noShare : .minimumSetpoint
        bounds[row] = watts == 0 ? reason : .minimumSetpoint
        continue
      }
      let weight = isEqual ? 1 : min(battery.ratedW * seconds, availableJ)
      caps[row] = watts
      bounds[row] = reason
      if basis == nil {
        energies[row] = weight
      } else {
        // What rounding to whole watts has left of a release still belongs to it.
        energies[row] = min(limitJ, min(battery.ratedW, battery.exportW) * seconds) / 3_600
      }
      let place = Int(node[row])
      precondition(greatest.indices.contains(place), "a battery's node is a place of the feeder")
      greatest[place] += watts
      weightSums[place] += weight
    }
    return askedJ
  }
}
