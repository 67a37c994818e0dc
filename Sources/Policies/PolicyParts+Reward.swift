import Grid
import Settlement

extension PolicyParts {
  static func reward(_ section: YAMLSection) -> Reward? {
    let unit = section.required("unit", YAMLForm<Bool>.words(["home": false, "fleet": true]))
    let distribute = distribution(section, isFleet: unit)
    let netting = section.required("netting", YAMLForm<SettlementTerms.Netting>.word())
    let energy = section.optional("energy", .section(energyComponent))
    let premium = section.optional("premium", .section(component))
    let penalty = section.optional("penalty", .section { Self.penalty($0, netting: netting) })
    let excusals = section.required(
      "excusals", YAMLForm<Set<SettlementTerms.Excusal>>.set(of: .word(), 0...8))
    let caps = section.optional(
      "caps",
      .section { $0.optional("fleetPerEvent", YAMLForm.decimal(places: 6, 0...Int64.max / 1_000)) })
    if let penalty, case .multiple(let ofEnergy, let ofPremium, _) = penalty.price {
      for (isNamed, key) in [(ofEnergy, "energy"), (ofPremium, "premium")]
      where isNamed && !section.has(key) {
        section.reader.fault(
          at: "\(section.path).penalty.multipleOf", found: "naming \(key), which is not paid",
          allowed: "components that are there", code: YAMLFault.Code.badValue)
      }
    }
    guard let unit, let netting, let excusals else { return nil }
    var reward = Reward(
      netting: netting, energy: energy?.reward, premium: premium, penalty: penalty,
      excusals: excusals)
    reward.isFleet = unit
    reward.distribute = distribute
    reward.isAdditional = energy?.isAdditional ?? false
    reward.fleetPerEvent = caps.map { Money(millionths: $0) }
    return reward
  }

  static func component(_ section: YAMLSection) -> SettlementTerms.EnergyReward? {
    let rate = section.required("rate", .section(rate))
    let cap = section.optional(
      "capPercent", YAMLForm.int(100...1_000).orNothing("unlimited"), default: 100)
    return rate.map { SettlementTerms.EnergyReward(rate: $0, capPercent: cap) }
  }

  /// A price a kilowatt-hour, flat or by level.
  private static func rate(_ section: YAMLSection) -> SettlementTerms.Rate? {
    let unit = section.required(
      "per",
      YAMLForm<Int64>.words(
        ["kWh": 1, "MWh": 1_000],
        notYet: [
          "MW-interval", "kW-month", "MW-month", "kW-season", "home-event", "home-day",
          "home-month", "home-season",
        ]))
    let price = YAMLForm.decimal(places: 6, 0...999_999_999_999_999_999)
    let amount = section.optional("amount", price)
    let table = section.optional(
      "byLevel", YAMLForm<[Int: Int64]>.mapping(of: price, by: level, 1...4))
    let ceiling = section.optional("ceiling", price)
    switch (section.has("amount"), section.has("byLevel")) {
    case (true, true):
      section.fault("byLevel", found: "there beside amount", allowed: "one of both")
    case (false, false)
    where ["byMonth", "bySeason", "byZone", "byVintage", "fromSignal"]
      .contains { section.has($0) }:
      break  // Refused as not there yet; a second fault would only mislead.
    case (false, false):
      section.fault(
        "amount", allowed: "\(price.allowed), or byLevel instead", code: YAMLFault.Code.missing)
    case (true, false), (false, true): break
    }
    let all =
      (amount.map { [("amount", $0)] } ?? [])
      + (table ?? [:]).sorted { $0.key < $1.key }.map { ("byLevel.\($0.key)", $0.value) }
    for (key, value) in all {
      let text = FixedDecimal.text(value, places: 6, minimumPlaces: 0)
      if let ceiling, value > ceiling {
        section.reader.fault(
          at: "\(section.path).\(key)", found: text,
          allowed: "at most the ceiling, "
            + FixedDecimal.text(ceiling, places: 6, minimumPlaces: 0),
          code: YAMLFault.Code.badValue)
      }
      if let unit, value % unit != 0 {
        section.reader.fault(
          at: "\(section.path).\(key)", found: text,
          allowed: "at most 3 places per MWh, so that a kWh has a whole price",
          code: YAMLFault.Code.badValue)
      }
    }
    guard let unit else { return nil }
    if let amount { return .flat(Money(millionths: amount / unit)) }
    return table.map { .byLevel($0.mapValues { Money(millionths: $0 / unit) }) }
  }

  private static func penalty(
    _ section: YAMLSection, netting: SettlementTerms.Netting?
  ) -> SettlementTerms.Penalty? {
    typealias Penalty = SettlementTerms.Penalty
    let price = penaltyPrice(section)
    let deadband = section.optional("deadbandPercent", .percent(), default: Percent(whole: 10)!)
    let ownNetting = section.optional("netting", YAMLForm<SettlementTerms.Netting>.word())
    let counts = section.optional(
      "belowBaseline", .words(["count": true, "zero": false]), default: true)
    let list = YAMLForm<[Penalty.Cap]>.list(of: .section(cap), 1...4)
    let caps = section.optional("caps", list.orNothing())
    if !section.has("caps") {
      section.fault(
        "caps", allowed: "a list of {basis, percent}, or none to mean it",
        code: PolicyRules.Code.penaltyUncapped)
    }
    guard let price, let caps, let netting = ownNetting ?? netting else { return nil }
    return Penalty(
      price: price, deadband: deadband, netting: netting, countsBelowBaseline: counts,
      caps: caps ?? [])
  }

  private static func penaltyPrice(_ section: YAMLSection) -> SettlementTerms.Penalty.Price? {
    let rate = section.optional("rate", .section(rate))
    let of = section.optional(
      "multipleOf",
      YAMLForm<Set<String>>.set(of: .words(["energy": "energy", "premium": "premium"]), 1...2))
    let times = YAMLForm.decimal(places: 6, 0...5_000_000)
    if section.has("rate") {
      for key in ["multipleOf", "multiple"] where section.has(key) {
        section.fault(key, found: "there beside rate", allowed: "one of both")
      }
      _ = section.optional("multiple", times)
      return rate.map { .rate($0) }
    }
    guard section.has("multipleOf") else {
      _ = section.optional("multiple", times)
      section.fault(
        "rate", allowed: "a rate, or multipleOf and multiple", code: YAMLFault.Code.missing)
      return nil
    }
    guard let multiple = section.required("multiple", times), let of else { return nil }
    return .multiple(
      ofEnergy: of.contains("energy"), ofPremium: of.contains("premium"), millionths: multiple)
  }

  private static func cap(_ section: YAMLSection) -> SettlementTerms.Penalty.Cap? {
    let basis = section.required("basis", YAMLForm<SettlementTerms.Penalty.CapBasis>.word())
    let percent = section.required("percent", .int(0...500))
    guard let basis, let percent else { return nil }
    return SettlementTerms.Penalty.Cap(basis: basis, percent: percent)
  }
}
