public import Grid
import Wire

/// A message that a gateway publishes.
public struct OutgoingMessage: Hashable, Sendable {
  /// Its topic.
  public var topic: String
  /// Its bytes.
  public var payload: [UInt8]
  /// 0 or 1.
  public var qos: Int
  /// Is it retained.
  public var retain: Bool
}

/// Homes with batteries and their gateways: a pretend world that knows the wire, never the engine.
///
/// It is told the time and what arrived, and answers with what the gateways publish. The same
/// scenario and the same messages at the same times give the same bytes.
public struct SimulatedFleet: Sendable {
  /// What is counted.
  public struct Totals: Hashable, Sendable {
    /// Commands that arrived, repetitions included.
    public var commands = 0
    /// Commands that were known already.
    public var duplicates = 0
    /// Commands and notices that were turned away.
    public var refused = 0
    /// Notices that arrived and were heard.
    public var notices = 0
    /// Commands that began.
    public var started = 0
    /// Commands that ran to their end.
    public var completed = 0
    /// AC energy that batteries gave on command: the truth, rounded down.
    public var delivered = Energy.zero
    /// AC energy that they took back: the truth, rounded down.
    public var recharged = Energy.zero
  }

  /// Commands that a gateway keeps for one battery: the fewest that the contract allows.
  static let timelineLimit = 8
  /// Events of which a gateway remembers the notice to one battery.
  static let noticeLimit = 8

  /// The enrolment that the operator would have of this fleet.
  public let enrolment: [EnrolledBattery]

  let scenario: Scenario
  let homes: Homes
  let faults: [Fault]
  let rows: [BatteryID: Int]
  let gateways: [GatewayID]
  /// The batteries behind each gateway that ever connect.
  let connected: [[Int]]
  /// Everything has been simulated up to here.
  var now: Timestamp
  var batteries: BatteryColumns
  var meters: MeterColumns
  var timelines: [[TimelineCommand]]
  var notices: [[RememberedNotice]]
  /// By row, in the order of arrival; only late gateways have any.
  var held: [Int: [HeldCommand]] = [:]
  var moments = Moments()
  var nextTelemetry: Timestamp
  var nextMeter: Timestamp
  var session: Int64
  /// Of the meters' registers, which begin at 0 with each world, as after an exchange of the meter.
  let epoch: Int64
  var telemetrySeq: Int64 = 0
  var meterSeq: Int64 = 0
  /// In microjoules.
  var delivered: Int64 = 0
  var recharged: Int64 = 0
  var counted = Totals()
  var outbox: [OutgoingMessage] = []
  private var isBorn = false

  /// A fleet of `count` alike batteries, at least one: `bat-00001` and so on, one home each.
  public init(
    scenario: Scenario, batteries count: Int, homes: [RealHome] = [], startingAt start: Timestamp
  ) {
    precondition(
      (1...100).contains(scenario.batteriesPerGateway), "a gateway has 1…100 batteries")
    self.init(
      scenario: scenario,
      enrolment: (1...max(1, count)).map { EnrolledBattery(number: $0, scenario) },
      homes: homes, startingAt: start)
  }

  /// A fleet of enrolled batteries; a battery without state of charge has the scenario's.
  ///
  /// - Parameter homes: Real homes in the order of the enrolment, or none.
  public init(
    scenario: Scenario, enrolment: [EnrolledBattery], homes: [RealHome] = [],
    startingAt start: Timestamp
  ) {
    precondition(
      homes.isEmpty || homes.count == enrolment.count, "real homes are given for all or for none")
    precondition(
      Scenario.meterMinutesAllowed.contains(scenario.meterMinutes) && scenario.telemetrySeconds > 0
        && scenario.home.utcOffsetMinutes.isMultiple(of: 15),
      "meters, telemetry and the day's curve have intervals that the contract knows")
    self.scenario = scenario
    self.enrolment = enrolment
    self.homes = Homes(model: HomeModel(scenario), real: homes)
    let faults = Fault.assigned(scenario, count: enrolment.count)
    self.faults = faults
    var rows: [BatteryID: Int] = [:]
    var places: [GatewayID: Int] = [:]
    var gateways: [GatewayID] = []
    var connected: [[Int]] = []
    for (row, battery) in enrolment.enumerated() {
      rows[battery.battery] = row
      let place = places[battery.gateway] ?? gateways.count
      if place == gateways.count {
        places[battery.gateway] = place
        gateways.append(battery.gateway)
        connected.append([])
      }
      if faults[row] != .offline { connected[place].append(row) }
    }
    (self.rows, self.gateways, self.connected) = (rows, gateways, connected)
    now = start
    session = start.seconds
    epoch = start.seconds
    nextTelemetry = start
    // What was used before the start in the first interval belongs to it, so that it is whole.
    let meterSeconds = scenario.meterMinutes * 60
    let from = Timestamp(seconds: floorDivide(start.seconds, meterSeconds) * meterSeconds)
    nextMeter = from.adding(seconds: meterSeconds)
    batteries = BatteryColumns(enrolment, scenario, at: from)
    meters = MeterColumns(count: enrolment.count)
    timelines = Array(repeating: [], count: enrolment.count)
    notices = Array(repeating: [], count: enrolment.count)
  }

