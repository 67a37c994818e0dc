import Grid

/// Hands out the watts that rounding down has left over.
///
/// The shares of a problem's batteries below their caps add up to whole watts, so their fractions
/// do too. One watt each goes to batteries whose share has a fraction, in the order they are
/// offered, unless a limit between the battery and its problem would be broken. The exact shares
/// keep every limit, so this finds a place for every watt (the sets allowed are a laminar matroid).
struct Leftover {
  private let parents: [Int32]
  private let problem: [Int32]
  /// Watts of each problem that are still to be given.
  private var left: [Int64]
  /// Whole watts that a node may still take, by place; `Int64.max` where nothing limits.
  private var room: [Int64]
  /// All that is still to be given.
  private(set) var total: Int64

  /// - Parameters:
  ///   - given: What the batteries at each node got, rounded down, without what is below it.
  ///   - fractional: Of that, what each problem's batteries below their caps got.
  init(_ filling: WaterFilling, given: [Int64], fractional: [Int64]) {
    parents = filling.parents
    problem = filling.problem
    let nodes = parents.count
    left = [Int64](repeating: 0, count: nodes)
    room = [Int64](repeating: .max, count: nodes)
    total = 0
    var flow = given
    for node in parents.indices.reversed() {
      let isProblem = Int(problem[node]) == node
      if isProblem, filling.denominator[node] > 0, filling.isSettled[node] {
        left[node] = filling.numerator[node] - fractional[node]
        total += left[node]
        // When all is given it carries exactly its budget.
        flow[node] = filling.budget[node]
      }
      if !isProblem, filling.limits[node] < .max { room[node] = filling.limits[node] - flow[node] }
      if node > 0 { flow[Int(parents[node])] += flow[node] }
    }
  }

  /// Gives one watt to a battery at `node` whose share has a fraction; false when it cannot.
  mutating func give(at node: Int32) -> Bool {
    let own = Int(problem[Int(node)])
    guard left[own] > 0 else { return false }
    var place = Int(node)
    while place != own {
      guard room[place] > 0 else { return false }
      place = Int(parents[place])
    }
    place = Int(node)
    while place != own {
      if room[place] < .max { room[place] -= 1 }
      place = Int(parents[place])
    }
    left[own] -= 1
    total -= 1
    return true
  }
}
