import Grid

// After an event: batteries wait their turn to recharge, so that they do not all begin at once.
//
// A turn is kept by a hold (0 W both ways) from the end of the event until the turn begins; then
// the battery is handed back and recharges by itself. docs/RECOVERY.md has the rules.
extension Engine {
  /// Seconds before the end at which turns are given out: the holds are there in time, and touch
  /// the commands before them, so that nobody is handed back in between.
  static func recoveryLead(_ window: Window) -> Int64 {
    min(Timing.commandLeadSeconds, window.seconds / 2)
  }

  mutating func addRecoveryTimer(_ place: Int) {
    guard let window = states[place].record.window, states[place].record.terms?.recovery != nil
    else { return }
    timers.add(
      .recover(event: Int32(place), generation: states[place].generation),
      at: window.end.adding(seconds: -Self.recoveryLead(window)))
  }

  mutating func recoverDue(_ place: Int) {
    guard states[place].isLive, states[place].isDispatched,
      let window = states[place].record.window
    else { return }
    recover(place, after: window.end)
  }

  /// Gives everybody who moved in this event and has no turn yet his turn after `end`.
  mutating func recover(_ place: Int, after end: Timestamp) {
    guard let terms = states[place].record.terms, let recovery = terms.recovery,
      let whole = states[place].record.window, !states[place].record.batteries.isEmpty
    else { return }
    recharge.fit(fleet.count)
    if let earlier = states[place].record.recovery, earlier.from != end {
      recharge.takeBack(event: place)
      states[place].record.recovery = nil
    }
    let turns = turns(place, whole, recovery, end: end.seconds)
    guard !turns.isEmpty else { return }
    let power = states[place].record.powerAtTheEnd
    var slots = RecoverySlots(
      from: end, fleetLimit: recovery.limit(after: power), feeder: feeder,
      baseW: baseLoads())
    for row in 0..<fleet.count where recharge.until[row] > end.seconds {
      slots.count(
        node: fleet.node[row], watts: recharge.watts[row],
        from: recharge.from[row] - end.seconds, until: recharge.until[row] - end.seconds)
    }
    var summary =
      states[place].record.recovery
      ?? EventRecord.Recovery(
        limit: recovery.limit(after: power), from: end)
    var unplaced: [Turn] = []
    for turn in turns {
      guard
        let begin = slots.place(
          node: fleet.node[turn.row], watts: turn.watts, seconds: turn.seconds,
          notBefore: turn.notBefore)
      else {
        unplaced.append(turn)
        continue
      }
      give(turn, begin, place, end, &summary)
    }
    // Who fits nowhere goes after all others, one after the other.
    var next = max(summary.lastEnd.seconds - end.seconds, 0)
    for turn in unplaced {
      let begin = min(max(next, turn.notBefore), RecoverySlots.longestSeconds)
      next = begin + turn.seconds
      slots.count(
        node: fleet.node[turn.row], watts: turn.watts, from: begin, until: begin + turn.seconds)
      give(turn, begin, place, end, &summary)
    }
    summary.greatest = max(summary.greatest, Power(watts: slots.greatestW))
    summary.unplaced += unplaced.count
    states[place].record.recovery = summary
    if !unplaced.isEmpty {
      effects.append(
        .alarm(
          "event \(states[place].record.id): \(unplaced.count) batteries fit under no limit of the "
            + "recovery; they recharge last, one after the other"))
    }
  }

  /// One battery that has something to get back.
  private struct Turn {
    let row: Int
    /// Seconds after the end.
    let notBefore: Int64
    let watts: Int64
    let joules: Int64
    let carried: Int64
    var seconds: Int64 { (joules + watts - 1) / watts }
  }

  /// Everybody who moved, the earliest first; at the same second the first name.
  private func turns(
    _ place: Int, _ window: Window, _ recovery: DispatchTerms.RecoveryTerms, end: Int64
  ) -> [Turn] {
    let event = states[place].record.id
    let terms = states[place].record.terms
    // Who fills his battery for a storm never waits.
    let dayAfter = Window(
      start: Timestamp(seconds: end), end: Timestamp(seconds: end + 86_400))!
    var turns: [Turn] = []
    for row in 0..<fleet.count {
      let part = states[place].record.batteries[row]
      guard part.command != nil, part.optedOutAt == nil, part.unreachableAt == nil,
        terms.flatMap({ fleet.stormFloor(row: row, $0, dayAfter) }) == nil,
        !recharge.hasTurn(row: row, event: place)
      else { continue }
      let given = part.planned.energy(in: window)
      let watts = fleet.chargeW[row]
      guard given > .zero, watts > 0 else { continue }
      let before = recharge.owed(row: row, event: place, at: window.start)
      let spread = recovery.spreadMinutes * 60
      let offset =
        spread > 0
        ? Int64(
          Spread.hash("\(event.text).\(fleet.enrolled[row].battery.text).recovery")
            % UInt64(spread)) : 0
      turns.append(
        Turn(
          row: row, notBefore: recovery.startAfterMinutes * 60 + offset, watts: watts,
          joules: before + fleet.rechargeJoules(row: row, for: given), carried: before))
    }
    let names = fleet.enrolled
    return turns.sorted {
      ($0.notBefore, names[$0.row].battery) < ($1.notBefore, names[$1.row].battery)
    }
  }

