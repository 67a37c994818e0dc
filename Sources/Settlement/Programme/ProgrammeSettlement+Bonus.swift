import Grid

extension ProgrammeSettlement.Ledgering {
  /// A share of the event's penalties goes to those who delivered more than they promised, if the
  /// fleet held its promise; otherwise it goes back to those who were charged, or to nobody.
  ///
  /// With `penalty.to: bonusPool` what is left stays in the pool, and the next event's share is one
  /// of all that is in it.
  mutating func payBonus(
    _ homes: inout [ProgrammeSubject],
    _ event: ProgrammeEvent, over: [SiteID: Int64], committed: Energy, verified: Energy
  ) {
    guard let pool = terms.bonusPool, !terms.isFleet else { return }
    let charged = homes.map { home in
      home.lines.filter { $0.kind == .penalty }.reduce(Int64(0)) { $0 - $1.charged.millionths }
    }
    let penalties = charged.reduce(Int128(0)) { $0 + Int128($1) }
    pooled += penalties
    defer { if terms.penalty?.toBonusPool != true { pooled = 0 } }
    let isHeld =
      Int128(verified.joules) * 10_000
      >= Int128(committed.joules) * Int128(pool.fleetAtLeast.hundredths)
    func amount(of money: Int128) -> Money { whole(money * Int128(pool.share.hundredths) / 10_000) }
    if isHeld, !over.isEmpty {
      let amount = amount(of: pooled)
      pooled -= Int128(amount.millionths)
      let weights = homes.map { home in home.site.flatMap { over[$0] } ?? 0 }
      add(amount, to: &homes, event, weights: weights, reason: nil) {
        (Fraction(Int128($0), over: 3_600_000), "kWh")
      }
    } else if pool.refundsOtherwise {
      let amount = amount(of: penalties)
      pooled -= Int128(amount.millionths)
      add(amount, to: &homes, event, weights: charged, reason: .refund) {
        (Fraction(Money(millionths: $0)), terms.base.currency.code)
      }
    }
  }

  /// A line for each home that has a weight, with what `quantity` makes of it.
  private func add(
    _ amount: Money, to homes: inout [ProgrammeSubject],
    _ event: ProgrammeEvent, weights: [Int64], reason: LineReason?,
    quantity: (Int64) -> (Fraction, String)
  ) {
    let total = weights.reduce(Int128(0)) { $0 + Int128($1) }
    guard amount > .zero, total > 0 else { return }
    let parts = Split.largestRemainder(amount, weights: weights, unit: unit)
    for place in homes.indices where weights[place] > 0 {
      let (size, unit) = quantity(weights[place])
      var line = ProgrammeLine(
        period: event.event.event.text, site: homes[place].site, kind: .additionalReward,
        field: ProgrammeSettlement.bonusField, quantity: size, unit: unit,
        exact: Fraction(
          Int128(amount.millionths) * Int128(weights[place]), over: total * 1_000_000),
        amount: parts[place], charged: parts[place],
        status: input.run.isPayable ? .payable : .provisional)
      line.cause = reason
      homes[place].lines.append(line)
    }
  }
}
