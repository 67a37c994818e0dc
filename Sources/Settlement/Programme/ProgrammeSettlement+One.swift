import Grid

extension ProgrammeSettlement {
  /// The field whose lines are paid by the penalties of others.
  static let bonusField = "reward.bonusPool"

  /// Settles one event alone by every rule of its programme that an event can know.
  ///
  /// Each home begins with what it earned and lost before (`earlierInMonth` and its like). The budget
  /// is not asked: it was, before the event was accepted. What the payer owes is the sum of the
  /// rounded lines (`payerBasis: sumOfHomes`), and penalties do not stay in a pool.
  ///
  /// - Parameter isFinal: True for the last run of the policy.
  public static func settle(
    _ event: ProgrammeEvent, isFinal: Bool, terms: ProgrammeTerms
  ) -> SettlementResult {
    precondition(
      terms.payerBasis == .sumOfHomes && terms.penalty?.toBonusPool != true && !terms.isFleet,
      "a policy whose events are not settled one by one is refused when it is loaded")
    let homes = event.event.homes
    var ledger = Ledgering(
      ProgrammeInput(
        run: event.event.run, isFinal: isFinal, events: [event],
        homes: homes.map { ProgrammeHome(site: $0.site, owner: $0.owner) }), terms)
    ledger.begin(event)
    let subjects = ledger.settle(event).homes
    let parties = terms.parties
    var totals = SettlementResult.Totals(types: terms.lineTypes, parties: parties)
    let settled = subjects.map { subject -> HomeSettlement in
      guard let home = subject.home else { preconditionFailure("a home of an event has energies") }
      let whole = ledger.home(home, subject, event.event.event.text, parties: parties)
      totals.add(whole)
      return whole
    }
    totals.close()
    return SettlementResult(
      run: event.event.run, event: event.event.event, window: event.event.window,
      intervals: event.event.intervals, policy: terms.base.policy, currency: terms.base.currency,
      homes: settled, totals: totals)
  }
}

extension ProgrammeSettlement {
  /// The terms of an event with the prices that it has; nil when one is missing, or homes have
  /// prices of their own.
  public static func priced(_ event: ProgrammeEvent, terms: ProgrammeTerms) -> SettlementTerms? {
    let ledger = Ledgering(ProgrammeInput(run: event.event.run, events: [event], homes: []), terms)
    let place = PriceTable.Place(
      date: event.date, season: event.season, signalPrice: event.signalPrice)
    return ledger.priced(event, at: place)
  }
}

extension ProgrammeTerms {
  /// Everybody who may get or pay something, in the order of the names.
  public var parties: [SettlementTerms.Party] {
    var found = Set(base.shares.keys)
    found.formUnion((penaltyShares ?? [:]).keys)
    for fee in fees { found.formUnion([fee.to, fee.paidBy].compactMap { $0 }) }
    return found.sorted()
  }

  /// True where what one home gets depends on the others of its event: a pool, or a cap of all.
  public var needsWholeEvent: Bool { bonusPool != nil || caps.fleetPerEvent != nil }

  /// The types of the lines that an event may have, in their order.
  var lineTypes: [LineType] {
    var found: Set<LineType> = []
    if let energy { found.insert(energy.isAdditional ? .additionalReward : .directReward) }
    if premium != nil { found.insert(.premium) }
    if penalty != nil { found.insert(.penalty) }
    if bonusPool != nil { found.insert(.additionalReward) }
    if !fees.isEmpty { found.insert(.fee) }
    return found.sorted()
  }
}

extension ProgrammeSettlement.Ledgering {
  /// A home's money: what its lines, capped, and its fees come to for each party.
  ///
  /// The parts are those of the entries that are posted. Each is what its lines change: rewards
  /// first, then penalties, then the pool, then fees.
  func home(
    _ energies: HomeSettlement, _ subject: ProgrammeSubject, _ period: String,
    parties: [SettlementTerms.Party]
  ) -> HomeSettlement {
    let fees = fees(of: subject, period)
    let rewards = subject.lines.filter { !$0.isPaidByPenalties }
    let penalties = subject.lines.filter { $0.kind == .penalty }
    let bonuses = subject.lines.filter(\.isBonus)
    let stages = [
      legs(rewards), legs(rewards + penalties), legs(rewards + penalties + bonuses),
      legs(rewards + penalties + bonuses, fees: fees),
    ]
    func split(_ stage: Int, over before: Int? = nil) -> [PartyShare] {
      parties.map { party in
        let earlier = before.flatMap { stages[$0][party.rawValue] } ?? .zero
        return PartyShare(party: party, amount: (stages[stage][party.rawValue] ?? .zero) - earlier)
      }
    }
    let heldFees = fees.filter { $0.fee.paidBy == nil && $0.line.status == .held }.map(\.line)
    return HomeSettlement(
      site: energies.site, owner: energies.owner,
      lines: (rewards + bonuses + penalties).map { settled($0, energies) }.sorted {
        $0.type < $1.type
      }
        + fees.map { settled($0.line, energies, $0.fee) },
      intervals: energies.intervals, rewards: Self.sum(rewards), penalties: -Self.sum(penalties),
      held: (rewards.filter { $0.status == .held } + heldFees).reduce(.zero) { $0 + $1.amount },
      rewardSplit: split(0), netSplit: split(1), bonus: Self.sum(bonuses),
      bonusSplit: bonuses.isEmpty ? [] : split(2, over: 1),
      feeSplit: fees.isEmpty ? [] : split(3, over: 2), committed: energies.committed,
      verified: energies.verified, credited: energies.credited, shortfall: energies.shortfall)
  }

  private static func sum(_ lines: [ProgrammeLine]) -> Money {
    lines.reduce(.zero) { $0 + $1.charged }
  }

  private func settled(
    _ line: ProgrammeLine, _ energies: HomeSettlement, _ fee: ProgrammeTerms.Fee? = nil
  ) -> SettlementLine {
    var rate = energies.lines.first { $0.field == line.field }?.rate
    if case .rate(let table)? = fee?.price, case .amount(let price) = table.form,
      table.unit == .kWh
    {
      rate = Money(millionths: price)
    }
    return SettlementLine(
      type: line.kind, field: line.field, quantity: line.quantity.exact, unit: line.unit,
      rate: rate, exact: line.exact.exact, amount: line.amount, charged: line.charged,
      status: line.status, reason: line.cause)
  }
}

extension Fraction {
  /// The same in 128 bits; an event's lines fit, because no quotient of theirs is a mean.
  var exact: ExactAmount {
    let short = reduced
    guard let above = short.numerator.int128, let below = short.denominator.int128 else {
      preconditionFailure("an exact amount of one event fits into 128 bits")
    }
    return ExactAmount(above, over: below)
  }
}
