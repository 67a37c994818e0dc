import Grid

extension ProgrammeSettlement.Ledgering {
  /// Adds the lines of a month or a season: capacity, availability and flat amounts.
  mutating func settle(_ period: ProgrammePeriod, seasonal: Bool) {
    let events = input.events.filter { (seasonal ? $0.seasonKey : $0.month) == period.key }
      .filter { event in !refusedEvents.contains(event.event.event) }
    var found: [ProgrammeSubject] = []
    let subjects: [ProgrammeHome?] = terms.isFleet ? [nil] : order.map { $0 }
    for home in subjects {
      var mine: [ProgrammeLine] = []
      if let capacity = terms.capacity, capacity.isSeasonal == seasonal {
        mine.append(self.capacity(capacity, period, home, events))
      }
      if !seasonal, let availability = terms.availability {
        mine.append(self.availability(availability, period, home, events))
      }
      if let flat = terms.flat, (flat.rate.unit == .homeSeason) == seasonal {
        mine.append(self.flat(flat, period, home, events))
      }
      capRewards(&mine, home?.site, period, seasonal: seasonal)
      found.append(ProgrammeSubject(site: home?.site, lines: mine, credited: .zero))
    }
    close(period.key, found, homes: events.flatMap(\.event.homes))
  }

  /// Cuts what a home earns beyond its month and its season; events have come before.
  private mutating func capRewards(
    _ lines: inout [ProgrammeLine], _ site: SiteID?, _ period: ProgrammePeriod, seasonal: Bool
  ) {
    let month = seasonal ? nil : period.key
    let season = seasonal ? period.key : period.seasonKey
    for (cap, key, reason) in [
      (terms.caps.homePerMonth, month, LineReason.RewardCap.homePerMonth),
      (terms.caps.homePerSeason, season, .homePerSeason),
    ] {
      guard let cap, let key else { continue }
      let before = earned[key]?[site]?.rewards ?? .zero
      cut(&lines, to: whole(Int128(cap.millionths) - Int128(before.millionths)), reason)
    }
    remember(
      site, rewards: rewards(lines), penalties: .zero, in: [month, season].compactMap { $0 })
  }

  /// Shapes of the counted events in which the subject took part.
  private func shapes(_ home: ProgrammeHome?, _ events: [ProgrammeEvent]) -> [EventShape] {
    events.compactMap { event in
      if event.event.isTest, !terms.testsCounted { return nil }
      return shape(home, event)
    }
  }

  private func shape(_ home: ProgrammeHome?, _ event: ProgrammeEvent) -> EventShape? {
    guard let home else { return EventShape(event.fleet(terms.base), event, terms.base) }
    return event.event.homes.first { $0.site == home.site }
      .map { EventShape($0, event, terms.base) }
  }

  private func lastTest(_ home: ProgrammeHome?, _ events: [ProgrammeEvent]) -> EventShape? {
    events.last { $0.event.isTest }.flatMap { shape(home, $0) }
  }

  private func price(_ table: PriceTable, _ period: ProgrammePeriod, _ home: ProgrammeHome?)
    -> Int64?
  {
    let home = home ?? order.first
    return table.price(
      at: PriceTable.Place(
        date: period.from, season: period.season, zone: home?.zone,
        vintage: terms.vintage(of: home, on: period.from)),
      level: 0)
  }

  private func line(
    _ period: ProgrammePeriod, _ home: ProgrammeHome?, field: String, quantity: Fraction,
    unit: String, exact: Fraction?, reason: String? = nil
  ) -> ProgrammeLine {
    guard let exact else {
      return ProgrammeLine(
        period: period.key, site: home?.site, kind: .directReward, field: field,
        quantity: quantity, unit: unit, exact: .zero, amount: .zero, charged: .zero,
        status: .held, reason: "priceMissing")
    }
    let amount = exact.rounded(to: terms.base.currency)
    return ProgrammeLine(
      period: period.key, site: home?.site, kind: amount < .zero ? .penalty : .directReward,
      field: field, quantity: quantity, unit: unit, exact: exact, amount: amount,
      charged: amount, status: input.run.isPayable ? .payable : .provisional, reason: reason)
  }

