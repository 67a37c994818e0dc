import Grid
import Testing
import Verification

/// A small generator of numbers that repeats: SplitMix64.
struct Dice {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next(_ range: ClosedRange<Int64>) -> Int64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 31
    return range.lowerBound + Int64(z % UInt64(range.upperBound - range.lowerBound + 1))
  }
}

@Suite struct `Whatever the readings` {
  static let event = Samples.event("2025-08-14T17:00", "2025-08-14T20:00")
  static let seeds: [UInt64] = [1, 2, 3, 5]

  static func house(seed: UInt64, gaps: Int64 = 0) -> IntervalSeries {
    var dice = Dice(seed: seed)
    return Samples.series(from: "2025-06-20", through: "2025-08-14") { _, minute in
      let value = dice.next(-1_500...4_000)
      // Never in the event itself, nor in its window.
      return dice.next(1...100) <= gaps && minute < 600 ? nil : value
    }
  }

  static func terms(_ index: Int) -> MeasurementTerms {
    let window = BaselineTerms.Adjustment.AnchoredWindow(
      anchor: .start, fromMinutes: -240, toMinutes: -60)
    let adjustments: [BaselineTerms.Adjustment?] = [
      nil, .init(kind: .additive, windows: [window], capUp: nil, capDown: nil),
      .init(kind: .additive, windows: [window], capUp: Ratio(1, 5), capDown: Ratio(1, 3)),
      .init(kind: .multiplicative, windows: [window], capUp: Ratio(2, 5), capDown: Ratio(2, 7)),
    ]
    let selections: [BaselineTerms.Selection] = [
      .init(choose: .recent, y: 10, minimumDays: 5), .init(choose: .high, y: 10, x: 5),
      .init(choose: .low, y: 5, x: 3, weightsMillionths: [500_000, 300_000, 200_000]),
      .init(choose: .middle, y: 10),
    ]
    let baseline = BaselineTerms(
      kind: .dayMatching, dayClasses: .weekdaySaturdaySunday,
      selection: [.weekday: selections[index % 4]],
      rankBy: index.isMultiple(of: 3) ? .fullDay : .eventWindow,
      lowUsage: index.isMultiple(of: 2) ? Ratio(1, 4) : nil, adjustment: adjustments[index / 4])
    return Samples.terms(baseline: baseline)
  }

  static func verify(_ meter: IntervalSeries, _ terms: MeasurementTerms) -> Performance {
    Verifier.verify(Samples.data(meter), event: event, terms: terms)
  }

  @Test(arguments: 0..<16) func `scaling them scales baseline and reduction`(_ index: Int) {
    for seed in Self.seeds {
      let meter = Self.house(seed: seed)
      let one = Self.verify(meter, Self.terms(index))
      let seven = Self.verify(meter.mapping { 7 * $0 }, Self.terms(index))
      #expect(one.days == seven.days)
      for (small, large) in zip(one.intervals, seven.intervals) {
        // Before rounding they are in proportion: after it within the seven joules of one.
        let excess = large.baseline!.joules - 7 * small.baseline!.joules
        #expect((0..<7).contains(excess), "seed \(seed)")
      }
    }
  }

  @Test(arguments: 0..<16) func `a reading inside the event never changes a baseline`(_ index: Int)
  {
    for seed in Self.seeds {
      let meter = Self.house(seed: seed)
      let changed = meter.changing(Self.event.window.start, to: Energy(wattHours: 9_999))
      let before = Self.verify(meter, Self.terms(index))
      let after = Self.verify(changed, Self.terms(index))
      #expect(before.intervals.map(\.baseline) == after.intervals.map(\.baseline))
    }
  }

