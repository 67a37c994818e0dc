import Controller
import Foundation
import Grid
import Policies
import Settlement
import Testing
import Wire

@Suite struct `Several events of one programme` {
  static func policy(_ name: String, _ changes: [(String, String)] = []) throws -> Policy {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    var text = try String(
      contentsOf: root.appending(path: "policies/\(name).yaml"), encoding: .utf8)
    for (old, new) in changes {
      try #require(text.contains(old), "\(name) has no \(old)")
      text = text.replacingOccurrences(of: old, with: new)
    }
    return try Policy.load(bytes: Array(text.utf8), file: name, allowsProgramme: true)
  }

  static func row(
    _ event: String, _ site: String, _ start: String, minutes: Int64 = 15, kWh: Int64 = 1,
    level: Int = 1, excusal: String = "", flags: [String] = [], price: Int64? = nil
  ) -> IntervalRow {
    let from = Timestamp(rfc3339: start)!
    let energy = Energy(joules: kWh * 3_600_000)
    return IntervalRow(
      event: EventID(event)!, site: SiteID(site)!,
      window: Window(start: from, end: from.adding(seconds: minutes * 60))!, level: level,
      committed: energy, penaltyBase: energy, reduction: energy, status: .verified,
      excusal: excusal, flags: flags, signalPrice: price, line: 1)
  }

  static func home(_ site: String, kW: Int64 = 0, zone: String? = nil, year: Int64? = nil)
    -> ProgrammeHome
  {
    ProgrammeHome(
      site: SiteID(site)!, owner: OwnerID("O")!, committed: Power(watts: kW * 1_000), zone: zone,
      vintage: year)
  }

  private func faults(_ rows: [IntervalRow], _ policy: Policy) -> [IntervalEvents.Fault] {
    do {
      _ = try IntervalEvents(rows, policy: policy)
      return []
    } catch {
      return error.list
    }
  }

  private func faults(
    _ rows: [IntervalRow], homes: [ProgrammeHome]? = nil, _ policy: Policy
  ) throws -> [PeriodAccount.Fault] {
    let events = try IntervalEvents(rows, policy: policy)
    do {
      _ = try PeriodAccount(
        events.events, homes: homes, policy: policy, run: policy.settlement.runs[1])
      return []
    } catch {
      return error.list
    }
  }

  @Test func `are joined from rows in any order`() throws {
    let policy = try Self.policy("surge-nameplate")
    let rows = [
      Self.row("F", "H2", "2026-07-08T20:00:00Z"), Self.row("E", "H2", "2026-07-07T20:15:00Z"),
      Self.row("E", "H1", "2026-07-07T20:00:00Z", flags: ["unnotified", "splitSites"]),
      Self.row("E", "H2", "2026-07-07T20:00:00Z"),
      Self.row("E", "H1", "2026-07-07T20:15:00Z", flags: ["optedOut"]),
    ]
    let events = try IntervalEvents(rows, policy: policy).events.map(\.input)
    #expect(events.map(\.event.text) == ["E", "F"])
    #expect(events[0].homes.map(\.site.text) == ["H1", "H2"])
    #expect(events[0].homes.map(\.isNotified) == [false, true])
    #expect(events[0].homes.map(\.heldBy) == ["splitSites", nil])
    #expect(events[0].homes.map(\.optedOutAt) == [rows[1].window.start, nil])
    #expect(events[0].window.seconds == 1_800)
  }

  @Test func `are refused where rows do not make an event, every fault at once`() throws {
    let policy = try Self.policy("surge-nameplate")
    let at = Timestamp(rfc3339: "2026-07-07T20:15:00Z")!
    let said = faults(
      [
        Self.row("A", "H1", "2026-07-07T20:00:00Z", minutes: 30),
        Self.row("B", "H1", "2026-07-07T20:00:00Z"), Self.row("B", "H1", "2026-07-07T20:30:00Z"),
        Self.row("C", "H1", "2026-07-07T20:00:00Z"), Self.row("C", "H1", "2026-07-07T20:15:00Z"),
        Self.row("C", "H2", "2026-07-07T20:00:00Z", level: 2, price: 1),
        Self.row("D", "H1", "2026-07-07T20:00:00Z", excusal: "mood", price: 1),
        Self.row("D", "H2", "2026-07-07T20:00:00Z", flags: ["test"], price: 2),
      ], policy)
    let (a, b, c, d) = (EventID("A")!, EventID("B")!, EventID("C")!, EventID("D")!)
    #expect(
      said == [
        .length(a, minutes: 30, allowed: 15), .gap(b, after: at),
        .rowMissing(c, SiteID("H2")!, at), .contradiction(c, "level in one interval"),
        .contradiction(d, "signal_price"), .contradiction(d, "the flag test"),
        .excusal(d, "mood"),
      ])
    for fault in said { #expect("\(fault)".contains("allowed:") || "\(fault)".contains("event")) }
  }

