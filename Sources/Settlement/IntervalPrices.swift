public import Grid

/// What a policy charges a kilowatt-hour in one interval.
public struct IntervalPrices: Hashable, Sendable {
  /// `reward.energy`, or nil without it.
  public let energy: Money?
  /// `reward.premium`, or nil without it.
  public let premium: Money?
  /// `reward.penalty` in millionths of millionths of the currency, or nil without it: a multiple of
  /// a price need not be whole millionths.
  public let penaltyTrillionths: Int128?
}

extension Settlement {
  /// The prices of each interval of an event, as settlement applies them.
  public static func prices(
    in intervals: [EventInterval], terms: SettlementTerms
  ) -> [IntervalPrices] {
    let prices = Prices(terms, intervals: intervals)
    func price(_ type: LineType, _ place: Int) -> Money? {
      prices.rewards.first { $0.type == type }.map { Money(millionths: $0.millionths[place]) }
    }
    return intervals.indices.map { place in
      IntervalPrices(
        energy: price(.directReward, place), premium: price(.premium, place),
        penaltyTrillionths: terms.penalty == nil ? nil : prices.penalty[place])
    }
  }
}
