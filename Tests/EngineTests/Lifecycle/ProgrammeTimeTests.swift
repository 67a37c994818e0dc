import Grid
import Testing

@testable import Engine

@Suite struct `A programme's limits of time` {
  static func rules(
    _ others: [(String, String, Int)], _ change: (inout DispatchTerms) -> Void
  ) -> SignalRules {
    SignalRules(
      terms: World.terms(change), now: World.at("00:01", day: 10),
      others: others.map { from, to, day in
        .init(
          window: Window(start: World.at(from, day: day), end: World.at(to, day: day))!,
          counts: true)
      })
  }

  static func fault(
    _ rules: SignalRules, _ from: String, _ to: String, day: Int = 15, isTest: Bool = false
  ) -> Rejection? {
    rules.fault(
      in: World.signal(
        "x", from: World.at(from, day: day), to: World.at(to, day: day), isTest: isTest
      ).content!, replacing: nil)
  }

  @Test func `count the hours of a season`() {
    let rules = Self.rules([("17:00", "18:00", 12), ("17:00", "17:30", 13)]) {
      $0.events.maximumSecondsPerSeason = 9_000
      $0.events.testsAllowed = true
    }
    #expect(Self.fault(rules, "17:00", "18:00") == nil)
    let refused = Self.fault(rules, "17:00", "18:01")
    #expect(refused?.field == "limitReached")
    #expect(refused?.found == "2.51 h in one season")
    #expect(refused?.allowed == "2.5 h in one season")
    #expect(Self.fault(rules, "17:00", "18:01", isTest: true) == nil)
  }

  @Test func `keep a rest before and after`() {
    let rules = Self.rules([("17:00", "18:00", 15)]) { $0.events.minimumRestMinutes = 90 }
    #expect(Self.fault(rules, "19:30", "20:00") == nil)
    #expect(Self.fault(rules, "19:29", "20:00")?.field == "restTooShort")
    #expect(Self.fault(rules, "15:00", "15:30") == nil)
    #expect(Self.fault(rules, "15:00", "15:31")?.found == "89 min between events")
    #expect(Self.fault(rules, "17:30", "17:45")?.found == "0 min between events")
  }

  @Test func `count days in a row, on both sides`() {
    let rules = Self.rules([("17:00", "18:00", 13), ("17:00", "18:00", 14), ("17:00", "18:00", 16)])
    { $0.events.maximumConsecutiveDays = 3 }
    #expect(Self.fault(rules, "17:00", "18:00", day: 15)?.field == "limitReached")
    #expect(Self.fault(rules, "17:00", "18:00", day: 15)?.allowed == "3 days in a row")
    #expect(Self.fault(rules, "17:00", "18:00", day: 12) == nil)
    #expect(Self.fault(rules, "19:00", "20:00", day: 14) == nil)
    #expect(Self.fault(rules, "17:00", "18:00", day: 18) == nil)
  }
}

@Suite struct `A price` {
  static let terms = World.terms {
    $0.signals.forms = [.price]
    $0.release = .init(
      byLevel: [:], basis: .nameplateEnergy,
      byPrice: [
        .init(atOrAbove: Money(millionths: 500_000), percent: Percent(whole: 5)!),
        .init(atOrAbove: Money(millionths: 1_000_000), percent: Percent(whole: 10)!),
      ], currencyCode: "USD")
  }

  static func content(_ millionths: Int64?, _ currency: String = "USD") -> GridSignal.Content {
    .init(
      window: Window(start: World.at("17:00"), end: World.at("18:00"))!, level: 2,
      request: .byLevel,
      premium: millionths.map {
        .init(currencyCode: currency, perKilowattHour: Money(millionths: $0))
      })
  }

  @Test(arguments: [(490_000, 0), (990_000, 675), (1_000_000, 1_350)] as [(Int64, Int64)])
  func `releases by steps`(price: Int64, watts: Int64) {  // E17
    var world = World(2, terms: [Self.terms])
    let signal = GridSignal(
      event: EventID("peak")!, revision: 1, issuedAt: World.at("11:00"),
      content: Self.content(price))
    _ = world.accept(signal, World.at("12:01"))
    #expect(world.record().plans.last?.plan.setpointW == [watts, watts])
    #expect(world.record().commitment?.committed.watts == 2 * watts)
  }

  @Test func `is refused in another currency, or when there is none`() {
    let rules = SignalRules(terms: Self.terms, now: World.at("12:01"), others: [])
    let foreign = rules.fault(in: Self.content(500_000, "EUR"), replacing: nil)
    #expect(foreign?.field == "formNotAccepted")
    #expect(foreign?.found == "a price in EUR")
    #expect(rules.fault(in: Self.content(nil), replacing: nil)?.found == "level")
  }

  @Test func `is only information where the programme takes none`() {
    let terms = World.terms()
    #expect(
      SignalRules.request(of: Self.content(1_000_000), terms: terms)
        == .release(Percent(whole: 10)!, of: .storedEnergy))
  }
}
