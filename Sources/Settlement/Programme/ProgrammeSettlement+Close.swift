import Grid

extension ProgrammeSettlement.Ledgering {
  /// Fees, split and the payer's side of one event or period.
  mutating func close(
    _ period: String,
    _ subjects: [(site: SiteID?, lines: [ProgrammeLine], credited: Energy)],
    homes: [HomePerformance]
  ) {
    var exact = Fraction.zero
    var rounded = Money.zero
    for subject in subjects where !subject.lines.isEmpty {
      var lines = subject.lines
      var legs: [String: Money] = [:]
      func add(_ party: String, _ amount: Money) {
        legs[party] = (legs[party] ?? .zero) + amount
      }
      var net = Money.zero
      for line in lines {
        net = net + line.charged
        let isPaidByPenalties = line.kind == .penalty || line.field == "reward.bonusPool"
        if isPaidByPenalties {
          add(terms.penalty?.toBonusPool == true ? "bonusPool" : "penalty", -line.charged)
        } else {
          let owed = line.charged == line.amount ? line.exact : Fraction(line.charged)
          exact = exact + owed
          rounded = rounded + line.charged
          let paid = terms.payerBasis == .exactLines ? owed.rounded(unit: 1) : line.charged
          add("payer", -paid)
          add("rounding", paid - line.charged)
          spend(paid)
        }
      }
      for fee in terms.fees {
        guard let line = self.fee(fee, lines, subject, period) else { continue }
        add(fee.to.rawValue, line.charged)
        if fee.isBeforeSplit, fee.paidBy != nil, !terms.splitsLines {
          net = net - line.charged
        } else {
          add(fee.paidBy?.rawValue ?? "payer", -line.charged)
        }
        lines.append(line)
      }
      for part in split(lines, net: net) { add(part.party.rawValue, part.amount) }
      let sum = legs.values.reduce(Money.zero, +)
      precondition(sum == .zero, "the legs of an account sum to zero")
      self.lines += lines
      accounts.append(
        ProgrammeAccount(
          period: period, site: subject.site,
          legs: legs.filter { $0.value != .zero }.sorted { $0.key < $1.key }
            .map { ProgrammeLeg(party: $0.key, amount: $0.value) },
          owners: subject.site == nil
            ? distribute(legs[SettlementTerms.Party.owner.rawValue] ?? .zero, homes) : []))
    }
    guard terms.payerBasis == .fleetTotal else { return }
    let rest = exact.rounded(to: terms.base.currency) - rounded
    guard rest != .zero else { return }
    accounts.append(
      ProgrammeAccount(
        period: period, site: nil,
        legs: [
          ProgrammeLeg(party: "payer", amount: -rest),
          ProgrammeLeg(party: "rounding", amount: rest),
        ], owners: []))
  }

  private mutating func spend(_ amount: Money) {
    guard let budget = terms.budget else { return }
    let season = lastSeason ?? ""
    spent[budget.isSeasonal ? season : "", default: MoneyTotal()] += amount
  }

  private func split(_ lines: [ProgrammeLine], net: Money) -> [PartyShare] {
    guard terms.splitsLines else {
      return Split.largestRemainder(net, shares: terms.base.shares, currency: terms.base.currency)
    }
    return lines.filter { $0.kind != .fee }.flatMap { line in
      Split.largestRemainder(
        line.charged,
        shares: line.kind == .penalty
          ? terms.penaltyShares ?? terms.base.shares
          : terms.base.shares, currency: terms.base.currency)
    }
  }

  private func fee(
    _ fee: ProgrammeTerms.Fee, _ lines: [ProgrammeLine],
    _ subject: (site: SiteID?, lines: [ProgrammeLine], credited: Energy), _ period: String
  ) -> ProgrammeLine? {
    let quantity: Fraction
    let exact: Fraction
    let unit: String
    switch fee.price {
    case .percent(let percent, let kind):
      let base = lines.filter { $0.kind == kind }.reduce(Money.zero) { $0 + $1.charged }
      quantity = Fraction(base)
      exact = quantity * Fraction(Int128(percent.hundredths), over: 10_000)
      unit = terms.base.currency.code
    case .rate(let table):
      quantity = Fraction(Int128(subject.credited.joules), over: 3_600_000)
      guard case .amount(let price) = table.form else { return nil }
      exact =
        quantity * Fraction(Int128(price), over: table.unit == .MWh ? 1_000_000_000 : 1_000_000)
      unit = "kWh"
    }
    let amount = exact.rounded(to: terms.base.currency)
    guard amount != .zero else { return nil }
    return ProgrammeLine(
      period: period, site: subject.site, kind: .fee, field: "fees.\(fee.name)",
      quantity: quantity, unit: unit, exact: exact, amount: amount, charged: amount,
      status: input.run.isPayable ? .payable : .provisional, reason: nil)
  }

  /// The owners' part of a fleet's money over the homes, by largest remainder in their order.
  ///
  /// A negative part is divided by what each is short; without any weight all are equal.
  private func distribute(
    _ amount: Money, _ homes: [HomePerformance]
  ) -> [ProgrammeAccount.SitePart] {
    guard amount != .zero, !order.isEmpty else { return [] }
    var delivered: [SiteID: Int64] = [:]
    var committed: [SiteID: Int64] = [:]
    for home in homes {
      delivered[home.site, default: 0] += home.intervals.reduce(0) {
        $0 + (Settlement.payable($1, terms.base)?.joules ?? 0)
      }
      committed[home.site, default: 0] += home.commitment.intervals.reduce(0) {
        $0 + $1.rewardBase.joules
      }
    }
    func weight(_ home: ProgrammeHome) -> Int64 {
      let done = delivered[home.site] ?? 0
      let promised = committed[home.site] ?? 0
      if amount < .zero { return max(0, promised - done) }
      switch terms.distribute {
      case .delivered: return homes.isEmpty ? home.committed.watts : max(0, done)
      case .committed: return homes.isEmpty ? home.committed.watts : promised
      case .equal: return 1
      }
    }
    var weights = order.map(weight)
    if weights.allSatisfy({ $0 == 0 }) { weights = order.map { _ in 1 } }
    return zip(order, Split.largestRemainder(amount, weights: weights, unit: unit)).map {
      ProgrammeAccount.SitePart(site: $0.site, amount: $1)
    }
  }
}
