import Foundation
import Grid
import Testing
import Verification

@Suite struct `A way of measuring` {
  static let event = Samples.event("2025-08-14T17:00", "2025-08-14T19:00")
  static let today = Samples.date("2025-08-14")

  static func evening(_ usual: Int64, _ now: Int64) -> IntervalSeries {
    Samples.series(from: "2025-07-01", through: "2025-08-14") { date, minute in
      guard (17..<19).contains(minute / 60) else { return 500 }
      return date == today ? now : usual
    }
  }

  static func battery(_ usual: Int64, _ now: Int64) -> IntervalSeries {
    evening(usual, now).mapping { $0 == 1_800_000 ? 0 : $0 }
  }

  static func reduction(
    _ mode: MeasurementTerms.Mode, _ kind: BaselineTerms.Kind, _ data: SiteData,
    exportsCounted: Bool = true, change: (inout MeasurementTerms) -> Void = { _ in }
  ) -> [Int64?] {
    var baseline = Samples.recent(10)
    baseline.kind = kind
    var terms = Samples.terms(mode: mode, exportsCounted: exportsCounted, baseline: baseline)
    change(&terms)
    return Verifier.verify(data, event: event, terms: terms).reductionWattHours
  }

  @Test func `V3: matters to a battery that zeroes 2.5 kW every evening`() {
    // V3: in the event it gives 5 kW and the meter shows −2.5.
    let data = Samples.data(Self.evening(0, -2_500), battery: Self.battery(2_500, 5_000))
    #expect(Self.reduction(.premises, .dayMatching, data) == [2_500, 2_500])
    #expect(Self.reduction(.deviceOutput, .typicalOutput, data) == [2_500, 2_500])
    #expect(Self.reduction(.deviceGross, .none, data) == [5_000, 5_000])
  }

  @Test func `credits nothing to a battery that only repeats its habit`() {
    let data = Samples.data(Self.evening(0, 0), battery: Self.battery(2_500, 2_500))
    #expect(Self.reduction(.deviceOutput, .typicalOutput, data) == [0, 0])
    let idle = Samples.data(Self.evening(2_500, 2_500), battery: Self.battery(0, 0))
    #expect(Self.reduction(.deviceGross, .none, idle) == [0, 0])
    #expect(Self.reduction(.deviceOutput, .typicalOutput, idle) == [0, 0])
  }

  @Test func `leaves out what leaves the premises where exports do not count`() {
    let data = Samples.data(Self.evening(1_000, -2_500), battery: Self.battery(0, 5_000))
    // Import side only: 1.0 − 0; the battery's own part that stayed in the house: 5.0 − 2.5.
    #expect(Self.reduction(.premises, .dayMatching, data, exportsCounted: false) == [1_000, 1_000])
    #expect(Self.reduction(.premises, .dayMatching, data) == [3_500, 3_500])
    #expect(Self.reduction(.deviceGross, .none, data, exportsCounted: false) == [2_500, 2_500])
    let flooded = Samples.data(Self.evening(1_000, -6_000), battery: Self.battery(0, 5_000))
    #expect(Self.reduction(.deviceGross, .none, flooded, exportsCounted: false) == [0, 0])
    // Without the site's meter nobody knows what left.
    let blind = Samples.data(nil, battery: Self.battery(0, 5_000))
    #expect(Self.reduction(.deviceGross, .none, blind, exportsCounted: false) == [nil, nil])
  }