  /// Writes a turn down and holds the battery until it begins.
  private mutating func give(
    _ turn: Turn, _ begin: Int64, _ place: Int, _ end: Timestamp,
    _ summary: inout EventRecord.Recovery
  ) {
    let from = end.seconds + begin
    recharge.set(
      row: turn.row, event: place, from: from, until: from + turn.seconds, watts: turn.watts,
      joules: turn.joules, carried: turn.carried)
    summary.batteries += 1
    summary.energy += Energy(joules: turn.joules)
    summary.firstTurn = min(summary.firstTurn ?? .init(seconds: from), .init(seconds: from))
    summary.lastTurn = max(summary.lastTurn ?? .init(seconds: from), .init(seconds: from))
    summary.lastEnd = max(summary.lastEnd, Timestamp(seconds: from + turn.seconds))
    let begin = max(end, now)
    let next = nextStart(turn.row, after: place, from: begin) ?? Timestamp(seconds: from)
    guard let window = Window(start: begin, end: min(next, Timestamp(seconds: from))),
      !isWanted(turn.row, after: place, at: window.start)
    else { return }
    let last = window.start.adding(seconds: Timing.holdAcceptanceSeconds)
    sendHold(place, row: turn.row, window: window, notAfter: min(window.end, last))
  }

  /// True when another event has the battery at `moment`: it is not held, it goes on there.
  private func isWanted(_ row: Int, after place: Int, at moment: Timestamp) -> Bool {
    let isCommanded = open[row].contains {
      Int($0.event) != place && !$0.isFinal && $0.command.window.contains(moment)
        && $0.command.power > .zero && mayMove(Int($0.event), row: row)
    }
    return isCommanded
      || live.contains { other in
        other != place && states[other].record.terms?.events.overlap == .priority
          && !states[other].record.batteries.isEmpty
          && states[other].record.batteries[row].planned.power(at: moment) > .zero
      }
  }

  /// When another event's command for the battery begins that was sent already: a hold is newer,
  /// and would cut it.
  private func nextStart(_ row: Int, after place: Int, from moment: Timestamp) -> Timestamp? {
    open[row].filter {
      Int($0.event) != place && !$0.isFinal && $0.command.window.start > moment
        && $0.command.power > .zero && mayMove(Int($0.event), row: row)
    }.map(\.command.window.start).min()
  }

  private mutating func sendHold(_ place: Int, row: Int, window: Window, notAfter: Timestamp) {
    let command = Command(
      seq: fleet.takeSeq(row: row), battery: fleet.enrolled[row].battery,
      event: states[place].record.id, issuedAt: now, window: window, notAfter: notAfter,
      action: .hold, handBack: states[place].record.terms?.handBack ?? .priorMode)
    post(command, place, row: row)
  }

  /// What the homes below each node draw themselves, in watts, and a quarter more, because it may
  /// rise while batteries wait; a home that was not heard from adds nothing.
  private func baseLoads() -> [Int64] {
    var base = Array(repeating: Int64(0), count: feeder.ids.count)
    for row in 0..<fleet.count where fleet.netImportW[row] != .min && fleet.dischargeW[row] != .min
    {
      base[Int(fleet.node[row])] += max(0, fleet.netImportW[row] + fleet.dischargeW[row])
    }
    for place in base.indices.reversed() where feeder.parents[place] >= 0 {
      base[Int(feeder.parents[place])] += base[place]
    }
    return base.map { $0 + $0 / 4 }
  }

  /// An owner who leaves, or raises his reserve, while his battery waits: it waits no longer.
  mutating func releaseFromRecovery(row: Int) {
    guard !recharge.from.isEmpty, recharge.from[row] > now.seconds else { return }
    let place = Int(recharge.event[row])
    guard states[place].record.endedAt != nil, mayMove(place, row: row) else { return }
    sendCancel(place, row: row, at: now)
    recharge.begin(row: row, at: now.seconds)
  }
}

extension FleetTable {
  /// Energy at the terminals that fills the cells again after `given` at the terminals, rounded up.
  ///
  /// *Interpretation:* the way in loses as much as the way out; a fleet file has only the latter.
  func rechargeJoules(row: Int, for given: Energy) -> Int64 {
    let efficiency = Int128(max(1, enrolled[row].dischargeEfficiency.hundredths))
    let joules = Int128(given.joules) * 100_000_000
    let needed = (joules + efficiency * efficiency - 1) / (efficiency * efficiency)
    // A battery does not take more than it holds; below one per cent the figure means nothing.
    return Int64(min(needed, Int128(max(given.joules, capacityJ[row] * 2))))
  }
}
