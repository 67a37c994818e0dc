import Grid

// Homes under a storm warning keep their energy for themselves.
extension Engine {
  mutating func takeStorms(_ warnings: [StormWarning]) {
    guard warnings != fleet.storms else { return }
    fleet.note(warnings, feeder: feeder)
    let moment = Window(start: now, end: now.adding(seconds: 1))!
    for row in 0..<fleet.count where fleet.isWarned(row: row) {
      // Who waits for his turn to recharge need not wait any longer.
      if programmes.contains(where: { fleet.stormFloor(row: row, $0, moment) != nil }) {
        releaseFromRecovery(row: row)
      }
    }
    for place in live where !states[place].record.batteries.isEmpty {
      guard let window = states[place].record.window, let terms = states[place].record.terms,
        let rest = Window(start: max(now, window.start), end: window.end)
      else { continue }
      if !states[place].isDispatched {
        states[place].mustPlanAgain = true
        continue
      }
      for row in 0..<fleet.count
      where states[place].record.batteries[row].holding > .zero
        && fleet.stormFloor(row: row, terms, rest) != nil
      {
        shrink(place, row: row)
      }
    }
  }
}

extension Engine {
  /// Why a storm keeps a signal from being taken; nil when none does.
  mutating func stormFault(
    _ place: Int, _ content: GridSignal.Content, _ terms: DispatchTerms
  ) -> Rejection? {
    guard terms.storm.refusesEvents, !fleet.storms.isEmpty else { return nil }
    var planning = FleetTable.Planning(
      window: content.window, terms: terms, targets: content.targets)
    planning.absent = roll(place, content)?.isAbsent ?? []
    return fleet.stormFault(planning, feeder: feeder)
  }
}

extension FleetTable {
  /// Records the warnings that stand; nodes that the feeder does not have are of no home.
  mutating func note(_ warnings: [StormWarning], feeder: FeederTree) {
    storms = warnings
    stormsOfNode = []
    guard !warnings.isEmpty else { return }
    stormsOfNode = Array(repeating: [], count: feeder.ids.count)
    for warning in warnings {
      if let place = feeder.place(of: warning.node) {
        stormsOfNode[Int(place)].append(warning.window)
      }
    }
    for (place, parent) in feeder.parents.enumerated() where parent >= 0 {
      stormsOfNode[place] += stormsOfNode[Int(parent)]
    }
  }

  /// True when some storm is expected where the battery in `row` stands.
  func isWarned(row: Int) -> Bool {
    !stormsOfNode.isEmpty && !stormsOfNode[Int(node[row])].isEmpty
  }

  /// The reserve that a storm warning asks of the battery in `row` in this time, in hundredths of a
  /// percent; nil without one.
  func stormFloor(row: Int, _ terms: DispatchTerms, _ window: Window) -> Int32? {
    guard terms.storm.holds, isWarned(row: row),
      stormsOfNode[Int(node[row])].contains(where: { terms.storm.covers(window, storm: $0) })
    else { return nil }
    return terms.storm.reserve.hundredths
  }

  /// Why the programme takes no event that would ask homes under a warning; nil when it does.
  func stormFault(_ planning: Planning, feeder: FeederTree) -> Rejection? {
    guard planning.terms.storm.refusesEvents, !stormsOfNode.isEmpty else { return nil }
    let meant = Self.meant(planning.targets, feeder: feeder)
    var homes = 0
    var first: BatteryID?
    for row in 0..<count {
      guard planning.absent.isEmpty || !planning.absent[row],
        meant.isEmpty || meant[Int(node[row])],
        stormFloor(row: row, planning.terms, planning.window) != nil
      else { continue }
      homes += 1
      first = first ?? enrolled[row].battery
    }
    guard let first else { return nil }
    return Rejection(
      .refusedByPolicy, field: "stormHold",
      found: "\(homes) batteries under a storm warning, such as \(first)",
      allowed: "an event that no storm comes near")
  }
}
