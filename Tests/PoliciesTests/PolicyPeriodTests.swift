import Foundation
import Grid
import Policies
import Settlement
import Testing

@Suite struct `Months and seasons of a policy` {
  private func load(_ text: String) throws -> Policy {
    try Policy.load(bytes: Array(text.utf8), file: "p.yaml", allowsProgramme: true)
  }

  @Test func `are read as they are written`() throws {
    let policy = try load(Fixture.period)
    let terms = try #require(policy.programme)
    #expect(
      terms.capacity
        == .init(
          rate: PriceTable(
            .bySeason(["summer": 275_000_000, "winter": 50_000_000]), per: .kWSeason),
          isSeasonal: true, optedOutIsZero: true, floorsEachEvent: true,
          noEventsPaysLastTest: true))
    let months = Dictionary(
      uniqueKeysWithValues: (1...12).map { (Int64($0), Int64($0) * 1_000_000) })
    #expect(
      terms.availability
        == .init(
          rate: PriceTable(.byMonth(months), per: .kWMonth), partMonthByDays: false,
          noEvents: .test,
          performance: .init(isWorst: true, capPercent: 120, floor: Percent(whole: 25)!),
          strikes: .init(failedBelow: Percent(whole: 95)!, cut: Percent(hundredths: 2_550)!),
          nthEvent: .init(from: 5, isSeasonal: true, add: 5_500_000)))
    #expect(
      terms.flat
        == .init(rate: PriceTable(.byZone(["north": 500_000, "south": 250_000]), per: .homeDay)))
    #expect(
      terms.caps
        == .init(
          homePerMonth: Money(millionths: 100_000_000),
          homePerSeason: Money(millionths: 500_000_000),
          fleetPerEvent: Money(millionths: 9000_000_000)))
    #expect(terms.budget == .init(amount: Money(millionths: 100000_000_000), isSeasonal: true))
    #expect(
      terms.bonusPool == .init(share: Percent(whole: 50)!, fleetAtLeast: Percent(whole: 90)!))
    #expect(terms.rateLockYears == 3)
    #expect(terms.penalty?.missingIsShortfallAtFinal == true)
  }

  @Test func `have rates of the signal and the year, and tiers`() throws {
    let terms = try #require(try load(Fixture.tiered).programme)
    #expect(
      terms.energy?.rate
        == PriceTable(.fromSignal(floor: 100_000, ceiling: 1_000_000), per: .kWh))
    #expect(
      terms.premium?.rate
        == PriceTable(.byVintage([2_025: 7_000_000, 2_026: 6_500_000]), per: .MWInterval))
    #expect(
      terms.availability?.tiers == [
        .init(from: 1_000_000, factor: 0, offset: 1_000_000),
        .init(from: 750_000, factor: 1_000_000, offset: 0),
        .init(from: nil, factor: 1_000_000, offset: -600_000),
      ])
    #expect(terms.availability?.spreadsOverHours == true)
    #expect(terms.availability?.floorsAtZero == false)
    // An event alone does not know these prices, so it is told of none.
    #expect(terms.base.energy == nil)
    #expect(terms.base.premium == nil)
    #expect(terms.base.penalty == nil)
  }

  @Test func `take what an opt-out is from the dispatch section where they do not say it`() throws {
    let text = Fixture.period.replacing("    optedOut: zero\n", with: "")
    #expect(try load(text).programmeTerms.capacity?.optedOutIsZero == false)
    let zero = text.replacing("optOut: {until: start}", with: "optOut: {effect: zero}")
    #expect(try load(zero).programmeTerms.capacity?.optedOutIsZero == true)
  }

  @Test func `are refused by who settles an event alone`() {
    let faults = Fixture.faults(Fixture.tiered)
    // A controller does not know in which year a home was enrolled.
    #expect(faults.map(\.path) == ["reward.premium.rate"])
    #expect(faults.allSatisfy { $0.code == YAMLFault.Code.notYet })
  }

  @Test(arguments: [
    (
      "summer: 275, winter", "sumer: 275, winter",
      "reward.capacity.rate.bySeason.sumer seasonUnnamed"
    ),
    (
      "{summer: 275, winter: 50}", "{summer: 275}",
      "reward.capacity.rate.bySeason periodWithoutPrice"
    ),
    ("average: season", "average: week", "reward.capacity.average badValue"),
    ("average: season", "average: month", "reward.capacity.rate.per badValue"),
    ("missed: zero", "missed: excluded", "reward.capacity.missed badValue"),
    ("optedOut: zero", "optedOut: half", "reward.capacity.optedOut badValue"),
    ("weightBy: none", "weightBy: price", ""),
    ("weightBy: none", "weightBy: volume", "reward.capacity.weightBy badValue"),
    (
      "tests: {allowed: true", "tests: {allowed: false",
      "reward.availability.noEvents badValue, reward.capacity.noEvents badValue"
    ),
    ("12: 12}, ceiling", "12: 26}, ceiling", "reward.availability.rate.byMonth.12 badValue"),
    ("12: 12}, ceiling", "13: 12}, ceiling", "reward.availability.rate.byMonth.13 badValue"),
    ("11: 11, 12: 12}", "11: 11}", "reward.availability.rate.byMonth periodWithoutPrice"),
    ("partMonth: none", "partMonth: half", "reward.availability.partMonth badValue"),
    ("per: kW-month, byMonth", "per: home-day, byMonth", "reward.availability.rate.per badValue"),
    ("capPercent: 120", "capPercent: 151", "reward.availability.performance.capPercent badValue"),
    ("failedBelowPercent: 95, ", "", "reward.availability.strikes.failedBelowPercent missing"),
    ("from: 5, per", "from: 0, per", "reward.availability.nthEvent.from badValue"),
    ("add: 5.5", "add: 9300", "reward.availability.rate overflow"),
    ("partMonth: none", "spread: month", "reward.availability.spread badValue"),
    ("{north: 0.5, south: 0.25}", "{}", "reward.flat.rate.byZone badValue"),
    ("per: home-day", "per: kWh", "reward.flat.rate.per badValue"),
    ("homePerMonth: 100", "homePerMonth: -1", "reward.caps.homePerMonth badValue"),
    ("amount: 100000, per: season", "per: season", "reward.budget.amount missing"),
    ("whenSpent: refuseEvents", "whenSpent: payAnyway", "reward.budget.whenSpent badValue"),
    ("sharePercent: 50", "sharePercent: 101", "reward.bonusPool.sharePercent badValue"),
    ("otherwise: utility", "otherwise: refund", ""),
    ("otherwise: utility", "otherwise: keep", "reward.bonusPool.otherwise badValue"),
    ("missingData: shortfallAtFinal", "to: bonusPool", ""),
    (
      "south: 0.25}}", "south: 0.25}}\n    whileHeardPercent: 90", ""
    ),
    (
      "{per: home-day, byZone: {north: 0.5, south: 0.25}}",
      "{per: home-month, amount: 1}\n    whileHeardPercent: 90",
      "reward.flat.whileHeardPercent badValue"
    ),
    ("rateLockYears: 3", "rateLockYears: 21", "reward.rateLockYears badValue"),
    ("missingData: shortfallAtFinal", "missingData: zero", "reward.penalty.missingData badValue"),
    (
      "unit: home", "unit: fleet",
      "reward.bonusPool badValue, reward.caps.homePerMonth badValue, reward.caps.homePerSeason badValue"
    ),
    ("required: true", "required: false", ""),
  ])
  func `say the one fault that they have`(old: String, new: String, faults: String) throws {
    try #require(Fixture.period.contains(old), "\(old) is not in the policy")
    let text = Fixture.period.replacing(old, with: new)
    let said = Fixture.programmeFaults(text).map { "\($0.path) \($0.code)" }.sorted()
    #expect(said.joined(separator: ", ") == faults)
  }

  @Test func `let penalties go to a pool only where there is one`() throws {
    let pool = "bonusPool: {sharePercent: 50, fleetAtLeastPercent: 90, otherwise: utility}"
    try #require(Fixture.period.contains(pool))
    let text = Fixture.period.replacing("missingData: shortfallAtFinal", with: "to: bonusPool")
      .replacing(pool, with: "rateLockYears: 2").replacing("  rateLockYears: 3\n", with: "")
    let said = Fixture.programmeFaults(text).map { "\($0.path) \($0.code)" }
    #expect(said == ["reward.penalty.to badValue"])
  }

  @Test(arguments: [
    ("ceiling: 1, per: kWh", "per: kWh", "reward.energy.rate.fromSignal exposureUnbounded"),
    ("floor: 0.1,", "floor: 2,", "reward.energy.rate.floor badValue"),
    ("fromSignal: true, floor", "amount: 0.2, floor", "reward.energy.rate.floor badValue"),
    (
      "fromSignal: true,", "fromSignal: true, amount: 0.2,",
      "reward.energy.rate.floor badValue, reward.energy.rate.fromSignal badValue"
    ),
    ("capPercent: 110", "capPercent: unlimited", "reward.energy.capPercent exposureUnbounded"),
    ("2026: 6.5", "2026: 6.0005", "reward.premium.rate.byVintage.2026 badValue"),
    ("2026: 6.5", "26: 6.5", "reward.premium.rate.byVintage.26 badValue"),
    ("2026: 6.5", "2026: 999999999999", "reward.premium.rate overflow"),
    (
      "{from: 1.00, factor: 0", "{from: 1.00, factor: -0.1",
      "reward.availability.tiers[0] tiersNotMonotone, "
        + "reward.availability.tiers[0].factor tiersNotMonotone"
    ),
    (
      "factor: 0, offset: 1}", "factor: 0, offset: 0.99}",
      "reward.availability.tiers[0] tiersNotMonotone"
    ),
    (
      "{from: 0.75,", "{from: 1.25,",
      "reward.availability.tiers[1].from badValue"
    ),
    ("{from: 0.75, factor", "{factor", "reward.availability.tiers[1] missing"),
    (
      "- {factor: 1, offset: -0.60}", "- {from: 0.5, factor: 1, offset: -0.60}",
      "reward.availability.tiers[2].from badValue"
    ),
    ("factor: 1, offset: -0.60", "factor: 1", "reward.availability.tiers[2].offset missing"),
    (
      "spread: eventHours", "performance: {}\n    spread: eventHours",
      "reward.availability.tiers badValue"
    ),
  ])
  func `say the one fault of tiers and other rates`(
    old: String, new: String, faults: String
  ) throws {
    try #require(Fixture.tiered.contains(old), "\(old) is not in the policy")
    let text = Fixture.tiered.replacing(old, with: new)
    let said = Fixture.programmeFaults(text).map { "\($0.path) \($0.code)" }.sorted()
    #expect(said.joined(separator: ", ") == faults)
  }

  @Test func `a bonus pool needs penalties, and a budget costs that end`() throws {
    let pool = try Fixture.edited(
      "unit: home", "unit: home\n  bonusPool: {sharePercent: 100}"
    ).text
    let from = try #require(pool.range(of: "  penalty:\n"))
    let to = try #require(pool.range(of: "  excusals:"))
    let without = pool.replacingCharacters(in: from.lowerBound..<to.lowerBound, with: "")
    #expect(Fixture.programmeFaults(without).map(\.path) == ["reward.bonusPool"])
    let budget = Fixture.tiered.replacing("required: true", with: "required: false")
      .replacing("capPercent: 110", with: "capPercent: unlimited")
    #expect(
      Fixture.programmeFaults(budget).map { "\($0.path) \($0.allowed)" } == [
        "reward.energy.capPercent 100…1000 where there is a budget"
      ])
  }

  @Test func `say when an escrow goes back and how far two volumes may differ`() throws {
    let (text, _) = try Fixture.edited("coverPercent: 120", "coverPercent: 120, releaseAt: initial")
    #expect(Fixture.faults(text).isEmpty)
    let other = try Fixture.edited("disputeDays: 90", "reconcilePercent: 2.5").text
    #expect(try Fixture.load(other).reconcile == Percent(hundredths: 250)!)
    #expect(try Fixture.load(Fixture.whole).reconcile == Percent(whole: 1)!)
    let sentences = try Fixture.load(other).explain().lines.map(\.sentence)
    #expect(
      sentences.contains(
        "Where another party's volume differs by more than 2.5 %, payment waits."))
  }

  @Test func `say whether evidence names the readings behind a settlement`() throws {
    let text = try Fixture.edited("disputeDays: 90", "disputeDays: 90\n  evidence: readings").text
    let policy = try Fixture.load(text)
    #expect(policy.citesReadings)
    #expect(try Fixture.load(Fixture.whole).citesReadings == false)
    #expect(
      policy.explain().lines.map(\.sentence).contains(
        "The evidence of a settlement names the readings behind it, a root for each meter and day.")
    )
    let difference = PolicyDifference(
      old: (Array(Fixture.whole.utf8), try Fixture.load(Fixture.whole)),
      new: (Array(text.utf8), policy))
    #expect(!difference.isSameMeaning)
    #expect(difference.changes.map(\.path) == ["settlement.evidence"])
  }

  @Test func `another reward of a month changes the meaning`() throws {
    let old = Array(Fixture.period.utf8)
    let new = Array(Fixture.period.replacing("winter: 50", with: "winter: 45").utf8)
    func policy(_ bytes: [UInt8]) throws -> Policy {
      try Policy.load(bytes: bytes, file: "p.yaml", allowsProgramme: true)
    }
    let difference = PolicyDifference(
      old: (old, try policy(old)), new: (new, try policy(new)))
    #expect(!difference.isSameMeaning)
    #expect(difference.changes.map(\.room) == [.money])
    #expect(difference.changes.map(\.isWorseForOwners) == [true])
    #expect(difference.effects.count == 1)
    #expect(difference.effects[0].hasPrefix("A month of four events at 100, 80, 0 and 90 %"))
  }
}
