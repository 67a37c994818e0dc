import Grid

// A battery serves one event at a time: what an event gives to one that goes before it, and how it
// gets it back. The rank of events is in `Engine.outranks`.
extension Engine {
  /// Works out anew when the batteries of this event serve others that go before it.
  ///
  /// What is past stays as it was. A battery that would have less than a minute left after the
  /// other event is given for the rest. The commands follow: who must save energy for the other
  /// event is told so at once, and who was cut short and has his time back gets a new command.
  mutating func concede(_ place: Int) {
    guard states[place].isLive, let window = states[place].record.window,
      !states[place].record.batteries.isEmpty
    else { return }
    let before = live.filter {
      $0 != place && states[$0].isLive && outranks($0, place)
        && states[$0].record.window?.intersection(window) != nil
    }
    guard !before.isEmpty || states[place].hasConceded else { return }
    let left = before.map { leftBeside($0, of: place) }
    var changed: [Int] = []
    for row in 0..<fleet.count {
      let list = concessions(of: place, row: row, to: before, left: left)
      guard list != states[place].record.batteries[row].conceded else { continue }
      states[place].record.batteries[row].conceded = list
      changed.append(row)
    }
    states[place].hasConceded = states[place].record.batteries.contains { !$0.conceded.isEmpty }
    for row in changed {
      save(place, row: row, for: before)
      holdByClock(place, row: row)
    }
    addConcessionTimers(place)
    if states[place].isDispatched {
      for row in changed { giveBack(place, row: row, from: now) }
    }
    states[place].record.concededAhead = concededAhead(place)
  }

  /// A plan came into force, or is gone: it gives way, and so do events that go after it, or they
  /// get back.
  ///
  /// In the order of their rank: what an event has depends on those before it alone. A revision that
  /// changes the rank gives back what others had given it before it is asked what it gives.
  mutating func concedeToThis(_ place: Int) {
    for other in live.sorted(by: goesFirst) {
      if other == place {
        concede(place)
        continue
      }
      guard states[other].hasConceded || outranks(place, other) else { continue }
      let was = states[other].record.commitment
      concede(other)
      if states[other].record.commitment != was { commitmentChanged(other) }
    }
  }

  private func concessions(
    of place: Int, row: Int, to before: [Int], left: [[Int64]]
  ) -> [Participation.Concession] {
    let part = states[place].record.batteries[row]
    guard let window = states[place].record.window else { return part.conceded }
    var list = part.conceded.compactMap { given in
      Window(start: given.window.start, end: min(given.window.end, now)).map {
        Participation.Concession(event: given.event, window: $0, left: given.left)
      }
    }
    for (other, left) in zip(before, left) {
      guard let theirs = states[other].record.window?.intersection(window), theirs.end > now
      else { continue }
      let id = states[other].record.id
      let begun = part.conceded.last { $0.event == id && $0.window.contains(now) }
      let start = max(theirs.start, begun?.window.start ?? now)
      let isShort = window.end.seconds(since: theirs.end) < Timing.shortestRestSeconds
      let end = isShort ? window.end : theirs.end
      let ahead = Window(start: max(start, now), end: theirs.end)
      let isTheirs = ahead.map { states[other].record.batteries[row].greatestAhead(in: $0) > 0 }
      let most = isTheirs == true ? 0 : left.isEmpty ? .max : left[row]
      guard most < part.asked.pieces.reduce(0, { max($0, $1.power.watts) }),
        let given = Window(start: start, end: end)
      else { continue }
      if begun != nil { list.removeAll { $0.event == id && $0.window.end == now } }
      list.append(.init(event: id, window: given, left: Power(watts: most)))
    }
    return list.sorted { $0.window.start < $1.window.start }
  }

  /// What the feeder leaves each battery of `place` beside the batteries of `other`, in watts;
  /// empty when it leaves everybody his power.
  private func leftBeside(_ other: Int, of place: Int) -> [Int64] {
    guard let theirs = states[other].record.window else { return [] }
    let used = others(in: theirs, except: place, isWhole: true, takes: false).usedW
    var input = fleet.asEnrolled
    var wanted: Int64 = 0
    for row in 0..<fleet.count {
      let part = states[place].record.batteries[row]
      let watts = part.asked.pieces.reduce(0) { max($0, $1.power.watts) }
      let isTheirs = states[other].record.batteries[row].greatestAhead(in: theirs) > 0
      input.standing[row] = watts > 0 && !isTheirs ? .available : .skipped(.busy)
      input.ratedW[row] = watts
      input.exportRoomW[row] = .max
      input.floorHundredths[row] = 0
      input.chargeHundredths[row] = 10_000
      input.efficiencyHundredths[row] = 10_000
      input.capacityJ[row] = 100_000_000_000_000
      if watts > 0, !isTheirs { wanted += watts }
    }
    let plan = Planner.plan(
      input, feeder: feeder.less(used), request: .target(Power(watts: wanted)), seconds: 3_600,
      fairness: .proportional, minimumSetpoint: .zero)
    return plan.committed.watts == wanted ? [] : plan.setpointW
  }
}
