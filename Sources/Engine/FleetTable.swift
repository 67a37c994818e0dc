public import Grid

/// The fleet as columns, one row a battery: what was enrolled and what gateways said since.
///
/// A message may lower an enrolled figure and never raises it. What was not said is not known:
/// without a birth, a description and telemetry a battery is not planned. A change of one battery
/// costs O(1).
public struct FleetTable: Sendable {
  /// Why an enrolment cannot be a fleet.
  public enum Fault: Error, Hashable, Sendable {
    /// A battery that is listed twice.
    case duplicate(BatteryID)
    /// A battery at a node that is not of the feeder.
    case unknownNode(BatteryID, node: NodeID)
  }

  /// As enrolled; the order is that of the rows.
  public let enrolled: [EnrolledBattery]
  /// Gateways in the order in which the enrolment first names them.
  public let gateways: [GatewayID]
  let node: [Int32]
  let gateway: [Int32]
  let rowsOfGateway: [[Int32]]
  private let rows: [BatteryID: Int32]
  private let gatewayPlaces: [GatewayID: Int32]
  /// The fleet as enrolled, so that the order of the names is worked out once.
  let asEnrolled: PlanningFleet

  // Gateways.
  var session: [Int64]
  var isBorn: [Bool]
  var isSynced: [Bool]
  var readsCommands: [Bool]
  /// Commands that each takes in a second; nil where it did not say.
  var commandsPerSecond: [Int64?]
  /// True when some gateway said so.
  var hasNarrowGateways = false

  // Descriptions; as enrolled until there is one.
  var isDescribed: [Bool]
  var describedAt: [Timestamp]
  var isOnline: [Bool]
  var isRemote: [Bool]
  var canExport: [Bool]
  var capacityJ: [Int64]
  var ratedW: [Int64]
  /// Charge rating.
  var chargeW: [Int64]
  /// `Int64.max` where nothing limits.
  var exportLimitW: [Int64]
  var deviceFloor: [Int32]

  // Preferences; as enrolled until there is one.
  var preferenceRevision: [Int64]
  var reserve: [Int32]
  var optOut: [Window?]

  /// The warnings that stand, and their times by feeder node; empty without any.
  public internal(set) var storms: [StormWarning] = []
  var stormsOfNode: [[Window]] = []

  // Telemetry; microseconds since 1970, `Int64.min` is never.
  var heardAt: [Int64]
  var chargeHundredths: [Int32]
  /// `Int64.min` where not known.
  var dischargeW: [Int64]
  /// `Int64.min` where not known.
  var netImportW: [Int64]
  var state: [Telemetry.State]

  /// What past events asked and gateways reported.
  var history = DeliveryHistory()

  /// When the last command that was sent is over, ramp included, in microseconds; `Int64.min` when
  /// there was none, or it was complained about.
  var remoteUntil: [Int64]
  /// The `seq` of the last command; rises for ever.
  var lastSeq: [Int64]

  /// Everything that keeps `enrolled` from being a fleet on `feeder`; empty when it is one.
  public static func faults(of enrolled: [EnrolledBattery], feeder: FeederTree) -> [Fault] {
    var faults: [Fault] = []
    var seen: Set<BatteryID> = []
    for battery in enrolled {
      if !seen.insert(battery.battery).inserted { faults.append(.duplicate(battery.battery)) }
      if feeder.place(of: battery.node) == nil {
        faults.append(.unknownNode(battery.battery, node: battery.node))
      }
    }
    return faults
  }

