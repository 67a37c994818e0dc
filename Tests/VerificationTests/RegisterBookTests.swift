import Grid
import Testing
import Verification

@Suite struct `A register` {
  static let start = Timestamp(rfc3339: "2026-09-15T17:00:00Z")!

  /// The record of the minute number `minute`: seq counts from 1.
  static func record(
    _ minute: Int64, register: Int64? = nil, energy: Int64? = nil, epoch: Int64 = 0,
    revision: Int64 = 1, quality: Quality = .actual, seconds: Int64 = 60,
    meter: MeterID = Samples.meter
  ) -> MeterRecord {
    let from = start.adding(seconds: 60 * minute)
    func pair(_ value: Int64?) -> MeterRecord.Pair? {
      value.map { .init(imported: Energy(wattHours: $0), exported: .zero) }
    }
    return MeterRecord(
      meter: meter, seq: minute + 2,
      window: Window(start: from, end: from.adding(seconds: seconds))!, quality: quality,
      registers: pair(register), energies: pair(energy), epoch: epoch, revision: revision)
  }

  /// Register 100 at 17:00, then 20 Wh a minute.
  static let hour = (-1..<60).map { record($0, register: 120 + 20 * $0) }

  static func readings(
    _ records: [MeterRecord], interval: Int64? = 3_600
  ) -> RegisterBook.Outcome {
    RegisterBook.readings(of: Samples.meter, from: records, intervalSeconds: interval)
  }

  static func hourly(_ outcome: RegisterBook.Outcome) throws -> IntervalSeries {
    try IntervalSeries.build(
      from: outcome.readings, meter: Samples.meter, side: .netImport, intervalSeconds: 3_600
    ).series
  }

  @Test func `gives the energy by its difference`() throws {
    let outcome = Self.readings(Self.hour)
    #expect(outcome.readings.count == 60)
    #expect(try Self.hourly(outcome).joules == [1_200 * 3_600])
    #expect(try Self.hourly(outcome).qualities == [.actual])
  }

  /// Scenario V1: 60 minutes of 0.02 kWh are 1.20 kWh though three were lost.
  @Test func `V1: makes the hour exact and actual although three minutes were lost`() throws {
    var records = Self.hour
    records.removeSubrange(21..<24)
    let series = try Self.hourly(Self.readings(records))
    #expect(series.joules == [1_200 * 3_600])
    #expect(series.qualities == [.actual])
  }

  @Test func `leaves the split over lost minutes an estimate where each minute counts`() {
    var records = Self.hour
    records.removeSubrange(21..<24)
    let outcome = Self.readings(records, interval: nil)
    let estimated = outcome.readings.filter { $0.quality == .estimated }
    // Three lost, and the one whose register was the next: none of the four is known by itself.
    #expect(estimated.map(\.imported) == Array(repeating: Energy(wattHours: 20), count: 4))
    #expect(outcome.readings.count == 60)
  }

  @Test func `keeps what the next record says itself`() {
    let records = [
      Self.record(-1, register: 100), Self.record(2, register: 190, energy: 40),
    ]
    let outcome = Self.readings(records, interval: nil)
    #expect(outcome.readings.map(\.imported) == [25, 25, 40].map { Energy(wattHours: $0) })
    #expect(outcome.readings.map(\.quality) == [.estimated, .estimated, .actual])
  }

  @Test func `splits at the programme's borders, exact in sum`() throws {
    let records = [Self.record(49, register: 1_000), Self.record(69, register: 1_100)]
    let outcome = Self.readings(records)
    #expect(outcome.readings.map(\.window.seconds) == [600, 600])
    #expect(outcome.readings.map(\.imported) == [50, 50].map { Energy(wattHours: $0) })
    #expect(outcome.readings.map(\.quality) == [.estimated, .estimated])
  }

  @Test func `is not invented: energies alone leave gaps`() throws {
    let records = (0..<60).filter { !(20..<23).contains($0) }.map { Self.record($0, energy: 20) }
    let outcome = Self.readings(records)
    #expect(outcome.readings.count == 57)
    let built = try IntervalSeries.build(
      from: outcome.readings, meter: Samples.meter, side: .netImport, intervalSeconds: 3_600)
    // 1.14 kWh are known, and stand beside: never as the hour, and never 1.20 by a guess.
    #expect(built.series.qualities == [.missing])
    #expect(built.series.energy(row: 0) == nil)
    #expect(built.partials.map(\.known) == [Energy(wattHours: 1_140)])
  }

  @Test func `counts energies between two registers once`() {
    let records = [
      Self.record(-1, register: 100), Self.record(0, energy: 30), Self.record(2, register: 200),
    ]
    let outcome = Self.readings(records, interval: nil)
    #expect(outcome.readings.map(\.imported) == [30, 35, 35].map { Energy(wattHours: $0) })
  }

