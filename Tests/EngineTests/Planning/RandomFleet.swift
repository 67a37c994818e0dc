import Engine
import Grid

/// Numbers from a seed, the same on every machine (SplitMix64, Steele et al. 2014).
struct Dice {
  var state: UInt64

  init(_ seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func roll(_ range: ClosedRange<Int64>) -> Int64 {
    range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
  }

  mutating func chance(_ percent: Int64) -> Bool { roll(1...100) <= percent }
}

/// A fleet on a feeder, made from a seed.
struct RandomFleet {
  struct Row {
    var name: Int
    var node: Int32
    var capacityJ: Int64
    var ratedW: Int64
    var exportRoomW: Int64
    var charge: Int32 = 10_000
    var floor: Int32 = 0
    var efficiency: Int32 = 10_000
  }

  var rows: [Row]
  var feeder: FeederTree
  var seconds: Int64
  var target: Int64
  /// Who goes first; empty is nobody. By name, so that shuffled rows keep theirs.
  var merit: [Int64] = []

  /// Figures so small that levels and limits coincide all the time.
  static func small(_ dice: inout Dice) -> RandomFleet {
    let nodes = dice.roll(1...9)
    let count = dice.roll(1...24)
    let limit: Int64 = [6, 20, 60][Int(dice.roll(0...2))]
    return RandomFleet(
      rows: (0..<count).map { name in
        Row(
          name: Int(name), node: Int32(dice.roll(0...nodes - 1)), capacityJ: dice.roll(0...40),
          ratedW: dice.roll(0...12), exportRoomW: dice.chance(20) ? dice.roll(-1...6) : .max)
      },
      feeder: tree(&dice, nodes, limit: 0...limit, limited: 60), seconds: dice.roll(1...4),
      target: dice.roll(0...count * 8))
  }

  /// Figures of real homes.
  static func real(_ dice: inout Dice, count: Int64) -> RandomFleet {
    let nodes = dice.roll(1...40)
    let mean = count * 5_000 / nodes
    return RandomFleet(
      rows: (0..<count).map { name in
        Row(
          name: Int(name), node: Int32(dice.roll(0...nodes - 1)),
          capacityJ: dice.roll(2_000...30_000) * 3_600, ratedW: dice.roll(1_000...10_000),
          exportRoomW: dice.chance(20) ? dice.roll(0...6_000) : .max,
          charge: Int32(dice.roll(0...10_000)), floor: Int32(dice.roll(0...4_000)),
          efficiency: Int32(dice.roll(8_500...10_000)))
      },
      feeder: tree(&dice, nodes, limit: 0...mean * 2, limited: 50),
      seconds: dice.roll(60...14_400), target: dice.roll(0...count * 4_000))
  }

  static func tree(
    _ dice: inout Dice, _ nodes: Int64, limit: ClosedRange<Int64>, limited: Int64
  ) -> FeederTree {
    let rows = (0..<nodes).map { place in
      FeederTree.Node(
        id: NodeID("n" + padded(Int(place)))!,
        parent: place == 0 ? nil : NodeID("n" + padded(Int(dice.roll(0...place - 1))))!,
        limit: dice.chance(limited) ? Power(watts: dice.roll(limit)) : nil)
    }
    return try! FeederTree(rows)
  }

  var fleet: PlanningFleet {
    var fleet = PlanningFleet(
      ids: rows.map { BatteryID("bat-" + padded($0.name))! }, node: rows.map(\.node),
      capacityJ: rows.map(\.capacityJ), chargeHundredths: rows.map(\.charge),
      efficiencyHundredths: rows.map(\.efficiency), floorHundredths: rows.map(\.floor),
      ratedW: rows.map(\.ratedW), exportRoomW: rows.map(\.exportRoomW),
      standing: rows.map { _ in .available })
    if !merit.isEmpty { fleet.merit = rows.map { merit[$0.name] } }
    return fleet
  }

  /// Energy above the floor at the terminals.
  func availableJ(_ row: Row) -> Int128 {
    row.charge <= row.floor
      ? 0
      : Int128(row.capacityJ) * Int128(row.charge - row.floor) * Int128(row.efficiency)
        / 100_000_000
  }

  /// The greatest setpoint that holds to the end.
  func cap(_ row: Row) -> Int128 {
    min(Int128(row.ratedW), max(0, Int128(row.exportRoomW)), availableJ(row) / Int128(seconds))
  }

  func plan(
    _ request: PlanRequest? = nil, fairness: DispatchTerms.Fairness, minimum: Int64 = 0
  ) -> Plan {
    Planner.plan(
      fleet, feeder: feeder, request: request ?? .target(Power(watts: target)), seconds: seconds,
      fairness: fairness, minimumSetpoint: Power(watts: minimum))
  }

  /// The most that the feeder lets the caps give.
  var feasible: Int128 {
    var flow = [Int128](repeating: 0, count: feeder.parents.count)
    for row in rows { flow[Int(row.node)] += cap(row) }
    for place in flow.indices.reversed() {
      flow[place] = min(flow[place], Int128(feeder.limits[place]))
      if place > 0 { flow[Int(feeder.parents[place])] += flow[place] }
    }
    return flow[0]
  }

  /// True when no node carries more than its limit.
  func keepsNodes(_ plan: Plan) -> Bool {
    var flow = [Int64](repeating: 0, count: feeder.parents.count)
    for (row, watts) in zip(rows, plan.setpointW) { flow[Int(row.node)] += watts }
    for place in flow.indices.reversed() where place > 0 {
      flow[Int(feeder.parents[place])] += flow[place]
    }
    return zip(flow, feeder.limits).allSatisfy { $0 <= $1 }
  }

  mutating func shuffle(_ dice: inout Dice) {
    for place in rows.indices.dropFirst().reversed() {
      rows.swapAt(place, Int(dice.roll(0...Int64(place))))
    }
  }
}
