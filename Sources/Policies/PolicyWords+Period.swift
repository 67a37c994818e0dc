import Grid
import Settlement

/// Months and seasons in sentences, with numbers that settlement itself has worked out.
extension PolicyWords {
  /// `2.00 USD a kWh`, in the one form that the rate has.
  func text(_ table: PriceTable) -> String {
    func price(_ millionths: Int64) -> String {
      Self.grouped(FixedDecimal.text(millionths, places: 6, minimumPlaces: 2))
    }
    func rows<Key: Comparable>(_ prices: [Key: Int64], _ name: (Key) -> String) -> String {
      prices.sorted { $0.key < $1.key }.map { "\(name($0.key)) \(price($0.value))" }
        .joined(separator: ", ")
    }
    let unit = "\(policy.settlement.currency.code) a \(table.unit.rawValue)"
    switch table.form {
    case .amount(let amount): return "\(price(amount)) \(unit)"
    case .byLevel(let prices): return "\(unit) by level: \(rows(prices) { "\($0):" })"
    case .byMonth(let prices): return "\(unit) by month: \(rows(prices) { "\($0):" })"
    case .bySeason(let prices): return "\(unit) by season: \(rows(prices) { "\($0)" })"
    case .byZone(let prices): return "\(unit) by zone: \(rows(prices) { "\($0):" })"
    case .byVintage(let prices):
      return "\(unit) by year of enrolment: \(rows(prices) { "\($0):" })"
    case .fromSignal(let floor, let ceiling):
      let ends = [floor.map { "at least \(price($0))" }, ceiling.map { "at most \(price($0))" }]
        .compactMap { $0 }
      let within = ends.isEmpty ? "" : ", \(ends.joined(separator: " and "))"
      return "the signal's price in \(unit)\(within)"
    }
  }

  /// Energy whose price an event alone does not know.
  mutating func sayPriced(_ component: ProgrammeTerms.PricedEnergy, _ field: String, _ verb: String)
  {
    let reach =
      switch component.capPercent {
      case nil: "Verified energy"
      case 100: "Verified energy up to the commitment"
      case .some(let cap): "Verified energy up to \(cap) % of the commitment"
      }
    say("\(reach) \(verb) \(text(component.rate)).", field)
  }

  /// Whole events at prices that an event alone does not know, with the penalty taken off.
  mutating func sayPricedExamples(_ home: ExampleHome) {
    let terms = policy.programmeTerms
    let isLarge = [terms.energy, terms.premium].contains { $0?.rate.unit == .MWInterval }
    let committed = isLarge ? Power(watts: 2_000_000) : home.rating
    let example = ProgrammeExample(policy: policy, committed: committed)
    let shares: [Int64] = [15_000, 10_000, 5_000, 0, -5_000]
    let nets = shares.compactMap { share in
      example.net(share).map { net in
        "\(kilowatts(Int128(committed.watts) * Int128(share) / 10_000)) kW -> \(money(net))."
      }
    }
    guard nets.count == shares.count else { return }
    let price = example.signalPrice.map {
      ", at a price of \(Self.grouped(FixedDecimal.text($0, places: 6, minimumPlaces: 2)))"
    }
    say("  One interval with \(kilowatts(Int128(committed.watts))) kW asked for\(price ?? ""):")
    say("  " + nets.joined(separator: "   "))
  }

  /// Capacity, availability and flat amounts, with their limits.
  mutating func sayPeriods(home: ExampleHome) {
    let terms = policy.programmeTerms
    if let capacity = terms.capacity { say(capacity, home) }
    if let availability = terms.availability { say(availability) }
    if let flat = terms.flat {
      say("Each home gets \(text(flat.rate)).", "reward.flat")
      if flat.whileHeard > .zero {
        say(
          "A day counts only if the home was heard from during \(flat.whileHeard) % of it.",
          "reward.flat.whileHeardPercent")
      }
    }
    for (cap, span, field) in [
      (terms.caps.homePerMonth, "a month", "homePerMonth"),
      (terms.caps.homePerSeason, "a season", "homePerSeason"),
    ] {
      guard let cap else { continue }
      say("A home earns at most \(money(cap)) in \(span).", "reward.caps.\(field)")
    }
    if let budget = terms.budget {
      let span = budget.isSeasonal ? "A season" : "The programme"
      say(
        "\(span) costs at most \(money(budget.amount)): an event whose greatest cost does not fit "
          + "is refused.", "reward.budget")
    }
    if let pool = terms.bonusPool {
      say(
        "\(pool.share) % of an event's penalties go to homes that delivered more than they "
          + "promised, if the fleet delivered \(pool.fleetAtLeast) % of its promise.",
        "reward.bonusPool")
      if pool.refundsOtherwise {
        say("If not, they go back to those who were charged.", "reward.bonusPool.otherwise")
      }
      if terms.penalty?.toBonusPool == true {
        say(
          "What is left of the penalties stays in the pool for the next events.",
          "reward.penalty.to")
      }
    }
    if terms.penalty?.missingIsShortfallAtFinal == true {
      say(
        "What was never measured counts as not delivered in the final run.",
        "reward.penalty.missingData")
    }
    if terms.rateLockYears > 0 {
      say(
        "A home keeps the rates of its first year for \(terms.rateLockYears) years.",
        "reward.rateLockYears")
    }
  }

