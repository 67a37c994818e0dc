import Grid
import Settlement

/// What `reward` pays for a month or a season.
extension PolicyParts {
  /// `reward.capacity` as it is written; what an opt-out is depends on another section.
  struct Capacity {
    var terms: ProgrammeTerms.CapacityTerms
    /// Nil where `dispatch.optOut.effect` decides.
    var optedOutIsZero: Bool?
  }

  static func capacity(_ section: YAMLSection) -> Capacity? {
    let zeroOrNot: KeyValuePairs<String, Bool> = ["zero": true, "excluded": false]
    let rate = section.required("rate", .section { Self.rate($0, of: .capacity) })
    let isSeasonal = section.required("average", .words(["month": false, "season": true]))
    _ = section.optional("missed", YAMLForm<Bool>.words(["zero": true]), default: true)
    let optedOut = section.optional("optedOut", YAMLForm<Bool>.words(zeroOrNot))
    let excused = section.optional("excused", .words(zeroOrNot), default: false)
    let floorsEvent = section.optional(
      "floorAtZero", .words(["event": true, "average": false]), default: false)
    let lastTest = section.optional(
      "noEvents", .words(["zero": false, "lastTest": true]), default: false)
    let byPrice = section.optional(
      "weightBy", .words(["none": false, "price": true]), default: false)
    guard let rate, let isSeasonal else { return nil }
    let unit = isSeasonal ? PriceTable.Unit.kWSeason : .kWMonth
    if rate.unit != unit {
      section.reader.fault(
        at: "\(section.path).rate.per", found: rate.unit.rawValue,
        allowed: "\(unit.rawValue), as the average is of a \(isSeasonal ? "season" : "month")",
        code: YAMLFault.Code.badValue)
    }
    return Capacity(
      terms: .init(
        rate: rate, isSeasonal: isSeasonal, excusedIsZero: excused, floorsEachEvent: floorsEvent,
        noEventsPaysLastTest: lastTest, weighsByPrice: byPrice), optedOutIsZero: optedOut)
  }

  static func availability(_ section: YAMLSection) -> AvailabilityTerms? {
    let rate = section.required("rate", .section { Self.rate($0, of: .availability) })
    let byDays = section.optional(
      "partMonth", .words(["byDays": true, "none": false]), default: true)
    let noEvents = section.optional(
      "noEvents", YAMLForm<AvailabilityTerms.NoEvents>.word(), default: .full)
    let performance = section.optional("performance", .section(Self.performance))
    let strikes = section.optional("strikes", .section(Self.strikes))
    let nth = section.optional("nthEvent", .section(Self.nthEvent))
    let tiers = section.optional("tiers", .list(of: .section(Self.tier), 1...20), default: [])
    let spreads = section.optional(
      "spread", .words(["month": false, "eventHours": true]), default: false)
    let floors = section.optional("floor", .words(["zero": true, "none": false]), default: true)
    if section.has("tiers"), section.has("performance") {
      section.fault("tiers", found: "there beside performance", allowed: "one of both")
    }
    for key in ["spread", "floor"] where section.has(key) && !section.has("tiers") {
      section.fault(key, found: "there without tiers", allowed: "tiers beside it")
    }
    guard let rate else { return nil }
    return AvailabilityTerms(
      rate: rate, partMonthByDays: byDays, noEvents: noEvents, performance: performance,
      strikes: strikes, nthEvent: nth, tiers: tiers, spreadsOverHours: spreads,
      floorsAtZero: floors)
  }

  private static func performance(_ section: YAMLSection) -> AvailabilityTerms.Performance? {
    let isWorst = section.optional(
      "measure", .words(["meanOfEvents": false, "worstEvent": true]), default: false)
    let cap = section.optional("capPercent", .int(100...150), default: 100)
    let floor = section.optional("floorPercent", .percent(), default: .zero)
    return .init(isWorst: isWorst, capPercent: cap, floor: floor)
  }

  private static func strikes(_ section: YAMLSection) -> AvailabilityTerms.Strikes? {
    let below = section.required("failedBelowPercent", .percent())
    let cut = section.required("cutPercentPerFailure", .percent())
    guard let below, let cut else { return nil }
    return .init(failedBelow: below, cut: cut)
  }

  private static func nthEvent(_ section: YAMLSection) -> AvailabilityTerms.NthEvent? {
    let from = section.required("from", .int(1...1_000))
    let isSeasonal = section.required("per", .words(["month": false, "season": true]))
    let add = section.required("add", price)
    guard let from, let isSeasonal, let add else { return nil }
    return .init(from: from, isSeasonal: isSeasonal, add: add)
  }

  private static func tier(_ section: YAMLSection) -> AvailabilityTerms.Tier? {
    let share = YAMLForm.decimal(places: 6, 0...10_000_000)
    let either = YAMLForm.decimal(places: 6, -10_000_000...10_000_000)
    let from = section.optional("from", share)
    let factor = section.required("factor", either)
    let offset = section.required("offset", either)
    guard let factor, let offset else { return nil }
    return .init(from: from, factor: factor, offset: offset)
  }

  static func flat(_ section: YAMLSection) -> ProgrammeTerms.FlatTerms? {
    let rate = section.required("rate", .section { Self.rate($0, of: .home) })
    let heard = section.optional("whileHeardPercent", .percent(), default: .zero)
    return rate.map { .init(rate: $0, whileHeard: heard) }
  }

  // MARK: limits

  private static var amount: YAMLForm<Int64> { YAMLForm.decimal(places: 6, 0...Int64.max / 1_000) }

  static func caps(_ section: YAMLSection) -> ProgrammeTerms.RewardCaps? {
    func money(_ key: String) -> Money? {
      section.optional(key, amount).map { Money(millionths: $0) }
    }
    return .init(
      homePerMonth: money("homePerMonth"), homePerSeason: money("homePerSeason"),
      fleetPerEvent: money("fleetPerEvent"))
  }

  static func budget(_ section: YAMLSection) -> ProgrammeTerms.Budget? {
    let most = section.required("amount", amount)
    let isSeasonal = section.required("per", .words(["season": true, "programme": false]))
    _ = section.optional("whenSpent", YAMLForm<Bool>.words(["refuseEvents": true]), default: true)
    guard let most, let isSeasonal else { return nil }
    return .init(amount: Money(millionths: most), isSeasonal: isSeasonal)
  }

  static func bonusPool(_ section: YAMLSection) -> ProgrammeTerms.BonusPool? {
    let share = section.required("sharePercent", .percent())
    let least = section.optional("fleetAtLeastPercent", .percent(), default: .hundred)
    let refunds = section.optional(
      "otherwise", .words(["utility": false, "refund": true]), default: false)
    return share.map { .init(share: $0, fleetAtLeast: least, refundsOtherwise: refunds) }
  }
}
