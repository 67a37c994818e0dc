import Grid

/// Serves batteries one tier after the other: what a tier takes of a node's limit is gone for the
/// next one.
///
/// A tier is all batteries of one merit, the greatest first; within it all shares are equal until
/// something binds. Tiers of one battery, which are the most by debt or price, cost one walk to the
/// root; others cost a filling of the nodes above them and of no more.
struct Tiers {
  private let parents: [Int32]
  private let node: [Int32]
  private let minimumW: Int64
  /// What each node may still carry; `Int64.max` where nothing limits.
  private var rest: [Int64]
  /// Caps; after `serve` the setpoints.
  private(set) var watts: [Int64]
  /// The node that kept a battery's exact share below its cap; -1 for the others.
  private(set) var cut: [Int32]
  /// Rows whose share is smaller than the programme sends.
  private(set) var tooSmall: [Int] = []
  /// The local place of each node of the tier that is filled; -1 for the others.
  private var local: [Int32]

  init(_ feeder: FeederTree, node: [Int32], capW: [Int64], budgetW: Int64, minimumW: Int64) {
    parents = feeder.parents
    rest = feeder.limits
    rest[0] = min(rest[0], budgetW)
    self.node = node
    self.minimumW = minimumW
    watts = capW
    cut = [Int32](repeating: -1, count: node.count)
    local = [Int32](repeating: -1, count: feeder.parents.count)
  }

  /// Gives every battery its share.
  /// - Parameters:
  ///   - merit: Greater goes first; empty is one tier.
  ///   - rank: The place of each row in the order of names; empty when it is the row.
  mutating func serve(merit: [Int64], rank: [Int32]) {
    var rows = watts.indices.filter { watts[$0] > 0 }
    func name(_ row: Int) -> Int32 { rank.isEmpty ? Int32(row) : rank[row] }
    if !merit.isEmpty {
      rows.sort { merit[$0] != merit[$1] ? merit[$0] > merit[$1] : name($0) < name($1) }
    } else if !rank.isEmpty {
      rows.sort { rank[$0] < rank[$1] }
    }
    var first = 0
    while first < rows.count {
      var end = first + 1
      while end < rows.count, merit.isEmpty || merit[rows[end]] == merit[rows[first]] { end += 1 }
      serve(rows[first..<end].filter { !refuse($0) })
      first = end
    }
  }

  /// True when a node above it is used up: nothing is left for this battery.
  private mutating func refuse(_ row: Int) -> Bool {
    var place = node[row]
    while place >= 0, rest[Int(place)] > 0 { place = parents[Int(place)] }
    guard place >= 0 else { return false }
    watts[row] = 0
    cut[row] = place
    return true
  }

  private mutating func serve(_ tier: [Int]) {
    if tier.isEmpty { return }
    if tier.count == 1 {
      serve(alone: tier[0])
    } else {
      share(tier)
    }
  }

  private mutating func serve(alone row: Int) {
    var least = watts[row]
    var place = node[row]
    while place >= 0 {
      if rest[Int(place)] < least {
        least = rest[Int(place)]
        cut[row] = place
      }
      place = parents[Int(place)]
    }
    if minimumW > 1, least < minimumW {
      drop(row)
    } else {
      watts[row] = least
      take(least, at: row)
    }
  }

  private mutating func drop(_ row: Int) {
    watts[row] = 0
    tooSmall.append(row)
  }

  private mutating func take(_ given: Int64, at row: Int) {
    var place = Int(node[row])
    while place >= 0 {
      if rest[place] < .max { rest[place] -= given }
      place = Int(parents[place])
    }
  }

  /// Fills the nodes above a tier whose rows come in the order of their names.
  private mutating func share(_ tier: [Int]) {
    let places = above(tier)
    var batteries = tier
    while !batteries.isEmpty {
      let nodes = batteries.map { local[Int(node[$0])] }
      let caps = batteries.map { watts[$0] }
      var greatest = [Int64](repeating: 0, count: places.count)
      var weights = greatest
      for (battery, place) in nodes.enumerated() {
        greatest[Int(place)] += caps[battery]
        weights[Int(place)] += 1
      }
      let filling = WaterFilling(
        parents: places.map { $0 == 0 ? -1 : local[Int(parents[Int($0)])] },
        limits: places.map { rest[Int($0)] }, rows: Rows(node: nodes, capW: caps, weight: []),
        greatestW: greatest, weightAt: weights, budget: rest[0])
      if minimumW > 1 {
        let small = filling.tooSmall(
          node: nodes.span, capW: caps.span, weight: [Int64]().span, minimumW: minimumW, rank: [])
        if !small.isEmpty {
          for place in small { drop(batteries[place]) }
          let leaving = Set(small)
          batteries = batteries.indices.filter { !leaving.contains($0) }.map { batteries[$0] }
          continue
        }
      }
      settle(filling, batteries, nodes, caps, places)
      break
    }
    for place in places { local[Int(place)] = -1 }
  }

  /// The nodes from the tier's batteries to the root, parents first; fills `local`.
  private mutating func above(_ tier: [Int]) -> [Int32] {
    var places: [Int32] = []
    for row in tier {
      var place = node[row]
      while place >= 0, local[Int(place)] < 0 {
        local[Int(place)] = 0
        places.append(place)
        place = parents[Int(place)]
      }
    }
    places.sort()
    for (index, place) in places.enumerated() { local[Int(place)] = Int32(index) }
    return places
  }

  /// Whole watts of one tier, by the rules of one filling.
  private mutating func settle(
    _ filling: WaterFilling, _ tier: [Int], _ nodes: [Int32], _ caps: [Int64], _ places: [Int32]
  ) {
    let wholes = filling.problem.map { LevelShares(filling.level[Int($0)]).whole(weight: 1) }
    var given = [Sums](repeating: Sums(), count: places.count)
    for (battery, place) in nodes.enumerated() {
      let share = wholes[Int(place)]
      let isCapped = share.watts >= caps[battery]
      let own = isCapped ? caps[battery] : share.watts
      given[Int(place)].add(fixed: isCapped ? own : 0, rising: isCapped ? 0 : own)
      watts[tier[battery]] = own
      if !isCapped { cut[tier[battery]] = places[Int(filling.problem[Int(place)])] }
    }
    var leftover = Leftover(filling, given: given)
    for (battery, place) in nodes.enumerated() where leftover.total > 0 {
      let share = wholes[Int(place)]
      guard share.watts < caps[battery], share.hasFraction, leftover.give(at: Int(place)) else {
        continue
      }
      watts[tier[battery]] += 1
    }
    precondition(leftover.total == 0, "every watt that rounding left over finds a battery")
    for row in tier { take(watts[row], at: row) }
  }
}