  @Test func `takes charging as nothing, or nets it where the policy says so`() {
    let data = Samples.data(Self.evening(0, 0), battery: Self.battery(-1_000, -2_000))
    #expect(Self.reduction(.deviceGross, .none, data) == [0, 0])
    #expect(
      Self.reduction(.deviceGross, .none, data) { $0.baseline.chargingNets = true }
        == [-2_000, -2_000])
    #expect(
      Self.reduction(.deviceOutput, .typicalOutput, data) { $0.baseline.chargingNets = true }
        == [-1_000, -1_000])
  }

  @Test func `never pays more than the battery gave above its habit, where that is the cap`() {
    let data = Samples.data(Self.evening(3_000, 500), battery: Self.battery(200, 1_200))
    #expect(
      Self.reduction(.premises, .dayMatching, data) { $0.capAtDeviceOutput = true }
        == [1_000, 1_000])
    let below = Samples.data(Self.evening(500, 3_000), battery: Self.battery(200, 1_200))
    #expect(
      Self.reduction(.premises, .dayMatching, below) { $0.capAtDeviceOutput = true }
        == [-2_500, -2_500])
    // A baseline without days has no habit to subtract.
    #expect(
      Self.reduction(.premises, .meterBeforeAfter, data) { $0.capAtDeviceOutput = true }
        == [0, 0])
  }

  @Test func `takes losses last, down to a whole joule`() {
    let data = Samples.data(Self.evening(1_000, 0))
    var baseline = Samples.recent(10)
    baseline.kind = .dayMatching
    var terms = Samples.terms(baseline: baseline)
    terms.lossFactorMillionths = 1_033_333
    let up = Verifier.verify(data, event: Self.event, terms: terms)
    #expect(up.intervals.map(\.reduction) == Array(repeating: Energy(joules: 3_719_998), count: 2))
    let worse = Samples.data(Self.evening(0, 1_000))
    let down = Verifier.verify(worse, event: Self.event, terms: terms)
    #expect(
      down.intervals.map(\.reduction) == Array(repeating: Energy(joules: -3_719_999), count: 2))
  }

  @Test func `shows estimated energy as such`() {
    let start = Self.event.window.start
    let meter = Self.evening(2_000, 500).changing(
      start, to: Energy(wattHours: 500), quality: .estimated)
    let result = Verifier.verify(
      Samples.data(meter), event: Self.event, terms: Samples.terms(baseline: Samples.recent(5)))
    #expect(result.verdict == .estimated(["The interval from \(start) is estimated."]))
    #expect(result.intervals.map(\.status) == [.estimated, .verified])
    #expect(result.reductionWattHours == [1_500, 1_500])
    var data = Samples.data(Self.evening(2_000, 500))
    data.connectionLimit = Power(watts: 450)
    let spikes = Verifier.verify(
      data, event: Self.event, terms: Samples.terms(baseline: Samples.recent(5)))
    #expect(spikes.verdict == .refused(.tooFewDays(found: 0, needed: 5)))
    #expect(spikes.intervals.map(\.status) == [.estimated, .estimated])
  }

  @Test func `compares with the hours round the event`() {
    let meter = Samples.series(from: "2025-08-14", through: "2025-08-14") { _, minute in
      minute / 60 * 100
    }
    func baseline(_ combine: BaselineTerms.BeforeAfter.Combine) -> [Int64?] {
      var terms = Samples.terms(baseline: BaselineTerms(kind: .meterBeforeAfter))
      terms.baseline.beforeAfter = .init(
        beforeMinutes: 120, beforeGapMinutes: 60, afterMinutes: 60, combine: combine)
      return Verifier.verify(Samples.data(meter), event: Self.event, terms: terms).baselineWattHours
    }
    // 14:00, 15:00 and 19:00: 1.4, 1.5 and 1.9 kWh.
    #expect(baseline(.mean) == [1_600, 1_600])
    #expect(baseline(.min) == [1_400, 1_400])
    #expect(baseline(.max) == [1_900, 1_900])
  }

  @Test func `V5: misses one interval of four and keeps the others`() {
    // V5: four quarter hours of 0.25 kWh, the third missing.
    let event = Samples.event("2025-08-14T17:00", "2025-08-14T18:00")
    let meter = Samples.series(from: "2025-08-01", through: "2025-08-14", minutes: 15) {
      date, minute in
      date == Self.today && minute >= 1_020 && minute < 1_080 ? 0 : 250
    }.changing(event.window.start.adding(seconds: 1_800), to: nil)
    let result = Verifier.verify(
      Samples.data(meter), event: event,
      terms: Samples.terms(intervalMinutes: 15, baseline: Samples.recent(5)))
    #expect(result.verdict == .verified)
    #expect(result.reductionWattHours == [250, 250, nil, 250])
    #expect(result.reduction == Energy(wattHours: 750))
    #expect(result.flags == [.eventIntervalsMissing(1)])
  }

  @Test func `sums a finer meter to the programme's intervals`() {
    let fine = Samples.series(from: "2025-08-01", through: "2025-08-14", minutes: 5) { _, _ in 50 }
    let coarse = Samples.series(from: "2025-08-01", through: "2025-08-14") { _, _ in 600 }
    let terms = Samples.terms(baseline: Samples.recent(5))
    let sums = Verifier.verify(Samples.data(fine), event: Self.event, terms: terms)
    let whole = Verifier.verify(Samples.data(coarse), event: Self.event, terms: terms)
    #expect(sums.intervals == whole.intervals && sums.days == whole.days)
    let holed = fine.changing(Self.event.window.start.adding(seconds: 600), to: nil)
    let result = Verifier.verify(Samples.data(holed), event: Self.event, terms: terms)
    #expect(result.intervals.map(\.status) == [.missing, .verified])
  }
}
