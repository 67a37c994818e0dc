public import Grid

extension Scenario {
  /// The node of the battery with a number from 1: transformers `tx-00001`… below `feeder`.
  func node(ofBattery number: Int) -> NodeID {
    guard let homes = feeder.homesPerNode else { return NodeID("feeder")! }
    let digits = String((number - 1) / Int(homes) + 1)
    return NodeID("tx-" + String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits)!
  }

  /// The feeder of a fleet of `count` alike batteries; nil when nothing limits it.
  public func feederTree(batteries count: Int) -> FeederTree? {
    guard let homes = feeder.homesPerNode else { return nil }
    let root = NodeID("feeder")!
    let rows = stride(from: 1, through: count, by: Int(homes)).map { number in
      FeederTree.Node(
        id: node(ofBattery: number), parent: root, limit: Power(watts: feeder.nodeLimitW))
    }
    return try? FeederTree([FeederTree.Node(id: root, parent: nil, limit: nil)] + rows)
  }
}
