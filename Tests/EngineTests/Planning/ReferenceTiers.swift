import Engine
import Grid

/// Progressive filling of one tier after the other, each in exact fractions, by the plain rules: what
/// a tier is given comes off the limits of the nodes above it, and off the target.
struct ReferenceTiers {
  private(set) var watts: [Int128]
  private(set) var stop: [ReferenceFilling.Stop?]

  init(
    _ batteries: [ReferenceFilling.Battery], merit: [Int64], _ feeder: FeederTree, budget: Int64
  ) {
    watts = batteries.map { _ in 0 }
    stop = batteries.map { _ in nil }
    var limits = feeder.limits
    var left = budget
    for tier in Set(merit).sorted(by: >) {
      let rows = batteries.indices.filter { merit[$0] == tier }
      let rest = try! FeederTree(
        limits.indices.map { place in
          let parent = feeder.parents[place]
          return FeederTree.Node(
            id: feeder.ids[place], parent: parent < 0 ? nil : feeder.ids[Int(parent)],
            limit: limits[place] == .max ? nil : Power(watts: limits[place]))
        })
      let filling = ReferenceFilling(rows.map { batteries[$0] }, rest, budget: left)
      for (place, row) in rows.enumerated() {
        watts[row] = filling.watts[place]
        stop[row] = filling.stop[place]
        left -= Int64(watts[row])
        var node = Int32(batteries[row].node)
        while node >= 0 {
          if limits[Int(node)] < .max { limits[Int(node)] -= Int64(watts[row]) }
          node = feeder.parents[Int(node)]
        }
      }
    }
  }
}
