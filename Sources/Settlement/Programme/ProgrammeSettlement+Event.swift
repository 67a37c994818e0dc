import Grid

extension ProgrammeSettlement.Ledgering {
  /// The lines of each home or the fleet in one event, capped, and the event's energy.
  mutating func settle(
    _ event: ProgrammeEvent
  ) -> (
    homes: [ProgrammeSubject],
    energy: ProgrammeResult.EventEnergy
  ) {
    var found: [ProgrammeSubject] = []
    var over: [SiteID: Int64] = [:]
    var committed = Energy.zero
    var verified = Energy.zero
    var credited = Energy.zero
    for (group, place) in groups(event) {
      guard let priced = priced(event, at: place) else {
        for home in group {
          found.append(
            ProgrammeSubject(
              site: terms.isFleet ? nil : home.site, lines: unpriced(event, home), credited: .zero,
              home: energies(of: home, event)))
        }
        continue
      }
      var mine = event.event
      mine.run = input.run
      mine.homes = group.map(measuredInTheEnd)
      let result = Settlement.settle(mine, terms: priced)
      committed += result.totals.committed
      verified += result.totals.verified
      credited += result.totals.credited
      for home in result.homes {
        // What waits may yet be nothing, so it has no part in the pool.
        let waits = home.lines.contains { $0.status == .held || $0.status == .reportedOnly }
        if home.verified > home.committed, !waits {
          over[home.site] = home.verified.joules - home.committed.joules
        }
        found.append(
          ProgrammeSubject(
            site: terms.isFleet ? nil : home.site, lines: lines(home, event),
            credited: home.credited, home: home))
      }
    }
    found.sort { ($0.site?.text ?? "") < ($1.site?.text ?? "") }
    capRewards(&found, event)
    for place in found.indices { capPenalties(&found[place], event) }
    payBonus(&found, event, over: over, committed: committed, verified: verified)
    return (
      found,
      ProgrammeResult.EventEnergy(
        event: event.event.event, committed: committed, verified: verified, credited: credited)
    )
  }

  /// What a home delivered where nothing prices it.
  private func energies(of home: HomePerformance, _ event: ProgrammeEvent) -> HomeSettlement? {
    var bare = terms.base
    bare.energy = nil
    bare.premium = nil
    bare.penalty = nil
    var mine = event.event
    mine.homes = [home]
    return Settlement.settle(mine, terms: bare).homes.first
  }

  /// `missingData: shortfallAtFinal`: in the last run what was never measured is not delivered.
  private func measuredInTheEnd(_ home: HomePerformance) -> HomePerformance {
    guard input.isFinal, terms.penalty?.missingIsShortfallAtFinal == true else { return home }
    var home = home
    home.intervals = home.intervals.map { interval in
      interval.status == .missing && Settlement.excusal(interval, terms.base) == nil
        ? .verified(.zero) : interval
    }
    return home
  }

  /// A price is missing: every line waits, never zero without saying so.
  private func unpriced(_ event: ProgrammeEvent, _ home: HomePerformance) -> [ProgrammeLine] {
    [terms.energy == nil ? nil : "reward.energy", terms.premium == nil ? nil : "reward.premium"]
      .compactMap { $0 }.map { field in
        var line = ProgrammeLine(
          period: event.event.event.text, site: terms.isFleet ? nil : home.site,
          kind: field == "reward.premium" ? .premium : energyKind, field: field,
          quantity: .zero, unit: "kWh", exact: .zero, amount: .zero, charged: .zero,
          status: .held)
        line.cause = .priceMissing
        return line
      }
  }

  private var energyKind: ProgrammeLine.Kind {
    terms.energy?.isAdditional == true ? .additionalReward : .directReward
  }

  private func lines(_ home: HomeSettlement, _ event: ProgrammeEvent) -> [ProgrammeLine] {
    home.lines.map { line in
      let kind: ProgrammeLine.Kind =
        switch line.type {
        case .directReward: energyKind
        case .additionalReward, .premium, .penalty, .fee: line.type
        }
      var found = ProgrammeLine(
        period: event.event.event.text, site: terms.isFleet ? nil : home.site, kind: kind,
        field: line.type.policyField, quantity: Fraction(line.quantity), unit: "kWh",
        exact: Fraction(line.exact), amount: line.amount, charged: line.charged,
        status: line.status)
      found.cause = line.reason
      return found
    }
  }

  /// Takes what is above `limit` off the rewards, from the last line on.
  func cut(_ lines: inout [ProgrammeLine], to limit: Money, _ reason: LineReason.RewardCap) {
    var left = max(.zero, limit)
    for place in lines.indices where lines[place].charged > .zero {
      if lines[place].charged > left {
        lines[place].charged = left
        lines[place].cause = .rewardCap(reason)
      }
      left = left - lines[place].charged
    }
  }

  func rewards(_ lines: [ProgrammeLine]) -> Money {
    lines.reduce(.zero) { $1.charged > .zero ? $0 + $1.charged : $0 }
  }

  func whole(_ money: Int128) -> Money {
    Money(millionths: Int64(max(0, money - money % Int128(unit))))
  }

  private func capRewards(
    _ homes: inout [ProgrammeSubject],
    _ event: ProgrammeEvent
  ) {
    for place in homes.indices {
      for (cap, key, reason) in [
        (terms.caps.homePerMonth, event.month, LineReason.RewardCap.homePerMonth),
        (terms.caps.homePerSeason, event.seasonKey ?? "", .homePerSeason),
      ] {
        guard let cap else { continue }
        let before = earned[key]?[homes[place].site]?.rewards ?? .zero
        cut(
          &homes[place].lines, to: whole(Int128(cap.millionths) - Int128(before.millionths)),
          reason)
      }
    }
    guard let cap = terms.caps.fleetPerEvent else { return }
    let all = homes.map { rewards($0.lines) }
    guard all.reduce(Int128(0), { $0 + Int128($1.millionths) }) > Int128(cap.millionths) else {
      return
    }
    let parts = Split.largestRemainder(
      whole(Int128(cap.millionths)), weights: all.map(\.millionths), unit: unit)
    for place in homes.indices { cut(&homes[place].lines, to: parts[place], .fleetPerEvent) }
  }

  /// Penalties up to and with this event are at most a share of the rewards up to and with it.
  private mutating func capPenalties(
    _ home: inout ProgrammeSubject,
    _ event: ProgrammeEvent
  ) {
    let year = "\(event.date.components.year)"
    let earnedNow = rewards(home.lines)
    var charged = Money.zero
    for place in home.lines.indices where home.lines[place].kind == .penalty {
      var least = -home.lines[place].charged
      for cap in terms.penalty?.rules.caps ?? [] {
        let key: String? =
          switch cap.basis {
          case .rewardsOfEvent: nil
          case .rewardsOfMonth: event.month
          case .rewardsOfSeason: event.seasonKey ?? ""
          case .rewardsOfYear: year
          }
        let before = key.flatMap { earned[$0]?[home.site] } ?? .init()
        let basis = Int128(before.rewards.millionths) + Int128(earnedNow.millionths)
        least = min(
          least,
          whole(basis * Int128(cap.percent) / 100 - Int128(before.penalties.millionths)))
      }
      if least < -home.lines[place].charged {
        home.lines[place].charged = -least
        home.lines[place].cause = .penaltyCap
      }
      charged = charged + least
    }
    remember(
      home.site, rewards: earnedNow, penalties: charged,
      in: [event.month, event.seasonKey ?? "", year])
  }
}
