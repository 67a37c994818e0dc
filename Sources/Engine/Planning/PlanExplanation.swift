public import Grid

/// Why one battery was given what a plan gives it.
public struct PlanExplanation: Sendable {
  /// One figure that keeps a battery from more, all others left out.
  public struct Limit: Hashable, Sendable {
    /// What it is.
    public let bound: Bound
    /// The setpoint that it alone would allow; nil where nothing limits.
    public let watts: Int64?
  }

  /// A node above the battery.
  public struct Node: Hashable, Sendable {
    /// Its place in the feeder.
    public let place: Int32
    /// What all batteries below it give together.
    public let loadW: Int64
    /// What it may carry; nil where nothing limits.
    public let limitW: Int64?
  }

  /// The batteries that share one budget below their own limits, he among them.
  public struct Group: Hashable, Sendable {
    /// How many they are.
    public let batteries: Int
    /// What they are given together.
    public let watts: Int64
    /// Their weights together: joules, or their number where all weigh the same.
    public let weight: Int128
    /// The rows of the others, in the order of the fleet, up to ten.
    public let others: [Int]
  }

  /// The limits of its own, in the order in which equal ones are named; empty where it was skipped
  /// before any were looked at.
  public let limits: [Limit]
  /// Nodes from its own to the root.
  public let nodes: [Node]
  /// With whom it shares; nil where nothing but its own limits cut it, or it takes no part.
  public let group: Group?
  /// Its weight: joules, or 1.
  public let weight: Int64
  /// Energy above its floor at the terminals, in joules; 0 where the charge is not known.
  public let aboveFloorJ: Int64
  /// How many batteries with a higher merit take part; nil without an order.
  public let ahead: Int?

  /// Explains the battery in `row` of a plan that was made from the same figures.
  public init(
    _ plan: Plan, _ fleet: PlanningFleet, feeder: FeederTree, request: PlanRequest,
    fairness: DispatchTerms.Fairness, row: Int
  ) {
    let seconds = plan.seconds
    func figures(_ row: Int) -> BatteryFigures? {
      guard fleet.standing[row] == .available,
        fleet.chargeHundredths[row] > fleet.floorHundredths[row]
      else { return nil }
      return BatteryFigures(
        capacityJ: fleet.capacityJ[row], charge: fleet.chargeHundredths[row],
        floor: fleet.floorHundredths[row], efficiency: fleet.efficiencyHundredths[row],
        ratedW: fleet.ratedW[row], exportRoomW: fleet.exportRoomW[row])
    }
    func weight(_ row: Int) -> Int64 {
      fairness == .proportional ? figures(row)?.deliverableJ(seconds: seconds) ?? 0 : 1
    }
    let own = figures(row)
    var limits: [Limit] = []
    if let own {
      if case .release(let percent, let basis) = request {
        let asked = own.releasedJ(Int64(percent.hundredths), of: basis, seconds: seconds)
        limits.append(Limit(bound: .request, watts: asked / seconds))
      }
      limits.append(Limit(bound: .ratedPower, watts: own.ratedW))
      let isOpen = fleet.exportRoomW[row] == .max
      limits.append(Limit(bound: .exportLimit, watts: isOpen ? nil : own.exportW))
      limits.append(Limit(bound: .energyForDuration, watts: own.aboveFloorJ / seconds))
    }
    self.limits = limits
    aboveFloorJ = own?.aboveFloorJ ?? 0
    self.weight = weight(row)
    nodes = Self.nodes(plan, fleet, feeder, from: fleet.node[row])
    let isOrdered = fairness == .meritOrder || fairness == .rotationDebt
    let merit = isOrdered && !fleet.merit.isEmpty ? fleet.merit : []
    ahead =
      merit.isEmpty
      ? nil : fleet.standing.indices.count { merit[$0] > merit[row] && figures($0) != nil }
    let cap = limits.compactMap(\.watts).min() ?? 0
    guard own != nil, plan.setpointW[row] < cap, plan.skipped[row] != .minimumSetpoint else {
      group = nil
      return
    }
    let bound = plan.bound[row]
    let rows = fleet.standing.indices.filter { other in
      (plan.skipped[other] == nil || plan.skipped[other] == .noShare)
        && plan.bound[other] == bound && figures(other) != nil
        && (merit.isEmpty || merit[other] == merit[row])
    }
    group = Group(
      batteries: rows.count, watts: rows.reduce(0) { $0 + plan.setpointW[$1] },
      weight: rows.reduce(0) { $0 + Int128(weight($1)) },
      others: Array(rows.filter { $0 != row }.prefix(10)))
  }

  private static func nodes(
    _ plan: Plan, _ fleet: PlanningFleet, _ feeder: FeederTree, from first: Int32
  ) -> [Node] {
    var load = [Int64](repeating: 0, count: feeder.parents.count)
    for row in plan.setpointW.indices { load[Int(fleet.node[row])] += plan.setpointW[row] }
    for place in load.indices.dropFirst().reversed() {
      load[Int(feeder.parents[place])] += load[place]
    }
    var nodes: [Node] = []
    var place = first
    while place >= 0 {
      let limit = feeder.limits[Int(place)]
      nodes.append(
        Node(place: place, loadW: load[Int(place)], limitW: limit == .max ? nil : limit))
      place = feeder.parents[Int(place)]
    }
    return nodes
  }
}
