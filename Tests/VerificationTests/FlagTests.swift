import Grid
import Testing
import Verification

@Suite struct `A flag` {
  static let event = Samples.event("2025-08-14T17:00", "2025-08-14T19:00")
  static let today = Samples.date("2025-08-14")

  /// `usual` Wh an hour on other days, `value` on the event's day by hour.
  static func series(
    _ usual: Int64, from first: String = "2025-07-01",
    _ value: @escaping (Int64) -> Int64? = { _ in nil }
  ) -> IntervalSeries {
    Samples.series(from: first, through: "2025-08-14") { date, minute in
      date == today ? value(minute / 60) ?? usual : usual
    }
  }

  static func terms(
    _ kind: BaselineTerms.Adjustment.Kind?, up: Ratio? = nil, down: Ratio? = nil,
    capOf: BaselineTerms.Adjustment.CapOf = .windowBaseline
  ) -> MeasurementTerms {
    var baseline = Samples.recent(5)
    if let kind {
      baseline.adjustment = .init(
        kind: kind, windows: [.init(anchor: .start, fromMinutes: -180, toMinutes: 0)],
        capUp: up, capDown: down, capOf: capOf)
    }
    return Samples.terms(baseline: baseline)
  }

  static func flags(_ data: SiteData, _ terms: MeasurementTerms, _ event: MeasuredEvent = event)
    -> [Flag]
  {
    Verifier.verify(data, event: event, terms: terms).flags
  }

  @Test func `V6: adjustmentCapped says that a limit acted, and the baseline obeys it`() {
    // V6: the window is 2.0 each hour, the event 3.0; today the battery charges 5 kW for two hours.
    let meter = Samples.series(from: "2025-07-01", through: "2025-08-14") { date, minute in
      let hour = minute / 60
      if date == Self.today, hour == 15 || hour == 16 { return 7_000 }
      return (17..<19).contains(hour) ? 3_000 : 2_000
    }
    let battery = Self.series(0) { $0 == 15 || $0 == 16 ? -5_000 : nil }
    var data = Samples.data(meter, battery: battery)
    data.capacity = Energy(wattHours: 13_500)
    let event = Samples.event("2025-08-14T17:00", "2025-08-14T19:00", notice: "2025-08-14T12:00")
    let capped = Verifier.verify(
      data, event: event, terms: Self.terms(.additive, up: Ratio(1, 5), down: Ratio(1, 5)))
    #expect(capped.baselineWattHours == [3_400, 3_400])
    #expect(capped.adjustment?.raw == .offset(Fraction(12_000_000)))
    #expect(capped.adjustment?.used == .offset(Fraction(1_440_000)))
    #expect(capped.flags.contains(.adjustmentCapped))
    #expect(capped.flags.contains(.preEventCharge(Energy(wattHours: 10_000))))
    let free = Verifier.verify(data, event: event, terms: Self.terms(.additive))
    #expect(free.baselineWattHours == [6_333, 6_333])
    #expect(!free.flags.contains(.adjustmentCapped))
    // The flag changes no number: without the battery's meter the result is the same.
    data.batteryMeter = nil
    let blind = Verifier.verify(data, event: event, terms: Self.terms(.additive))
    #expect(blind.intervals == free.intervals)
  }

  @Test func `adjustmentCapped follows what the cap is measured on`() {
    let meter = Self.series(2_000) { (14..<17).contains($0) ? 8_000 : nil }
    func offset(_ capOf: BaselineTerms.Adjustment.CapOf, _ up: Ratio) -> AppliedAdjustment.Change? {
      Verifier.verify(
        Samples.data(meter), event: Self.event,
        terms: Self.terms(.additive, up: up, down: up, capOf: capOf)
      ).adjustment?.used
    }
    #expect(offset(.windowBaseline, Ratio(1, 10)) == .offset(Fraction(720_000)))
    #expect(offset(.eventBaseline, Ratio(1, 4)) == .offset(Fraction(1_800_000)))
    #expect(offset(.absoluteKW, Ratio(3, 1)) == .offset(Fraction(10_800_000)))
  }

