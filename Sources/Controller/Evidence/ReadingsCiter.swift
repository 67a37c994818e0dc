import Grid
import Policies
import Signing
import Storage
import Verification

/// Says from which readings each home of an event was settled.
///
/// Every local day is cited from the oldest that the baseline kept to the last that the event or an
/// adjustment touches, of the home's own meters. The homes of a control group are not among them.
struct ReadingsCiter {
  private let archive: MeterArchive
  private let policy: Policy
  private let lastRecord: Int64
  private var zone: ZoneOffsets { policy.measurement.calendar.zone }

  init(_ store: SQLiteReadingStore, policy: Policy, lastRecord: Int64) {
    archive = MeterArchive(store)
    self.policy = policy
    self.lastRecord = lastRecord
  }

  /// One for each home, in the order of the case; the leaves are in the store when it returns.
  ///
  /// Citing the same readings again gives the same roots.
  func cite(_ event: EventCase, _ performances: [Performance]) throws -> [CitedReadings] {
    let ranges = performances.map { days(of: event, oldest: $0.oldestDay) }
    var found = [[CitedReadings.Day]](repeating: [], count: event.homes.count)
    guard let first = ranges.map(\.lowerBound).min(), let last = ranges.map(\.upperBound).max()
    else { return [] }
    for number in first.dayNumber...last.dayNumber {
      let day = CivilDate(dayNumber: number)
      var homes: [MeterID: [Int]] = [:]
      for (place, home) in event.homes.enumerated() where ranges[place].contains(day) {
        for meter in Set([home.siteMeter] + home.batteryMeters) {
          homes[meter, default: []].append(place)
        }
      }
      for cited in try cite(day, Set(homes.keys)) {
        for place in homes[cited.meter] ?? [] { found[place].append(cited) }
      }
    }
    return found.map { days in
      CitedReadings(
        zone: zone.name, lastRecord: lastRecord,
        days: days.sorted { ($0.meter, $0.day) < ($1.meter, $1.day) })
    }
  }

  private func cite(_ day: CivilDate, _ meters: Set<MeterID>) throws -> [CitedReadings.Day] {
    guard !meters.isEmpty else { return [] }
    let notary = ReadingsNotary(archive, zone: zone)
    let salts = try archive.store.salts(on: day, zone: zone.name)
    // A fleet's leaves of one day would take hundreds of megabytes.
    var states: [NotarizedDay] = []
    var found: [CitedReadings.Day] = []
    found.reserveCapacity(meters.count)
    func keep() throws {
      try archive.store.keep(cited: states)
      for state in states {
        found.append(
          CitedReadings.Day(
            meter: state.meter, day: day, count: state.starts.count, root: state.root))
      }
      states.removeAll(keepingCapacity: true)
    }
    try archive.readings(startingIn: notary.window(day), of: meters, upTo: lastRecord) {
      meter, readings in
      guard !readings.isEmpty else { return }
      states.append(
        ReadingsNotary.state(
          meter, day, zone.name, salts[meter] ?? RandomBytes.make(count: 32), readings))
      if states.count == ArchiveBlock.meters { try keep() }
    }
    try keep()
    return found
  }

  private func days(of event: EventCase, oldest: CivilDate?) -> ClosedRange<CivilDate> {
    let baseline = policy.measurement.baseline
    var before: Int64 = 0
    var after: Int64 = 0
    for window in baseline.adjustment?.windows ?? [] {
      if window.anchor == .start { before = max(before, -window.fromMinutes) }
      if window.anchor == .end { after = max(after, window.toMinutes) }
    }
    if baseline.kind == .meterBeforeAfter {
      let around = baseline.beforeAfter
      before = max(before, around.beforeMinutes + around.beforeGapMinutes)
      after = max(after, around.afterMinutes + around.afterGapMinutes)
    }
    let first = zone.date(at: event.window.start.adding(seconds: -before * 60))
    let last = zone.date(at: event.window.end.adding(seconds: after * 60 - 1))
    return min(first, oldest ?? first)...last
  }
}
