import Engine
import Grid
import Policies
import Testing

/// Real programmes, as far as this version reads them: their sections on events word for word, and
/// a plain reward.
private enum RealProgramme {
  static let demandResponse = """
    headroomPolicy: 1
    id: ru-demand-response
    title: Demand response aggregators, price zones 1 and 2
    version: "0.2"
    effective: {from: 2020-07-01, to: 2020-09-30}
    timeZone: Europe/Moscow
    currency: RUB
    source: project
    calendar:
      seasons:
        - name: quarter
          from: 07-01
          to: 09-30
          days: [mon, tue, wed, thu, fri]
          holidays: excluded
          windows: [{from: "00:00", to: "24:00"}]
      holidays: []
      workingDays: []
    events:
      allowedMinutes: [120, 240]
      durationFromEnrolment: true
      maximumPerDay: 1
      maximumPerMonth: 5
      countCancelled: started
    signals: {from: [example-operator], forms: [power], signature: required, revise: never}
    notice: {minimumMinutes: 0, dayBeforeBy: "18:00", acknowledgement: required, late: refuse}
    enrolment: {otherProgrammes: none}
    dispatch: {target: {shortfall: commitWhatHolds}, fairness: proportional, optOut: {until: start}}
    measurement: {mode: premises, exports: excluded, intervalMinutes: 60}
    baseline:
      kind: dayMatching
      lookbackDays: 45
      dayClasses: businessNonBusiness
      selection: {business: {choose: recent, y: 10, minimumDays: 10}}
      tooFewDays: notVerifiable
    reward:
      unit: home
      netting: interval
      energy: {rate: {amount: 1, per: kWh}}
      excusals: [utilityCancelled, noNotice, meterFault, controllerFault]
    splits: {shares: {owner: 80, aggregator: 20}}
    escrow: {required: false}
    settlement:
      runs:
        - {name: provisional, afterDays: 1, payable: false}
        - {name: initial, afterDays: 20, payable: true}
        - {name: final, afterDays: 90, payable: true}
    """

  static let loadReduction = """
    headroomPolicy: 1
    id: ca-elrp-a4
    title: Emergency Load Reduction Program, virtual power plants
    version: "0.2"
    effective: {from: 2026-05-01, to: 2026-10-31}
    timeZone: America/Los_Angeles
    currency: USD
    source: project
    calendar:
      seasons:
        - name: summer
          from: 05-01
          to: 10-31
          days: [mon, tue, wed, thu, fri, sat, sun]
          holidays: included
          windows: [{from: "16:00", to: "21:00"}]
      holidays: []
    events: {minimumMinutes: 60, maximumMinutes: 300, maximumPerDay: 1}
    signals: {from: [example-utility], forms: [level, percent, power], signature: required}
    notice: {minimumMinutes: 0, acknowledgement: notRequired}
    enrolment: {otherProgrammes: none}
    dispatch:
      release: {percent: 100, of: energyAboveReserve}
      reservePercent: 0
      fairness: proportional
      optOut: {until: end}
    measurement: {mode: deviceOutput, exports: counted, intervalMinutes: 15}
    baseline:
      kind: typicalOutput
      lookbackDays: 45
      dayClasses: businessNonBusiness
      selection:
        business: {choose: recent, y: 10, minimumDays: 5}
        nonBusiness: {choose: recent, y: 4, minimumDays: 4}
      tooFewDays: notVerifiable
    reward:
      unit: home
      netting: event
      energy: {rate: {amount: 2.00, per: kWh}, capPercent: unlimited}
      excusals: []
    splits: {shares: {owner: 100}}
    escrow: {required: false}
    settlement:
      runs:
        - {name: provisional, afterDays: 1, payable: false}
        - {name: final, afterDays: 90, payable: true}
    """
}

/// Two sites of a programme, contracted for two hours and for four, and the engine above them.
private struct Sites {
  var engine: Engine
  private var count = 0

