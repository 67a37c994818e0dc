import Grid

/// Hands out the watts that rounding down has left over.
///
/// The shares of a problem's batteries below their caps add up to whole watts, so their fractions
/// do too. One watt each goes to batteries whose share has a fraction, in the order they are
/// offered, unless a limit between the battery and its problem would be broken. The exact shares
/// keep every limit, so this finds a place for every watt: the sets that may be raised are a
/// laminar matroid.
struct Leftover {
  private let parents: [Int32]
  private let problem: [Int32]
  /// Watts of each problem that are still to be given.
  private var left: [Int64]
  /// Whole watts that a node may still take; `Int64.max` where nothing limits.
  private var room: [Int64]
  /// All that is still to be given.
  private(set) var total: Int64 = 0

  /// - Parameters:
  ///   - given: What the batteries at each node got, rounded down, without what is below it.
  ///   - shared: Of that, what those below their caps got.
  init(_ filling: WaterFilling, given: [Int64], shared: [Int64]) {
    parents = filling.parents
    problem = filling.problem
    left = [Int64](repeating: 0, count: parents.count)
    room = [Int64](repeating: .max, count: parents.count)
    for place in parents.indices { left[Int(problem[place])] -= shared[place] }
    var flow = given
    for place in parents.indices.reversed() {
      if Int(problem[place]) != place {
        if filling.limits[place] < .max { room[place] = filling.limits[place] - flow[place] }
      } else if !filling.level[place].isUnlimited {
        left[place] += filling.level[place].watts
        total += left[place]
        // When all is given it carries exactly its budget.
        flow[place] = filling.budget[place]
      }
      if place > 0 { flow[Int(parents[place])] += flow[place] }
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
