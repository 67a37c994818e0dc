import Engine
import Grid
import Wire

extension Bench {
  /// Plans of a power target and of a release, beside reading the fleet's columns once and beside
  /// the classic filling by sorting.
  func planFigures() throws -> [BenchFigure] {
    let real = try feederFile.map { path in
      try InputFile.parse(path) { try FeederFile.parse($0, file: $1) }
    }
    let counts = [1_000, 10_000, batteries, 1_000_000].filter {
      $0 == batteries || ($0 < batteries || $0 == 1_000_000)
    }
    return Set(counts).sorted().flatMap { count in
      figures(count, Self.fleet(count, nodes: 1), .unlimited(NodeID("root")!), "")
        + figures(
          count, Self.fleet(count, nodes: 600), Self.feeder(600, batteries: count), "-tree600")
        + (real.map { figures(count, Self.fleet(count, on: $0), $0, "-feeder\($0.ids.count)") }
          ?? [])
    }
  }

  private func figures(
    _ count: Int, _ fleet: PlanningFleet, _ feeder: FeederTree, _ tree: String
  ) -> [BenchFigure] {
    let runs = count > 100_000 ? max(3, runs) : 5 * runs
    let limit = Stopwatch.median(runs) { Stopwatch.keep(Self.read(fleet)) }
    func figure(_ name: String, _ seconds: Double) -> BenchFigure {
      BenchFigure(
        name: name, unit: "ms", value: 1_000 * seconds, limit: 1_000 * limit,
        limitName: "reading the fleet's columns once")
    }
    func plan(_ request: PlanRequest) -> Double {
      Stopwatch.median(runs) {
        let plan = Planner.plan(
          fleet, feeder: feeder, request: request, seconds: 7_200, fairness: .proportional,
          minimumSetpoint: .zero)
        Stopwatch.keep(UInt64(plan.committed.watts))
      }
    }
    let target = 1_000 * Int64(count)
    var figures = [figure("plan-\(count)\(tree)", plan(.target(Power(watts: target))))]
    guard tree.isEmpty else { return figures }
    figures.append(
      figure(
        "plan-\(count)-release", plan(.release(Percent(whole: 10)!, of: .storedEnergy))))
    let sorted = SortedFilling(fleet, seconds: 7_200)
    figures.append(
      figure(
        "sorted-\(count)",
        Stopwatch.median(max(3, self.runs)) {
          Stopwatch.keep(UInt64(sorted.divide(Double(target))[0]))
        }))
    return figures
  }

  /// The same fleet on the leaves of a feeder.
  private static func fleet(_ count: Int, on feeder: FeederTree) -> PlanningFleet {
    var fleet = fleet(count, nodes: 1)
    let parents = Set(feeder.parents)
    let leaves = feeder.parents.indices.map { Int32($0) }.filter { !parents.contains($0) }
    var numbers = BenchNumbers(seed: 77)
    fleet.node = fleet.node.map { _ in leaves[Int(numbers.next(Int64(leaves.count)))] }
    return fleet
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
