import Grid
import Testing
import Verification

@Suite struct `A series of intervals` {
  static let start = Timestamp(rfc3339: "2026-09-15T17:00:00Z")!

  static func reading(
    _ offset: Int64, _ seconds: Int64, wattHours: Int64?, exported: Int64 = 0,
    quality: Quality = .actual, meter: MeterID = Samples.meter
  ) -> Reading {
    let from = start.adding(seconds: offset)
    return Reading(
      meter: meter, window: Window(start: from, end: from.adding(seconds: seconds))!,
      imported: wattHours.map { Energy(wattHours: $0) },
      exported: wattHours == nil ? nil : Energy(wattHours: exported),
      quality: wattHours == nil ? .missing : quality)
  }

  static func build(
    _ readings: [Reading], seconds: Int64 = 3_600, keepsPartial: Bool = false,
    side: IntervalSeries.Side = .netImport
  ) throws(SeriesFaults) -> IntervalSeries.Built {
    try IntervalSeries.build(
      from: readings, meter: Samples.meter, side: side, intervalSeconds: seconds,
      keepsPartial: keepsPartial)
  }

  static let minutes = (0..<60).map { reading(60 * $0, 60, wattHours: 20) }

  @Test func `sums minutes to hours`() throws {
    let built = try Self.build(Self.minutes)
    #expect(built.series.energy(row: 0) == Energy(wattHours: 1_200))
    #expect(built.series.qualities == [.actual])
  }

  /// Scenario V1 without registers: 57 of 60 minutes are known, 1.14 kWh.
  @Test func `V1: needs every part, and never takes a missing one for zero`() throws {
    let readings = Array(Self.minutes.dropFirst(3))
    let built = try Self.build(readings)
    #expect(built.series.energy(row: 0) == nil)
    #expect(built.partials.map(\.known) == [Energy(wattHours: 1_140)])
    #expect(built.partials.map(\.knownSeconds) == [57 * 60])
    let marked = try Self.build(
      readings + (0..<3).map { Self.reading(60 * $0, 60, wattHours: nil) })
    #expect(marked.series == built.series)
    // Only where the policy pays for estimates is the known part a value, and then estimated.
    let kept = try Self.build(readings, keepsPartial: true)
    #expect(kept.series.energy(row: 0) == Energy(wattHours: 1_140))
    #expect(kept.series.qualities == [.estimated])
  }

  @Test func `takes the worst quality of its parts`() throws {
    var readings = Self.minutes
    readings[7] = Self.reading(420, 60, wattHours: 20, quality: .edited)
    #expect(try Self.build(readings).series.qualities == [.edited])
    readings[8] = Self.reading(480, 60, wattHours: 20, quality: .estimated)
    #expect(try Self.build(readings).series.qualities == [.estimated])
  }

  @Test func `does not depend on the order of readings, and counts repetitions once`() throws {
    let built = try Self.build(Self.minutes.reversed() + Self.minutes.prefix(5))
    #expect(built.series == (try Self.build(Self.minutes)).series)
    #expect(built.duplicates == 5)
  }

  @Test func `V19: splits a record that straddles a border by overlap in time`() throws {
    // A device whose clock is two minutes early: 16:58 to 17:13 is 1.5 kWh, 0.2 of it before 17:00.
    let drifting = (-1...1).map {
      Self.reading(-120 + 900 * $0, 900, wattHours: $0 == 0 ? 1_500 : 0)
    }
    let built = try Self.build(drifting, seconds: 900)
    let known = Dictionary(uniqueKeysWithValues: built.partials.map { ($0.window.start, $0.known) })
    #expect(built.series.startSecond == Self.start.adding(seconds: -1_800).seconds)
    #expect(built.series.energy(row: 1) == Energy(wattHours: 200))
    #expect(built.series.energy(row: 2) == Energy(wattHours: 1_300))
    #expect(
      known == [
        Self.start.adding(seconds: -1_800): .zero, Self.start.adding(seconds: 900): .zero,
      ])
  }

  @Test func `splits to whole joules whose sum is exact`() throws {
    let odd = Reading(
      meter: Samples.meter,
      window: Window(
        start: Self.start.adding(seconds: -7), end: Self.start.adding(seconds: 893))!,
      imported: Energy(joules: 1_000_001), exported: .zero, quality: .actual)
    let parts = try Self.build([odd], seconds: 900).partials.map(\.known.joules)
    #expect(parts == [7_777, 992_224])
  }

  @Test func `counts a battery's discharge as positive`() throws {
    let readings = [Self.reading(0, 3_600, wattHours: 300, exported: 2_000)]
    #expect(
      try Self.build(readings, side: .output).series.energy(row: 0) == Energy(wattHours: 1_700))
    #expect(try Self.build(readings).series.energy(row: 0) == Energy(wattHours: -1_700))
  }

  @Test func `lies on the grid of its zone where that is not UTC's`() throws {
    let readings = (0..<4).map { Self.reading(1_800 + 900 * $0, 900, wattHours: 100) }
    let built = try IntervalSeries.build(
      from: readings, meter: Samples.meter, side: .netImport, intervalSeconds: 3_600,
      gridSecond: Self.start.seconds + 1_800)
    #expect(built.series.joules == [400 * 3_600])
  }

  @Test func `refuses readings with every fault at once`() {
    let other = Self.reading(0, 60, wattHours: 1, meter: MeterID("M-1")!)
    let coarse = Self.reading(7_200, 7_200, wattHours: 1)
    let readings = [
      Self.reading(0, 60, wattHours: 1), Self.reading(0, 60, wattHours: 2),
      Self.reading(30, 60, wattHours: 1), coarse, other,
    ]
    let first = readings[0].window
    #expect(
      throws: SeriesFaults(faults: [
        .conflict(first), .otherMeter(found: MeterID("M-1")!, expected: Samples.meter),
        .overlap(first, readings[2].window),
        .intervalTooCoarse(window: coarse.window, needed: 3_600),
      ])
    ) { try Self.build(readings) }
    #expect(throws: SeriesFaults(faults: [.noReadings])) { try Self.build([]) }
    let far = Self.reading(3_600 * 700_000, 60, wattHours: 1)
    #expect(throws: SeriesFaults(faults: [.tooLong(intervals: 700_001, allowed: 620_000)])) {
      try Self.build([readings[0], far])
    }
  }

  @Test func `says every fault in a sentence`() {
    let window = Self.reading(0, 60, wattHours: 1).window
    let faults: [SeriesFault] = [
      .noReadings, .otherMeter(found: Samples.meter, expected: Samples.meter),
      .intervalTooCoarse(window: window, needed: 60), .conflict(window), .overlap(window, window),
      .tooLong(intervals: 2, allowed: 1),
    ]
    for fault in faults { #expect(fault.sentence.last == ".") }
  }

  @Test func `answers for a stretch only when it has it whole and on its grid`() {
    let energies: [Energy?] = [Energy(joules: 1), Energy(joules: 2), nil, Energy(joules: 4)]
    let series = IntervalSeries(
      meter: Samples.meter, startSecond: 0, intervalSeconds: 900, energies: energies)
    #expect(series.value(from: 0, seconds: 1_800) == (3, .actual))
    #expect(series.value(from: 900, seconds: 1_800).quality == .missing)
    #expect(series.value(from: 60, seconds: 900).quality == .missing)
    #expect(series.value(from: 2_700, seconds: 1_800).quality == .missing)
    #expect(series.value(from: -900, seconds: 900).quality == .missing)
    #expect(series.count == 4 && series.endSecond == 3_600)
  }
}
