import Grid
import Testing
import Verification

@Suite struct `Groups of a series` {
  static let london = ZoneOffsets(
    name: "Europe/London", before: 0,
    transitions: [
      .init(at: Timestamp(rfc3339: "2025-03-30T01:00:00Z")!.seconds, offsetSeconds: 3_600),
      .init(at: Timestamp(rfc3339: "2025-10-26T01:00:00Z")!.seconds, offsetSeconds: 0),
    ])

  /// Scenario V7: 25, 23, 50, 46, 100 and 92 intervals.
  @Test func `V7: know how long a local day is`() {
    let rows: [(ZoneOffsets, String, Int64, Int)] = [
      (Zones.losAngeles, "2016-11-06", 60, 25), (Zones.losAngeles, "2017-03-12", 60, 23),
      (london, "2025-10-26", 30, 50), (london, "2025-03-30", 30, 46),
      (Zones.newYork, "2025-11-02", 15, 100), (Zones.newYork, "2025-03-09", 15, 92),
      (Zones.tokyo, "2025-11-02", 15, 96), (Zones.lordHowe, "2025-04-06", 30, 49),
    ]
    for (zone, day, minutes, expected) in rows {
      let series = Samples.series(from: day, through: day, zone: zone, minutes: minutes) { _, _ in 1
      }
      let groups = series.groups(by: .day, zone: zone)
      #expect(groups.map(\.intervals) == [expected], "\(zone.name) \(day)")
    }
  }

  var london: ZoneOffsets { Self.london }

  @Test func `V8: have the same sum to the joule`() {
    let series = Samples.series(from: "2025-02-15", through: "2025-04-15", minutes: 15) {
      ($0.dayNumber * 31 + $1) % 97 - 20
    }
    let total = series.joules.reduce(0, +)
    for grouping in [IntervalSeries.Grouping.minutes(30), .minutes(60), .day, .month] {
      let groups = series.groups(by: grouping, zone: Zones.losAngeles)
      #expect(groups.reduce(0) { $0 + $1.total!.joules } == total)
      for (left, right) in zip(groups, groups.dropFirst()) {
        #expect(left.window.end == right.window.start)
      }
    }
    #expect(series.groups(by: .month, zone: Zones.losAngeles).count == 3)
  }

  @Test func `without one interval have no total`() {
    let series = Samples.series(from: "2025-05-01", through: "2025-05-02") { date, minute in
      date == Samples.date("2025-05-01") && minute == 60 ? nil : 10
    }
    let groups = series.groups(by: .day, zone: Zones.losAngeles)
    #expect(groups.map(\.total) == [nil, Energy(wattHours: 240)])
    #expect(groups[0].known == Energy(wattHours: 230))
    #expect(groups[0].counts == [23, 0, 0, 1])
  }

  /// Scenario V7: 16:00 to 21:00 before and after the clocks change.
  @Test func `V7: lie where the wall clock says, whatever the offset of the day`() {
    let before = Samples.event("2016-11-05T16:00", "2016-11-05T21:00")
    let after = Samples.event("2016-11-06T16:00", "2016-11-06T21:00")
    #expect(before.window.description == "2016-11-05T23:00:00Z/2016-11-06T04:00:00Z")
    #expect(after.window.description == "2016-11-07T00:00:00Z/2016-11-07T05:00:00Z")
  }
}