  private mutating func say(_ capacity: ProgrammeTerms.CapacityTerms, _ home: ExampleHome) {
    let span = capacity.isSeasonal ? "season" : "month"
    say(
      "The mean power over the events of a \(span) earns \(text(capacity.rate)); a missed event "
        + "is a zero.", "reward.capacity")
    let left = capacity.optedOutIsZero ? "a zero" : "left out of the mean"
    let excused = capacity.excusedIsZero ? "a zero" : "left out of it"
    say(
      "An event that the owner left is \(left), an excused one \(excused).",
      "reward.capacity.optedOut, excused")
    if capacity.weighsByPrice {
      say(
        "Each event enters the mean with the price of its signal as its weight; without a price the "
          + "payment waits.", "reward.capacity.weightBy")
    }
    if capacity.noEventsPaysLastTest {
      say("A \(span) without events is paid by its last test.", "reward.capacity.noEvents")
    }
    if capacity.floorsEachEvent {
      say("An event below the baseline counts as 0.", "reward.capacity.floorAtZero")
    }
    // Full power, four fifths of it, a missed event and nine tenths.
    let example = ProgrammeExample(policy: policy, committed: home.rating)
    let shares: [Int64?] = [10_000, 8_000, nil, 9_000]
    guard let paid = example.paid(shares), let mean = example.meanWatts(shares) else { return }
    let powers = shares.map { share -> String in
      guard let share else { return "0 (missed)" }
      return kilowatts(Int128(home.rating.watts) * Int128(share) / 10_000)
    }
    say(
      "  Events at \(Self.list(powers, "and")) kW: mean \(kilowatts(Int128(mean))) kW -> "
        + "\(money(paid)).")
  }

  func kilowatts(_ watts: Int128) -> String {
    FixedDecimal.text(watts, places: 3, minimumPlaces: 0)
  }

  private mutating func say(_ availability: AvailabilityTerms) {
    say(
      "Each kilowatt that is promised earns \(text(availability.rate)), whether or not an event "
        + "comes.", "reward.availability")
    let isLarge = availability.rate.unit == .MWMonth
    let committed = Power(watts: isLarge ? 1_000_000 : 100_000)
    let name = isLarge ? "1 MW" : "100 kW"
    let example = ProgrammeExample(policy: policy, committed: committed)
    func work(_ what: String, _ shares: [Int64?]) {
      guard let paid = example.paid(shares) else { return }
      say("  \(name), \(what) -> \(money(paid)) a month.")
    }
    if !availability.partMonthByDays {
      say("A month of part enrolment pays nothing.", "reward.availability.partMonth")
    }
    switch availability.noEvents {
    case .full: work("no event", [])
    case .zero: say("A month without events pays nothing.", "reward.availability.noEvents")
    case .test:
      say(
        "A month without events is paid by its last test, or not at all.",
        "reward.availability.noEvents")
    }
    if let performance = availability.performance {
      let what = performance.isWorst ? "its worst event" : "the mean of its events"
      say(
        "It is multiplied by delivered / committed in \(what), at most "
          + "\(performance.capPercent) %; below \(performance.floor) % it is 0.",
        "reward.availability.performance")
      work("events at 96 % and 70 %", [9_600, 7_000])
      work("events at 20 % and 24 %", [2_000, 2_400])
    }
    if let strikes = availability.strikes {
      say(
        "Each event below \(strikes.failedBelow) % of the promise takes \(strikes.cut) % off the "
          + "month.", "reward.availability.strikes")
      work("one of two events failed", [10_000, 5_000])
    }
    if let nth = availability.nthEvent {
      let span = nth.isSeasonal ? "season" : "month"
      let more = FixedDecimal.text(nth.add, places: 6, minimumPlaces: 2)
      say(
        "From event \(nth.from) of a \(span) the rate grows by \(more).",
        "reward.availability.nthEvent")
      if nth.from <= 60 {
        work(
          "\(nth.from) events at 100 %", [Int64?](repeating: 10_000, count: Int(nth.from)))
      }
    }
    guard !availability.tiers.isEmpty else { return }
    let span = availability.spreadsOverHours ? "hour of an event" : "month"
    let rows = availability.tiers.map { tier in
      func text(_ millionths: Int64) -> String {
        FixedDecimal.text(millionths, places: 6, minimumPlaces: 0)
      }
      let from = tier.from.map { "from \(text($0))" } ?? "below"
      return "\(from): \(text(tier.factor)) x share + \(text(tier.offset))"
    }
    say(
      "It is paid by tiers of the share delivered in each \(span): \(Self.list(rows, "and")).",
      "reward.availability.tiers")
    if !availability.floorsAtZero {
      say("A month may cost the home money.", "reward.availability.floor")
    }
    work(
      "event hours at 110, 90, 75, 70, 50 and 0 %", [11_000, 9_000, 7_500, 7_000, 5_000, nil])
  }
}
