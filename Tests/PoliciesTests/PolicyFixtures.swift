import Foundation
import Grid
import Policies
import Testing

/// Policy files for tests: one whole policy, edited line by line, and the shipped ones.
enum Fixture {
  /// A sound policy that uses nearly every field.
  static let whole = """
    headroomPolicy: 1
    id: test-policy
    title: A policy for tests
    version: "1.0"
    supersedes: 0000000000000000000000000000000000000000000000000000000000000001
    effective: {from: 2026-01-01, to: 2026-12-31}
    timeZone: America/Los_Angeles
    currency: USD
    currencyDigits: 2
    source: project
    sources: {terms: "a page"}
    calendar:
      source: terms
      seasons:
        - name: summer
          from: 05-01
          to: 10-31
          days: [mon, tue, wed, thu, fri, sat, sun]
          holidays: included
          windows: [{from: "12:00", to: "24:00"}]
          maximumEvents: 20
        - name: winter
          from: 11-01
          to: 04-30
          days: [mon, tue]
          holidays: excluded
          windows:
            - {from: 06:00, to: 09:00}
            - {from: 16:00, to: 20:00}
      holidays: [2026-05-25, 2026-07-04]
      workingDays: [2026-05-23]
      nonWorkingDays: [sat, sun]
    events:
      minimumMinutes: 60
      maximumMinutes: 180
      stepMinutes: 30
      maximumPerDay: 1
      maximumPerMonth: 10
      maximumPerSeason: 60
      countCancelled: always
      tests: {allowed: true, paid: false}
    signals:
      from: [example-utility, other-utility]
      forms: [level, percent, power]
      signature: channel
      revise: never
      cancel: untilStart
      joinLate: refuse
      minimumKW: 0.5
      maximumKW: 50000
    notice:
      minimumMinutes: 30
      dayBeforeBy: "18:00"
      late: dispatchWithoutPenalty
      acknowledgement: required
    enrolment: {otherProgrammes: none}
    dispatch:
      release: {percent: 12.5, of: energyAboveReserve}
      target: {shortfall: refuse, maximumKW: 40000.001}
      fairness: equalShare
      reservePercent: 15
      minimumSetpointW: 200
      ramp: {batterySeconds: 20, spreadSeconds: 60}
      correction: {notHeardSeconds: 45}
      commands: {graceSeconds: none, vendorPerSecond: {acme-cloud: 100}}
      recovery:
        mode: limited
        fleetLimitPercentOfEvent: 40
        fleetLimitKW: 900.5
        startAfterMinutes: 10
        spreadMinutes: 20
      handBack: selfConsumption
      optOut: {until: start}
      storm: {hold: true, event: refuse, reservePercent: 90, hoursBefore: 12, hoursAfter: 3}
    measurement:
      mode: premises
      exports: excluded
      intervalMinutes: 15
      aggregate: sumOfHomes
      lossFactor: 1.05
      estimatedPayable: true
      capAtDeviceOutput: true
      reconcile: {percent: 4, kWh: 0.3}
    baseline:
      kind: dayMatching
      lookbackDays: 60
      skipRecentDays: 1
      dayClasses: weekdaySaturdaySunday
      holidayDays: excluded
      excludedDates: [2026-02-01]
      eventDays: anyOfProgramme
      excludedQualities: [estimated, edited]
      wallClockGap: disqualify
      selection:
        weekday: {choose: high, x: 2, y: 3, minimumDays: 2, weights: [0.6, 0.4]}
        saturday: {choose: middle, y: 5, dropHigh: 2, dropLow: 1}
        sundayHoliday: {choose: recent, y: 4}
      rankBy: fullDay
      lowUsage: 0.25
      tooFewDays: useAvailable
      adjustment:
        type: additive
        direction: both
        windows:
          - {anchor: start, fromMinutes: -240, toMinutes: -120}
          - {anchor: end, fromMinutes: 60, toMinutes: 120}
        capUp: 0.1
        capDown: 2/7
        capOf: eventBaseline
        onMissing: refuse
      floorAtZero: true
      before: {minutes: 120, gapMinutes: 15}
      after: {minutes: 60, gapMinutes: 30}
      combine: max
      charging: net
      gateClosureMinutes: 60
      eligibility: {rrmsePercent: 20, biasPercent: 4}
      control:
        minimumHomes: 200
        sharePercent: 12.5
        saltSha256: 0a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223242526272829
    validation:
      connectionW: 11000
      spikePercent: 120
      sumCheckPercent: 0.2
      zeroRunHours: 48
      equalValues: 12
      clockSeconds: 90
    reward:
      unit: home
      netting: event
      energy:
        rate: {amount: 0.25, per: kWh, ceiling: 1}
        capPercent: 110
      premium:
        rate: {per: MWh, byLevel: {0: 0, 1: 500, 2: 2000.001, 3: 3000}}
        capPercent: 100
      penalty:
        rate: {amount: 0.40, per: kWh}
        deadbandPercent: 5
        netting: interval
        belowBaseline: zero
        caps: [{basis: rewardsOfMonth, percent: 100}, {basis: rewardsOfEvent, percent: 50}]
      excusals: [gridOutage, weather]
    splits:
      shares: {owner: 70, aggregator: 20, utility: 7.5, tax: 2.5}
    escrow: {required: true, coverPercent: 120}
    settlement:
      runs:
        - {name: provisional, afterDays: 1, payable: false}
        - {name: initial, afterDays: 7, payable: true}
        - {name: final, afterDays: 90, payable: true}
      disputeDays: 90
    """

  static func load(_ text: String) throws -> Policy {
    try Policy.load(bytes: Array(text.utf8), file: "p.yaml")
  }

  /// The faults of a text; none when it is accepted.
  static func faults(_ text: String) -> [YAMLFault] {
    do {
      _ = try Policy.load(bytes: Array(text.utf8), file: "p.yaml")
      return []
    } catch {
      return error.list
    }
  }

  /// `whole` with `old` replaced, once; and the line, from 1, on which `old` stood.
  static func edited(_ old: String, _ new: String) throws -> (text: String, line: Int) {
    let place = try #require(whole.range(of: old), "\(old) is not in the policy")
    let line = whole[..<place.lowerBound].count { $0 == "\n" } + 1
    return (whole.replacingCharacters(in: place, with: new), line)
  }

  static func shipped(_ name: String) throws -> [UInt8] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return [UInt8](try Data(contentsOf: root.appendingPathComponent("policies/\(name).yaml")))
  }
}
