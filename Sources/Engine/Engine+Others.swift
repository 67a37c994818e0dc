import Grid

/// What events that run at the same time have taken of the fleet and of the feeder.
struct OtherEvents: Sendable {
  /// Rows that have a share of another event; empty when there is no such event.
  var isBusy: [Bool] = []
  /// The most that batteries of other events give at each node of their own, in watts.
  var usedW: [Int64]
}

extension Engine {
  /// What other events hold in `window`, those that still wait for their money included.
  ///
  /// An event that shares only a part of the window counts for all of it: a promise holds for the
  /// whole time or is none.
  func others(in window: Window, except place: Int) -> OtherEvents {
    var others = OtherEvents(usedW: Array(repeating: 0, count: feeder.ids.count))
    for other in live where other != place {
      let record = states[other].record
      let pending = record.pendingPlan.flatMap {
        $0.window.intersection(window) == nil ? nil : $0.plan.setpointW
      }
      let isHeld = record.window?.intersection(window) != nil && !record.batteries.isEmpty
      guard pending != nil || isHeld else { continue }
      if others.isBusy.isEmpty { others.isBusy = Array(repeating: false, count: fleet.count) }
      for row in 0..<fleet.count {
        let held = isHeld ? record.batteries[row].holding.watts : 0
        let watts = max(held, pending?[row] ?? 0)
        guard watts > 0 else { continue }
        others.isBusy[row] = true
        others.usedW[Int(fleet.node[row])] += watts
      }
    }
    return others
  }
}
