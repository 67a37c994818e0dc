import Grid

extension Settlement {
  /// Whether a home's lines are money, and why not or why less.
  struct Standing {
    let status: LineStatus
    let reason: LineReason?
    /// Verification refused the home: no line has an amount.
    let isRefused: Bool

    /// True where the amounts count: posted now, or provisionally.
    var isCharged: Bool { status == .payable || status == .provisional }

    init(_ home: HomePerformance, _ facts: Facts) {
      let unsettled: LineStatus = facts.isPayable ? .payable : .provisional
      if case .refused(let code) = home.verdict {
        isRefused = true
        status = facts.isUnpaidTest ? .reportedOnly : unsettled
        reason = .refused(code)
        return
      }
      isRefused = false
      let gaps = Gaps(home, facts)
      if facts.isUnpaidTest {
        status = .reportedOnly
        reason = .testNotPaid
      } else if let flag = home.heldBy {
        status = .held
        reason = .flagged(flag)
      } else if !facts.terms.estimatedPayable, gaps.isEstimated || home.verdict == .estimated {
        status = .held
        reason = .estimated
      } else if facts.terms.netting == .event, gaps.isMissing {
        // Netted over the event, losing a bad interval would raise the pay.
        status = .held
        reason = .eventIntervalsMissing
      } else {
        status = unsettled
        if !gaps.isCommitted {
          reason = .notCommitted
        } else if let excusal = gaps.excusal {
          reason = .excused(excusal)
        } else if gaps.isMissing {
          reason = .eventIntervalsMissing
        } else if gaps.leftEarly {
          reason = .optedOut
        } else {
          reason = nil
        }
      }
    }
  }

  /// What is peculiar about the intervals in which something was asked.
  private struct Gaps {
    var isCommitted = false
    var isEstimated = false
    var isMissing = false
    var leftEarly = false
    var excusal: SettlementTerms.Excusal?

    init(_ home: HomePerformance, _ facts: Facts) {
      for place in home.intervals.indices
      where home.commitment.intervals[place].rewardBase > .zero {
        isCommitted = true
        if facts.hasLeft(home, at: place) {
          leftEarly = true
          continue
        }
        let interval = home.intervals[place]
        let excused = Settlement.excusal(interval, facts.terms)
        excusal = excusal ?? excused
        switch interval.status {
        case .verified: break
        case .estimated: isEstimated = true
        case .missing: if excused == nil { isMissing = true }
        }
      }
    }
  }

  /// A home's energy, interval by interval and in all.
  struct EnergyAccount {
    var intervals: [SettledInterval] = []
    var committed = Energy.zero
    var verified = Energy.zero
    var credited = Energy.zero
    var shortfall = Energy.zero

    init(_ home: HomePerformance, _ facts: Facts, isRefused: Bool) {
      let percent = facts.prices.creditPercent
      var signed: Int64 = 0
      intervals.reserveCapacity(home.intervals.count)
      for place in home.intervals.indices {
        let bases = home.commitment.intervals[place]
        committed += bases.rewardBase
        let measured = home.intervals[place]
        guard !isRefused, let value = Settlement.payable(measured, facts.terms) else {
          intervals.append(SettledInterval(credited: .zero, over: nil, shortfall: nil))
          continue
        }
        verified += value
        let most = percent.map { Int64(Int128(bases.rewardBase.joules) * Int128($0) / 100) }
        var counted: Int64 = 0
        if bases.rewardBase > .zero, !facts.hasLeft(home, at: place) {
          switch facts.terms.netting {
          case .interval: counted = min(max(0, value.joules), most ?? .max)
          case .event: counted = value.joules
          }
        }
        signed += counted
        let short = missing(home, place, value, facts)
        shortfall += short
        intervals.append(
          SettledInterval(
            credited: Energy(joules: counted),
            over: Energy(joules: max(0, value.joules - bases.rewardBase.joules)),
            shortfall: short))
      }
      if facts.terms.netting == .event {
        signed = max(0, signed)
        if let percent {
          signed = min(signed, Int64(Int128(committed.joules) * Int128(percent) / 100))
        }
      }
      credited = Energy(joules: signed)
    }

    /// What is missing from the penalty's base after the deadband, rounded down to a joule.
    private func missing(
      _ home: HomePerformance, _ place: Int, _ value: Energy, _ facts: Facts
    ) -> Energy {
      if facts.hasLeft(home, at: place) { return .zero }
      if Settlement.excusal(home.intervals[place], facts.terms) != nil { return .zero }
      let base = Int128(home.commitment.intervals[place].penaltyBase.joules)
      if base == 0 { return .zero }
      var counted = value.joules
      if facts.terms.penalty?.countsBelowBaseline == false { counted = max(0, counted) }
      let short = base * Int128(facts.prices.afterDeadband) / 10_000 - Int128(counted)
      return Energy(joules: Int64(max(0, short)))
    }
  }
}

extension SettlementResult.Totals {
  init(_ facts: Settlement.Facts) {
    var types = facts.prices.rewards.map(\.type)
    if facts.terms.penalty != nil { types.append(.penalty) }
    self.init(types: types, parties: facts.parties.parties)
  }

  init(types: [LineType], parties: [SettlementTerms.Party]) {
    byType = types.map { OfType(type: $0) }
    byParty = parties.map { OfParty(party: $0) }
  }

  mutating func add(_ home: HomeSettlement) {
    for line in home.lines {
      for place in byType.indices where byType[place].type == line.type {
        byType[place].amount += line.amount
        byType[place].charged += line.charged
      }
    }
    for part in home.partySplit {
      for place in byParty.indices where byParty[place].party == part.party {
        byParty[place].net += part.amount
      }
    }
    rewards += home.rewards
    penalties += home.penalties
    bonuses += home.bonus
    payerFees += home.payerFees
    held += home.held
    committed += home.committed
    verified += home.verified
    credited += home.credited
    shortfall += home.shortfall
  }

  /// Compares both sides: under `sumOfHomes` nothing may be left over.
  mutating func close() {
    let paid = byParty.reduce(Int128(0)) { $0 + $1.net.millionths }
    rounding.millionths = net.millionths - paid
    precondition(rounding.millionths == 0, "the parties get exactly what payer and homes pay")
  }
}
