import Engine
import Grid
import Policies
import Testing

extension Fixture {
  /// The whole example with prices, an order, over-commitment and limits of time.
  static var ordered: String {
    whole
      .replacing(
        "percent: 12.5,",
        with: "percent: 12.5, byPrice: [{atOrAbove: 0.50, percent: 5}, "
          + "{atOrAbove: 1.00, percent: 10}],"
      )
      .replacing("forms: [level, percent, power]", with: "forms: [price, power]")
      .replacing(
        "fairness: equalShare",
        with: """
          fairness: meritOrder
            meritBy: offeredPrice
            fairnessWindowDays: 7
            chargeUncertaintyPercent: 2.5
            overCommit:
              by: reliability
              historyEvents: 5
              newBatteryPercent: 75
              maximumPercent: 125
              probabilityPercent: 95
          """
      )
      .replacing(
        "countCancelled: always",
        with: """
          countCancelled: always
            maximumHoursPerSeason: 40.5
            minimumRestMinutes: 90
            maximumConsecutiveDays: 3
            durationFromEnrolment: true
            overlap: refuse
          """)
  }
}

@Suite struct `A policy that orders its batteries` {
  @Test func `says who goes first, how much more is asked, and what a price releases`() throws {
    let terms = try Fixture.load(Fixture.ordered).dispatch
    #expect(terms.fairness == .meritOrder)
    #expect(terms.meritBy == .offeredPrice)
    #expect(terms.fairnessWindowDays == 7)
    #expect(terms.chargeUncertainty == Percent(hundredths: 250))
    #expect(terms.historyEvents == 5)
    #expect(terms.newBattery == Percent(whole: 75))
    #expect(terms.overCommit == .init(maximumPercent: 125, probability: Percent(whole: 95)))
    #expect(terms.events.maximumSecondsPerSeason == 145_800)
    #expect(terms.events.minimumRestMinutes == 90)
    #expect(terms.events.maximumConsecutiveDays == 3)
    #expect(terms.events.lengthIsContracted)
    #expect(terms.events.overlap == .refuse)
    let sentence = "A signal that shares time with another event of the programme is refused."
    func says(_ text: String) throws -> Bool {
      try Fixture.load(text).explain().lines.contains { $0.sentence == sentence }
    }
    #expect(try says(Fixture.ordered))
    #expect(try Fixture.load(Fixture.whole).dispatch.events.overlap == nil)
    #expect(try !says(Fixture.whole))
    let ranked = Fixture.ordered.replacing("overlap: refuse", with: "overlap: priority")
    #expect(try Fixture.load(ranked).dispatch.events.overlap == .priority)
    #expect(
      try Fixture.load(ranked).explain().lines.contains {
        $0.field == "events.overlap" && $0.sentence.contains("lower priority number")
      })
    let release = try #require(terms.release)
    #expect(release.currencyCode == "EUR" || release.currencyCode == "USD")
    // E17
    for (price, percent) in [(490_000, 0), (990_000, 5), (1_000_000, 10)] as [(Int64, Int32)] {
      #expect(release.percent(at: Money(millionths: price)) == Percent(whole: percent))
    }
  }

  @Test func `says so in sentences`() throws {
    let text = try Fixture.load(Fixture.ordered).explain().lines.map(\.sentence).joined(
      separator: "\n")
    for part in [
      "the lowest asking price first", "up to 125 % of it", "with a probability of 95 %",
      "2.5 % of their capacity", "A price of 0.50 a kWh or more releases 5 %",
    ] { #expect(text.contains(part), "\(part) is not in \(text)") }
    for (words, part) in [
      ("meritBy: stateOfCharge", "the fullest first"),
      ("meritBy: reliability", "most of what they were asked"),
    ] {
      let other = Fixture.ordered.replacing("meritBy: offeredPrice", with: words)
      #expect(
        try Fixture.load(other).explain().lines.map(\.sentence).joined(separator: "\n").contains(
          part))
    }
    let debts = Fixture.ordered.replacing("fairness: meritOrder", with: "fairness: rotationDebt")
    #expect(
      try Fixture.load(debts).explain().lines.map(\.sentence).joined(separator: "\n").contains(
        "in the last 7 days"))
  }

  @Test func `asks for nothing more unless it says so`() throws {
    let terms = try Fixture.load(Fixture.whole).dispatch
    #expect(terms.overCommit == nil)
    #expect(terms.chargeUncertainty == .zero)
    #expect(terms.events.maximumSecondsPerSeason == nil)
    #expect(!terms.events.lengthIsContracted)
  }
}