  static func at(_ text: String) -> Timestamp { Timestamp(rfc3339: text)! }

  /// Both report 80 % at `now`.
  init(_ policy: String, at now: Timestamp) throws {
    let terms = try Fixture.load(policy).dispatch
    let fleet = [120, 240].enumerated().map { row, minutes in
      EnrolledBattery(
        battery: BatteryID("b\(row)")!, gateway: GatewayID("g\(row)")!, site: SiteID("s\(row)")!,
        owner: OwnerID("o\(row)")!, node: NodeID("root")!, capacity: Energy(wattHours: 13_500),
        maxDischarge: Power(watts: 5_000), maxCharge: Power(watts: 5_000),
        dischargeEfficiency: .hundred, reserve: Percent(whole: 20)!, exportLimit: nil,
        charge: nil, offer: BatteryOffer(contractedMinutes: Int64(minutes)))
    }
    engine = Engine(fleet: fleet, feeder: .unlimited(NodeID("root")!), programmes: [terms])
    let inputs = (0..<2).flatMap { row -> [Input] in
      let gateway = GatewayID("g\(row)")!
      let battery = BatteryID("b\(row)")!
      let birth = GatewayState(
        session: 1, birth: .init(at: now, clockSynced: true, schemas: ["headroom.cmd/1"]))
      let description = BatteryDescription(
        at: now, online: true, site: SiteID("s\(row)")!, capacity: Energy(wattHours: 13_500),
        maxDischarge: Power(watts: 5_000), maxCharge: Power(watts: 5_000), canExport: true,
        canCharge: true, remoteControl: true)
      let report = Telemetry(
        battery: battery, at: now, discharge: .zero, charge: Percent(whole: 80)!, state: .holding)
      return [
        .state(birth, of: gateway), .description(description, battery, of: gateway),
        .telemetry([report], from: gateway),
      ]
    }
    _ = engine.handle(inputs, at: now)
    _ = engine.handle([], at: now.adding(seconds: 5))
  }

  /// Asks for 1 kW by a signed signal; the rule that refuses it, or nil when it is committed to.
  mutating func rule(
    _ utility: String, _ from: String, _ to: String, sentAt now: String
  ) throws -> String? {
    count += 1
    let event = EventID("e\(count)")!
    let window = try #require(Window(start: Self.at(from), end: Self.at(to)))
    let signal = GridSignal(
      event: event, revision: 1, issuedAt: Self.at(now),
      content: .init(window: window, level: 2, request: .power(Power(watts: 1_000))))
    let input = Input.signal(
      signal, from: UtilityID(utility)!,
      digest: Digest(bytes: Array(repeating: UInt8(count), count: 32))!, signed: true)
    let effects = engine.handle([input], at: Self.at(now))
    let record = try #require(engine.event(event))
    if let refusal = record.refusal {
      #expect(refusal.code == .refusedByPolicy)
      #expect(record.status == .refused)
      return refusal.field
    }
    #expect(effects.contains { if case .holdEscrow(event, 1) = $0 { true } else { false } })
    _ = engine.handle([.escrowHeld(event, revision: 1)], at: Self.at(now))
    #expect(engine.event(event)?.status == .notified)
    return nil
  }
}

@Suite struct `The programme ru-demand-response` {  // E37
  /// 12:00 in Moscow on Tuesday 30 June 2020.
  static let now = "2020-06-30T09:00:00Z"

  private static func sites(at now: String = now) throws -> Sites {
    try Sites(RealProgramme.demandResponse, at: Sites.at(now))
  }

  /// From 17:00 in Moscow.
  private static func rule(
    _ sites: inout Sites, day: String, hours: Int = 2, from: Int = 14, sentAt now: String = now
  ) throws -> String? {
    try sites.rule(
      "example-operator", "2020-07-\(day)T\(from):00:00Z", "2020-07-\(day)T\(from + hours):00:00Z",
      sentAt: now)
  }

