import Grid

/// The batteries whose problem is not settled, as columns.
struct OpenRows {
  var node: [Int32] = []
  var capW: [Int64] = []
  var weight: [Int64] = []

  /// Forgets the batteries at all other nodes.
  mutating func keep(where isKept: (Int32) -> Bool) {
    var kept = 0
    for place in node.indices where isKept(node[place]) {
      node[kept] = node[place]
      capW[kept] = capW[place]
      weight[kept] = weight[place]
      kept += 1
    }
    node.removeLast(node.count - kept)
    capW.removeLast(capW.count - kept)
    weight.removeLast(weight.count - kept)
  }
}

extension WaterFilling {
  /// What is below each node at the root's level, from all rows.
  mutating func evaluate(node: Span<Int32>, capW: Span<Int64>, weight: Span<Int64>) {
    for place in sums.indices { sums[place] = Sums() }
    let level = self.level[0]
    var sum = sums.mutableSpan
    if weight.isEmpty {
      let greatest = level.watts / level.weight
      for row in node.indices {
        let cap = capW[row]
        let isCapped = cap <= greatest
        sum[Int(node[row])].add(fixed: isCapped ? cap : 0, rising: isCapped ? 0 : 1)
      }
    } else {
      for row in node.indices {
        let (cap, own) = (capW[row], weight[row])
        let isCapped = level.caps(cap, weight: own)
        sum[Int(node[row])].add(fixed: isCapped ? cap : 0, rising: isCapped ? 0 : own)
      }
    }
    collect()
  }

  /// What is below each node at its problem's level.
  mutating func evaluate(_ open: OpenRows) {
    for place in sums.indices { sums[place] = Sums() }
    let levels = problem.map { level[Int($0)] }
    let (node, capW, weight) = (open.node.span, open.capW.span, open.weight.span)
    let levelAt = levels.span
    var sum = sums.mutableSpan
    for row in node.indices {
      let (cap, own, place) = (capW[row], weight[row], Int(node[row]))
      let isCapped = levelAt[place].caps(cap, weight: own)
      sum[place].add(fixed: isCapped ? cap : 0, rising: isCapped ? 0 : own)
    }
    collect()
  }

  /// The rows whose problem is not settled.
  func openRows(node: Span<Int32>, capW: Span<Int64>, weight: Span<Int64>) -> OpenRows {
    let isOpen = problem.map { !isSettled[Int($0)] }
    var open = OpenRows()
    guard isOpen.contains(true) else { return open }
    let openAt = isOpen.span
    for row in node.indices where openAt[Int(node[row])] && capW[row] > 0 {
      open.node.append(node[row])
      open.capW.append(capW[row])
      open.weight.append(weight.isEmpty ? 1 : weight[row])
    }
    return open
  }
}

extension WaterFilling.Sums {
  /// Adds a battery; the sums of the caps and of the weights have been checked before.
  @inline(__always)
  mutating func add(fixed watts: Int64, rising weight: Int64) {
    fixed &+= watts
    rising &+= weight
  }
}