  @Test(arguments: 0..<16) func `a discharge in the event raises the reduction by itself`(
    _ index: Int
  ) {
    for seed in Self.seeds {
      let meter = Self.house(seed: seed)
      let start = Self.event.window.start
      let old = meter.value(from: start.seconds, seconds: 3_600).joules
      let given = meter.changing(start, to: Energy(joules: old - 7_654_321))
      let before = Self.verify(meter, Self.terms(index)).reduction!
      #expect(
        Self.verify(given, Self.terms(index)).reduction == before + Energy(joules: 7_654_321))
    }
  }

  @Test func `an uncapped additive adjustment follows its window`() {
    for seed in Self.seeds {
      let meter = Self.house(seed: seed)
      let window = Samples.moment("2025-08-14T13:00").seconds
      let raised = IntervalSeries(
        meter: meter.meter, startSecond: meter.startSecond, intervalSeconds: 3_600,
        joules: meter.joules.enumerated().map { row, joules in
          let second = meter.startSecond + Int64(row) * 3_600
          return (window..<window + 10_800).contains(second) ? joules + 123_457 : joules
        }, qualities: meter.qualities)
      let before = Self.verify(meter, Self.terms(4)).intervals.map { $0.baseline!.joules + 123_457 }
      #expect(Self.verify(raised, Self.terms(4)).intervals.map { $0.baseline!.joules } == before)
    }
  }

  @Test(arguments: 0..<16) func `the same question has the same answer`(_ index: Int) {
    for seed in Self.seeds {
      let meter = Self.house(seed: seed, gaps: 4)
      let plan = PreparedEvent(Self.event, terms: Self.terms(index))
      let once = Verifier.verify(Samples.data(meter), using: plan)
      #expect(once == Verifier.verify(Samples.data(meter), using: plan))
      #expect(once == Self.verify(meter, Self.terms(index)))
      #expect(once == Verifier.explain(Samples.data(meter), using: plan).performance)
    }
  }

  @Test(arguments: 0..<16) func `losing readings of the event never helps`(_ index: Int) {
    for seed in Self.seeds {
      let meter = Self.house(seed: seed)
      func credit(_ result: Performance) -> Int64 {
        result.intervals.reduce(0) { $0 + max(0, $1.reduction?.joules ?? 0) }
      }
      let whole = Self.verify(meter, Self.terms(index))
      var holed = meter
      var moment = Self.event.window.start
      while moment < Self.event.window.end {
        holed = holed.changing(moment, to: nil)
        let result = Self.verify(holed, Self.terms(index))
        #expect(credit(result) <= credit(whole))
        if case .refused = whole.verdict { #expect(result.verdict != .verified) }
        moment = moment.adding(seconds: 3_600)
      }
    }
  }

  @Test func `the sign splits into an import and an export side that add up`() {
    var dice = Dice(seed: 4)
    for _ in 0..<200 {
      let (b, u) = (dice.next(-5_000...5_000), dice.next(-5_000...5_000))
      let imports = max(b, 0) - max(u, 0)
      let exports = max(-u, 0) - max(-b, 0)
      #expect(imports + exports == b - u)
    }
  }
}

@Suite struct `Averaging the same hour` {
  /// The value of an hour is its wall clock: hour × 100 Wh, every day.
  static func byClock(_ zone: ZoneOffsets, from: String, through: String, minutes: Int64 = 60)
    -> IntervalSeries
  {
    Samples.series(from: from, through: through, zone: zone, minutes: minutes) { _, minute in
      minute / minutes * 100
    }
  }

  @Test func `goes by the wall clock across every change of it`() {
    let rows: [(ZoneOffsets, String, String, Int64)] = [
      (Zones.losAngeles, "2025-03-12", "17:00", 60), (Zones.losAngeles, "2025-11-04", "17:00", 60),
      (Zones.sydney, "2025-04-09", "17:00", 60), (Zones.sydney, "2025-10-08", "17:00", 60),
      (Zones.lordHowe, "2025-04-09", "17:00", 30), (Zones.lordHowe, "2025-10-08", "17:00", 30),
      (Zones.kolkata, "2025-06-10", "17:00", 60), (Zones.tokyo, "2025-06-10", "17:00", 30),
    ]
    for (zone, day, clock, minutes) in rows {
      let date = Samples.date(day)
      let meter = Self.byClock(
        zone, from: date.adding(days: -12).description, through: day, minutes: minutes)
      var baseline = Samples.recent(10)
      baseline.adjustment = .init(
        kind: .additive, windows: [.init(anchor: .start, fromMinutes: -240, toMinutes: -60)],
        capUp: nil, capDown: nil)
      let event = Samples.event(day + "T" + clock, day + "T19:00", zone: zone)
      let result = Verifier.verify(
        Samples.data(meter), event: event,
        terms: Samples.terms(zone: zone, intervalMinutes: minutes, baseline: baseline))
      #expect(result.verdict == .verified, "\(zone.name) \(day)")
      #expect(result.reduction == .zero, "\(zone.name) \(day)")
      #expect(result.adjustment?.used == .offset(Fraction(0)), "\(zone.name) \(day)")
    }
  }

