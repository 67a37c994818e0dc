import Grid
import Testing

@testable import Verification

@Suite struct `The validation of readings` {
  static let start = Timestamp(rfc3339: "2025-08-15T00:00:00Z")!
  static let meter = MeterID("H-1")!

  static func reading(
    _ slot: Int64, _ wattHours: Int64?, seconds: Int64 = 900, exported: Int64? = 0
  ) -> Reading {
    let from = start.adding(seconds: slot * seconds)
    return Reading(
      meter: meter, window: Window(start: from, end: from.adding(seconds: seconds))!,
      imported: wattHours.map { Energy(wattHours: $0) },
      exported: wattHours == nil ? nil : exported.map { Energy(wattHours: $0) },
      quality: wattHours == nil ? .missing : .actual)
  }

  static func period(_ slots: Int64, seconds: Int64 = 900) -> Window {
    Window(start: start, end: start.adding(seconds: slots * seconds))!
  }

  private func codes(
    _ readings: [Reading], _ slots: Int64, connection: Power? = nil
  ) -> [ReadingValidation.Code] {
    ReadingValidation.check(readings, period: Self.period(slots), connection: connection).findings
      .map(\.code)
  }

  @Test func `makes a spike estimated above 1.1 times the connection`() {
    // 11 kW for a quarter of an hour are 2,750 Wh; 1.1 times that is 3,025.
    let readings = [Self.reading(0, 3_025), Self.reading(1, 3_026)]
    let outcome = ReadingValidation.check(
      readings, period: Self.period(2), connection: Power(watts: 11_000))
    #expect(outcome.findings.map(\.code) == [.spike])
    #expect(outcome.readings.map(\.quality) == [.actual, .estimated])
    #expect(outcome.readings[1].imported == Energy(wattHours: 3_026))
  }

  @Test func `makes a negative value missing`() {
    let outcome = ReadingValidation.check([Self.reading(0, -1)], period: Self.period(1))
    #expect(outcome.findings.map(\.code) == [.negative])
    #expect(outcome.readings[0].quality == .missing && outcome.readings[0].imported == nil)
  }

  @Test func `finds gaps and overlaps`() {
    #expect(codes([Self.reading(1, 5), Self.reading(2, 6)], 4) == [.gap, .gap])
    #expect(codes([Self.reading(0, 5), Self.reading(0, 5)], 1) == [.overlap])
    #expect(codes([Self.reading(0, 5), Self.reading(1, nil)], 2) == [.gap])
  }

  @Test func `finds more than a day of zeros on a live channel`() {
    let zeros = (0..<97).map { Self.reading(Int64($0), 0) }
    #expect(codes(zeros + [Self.reading(97, 5)], 98) == [.zeroRun])
    #expect(codes(Array(zeros.dropFirst()) + [Self.reading(97, 5)], 98) == [.gap])
    // A channel on which nothing ever happens is not live.
    #expect(codes(zeros, 97) == [])
  }

  @Test func `finds more than eight equal values`() {
    let nine = (0..<9).map { Self.reading(Int64($0), 7) }
    #expect(codes(nine, 9) == [.frozen])
    #expect(codes(Array(nine.dropLast()), 8) == [])
  }

  @Test func `knows watt-hours that were taken for kilowatt-hours`() {
    func days(_ values: [Int64]) -> [Reading] {
      values.enumerated().map { Self.reading(Int64($0.offset), $0.element, seconds: 86_400) }
    }
    let found = ReadingValidation.unitSuspects(days([10, 12_000, 11, 9]))
    #expect(found.map(\.code) == [.unit])
    #expect(found[0].window.start == Self.start.adding(seconds: 86_400))
    #expect(ReadingValidation.unitSuspects(days([10, 400, 11])) == [])
    #expect(
      ReadingValidation.unitSuspects(days([0, 12_000, 0])) == [], "an empty house came to life")
    #expect(ReadingValidation.unitSuspects(days([10, 12_000])) == [])
  }

  @Test func `compares intervals with registers to a thousandth and one step`() {
    func check(_ sum: Int64, _ register: Int64) -> ReadingValidation.Code? {
      ReadingValidation.sumCheck(
        intervals: Energy(wattHours: sum), register: Energy(wattHours: register),
        window: Self.period(96)
      )?.code
    }
    // 0.1 % of 10,000 Wh and 1 Wh are 11 Wh.
    #expect(check(10_011, 10_000) == nil && check(9_989, 10_000) == nil)
    #expect(check(10_012, 10_000) == .sumCheck && check(9_988, 10_000) == .sumCheck)
  }

  @Test func `allows a clock two minutes`() {
    func check(_ seconds: Int64) -> String? {
      ReadingValidation.clockCheck(seconds: seconds, window: Self.period(1))?.sentence
    }
    #expect(check(120) == nil && check(-120) == nil)
    #expect(check(121) == "The device's clock is off by 121 s.")
    #expect(check(-901)?.contains("the day is not to be used") == true)
  }

  @Test func `tells a rollover from an exchange of the meter`() {
    // Five digits of a kilowatt-hour register, an hour at 11 kW.
    func advance(_ new: Int64) -> Energy? {
      RegisterBook.advance(
        from: Energy(wattHours: 99_998_400), to: Energy(wattHours: new),
        modulus: Energy(wattHours: 100_000_000), maximum: Power(watts: 11_000), seconds: 3_600)
    }
    #expect(advance(2_100) == Energy(wattHours: 3_700))
    #expect(advance(40_000) == nil)
  }
}

