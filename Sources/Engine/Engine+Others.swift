import Grid

/// What events that run at the same time have taken of the fleet and of the feeder.
struct OtherEvents: Sendable {
  /// Rows that have a share of another event; empty when there is no such event.
  var isBusy: [Bool] = []
  /// The most that batteries of other events give at each node of their own, in watts.
  var usedW: [Int64]
  /// Energy at the terminals that events which go before this one still need of each battery;
  /// empty when there is none.
  var keptJ: [Int64] = []
  /// Seconds of the window in which they have the battery; as `keptJ`.
  var keptSeconds: [Int64] = []
}

extension Engine {
  /// What other events hold in `window`, those that still wait for their money included.
  ///
  /// An event that shares only a part of the window counts for all of it, because a promise holds
  /// for the whole time or is none; but one that goes before this one by `events.overlap:
  /// priority` leaves the rest of the time, and one that goes after it is not in its way.
  ///
  /// - Parameters:
  ///   - isWhole: The whole time is needed: a target that must be held to the end.
  ///   - takes: False when nobody is made to give way: a correction of an event under way.
  func others(
    in window: Window, except place: Int, isWhole: Bool = false, takes: Bool = true
  ) -> OtherEvents {
    var others = OtherEvents(usedW: Array(repeating: 0, count: feeder.ids.count))
    for other in live where other != place {
      let record = states[other].record
      let pending = record.pendingPlan.flatMap {
        $0.window.intersection(window) == nil ? nil : $0.plan.setpointW
      }
      let isHeld = record.window?.intersection(window) != nil && !record.batteries.isEmpty
      guard pending != nil || isHeld else { continue }
      if takes, outranks(place, other) { continue }
      let leavesTime = !isWhole && outranks(other, place)
      if others.isBusy.isEmpty { others.isBusy = Array(repeating: false, count: fleet.count) }
      if leavesTime, others.keptJ.isEmpty {
        others.keptJ = Array(repeating: 0, count: fleet.count)
        others.keptSeconds = others.keptJ
      }
      let theirs = record.pendingPlan?.window ?? record.window ?? window
      let shared = theirs.intersection(window)?.seconds ?? 0
      for row in 0..<fleet.count {
        let held = isHeld ? record.batteries[row].greatestAhead(in: theirs) : 0
        let watts = max(held, pending?[row] ?? 0)
        guard watts > 0 else { continue }
        guard leavesTime else {
          others.isBusy[row] = true
          others.usedW[Int(fleet.node[row])] += watts
          continue
        }
        others.keptSeconds[row] += shared
        others.keptJ[row] += watts * theirs.seconds(from: now)
        if window.seconds - others.keptSeconds[row] < Timing.shortestRestSeconds {
          others.isBusy[row] = true
        }
      }
    }
    return others
  }

  /// True when `place` goes before `other`, and takes the batteries of both while it lasts.
  ///
  /// The lower priority number goes first, none is last; then the higher level; then the one that
  /// was accepted first. Both programmes must rank their events so.
  func outranks(_ place: Int, _ other: Int) -> Bool {
    states[place].record.terms?.events.overlap == .priority
      && states[other].record.terms?.events.overlap == .priority && goesFirst(place, other)
  }

  /// The order of two events, whatever their programmes say of it; total.
  func goesFirst(_ place: Int, _ other: Int) -> Bool {
    guard let mine = states[place].record.revisions.last?.signal.content,
      let theirs = states[other].record.revisions.last?.signal.content
    else { return false }
    let (first, second) = (mine.priority ?? .max, theirs.priority ?? .max)
    if first != second { return first < second }
    if mine.level != theirs.level { return mine.level > theirs.level }
    let accepted = states[place].record.revisions[0].receivedAt
    let acceptedOther = states[other].record.revisions[0].receivedAt
    return accepted == acceptedOther ? place < other : accepted < acceptedOther
  }
}

extension Participation {
  /// The most it gives in `window` from now on, in watts: what it holds, or has after it gave way.
  func greatestAhead(in window: Window) -> Int64 {
    guard !conceded.isEmpty else { return holding.watts }
    let ahead = planned.pieces.filter { $0.window.intersection(window) != nil }
    return ahead.reduce(holding.watts) { max($0, $1.power.watts) }
  }
}

extension Window {
  /// Whole seconds that are left of it at `moment`.
  func seconds(from moment: Timestamp) -> Int64 { max(0, end.seconds(since: max(start, moment))) }
}

extension FleetTable {
  /// Raises the floors of a plan by energy that other events still need.
  ///
  /// A hundredth of a percent of a charge is the step; it is rounded up, so that the energy is
  /// there when it is needed.
  func keep(_ joules: [Int64], in fleet: inout PlanningFleet) {
    for row in joules.indices where joules[row] > 0 && !enrolled[row].isCharger {
      let whole = Int128(fleet.capacityJ[row]) * Int128(fleet.efficiencyHundredths[row])
      guard whole > 0 else { continue }
      let hundredths = (Int128(joules[row]) * 100_000_000 + whole - 1) / whole
      let floor = Int128(fleet.floorHundredths[row]) + hundredths
      fleet.floorHundredths[row] = Int32(min(floor, 10_000))
    }
  }
}
