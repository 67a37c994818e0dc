import Grid

/// What each battery could be asked for, before the feeder and the others come into it.
struct BatteryAmounts {
  /// Greatest setpoint that holds to the end, in watts; 0 for a battery that is not asked.
  var capW: [Int64]
  /// Energy limit in watt-hours that goes with `capW`.
  var capWh: [Int64]
  /// Weight in the water-filling; above 0 wherever `capW` is.
  var weight: [Int64]
  /// Which of the battery's own figures made `capW` what it is.
  var bound: [Bound]
  /// Why a battery is not asked; nil where it may get a share.
  var skipped: [SkipReason?]
  /// The sum of what a release asks before any limit, in joules.
  var askedJ: Int128

  /// The figures of `fleet` for `seconds` of `request`.
  init(
    _ fleet: PlanningFleet, request: PlanRequest, seconds: Int64,
    fairness: DispatchTerms.Fairness, minimumW: Int64
  ) {
    let count = fleet.count
    capW = [Int64](repeating: 0, count: count)
    capWh = [Int64](repeating: 0, count: count)
    weight = [Int64](repeating: 0, count: count)
    bound = [Bound](repeating: .request, count: count)
    skipped = [SkipReason?](repeating: nil, count: count)
    askedJ = 0
    for row in 0..<count {
      if case .skipped(let reason) = fleet.standing[row] {
        skipped[row] = reason
        continue
      }
      let charge = Int64(fleet.chargeHundredths[row])
      guard charge >= 0 else {
        skipped[row] = .notHeard
        continue
      }
      let floor = Int64(fleet.floorHundredths[row])
      guard charge > floor else {
        skipped[row] = .belowReserve
        bound[row] = .energyForDuration
        continue
      }
      let battery = Battery(
        capacityJ: fleet.capacityJ[row], charge: charge, floor: floor,
        efficiency: Int64(fleet.efficiencyHundredths[row]), ratedW: fleet.ratedW[row])
      battery.check()
      let availableJ = battery.aboveFloorJ
      let exportW = max(0, fleet.exportRoomW[row])
      var watts = Int64.max
      var asked = Int64.max
      var reason = Bound.request
      if case .release(let percent, let basis) = request {
        asked = battery.releasedJ(Int64(percent.hundredths), of: basis, seconds: seconds)
        askedJ += Int128(asked)
        watts = asked / seconds
      }
      // Of equal figures the first one in this order is named.
      if battery.ratedW < watts { (watts, reason) = (battery.ratedW, .ratedPower) }
      if exportW < watts { (watts, reason) = (exportW, .exportLimit) }
      let holdsW = availableJ / seconds
      if holdsW < watts { (watts, reason) = (holdsW, .energyForDuration) }
      bound[row] = reason
      guard watts > 0 else {
        skipped[row] = .noShare
        continue
      }
      guard watts >= minimumW else {
        skipped[row] = .minimumSetpoint
        bound[row] = .minimumSetpoint
        continue
      }
      let throughputJ = battery.ratedW * seconds
      capW[row] = watts
      // What rounding to whole watts has left of a release still belongs to it.
      let limitJ =
        asked == .max
        ? watts * seconds
        : min(asked, availableJ, min(battery.ratedW, exportW) * seconds)
      capWh[row] = limitJ / 3_600
      weight[row] = fairness == .equalShare ? 1 : min(throughputJ, availableJ)
    }
  }
}

/// One battery's figures, exact to the joule.
private struct Battery {
  let capacityJ: Int64
  let charge: Int64
  let floor: Int64
  let efficiency: Int64
  let ratedW: Int64

  func check() {
    precondition(
      (0...100_000_000_000_000).contains(capacityJ) && (0...1_000_000_000_000).contains(ratedW)
        && charge <= 10_000 && floor >= 0 && (0...10_000).contains(efficiency),
      "a battery's figures are within the ranges of the planning fleet")
  }

  /// Energy above the floor as it would arrive at the terminals, rounded down.
  var aboveFloorJ: Int64 { scaled(capacityJ, (charge - floor) * efficiency, 10_000) }

  /// What `percent` (hundredths) of `basis` asks for at the terminals, rounded down once.
  func releasedJ(_ percent: Int64, of basis: ReleaseBasis, seconds: Int64) -> Int64 {
    switch basis {
    case .storedEnergy: scaled(capacityJ, charge * efficiency, percent)
    case .nameplateEnergy: scaled(capacityJ, 10_000 * efficiency, percent)
    case .energyAboveReserve: scaled(capacityJ, (charge - floor) * efficiency, percent)
    case .ratedPower: scaled(ratedW * seconds, 100_000_000, percent)
    }
  }

  /// `joules` × `factor` / 10^8 × `percent` / 10^4, rounded down once, without leaving 64 bits.
  ///
  /// The product is first split into whole joules and a rest below 10^8; of nested whole divisions
  /// the result is that of the one division.
  private func scaled(_ joules: Int64, _ factor: Int64, _ percent: Int64) -> Int64 {
    let unit: Int64 = 100_000_000
    let (quotient, remainder) = joules.quotientAndRemainder(dividingBy: unit)
    let (whole, rest) = (remainder * factor).quotientAndRemainder(dividingBy: unit)
    return ((quotient * factor + whole) * percent + rest * percent / unit) / 10_000
  }
}
