import Engine
import Grid
import Settlement

/// Rules of what is paid: prices that fit, seasons that exist, tiers that rise.
extension PolicyRules {
  /// Rewards of energy and the penalty.
  func checkComponents() {
    guard let reward = parts.reward else { return }
    for (path, component) in [
      ("reward.energy", reward.energy), ("reward.premium", reward.premium),
    ] {
      guard let component else { continue }
      checkBound(path, component)
      checkGreatest("\(path).rate", component.rate, percent: component.capPercent ?? 1_000)
      checkNames("\(path).rate", component.rate)
    }
    if case .rate(let rate)? = reward.penalty?.price {
      checkGreatest("reward.penalty.rate", rate, percent: 100)
      checkNames("reward.penalty.rate", rate)
    }
  }

  /// Where money must lie ready or a budget must hold, an event has a greatest cost.
  private func checkBound(_ path: String, _ component: ProgrammeTerms.PricedEnergy) {
    let why: String
    if parts.escrow?.required == true {
      why = "where escrow is required"
    } else if parts.reward?.budget != nil {
      why = "where there is a budget"
    } else {
      return
    }
    if component.capPercent == nil {
      fault("\(path).capPercent", "unlimited", "100…1000 \(why)", Code.exposureUnbounded)
    }
    if case .fromSignal(_, nil) = component.rate.form {
      fault(
        "\(path).rate.fromSignal", "without a ceiling", "a ceiling \(why)",
        Code.exposureUnbounded)
    }
  }

  /// The greatest line of many homes fits into what money is counted in.
  func checkGreatest(_ path: String, _ table: PriceTable, percent: Int64 = 100, more: Int64 = 0) {
    guard let greatest = table.greatest else { return }
    // Units of the rate in one home: 1,000 kWh, 1,000 kW, or the days of a year.
    let seconds = Int128((parts.measurement?.intervalMinutes ?? 1) * 60)
    let units: (count: Int128, over: Int128)
    switch table.unit {
    case .kWh, .kWMonth, .kWSeason: units = (Int128(Self.greatestHomeKilowattHours), 1)
    case .MWh, .MWMonth: units = (Int128(Self.greatestHomeKilowattHours), 1_000)
    case .MWInterval: units = (Int128(Self.greatestHomeKilowattHours) * 3_600, 1_000 * seconds)
    case .homeDay: units = (366, 1)
    case .homeEvent, .homeMonth, .homeSeason: units = (1, 1)
    }
    let price = Int128(greatest) + Int128(more)
    let line = price * Int128(percent) / 100 * units.count / units.over
    guard line * Int128(Self.greatestHomes) > Int128(Int64.max) else { return }
    fault(
      path,
      FixedDecimal.text(price, places: 6, minimumPlaces: 0) + " a \(table.unit.rawValue)",
      "a price at which \(Self.greatestHomes) homes of \(Self.greatestHomeKilowattHours) kWh "
        + "stay below 9,223,372,036,854", Code.overflow)
  }

  /// A table by season names seasons that are there; it and one by month leave none out.
  func checkNames(_ path: String, _ table: PriceTable) {
    guard let seasons = parts.calendar?.seasons else { return }
    switch table.form {
    case .bySeason(let prices):
      let unknown = prices.keys.sorted().filter { name in
        !seasons.contains { $0.name == name }
      }
      for name in unknown {
        fault(
          "\(path).bySeason.\(name)", "no season of the calendar",
          seasons.map(\.name).joined(separator: ", "), Code.seasonUnnamed)
      }
      let missing = seasons.map(\.name).filter { prices[$0] == nil }
      guard !missing.isEmpty, unknown.isEmpty else { return }
      fault(
        "\(path).bySeason", "without \(missing.joined(separator: ", "))",
        "a price for every season", Code.periodWithoutPrice)
    case .byMonth(let prices):
      // 2001 is no leap year; every month of a season may have an event.
      let first = CivilDate(year: 2_001, month: 1, day: 1)!
      var missing: [Int64] = []
      for day in 0..<365 {
        let date = first.adding(days: Int64(day))
        let month = date.components.month
        guard prices[month] == nil, missing.last != month,
          seasons.contains(where: { $0.contains(date) })
        else { continue }
        missing.append(month)
      }
      guard !missing.isEmpty else { return }
      fault(
        "\(path).byMonth", "without \(missing.map(String.init).joined(separator: ", "))",
        "a price for every month of a season", Code.periodWithoutPrice)
    case .amount, .byLevel, .byZone, .byVintage, .fromSignal: return
    }
  }

