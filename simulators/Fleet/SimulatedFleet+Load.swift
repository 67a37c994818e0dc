public import Grid

// What flows where: the truth, for whoever judges a world.
extension SimulatedFleet {
  /// What a fleet draws and gives at one moment.
  public struct Load: Hashable, Sendable {
    /// All batteries that charge, at their terminals.
    public var recharge = Power.zero
    /// All batteries that discharge.
    public var discharge = Power.zero
    /// Watts that flow from the grid to the sites below each node, in the feeder's order; below 0
    /// they export.
    public var netImportW: [Int64]
  }

  /// The load at the moment up to which the fleet was simulated; O(batteries + nodes).
  ///
  /// - Parameter nodes: Each battery's place in the feeder.
  public mutating func load(below feeder: FeederTree, nodes: [Int32]) -> Load {
    precondition(nodes.count == enrolment.count, "every battery hangs somewhere")
    var load = Load(netImportW: Array(repeating: 0, count: feeder.ids.count))
    var (charging, discharging) = (Int64(0), Int64(0))
    for row in enrolment.indices {
      integrate(row, to: now.microseconds)
      let power = faults[row] == .liar ? 0 : batteries.power[row]
      if power < 0 { charging -= power } else { discharging += power }
      load.netImportW[Int(nodes[row])] += homes.slot(row, atSecond: now.seconds).watts - power
    }
    for place in load.netImportW.indices.reversed() where feeder.parents[place] >= 0 {
      load.netImportW[Int(feeder.parents[place])] += load.netImportW[place]
    }
    load.recharge = Power(watts: charging)
    load.discharge = Power(watts: discharging)
    return load
  }

  /// True when nothing begins, ends or changes by itself any more.
  public var isAtRest: Bool { batteries.wake.allSatisfy { $0 == .max } }

  /// The same world from now on, in which nobody reports, for whoever only wants to know its load.
  ///
  /// - Parameter ignoringHolds: Gateways never heard of a hold: what would have happened without a
  ///   recovery.
  public func unreported(ignoringHolds: Bool) -> SimulatedFleet {
    var other = self
    other.nextTelemetry = Timestamp(microseconds: .max)
    other.nextMeter = other.nextTelemetry
    guard ignoringHolds else { return other }
    for row in other.timelines.indices {
      other.timelines[row].removeAll {
        if case .hold = $0.command.action { true } else { false }
      }
      other.batteries.wake[row] = min(other.batteries.wake[row], other.now.microseconds)
      other.moments.add(other.now, row: row)
    }
    return other
  }

  /// The greatest loads over a stretch of time.
  public struct Peak: Hashable, Sendable {
    /// The most that all batteries drew together.
    public var recharge = Power.zero
    /// The node whose limit was used most, with its load and limit; nil when nothing limits.
    public var node: NodePeak?
    /// Nodes that were above their limit at some moment.
    public var nodesAbove: Int { above.count }
    /// When the last battery was still charging; nil when none did.
    public var lastRecharge: Timestamp?
    /// When the first was.
    public var firstRecharge: Timestamp?
    private var above: Set<Int> = []

    /// Nothing seen yet.
    public init() {}

    /// A node at its greatest.
    public struct NodePeak: Hashable, Sendable {
      /// The node.
      public let id: NodeID
      /// What flowed to the sites below it.
      public let load: Power
      /// What may flow.
      public let limit: Power
    }

    /// Looks at one moment.
    public mutating func note(_ load: Load, _ feeder: FeederTree, at moment: Timestamp) {
      recharge = max(recharge, load.recharge)
      if load.recharge > .zero {
        lastRecharge = moment
        firstRecharge = firstRecharge ?? moment
      }
      for place in feeder.ids.indices where feeder.limits[place] < .max {
        let (watts, limit) = (load.netImportW[place], feeder.limits[place])
        if watts > limit { above.insert(place) }
        let isWorse =
          node.map {
            Int128(watts) * Int128($0.limit.watts) > Int128($0.load.watts) * Int128(limit)
          } ?? true
        if isWorse {
          node = NodePeak(
            id: feeder.ids[place], load: Power(watts: watts), limit: Power(watts: limit))
        }
      }
    }
  }
}