  @Test func `adjustmentCapped also holds downward, where upOnly allows nothing`() {
    let meter = Self.series(2_000) { (14..<17).contains($0) ? 500 : nil }
    let result = Verifier.verify(
      Samples.data(meter), event: Self.event,
      terms: Self.terms(.multiplicative, up: Ratio(1, 5), down: Ratio(0, 1)))
    #expect(result.adjustment?.raw == .factor(Fraction(1, 4)))
    #expect(result.adjustment?.used == .factor(Fraction(1)))
    #expect(result.flags == [.adjustmentCapped])
    #expect(result.baselineWattHours == [2_000, 2_000])
    // A negative window simply gives the lower limit.
    let exporting = Self.series(2_000) { (14..<17).contains($0) ? -500 : nil }
    let low = Verifier.verify(
      Samples.data(exporting), event: Self.event,
      terms: Self.terms(.multiplicative, up: Ratio(1, 5), down: Ratio(1, 5)))
    #expect(low.adjustment?.used == .factor(Fraction(4, 5)))
  }

  @Test func `adjustmentSkipped says that window data was lost`() {
    let meter = Self.series(2_000).changing(Samples.moment("2025-08-14T15:00"), to: nil)
    let result = Verifier.verify(
      Samples.data(meter), event: Self.event, terms: Self.terms(.additive))
    #expect(result.flags == [.adjustmentSkipped])
    #expect(result.adjustment == nil)
    #expect(result.verdict == .verified)
    // An estimate in the window counts as lost.
    let estimated = Self.series(2_000).changing(
      Samples.moment("2025-08-14T15:00"), to: Energy(wattHours: 2_000), quality: .estimated)
    #expect(Self.flags(Samples.data(estimated), Self.terms(.additive)) == [.adjustmentSkipped])
  }

  @Test func `degenerateRatio says that a ratio has no meaning`() {
    let result = Verifier.verify(
      Samples.data(Self.series(-2_000)), event: Self.event, terms: Self.terms(.multiplicative))
    #expect(result.flags == [.degenerateRatio])
    #expect(result.adjustment?.used == .factor(Fraction(1)))
    #expect(result.baselineWattHours == [-2_000, -2_000])
  }