  /// Payments of months and seasons, and the limits of all.
  func checkReward() {
    guard let reward = parts.reward else { return }
    if let capacity = reward.capacity {
      checkGreatest("reward.capacity.rate", capacity.terms.rate)
      checkNames("reward.capacity.rate", capacity.terms.rate)
      checkTests("reward.capacity.noEvents", capacity.terms.noEventsPaysLastTest, "lastTest")
    }
    if let availability = reward.availability {
      let rate = availability.rate
      let steepest = availability.tiers.map { max(abs($0.factor), abs($0.offset)) }.max() ?? 0
      let cap = max(availability.performance?.capPercent ?? 100, steepest / 5_000)
      checkGreatest(
        "reward.availability.rate", rate, percent: cap, more: availability.nthEvent?.add ?? 0)
      checkNames("reward.availability.rate", rate)
      checkTests("reward.availability.noEvents", availability.noEvents == .test, "test")
      checkTiers(availability.tiers)
    }
    if let flat = reward.flat {
      checkGreatest("reward.flat.rate", flat.rate)
      checkNames("reward.flat.rate", flat.rate)
    }
    checkLimits(reward)
  }

  private func checkTests(_ path: String, _ needsTests: Bool, _ word: String) {
    guard needsTests, parts.events?.testsAllowed == false else { return }
    fault(
      path, "\(word), and no tests are allowed", "events.tests.allowed: true beside it",
      YAMLFault.Code.badValue)
  }

  /// Rows fall from the greatest share to the last, which has none; more never pays less.
  private func checkTiers(_ tiers: [AvailabilityTerms.Tier]) {
    for (index, tier) in tiers.enumerated() {
      let path = "reward.availability.tiers[\(index)]"
      let isLast = index == tiers.count - 1
      if tier.from == nil, refused.contains("\(path).from") { continue }
      if (tier.from == nil) != isLast {
        fault(
          isLast ? "\(path).from" : path,
          isLast ? "there in the last row" : "without from",
          isLast
            ? "a last row without from, for every share below"
            : "from, as in every row "
              + "but the last", isLast ? YAMLFault.Code.badValue : YAMLFault.Code.missing)
        continue
      }
      if tier.factor < 0 {
        fault(
          "\(path).factor", FixedDecimal.text(tier.factor, places: 6, minimumPlaces: 0),
          "0 or more: more delivery would pay less", Code.tiersNotMonotone)
      }
      guard index > 0, let above = tiers[index - 1].from else { continue }
      if let from = tier.from, from >= above {
        fault(
          "\(path).from", FixedDecimal.text(from, places: 6, minimumPlaces: 0),
          "less than in the row before", YAMLFault.Code.badValue)
      }
      func pay(_ row: AvailabilityTerms.Tier) -> Int128 {
        Int128(row.factor) * Int128(above) + Int128(row.offset) * 1_000_000
      }
      if pay(tier) > pay(tiers[index - 1]) {
        fault(
          "reward.availability.tiers[\(index - 1)]",
          "paying less at \(FixedDecimal.text(above, places: 6, minimumPlaces: 0)) than the row "
            + "below just before it", "rows in which more delivery never pays less",
          Code.tiersNotMonotone)
      }
    }
  }

  private func checkLimits(_ reward: PolicyParts.Reward) {
    if reward.isFleet {
      for (path, isThere) in [
        ("reward.caps.homePerMonth", reward.caps.homePerMonth != nil),
        ("reward.caps.homePerSeason", reward.caps.homePerSeason != nil),
        ("reward.bonusPool", reward.bonusPool != nil),
      ] where isThere {
        fault(path, "there with unit: fleet", "unit: home beside it", YAMLFault.Code.badValue)
      }
    }
    if reward.bonusPool != nil, reward.penalty == nil {
      fault(
        "reward.bonusPool", "there without a penalty", "reward.penalty, which fills it",
        YAMLFault.Code.badValue)
    }
    if reward.penalty?.toBonusPool == true, reward.bonusPool == nil {
      fault(
        "reward.penalty.to", "bonusPool without such a pool", "reward.bonusPool beside it",
        YAMLFault.Code.badValue)
    }
    if let flat = reward.flat, flat.whileHeard > .zero, flat.rate.unit != .homeDay {
      fault(
        "reward.flat.whileHeardPercent", "there with a rate for a \(flat.rate.unit.rawValue)",
        "a rate per home-day beside it", YAMLFault.Code.badValue)
    }
  }
}