  /// The next moment at which something would be sent, begin or end by itself; there is always one.
  public var nextDue: Timestamp? { min(nextTelemetry, nextMeter, moments.first ?? nextMeter) }

  /// What happened so far.
  public var totals: Totals {
    var totals = counted
    totals.delivered = Energy(joules: delivered / 1_000_000)
    totals.recharged = Energy(joules: recharged / 1_000_000)
    return totals
  }

  /// What the gateways publish when they connect: their state and that of their batteries.
  ///
  /// Each call is a new session, as after an outage of the broker.
  public mutating func births() -> [OutgoingMessage] {
    if isBorn {
      session = max(session + 1, now.seconds)
      telemetrySeq = 0
    }
    isBorn = true
    for (place, gateway) in gateways.enumerated() {
      guard let first = connected[place].first else { continue }
      let birth = GatewayState.Birth(
        at: stamp(first, now), clockSynced: true,
        schemas: ["cmd", "cmds", "notice", "notices"].map { "headroom.\($0)/1" },
        maxBatch: connected[place].count > 1 ? 100 : 1)
      send(
        .state(gateway), GatewayStateCodec.encode(GatewayState(session: session, birth: birth)),
        retain: true)
      for row in connected[place] {
        send(
          .battery(gateway, enrolment[row].battery),
          BatteryDescriptionCodec.encode(description(row)), retain: true)
      }
    }
    return flush()
  }

  /// What a battery really gave on command, and what it has left; nil for an unknown one.
  public func truth(of battery: BatteryID) -> (delivered: Energy, charge: Percent)? {
    rows[battery].map { row in
      let given = faults[row] == .liar ? 0 : batteries.told[row]
      return (Energy(joules: given / 1_000_000), batteries.charge(row, after: given))
    }
  }

  private func description(_ row: Int) -> BatteryDescription {
    let own = enrolment[row]
    return BatteryDescription(
      at: stamp(row, now), online: true, site: own.site, capacity: own.capacity,
      maxDischarge: own.maxDischarge, maxCharge: own.maxCharge, canExport: own.exportLimit != .zero,
      canCharge: true, remoteControl: true, exportLimit: own.exportLimit,
      siteMeter: own.siteMeter, batteryMeter: own.batteryMeter)
  }
}

extension EnrolledBattery {
  /// The battery with a number from 1 of a fleet of alike ones.
  fileprivate init(number: Int, _ scenario: Scenario) {
    func padded(_ number: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits
    }
    let name = padded(number)
    let gateway = padded((number - 1) / scenario.batteriesPerGateway + 1)
    let like = scenario.battery
    self.init(
      battery: BatteryID("bat-\(name)")!, gateway: GatewayID("gw-\(gateway)")!,
      site: SiteID("site-\(name)")!, owner: OwnerID("owner-\(name)")!,
      node: scenario.node(ofBattery: number),
      capacity: Energy(wattHours: like.capacityWh),
      maxDischarge: Power(watts: like.maxDischargeW), maxCharge: Power(watts: like.maxChargeW),
      dischargeEfficiency: like.efficiencyPercent, reserve: like.reservePercent,
      exportLimit: like.exportLimitW.map { Power(watts: $0) }, charge: like.chargePercent,
      siteMeter: MeterID("m-\(name)"), batteryMeter: MeterID("b-\(name)"))
  }
}

extension SimulatedFleet {
  /// Length of a meter interval, in minutes.
  public var slotMinutes: Int64 { scenario.meterMinutes }
  /// Days of history that the scenario has before its start.
  public var historyDays: Int { scenario.historyDays }
}
