import Grid
import Testing
import Verification

@Suite(.enabled(if: ReferenceHomes.isPresent)) struct `An event in which nothing was dispatched` {
  /// Net, credited per event and credited per interval, in kWh to four decimals.
  struct Row {
    let recent: [String]
    let additive: [String]
    let high: [String]
  }
  static let table: [String: Row] = [
    "CA-2016-08-15": Row(
      recent: ["-17.7860", "6.4469", "12.8884"], additive: ["-10.2656", "5.0481", "14.2611"],
      high: ["0.2859", "12.8701", "23.6327"]),
    "CA-2016-08-16": Row(
      recent: ["-24.0929", "6.4688", "9.3009"], additive: ["-25.9765", "2.0218", "4.7969"],
      high: ["-6.0210", "10.4062", "14.3891"]),
    "CA-2016-09-26": Row(
      recent: ["-23.8944", "7.0607", "11.8977"], additive: ["-25.3668", "6.4227", "10.9045"],
      high: ["-1.6093", "12.8609", "18.8298"]),
    "CA-2017-04-21": Row(
      recent: ["1.4843", "7.7378", "9.7360"], additive: ["-2.5446", "4.6203", "6.1460"],
      high: ["9.4169", "13.5795", "15.5350"]),
    "CA-2017-05-03": Row(
      recent: ["-0.4221", "5.5482", "6.3754"], additive: ["10.2136", "11.2423", "11.5581"],
      high: ["6.8297", "10.3274", "11.3992"]),
    "CA-2017-05-22": Row(
      recent: ["-31.9024", "0.0000", "3.0060"], additive: ["-35.9762", "2.6159", "5.5944"],
      high: ["-15.8038", "1.7458", "9.1242"]),
  ]

  static func terms(
    _ selection: BaselineTerms.Selection, adjustment: BaselineTerms.Adjustment? = nil,
    caps: Bool = false
  ) -> MeasurementTerms {
    var terms = Samples.terms(
      baseline: BaselineTerms(
        kind: .dayMatching, dayClasses: .businessNonBusiness,
        selection: [.business: selection, .nonBusiness: selection], tooFewDays: .useAvailable,
        adjustment: adjustment))
    terms.capAtDeviceOutput = caps
    return terms
  }
  static let additive = BaselineTerms.Adjustment(
    kind: .additive, windows: [.init(anchor: .start, fromMinutes: -240, toMinutes: -60)],
    capUp: nil, capDown: nil)
  static let recent = BaselineTerms.Selection(choose: .recent, y: 10, minimumDays: 5)
  static let high = BaselineTerms.Selection(choose: .high, y: 10, x: 5, minimumDays: 5)

  static func sums(_ id: String, _ terms: MeasurementTerms) -> [String] {
    let row = ReferenceHomes.events.first { $0.id == id }!
    let plan = PreparedEvent(Samples.event(row.start, row.end), terms: terms)
    var net: Int64 = 0
    var perEvent: Int64 = 0
    var perInterval: Int64 = 0
    for home in ReferenceHomes.clean {
      let result = Verifier.verify(ReferenceHomes.data(home, besides: id), using: plan)
      let values = result.intervals.map { $0.reduction!.joules }
      net += values.reduce(0, +)
      perEvent += max(0, values.reduce(0, +))
      perInterval += values.reduce(0) { $0 + max(0, $1) }
    }
    return [net, perEvent, perInterval].map(Self.fourDecimals)
  }

  /// kWh to four decimals, half to even as the table was printed.
  static func fourDecimals(_ joules: Int64) -> String {
    let (whole, rest) = joules.magnitude.quotientAndRemainder(dividingBy: 360)
    let up = rest > 180 || rest == 180 && !whole.isMultiple(of: 2)
    let magnitude = Int64(whole) + (up ? 1 : 0)
    return FixedDecimal.text(joules < 0 ? -magnitude : magnitude, places: 4, minimumPlaces: 4)
  }

  @Test(arguments: table.keys.sorted()) func `has a known false credit`(_ id: String) {
    let row = Self.table[id]!
    #expect(Self.sums(id, Self.terms(Self.recent)) == row.recent)
    #expect(Self.sums(id, Self.terms(Self.recent, adjustment: Self.additive)) == row.additive)
    #expect(Self.sums(id, Self.terms(Self.high)) == row.high)
  }

  @Test func `is worked out for one home hour by hour`() {
    let result = Verifier.verify(
      ReferenceHomes.data("CA01", besides: "CA-2016-09-26"),
      event: Samples.event("2016-09-26T15:00", "2016-09-26T19:00"), terms: Self.terms(Self.recent))
    // Ten days, 360 J a digit: these baselines are whole joules.
    #expect(result.baselineKilowattHours == ["-0.91825", "0.12967", "1.0532", "1.99168"])
    #expect(result.reduction == Energy(joules: 6_645_960))
    #expect(
      result.days
        == ["23", "22", "21", "20", "19", "16", "15", "14", "13", "12"].map {
          Samples.date("2016-09-" + $0)
        })
  }

  @Test func `never lets the multiplicative adjustment act on a home with sun`() {
    let rule = BaselineTerms.Adjustment(
      kind: .multiplicative, windows: Self.additive.windows, capUp: Ratio(1, 5),
      capDown: Ratio(1, 5))
    for row in ReferenceHomes.events {
      for home in ReferenceHomes.clean {
        let result = Verifier.verify(
          ReferenceHomes.data(home, besides: row.id), event: Samples.event(row.start, row.end),
          terms: Self.terms(Self.recent, adjustment: rule))
        #expect(result.flagCodes == ["degenerateRatio"])
      }
    }
  }

  /// Scenario V15 with `capAtDeviceOutput`.
  @Test func `V15: earns exactly nothing where the battery's output is the cap`() {
    for row in ReferenceHomes.events {
      for home in ReferenceHomes.clean {
        var data = ReferenceHomes.data(home, besides: row.id)
        data.batteryMeter = data.siteMeter?.mapping { _ in 0 }
        let result = Verifier.verify(
          data, event: Samples.event(row.start, row.end),
          terms: Self.terms(Self.recent, caps: true))
        #expect(result.verdict == .verified)
        #expect(result.intervals.allSatisfy { $0.reduction! <= .zero })
      }
    }
  }

  /// Scenario V14: 2016-08-15 is no candidate for the 16th.
  @Test func `V14: leaves out the day before, which was an event as well`() {
    let row = ReferenceHomes.events[1]
    let result = Verifier.verify(
      ReferenceHomes.data("CA01", besides: row.id), event: Samples.event(row.start, row.end),
      terms: Self.terms(Self.recent))
    #expect(!result.days.contains(Samples.date("2016-08-15")))
    #expect(result.days.first == Samples.date("2016-08-12"))
  }
}

extension Performance {
  /// Baselines in kWh, exact, as text.
  var baselineKilowattHours: [String] {
    intervals.map { interval in
      let fraction = Fraction(Int128(interval.baseline!.joules) * 100_000, 3_600_000)
      return FixedDecimal.text(
        fraction.numerator / fraction.denominator, places: 5, minimumPlaces: 0)
    }
  }
}