  // MARK: capacity

  private func capacity(
    _ capacity: ProgrammeTerms.CapacityTerms, _ period: ProgrammePeriod, _ home: ProgrammeHome?,
    _ events: [ProgrammeEvent]
  ) -> ProgrammeLine {
    let netting = terms.base.netting
    var powers: [Fraction] = []
    var prices: [Int64?] = []
    for shape in shapes(home, events) {
      if shape.isExcused, !capacity.excusedIsZero { continue }
      if !shape.isExcused, shape.optedOut, !capacity.optedOutIsZero { continue }
      let power = shape.isExcused || shape.optedOut ? .zero : shape.power(netting)
      powers.append(capacity.floorsEachEvent ? max(.zero, power) : power)
      prices.append(shape.price)
    }
    var reason: String?
    if powers.isEmpty {
      reason = "noEvents"
      if capacity.noEventsPaysLastTest, let test = lastTest(home, events) {
        powers = [test.power(netting)]
        prices = [1]
        reason = "lastTest"
      }
    }
    guard let mean = mean(powers, weights: capacity.weighsByPrice ? prices : powers.map { _ in 1 })
    else {
      return line(
        period, home, field: "reward.capacity", quantity: .zero, unit: "kW", exact: nil)
    }
    let kilowatts = max(.zero, mean) * Fraction(1, over: 1_000)
    let price = price(capacity.rate, period, home)
    return line(
      period, home, field: "reward.capacity", quantity: kilowatts, unit: "kW",
      exact: price.map { kilowatts * perKilowatt($0, capacity.rate.unit) }, reason: reason)
  }

  /// The weighted mean, 0 of nothing; nil where a weight is not known. Without any weight all are
  /// equal.
  private func mean(_ values: [Fraction], weights: [Int64?]) -> Fraction? {
    var sum = Fraction.zero
    var total: Int128 = 0
    for (value, weight) in zip(values, weights) {
      guard let weight else { return nil }
      total += Int128(max(0, weight))
      sum = sum + value * Fraction(Int128(max(0, weight)))
    }
    return total == 0 ? Fraction.mean(values) : sum * Fraction(1, over: total)
  }

  private func perKilowatt(_ millionths: Int64, _ unit: PriceTable.Unit) -> Fraction {
    Fraction(Int128(millionths), over: unit == .MWMonth ? 1_000_000_000 : 1_000_000)
  }

  // MARK: availability

  private func availability(
    _ availability: AvailabilityTerms, _ period: ProgrammePeriod, _ home: ProgrammeHome?,
    _ events: [ProgrammeEvent]
  ) -> ProgrammeLine {
    let length = period.to.dayNumber - period.from.dayNumber + 1
    let subjects = home.map { [$0] } ?? order
    let kilowatts = subjects.reduce(Fraction.zero) { sum, home in
      let days = home.days(from: period.from, to: period.to)
      if !availability.partMonthByDays, days < length { return sum }
      return sum
        + Fraction(Int128(home.committed.watts) * Int128(days), over: Int128(length) * 1_000)
    }
    let shapes = shapes(home, events)
    let counted = shapes.filter { !$0.isExcused && (terms.optedOutIsZero || !$0.optedOut) }
    let (factor, reason) = factor(availability, counted, home, events)
    guard let price = price(availability.rate, period, home) else {
      return line(
        period, home, field: "reward.availability", quantity: kilowatts, unit: "kW", exact: nil)
    }
    let rate = price + adder(availability, period, events: shapes.count)
    var exact = kilowatts * perKilowatt(rate, availability.rate.unit) * factor
    if availability.floorsAtZero { exact = max(.zero, exact) }
    return line(
      period, home, field: "reward.availability", quantity: kilowatts, unit: "kW", exact: exact,
      reason: reason)
  }