  @Test func `are refused where the policy asks for what nobody says`() throws {
    let russia = try Self.policy("ru-demand-response")
    let hour = Self.row("E", "H1", "2020-07-06T10:00:00Z", minutes: 60)
    #expect(
      try faults([hour], russia) == [
        .committedMissing(SiteID("H1")!), .zoneMissing(SiteID("H1")!, zones: ["1", "2"]),
      ])
    #expect(
      try faults(
        [hour], homes: [Self.home("H2", kW: 1, zone: "1"), Self.home("H3", kW: 1, zone: "2")],
        russia) == [.notEnrolled(SiteID("H1")!, event: EventID("E")!), .fleetMixed("zone")])
    let britain = try Self.policy("gb-dfs")
    let half = Self.row("E", "H1", "2023-12-06T17:00:00Z", minutes: 30)
    #expect(faults([half], britain) == [])
    var priced = half
    priced.signalPrice = 1_500_500
    #expect(try faults([priced], britain) == [.priceNotWhole(EventID("E")!)])
    let years = try Self.policy(
      "ru-demand-response",
      [("byZone: {1: 350600, 2: 521000}", "byVintage: {2019: 350600, 2020: 340000}")])
    #expect(
      try faults(
        [hour], homes: [Self.home("H1", kW: 1), Self.home("H2", kW: 1, year: 2020)], years)
        == [.vintageMissing(SiteID("H1")!, earliest: 2019), .fleetMixed("year")])
    let twice = try IntervalEvents([half], policy: britain).events.map { ($0.input, Int64(1)) }
    #expect(throws: PeriodAccount.Faults.self) {
      try PeriodAccount(twice + twice, policy: britain, run: britain.settlement.runs[1])
    }
    #expect("\(PeriodAccount.Fault.eventTwice(EventID("E")!))".contains("each event once"))
  }

  @Test func `belong to the months and the season that hold them`() throws {
    let policy = try Self.policy("ma-connected-solutions")
    let rows = ["2026-06-30T18:00:00Z", "2026-12-31T19:00:00Z", "2027-01-05T19:00:00Z"]
    let events = try IntervalEvents(
      rows.enumerated().map { Self.row("E\($0)", "H1", $1) }, policy: policy
    ).events
    let run = policy.settlement.runs[1]
    let all = try PeriodAccount(events, policy: policy, run: run).input
    #expect(all.months.map(\.key) == ["2026-06", "2026-12", "2027-01"])
    // A winter that passes New Year is one season.
    #expect(all.seasons.map(\.key) == ["summer 2026", "winter 2026"])
    #expect(all.seasons.map(\.to.description) == ["2026-09-30", "2027-03-31"])
    #expect(all.months.map(\.seasonKey) == ["summer 2026", "winter 2026", "winter 2026"])
    let span = CivilDate(text: "2026-12-01")!...CivilDate(text: "2027-02-27")!
    let some = try PeriodAccount(events, policy: policy, run: run, span: span).input
    #expect(some.months.map(\.key) == ["2026-12", "2027-01"])
    #expect(some.seasons.isEmpty)
  }

  @Test func `S14: cost a buyer the price of each part, and wait without one`() throws {
    // 2 of 5 kWh from a neighbour at 0.15, 3 from the grid at 0.22.
    let policy = try Self.policy(
      "surge-ten-percent",
      [
        (
          "rate: {amount: 2.00, per: kWh}",
          "rate: {byLevel: {0: 0.15, 1: 0.22, 2: 9, 3: 9}, per: kWh}"
        )
      ])
    let bought = try IntervalEvents(
      [
        Self.row("E", "H1", "2026-07-07T20:00:00Z", kWh: 2, level: 0),
        Self.row("E", "H1", "2026-07-07T20:15:00Z", kWh: 3, level: 1),
      ], policy: policy)
    let account = try PeriodAccount(
      bought.events, policy: policy, run: policy.settlement.runs[1])
    #expect(account.result.lines.map(\.charged) == [Money(millionths: 960_000)])
    let britain = try Self.policy("gb-dfs")
    let unpriced = try IntervalEvents(
      [Self.row("E", "H1", "2023-12-06T17:00:00Z", minutes: 30)], policy: britain)
    let held = try PeriodAccount(
      unpriced.events, policy: britain, run: britain.settlement.runs[1]
    ).result
    #expect(held.lines.map(\.status) == [.held])
    #expect(held.lines.map(\.reason) == ["priceMissing"])
    #expect(held.byParty.isEmpty)
  }

  @Test func `S15: keep their price when a later event has another`() throws {
    let policy = try Self.policy("gb-dfs")
    func row(_ event: String, _ day: String, _ price: Int64) -> IntervalRow {
      Self.row(
        event, "H1", "2023-12-\(day)T17:00:00Z", minutes: 30, price: price * 1_000_000)
    }
    func lines(_ rows: [IntervalRow]) throws -> [Money] {
      let events = try IntervalEvents(rows, policy: policy).events
      return try PeriodAccount(events, policy: policy, run: policy.settlement.runs[1])
        .result.lines.map(\.charged)
    }
    let first = row("E", "06", 2_000)
    #expect(try lines([first]) == [Money(millionths: 2_000_000)])
    #expect(
      try lines([first, row("F", "07", 2_500)])
        == [Money(millionths: 2_000_000), Money(millionths: 2_500_000)])
  }

  @Test func `are settled the same in any order`() throws {
    let policy = try Self.policy("coned-dlrp")
    let rows = (0..<6).flatMap { day in
      ["H1", "H2"].map { Self.row("E\(day)", $0, "2026-07-0\(day + 1)T18:00:00Z", kWh: 25) }
    }
    let homes = [Self.home("H1", kW: 100), Self.home("H2", kW: 100)]
    func settle(_ rows: [IntervalRow], _ homes: [ProgrammeHome]) throws -> ProgrammeResult {
      try PeriodAccount(
        try IntervalEvents(rows, policy: policy).events.reversed(), homes: homes, policy: policy,
        run: policy.settlement.runs[1]
      ).result
    }
    let one = try settle(rows, homes)
    let other = try settle(rows.reversed(), homes.reversed())
    #expect(one.accounts == other.accounts)
    #expect(one.lines.map(\.charged) == other.lines.map(\.charged))
    #expect(one.difference(to: other.accounts).isEmpty)
  }
}
