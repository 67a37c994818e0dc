import Grid
import Testing
import Verification

@Suite struct `An explanation` {
  @Test func `reads as a table of days and intervals`() throws {
    let example = try BaselineCase.load("holiday-and-missing")
    let explanation = Verifier.explain(
      try example.site("holiday-and-missing"), event: example.event, terms: try example.terms())
    #expect(
      explanation.text == """
        S-0042  event 2025-07-08 17:00-18:00 America/Los_Angeles  \
        dayMatching recent 3, minimum 3  class business
        2025-07-07 Mon  business     excluded   missingData: 17:00
        2025-07-06 Sun  nonBusiness  excluded   class
        2025-07-05 Sat  nonBusiness  excluded   class
        2025-07-04 Fri  nonBusiness  excluded   class (holiday)
        2025-07-03 Thu  business     selected   2.000 kWh  weight 1/3
        2025-07-02 Wed  business     selected   4.000 kWh  weight 1/3
        2025-07-01 Tue  business     selected   9.000 kWh  weight 1/3
        2025-06-30 Mon  business     notNeeded
        17:00  baseline (2 + 4 + 9) / 3 = 5.000  actual 1.000 A  reduction 4.000   verified

        """)
    #expect(explanation.isComplete)
  }

  @Test func `shows rank, weight and the adjustment`() throws {
    let example = try BaselineCase.load("four-of-five-additive-capped")
    let explanation = Verifier.explain(
      try example.site("four-of-five-additive-capped"), event: example.event,
      terms: try example.terms())
    let qualified = explanation.days.filter { $0.rank != nil }
    #expect(qualified.map(\.rank) == [1, 2, 3, 4, 5])
    #expect(qualified.map(\.state) == [.selected, .selected, .selected, .selected, .qualified])
    #expect(qualified.map(\.weight) == Array(repeating: Fraction(1, 4), count: 4) + [nil])
    let lines = explanation.text.split(separator: "\n")
    #expect(
      lines.contains(
        "window  A 19.500 kWh  B 15.000 kWh  n 6  raw offset 0.750 kWh  used offset 0.500 kWh"))
    #expect(
      lines.contains { $0.hasPrefix("13:00  baseline (5 + 4 + 3 + 2) / 4 = 3.500, adjusted 4.000") }
    )
    #expect(lines.last == "flags  adjustmentCapped")
  }

  @Test func `names each reason in the order of the rules`() {
    let zone = Zones.losAngeles
    let today = Samples.date("2025-03-14")
    let first = Samples.date("2025-03-03")
    var baseline = Samples.recent(2)
    baseline.lookbackDays = 11
    baseline.dayClasses = .businessNonBusiness
    baseline.holidaysExcluded = true
    baseline.lowUsage = Ratio(1, 4)
    baseline.wallClockGapDisqualifies = true
    baseline.selection = [.business: .init(choose: .recent, y: 3, minimumDays: 1)]
    let terms = Samples.terms(
      zone: zone, holidays: [Samples.date("2025-03-05")], baseline: baseline)
    let meter = Samples.series(from: first.description, through: today.description) { date, _ in
      switch date {
      case Samples.date("2025-03-12"): nil
      case Samples.date("2025-03-10"): 10
      default: 1_000
      }
    }
    var data = Samples.data(meter)
    data.eventDays = [Samples.date("2025-03-11")]
    data.excludedDates = [Samples.date("2025-03-13")]
    let event = Samples.event("2025-03-14T02:00", "2025-03-14T04:00")
    let days = Verifier.explain(data, event: event, terms: terms).days
    func state(_ day: String) -> Explanation.DayState? {
      days.first { $0.date == Samples.date("2025-03-" + day) }?.state
    }
    #expect(state("13") == .excluded(.excludedDay))
    #expect(state("12") == .excluded(.missingData(Samples.moment("2025-03-12T02:00"))))
    #expect(state("11") == .excluded(.eventDay))
    #expect(state("10") == .excluded(.lowUsage))
    #expect(state("09") == .excluded(.dayClass))
    #expect(state("07") == .selected)
    #expect(state("06") == .selected)
    // A listed holiday is of the class nonBusiness already: the first reason stands.
    #expect(state("05") == .excluded(.dayClass))
    #expect(state("04") == .selected)
    #expect(state("03") == .notNeeded)
  }

  @Test func `names holidays and skipped hours where they are the reason`() {
    var baseline = Samples.recent(2)
    baseline.holidaysExcluded = true
    baseline.wallClockGapDisqualifies = true
    let terms = Samples.terms(holidays: [Samples.date("2025-03-10")], baseline: baseline)
    let meter = Samples.series(from: "2025-03-01", through: "2025-03-11") { _, _ in 1_000 }
    let event = Samples.event("2025-03-11T02:00", "2025-03-11T04:00")
    let days = Verifier.explain(Samples.data(meter), event: event, terms: terms).days
    #expect(days[0].state == .excluded(.holiday))
    #expect(days[1].state == .excluded(.wallClockGap))
    #expect(days[2].state == .selected)
  }

  @Test func `leaves out a day that would read the event itself`() {
    // An event of a day and a half: the day before would reach into it.
    let meter = Samples.series(from: "2025-08-01", through: "2025-08-15") { _, _ in 1_000 }
    let event = Samples.event("2025-08-14T00:00", "2025-08-15T12:00")
    var baseline = Samples.recent(2)
    baseline.tooFewDays = .fillEventDays
    let days = Verifier.explain(
      Samples.data(meter), event: event, terms: Samples.terms(baseline: baseline)
    ).days
    #expect(days.prefix(3).map(\.state) == [.excluded(.overlapsEvent), .selected, .selected])
  }

  @Test func `says when data are still due, and what was refused`() {
    var baseline = Samples.recent(20)
    baseline.adjustment = .init(
      kind: .additive, windows: [.init(anchor: .end, fromMinutes: 60, toMinutes: 120)],
      capUp: nil, capDown: nil)
    let event = Samples.event("2025-08-14T20:00", "2025-08-14T22:00")
    let meter = Samples.series(from: "2025-08-01", through: "2025-08-14") { _, _ in 1_000 }
    let terms = Samples.terms(baseline: baseline)
    #expect(PreparedEvent(event, terms: terms).dataEnd == Samples.moment("2025-08-15T00:00"))
    #expect(Verifier.explain(Samples.data(meter), event: event, terms: terms).isComplete)
    let cut = IntervalSeries(
      meter: meter.meter, startSecond: meter.startSecond, intervalSeconds: 3_600,
      joules: Array(meter.joules.dropLast()),
      qualities: Array(meter.qualities.dropLast()))
    let text = Verifier.explain(Samples.data(cut), event: event, terms: terms).text
    #expect(
      text.contains(
        "refused  tooFewDays: The baseline found 13 eligible days and needs at least 20.\n"))
    #expect(text.hasSuffix("not complete: data are still due\n"))
  }
}