  /// A fleet of which nothing was heard yet; `faults(of:feeder:)` found nothing.
  public init(_ enrolled: [EnrolledBattery], feeder: FeederTree) {
    self.enrolled = enrolled
    let count = enrolled.count
    var rows: [BatteryID: Int32] = [:]
    rows.reserveCapacity(count)
    var gateways: [GatewayID] = []
    var gatewayPlaces: [GatewayID: Int32] = [:]
    var rowsOfGateway: [[Int32]] = []
    var gateway: [Int32] = []
    var node: [Int32] = []
    for (row, battery) in enrolled.enumerated() {
      let earlier = rows.updateValue(Int32(row), forKey: battery.battery)
      precondition(earlier == nil, "a battery is enrolled once")
      guard let place = feeder.place(of: battery.node) else {
        preconditionFailure("a battery hangs on a node of the feeder")
      }
      node.append(place)
      let known = gatewayPlaces[battery.gateway] ?? Int32(gateways.count)
      if Int(known) == gateways.count {
        gateways.append(battery.gateway)
        gatewayPlaces[battery.gateway] = known
        rowsOfGateway.append([])
      }
      gateway.append(known)
      rowsOfGateway[Int(known)].append(Int32(row))
    }
    self.rows = rows
    self.gateways = gateways
    self.gatewayPlaces = gatewayPlaces
    self.rowsOfGateway = rowsOfGateway
    self.gateway = gateway
    self.node = node
    asEnrolled = PlanningFleet(
      ids: enrolled.map(\.battery), node: node, capacityJ: enrolled.map(\.capacity.joules),
      chargeHundredths: enrolled.map { $0.charge?.hundredths ?? -1 },
      efficiencyHundredths: enrolled.map(\.dischargeEfficiency.hundredths),
      floorHundredths: enrolled.map(\.reserve.hundredths),
      ratedW: enrolled.map(\.maxDischarge.watts),
      exportRoomW: enrolled.map { $0.exportLimit?.watts ?? .max },
      standing: enrolled.map { $0.charge == nil ? .skipped(.notHeard) : .available })
    session = Array(repeating: .min, count: gateways.count)
    isBorn = Array(repeating: false, count: gateways.count)
    isSynced = Array(repeating: false, count: gateways.count)
    readsCommands = Array(repeating: false, count: gateways.count)
    commandsPerSecond = Array(repeating: nil, count: gateways.count)
    isDescribed = Array(repeating: false, count: count)
    describedAt = Array(repeating: Timestamp(microseconds: .min), count: count)
    isOnline = Array(repeating: false, count: count)
    isRemote = Array(repeating: false, count: count)
    canExport = Array(repeating: true, count: count)
    capacityJ = enrolled.map(\.capacity.joules)
    ratedW = enrolled.map(\.maxDischarge.watts)
    chargeW = enrolled.map(\.maxCharge.watts)
    exportLimitW = enrolled.map { $0.exportLimit?.watts ?? .max }
    deviceFloor = Array(repeating: 0, count: count)
    preferenceRevision = Array(repeating: .min, count: count)
    reserve = enrolled.map(\.reserve.hundredths)
    optOut = Array(repeating: nil, count: count)
    heardAt = Array(repeating: .min, count: count)
    chargeHundredths = Array(repeating: -1, count: count)
    dischargeW = Array(repeating: .min, count: count)
    netImportW = Array(repeating: .min, count: count)
    state = Array(repeating: .offline, count: count)
    remoteUntil = Array(repeating: .min, count: count)
    lastSeq = Array(repeating: 0, count: count)
  }

  /// How many batteries.
  public var count: Int { enrolled.count }

  /// The row of a battery, or nil when it is not enrolled.
  public func row(of battery: BatteryID) -> Int? { rows[battery].map(Int.init) }

  /// The rows of a site's batteries.
  func rows(ofSite site: SiteID) -> [Int] { enrolled.indices.filter { enrolled[$0].site == site } }

  /// The place of a gateway in `gateways`, or nil when no battery is enrolled behind it.
  func place(of gateway: GatewayID) -> Int? { gatewayPlaces[gateway].map(Int.init) }

  /// The gateway through which the battery in `row` is reached.
  public func gateway(of row: Int) -> GatewayID { enrolled[row].gateway }

  /// When the battery in `row` was last heard from; nil is never.
  public func heardAt(row: Int) -> Timestamp? {
    heardAt[row] == .min ? nil : Timestamp(microseconds: heardAt[row])
  }

  /// The floor that holds for the battery in `row`, in hundredths of a percent: the greatest of the
  /// owner's reserve, the programme's and the device's minimum.
  func floor(row: Int, terms: DispatchTerms) -> Int32 {
    max(reserve[row], terms.reserve.hundredths, deviceFloor[row])
  }

  /// The greatest discharge that keeps the site's export limit; `Int64.max` where nothing limits.
  ///
  /// The house is served first: its load, as last reported, adds to the room and its surplus takes
  /// from it. A load that is not known adds nothing.
  func exportRoom(row: Int) -> Int64 {
    let limit = canExport[row] ? exportLimitW[row] : 0
    guard limit != .max else { return .max }
    guard netImportW[row] != .min, dischargeW[row] != .min else { return limit }
    return max(0, limit + netImportW[row] + dischargeW[row])
  }

  /// Takes the next `seq` of the battery in `row`.
  mutating func takeSeq(row: Int) -> Int64 {
    lastSeq[row] += 1
    return lastSeq[row]
  }
}