  @Test func `takes five events in July, and not a sixth`() throws {
    var sites = try Self.sites()
    for day in ["01", "02", "03", "06", "07"] {
      #expect(try Self.rule(&sites, day: day) == nil, "\(day)")
    }
    #expect(try Self.rule(&sites, day: "08") == "limitReached")
    #expect(sites.engine.event(EventID("e6")!)?.refusal?.found == "6 in one month")
    #expect(
      try sites.rule(
        "example-operator", "2020-08-03T14:00:00Z", "2020-08-03T16:00:00Z", sentAt: Self.now)
        == nil)
  }

  @Test func `takes two or four hours, once a day`() throws {
    var sites = try Self.sites()
    #expect(try Self.rule(&sites, day: "01", hours: 3) == "durationNotAllowed")
    #expect(sites.engine.event(EventID("e1")!)?.refusal?.allowed == "120, 240 min")
    #expect(try Self.rule(&sites, day: "01") == nil)
    #expect(try Self.rule(&sites, day: "01", from: 17) == "limitReached")
    #expect(sites.engine.event(EventID("e3")!)?.refusal?.allowed == "1 in one day")
  }

  @Test func `skips a site contracted for two hours in an event of four`() throws {
    var sites = try Self.sites()
    #expect(try Self.rule(&sites, day: "01", hours: 4) == nil)
    let plan = try #require(sites.engine.event(EventID("e1")!)?.plans.last?.plan)
    #expect(plan.skipped == [.durationNotContracted, nil])
    #expect(plan.setpointW == [0, 1_000])
    #expect(try Self.rule(&sites, day: "02") == nil)
    let short = try #require(sites.engine.event(EventID("e2")!)?.plans.last?.plan)
    #expect(short.skipped == [nil, nil])
    #expect(short.setpointW == [500, 500])
  }

  @Test(
    arguments: [
      ("2020-06-30T15:00:00Z", nil), ("2020-06-30T15:01:00Z", "noticeTooLate"),
      ("2020-07-01T09:00:00Z", "noticeTooLate"),
    ] as [(String, String?)])
  func `takes a signal until 18:00 on the day before`(_ now: String, _ rule: String?) throws {
    var sites = try Self.sites(at: "2020-06-30T09:00:00Z")
    #expect(try Self.rule(&sites, day: "01", sentAt: now) == rule)
  }
}

@Suite struct `The programme ca-elrp-a4` {  // E38
  static let now = "2026-10-30T19:00:00Z"

  static func rule(_ from: String, _ to: String, _ policy: String) throws -> String? {
    var sites = try Sites(policy, at: Sites.at(now))
    return try sites.rule("example-utility", from, to, sentAt: now)
  }

  /// Local times of 31 October are seven hours behind UTC, those of 1 November eight.
  @Test(
    arguments: [
      ("2026-10-31T22:30:00Z", "2026-11-01T00:30:00Z", "outsideWindow"),
      ("2026-10-31T23:00:00Z", "2026-11-01T05:00:00Z", "durationNotAllowed"),
      ("2026-10-31T23:00:00Z", "2026-11-01T04:00:00Z", nil),
      ("2026-11-02T00:00:00Z", "2026-11-02T02:00:00Z", "notEffective"),
    ] as [(String, String, String?)])
  func `takes five hours of the afternoon until the end of October`(
    _ from: String, _ to: String, _ rule: String?
  ) throws {
    #expect(try Self.rule(from, to, RealProgramme.loadReduction) == rule)
  }

  @Test func `has no season in November, also where the policy goes on`() throws {
    let policy = RealProgramme.loadReduction.replacing(", to: 2026-10-31}", with: "}")
    let rule = try Self.rule("2026-11-02T00:00:00Z", "2026-11-02T02:00:00Z", policy)
    #expect(rule == "outsideSeason")
    // The season's last day is its own; the clocks have not gone back yet.
    #expect(try Self.rule("2026-10-31T23:00:00Z", "2026-11-01T04:00:00Z", policy) == nil)
  }
}