  @Test func `works on a day of 25 hours, where two hours take the same value`() {
    let zone = Zones.losAngeles
    let meter = Self.byClock(zone, from: "2025-10-20", through: "2025-11-02")
    let event = Samples.event("2025-11-02T00:00", "2025-11-02T03:00", zone: zone)
    #expect(event.window.seconds == 4 * 3_600)
    let result = Verifier.verify(
      Samples.data(meter), event: event, terms: Samples.terms(baseline: Samples.recent(5)))
    #expect(result.baselineWattHours == [0, 100, 100, 200])
  }

  @Test func `works on a day of 23 hours`() {
    let zone = Zones.losAngeles
    let meter = Self.byClock(zone, from: "2025-02-20", through: "2025-03-09")
    let event = Samples.event("2025-03-09T01:00", "2025-03-09T04:00", zone: zone)
    #expect(event.window.seconds == 2 * 3_600)
    let result = Verifier.verify(
      Samples.data(meter), event: event, terms: Samples.terms(baseline: Samples.recent(5)))
    #expect(result.baselineWattHours == [100, 300])
  }

  @Test func `leaves a day out of the hour that its clock skipped, and keeps it for the others`() {
    let meter = Samples.series(from: "2025-03-01", through: "2025-03-10") { date, _ in
      date == Samples.date("2025-03-09") ? 4_000 : 1_000
    }
    let event = Samples.event("2025-03-10T02:00", "2025-03-10T04:00")
    let result = Verifier.verify(
      Samples.data(meter), event: event, terms: Samples.terms(baseline: Samples.recent(3)))
    // 02:00 from two days, 03:00 from three: (1 + 1) / 2 and (4 + 1 + 1) / 3.
    #expect(result.baselineWattHours == [1_000, 2_000])
    #expect(result.days.count == 3)
  }

  @Test func `finds the classes of moved working days and holidays`() {
    var calendar = ProgrammeCalendar(
      zone: .utc, seasons: [], holidays: [Samples.date("2025-05-01"), Samples.date("2025-05-02")],
      workingDays: [Samples.date("2025-05-02"), Samples.date("2025-05-03")])
    func classes(_ rule: BaselineTerms.DayClasses) -> [BaselineTerms.DayClass] {
      (1...5).map { rule.dayClass(of: Samples.date("2025-05-0\($0)"), calendar: calendar) }
    }
    #expect(classes(.all) == [.all, .all, .all, .all, .all])
    #expect(
      classes(.businessNonBusiness)
        == [.nonBusiness, .business, .business, .nonBusiness, .business])
    #expect(
      classes(.weekdaySaturdaySunday)
        == [.sundayHoliday, .weekday, .weekday, .sundayHoliday, .weekday])
    calendar = ProgrammeCalendar(zone: .utc, seasons: [], nonWorkingDays: [.friday])
    #expect(
      classes(.businessNonBusiness) == [.business, .nonBusiness, .business, .business, .business])
    #expect(
      classes(.weekdaySaturdaySunday) == [.weekday, .weekday, .saturday, .sundayHoliday, .weekday])
  }
}

@Suite struct `A choice of days` {
  /// Day k before the event uses `values[k - 1]` Wh an hour.
  static func days(
    _ values: [Int64], _ selection: BaselineTerms.Selection,
    change: (inout BaselineTerms) -> Void = { _ in }
  ) -> (days: [Int64], baseline: Int64?) {
    let today = Samples.date("2025-08-14")
    let meter = Samples.series(
      from: today.adding(days: -Int64(values.count)).description, through: today.description
    ) { date, _ in
      let back = Int(today.dayNumber - date.dayNumber)
      return back == 0 ? 0 : values[back - 1]
    }
    var baseline = BaselineTerms(kind: .dayMatching, selection: [.all: selection])
    change(&baseline)
    let result = Verifier.verify(
      Samples.data(meter), event: Samples.event("2025-08-14T17:00", "2025-08-14T18:00"),
      terms: Samples.terms(baseline: baseline))
    return (
      result.days.map { today.dayNumber - $0.dayNumber }, result.baselineWattHours.first ?? nil
    )
  }

