import Grid
import Settlement

extension PolicyParts {
  /// `splits` beyond the shares.
  struct Splits {
    var shares: [SettlementTerms.Party: Percent]
    var isOfLines: Bool
    var penaltyShares: [SettlementTerms.Party: Percent]?
  }

  static func splits(_ section: YAMLSection) -> Splits? {
    let table = YAMLForm<[SettlementTerms.Party: Percent]>.mapping(
      of: .percent(), by: .word(), 1...6)
    let shares = section.required("shares", table)
    let isOfLines = section.optional("of", .words(["net": false, "lines": true]), default: false)
    let penaltyShares = section.optional("penaltyShares", table)
    if section.has("penaltyShares"), !isOfLines {
      section.fault(
        "penaltyShares", found: "there without of: lines", allowed: "of: lines beside it",
        code: YAMLFault.Code.badValue)
    }
    return shares.map {
      Splits(shares: $0, isOfLines: isOfLines, penaltyShares: penaltyShares)
    }
  }

  /// `reward.distribute`, which only a fleet has.
  static func distribution(
    _ section: YAMLSection, isFleet: Bool?
  ) -> ProgrammeTerms.Distribution {
    let distribute = section.optional(
      "distribute", YAMLForm<ProgrammeTerms.Distribution>.word(), default: .delivered)
    if section.has("distribute"), isFleet == false {
      section.fault(
        "distribute", found: "there with unit: home", allowed: "unit: fleet, or leave it out",
        code: YAMLFault.Code.badValue)
    }
    return distribute
  }

  /// `reward.energy`, which alone may be an additional reward.
  static func energyComponent(
    _ section: YAMLSection
  ) -> ProgrammeTerms.PricedEnergy? {
    let isAdditional = section.optional(
      "line", .words(["directReward": false, "additionalReward": true]), default: false)
    var energy = component(section)
    energy?.isAdditional = isAdditional
    return energy
  }

  /// One row of `fees`.
  static func fee(_ section: YAMLSection) -> ProgrammeTerms.Fee? {
    let name = section.required("name", YAMLForm.id)
    let to = section.required("to", YAMLForm<SettlementTerms.Party>.word())
    let paidBy = section.required(
      "paidBy",
      YAMLForm<SettlementTerms.Party?>.words([
        "aggregator": .aggregator, "grid": .grid, "owner": .owner, "supplier": .supplier,
        "tax": .tax, "utility": .utility, "payer": nil,
      ]))
    let isBeforeSplit = section.optional("beforeSplit", .bool, default: true)
    let rate = section.optional("rate", .section(feeRate))
    let line = section.optional(
      "percentOf",
      YAMLForm<ProgrammeLine.Kind>.words(
        [
          "directReward": .directReward, "additionalReward": .additionalReward,
          "premium": .premium,
        ]))
    let percent = section.optional("percent", .percent())
    if section.has("rate") {
      for key in ["percentOf", "percent"] where section.has(key) {
        section.fault(key, found: "there beside rate", allowed: "one of both")
      }
    } else {
      for key in ["percentOf", "percent"] where !section.has(key) {
        section.fault(
          key, allowed: "percentOf and percent, or a rate instead", code: YAMLFault.Code.missing)
      }
    }
    guard let name, let to, let paidBy else { return nil }
    if let rate {
      return .init(
        name: name, to: to, paidBy: paidBy, price: .rate(rate), isBeforeSplit: isBeforeSplit)
    }
    guard let line, let percent else { return nil }
    return .init(
      name: name, to: to, paidBy: paidBy, price: .percent(percent, of: line),
      isBeforeSplit: isBeforeSplit)
  }

  private static func feeRate(_ section: YAMLSection) -> PriceTable? {
    let amount = section.required(
      "amount", YAMLForm.decimal(places: 6, 0...999_999_999_999_999_999))
    let unit = section.required(
      "per", YAMLForm<PriceTable.Unit>.words(["kWh": .kWh, "MWh": .MWh]))
    guard let amount, let unit else { return nil }
    return PriceTable(.amount(amount), per: unit)
  }
}
