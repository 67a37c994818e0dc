import Grid

extension WaterFilling {
  /// The rows that have to leave so that no share is below `minimumW`; empty when none is.
  ///
  /// Among the batteries that share one problem's budget the smallest share leaves first, of equal
  /// ones the last by name, until the others' shares reach the minimum. The caps of those who stay
  /// are left out of this; the levels are then to be found again without those who left.
  /// - Parameter rank: The place of each row in the order of names; empty when it is the row.
  func tooSmall(
    node: Span<Int32>, capW: Span<Int64>, weight: Span<Int64>, minimumW: Int64, rank: [Int32]
  ) -> [Int] {
    var small: [(problem: Int32, weight: Int64, rank: Int32, row: Int)] = []
    for row in capW.indices where capW[row] > 0 {
      let place = problem[Int(node[row])]
      let own = weight.isEmpty ? 1 : weight[row]
      let level = level[Int(place)]
      if level.isUnlimited || level.caps(capW[row], weight: own) { continue }
      if level.isBelow(minimumW, weight: own) {
        small.append((place, own, rank.isEmpty ? Int32(row) : rank[row], row))
      }
    }
    small.sort { ($0.problem, $0.weight, -$0.rank) < ($1.problem, $1.weight, -$1.rank) }
    var left = level
    var leaving: [Int] = []
    for battery in small {
      let place = Int(battery.problem)
      if left[place].isBelow(minimumW, weight: battery.weight) {
        left[place] = Level(
          watts: left[place].watts, weight: left[place].weight - battery.weight)
        leaving.append(battery.row)
      }
    }
    return leaving
  }
}
