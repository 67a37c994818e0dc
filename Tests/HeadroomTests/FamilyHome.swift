import Foundation
import Testing

/// A home with the same use on every like hour but for what a test changes.
struct FamilyHome {
  var zone = "America/Los_Angeles"
  /// Offset of the zone in summer, in minutes.
  var offset = -420
  var minutes = 60
  var days = 20
  var site = "S-1"
  /// Thousandths of a kWh of an interval, by day before the event's (0 is the event's) and minute.
  var use: (_ daysBack: Int, _ minute: Int) -> Int = { _, _ in 1_000 }

  /// Rows of 2025-08-14 and the days before it, in the meter's own local time.
  func rows() -> String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(secondsFromGMT: 0)!
    let last = calendar.date(from: DateComponents(year: 2025, month: 8, day: 14))!
    let sign = offset < 0 ? "-" : "+"
    let shift = String(format: "%@%02d:%02d", sign, abs(offset) / 60, abs(offset) % 60)
    var text = ""
    for back in stride(from: days, through: 0, by: -1) {
      let date = calendar.dateComponents(
        [.month, .day], from: last.addingTimeInterval(Double(-86_400 * back)))
      for minute in stride(from: 0, to: 1_440, by: minutes) {
        let use = use(back, minute)
        let start = String(
          format: "2025-%02d-%02dT%02d:%02d:00%@", date.month!, date.day!, minute / 60,
          minute % 60, shift)
        let kwh = String(format: "%d.%03d", abs(use) / 1_000, abs(use) % 1_000)
        text += "\(site),\(start),\(minutes),\(use < 0 ? "0" : kwh),\(use < 0 ? kwh : "0"),A\n"
      }
    }
    return text
  }

  static let header = "meter_id,start,duration_min,import_kwh,export_kwh,quality\n"

  /// A policy for this zone with these terms.
  static func policy(
    zone: String = "America/Los_Angeles",
    measurement: String = "{mode: premises, exports: counted, intervalMinutes: 60}",
    baseline: String =
      "{kind: dayMatching, dayClasses: all, selection: {all: {choose: recent, y: 5}}}"
  ) -> String {
    """
    headroomPolicy: 1
    id: family
    title: "The family"
    version: "1"
    effective: {from: 2020-01-01}
    timeZone: \(zone)
    currency: USD
    source: project
    calendar:
      seasons:
        - {name: year, from: 01-01, to: 12-31, days: [mon, tue, wed, thu, fri, sat, sun],
           holidays: included, windows: [{from: "00:00", to: "24:00"}]}
      holidays: []
    events: {minimumMinutes: 60, maximumMinutes: 480}
    signals: {from: [example-utility], forms: [power], signature: required, revise: untilEnd,
              cancel: untilEnd, joinLate: join}
    notice: {minimumMinutes: 0, late: refuse, acknowledgement: required}
    measurement: \(measurement)
    baseline: \(baseline)
    reward: {unit: home, netting: event, excusals: [], energy: {rate: {amount: 1, per: kWh}}}
    splits: {shares: {owner: 100}}
    escrow: {required: false}
    settlement: {runs: [{name: initial, afterDays: 3, payable: true}], disputeDays: 60}

    """
  }

  static func run(
    _ world: World, meters: String, policy: String = policy(),
    events: String = "event_id,start,end\nE-1,2025-08-14T17:00:00,2025-08-14T18:00:00\n",
    more: [String] = []
  ) throws -> Program.Outcome {
    try Program.run(
      [
        "baseline", "--json", "--meters", try world.file("meters.csv", header + meters),
        "--policy", try world.file("policy.yaml", policy), "--event",
        try world.file("events.csv", events),
      ] + more)
  }
}
