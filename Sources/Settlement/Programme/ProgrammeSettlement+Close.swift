import Grid

extension ProgrammeSettlement.Ledgering {
  /// Fees, split and the payer's side of one event or period.
  mutating func close(
    _ period: String, _ subjects: [ProgrammeSubject], homes: [HomePerformance]
  ) {
    var exact = Fraction.zero
    var rounded = Money.zero
    for subject in subjects where !subject.lines.isEmpty {
      for line in subject.lines where !line.isPaidByPenalties {
        exact = exact + owed(line)
        rounded = rounded + line.charged
        spend(paid(line))
      }
      let fees = fees(of: subject, period)
      let legs = legs(subject.lines, fees: fees)
      self.lines += subject.lines + fees.map(\.line)
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

  /// A fee with the line that it makes.
  typealias ChargedFee = (fee: ProgrammeTerms.Fee, line: ProgrammeLine)

  /// Who pays and who gets what of some lines and fees; the sum is zero.
  func legs(_ lines: [ProgrammeLine], fees: [ChargedFee] = []) -> [String: Money] {
    var legs: [String: Money] = [:]
    func add(_ party: String, _ amount: Money) {
      legs[party] = (legs[party] ?? .zero) + amount
    }
    var net = Money.zero
    for line in lines {
      net = net + line.charged
      if line.isPaidByPenalties {
        add(terms.penalty?.toBonusPool == true ? "bonusPool" : "penalty", -line.charged)
      } else {
        add("payer", -paid(line))
        add("rounding", paid(line) - line.charged)
      }
    }
    for (fee, line) in fees {
      add(fee.to.rawValue, line.charged)
      if fee.isBeforeSplit, fee.paidBy != nil, !terms.splitsLines {
        net = net - line.charged
      } else {
        add(fee.paidBy?.rawValue ?? "payer", -line.charged)
      }
    }
    for part in split(lines, net: net) { add(part.party.rawValue, part.amount) }
    let sum = legs.values.reduce(Money.zero, +)
    precondition(sum == .zero, "the legs of an account sum to zero")
    return legs
  }

  /// What the payer owes for a line, before rounding.
  private func owed(_ line: ProgrammeLine) -> Fraction {
    line.charged == line.amount ? line.exact : Fraction(line.charged)
  }

  private func paid(_ line: ProgrammeLine) -> Money {
    terms.payerBasis == .exactLines ? owed(line).rounded(unit: 1) : line.charged
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
    return lines.flatMap { line in
      Split.largestRemainder(
        line.charged,
        shares: line.kind == .penalty
          ? terms.penaltyShares ?? terms.base.shares
          : terms.base.shares, currency: terms.base.currency)
    }
  }

  /// The fees of a home or the fleet; those that come to nothing are left out.
  func fees(of subject: ProgrammeSubject, _ period: String) -> [ChargedFee] {
    terms.fees.compactMap { fee in self.fee(fee, subject, period).map { (fee, $0) } }
  }

  /// A fee of lines that wait, or are only reported, waits with them.
  private func fee(
    _ fee: ProgrammeTerms.Fee, _ subject: ProgrammeSubject, _ period: String
  ) -> ProgrammeLine? {
    let waiting = subject.lines.first { $0.status == .held || $0.status == .reportedOnly }
    let quantity: Fraction
    let exact: Fraction
    let unit: String
    switch fee.price {
    case .percent(let percent, let kind):
      let base = subject.lines.filter { $0.kind == kind }.reduce(Money.zero) {
        $0 + (waiting == nil ? $1.charged : $1.amount)
      }
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
    var line = ProgrammeLine(
      period: period, site: subject.site, kind: .fee, field: "fees.\(fee.name)",
      quantity: quantity, unit: unit, exact: exact, amount: amount,
      charged: waiting == nil ? amount : .zero,
      status: waiting?.status ?? (input.run.isPayable ? .payable : .provisional),
      reason: waiting?.reason)
    line.cause = waiting?.cause
    return line
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
