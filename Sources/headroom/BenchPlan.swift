import Engine
import Grid

extension Bench {
  /// Plans of a power target and of a release, beside reading the fleet's columns once.
  func planFigures() -> [BenchFigure] {
    var figures: [BenchFigure] = []
    for count in [batteries, 1_000_000] where count == batteries || batteries < 1_000_000 {
      for nodes in [1, 600] {
        let fleet = Self.fleet(count, nodes: nodes)
        let feeder = Self.feeder(nodes, batteries: count)
        let runs = count > 100_000 ? max(3, runs) : 5 * runs
        let limit = Stopwatch.median(runs) { Stopwatch.keep(Self.read(fleet)) }
        func figure(_ name: String, _ request: PlanRequest) {
          let seconds = Stopwatch.median(runs) {
            let plan = Planner.plan(
              fleet, feeder: feeder, request: request, seconds: 7_200, fairness: .proportional,
              minimumSetpoint: .zero)
            Stopwatch.keep(UInt64(plan.committed.watts))
          }
          figures.append(
            BenchFigure(
              name: name, unit: "ms", value: 1_000 * seconds, limit: 1_000 * limit,
              limitName: "reading the fleet's columns once"))
        }
        let tree = nodes == 1 ? "" : "-tree\(nodes)"
        figure("plan-\(count)\(tree)", .target(Power(watts: 1_000 * Int64(count))))
        if nodes == 1 {
          figure("plan-\(count)-release", .release(Percent(whole: 10)!, of: .storedEnergy))
        }
      }
    }
    return figures
  }

  /// A fleet of unlike batteries, of which one in ten has an export limit of its own.
  private static func fleet(_ count: Int, nodes: Int) -> PlanningFleet {
    var numbers = BenchNumbers(seed: 88_172_645_463_325_252)
    let rows = 0..<count
    return PlanningFleet(
      ids: rows.map { BatteryID(name("bat-", $0))! },
      node: rows.map { _ in nodes < 40 ? 0 : Int32(20 + numbers.next(Int64(nodes - 20))) },
      capacityJ: rows.map { _ in (8_000 + numbers.next(8_000)) * 3_600 },
      chargeHundredths: rows.map { _ in Int32(2_500 + numbers.next(7_500)) },
      efficiencyHundredths: rows.map { _ in Int32(9_000 + numbers.next(1_000)) },
      floorHundredths: rows.map { _ in 2_000 },
      ratedW: rows.map { _ in 3_000 + numbers.next(4_000) },
      exportRoomW: rows.map { _ in numbers.next(10) == 0 ? 2_500 : .max },
      standing: rows.map { _ in .available })
  }

  /// A root, 19 substations and transformers below them, about half of which bind.
  private static func feeder(_ nodes: Int, batteries: Int) -> FeederTree {
    let root = NodeID("root")!
    guard nodes > 1 else { return .unlimited(root) }
    var numbers = BenchNumbers(seed: 991)
    let each = Int64(max(1, batteries / nodes))
    let rows = (0..<nodes).map { place -> FeederTree.Node in
      if place == 0 { return FeederTree.Node(id: root, parent: nil, limit: nil) }
      let own = NodeID(name("n", place))!
      if place < 20 {
        return FeederTree.Node(
          id: own, parent: root, limit: Power(watts: each * 30 * (1_500 + numbers.next(2_000))))
      }
      return FeederTree.Node(
        id: own, parent: NodeID(name("n", 1 + place % 19))!,
        limit: Power(watts: each * (1_000 + numbers.next(3_500))))
    }
    guard let feeder = try? FeederTree(rows) else {
      preconditionFailure("the rows of the benchmark make up a tree")
    }
    return feeder
  }

  private static func read(_ fleet: PlanningFleet) -> UInt64 {
    var sum = Stopwatch.sum(fleet.node.span) &+ Stopwatch.sum(fleet.capacityJ.span)
    sum = sum &+ Stopwatch.sum(fleet.chargeHundredths.span)
    sum = sum &+ Stopwatch.sum(fleet.efficiencyHundredths.span)
    sum = sum &+ Stopwatch.sum(fleet.floorHundredths.span)
    return sum &+ Stopwatch.sum(fleet.ratedW.span) &+ Stopwatch.sum(fleet.exportRoomW.span)
  }
}
