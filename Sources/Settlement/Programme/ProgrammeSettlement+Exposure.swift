import Grid

extension ProgrammeSettlement {
  /// What an event may cost its payer at most, by the commitments of its homes; nil without an end.
  ///
  /// What was measured is not read. Rewards are the capped commitment at its price. They cost no more
  /// than `caps.fleetPerEvent`, but what is covered is all of them, for what waits beside what is
  /// paid. A price that is missing counts as the greatest that the rate can have. The
  /// fees that the payer pays come on top. A home's caps and the pool, which penalties pay, are left
  /// out: they only lower what the payer owes.
  public static func exposure(of event: ProgrammeEvent, terms: ProgrammeTerms) -> Exposure? {
    let ledger = Ledgering(
      ProgrammeInput(
        run: event.event.run, events: [event],
        homes: event.event.homes.map { ProgrammeHome(site: $0.site, owner: $0.owner) }), terms)
    var cost = Money.zero
    var fees = Money.zero
    for (group, place) in ledger.groups(event) {
      guard let priced = ledger.greatest(event, at: place),
        let part = Settlement.exposure(
          of: group.map(\.commitment), intervals: event.event.intervals, terms: priced)
      else { return nil }
      cost = cost + part.greatestCost
      for home in group {
        guard let most = ledger.greatestFees(home, event, priced) else { return nil }
        fees = fees + most
      }
    }
    let cover = ExactAmount(
      (Int128(cost.millionths) + Int128(fees.millionths)) * Int128(terms.base.escrowCoverPercent),
      over: 100 * 1_000_000)
    return Exposure(
      greatestCost: terms.caps.fleetPerEvent.map { min(cost, $0) } ?? cost, payerFees: fees,
      toCover: cover.roundedUp(to: terms.base.currency))
  }
}

extension ProgrammeSettlement.Ledgering {
  /// The event's terms at one place, with the greatest price that a signal may have where it names
  /// none; nil where that has no end.
  func greatest(_ event: ProgrammeEvent, at place: PriceTable.Place) -> SettlementTerms? {
    if let priced = priced(event, at: place) { return priced }
    var tables = [terms.energy?.rate, terms.premium?.rate].compactMap { $0 }
    if case .rate(let table)? = terms.penalty?.price { tables.append(table) }
    guard tables.allSatisfy({ $0.greatest != nil }) else { return nil }
    var dear = place
    dear.signalPrice = .max
    return priced(event, at: dear)
  }

  /// The fees on top that a home's greatest lines make, each rounded up; nil without an end.
  fileprivate func greatestFees(
    _ home: HomePerformance, _ event: ProgrammeEvent, _ priced: SettlementTerms
  ) -> Money? {
    var sum = Money.zero
    for fee in terms.fees where fee.paidBy == nil {
      switch fee.price {
      case .rate(let table):
        guard let percent = (priced.premium ?? priced.energy).map(\.capPercent) ?? 100,
          case .amount(let price) = table.form
        else { return nil }
        let energy = home.commitment.intervals.reduce(Int128(0)) {
          $0 + Int128($1.rewardBase.joules)
        }
        let over: Int128 = table.unit == .MWh ? 1_000_000_000 : 1_000_000
        sum =
          sum
          + ExactAmount(
            energy * Int128(percent) * Int128(price), over: Denominator.cappedEnergy * over
          ).roundedUp(to: terms.base.currency)
      case .percent(let percent, of: let kind):
        var only = priced
        if kind != .premium { only.premium = nil }
        if kind != (terms.energy?.isAdditional == true ? .additionalReward : .directReward) {
          only.energy = nil
        }
        guard
          let line = Settlement.exposure(
            of: [home.commitment], intervals: event.event.intervals, terms: only)
        else { return nil }
        sum =
          sum
          + ExactAmount(
            Int128(line.greatestCost.millionths) * Int128(percent.hundredths),
            over: 10_000 * 1_000_000
          ).roundedUp(to: terms.base.currency)
      }
    }
    return sum
  }
}
