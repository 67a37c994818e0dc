import Foundation
import Grid
import Reports
import Settlement
import Testing

/// Plan 100 kW, commitment 20 kW for two hours; 15 and 22 kWh were measured (verification, declared
/// schedules): 35 of 40 kWh are credited, 37 without the cap.
@Suite struct `The performance in a report` {
  static func report(_ delivered: [Int64?], committed: Int64 = 20_000) -> EventReport {
    let intervals = [0, 1].map { place in
      EventInterval(
        window: Window(
          start: Example.start.adding(seconds: place * 3_600),
          end: Example.start.adding(seconds: place * 3_600 + 3_600))!, level: 1)
    }
    let home = HomePerformance(
      site: SiteID("H1")!, owner: OwnerID("O")!, batteries: [BatteryID("B")!],
      commitment: Commitment(over: intervals, promised: Power(watts: committed)),
      intervals: delivered.map { $0.map { .verified(Energy(wattHours: $0)) } ?? .missing() },
      verdict: .verified)
    let window = Window(start: Example.start, end: intervals[1].window.end)!
    var terms = Example.terms
    terms.penalty = nil
    let settlement = Settlement.settle(
      SettlementInput(
        run: SettlementRun(name: "initial", isPayable: true, payer: .escrow),
        event: EventID("E-17")!, window: window, isTest: false, intervals: intervals,
        homes: [home]), terms: terms)
    var report = Example.report(homes: [])
    report.settlement = settlement
    report.homes = [
      HomeFacts(
        site: home.site, batteries: home.batteries,
        intervals: zip(home.commitment.intervals, home.intervals).map {
          HomeFacts.Interval(
            commitment: $0, quality: $1.reduction == nil ? .missing : .actual,
            reduction: $1.reduction)
        })
    ]
    return report
  }

  private static func json(_ report: EventReport) -> String { report.text(.json) }

  @Test func `is 0.875, and 0.925 without the cap, at 18.5 kW on the mean`() {
    let report = Self.report([15_000, 22_000])
    let json = Self.json(report)
    let wanted = #""performance":"0.875","performanceUncapped":"0.925""#
    // Of the home and of all.
    #expect(json.components(separatedBy: wanted).count == 3)
    #expect(json.components(separatedBy: #""meanReductionW":18500,"#).count == 3)
    for text in [report.html(), report.markdown()] {
      #expect(text.contains("87.5 %"))
      #expect(text.contains("credited of what homes were asked for; 92.5 % uncapped"))
      #expect(text.contains("over the hours that have data"))
    }
  }

  @Test func `counts a missing interval against the commitment, and not in the mean`() {
    let json = Self.json(Self.report([15_000, nil]))
    #expect(json.contains(#""performance":"0.375","performanceUncapped":"0.375""#))
    #expect(json.contains(#""meanReductionW":15000,"#))
  }

  @Test func `is unknown where nothing was committed or measured`() {
    let none = Self.json(Self.report([15_000, 22_000], committed: 0))
    #expect(none.contains(#""performance":null,"performanceUncapped":null"#))
    let lost = Self.json(Self.report([nil, nil]))
    #expect(lost.contains(#""meanReductionW":null"#))
    #expect(lost.contains(#""performance":"0","performanceUncapped":"0""#))
  }

  @Test func `takes a loss off the hours that gained, where the event is netted`() {
    var report = Self.report([30_000, -10_000])
    #expect(Self.json(report).contains(#""performanceUncapped":"0.75""#))
    report.terms.netting = .event
    #expect(Self.json(report).contains(#""performanceUncapped":"0.5""#))
  }

  @Test func `stands beside that of all homes as one meter, where somebody asked`() {
    var report = Example.report()
    #expect(report.text(.json).contains(#""oneMeterJ":null,"penalties":"#))
    #expect(!report.html().contains("As one meter"))
    report.asOneMeter = Energy(wattHours: 6_000)
    #expect(report.text(.json).contains(#""oneMeterJ":21600000,"penalties":"#))
    for text in [report.html(), report.markdown()] {
      #expect(
        text.contains(
          "As one meter against its own baseline the homes gave 6.00 kWh; one by one they gave 2.55 "
            + "kWh: the baseline of a sum is not the sum of the baselines."))
    }
  }
}
