import Grid

/// Hands out the watts that rounding down has left over.
///
/// The shares of a problem's batteries below their caps add up to whole watts, so their fractions
/// do too. One watt each goes to batteries whose share has a fraction, in the order of their names,
/// unless a limit between the battery and its problem would be broken. The exact shares keep every
/// limit, so this finds a place for every watt: the sets that may be raised are a laminar matroid.
struct Leftover {
  private let parents: [Int32]
  private let problem: [Int32]
  /// Watts of each problem that are still to be given.
  private var left: [Int64]
  /// Whole watts that a node may still take; `Int64.max` where that is no less than what is left.
  private var room: [Int64]
  /// For each node the nearest one with too little room, itself or above, in its problem; or -1.
  private var gate: [Int32]
  /// All that is still to be given.
  private(set) var total: Int64 = 0

  /// - Parameter given: For each node what its own batteries got, rounded down: in `fixed` those
  ///   at their caps, in `rising` the others.
  init(_ filling: WaterFilling, given: [Sums]) {
    parents = filling.parents
    problem = filling.problem
    left = [Int64](repeating: 0, count: parents.count)
    room = [Int64](repeating: .max, count: parents.count)
    gate = [Int32](repeating: -1, count: parents.count)
    for place in parents.indices { left[Int(problem[place])] -= given[place].rising }
    for place in parents.indices where Int(problem[place]) == place {
      if !filling.level[place].isUnlimited { left[place] += filling.level[place].watts }
      total += left[place]
    }
    if total == 0 { return }
    var flow = given.map { $0.fixed + $0.rising }
    for place in parents.indices.reversed() {
      let own = Int(problem[place])
      if own == place {
        // When all is given it carries exactly its budget.
        if !filling.level[own].isUnlimited { flow[place] = filling.budget[place] }
      } else if filling.limits[place] < .max {
        let rest = filling.limits[place] - flow[place]
        if rest < left[own] { room[place] = rest }
      }
      if place > 0 { flow[Int(parents[place])] += flow[place] }
    }
    for place in parents.indices where Int(problem[place]) != place {
      let parent = Int(parents[place])
      gate[place] = room[place] < .max ? Int32(place) : gate[parent]
    }
  }

  /// Gives one watt to a battery at `node` whose share has a fraction; false when it cannot.
  @inline(__always)
  mutating func give(at node: Int) -> Bool {
    let own = Int(problem[node])
    guard left[own] > 0 else { return false }
    if gate[node] >= 0, !pass(from: Int(gate[node])) { return false }
    left[own] -= 1
    total -= 1
    return true
  }

  /// Takes one watt of room at every gate from `first` up, if all have it.
  private mutating func pass(from first: Int) -> Bool {
    var place = first
    while place >= 0 {
      guard room[place] > 0 else { return false }
      place = next(after: place)
    }
    place = first
    while place >= 0 {
      room[place] -= 1
      place = next(after: place)
    }
    return true
  }

  private func next(after gate: Int) -> Int { Int(self.gate[Int(parents[gate])]) }
}