  @Test func `does not depend on the order in which records come`() {
    var records = Self.hour + [Self.record(7, register: 261, revision: 2)]
    records.removeSubrange(30..<33)
    let expected = Self.readings(records)
    #expect(expected.replaced == 1)
    #expect(Self.readings(records.reversed()) == expected)
    for shift in [1, 17, 40] {
      #expect(Self.readings(Array(records[shift...] + records[..<shift])) == expected)
    }
  }

  @Test func `is counted once when it is sent twice`() {
    let outcome = Self.readings(Self.hour + Self.hour.prefix(10))
    #expect(outcome.duplicates == 10)
    #expect(outcome.readings == Self.readings(Self.hour).readings)
  }

  @Test func `that differs from its energy is kept aside until a higher revision comes`() {
    let records = [
      Self.record(-1, register: 100), Self.record(0, register: 120, energy: 25),
      Self.record(1, register: 140),
    ]
    let outcome = Self.readings(records, interval: nil)
    #expect(outcome.aside.map(\.fault) == [.registerMismatch])
    #expect(outcome.aside.map(\.record) == [records[1]])
    #expect(outcome.readings.map(\.imported) == [20, 20].map { Energy(wattHours: $0) })
    #expect(outcome.readings.map(\.quality) == [.estimated, .estimated])
    let corrected = records + [Self.record(0, register: 120, energy: 20, revision: 2)]
    let better = Self.readings(corrected, interval: nil)
    #expect(better.aside == [])
    #expect(better.readings.map(\.quality) == [.actual, .actual])
    // One watt-hour is rounding.
    let rounded = [records[0], Self.record(0, register: 120, energy: 21)]
    #expect(Self.readings(rounded).aside == [])
  }

  @Test func `that falls within an epoch is kept aside`() {
    let records = [
      Self.record(-1, register: 100), Self.record(0, register: 90), Self.record(1, register: 130),
    ]
    let outcome = Self.readings(records)
    #expect(outcome.aside.map(\.fault) == [.registerMismatch])
    #expect(outcome.readings.map(\.imported) == [Energy(wattHours: 30)])
  }

  @Test func `starts anew with a new epoch, and nothing is bridged across`() {
    let records = [
      Self.record(-1, register: 99_998), Self.record(0, register: 99_999),
      Self.record(5, register: 3, epoch: 1), Self.record(6, register: 8, epoch: 1),
    ]
    let outcome = Self.readings(records)
    #expect(outcome.readings.map(\.imported) == [1, 5].map { Energy(wattHours: $0) })
    #expect(outcome.aside == [])
  }

  @Test func `bridges no more than 35 days`() {
    let records = [Self.record(-1, register: 1), Self.record(35 * 1_440, register: 2)]
    #expect(Self.readings(records).readings == [])
  }

  @Test func `of a disputed, overlapping or foreign record is not used`() {
    let base = [Self.record(-1, register: 100)]
    let disputed = [Self.record(0, register: 120), Self.record(0, register: 121)]
    let conflict = Self.readings(base + disputed)
    #expect(conflict.aside.map(\.fault) == [.conflict, .conflict])
    #expect(conflict.readings == [])
    #expect(Self.readings(base + disputed.reversed()).readings == [])
    let wide = Self.record(1, register: 200, seconds: 300)
    let overlap = Self.readings(base + [Self.record(0, register: 120, seconds: 120), wide])
    #expect(overlap.aside.map(\.fault) == [.overlap])
    let foreign = Self.readings(base + [Self.record(0, register: 1, meter: MeterID("M-1")!)])
    #expect(foreign.aside.map(\.fault) == [.otherMeter])
  }

  @Test func `that is marked missing is a gap, and one that is estimated lowers both sides`() {
    let records = [
      Self.record(-1, register: 100), Self.record(0, quality: .missing),
      Self.record(1, register: 140, quality: .estimated), Self.record(2, register: 160),
      Self.record(3, register: 180),
    ]
    let outcome = Self.readings(records, interval: nil)
    #expect(outcome.readings.map(\.quality) == [.estimated, .estimated, .estimated, .actual])
  }

  @Test func `may roll over where the meter could carry it`() {
    let modulus = Energy(wattHours: 100_000_000)
    func advance(_ new: Int64) -> Energy? {
      RegisterBook.advance(
        from: Energy(wattHours: 99_998_400), to: Energy(wattHours: new), modulus: modulus,
        maximum: Power(watts: 11_000), seconds: 3_600)
    }
    #expect(advance(2_100) == Energy(wattHours: 3_700))
    // 41.6 kWh in an hour: the meter was exchanged.
    #expect(advance(40_000) == nil)
  }
}
