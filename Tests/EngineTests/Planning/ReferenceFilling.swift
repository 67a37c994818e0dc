import Engine
import Grid

/// Progressive filling as it is written in textbooks, in exact fractions, one event after the other.
///
/// All shares rise together; at every event the batteries that reached their cap stop, and so do
/// all below a node that is full. Slow and plain: it shares no idea with the planner but the rules.
struct ReferenceFilling {
  struct Battery {
    var cap: Int128
    var weight: Int128
    var node: Int
  }

  enum Stop: Equatable {
    case cap
    /// Full node; the root also when the target is what fills it.
    case node(Int)
  }

  private(set) var stop: [Stop?]
  /// The level at which each battery stopped, as a fraction.
  private(set) var level: [(Int128, Int128)]
  private(set) var watts: [Int128]
  private let batteries: [Battery]
  private let feeder: FeederTree
  private let limits: [Int128]
  /// For each node, whether it is each node or below it.
  private let inside: [[Bool]]

  /// `batteries` in the order of their names; those with cap 0 are no one.
  init(_ batteries: [Battery], _ feeder: FeederTree, budget: Int64) {
    self.batteries = batteries
    self.feeder = feeder
    var limits = feeder.limits.map { Int128($0) }
    limits[0] = min(limits[0], Int128(budget))
    self.limits = limits
    var inside: [[Bool]] = []
    for node in limits.indices {
      var row = node == 0 ? limits.map { _ in false } : inside[Int(feeder.parents[node])]
      row[node] = true
      inside.append(row)
    }
    self.inside = inside
    stop = batteries.map { $0.cap == 0 ? .cap : nil }
    level = batteries.map { _ in (0, 1) }
    watts = batteries.map(\.cap)
    while stop.contains(where: { $0 == nil }) { advance() }
    share()
  }

  func isBelow(_ battery: Int, _ node: Int) -> Bool { inside[batteries[battery].node][node] }

  /// What stopped batteries below `node` have, and the weight of the others.
  private func load(_ node: Int) -> (fixed: (Int128, Int128), rising: Int128) {
    var fixed: (Int128, Int128) = (0, 1)
    var rising: Int128 = 0
    for place in batteries.indices where isBelow(place, node) {
      switch stop[place] {
      case nil: rising += batteries[place].weight
      case .cap: fixed = Self.sum(fixed, (batteries[place].cap, 1))
      case .node:
        let (top, bottom) = level[place]
        fixed = Self.sum(fixed, (top * batteries[place].weight, bottom))
      }
    }
    return (fixed, rising)
  }

  private mutating func advance() {
    var next: (Int128, Int128)?
    func consider(_ a: (Int128, Int128)) { if next == nil || Self.isLess(a, next!) { next = a } }
    for place in batteries.indices where stop[place] == nil {
      consider((batteries[place].cap, batteries[place].weight))
    }
    var full: [(node: Int, level: (Int128, Int128))] = []
    for node in limits.indices where limits[node] < Int128(Int64.max) {
      let (fixed, rising) = load(node)
      if rising == 0 { continue }
      let rest = Self.sum((limits[node], 1), (-fixed.0, fixed.1))
      full.append((node, Self.reduced((rest.0, rest.1 * rising))))
      consider(full.last!.level)
    }
    let reached = next!
    let stoppers = full.filter { !Self.isLess(reached, $0.level) }.map(\.node)
    for place in batteries.indices where stop[place] == nil {
      if !Self.isLess(reached, (batteries[place].cap, batteries[place].weight)) {
        stop[place] = .cap
      } else if let node = stoppers.filter({ isBelow(place, $0) }).max(by: { depth($0) < depth($1) }
      ) {
        stop[place] = .node(node)
        level[place] = reached
      }
    }
  }

  private func depth(_ node: Int) -> Int {
    node == 0 ? 0 : 1 + depth(Int(feeder.parents[node]))
  }

  /// Whole watts: rounded down, then one more to the first names as far as every limit allows.
  private mutating func share() {
    var left: [Int: (Int128, Int128)] = [:]
    var exact: [Int: (Int128, Int128)] = [:]
    var hasFraction = [Bool](repeating: false, count: batteries.count)
    for place in batteries.indices {
      guard case .node(let node) = stop[place] else { continue }
      let (top, bottom) = Self.reduced((level[place].0 * batteries[place].weight, level[place].1))
      watts[place] = top / bottom
      hasFraction[place] = top % bottom != 0
      exact[node] = Self.sum(exact[node] ?? (0, 1), (top, bottom))
      left[node] = Self.sum(left[node] ?? (0, 1), (top % bottom, bottom))
    }
    precondition(left.values.allSatisfy { $0.1 == 1 }, "groups have whole watts")
    precondition(exact.values.allSatisfy { $0.1 == 1 }, "groups have whole watts")
    var flow = limits.indices.map { node -> Int128 in
      var sum: Int128 = 0
      for place in batteries.indices where isBelow(place, node) {
        if case .node(let own) = stop[place], isInside(own, node) { continue }
        sum += watts[place]
      }
      for (own, total) in exact where isInside(own, node) { sum += total.0 }
      return sum
    }
    for place in batteries.indices {
      guard case .node(let own) = stop[place], hasFraction[place], left[own]!.0 > 0 else {
        continue
      }
      let between = limits.indices.filter { isBelow(place, $0) && !isInside(own, $0) }
      if between.contains(where: { flow[$0] >= limits[$0] }) { continue }
      for node in between { flow[node] += 1 }
      watts[place] += 1
      left[own]!.0 -= 1
    }
    precondition(left.values.allSatisfy { $0.0 == 0 }, "every watt is given")
  }

  private func isInside(_ node: Int, _ outer: Int) -> Bool { inside[node][outer] }

  private static func sum(_ a: (Int128, Int128), _ b: (Int128, Int128)) -> (Int128, Int128) {
    reduced((a.0 * b.1 + b.0 * a.1, a.1 * b.1))
  }

  private static func isLess(_ a: (Int128, Int128), _ b: (Int128, Int128)) -> Bool {
    a.0 * b.1 < b.0 * a.1
  }

  private static func reduced(_ a: (Int128, Int128)) -> (Int128, Int128) {
    var (x, y) = (abs(a.0), a.1)
    while y != 0 { (x, y) = (y, x % y) }
    return x == 0 ? (0, 1) : (a.0 / x, a.1 / x)
  }
}
