public import Grid

/// The greatest cost of an event, computed from its plan before it is accepted.
public struct Exposure: Hashable, Sendable {
  /// The sum of the homes' greatest lines, each rounded up to the minor unit.
  public let greatestCost: Money
  /// The fees that the payer pays on top of them, at most.
  public var payerFees = Money.zero
  /// What must be free: both together times `escrow.coverPercent`, rounded up.
  public let toCover: Money

  /// What is missing to cover it when `funded` is free, or nil when it is covered.
  public func missing(from funded: Money) -> Money? {
    funded < toCover ? toCover - funded : nil
  }
}

extension Settlement {
  /// The greatest cost of an event, or nil when a reward has no cap and so no greatest cost.
  ///
  /// Over homes and intervals the capped commitment at its price, for energy and premium. Traps
  /// when a commitment is not as long as the event has intervals.
  public static func exposure(
    of commitments: [Commitment], intervals: [EventInterval], terms: SettlementTerms
  ) -> Exposure? {
    let prices = Prices(terms, intervals: intervals)
    var total: Int64 = 0
    for reward in prices.rewards {
      guard let percent = reward.capPercent else { return nil }
      for commitment in commitments {
        precondition(
          commitment.intervals.count == intervals.count,
          "a home has one commitment for each interval of the event")
        var money: Int128 = 0
        for place in commitment.intervals.indices {
          money +=
            Int128(commitment.intervals[place].rewardBase.joules)
            * Int128(reward.millionths[place])
        }
        let most = ExactAmount(money * Int128(percent), over: Denominator.reward)
        total += most.roundedUp(to: terms.currency).millionths
      }
    }
    let cover = ExactAmount(
      Int128(total) * Int128(terms.escrowCoverPercent), over: 100 * 1_000_000)
    return Exposure(
      greatestCost: Money(millionths: total), toCover: cover.roundedUp(to: terms.currency))
  }
}

extension SettlementResult {
  /// What of an event's escrow goes back when this run has been posted from it.
  ///
  /// What is held stays there until it is decided; nil when the escrow does not suffice, which
  /// means that it was not computed from these commitments.
  public func release(ofEscrow escrow: Money) -> Money? {
    let rest = Int128(escrow.millionths) - totals.rewards.millionths - totals.held.millionths
    return rest < 0 ? nil : Int64(exactly: rest).map { Money(millionths: $0) }
  }
}