  /// Performance or tiers, times the cut for failed events.
  private func factor(
    _ availability: AvailabilityTerms, _ shapes: [EventShape], _ home: ProgrammeHome?,
    _ events: [ProgrammeEvent]
  ) -> (Fraction, String?) {
    let netting = terms.base.netting
    let cap = availability.performance?.capPercent ?? 100
    func performances(_ shapes: [EventShape]) -> [Fraction] {
      shapes.compactMap { shape in
        shape.optedOut ? .zero : shape.performance(netting, capPercent: cap)
      }
    }
    var shapes = shapes
    var reason: String?
    if performances(shapes).isEmpty {
      switch availability.noEvents {
      case .full: return (Fraction(1), "noEvents")
      case .zero: return (.zero, "noEvents")
      case .test:
        guard let test = lastTest(home, events) else { return (.zero, "noTest") }
        shapes = [test]
        reason = "lastTest"
      }
    }
    let all = performances(shapes)
    var factor = Fraction(1)
    if !availability.tiers.isEmpty {
      factor = tiers(availability, shapes)
    } else if let performance = availability.performance {
      factor = performance.isWorst ? all.min() ?? .zero : Fraction.mean(all)
      if factor < Fraction(Int128(performance.floor.hundredths), over: 10_000) {
        factor = .zero
        reason = "performanceFloor"
      }
    }
    if let strikes = availability.strikes {
      let failed = all.count { $0 < Fraction(Int128(strikes.failedBelow.hundredths), over: 10_000) }
      factor =
        factor
        * max(
          .zero,
          Fraction(10_000 - Int128(strikes.cut.hundredths) * Int128(failed), over: 10_000))
      if failed > 0 { reason = "failedEvents" }
    }
    return (factor, reason)
  }

  private func tiers(_ availability: AvailabilityTerms, _ shapes: [EventShape]) -> Fraction {
    if availability.spreadsOverHours {
      let seconds = input.events.first?.intervalSeconds ?? 3_600
      let hours = shapes.flatMap { $0.hours(intervalSeconds: seconds) }
      return Fraction.mean(hours.map(availability.factor))
    }
    let committed = shapes.reduce(Int128(0)) { $0 + $1.committed }
    guard committed > 0 else { return .zero }
    return availability.factor(
      Fraction(shapes.reduce(Int128(0)) { $0 + $1.delivered }, over: committed))
  }

  /// What the n-th event adds to the month's rate.
  private func adder(
    _ availability: AvailabilityTerms, _ period: ProgrammePeriod, events: Int
  ) -> Int64 {
    guard let nth = availability.nthEvent, events > 0 else { return 0 }
    var count = Int64(events)
    if nth.isSeasonal {
      let season = input.events.last { $0.month == period.key }?.seasonKey
      count =
        input.earlierEvents
        + Int64(
          input.events.count {
            $0.date <= period.to && $0.seasonKey == season
              && (!$0.event.isTest || terms.testsCounted)
          })
    }
    return count >= nth.from ? nth.add : 0
  }

  // MARK: flat amounts

  private func flat(
    _ flat: ProgrammeTerms.FlatTerms, _ period: ProgrammePeriod, _ home: ProgrammeHome?,
    _ events: [ProgrammeEvent]
  ) -> ProgrammeLine {
    let subjects = home.map { [$0] } ?? order
    var missed = false
    let count = subjects.reduce(Int128(0)) { sum, home in
      let days = home.days(from: period.from, to: period.to)
      switch flat.rate.unit {
      case .homeDay:
        let heard = home.days(from: period.from, to: period.to, heardFrom: flat.whileHeard)
        if heard < days { missed = true }
        return sum + Int128(heard)
      case .homeEvent:
        return sum
          + Int128(events.count { event in event.event.homes.contains { $0.site == home.site } })
      case .homeMonth, .homeSeason, .kWh, .MWh, .MWInterval, .kWMonth, .MWMonth, .kWSeason:
        return sum + (days > 0 ? 1 : 0)
      }
    }
    let price = price(flat.rate, period, home)
    return line(
      period, home, field: "reward.flat", quantity: Fraction(count), unit: flat.rate.unit.rawValue,
      exact: price.map { Fraction(count * Int128($0), over: 1_000_000) },
      reason: missed ? "notHeard" : nil)
  }
}