  @Test func `filledWithEventDays names them`() {
    var baseline = Samples.recent(5, minimum: 4)
    baseline.tooFewDays = .fillEventDays
    var data = Samples.data(
      Samples.series(from: "2025-08-08", through: "2025-08-14") { date, _ in
        1_000 + 100 * (date.dayNumber - Self.today.dayNumber + 6)
      })
    // 13th to 11th are clean; of the event days 10, 9 and 8 the highest is the newest.
    data.eventDays = Set(["2025-08-10", "2025-08-09", "2025-08-08"].map(Samples.date))
    let result = Verifier.verify(data, event: Self.event, terms: Samples.terms(baseline: baseline))
    #expect(result.flags == [.filledWithEventDays([Samples.date("2025-08-10")])])
    #expect(
      result.days
        == ["2025-08-13", "2025-08-12", "2025-08-11", "2025-08-10"].map(Samples.date))
  }

  @Test func `belowMinimumDays says how many there were`() {
    var baseline = Samples.recent(5)
    baseline.tooFewDays = .useAvailable
    let data = Samples.data(Self.series(1_000, from: "2025-08-12"))
    #expect(
      Self.flags(data, Samples.terms(baseline: baseline))
        == [.belowMinimumDays(found: 2, needed: 5)])
  }

  @Test func `contaminatedHistory counts the class's days`() {
    var baseline = Samples.recent(2)
    baseline.lookbackDays = 7
    var data = Samples.data(Self.series(1_000))
    data.eventDays = Set((10...12).map { Samples.date("2025-08-\($0)") })
    #expect(Self.flags(data, Samples.terms(baseline: baseline)) == [])
    data.eventDays.insert(Samples.date("2025-08-09"))
    #expect(
      Self.flags(data, Samples.terms(baseline: baseline))
        == [.contaminatedHistory(eventDays: 4, of: 7)])
  }

  @Test func `windowAboveHistory needs a notice before the window and no battery meter`() {
    let meter = Self.series(2_000) { (14..<17).contains($0) ? 2_100 : nil }
    let early = Samples.event("2025-08-14T17:00", "2025-08-14T19:00", notice: "2025-08-14T13:00")
    let late = Samples.event("2025-08-14T17:00", "2025-08-14T19:00", notice: "2025-08-14T14:00")
    #expect(Self.flags(Samples.data(meter), Self.terms(.additive), early) == [.windowAboveHistory])
    #expect(Self.flags(Samples.data(meter), Self.terms(.additive), late) == [])
    #expect(Self.flags(Samples.data(Self.series(2_000)), Self.terms(.additive), early) == [])
    let watched = Samples.data(meter, battery: Self.series(0))
    #expect(!Self.flags(watched, Self.terms(.additive), early).contains(.windowAboveHistory))
  }

  @Test func `reductionWithoutDischarge and meterDeviceMismatch compare with the battery`() {
    let meter = Self.series(3_000) { (17..<19).contains($0) ? 1_000 : nil }
    func flags(_ discharge: Int64) -> [Flag] {
      let battery = Self.series(0) { (17..<19).contains($0) ? discharge : nil }
      return Self.flags(Samples.data(meter, battery: battery), Self.terms(nil))
    }
    #expect(flags(2_000) == [])
    // 4 kWh at the meter; the battery's 2 × 1.850: 0.3 is within 5 % + 0.2 kWh.
    #expect(flags(1_850) == [])
    let site = Energy(wattHours: 4_000)
    #expect(flags(1_000) == [.meterDeviceMismatch(site: site, device: Energy(wattHours: 2_000))])
    #expect(
      flags(999) == [
        .reductionWithoutDischarge,
        .meterDeviceMismatch(site: site, device: Energy(wattHours: 1_998)),
      ])
  }

  @Test func `V13: meterDeviceMismatch holds above 5 percent and 0.2 kWh together`() {
    // V13: 1.00 and 1.35 differ by 0.35, more than 0.2675; 1.10 and 1.35 by 0.25.
    func differs(_ site: Int64, _ device: Int64) -> Bool {
      Reconciliation.differs(
        site: Energy(wattHours: site), device: Energy(wattHours: device), terms: Self.terms(nil))
    }
    #expect(differs(1_000, 1_350))
    #expect(!differs(1_100, 1_350))
    #expect(Flag.meterDeviceMismatch(site: .zero, device: .zero).holdsResult)
    #expect(!Flag.adjustmentCapped.holdsResult)
  }

  @Test func `meterDeviceMismatch is found in device modes as well`() {
    var terms = Self.terms(nil)
    terms.mode = .deviceOutput
    terms.baseline.kind = .typicalOutput
    let data = Samples.data(Self.series(3_000), battery: Self.series(0) { $0 == 17 ? 5_000 : nil })
    #expect(
      Self.flags(data, terms)
        == [.meterDeviceMismatch(site: .zero, device: Energy(wattHours: 5_000))])
  }

  @Test func `has a name of its own`() {
    let flags: [Flag] = [
      .adjustmentCapped, .adjustmentSkipped, .degenerateRatio, .filledWithEventDays([]),
      .belowMinimumDays(found: 1, needed: 2), .eventIntervalsMissing(1),
      .reductionWithoutDischarge, .contaminatedHistory(eventDays: 1, of: 1), .windowAboveHistory,
      .meterDeviceMismatch(site: .zero, device: .zero), .preEventCharge(.zero), .meterSuspect([]),
      .scheduleInflated(biasHundredths: 1, usualHundredths: 0), .splitSites([]),
    ]
    #expect(Set(flags.map(\.code)).count == flags.count)
    #expect(
      flags.filter(\.holdsResult).map(\.code) == [
        "meterDeviceMismatch", "meterSuspect", "splitSites",
      ])
  }
}
