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
    let capacity = section.optional("capacity", .section(Self.capacity))
    let availability = section.optional("availability", .section(Self.availability))
    let flat = section.optional("flat", .section(Self.flat))
    let caps = section.optional("caps", .section(Self.caps), default: .init())
    let budget = section.optional("budget", .section(Self.budget))
    let pool = section.optional("bonusPool", .section(Self.bonusPool))
    let lock = section.optional("rateLockYears", .int(0...20), default: 0)
    if let penalty, case .multiple(let ofEnergy, let ofPremium, _) = penalty.price {
      for (isNamed, key) in [(ofEnergy, "energy"), (ofPremium, "premium")]
      where isNamed && !section.has(key) {
        section.reader.fault(
          at: "\(section.path).penalty.multipleOf", found: "naming \(key), which is not paid",
          allowed: "components that are there", code: YAMLFault.Code.badValue)
      }
    }
    guard let unit, let netting, let excusals else { return nil }
    var reward = Reward(netting: netting, excusals: excusals)
    reward.energy = energy
    reward.premium = premium
    reward.penalty = penalty
    reward.isFleet = unit
    reward.distribute = distribute
    reward.capacity = capacity
    reward.availability = availability
    reward.flat = flat
    reward.caps = caps
    reward.budget = budget
    reward.bonusPool = pool
    reward.rateLockYears = lock
    return reward
  }

  static func component(_ section: YAMLSection) -> ProgrammeTerms.PricedEnergy? {
    let rate = section.required("rate", .section { Self.rate($0, of: .energy) })
    let cap = section.optional(
      "capPercent", YAMLForm.int(100...1_000).orNothing("unlimited"), default: 100)
    return rate.map { ProgrammeTerms.PricedEnergy(rate: $0, capPercent: cap) }
  }

  private static func penalty(
    _ section: YAMLSection, netting: SettlementTerms.Netting?
  ) -> ProgrammeTerms.PenaltyTerms? {
    typealias Penalty = SettlementTerms.Penalty
    let price = penaltyPrice(section)
    let deadband = section.optional("deadbandPercent", .percent(), default: Percent(whole: 10)!)
    let ownNetting = section.optional("netting", YAMLForm<SettlementTerms.Netting>.word())
    let counts = section.optional(
      "belowBaseline", .words(["count": true, "zero": false]), default: true)
    let isShortAtFinal = section.optional(
      "missingData", .words(["noPenalty": false, "shortfallAtFinal": true]), default: false)
    let toPool = section.optional(
      "to", .words(["utility": false, "bonusPool": true]), default: false)
    let list = YAMLForm<[Penalty.Cap]>.list(of: .section(cap), 1...4)
    let caps = section.optional("caps", list.orNothing())
    if !section.has("caps") {
      section.fault(
        "caps", allowed: "a list of {basis, percent}, or none to mean it",
        code: PolicyRules.Code.penaltyUncapped)
    }
    guard let price, let caps, let netting = ownNetting ?? netting else { return nil }
    if !section.has("netting") { section.note("netting", default: netting.rawValue) }
    // The rules' own price is not used where the table is.
    let rules = Penalty(
      price: .rate(.flat(.zero)), deadband: deadband, netting: netting,
      countsBelowBaseline: counts, caps: caps ?? [])
    return .init(
      price: price, rules: rules, missingIsShortfallAtFinal: isShortAtFinal, toBonusPool: toPool)
  }

  private static func penaltyPrice(
    _ section: YAMLSection
  ) -> ProgrammeTerms.PenaltyTerms.Price? {
    let rate = section.optional("rate", .section { Self.rate($0, of: .energy) })
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
