import Grid

/// What a policy charges in each interval of one event, looked up once for all homes.
struct Prices {
  /// One reward component.
  struct Reward {
    let type: LineType
    /// Millionths a kilowatt-hour, one an interval.
    let millionths: [Int64]
    /// Whole percent of the commitment, or nil.
    let capPercent: Int64?
    /// The one price of all intervals, or nil.
    let uniform: Money?
  }

  /// Energy, then premium, as far as the policy has them.
  let rewards: [Reward]
  /// Price of missing energy in millionths of millionths a kilowatt-hour, one an interval.
  let penalty: [Int128]
  /// The one penalty price of all intervals, if it is whole millionths, or nil.
  let uniformPenalty: Money?
  /// The part of the commitment that is not forgiven, in hundredths of a percent.
  let afterDeadband: Int64
  /// Whole percent up to which energy is credited, or nil without a cap.
  let creditPercent: Int64?

  init(_ terms: SettlementTerms, intervals: [EventInterval]) {
    func reward(_ type: LineType, _ component: SettlementTerms.EnergyReward) -> Reward {
      precondition((component.capPercent ?? 100) >= 0, "a cap is not negative")
      let prices = intervals.map { component.rate.price(atLevel: $0.level).millionths }
      precondition(prices.allSatisfy { $0 >= 0 }, "a reward's price is not negative")
      return Reward(
        type: type, millionths: prices, capPercent: component.capPercent,
        uniform: Self.uniform(prices.map { Int128($0) }))
    }
    var rewards: [Reward] = []
    if let energy = terms.energy { rewards.append(reward(.directReward, energy)) }
    if let premium = terms.premium { rewards.append(reward(.premium, premium)) }
    self.rewards = rewards
    creditPercent = (terms.premium ?? terms.energy).map { $0.capPercent } ?? 100

    guard let terms = terms.penalty else {
      penalty = []
      uniformPenalty = nil
      afterDeadband = 10_000
      return
    }
    let prices: [Int128] = intervals.indices.map { place in
      switch terms.price {
      case .rate(let rate):
        return Int128(rate.price(atLevel: intervals[place].level).millionths) * 1_000_000
      case .multiple(let ofEnergy, let ofPremium, let millionths):
        var sum: Int128 = 0
        for reward in rewards
        where reward.type == .directReward && ofEnergy || reward.type == .premium && ofPremium {
          sum += Int128(reward.millionths[place])
        }
        return sum * Int128(millionths)
      }
    }
    precondition(prices.allSatisfy { $0 >= 0 }, "a penalty's price is not negative")
    penalty = prices
    uniformPenalty =
      prices.allSatisfy { $0 % 1_000_000 == 0 }
      ? Self.uniform(prices.map { $0 / 1_000_000 }) : nil
    afterDeadband = 10_000 - Int64(terms.deadband.hundredths)
  }

  private static func uniform(_ prices: [Int128]) -> Money? {
    guard let first = prices.first, prices.allSatisfy({ $0 == first }) else { return nil }
    return Int64(exactly: first).map { Money(millionths: $0) }
  }
}

/// The denominators of exact amounts; energy is in joules, 3,600,000 in a kilowatt-hour.
enum Denominator {
  /// Energy times a whole percent, as kilowatt-hours.
  static let cappedEnergy: Int128 = 3_600_000 * 100
  /// The same times millionths of the currency.
  static let reward: Int128 = cappedEnergy * 1_000_000
  /// Energy times hundredths of a percent, as kilowatt-hours.
  static let shortEnergy: Int128 = 3_600_000 * 10_000
  /// The same times millionths of millionths of the currency.
  static let penalty: Int128 = shortEnergy * 1_000_000 * 1_000_000
}