@Suite struct `The estimation of gaps` {
  private typealias Validation = `The validation of readings`

  private func estimates(
    _ readings: [Reading], _ slots: Int64, _ change: (inout GapFilling.Frame) -> Void = { _ in }
  ) -> [Reading] {
    var frame = GapFilling.Frame()
    change(&frame)
    return GapFilling.estimates(
      readings, meter: Validation.meter, intervalSeconds: 3_600,
      in: Validation.period(slots, seconds: 3_600), zone: .utc, frame: frame
    ) { _, _ in true }
  }

  private func hour(_ slot: Int64, _ wattHours: Int64?) -> Reading {
    Validation.reading(slot, wattHours, seconds: 3_600)
  }

  private func values(_ readings: [Reading]) -> [Int64?] {
    readings.map { $0.imported?.wattHoursRoundedDown }
  }

  @Test func `draws a straight line over two hours`() {
    let filled = estimates([hour(0, 400), hour(3, 1_000)], 4)
    #expect(values(filled) == [600, 800])
    #expect(filled.allSatisfy { $0.quality == .estimated })
    #expect(
      filled.map(\.window.start) == [1, 2].map { Validation.start.adding(seconds: $0 * 3_600) })
  }

  @Test func `is flat at an end, and nothing without a neighbour`() {
    #expect(values(estimates([hour(1, 500)], 2)) == [500])
    #expect(values(estimates([hour(0, 500)], 3)) == [500, 500])
    #expect(estimates([], 2) == [])
  }

  @Test func `takes the mean of three like days for a longer gap`() {
    var readings: [Reading] = []
    for (day, value) in [(-1, 300), (-2, 600), (-3, 900), (-4, 90_000)] as [(Int64, Int64)] {
      for slot in 0..<24 { readings.append(hour(day * 24 + Int64(slot), value + Int64(slot))) }
    }
    readings.sort { $0.window.start < $1.window.start }
    let filled = estimates(readings + [hour(0, 1)], 24)
    #expect(values(filled) == (1..<24).map { 600 + Int64($0) })
  }

  @Test func `leaves events alone and never bridges an exchange`() {
    let readings = [hour(0, 400), hour(3, 1_000)]
    let second = hour(2, 0).window
    #expect(values(estimates(readings, 4) { $0.protected = [second] }) == [600])
    #expect(estimates(readings, 4) { $0.exchanges = [second.start] } == [])
  }

  @Test func `is scaled to what registers say, exactly`() {
    let sum = GapFilling.KnownSum(
      window: Validation.period(4, seconds: 3_600), imported: Energy(wattHours: 2_101),
      exported: .zero)
    let filled = estimates([hour(0, 400), hour(3, 1_000)], 4) { $0.sums = [sum] }
    // 701 Wh are left for 600 : 800.
    #expect(filled.reduce(0) { $0 + $1.imported!.joules } == 701 * 3_600)
    #expect(filled[0].imported == Energy(joules: 701 * 3_600 * 600 / 1_400))
    // With a hole that is not estimated the sum says nothing about the rest.
    let open = estimates([hour(0, 400), hour(3, 1_000)], 4) {
      $0.sums = [sum]
      $0.protected = [hour(2, 0).window]
    }
    #expect(values(open) == [600])
  }
}
