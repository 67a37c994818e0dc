import Grid

/// Weighted max-min fair shares under the limits of a feeder tree, in whole watts.
///
/// All shares rise together, each by its weight, until the battery's own cap or a node above it
/// stops it. Solved from the top: at the level that fills the root, the topmost nodes that would
/// carry too much are each a smaller problem of the same kind, whose budget is its limit.
/// docs/PLANNING.md has the proof.
struct WaterFilling {
  /// The batteries that take part, as columns; `row` is the row in the fleet.
  struct Members {
    var row: [Int32] = []
    var node: [Int32] = []
    var capW: [Int64] = []
    var weight: [Int64] = []
  }

  let parents: [Int32]
  let limits: [Int64]
  /// For each node the node whose budget governs it.
  var problem: [Int32]
  /// For each problem what it may give, in watts.
  var budget: [Int64]
  /// The level of each problem is `numerator` / `denominator` watts a unit of weight.
  ///
  /// Denominator 0: there is no level, and everybody gets his cap. Of a settled problem the
  /// numerator is what the batteries below their caps get together, the denominator their weight.
  var numerator: [Int64]
  var denominator: [Int64]
  var isSettled: [Bool]
  /// Caps and weights below each node, limits of deeper nodes applied.
  private var greatest: [Int64]
  private var weightBelow: [Int64]

  /// Scratch of one evaluation.
  private var fixed: [Int64]
  private var slope: [Int64]
  private var isFull: [Bool]

  /// Finds the level of every node.
  init(_ members: Members, feeder: FeederTree, budget total: Int64) {
    parents = feeder.parents
    limits = feeder.limits
    let nodes = parents.count
    let zeros = [Int64](repeating: 0, count: nodes)
    problem = [Int32](repeating: 0, count: nodes)
    (budget, numerator, denominator) = (zeros, zeros, zeros)
    (greatest, weightBelow, fixed, slope) = (zeros, zeros, zeros, zeros)
    isSettled = [Bool](repeating: false, count: nodes)
    isFull = isSettled
    measure(members)
    open(0, budget: total)
    var open = members
    while true {
      evaluate(open)
      guard step() else { continue }
      divide()
      keepUnsettled(&open)
      if open.row.isEmpty { break }
    }
  }

  /// What all batteries below each node could give.
  private mutating func measure(_ members: Members) {
    for place in members.row.indices {
      let node = Int(members.node[place])
      greatest[node] += members.capW[place]
      weightBelow[node] += members.weight[place]
    }
    for node in parents.indices.dropFirst().reversed() {
      let parent = Int(parents[node])
      greatest[parent] += min(greatest[node], limits[node])
      weightBelow[parent] += weightBelow[node]
    }
  }

  private mutating func open(_ node: Int, budget watts: Int64) {
    problem[node] = Int32(node)
    budget[node] = watts
    let isEnough = greatest[node] <= watts
    // The line through 0 with everybody's weight lies above the sum: this level is not too high.
    numerator[node] = isEnough ? 1 : watts
    denominator[node] = isEnough ? 0 : weightBelow[node]
  }

  /// True when a battery has reached its cap at its problem's level.
  func isCapped(_ capW: Int64, _ weight: Int64, in problem: Int) -> Bool {
    Self.product(capW, denominator[problem]) <= Self.product(weight, numerator[problem])
  }

  static func product(_ a: Int64, _ b: Int64) -> UInt128 {
    let product = UInt64(bitPattern: a).multipliedFullWidth(by: UInt64(bitPattern: b))
    return UInt128(product.high) << 64 | UInt128(product.low)
  }

  /// Adds up what each node's own batteries give at the present level, and how fast it rises.
  private mutating func evaluate(_ open: Members) {
    for node in parents.indices { (fixed[node], slope[node]) = (0, 0) }
    for place in open.row.indices {
      let node = Int(open.node[place])
      let (capW, weight) = (open.capW[place], open.weight[place])
      if isCapped(capW, weight, in: Int(problem[node])) {
        fixed[node] += capW
      } else {
        slope[node] += weight
      }
    }
  }

  /// One Newton step of every open problem; true when one of them has its final level.
  ///
  /// The sum is concave in the level, so its tangent lies above it: a step never goes too far.
  private mutating func step() -> Bool {
    var hasSettled = false
    for node in parents.indices.reversed() {
      let own = Int(problem[node])
      if isSettled[own] { continue }
      if node == own {
        if denominator[own] == 0 {
          isSettled[own] = true
        } else {
          let rest = budget[own] - fixed[own]
          precondition(slope[own] > 0, "what is left to give finds a battery that can take it")
          isSettled[own] =
            Self.product(rest, denominator[own]) == Self.product(numerator[own], slope[own])
          (numerator[own], denominator[own]) = (rest, slope[own])
        }
        hasSettled = hasSettled || isSettled[own]
        continue
      }
      let parent = Int(parents[node])
      let rest = limits[node] == .max ? .max : limits[node] - fixed[node]
      isFull[node] =
        rest <= 0
        || rest < .max
          && Self.product(slope[node], numerator[own]) >= Self.product(rest, denominator[own])
          && denominator[own] > 0
      if isFull[node] {
        fixed[parent] += limits[node]
      } else {
        fixed[parent] += fixed[node]
        slope[parent] += slope[node]
      }
    }
    return hasSettled
  }

  /// Makes a problem of every topmost full node of the problems that are settled.
  private mutating func divide() {
    for node in parents.indices.dropFirst() {
      let above = problem[node]
      if Int(above) == node || !isSettled[Int(above)] { continue }
      let parent = Int(parents[node])
      if problem[parent] != above {
        problem[node] = problem[parent]
      } else if isFull[node] {
        isFull[node] = false
        open(node, budget: limits[node])
      }
    }
  }

  private func keepUnsettled(_ open: inout Members) {
    var kept = 0
    for place in open.row.indices where !isSettled[Int(problem[Int(open.node[place])])] {
      open.row[kept] = open.row[place]
      open.node[kept] = open.node[place]
      open.capW[kept] = open.capW[place]
      open.weight[kept] = open.weight[place]
      kept += 1
    }
    open.truncate(to: kept)
  }

  /// The exact share of a battery: whole watts rounded down, and whether a fraction is left.
  func share(node: Int32, capW: Int64, weight: Int64)
    -> (watts: Int64, isCapped: Bool, hasFraction: Bool)
  {
    let own = Int(problem[Int(node)])
    if denominator[own] == 0 || isCapped(capW, weight, in: own) { return (capW, true, false) }
    let product = UInt64(weight).multipliedFullWidth(by: UInt64(numerator[own]))
    let (quotient, remainder) = UInt64(denominator[own]).dividingFullWidth(product)
    return (Int64(quotient), false, remainder > 0)
  }
}
