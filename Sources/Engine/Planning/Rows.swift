import Grid

/// Batteries as columns side by side.
struct Rows {
  /// Where each hangs.
  var node: [Int32]
  /// The greatest share of each, in watts; 0 for who takes no part.
  var capW: [Int64]
  /// Above 0 where the cap is; empty when everybody weighs 1.
  var weight: [Int64]

  /// Adds to the sums of the nodes what the batteries in `range` give at `level`.
  func add(_ range: Range<Int>, at level: Level, to sums: inout [Sums]) {
    let (node, capW, weight) = (node.span, capW.span, weight.span)
    var sum = sums.mutableSpan
    if weight.isEmpty {
      let greatest = level.watts / level.weight
      for row in range {
        let cap = capW[row]
        let isCapped = cap <= greatest
        sum[Int(node[row])].add(fixed: isCapped ? cap : 0, rising: isCapped ? 0 : 1)
      }
    } else {
      for row in range {
        let (cap, own) = (capW[row], weight[row])
        let isCapped = level.caps(cap, weight: own)
        sum[Int(node[row])].add(fixed: isCapped ? cap : 0, rising: isCapped ? 0 : own)
      }
    }
  }

  /// The batteries and nodes of `problems`, each problem's side by side.
  /// - Parameter problem: For each node its problem.
  func sorted(by problems: [Int32], problem: [Int32]) -> SortedRows {
    var slotAt = [Int32](repeating: -1, count: problem.count)
    for (slot, own) in problems.enumerated() { slotAt[Int(own)] = Int32(slot) }
    for place in problem.indices { slotAt[place] = slotAt[Int(problem[place])] }
    var nodeStarts = [Int](repeating: 0, count: problems.count + 1)
    for slot in slotAt where slot >= 0 { nodeStarts[Int(slot) + 1] += 1 }
    for slot in problems.indices { nodeStarts[slot + 1] += nodeStarts[slot] }
    var next = nodeStarts
    var nodes = [Int32](repeating: 0, count: nodeStarts[problems.count])
    for place in slotAt.indices where slotAt[place] >= 0 {
      nodes[next[Int(slotAt[place])]] = Int32(place)
      next[Int(slotAt[place])] += 1
    }
    let (rows, starts) = gathered(slotAt, slots: problems.count)
    return SortedRows(rows: rows, starts: starts, nodes: nodes, nodeStarts: nodeStarts)
  }

  private func gathered(_ slotAt: [Int32], slots: Int) -> (Rows, starts: [Int]) {
    let (node, capW, weight) = (node.span, capW.span, weight.span)
    let slot = slotAt.span
    var starts = [Int](repeating: 0, count: slots + 1)
    var counts = starts.mutableSpan
    for row in node.indices where capW[row] > 0 && slot[Int(node[row])] >= 0 {
      counts[Int(slot[Int(node[row])]) + 1] += 1
    }
    for slot in 0..<slots { counts[slot + 1] += counts[slot] }
    let count = counts[slots]
    var rows = Rows(
      node: [Int32](repeating: 0, count: count), capW: [Int64](repeating: 0, count: count),
      weight: [Int64](repeating: 0, count: weight.isEmpty ? 0 : count))
    scatter(slotAt, starts, to: &rows.node, &rows.capW, &rows.weight)
    return (rows, starts)
  }

  /// Writes the rows that take part to their problems' places.
  private func scatter(
    _ slotAt: [Int32], _ starts: [Int], to nodes: inout [Int32], _ caps: inout [Int64],
    _ weights: inout [Int64]
  ) {
    let (node, capW, weight, slot) = (node.span, capW.span, weight.span, slotAt.span)
    var places = starts
    var next = places.mutableSpan
    var nodeOut = nodes.mutableSpan
    var capOut = caps.mutableSpan
    var weightOut = weights.mutableSpan
    for row in node.indices where capW[row] > 0 {
      let place = Int(slot[Int(node[row])])
      if place < 0 { continue }
      let target = next[place]
      next[place] = target + 1
      nodeOut[target] = node[row]
      capOut[target] = capW[row]
      if !weight.isEmpty { weightOut[target] = weight[row] }
    }
  }
}

/// Batteries and nodes of several problems, each problem's side by side.
struct SortedRows {
  let rows: Rows
  /// Where each problem's rows begin, and where the last one's end.
  let starts: [Int]
  /// Places in rising order within a problem.
  let nodes: [Int32]
  /// Where each problem's nodes begin, and where the last one's end.
  let nodeStarts: [Int]
}

extension Sums {
  /// Adds a battery; the sums of all caps and weights have been checked before.
  @inline(__always)
  mutating func add(fixed watts: Int64, rising weight: Int64) {
    fixed &+= watts
    rising &+= weight
  }
}
