import Grid

extension WaterFilling {
  /// The members that have to leave so that no share is below `minimumW`; empty when none is.
  ///
  /// Among the batteries that share one problem's budget the smallest share leaves first, of equal
  /// ones the last by name, until the others' shares reach the minimum. The caps of those who stay
  /// are left out of this; the shares are then worked out again without those who left.
  /// - Parameter rank: The place of a fleet's row in the order of names.
  /// - Returns: Places in `members`.
  func tooSmall(_ members: Members, minimumW: Int64, rank: (Int32) -> Int32) -> [Int] {
    var small: [(problem: Int32, weight: Int64, rank: Int32, place: Int)] = []
    for place in members.row.indices {
      let (capW, weight) = (members.capW[place], members.weight[place])
      let own = problem[Int(members.node[place])]
      if denominator[Int(own)] == 0 || isCapped(capW, weight, in: Int(own)) { continue }
      if isBelow(minimumW, weight, numerator[Int(own)], denominator[Int(own)]) {
        small.append((own, weight, rank(members.row[place]), place))
      }
    }
    small.sort { ($0.problem, $0.weight, -$0.rank) < ($1.problem, $1.weight, -$1.rank) }
    var weightLeft = denominator
    var leaving: [Int] = []
    for battery in small {
      let own = Int(battery.problem)
      if isBelow(minimumW, battery.weight, numerator[own], weightLeft[own]) {
        weightLeft[own] -= battery.weight
        leaving.append(battery.place)
      }
    }
    return leaving
  }

  private func isBelow(
    _ minimumW: Int64, _ weight: Int64, _ numerator: Int64, _ denominator: Int64
  ) -> Bool {
    Self.product(weight, numerator) < Self.product(minimumW, denominator)
  }
}

extension WaterFilling.Members {
  /// Takes out the members at `places`.
  mutating func remove(_ places: [Int]) {
    var isLeaving = [Bool](repeating: false, count: row.count)
    for place in places { isLeaving[place] = true }
    var kept = 0
    for place in isLeaving.indices where !isLeaving[place] {
      row[kept] = row[place]
      node[kept] = node[place]
      capW[kept] = capW[place]
      weight[kept] = weight[place]
      kept += 1
    }
    truncate(to: kept)
  }

  /// Forgets all but the first `count`.
  mutating func truncate(to count: Int) {
    row.removeLast(row.count - count)
    node.removeLast(node.count - count)
    capW.removeLast(capW.count - count)
    weight.removeLast(weight.count - count)
  }
}
