import Grid
import Settlement

extension PolicyWords {
  mutating func sayRewards(committed: Energy, level: Int, home: ExampleHome) {
    let terms = policy.settlement
    let whole = policy.programmeTerms
    if let energy = terms.energy {
      say(energy, "reward.energy", "earns")
    } else if let energy = whole.energy {
      sayPriced(energy, "reward.energy", "earns")
    }
    if let premium = terms.premium {
      say(premium, "reward.premium", "earns a premium of")
    } else if let premium = whole.premium {
      sayPriced(premium, "reward.premium", "earns a premium of")
    }
    if whole.energy == nil, whole.premium == nil { say("Energy earns nothing.", "reward") }
    let deliveries = Self.deliveries(committed)
    if !deliveries.isEmpty, terms.energy != nil || terms.premium != nil {
      let examples = deliveries.map { delivered in
        let earned = policy.money(committed: committed, delivered: delivered, level: level)
        return "\(kilowattHours(delivered)) -> \(money(earned.energy + earned.premium))."
      }
      say("  " + examples.joined(separator: "   "))
    }
    say(
      terms.netting == .interval
        ? "An interval below the baseline earns nothing and takes nothing from the others: 5, 4, 2 "
          + "and -1 kWh count as 11."
        : "Intervals below the baseline are netted within the event: 5, 4, 2 and -1 kWh count as 10.",
      "reward.netting")
    sayPenalty(deliveries, committed: committed, level: level)
    let isOfEvents = [whole.energy, whole.premium].allSatisfy {
      $0?.rate.ofEvent != nil || $0 == nil
    }
    if !isOfEvents { sayPricedExamples(home) }
    sayPeriods(home: home)
  }

  private mutating func say(
    _ reward: SettlementTerms.EnergyReward, _ field: String, _ verb: String
  ) {
    let reach =
      switch reward.capPercent {
      case nil: "Each verified kWh"
      case 100: "Each verified kWh up to the commitment"
      case .some(let cap): "Each verified kWh up to \(cap) % of the commitment"
      }
    say("\(reach) \(verb) \(text(reward.rate)).", field)
  }

  private func text(_ rate: SettlementTerms.Rate) -> String {
    let code = policy.settlement.currency.code
    func price(_ price: Money) -> String {
      Self.grouped(price.text(in: policy.settlement.currency))
    }
    switch rate {
    case .flat(let amount): return "\(price(amount)) \(code)"
    case .byLevel(let table):
      let rows = table.sorted { $0.key < $1.key }
      let prices = Self.list(rows.map { price($0.value) })
      return "\(prices) \(code) at level \(Self.list(rows.map { String($0.key) }))"
    }
  }

