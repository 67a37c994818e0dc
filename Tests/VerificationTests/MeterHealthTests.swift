import Grid
import Testing
import Verification

@Suite struct `A meter's own values` {
  @Test(.enabled(if: ReferenceHomes.isPresent))
  func `betray the three bad homes and none of the nine clean ones`() {
    var found: [String: [MeterHealth.Code]] = [:]
    for (home, series) in ReferenceHomes.net {
      let findings = MeterHealth.findings(series, zone: Zones.losAngeles)
      if !findings.isEmpty { found[home] = findings.map(\.code) }
    }
    #expect(
      found == ["CA07": [.nightDropouts], "CA12": [.noNightImport], "CA14": [.weakExport]])
  }

  @Test(.enabled(if: ReferenceHomes.isPresent))
  func `never accuse a clean home, whatever three months are looked at`() {
    for home in ReferenceHomes.clean {
      let series = ReferenceHomes.net[home]!
      for day in stride(from: 0, through: 304 - 90, by: 7) {
        let rows = day * 24..<(day + 90) * 24
        let part = IntervalSeries(
          meter: series.meter, startSecond: series.startSecond + Int64(day) * 86_400,
          intervalSeconds: 3_600, joules: Array(series.joules[rows]),
          qualities: Array(series.qualities[rows]))
        #expect(MeterHealth.findings(part, zone: Zones.losAngeles) == [], "\(home) from day \(day)")
      }
    }
  }

  @Test(.enabled(if: ReferenceHomes.isPresent))
  func `hold the result of the home whose load channel is on the solar wires`() {
    let row = ReferenceHomes.events[2]
    let terms = `An event in which nothing was dispatched`.terms(
      `An event in which nothing was dispatched`.recent)
    let event = Samples.event(row.start, row.end)
    for (home, isHeld) in [("CA12", true), ("CA07", false), ("CA01", false)] {
      let result = Verifier.verify(
        ReferenceHomes.data(home, besides: row.id), event: event, terms: terms)
      #expect(result.flags.contains(.meterSuspect([.noNightImport])) == isHeld)
      #expect(result.flags.contains(where: \.holdsResult) == isHeld)
    }
  }

  static func codes(
    _ series: IntervalSeries, battery: IntervalSeries? = nil, limit: Power? = nil
  ) -> [MeterHealth.Code] {
    MeterHealth.findings(
      series, zone: Zones.losAngeles, battery: battery, connectionLimit: limit
    ).map(\.code)
  }

  /// 500 W at all hours, a little different each hour.
  static func house(_ date: CivilDate, _ minute: Int64) -> Int64 {
    500 + (date.dayNumber * 7 + minute / 60 * 13) % 29
  }

  static func series(
    days: Int64 = 70, _ value: (CivilDate, Int64) -> Int64?
  ) -> IntervalSeries {
    let first = Samples.date("2025-04-01")
    return Samples.series(
      from: first.description, through: first.adding(days: days - 1).description, value: value)
  }

  @Test func `of an ordinary house say nothing`() {
    #expect(Self.codes(Self.series(Self.house)) == [])
  }

  @Test func `show gaps, a day of zeros, frozen values and a spike`() {
    let noon = Samples.date("2025-04-10")
    let gap = Self.series { $0 == noon && $1 == 720 ? nil : Self.house($0, $1) }
    #expect(Self.codes(gap) == [.gaps])
    let zeros = Self.series { date, minute in
      date == noon || date == noon.adding(days: 1) && minute == 0 ? 0 : Self.house(date, minute)
    }
    #expect(Self.codes(zeros) == [.zeroRun])
    let frozen = Self.series { $0 == noon && $1 < 540 ? 777 : Self.house($0, $1) }
    #expect(Self.codes(frozen) == [.frozen])
    let spike = Self.series { $0 == noon && $1 == 720 ? 27_501 : Self.house($0, $1) }
    #expect(Self.codes(spike, limit: Power(watts: 25_000)) == [.spike])
    let strong = Self.series { $0 == noon && $1 == 720 ? 27_500 : Self.house($0, $1) }
    #expect(Self.codes(strong, limit: Power(watts: 25_000)) == [])
  }

  @Test func `are not doubted for eight equal values or a day of zeros`() {
    let noon = Samples.date("2025-04-10")
    let frozen = Self.series { $0 == noon && $1 < 480 ? 777 : Self.house($0, $1) }
    #expect(Self.codes(frozen) == [])
    let zeros = Self.series { date, minute in date == noon ? 0 : Self.house(date, minute) }
    #expect(Self.codes(zeros) == [])
  }

  @Test func `are not doubted when it is the battery that feeds the house at night`() {
    let meter = Self.series { $1 < 300 ? 0 : Self.house($0, $1) }
    let battery = Self.series { $1 < 300 ? Self.house($0, $1) : 0 }
    // Without the battery's meter it is seen, but nobody is held for it.
    let alone = MeterHealth.findings(meter, zone: Zones.losAngeles)
    #expect(alone.map(\.code) == [.noNightImport])
    #expect(alone.map(\.isSevere) == [false])
    #expect(Self.codes(meter, battery: battery) == [])
  }

  @Test func `that drop out on many nights are severe once the battery is known to be idle`() {
    let meter = Self.series(days: 91) { date, minute in
      minute < 300 && date.dayNumber % 4 == 0 ? 0 : Self.house(date, minute)
    }
    let idle = meter.mapping { _ in 0 }
    let alone = MeterHealth.findings(meter, zone: Zones.losAngeles)
    #expect(alone.map(\.code) == [.nightDropouts])
    #expect(alone.map(\.isSevere) == [false])
    let known = MeterHealth.findings(meter, zone: Zones.losAngeles, battery: idle)
    #expect(known.map(\.code) == [.nightDropouts])
    #expect(known.map(\.isSevere) == [true])
  }

  @Test func `in the shape of the sun hold the result`() {
    let sun = Self.series { date, minute in
      (480..<1_020).contains(minute) ? Self.house(date, minute) : 0
    }
    let findings = MeterHealth.findings(sun, zone: Zones.losAngeles)
    #expect(findings.map(\.code) == [.noNightImport])
    #expect(findings.map(\.isSevere) == [true])
    #expect(findings[0].at == Samples.moment("2025-04-01T00:00"))
    #expect(
      findings[0].sentence
        == "The house takes nothing in 350 of 350 hours between midnight and 05:00."
        + " Its import lies between 08:00 and 17:00, as the sun's does.")
    let result = Verifier.verify(
      Samples.data(sun), event: Samples.event("2025-06-05T17:00", "2025-06-05T18:00"),
      terms: Samples.terms(baseline: Samples.recent(5)))
    #expect(result.verdict == .verified)
    #expect(result.flags == [.meterSuspect([.noNightImport])])
    #expect(result.meterFindings == [.noNightImport])
    // Later values than the event's are not looked at; ten nights are enough when all are empty.
    let early = MeterHealth.findings(
      sun, zone: Zones.losAngeles, until: Samples.moment("2025-04-10T04:00"))
    #expect(early == [])
    let tenth = MeterHealth.findings(
      sun, zone: Zones.losAngeles, until: Samples.moment("2025-04-11T00:00"))
    #expect(tenth.map(\.code) == [.noNightImport])
  }

  @Test func `that export little, and the same from day to day, are seen`() {
    func house(_ noon: @escaping (CivilDate, Int64) -> Int64) -> IntervalSeries {
      Self.series { date, minute in
        (540..<960).contains(minute) ? noon(date, minute) : 4 * Self.house(date, minute)
      }
    }
    let clipped = house { _, minute in -900 - minute / 60 }
    #expect(Self.codes(clipped) == [.weakExport])
    let lived = house { date, minute in -900 - 20 * ((date.dayNumber * 11 + minute) % 23) }
    #expect(Self.codes(lived) == [])
    let strong = house { _, minute in -1_900 - minute / 60 }
    #expect(Self.codes(strong) == [])
  }
}
