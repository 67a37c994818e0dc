public import Grid

extension EventRecord {
  /// The most that each battery can be owed for, rows as the fleet was given: for every moment the
  /// greater of what was promised and what was planned, with the plan that waits for its money.
  ///
  /// The greatest cost of the event follows from it.
  public func greatestEnergies() -> [Energy] {
    guard let pending = pendingPlan else {
      guard let window else { return [] }
      return batteries.map { max($0.promised.energy(in: window), $0.planned.energy(in: window)) }
    }
    // A revision replaces the promise; a plan from live charge stands beside it.
    let isRevision = pending.revision != plans.last?.revision
    let before = window.flatMap { Window(start: $0.start, end: pending.window.start) }
    return pending.plan.setpointW.indices.map { row in
      let next = Power(watts: pending.plan.setpointW[row]).held(
        forSeconds: pending.window.seconds)
      guard !batteries.isEmpty else { return next }
      let battery = batteries[row]
      var past = Energy.zero
      if let before, !isRevision || startedAt != nil {
        past = max(battery.promised.energy(in: before), battery.planned.energy(in: before))
      }
      let promised = isRevision ? Energy.zero : battery.promised.energy(in: pending.window)
      return past + max(next, promised)
    }
  }

  /// The sum of `greatestEnergies()`.
  var greatestTotal: Energy { greatestEnergies().reduce(.zero, +) }
}
