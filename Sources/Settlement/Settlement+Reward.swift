import Grid

extension Settlement {
  /// A component of one home before it is rounded.
  struct Component {
    /// Energy that is priced, in kilowatt-hours.
    var quantity: ExactAmount
    /// The amount in the currency, not negative.
    var amount: ExactAmount

    static let nothing = Component(quantity: .zero, amount: .zero)
  }

  /// What `reward` pays a home, summed exactly over its intervals.
  ///
  /// Intervals without commitment are left out: what nobody asked for is not paid, and after a
  /// cancel there is no commitment. An interval without payable energy earns nothing and keeps its
  /// commitment. *Interpretation:* an excused interval is paid what it delivered, and its negative
  /// delivery does not lower an event's sum.
  static func earned(
    _ home: HomePerformance, _ reward: Prices.Reward, terms: SettlementTerms, event: Facts
  ) -> Component {
    var energy: Int128 = 0
    var money: Int128 = 0
    var mostEnergy: Int128 = 0
    var mostMoney: Int128 = 0
    for place in home.intervals.indices {
      let base = home.commitment.intervals[place].rewardBase.joules
      if base == 0 || event.hasLeft(home, at: place) { continue }
      let price = Int128(reward.millionths[place])
      let most = Int128(base) * Int128(reward.capPercent ?? 0)
      mostEnergy += most
      mostMoney += most * price
      guard let joules = home.intervals[place].reduction?.joules else { continue }
      var delivered = Int128(joules) * 100
      switch terms.netting {
      case .interval:
        delivered = max(0, delivered)
        if reward.capPercent != nil { delivered = min(delivered, most) }
      case .event:
        if excusal(home.intervals[place], terms) != nil { delivered = max(0, delivered) }
      }
      energy += delivered
      money += delivered * price
    }
    if terms.netting == .event {
      if reward.capPercent != nil {
        energy = min(energy, mostEnergy)
        money = min(money, mostMoney)
      }
      energy = max(0, energy)
      money = max(0, money)
    }
    return Component(
      quantity: ExactAmount(energy, over: Denominator.cappedEnergy),
      amount: ExactAmount(money, over: Denominator.reward))
  }

  /// The excusal of an interval, if the policy accepts it.
  static func excusal(
    _ interval: MeasuredInterval, _ terms: SettlementTerms
  ) -> SettlementTerms.Excusal? {
    guard let excusal = interval.excusal, terms.excusals.contains(excusal) else { return nil }
    return excusal
  }
}
