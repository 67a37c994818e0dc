import Grid
import Testing

@testable import Verification

/// Quarter hours of one meter from noon on, with a register that follows them.
@Suite struct `The validation of records` {
  static let meter = MeterID("H-1")!
  static let noon = Timestamp(rfc3339: "2025-08-15T12:00:00Z")!

  /// Slot `slot` after noon: so many watt-hours, and a register that may run away from them.
  static func arrival(
    _ slot: Int64, wattHours: Int64 = 1_000, register: Int64, exported: Int64? = nil,
    late seconds: Int64 = 5
  ) -> RecordValidation.Arrival {
    let start = noon.adding(seconds: 900 * slot)
    let window = Window(start: start, end: start.adding(seconds: 900))!
    func pair(_ inward: Int64) -> MeterRecord.Pair {
      .init(imported: Energy(wattHours: inward), exported: exported.map { Energy(wattHours: $0) })
    }
    let record = MeterRecord(
      meter: meter, seq: slot + 1, window: window, quality: .actual, registers: pair(register),
      energies: pair(wattHours))
    return (window.end.adding(seconds: seconds), record)
  }

  private func codes(_ arrivals: [RecordValidation.Arrival]) -> [ReadingValidation.Code] {
    RecordValidation.day(arrivals, limits: ValidationLimits()).findings.map(\.code)
  }

  /// Three energies of 1,000 Wh after the first register: 3,004 Wh may differ by 3 and 1.
  @Test(arguments: [(3_000, 0), (3_004, 0), (3_005, 1), (2_995, 1), (2_997, 0)])
  func `finds energies that are not what the register advanced by`(
    _ advance: Int64, _ found: Int
  ) {
    let arrivals = [
      Self.arrival(0, register: 50_000), Self.arrival(1, register: 51_000),
      Self.arrival(2, register: 52_000), Self.arrival(3, register: 50_000 + advance),
    ]
    #expect(codes(arrivals) == Array(repeating: .sumCheck, count: found))
    #expect(codes(arrivals.reversed()) == Array(repeating: .sumCheck, count: found))
  }

  @Test func `checks export too, and a meter without export only where it measures`() {
    let out = [
      Self.arrival(0, register: 10, exported: 0), Self.arrival(1, register: 1_010, exported: 9),
    ]
    #expect(codes(out) == [], "energies of 9 Wh, and the register advanced by 9")
    let more = [
      Self.arrival(0, register: 10, exported: 0), Self.arrival(1, register: 1_010, exported: 900),
    ]
    #expect(codes(more) == [])
    #expect(codes([Self.arrival(0, register: 10), Self.arrival(1, register: 1_010)]) == [])
  }

  @Test func `says nothing where a record between the registers has no energy`() {
    let arrivals = [Self.arrival(0, register: 0), Self.arrival(2, register: 9_000)]
    #expect(codes(arrivals) == [])
  }

  /// A quarter of an hour before its end is the whole interval.
  @Test(arguments: [
    (-120, Quality.actual, 0), (-121, .actual, 1), (-900, .actual, 1), (-901, .missing, 1),
  ])
  func `finds records that came before their interval was over`(
    _ late: Int64, _ best: Quality, _ found: Int
  ) {
    let day = RecordValidation.day(
      [Self.arrival(0, register: 1_000, late: late)], limits: ValidationLimits())
    #expect(day.findings.count == found && day.findings.allSatisfy { $0.code == .clock })
    #expect(day.best == best)
  }

  @Test func `lowers a day whose sums differ and no other day`() {
    let first = [
      Self.arrival(0, register: 50_000), Self.arrival(1, register: 51_000),
      Self.arrival(2, register: 52_900),
    ]
    let next = [Self.arrival(96, register: 60_000), Self.arrival(97, register: 61_000)]
    let all = first + next
    let readings = all.map { arrival in
      Reading(
        meter: Self.meter, window: arrival.record.window, imported: Energy(wattHours: 1_000),
        exported: .zero, quality: .actual)
    }
    let graded = RecordValidation.graded(
      readings, from: all, zone: .utc, intervalSeconds: 900, limits: ValidationLimits())
    #expect(
      graded.readings.map(\.quality) == [.estimated, .estimated, .estimated, .actual, .actual])
    #expect(graded.readings.map(\.imported) == readings.map(\.imported))
    #expect(graded.findings.map(\.code) == [.sumCheck])
  }

  @Test func `leaves out a day whose clock was off by more than an interval`() {
    let all = [Self.arrival(0, register: 1_000, late: -1_000), Self.arrival(1, register: 2_000)]
    let readings = all.map { arrival in
      Reading(
        meter: Self.meter, window: arrival.record.window, imported: Energy(wattHours: 1_000),
        exported: .zero, quality: arrival.record.seq == 1 ? .edited : .actual)
    }
    let graded = RecordValidation.graded(
      readings, from: all, zone: .utc, intervalSeconds: 900, limits: ValidationLimits())
    #expect(graded.readings.map(\.quality) == [.missing, .missing])
    #expect(graded.findings.map(\.code) == [.clock])
    #expect(graded.untrusted == [CivilDate(text: "2025-08-15")!])
    // A programme of hours has a longer interval, and the clock is within it.
    let hourly = RecordValidation.graded(
      readings, from: all, zone: .utc, intervalSeconds: 3_600, limits: ValidationLimits())
    #expect(hourly.readings == readings && hourly.findings.map(\.code) == [.clock])
  }

  @Test func `keeps what a person has approved though sums differ`() {
    let all = [
      Self.arrival(0, register: 50_000), Self.arrival(1, register: 51_900),
    ]
    let edited = Reading(
      meter: Self.meter, window: all[1].record.window, imported: Energy(wattHours: 1_900),
      exported: .zero, quality: .edited)
    let graded = RecordValidation.graded(
      [edited], from: all, zone: .utc, intervalSeconds: 900, limits: ValidationLimits())
    #expect(graded.readings == [edited])
  }
}
