import Grid

extension FleetTable {
  /// Writes who goes first and what is counted on, where the terms ask for it.
  func rate(_ fleet: inout PlanningFleet, _ terms: DispatchTerms, at now: Timestamp) {
    switch terms.fairness {
    case .proportional, .equalShare: break
    case .meritOrder:
      switch terms.meritBy {
      case .stateOfCharge: fleet.merit = fleet.chargeHundredths.map(Int64.init)
      case .reliability: fleet.merit = reliability(terms).map(Int64.init)
      case .offeredPrice:
        // The cheapest first; who names no price comes after all who do.
        fleet.merit = enrolled.map { -($0.offer.pricePerKilowattHour?.millionths ?? .max) }
      }
    case .rotationDebt: fleet.merit = debts(terms, at: now)
    }
    if terms.overCommit != nil { fleet.reliabilityHundredths = reliability(terms) }
  }

  /// Delivered of asked, in hundredths of a percent: by the record, else by the enrolment, else
  /// what the policy assumes of a new battery.
  private func reliability(_ terms: DispatchTerms) -> [Int32] {
    let assumed = terms.newBattery.hundredths
    return history.reliability(
      last: terms.historyEvents,
      unknown: enrolled.map { $0.offer.reliability?.hundredths ?? assumed })
  }

  /// What each owes of the fleet's deliveries in the window; the enrolment's figures stand in as
  /// long as the window holds no event of the record.
  private func debts(_ terms: DispatchTerms, at now: Timestamp) -> [Int64] {
    let cutoff = now.adding(seconds: -86_400 * terms.fairnessWindowDays)
    return DeliveryHistory.debts(
      deliveredJ: history.deliveredJ(since: cutoff, count: count)
        ?? enrolled.map(\.offer.delivered.joules),
      capacityJ: enrolled.map(\.capacity.joules))
  }
}
