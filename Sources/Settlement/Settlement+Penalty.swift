import Grid

extension Settlement {
  /// A penalty before it is rounded, and the proof that is missing for it.
  struct Shortfall {
    var component = Component.nothing
    /// What keeps it from being charged, or from being greater.
    var reason: LineReason?
  }

  /// What a home owes for missing energy, with the five proofs that it takes.
  ///
  /// Notice, answered command, valid meter interval, no opt-out, no excusal: without the first two
  /// nothing is owed at all; an interval without one of the others is left out, with its commitment
  /// and its delivery. The first proof that is missing, in this order, is the reason.
  static func owed(
    _ home: HomePerformance, prices: Prices, penalty: SettlementTerms.Penalty,
    terms: SettlementTerms, event: Facts
  ) -> Shortfall {
    var energy: Int128 = 0
    var money: Int128 = 0
    var isUnmeasured = false
    var leftEarly = false
    var excused: SettlementTerms.Excusal?
    var isCommitted = false
    for place in home.intervals.indices {
      let base = home.commitment.intervals[place].penaltyBase.joules
      if base == 0 { continue }
      isCommitted = true
      let interval = home.intervals[place]
      if let excusal = excusal(interval, terms) {
        excused = excused ?? excusal
        continue
      }
      if event.hasLeft(home, at: place) {
        leftEarly = true
        continue
      }
      guard let joules = payable(interval, terms)?.joules else {
        isUnmeasured = true
        continue
      }
      let counted = penalty.countsBelowBaseline ? joules : max(0, joules)
      var short = Int128(base) * Int128(prices.afterDeadband) - Int128(counted) * 10_000
      if penalty.netting == .interval { short = max(0, short) }
      energy += short
      money += short * prices.penalty[place]
    }
    if !isCommitted { return Shortfall() }
    if terms.noticeRequired, !home.isNotified { return Shortfall(reason: .unnotified) }
    if !home.commandAnswered { return Shortfall(reason: .commandUnanswered) }
    var shortfall = Shortfall(
      component: Component(
        quantity: ExactAmount(max(0, energy), over: Denominator.shortEnergy),
        amount: ExactAmount(max(0, money), over: Denominator.penalty)))
    if isUnmeasured {
      shortfall.reason = .eventIntervalsMissing
    } else if leftEarly {
      shortfall.reason = .optedOut
    } else if let excused {
      shortfall.reason = .excused(excused)
    }
    return shortfall
  }

  /// The energy of an interval that money may rest on, or nil.
  static func payable(_ interval: MeasuredInterval, _ terms: SettlementTerms) -> Energy? {
    switch interval.status {
    case .verified: interval.reduction
    case .estimated: terms.estimatedPayable ? interval.reduction : nil
    case .missing: nil
    }
  }

  /// The part of `amount` that every cap leaves, in whole minor units.
  ///
  /// Penalties up to and with this event are at most a percentage of the rewards up to and with it;
  /// events are settled in the order of time, so a later reward brings no penalty back.
  static func capped(
    _ amount: Money, rewards: Money, _ home: HomePerformance, _ penalty: SettlementTerms.Penalty,
    currency: Currency
  ) -> Money {
    var least = amount
    for cap in penalty.caps {
      let earlier: HomePerformance.Earlier =
        switch cap.basis {
        case .rewardsOfEvent: HomePerformance.Earlier()
        case .rewardsOfMonth: home.earlierInMonth
        case .rewardsOfSeason: home.earlierInSeason
        case .rewardsOfYear: home.earlierInYear
        }
      let basis = Int128(earlier.rewards.millionths) + Int128(rewards.millionths)
      let room = max(0, basis * Int128(cap.percent) / 100 - Int128(earlier.penalties.millionths))
      let unit = Int128(currency.millionthsPerMinorUnit)
      let whole = room - room % unit
      if whole < Int128(least.millionths) { least = Money(millionths: Int64(whole)) }
    }
    return least
  }
}
