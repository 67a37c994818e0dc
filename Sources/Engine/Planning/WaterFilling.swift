import Grid

/// Weighted max-min fair levels under the limits of a feeder tree.
///
/// All shares rise together, each by its weight, until the battery's own cap or a node above it
/// stops it. Solved from the top: at the level that fills the root, the topmost nodes that would
/// carry too much are each a smaller problem of the same kind, whose budget is its limit.
/// docs/PLANNING.md has the proof.
struct WaterFilling {
  let parents: [Int32]
  let limits: [Int64]
  /// For each node the one whose budget governs it: its problem.
  private(set) var problem: [Int32]
  /// For each problem what it may give, in watts.
  private(set) var budget: [Int64]
  /// The level of each problem; of a settled one the watts are what the batteries below their caps
  /// get together, and the weight is theirs.
  private(set) var level: [Level]
  private(set) var isSettled: [Bool]

  /// At the present levels: what is below each node and no longer rises, and the weight that does.
  var sums: [Sums]
  private var isFull: [Bool]
  /// What each node could give, its own limit left out.
  private var greatest: [Int64] = []
  private var weightBelow: [Int64]

  /// What a node's batteries give: `fixed` + `rising` × level.
  struct Sums {
    var fixed: Int64 = 0
    var rising: Int64 = 0
  }

  /// Finds the level of every node.
  /// - Parameters:
  ///   - capW: The greatest share of each row; 0 for who takes no part.
  ///   - weight: By row, above 0 where the cap is; empty when everybody weighs 1.
  ///   - greatestW: Sum of the caps at each node, without what is below it.
  ///   - weightAt: Sum of the weights of the same.
  init(
    feeder: FeederTree, node: Span<Int32>, capW: Span<Int64>, weight: Span<Int64>,
    greatestW: [Int64], weightAt: [Int64], budget total: Int64
  ) {
    parents = feeder.parents
    limits = feeder.limits
    let nodes = parents.count
    problem = [Int32](repeating: 0, count: nodes)
    budget = [Int64](repeating: 0, count: nodes)
    level = [Level](repeating: .unlimited, count: nodes)
    isSettled = [Bool](repeating: false, count: nodes)
    isFull = isSettled
    weightBelow = weightAt
    sums = [Sums](repeating: Sums(), count: nodes)
    // With no level everybody is at his cap: this is what each node could give at most.
    for place in parents.indices { sums[place].fixed = greatestW[place] }
    collect()
    greatest = sums.map(\.fixed)
    for place in parents.indices.dropFirst().reversed() {
      weightBelow[Int(parents[place])] += weightBelow[place]
    }
    open(0, budget: total, from: nil)
    if level[0].isUnlimited {
      isSettled[0] = true
    } else {
      repeat { evaluate(node: node, capW: capW, weight: weight) } while !step()
    }
    divide()
    var rows = openRows(node: node, capW: capW, weight: weight)
    while !rows.node.isEmpty {
      evaluate(rows)
      if step() {
        divide()
        rows.keep { !isSettled[Int(problem[Int($0)])] }
      }
    }
  }

  /// Makes a problem of a node; `start` is a level that is not too high.
  private mutating func open(_ place: Int, budget watts: Int64, from start: Level?) {
    problem[place] = Int32(place)
    budget[place] = watts
    level[place] = .unlimited
    guard greatest[place] > watts else { return }
    // The line through 0 with everybody's weight lies above the sum.
    let first = Level(watts: watts, weight: weightBelow[place])
    level[place] = start.map { $0.isHigher(than: first) ? $0 : first } ?? first
  }

  /// Adds up the open problems from the leaves, and marks the nodes that are full.
  mutating func collect() {
    for place in parents.indices.dropFirst().reversed() {
      let own = Int(problem[place])
      if own == place || isSettled[own] { continue }
      let parent = Int(parents[place])
      let flow = sums[place]
      isFull[place] =
        limits[place] < .max
        && (flow.fixed >= limits[place]
          || level[own].reaches(limits[place] - flow.fixed, weight: flow.rising))
      sums[parent].fixed += isFull[place] ? limits[place] : flow.fixed
      sums[parent].rising += isFull[place] ? 0 : flow.rising
    }
  }

  /// One Newton step of every open problem; true when one of them has its final level.
  ///
  /// The sum is concave in the level, so its tangent lies above it: a step never goes too far.
  private mutating func step() -> Bool {
    var hasSettled = false
    for place in parents.indices where Int(problem[place]) == place && !isSettled[place] {
      if level[place].isUnlimited {
        isSettled[place] = true
      } else {
        guard let next = tangent(place) else {
          preconditionFailure("what is left to give finds a battery that can take it")
        }
        isSettled[place] = next.isSame(as: level[place])
        level[place] = next
      }
      hasSettled = hasSettled || isSettled[place]
    }
    return hasSettled
  }

  /// The level at which the tangent of a node's sum meets its budget; nil where there is none.
  private func tangent(_ place: Int) -> Level? {
    guard sums[place].rising > 0, budget[place] >= sums[place].fixed else { return nil }
    return Level(watts: budget[place] - sums[place].fixed, weight: sums[place].rising)
  }

  /// Makes a problem of every topmost full node of the problems that are settled.
  private mutating func divide() {
    for place in parents.indices.dropFirst() {
      let above = Int(problem[place])
      if above == place || !isSettled[above] { continue }
      let parent = Int(parents[place])
      if Int(problem[parent]) != above {
        problem[place] = problem[parent]
      } else if isFull[place] {
        isFull[place] = false
        budget[place] = limits[place]
        open(place, budget: limits[place], from: tangent(place))
      }
    }
  }

  /// What all batteries get together.
  var committedW: Int64 { min(greatest[0], budget[0]) }

  /// The nodes whose limit keeps a battery below its cap, in rising order; `isRootOpen` when the
  /// root's budget is not its limit.
  func bindingNodes(isRootOpen: Bool) -> [Int32] {
    parents.indices.filter {
      Int(problem[$0]) == $0 && !level[$0].isUnlimited && !($0 == 0 && isRootOpen)
    }.map { Int32($0) }
  }
}
