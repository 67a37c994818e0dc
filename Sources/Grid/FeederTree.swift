/// The radial feeder as columns: node 0 is the root and a parent always comes before its children.
public struct FeederTree: Hashable, Sendable {
  /// One row of a feeder file.
  public struct Node: Hashable, Sendable {
    /// The node.
    public let id: NodeID
    /// Nil for the root.
    public let parent: NodeID?
    /// What may flow through it from all batteries below; nil does not limit.
    public let limit: Power?

    /// A node.
    public init(id: NodeID, parent: NodeID?, limit: Power?) {
      self.id = id
      self.parent = parent
      self.limit = limit
    }
  }

  /// Why rows are not a tree.
  public enum Fault: Error, Hashable, Sendable {
    /// No node without parent, or more than one: all such nodes.
    case roots([NodeID])
    /// A node listed twice.
    case duplicate(NodeID)
    /// A parent that is not listed.
    case unknownParent(NodeID, parent: NodeID)
    /// Nodes that no path joins to the root.
    case cycle([NodeID])
    /// A limit below 0.
    case negativeLimit(NodeID)
  }

  /// All faults of some rows.
  public struct Faults: Error, Hashable, Sendable {
    /// In order of rows.
    public let list: [Fault]
  }

  /// Names, in an order in which parents come first.
  public let ids: [NodeID]
  /// Places of the parents; -1 for the root.
  public let parents: [Int32]
  /// Limits in watts; `Int64.max` where nothing limits.
  public private(set) var limits: [Int64]
  private let places: [NodeID: Int32]

  /// A feeder of one node that limits nothing, for fleets without a feeder file.
  public static func unlimited(_ id: NodeID) -> FeederTree {
    FeederTree(ids: [id], parents: [-1], limits: [.max])
  }

  /// A tree from `rows` in any order.
  /// - Throws: every fault of the rows at once.
  public init(_ rows: [Node]) throws(Faults) {
    var faults: [Fault] = []
    var index: [NodeID: Int] = [:]
    for (row, node) in rows.enumerated() {
      if index.updateValue(row, forKey: node.id) != nil { faults.append(.duplicate(node.id)) }
      if let limit = node.limit, limit < .zero { faults.append(.negativeLimit(node.id)) }
    }
    let roots = rows.filter { $0.parent == nil }.map(\.id)
    if roots.count != 1 { faults.append(.roots(roots)) }
    var children: [Int: [Int]] = [:]
    for (row, node) in rows.enumerated() {
      guard let parent = node.parent else { continue }
      guard let place = index[parent] else {
        faults.append(.unknownParent(node.id, parent: parent))
        continue
      }
      children[place, default: []].append(row)
    }
    guard faults.isEmpty, let root = rows.firstIndex(where: { $0.parent == nil }) else {
      throw Faults(list: faults)
    }
    var order: [(row: Int, parent: Int32)] = [(root, -1)]
    var next = 0
    while next < order.count {
      let below = (children[order[next].row] ?? []).sorted { rows[$0].id < rows[$1].id }
      for row in below { order.append((row, Int32(next))) }
      next += 1
    }
    guard order.count == rows.count else {
      let reached = Set(order.map(\.row))
      let rest = rows.indices.filter { !reached.contains($0) }.map { rows[$0].id }
      throw Faults(list: [.cycle(rest)])
    }
    self.init(
      ids: order.map { rows[$0.row].id }, parents: order.map(\.parent),
      limits: order.map { rows[$0.row].limit?.watts ?? .max })
  }

  private init(ids: [NodeID], parents: [Int32], limits: [Int64]) {
    self.ids = ids
    self.parents = parents
    self.limits = limits
    var places: [NodeID: Int32] = [:]
    for (place, id) in ids.enumerated() { places[id] = Int32(place) }
    self.places = places
  }

  /// The same tree with so many watts of each node's own batteries taken from its limit and from
  /// those of all nodes above; a limit that is used up is 0. Costs one pass over the nodes.
  public func less(_ usedW: [Int64]) -> FeederTree {
    precondition(usedW.count == limits.count, "every node has its own use")
    var below = usedW
    for place in below.indices.reversed() where parents[place] >= 0 {
      below[Int(parents[place])] += below[place]
    }
    var tree = self
    tree.limits = limits.indices.map { limits[$0] == .max ? .max : max(0, limits[$0] - below[$0]) }
    return tree
  }

  /// The place of a node, or nil when it is not of this feeder.
  public func place(of id: NodeID) -> Int32? { places[id] }
}
