import Engine
import Grid
import Settlement

/// What settlement is told of an event, and what of a whole programme around it.
extension PolicyParts {
  /// Fields that ask for the settlement of a programme, which an event's settlement lacks.
  var programmeFields: [String] {
    guard let reward else { return moneyFields }
    var fields: [String] = []
    func add(_ field: String, _ isThere: Bool) {
      if isThere { fields.append("reward.\(field)") }
    }
    add("unit", reward.isFleet)
    add("energy.line", reward.energy?.isAdditional == true)
    add("energy.rate", reward.energy.map { $0.rate.ofEvent == nil } ?? false)
    add("premium.rate", reward.premium.map { $0.rate.ofEvent == nil } ?? false)
    if case .rate(let table)? = reward.penalty?.price {
      add("penalty.rate", table.ofEvent == nil)
    }
    add("penalty.missingData", reward.penalty?.missingIsShortfallAtFinal == true)
    add("penalty.to", reward.penalty?.toBonusPool == true)
    add("capacity", reward.capacity != nil)
    add("availability", reward.availability != nil)
    add("flat", reward.flat != nil)
    add("caps.homePerMonth", reward.caps.homePerMonth != nil)
    add("caps.homePerSeason", reward.caps.homePerSeason != nil)
    add("caps.fleetPerEvent", reward.caps.fleetPerEvent != nil)
    add("budget", reward.budget != nil)
    add("bonusPool", reward.bonusPool != nil)
    return fields + moneyFields
  }

  /// Those that settle an event itself; a controller holds the budget, and months and seasons are
  /// settled beside it.
  var eventProgrammeFields: [String] {
    let besides = ["reward.budget", "reward.capacity", "reward.availability", "reward.flat"]
    return programmeFields.filter { !besides.contains($0) }
  }

  /// Those that a controller does not carry out.
  var fieldsNotServed: [String] {
    let served = [
      "reward.energy.line", "reward.penalty.missingData", "splits.of", "splits.penaltyShares",
      "fees",
      "reward.caps.homePerMonth", "reward.caps.homePerSeason",
      "reward.caps.fleetPerEvent", "reward.bonusPool",
    ]
    return eventProgrammeFields.filter { !served.contains($0) && !pricedBySignalsOrDays($0) }
  }

  /// A rate that an event and its day decide: by month or season, or by the price of its signal. A
  /// controller knows neither a home's zone nor its first year.
  private func pricedBySignalsOrDays(_ field: String) -> Bool {
    guard let reward else { return false }
    var tables: [(field: String, table: PriceTable)] = []
    if let energy = reward.energy { tables.append(("reward.energy.rate", energy.rate)) }
    if let premium = reward.premium { tables.append(("reward.premium.rate", premium.rate)) }
    if case .rate(let table)? = reward.penalty?.price {
      tables.append(("reward.penalty.rate", table))
    }
    let signals = tables.filter { if case .fromSignal = $0.table.form { true } else { false } }
    guard let table = tables.first(where: { $0.field == field })?.table else { return false }
    switch table.form {
    case .amount, .byLevel, .byMonth, .bySeason: return true
    case .byZone, .byVintage: return false
    // A signal names the price of a kilowatt-hour, in one unit for all rates that take it.
    case .fromSignal:
      return table.unit != .MWInterval && signals.allSatisfy { $0.table.unit == table.unit }
    }
  }

  private var moneyFields: [String] {
    var fields: [String] = []
    if splits?.isOfLines == true { fields.append("splits.of") }
    if splits?.penaltyShares != nil { fields.append("splits.penaltyShares") }
    if !fees.isEmpty { fields.append("fees") }
    if let basis = settlement?.payerBasis, basis != .sumOfHomes {
      fields.append("settlement.payerBasis")
    }
    return fields
  }

  /// The terms of a programme around those of an event.
  func programme(around base: SettlementTerms) -> ProgrammeTerms {
    var terms = ProgrammeTerms(base: base)
    terms.testsCounted = events?.testsCounted ?? false
    terms.optedOutIsZero = dispatch.optOut.isZero
    terms.splitsLines = splits?.isOfLines ?? false
    terms.penaltyShares = splits?.penaltyShares
    terms.fees = fees
    terms.payerBasis = settlement?.payerBasis ?? .sumOfHomes
    terms.minimumPosting = settlement?.minimumPosting ?? .zero
    guard let reward else { return terms }
    terms.isFleet = reward.isFleet
    terms.distribute = reward.distribute
    terms.energy = reward.energy
    terms.premium = reward.premium
    terms.penalty = reward.penalty
    if let rules = base.penalty { terms.penalty?.rules = rules }
    terms.capacity = reward.capacity.map {
      var capacity = $0.terms
      capacity.optedOutIsZero = $0.optedOutIsZero ?? dispatch.optOut.isZero
      return capacity
    }
    terms.availability = reward.availability
    terms.flat = reward.flat
    terms.caps = reward.caps
    terms.budget = reward.budget
    terms.bonusPool = reward.bonusPool
    terms.rateLockYears = reward.rateLockYears
    return terms
  }
}

extension PolicyParts.Reward {
  /// Whether an event alone knows every price of its energy.
  private var isOfEvents: Bool {
    if let energy, energy.rate.ofEvent == nil { return false }
    if let premium, premium.rate.ofEvent == nil { return false }
    if case .rate(let table)? = penalty?.price, table.ofEvent == nil { return false }
    return true
  }

  /// `energy` as an event settles it; nil also where some price takes more than the event.
  var eventEnergy: SettlementTerms.EnergyReward? { isOfEvents ? Self.ofEvent(energy) : nil }

  /// `premium` likewise.
  var eventPremium: SettlementTerms.EnergyReward? { isOfEvents ? Self.ofEvent(premium) : nil }

  /// `penalty` likewise.
  var eventPenalty: SettlementTerms.Penalty? {
    guard isOfEvents, let penalty else { return nil }
    var rules = penalty.rules
    switch penalty.price {
    case .rate(let table): rules.price = .rate(table.ofEvent!)
    case .multiple(let ofEnergy, let ofPremium, let millionths):
      rules.price = .multiple(ofEnergy: ofEnergy, ofPremium: ofPremium, millionths: millionths)
    }
    return rules
  }

  private static func ofEvent(
    _ priced: ProgrammeTerms.PricedEnergy?
  ) -> SettlementTerms.EnergyReward? {
    priced.flatMap { priced in
      priced.rate.ofEvent.map { .init(rate: $0, capPercent: priced.capPercent) }
    }
  }
}
