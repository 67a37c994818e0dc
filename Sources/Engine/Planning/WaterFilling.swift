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

  /// At the present levels: what is below each node and no longer rises, and the weight that does.
  private var sums: [Sums]
  private var isFull: [Bool]
  /// What each node could give, its own limit left out.
  private var greatest: [Int64]
  private var weightBelow: [Int64]

  /// Finds the level of every node.
  /// - Parameters:
  ///   - parents: Places of the parents, before their children; -1 for the root.
  ///   - limits: What each node may carry; `Int64.max` where nothing limits.
  ///   - rows: The batteries; those with cap 0 take no part.
  ///   - greatestW: Sum of the caps at each node, without what is below it.
  ///   - weightAt: Sum of the weights of the same.
  init(
    parents: [Int32], limits: [Int64], rows: Rows, greatestW: [Int64], weightAt: [Int64],
    budget total: Int64
  ) {
    self.parents = parents
    self.limits = limits
    let nodes = parents.count
    problem = [Int32](repeating: 0, count: nodes)
    budget = [Int64](repeating: 0, count: nodes)
    level = [Level](repeating: .unlimited, count: nodes)
    sums = [Sums](repeating: Sums(), count: nodes)
    isFull = [Bool](repeating: false, count: nodes)
    greatest = greatestW
    weightBelow = weightAt
    for place in parents.indices.dropFirst().reversed() {
      let parent = Int(parents[place])
      greatest[parent] += min(greatest[place], limits[place])
      weightBelow[parent] += weightBelow[place]
    }
    open(0, budget: total, from: nil)
    settle(0, nodes: parents.indices.map { Int32($0) }[...], rows, rows.node.indices)
    var opened = divide([0])
    var sorted = SortedRows(rows: rows, starts: [], nodes: [], nodeStarts: [])
    while !opened.isEmpty {
      sorted = sorted.rows.sorted(by: opened, problem: problem)
      for (slot, own) in opened.enumerated() {
        settle(
          Int(own), nodes: sorted.nodes[sorted.nodeStarts[slot]..<sorted.nodeStarts[slot + 1]],
          sorted.rows, sorted.starts[slot]..<sorted.starts[slot + 1])
      }
      opened = divide(opened)
    }
  }

  /// What all batteries get together.
  var committedW: Int64 { min(greatest[0], budget[0]) }

  /// The nodes whose limit keeps a battery below its cap, in rising order; without the root when
  /// its budget is the target.
  func bindingNodes(isRootOpen: Bool) -> [Int32] {
    parents.indices.filter {
      Int(problem[$0]) == $0 && !level[$0].isUnlimited && !($0 == 0 && isRootOpen)
    }.map { Int32($0) }
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

  /// Raises a problem's level until it gives its budget, by Newton's method.
  ///
  /// The sum is concave in the level, so its tangent lies above it and a step never goes too far;
  /// the sum is made of straight pieces, so the last step is exact.
  private mutating func settle(
    _ own: Int, nodes: ArraySlice<Int32>, _ rows: Rows, _ range: Range<Int>
  ) {
    if level[own].isUnlimited {
      for node in nodes {
        let place = Int(node)
        isFull[place] = limits[place] < .max && greatest[place] >= limits[place]
      }
      return
    }
    while true {
      for node in nodes { sums[Int(node)] = Sums() }
      rows.add(range, at: level[own], to: &sums)
      collect(own, nodes: nodes)
      guard let next = tangent(own, budget: budget[own]) else {
        preconditionFailure("what is left to give finds a battery that can take it")
      }
      let isExact = next.isSame(as: level[own])
      level[own] = next
      if isExact { return }
    }
  }

  /// Adds up a problem's nodes from the leaves, and marks those that are full.
  private mutating func collect(_ own: Int, nodes: ArraySlice<Int32>) {
    let level = level[own]
    for node in nodes.reversed() where Int(node) != own {
      let place = Int(node)
      let flow = sums[place]
      let parent = Int(parents[place])
      isFull[place] =
        limits[place] < .max
        && (flow.fixed >= limits[place]
          || level.reaches(limits[place] - flow.fixed, weight: flow.rising))
      sums[parent].fixed += isFull[place] ? limits[place] : flow.fixed
      sums[parent].rising += isFull[place] ? 0 : flow.rising
    }
  }

  /// The level at which the tangent of a node's sum meets a budget; nil where there is none.
  private func tangent(_ place: Int, budget watts: Int64) -> Level? {
    guard sums[place].rising > 0, watts >= sums[place].fixed else { return nil }
    return Level(watts: watts - sums[place].fixed, weight: sums[place].rising)
  }

  /// Makes a problem of every topmost full node of the problems `settled`, and returns them.
  private mutating func divide(_ settled: [Int32]) -> [Int32] {
    var isSettled = [Bool](repeating: false, count: parents.count)
    for own in settled { isSettled[Int(own)] = true }
    var opened: [Int32] = []
    for place in parents.indices.dropFirst() {
      let above = Int(problem[place])
      if above == place || !isSettled[above] { continue }
      let parent = Int(parents[place])
      if Int(problem[parent]) != above {
        problem[place] = problem[parent]
      } else if isFull[place] {
        open(place, budget: limits[place], from: tangent(place, budget: limits[place]))
        opened.append(Int32(place))
      }
    }
    return opened
  }
}

/// What a node's batteries give: `fixed` + `rising` × level.
struct Sums {
  var fixed: Int64 = 0
  var rising: Int64 = 0
}