  private mutating func sayPenalty(_ deliveries: [Energy], committed: Energy, level: Int) {
    guard let whole = policy.programmeTerms.penalty else {
      say("Missing energy costs nothing.", "reward.penalty")
      return
    }
    let penalty = whole.rules
    let beyond =
      penalty.deadband == .zero
      ? "Missing energy" : "Missing energy beyond \(penalty.deadband) % of the commitment"
    switch whole.price {
    case .rate(let table):
      let price = table.ofEvent.map { "\(text($0)) a kWh" } ?? text(table)
      say("\(beyond) costs \(price).", "reward.penalty")
    case .multiple(let ofEnergy, let ofPremium, let millionths):
      let what = [ofEnergy ? "energy" : nil, ofPremium ? "premium" : nil].compactMap { $0 }
      let times = FixedDecimal.text(millionths, places: 6, minimumPlaces: 0)
      say(
        "\(beyond) costs \(times) times the price of \(what.joined(separator: " and ")).",
        "reward.penalty")
    }
    let isOfEvents = policy.settlement.penalty != nil
    let examples = (isOfEvents ? deliveries : []).compactMap { delivered -> String? in
      let example = policy.money(committed: committed, delivered: delivered, level: level)
      guard example.shortfall > .zero else { return nil }
      let cost = example.penalty.text(in: policy.settlement.currency)
      let charged = example.charged(under: penalty.caps, in: policy.settlement.currency)
      let net = money(example.energy + example.premium - charged)
      let cut =
        charged == example.penalty
        ? "" : " computed, \(money(charged)) charged without other rewards"
      return
        "\(kilowattHours(delivered)): \(kilowattHours(example.shortfall)) short -> \(cost)\(cut), "
        + "net \(net)."
    }
    if !examples.isEmpty { say("  " + examples.joined(separator: "   ")) }
    for cap in penalty.caps {
      let of =
        switch cap.basis {
        case .rewardsOfEvent: "in the event"
        case .rewardsOfMonth: "in the same month"
        case .rewardsOfSeason: "in the season"
        case .rewardsOfYear: "in the year"
        }
      say(
        cap.percent == 100
          ? "Never more than the owner earned \(of)."
          : "Never more than \(cap.percent) % of what the owner earned \(of).",
        "reward.penalty.caps")
    }
    if penalty.netting != policy.settlement.netting {
      say(
        penalty.netting == .interval
          ? "What is missing is counted interval by interval."
          : "What is missing is netted within the event.", "reward.penalty.netting")
    }
    say(
      penalty.countsBelowBaseline
        ? "Using more than the baseline adds to what is missing."
        : "Using more than the baseline adds nothing to what is missing.",
      "reward.penalty.belowBaseline")
    if penalty.caps.isEmpty { say("Penalties have no cap.", "reward.penalty.caps") }
    let reasons = SettlementTerms.Excusal.allCases.filter(policy.settlement.excusals.contains)
    if !reasons.isEmpty {
      say("Nothing is charged for \(Self.list(reasons.map(\.rawValue))).", "reward.excusals")
    }
  }

  mutating func sayShares(committed: Energy, homes: Int64, level: Int) {
    let terms = policy.settlement
    let shares = terms.shares.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.value) % \($0.key.rawValue)" }
    let whose = policy.programme?.splitsLines == true ? "line" : "net"
    say("A home's \(whose) is shared: \(shares.joined(separator: ", ")).", "splits.shares")
    if terms.escrowRequired {
      let prices = [policy.programmeTerms.energy, policy.programmeTerms.premium].compactMap { $0 }
      if let cost = policy.greatestCost(committed: committed, homes: homes, level: level),
        committed > .zero, prices.allSatisfy({ $0.rate.ofEvent != nil })
      {
        say("Before the event \(money(cost)) must be funded.", "escrow")
      } else {
        say("Before an event its greatest cost must be funded.", "escrow")
      }
      if terms.escrowCoverPercent > 100 {
        say("That is \(terms.escrowCoverPercent) % of the greatest cost.", "escrow.coverPercent")
      }
    } else {
      say("Nothing has to be funded before an event.", "escrow")
    }
    let firstPayable = terms.runs.firstIndex(where: \.isPayable) ?? terms.runs.endIndex
    let runs = terms.runs.enumerated().map { place, run in
      let days = run.afterDays == 1 ? "after 1 day" : "after \(run.afterDays) days"
      let due = place < firstPayable ? "at once" : days
      return "\(run.name) \(due)\(run.isPayable ? "" : " (for information)")"
    }
    say("Settled: \(runs.joined(separator: ", ")).", "settlement.runs")
    if terms.minimumPosting > .zero {
      say(
        "A later run does not post what changes a home by less than \(money(terms.minimumPosting)).",
        "settlement.minimumPosting")
    }
    say("Objections are heard for \(policy.disputeDays) days.", "settlement.disputeDays")
    say(
      "Where another party's volume differs by more than \(policy.reconcile) %, payment waits.",
      "settlement.reconcilePercent")
    if policy.citesReadings {
      say(
        "The evidence of a settlement names the readings behind it, a root for each meter and day.",
        "settlement.evidence")
    }
  }

  /// All that was committed, five sixths of it, six fifths of it, and nothing; to 10 Wh.
  private static func deliveries(_ committed: Energy) -> [Energy] {
    guard committed > .zero else { return [] }
    func share(_ above: Int64, _ below: Int64) -> Energy {
      let tens = (committed.joules * above * 2 + below * 36_000) / (below * 72_000)
      return Energy(joules: tens * 36_000)
    }
    return [committed, share(5, 6), share(6, 5), .zero]
  }
}
