import Engine
import Fleet
import Foundation
import Grid
import Policies
import Settlement
import Testing
import Verification

@testable import Controller

/// Scenario V14 from the signals to the baseline: events on 2016-08-15 and 16, and one owner who
/// leaves the first of them.
@Suite struct `A day on which there was an event` {
  static func window(_ day: String) throws -> Window {
    let start = try #require(Timestamp(rfc3339: "\(day)T23:00:00Z"))
    return try #require(Window(start: start, end: start.adding(seconds: 3_600)))
  }

  static func edit(_ rule: String) -> (String) -> String {
    {
      $0.replacing("effective: {from: 2026-01-01}", with: "effective: {from: 2016-01-01}")
        .replacing("eventDays: notifiedSite", with: "eventDays: \(rule)")
        .replacing("capAtDeviceOutput: true", with: "capAtDeviceOutput: false")
    }
  }

  static func policy(_ rule: String) throws -> Policy {
    let text = try String(
      contentsOf: PretendWorld.root.appending(path: "policies/surge-ten-percent.yaml"),
      encoding: .utf8)
    return try Policy.load(bytes: Array(edit(rule)(text).utf8), file: "surge.yaml")
  }

  /// The second event as settlement takes it.
  static func second(_ rule: String) throws -> EventCase {
    let (monday, tuesday) = (try window("2016-08-15"), try window("2016-08-16"))
    var world = try PretendWorld(
      scenario: "sunny-day", policy: "surge-ten-percent", batteries: 2, before: monday.start,
      minutes: 120, edit: edit(rule))
    world.run(to: monday.start.adding(seconds: -6_900))
    world.signal(.init(window: monday, level: 2, request: .byLevel), event: "first")
    // He is told of it, and leaves before it starts.
    let leaver = world.fleet.enrolment[0]
    world.run(to: monday.start.adding(seconds: -3_600))
    let notice = world.decider.engine.event(EventID("first")!)?.batteries[0].notice
    try #require(notice != nil)
    let away = Preference(
      revision: 1, at: world.now, optOutFrom: world.now, optOutUntil: monday.end)
    _ = world.decider.tell([.preference(away, leaver.battery, of: leaver.gateway)], at: world.now)
    world.run(to: monday.end.adding(seconds: 3_600))
    let first = try #require(world.decider.engine.event(EventID("first")!))
    try #require(first.batteries[0].command == nil && first.batteries[1].command != nil)
    world.run(to: tuesday.start.adding(seconds: -900))
    world.signal(.init(window: tuesday, level: 2, request: .byLevel), event: "second")
    world.run(to: tuesday.end.adding(seconds: 3_600))
    let record = try #require(world.decider.engine.event(EventID("second")!))
    let event = EventCase(
      record, fleet: world.fleet.enrolment, policy: try policy(rule),
      others: world.decider.engine.events)
    let found = try #require(event)
    #expect(found.homes.map(\.site) == world.fleet.enrolment.map(\.site))
    return found
  }

  static let monday = CivilDate(text: "2016-08-15")!

  /// What a home was measured against that takes 1 kWh each quarter of an hour.
  static func days(_ event: EventCase, home: Int, _ rule: String) async throws -> [CivilDate] {
    let meter = event.homes[home].siteMeter
    let begin = event.window.start.adding(seconds: -30 * 86_400)
    let readings = (0..<Int64(31 * 96)).map { quarter in
      let start = begin.adding(seconds: quarter * 900)
      return Reading(
        meter: meter, window: Window(start: start, end: start.adding(seconds: 900))!,
        imported: Energy(wattHours: 1_000), exported: .zero, quality: .actual)
    }
    var alone = event
    alone.homes = [event.homes[home]]
    let found = try await CaseMeasurement(
      files: try ReadingSet(readings), policy: try policy(rule)
    ).verify(alone)
    return try #require(found.first).days
  }

  @Test func `V14: is no candidate for the next one, and opting out does not make it one`()
    async throws
  {
    let event = try Self.second("notifiedSite")
    #expect(event.homes.map(\.eventDays) == [[Self.monday], [Self.monday]])
    for home in 0..<2 {
      let days = try await Self.days(event, home: home, "notifiedSite")
      #expect(!days.contains(Self.monday))
      #expect(days.first == CivilDate(text: "2016-08-12"), "the Friday before")
      #expect(days.count == 5)
    }
  }

  @Test func `is a candidate for who left only where the policy counts commands`() async throws {
    let event = try Self.second("dispatchedSite")
    #expect(event.homes.map(\.eventDays) == [[], [Self.monday]])
    let days = try await Self.days(event, home: 0, "dispatchedSite")
    #expect(days.first == Self.monday)
  }

  /// A fleet as it is, with other meters for each battery.
  static func fleet(
    _ old: [EnrolledBattery], _ meters: (Int) -> (site: String, battery: String)
  ) -> [EnrolledBattery] {
    old.enumerated().map { place, battery in
      EnrolledBattery(
        battery: battery.battery, gateway: battery.gateway, site: battery.site,
        owner: battery.owner, node: battery.node, capacity: battery.capacity,
        maxDischarge: battery.maxDischarge, maxCharge: battery.maxCharge,
        dischargeEfficiency: battery.dischargeEfficiency, reserve: battery.reserve,
        exportLimit: battery.exportLimit, charge: battery.charge,
        siteMeter: MeterID(meters(place).site)!, batteryMeter: MeterID(meters(place).battery)!)
    }
  }

  static func settledEvent(
    edit: @escaping (String) -> String = { $0 }
  ) throws -> (world: PretendWorld, record: EventRecord) {
    let window = try window("2026-07-14")
    var world = try PretendWorld(
      scenario: "sunny-day", policy: "surge-ten-percent", batteries: 2, before: window.start,
      edit: edit)
    world.signal(.init(window: window, level: 2, request: .byLevel))
    world.run(to: window.end.adding(seconds: 3_600))
    return (world, try #require(world.record))
  }

  @Test func `V20: knows two enrolments behind one service point, and one device in two`() throws {
    let (world, record) = try Self.settledEvent()
    let policy = try Self.policy("notifiedSite")
    func shared(_ meters: (Int) -> (site: String, battery: String)) -> [[SiteID]] {
      EventCase(
        record, fleet: Self.fleet(world.fleet.enrolment, meters), policy: policy, others: []
      )?.homes.map(\.sharedWith) ?? []
    }
    let sites = world.fleet.enrolment.map(\.site)
    #expect(shared { ("m-\($0)", "b-\($0)") } == [[], []])
    #expect(shared { ("m-1", "b-\($0)") } == [[sites[1]], [sites[0]]])
    #expect(shared { ("m-\($0)", "b-1") } == [[sites[1]], [sites[0]]])
  }
}
