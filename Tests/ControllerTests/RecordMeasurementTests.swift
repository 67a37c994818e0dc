import Controller
import Engine
import Grid
import Policies
import Settlement
import Storage
import Testing
import Verification

/// One home with live records only: hours of 100 Wh, and one day of which the meter says two things.
@Suite struct `A measurement from live records` {
  static let meter = MeterID("S-1")!
  static let firstDay = CivilDate(text: "2025-08-10")!
  static let event = Timestamp(rfc3339: "2025-08-14T17:00:00Z")!

  static let policy = """
    headroomPolicy: 1
    id: live
    title: "Live"
    version: "1"
    effective: {from: 2020-01-01}
    timeZone: UTC
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
    measurement: {mode: premises, exports: counted, intervalMinutes: 60}
    baseline: {kind: dayMatching, dayClasses: all, selection: {all: {choose: recent, y: 3}}}
    validation: {sumCheckPercent: 0.1}
    reward: {unit: home, netting: event, excusals: [], energy: {rate: {amount: 1, per: kWh}}}
    splits: {shares: {owner: 100}}
    escrow: {required: false}
    settlement: {runs: [{name: initial, afterDays: 3, payable: true}], disputeDays: 60}

    """

  /// Records of five days; `bad` is the day whose registers advance `extra` Wh an hour more than
  /// it says, `ahead` the seconds by which the records of that day come before their hour is over.
  static func measure(
    bad: Int64?, ahead: Int64 = -5, extra: Int64 = 1
  ) async throws -> Performance {
    let store = MemoryReadingStore()
    var register: Int64 = 0
    for hour in 0..<Int64(5 * 24) {
      let isBad = hour / 24 == bad
      register += 100 + (isBad ? extra : 0)
      let start = ZoneOffsets.utc.startOfDay(firstDay).adding(seconds: 3_600 * hour)
      let window = Window(start: start, end: start.adding(seconds: 3_600))!
      let record = MeterRecord(
        meter: meter, seq: hour + 1, window: window, quality: .actual,
        registers: .init(imported: Energy(wattHours: register), exported: .zero),
        energies: .init(imported: Energy(wattHours: 100), exported: .zero))
      try store.append([record], receivedAt: window.end.adding(seconds: isBad ? -ahead : 5))
    }
    return try await measure(store, policy: policy, at: event)
  }

  /// What one home did in the hour from `event`, of whatever the store has.
  static func measure(
    _ store: MemoryReadingStore, policy text: String, at event: Timestamp
  ) async throws -> Performance {
    let policy = try Policy.load(bytes: Array(text.utf8), file: "live.yaml")
    let window = Window(start: event, end: event.adding(seconds: 3_600))!
    let (grid, intervals) = EventCase.intervals(over: window, level: 1, policy: policy)
    let home = EventCase.Home(
      site: SiteID("S-1")!, owner: OwnerID("O-1")!, batteries: [], siteMeter: meter,
      batteryMeters: [], ratedPower: .zero, capacity: .zero,
      commitment: Commitment(intervals: intervals.map { _ in .none }))
    let found = try await CaseMeasurement(readings: store, policy: policy).verify(
      EventCase(
        id: EventID("E-1")!, window: grid, intervals: intervals, isTest: false, noticeAt: nil,
        homes: [home]))
    return try #require(found.first)
  }

  @Test func `pays nothing for the day on which energies and registers differ`() async throws {
    let clean = try await Self.measure(bad: nil)
    #expect(clean.verdict == .verified && clean.days.map(\.components.day) == [13, 12, 11])
    #expect(clean.meterFindings == [.frozen], "equal hours are a finding, not an effect")
    // Day 4 is the event's: 23 Wh more than it says of 2,323, though each hour is within 1 Wh.
    let doubted = try await Self.measure(bad: 4)
    #expect(doubted.intervals.map(\.status) == [.estimated])
    #expect(doubted.meterFindings.contains(.sumCheck))
  }

  @Test func `takes no such day into a baseline`() async throws {
    let doubted = try await Self.measure(bad: 3)
    #expect(doubted.days.map(\.components.day) == [12, 11, 10])
    #expect(doubted.verdict == .verified)
  }

  @Test func `leaves out a day whose clock was off by more than an interval`() async throws {
    let within = try await Self.measure(bad: 3, ahead: 3_600, extra: 0)
    #expect(within.days.map(\.components.day) == [13, 12, 11])
    let early = try await Self.measure(bad: 3, ahead: 3_700, extra: 0)
    #expect(early.days.map(\.components.day) == [12, 11, 10])
    #expect(early.meterFindings.contains(.clock))
    let event = try await Self.measure(bad: 4, ahead: 3_700, extra: 0)
    #expect(event.intervals.map(\.status) == [.missing])
    #expect(event.verdict == .refused(.clockUntrusted(missing: 1, of: 1)))
  }
}
