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
    /// Notices that arrived.
    public var notices = 0
    /// Batteries that began to move.
    public var started = 0
    /// Commands that ran to their end.
    public var completed = 0
    /// AC energy that batteries gave on command: the truth.
    public var delivered = Energy.zero
  }

  /// The enrolment that the operator would have of this fleet.
  public let enrolment: [EnrolledBattery]
  /// What happened so far.
  public internal(set) var totals = Totals()

  let scenario: Scenario
  let model: HomeModel
  let homes: [RealHome]
  let rows: [BatteryID: Int]
  let gateways: [GatewayID: [Int]]
  let gatewayOrder: [GatewayID]
  let faults: [Fault]
  let session: Int64
  /// Everything has been simulated up to here.
  var now: Timestamp
  var batteries: BatteryColumns
  var meters: MeterColumns
  var timelines: [[TimelineCommand]]
  var moments = Moments()
  var nextTelemetry: Timestamp
  var nextMeter: Timestamp
  var telemetrySeq: Int64 = 0
  var outbox: [OutgoingMessage] = []

  /// A fleet of `count` alike batteries, `bat-00001` and so on, one home each.
  public init(
    scenario: Scenario, batteries count: Int, homes: [RealHome] = [], startingAt start: Timestamp
  ) {
    let like = scenario.battery
    let enrolment = (1...max(1, count)).map { number -> EnrolledBattery in
      let digits = String(number)
      let name = String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits
      let gateway = (number - 1) / scenario.batteriesPerGateway + 1
      let gatewayDigits = String(gateway)
      let gatewayName =
        String(repeating: "0", count: max(0, 5 - gatewayDigits.utf8.count)) + gatewayDigits
      return EnrolledBattery(
        battery: BatteryID("bat-\(name)")!, gateway: GatewayID("gw-\(gatewayName)")!,
        site: SiteID("site-\(name)")!, owner: OwnerID("owner-\(name)")!, node: NodeID("feeder")!,
        capacity: Energy(wattHours: like.capacityWh),
        maxDischarge: Power(watts: like.maxDischargeW), maxCharge: Power(watts: like.maxChargeW),
        dischargeEfficiency: like.efficiencyPercent, reserve: like.reservePercent,
        exportLimit: like.exportLimitW.map { Power(watts: $0) }, charge: like.chargePercent,
        siteMeter: MeterID("m-\(name)"), batteryMeter: MeterID("b-\(name)"))
    }
    self.init(scenario: scenario, enrolment: enrolment, homes: homes, startingAt: start)
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
    self.scenario = scenario
    self.enrolment = enrolment
    self.homes = homes
    model = HomeModel(scenario)
    var rows: [BatteryID: Int] = [:]
    var gateways: [GatewayID: [Int]] = [:]
    var order: [GatewayID] = []
    for (row, battery) in enrolment.enumerated() {
      rows[battery.battery] = row
      if gateways[battery.gateway] == nil { order.append(battery.gateway) }
      gateways[battery.gateway, default: []].append(row)
    }
    self.rows = rows
    self.gateways = gateways
    gatewayOrder = order
    faults = Fault.assigned(scenario, count: enrolment.count)
    session = start.seconds
    now = start
    batteries = BatteryColumns(enrolment, scenario, at: start)
    meters = MeterColumns(count: enrolment.count)
    timelines = Array(repeating: [], count: enrolment.count)
    let meterSeconds = scenario.meterMinutes * 60
    nextTelemetry = start
    nextMeter = Timestamp(seconds: floorDivide(start.seconds, meterSeconds) * meterSeconds)
      .adding(seconds: meterSeconds)
    // What was used before the start of the first interval belongs to it, so that it is whole.
    let from = nextMeter.adding(seconds: -meterSeconds)
    for row in enrolment.indices { batteries.at[row] = from.microseconds }
  }

  /// The next moment at which something would be sent, begin or end by itself.
  public var nextDue: Timestamp? { min(nextTelemetry, nextMeter, moments.first ?? nextMeter) }

  /// What the gateways publish when they connect: state, batteries and preferences.
  public mutating func births() -> [OutgoingMessage] {
    for gateway in gatewayOrder {
      let own = gateways[gateway]!.filter { faults[$0] != .offline }
      guard let first = own.first else { continue }
      let at = stamp(first, now)
      let birth = GatewayState.Birth(
        at: at, clockSynced: true,
        schemas: ["cmd", "cmds", "notice", "notices"].map { "headroom.\($0)/1" },
        maxBatch: own.count > 1 ? 100 : 1)
      send(
        .state(gateway), GatewayStateCodec.encode(GatewayState(session: session, birth: birth)),
        retain: true)
      for row in own {
        send(
          .battery(gateway, enrolment[row].battery),
          BatteryDescriptionCodec.encode(description(row)), retain: true)
      }
    }
    return flush()
  }

  /// What a battery really gave on command, and what it has left.
  public func truth(of battery: BatteryID) -> (delivered: Energy, charge: Percent)? {
    rows[battery].map {
      (Energy(joules: batteries.delivered[$0] / 1_000), batteries.charge($0))
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

  // MARK: Sending

  mutating func send(_ topic: Topic, _ payload: [UInt8], qos: Int = 1, retain: Bool = false) {
    outbox.append(
      OutgoingMessage(topic: topic.text, payload: payload, qos: qos, retain: retain))
  }

  mutating func flush() -> [OutgoingMessage] {
    defer { outbox = [] }
    return outbox
  }

  /// A moment as this battery's gateway would write it.
  func stamp(_ row: Int, _ moment: Timestamp) -> Timestamp {
    faults[row] == .clockSkew
      ? moment.adding(seconds: scenario.faults.clockSkewSeconds) : moment
  }
}

extension SimulatedFleet {
  /// Length of a meter interval, in minutes.
  public var slotMinutes: Int64 { scenario.meterMinutes }
  /// Days of history that the scenario has before its start.
  public var historyDays: Int { scenario.historyDays }
}