  @Test func `of equal days prefers the more recent for high, the older for low`() {
    let values: [Int64] = [100, 300, 300, 100, 200]
    #expect(Self.days(values, .init(choose: .high, y: 5, x: 2)).days == [2, 3])
    #expect(Self.days(values, .init(choose: .low, y: 5, x: 2)).days == [4, 1])
    #expect(Self.days(values, .init(choose: .middle, y: 5)).days == [3, 5, 1])
    #expect(Self.days(values, .init(choose: .recent, y: 3)).days == [1, 2, 3])
  }

  @Test func `weighs them in the order of the selection`() {
    let weights: [Int64] = [500_000, 300_000, 200_000]
    let rule = BaselineTerms.Selection(choose: .high, y: 5, x: 3, weightsMillionths: weights)
    let (days, baseline) = Self.days([100, 400, 200, 300, 50], rule)
    #expect(days == [2, 4, 3])
    #expect(baseline == 330)
  }

  @Test func `limits x to the days there are, and skips the most recent`() {
    let rule = BaselineTerms.Selection(choose: .high, y: 10, x: 5, minimumDays: 2)
    #expect(Self.days([100, 400, 200], rule).days == [2, 3, 1])
    #expect(Self.days([100, 400, 200, 600], rule) { $0.skipRecentDays = 2 }.days == [4, 3])
    #expect(Self.days([100, 400, 200, 600], rule) { $0.lookbackDays = 2 }.days == [2, 1])
  }

  @Test func `replaces low days until nothing changes`() {
    let rule = BaselineTerms.Selection(choose: .recent, y: 3)
    let low = Ratio(1, 2)
    // Mean of 800, 100, 800 is 566: the 100 goes. Then 800, 800, 300: mean 633, the 300 goes.
    #expect(Self.days([800, 100, 800, 300, 700], rule) { $0.lowUsage = low }.days == [1, 3, 5])
    // Nothing is rejected when the mean is not above zero.
    #expect(Self.days([-800, 100, -800, 300], rule) { $0.lowUsage = low }.days == [1, 2, 3])
  }

  @Test func `takes no dates that the programme excludes`() {
    let rule = BaselineTerms.Selection(choose: .recent, y: 2)
    #expect(
      Self.days([1, 2, 3], rule) { $0.excludedDates = [Samples.date("2025-08-13")] }.days == [2, 3])
  }

  @Test func `rounds a baseline down and typical use up`() {
    let rule = BaselineTerms.Selection(choose: .recent, y: 3)
    let today = Samples.date("2025-08-14")
    let series = Samples.series(from: "2025-08-01", through: "2025-08-14") { _, _ in 0 }
      .changing(Samples.moment("2025-08-13T17:00"), to: Energy(joules: 100))
    let event = Samples.event("2025-08-14T17:00", "2025-08-14T18:00")
    let premises = Verifier.verify(
      Samples.data(series), event: event,
      terms: Samples.terms(
        baseline: BaselineTerms(kind: .dayMatching, selection: [.all: rule])))
    #expect(premises.intervals[0].baseline == Energy(joules: 33))
    let device = Verifier.verify(
      Samples.data(nil, battery: series), event: event,
      terms: Samples.terms(
        mode: .deviceOutput,
        baseline: BaselineTerms(kind: .typicalOutput, selection: [.all: rule])))
    #expect(device.intervals[0].baseline == Energy(joules: 34))
    #expect(device.days.allSatisfy { $0 < today })
  }
}

@Suite struct `A fraction` {
  @Test func `is in lowest terms with a positive denominator`() {
    #expect(Fraction(22, 20) == Fraction(11, 10))
    #expect(Fraction(3, -6).description == "-1/2")
    #expect(Fraction(0, 7).description == "0")
    #expect(Fraction(1 << 80, 1 << 78).description == "4")
    #expect(Fraction(1, 3) < Fraction(2, 5))
    #expect(Fraction(-7, 2).roundedDown == -4)
    #expect(Fraction(7, 2).roundedDown == 3)
    #expect(Fraction(-(Int128(1) << 70), Int128(1) << 69).roundedDown == -2)
  }
}
