import Grid
import Settlement

/// Short ways to write what the tests settle.
enum World {
  static let dollars = Currency(code: "USD", digits: 2)!
  static let start = Timestamp(rfc3339: "2026-07-15T17:00:00-07:00")!

  static func window(minutes: Int64) -> Window {
    Window(start: start, end: start.adding(seconds: minutes * 60))!
  }

  /// Intervals that follow each other from 17:00.
  static func intervals(_ count: Int, minutes: Int64, levels: [Int]? = nil) -> [EventInterval] {
    (0..<count).map { place in
      let from = start.adding(seconds: Int64(place) * minutes * 60)
      return EventInterval(
        window: Window(start: from, end: from.adding(seconds: minutes * 60))!,
        level: levels?[place] ?? 2)
    }
  }

  static func terms(
    netting: SettlementTerms.Netting = .interval,
    energy: SettlementTerms.EnergyReward? = nil,
    premium: SettlementTerms.EnergyReward? = nil,
    penalty: SettlementTerms.Penalty? = nil,
    shares: [SettlementTerms.Party: Int32] = [.owner: 100],
    currency: Currency = dollars
  ) -> SettlementTerms {
    SettlementTerms(
      policy: Digest(bytes: Array(repeating: 7, count: 32))!, policyVersion: "1.0",
      programme: ProgrammeID("test")!, currency: currency, netting: netting, energy: energy,
      premium: premium, penalty: penalty,
      excusals: [.gridOutage, .stormHold, .utilityCancelled, .noNotice, .meterFault],
      shares: shares.mapValues { Percent(whole: $0)! }, escrowRequired: true,
      runs: [SettlementTerms.Run(name: "initial", afterDays: 7, isPayable: true)])
  }

  /// `surge-ten-percent.yaml`: 2.00 a kWh, penalty 0.40, deadband 10 %, cap by the month.
  static var tenPercent: SettlementTerms {
    terms(
      premium: .init(rate: .flat(Money(millionths: 2_000_000))),
      penalty: .init(
        price: .rate(.flat(Money(millionths: 400_000))), netting: .interval,
        caps: [.init(basis: .rewardsOfMonth, percent: 100)]))
  }

  /// `surge-levels.yaml`: base and premium by level, penalty 1.5 times their sum, four parties.
  static var levels: SettlementTerms {
    terms(
      energy: .init(rate: .flat(Money(millionths: 250_000)), capPercent: 110),
      premium: .init(
        rate: .byLevel([
          0: .zero, 1: Money(millionths: 500_000), 2: Money(millionths: 2_000_000),
          3: Money(millionths: 2_000_000),
        ])),
      penalty: .init(
        price: .multiple(ofEnergy: true, ofPremium: true, millionths: 1_500_000),
        netting: .interval, caps: [.init(basis: .rewardsOfMonth, percent: 100)]),
      shares: [.owner: 70, .aggregator: 20, .utility: 7, .grid: 3])
  }

  static func wh(_ wattHours: Int64) -> Energy { Energy(wattHours: wattHours) }

  static func committed(_ wattHours: [Int64]) -> Commitment {
    Commitment(
      intervals: wattHours.map { CommittedInterval(rewardBase: wh($0), penaltyBase: wh($0)) })
  }

  static func home(
    _ site: String = "H1", committed wattHours: [Int64], delivered: [Int64]
  ) -> HomePerformance {
    HomePerformance(
      site: SiteID(site)!, owner: OwnerID("O-" + site)!, batteries: [BatteryID("B-" + site)!],
      commitment: committed(wattHours), intervals: delivered.map { .verified(wh($0)) },
      verdict: .verified)
  }

  static func input(
    _ homes: [HomePerformance], minutes: Int64 = 60, levels: [Int]? = nil,
    run: SettlementRun = SettlementRun(name: "initial", isPayable: true, payer: .escrow),
    isTest: Bool = false
  ) -> SettlementInput {
    let count = homes.first?.intervals.count ?? 1
    return SettlementInput(
      run: run, event: EventID("E-17")!, window: window(minutes: minutes * Int64(count)),
      isTest: isTest, intervals: intervals(count, minutes: minutes, levels: levels), homes: homes)
  }

  /// Settles one home and returns it.
  static func settled(
    _ home: HomePerformance, _ terms: SettlementTerms = tenPercent, minutes: Int64 = 60,
    levels: [Int]? = nil, isTest: Bool = false
  ) -> HomeSettlement {
    Settlement.settle(
      input([home], minutes: minutes, levels: levels, isTest: isTest), terms: terms
    ).homes[0]
  }
}

extension Money {
  /// An amount written as people write it.
  init(_ text: String) {
    self.init(millionths: try! FixedDecimal.parse(text, places: 6))
  }
}

extension HomeSettlement {
  func line(_ type: LineType) -> SettlementLine? { lines.first { $0.type == type } }
}

extension [PartyShare] {
  /// Amounts in the order in which the golden numbers name the parties.
  var amounts: [Money] {
    [SettlementTerms.Party.owner, .aggregator, .utility, .grid].map { party in
      first { $0.party == party }?.amount ?? .zero
    }
  }
}
