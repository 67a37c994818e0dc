import Grid

// The moments at which a battery goes to an event of higher rank, and comes back.
extension Engine {
  /// Energy above the floor that holds in what is left of `window`, at the terminals, in joules;
  /// nil when the charge is not known.
  func aboveFloor(row: Int, _ terms: DispatchTerms, in window: Window) -> Int64? {
    guard fleet.chargeHundredths[row] >= 0 else { return nil }
    let storm = Window(start: max(now, window.start), end: window.end).flatMap {
      fleet.stormFloor(row: row, terms, $0)
    }
    let floor = max(fleet.floor(row: row, terms: terms), storm ?? 0)
    let above = max(0, Int128(fleet.chargeHundredths[row]) - Int128(floor))
    let efficiency = Int128(fleet.enrolled[row].dischargeEfficiency.hundredths)
    return Int64(Int128(fleet.capacityJ[row]) * above * efficiency / 100_000_000)
  }

  /// Lowers what a battery owes, so that the events that go before this one find their energy.
  mutating func save(_ place: Int, row: Int, for before: [Int]) {
    guard let terms = states[place].record.terms, let window = states[place].record.window,
      let energy = aboveFloor(row: row, terms, in: window)
    else { return }
    var kept: Int64 = 0
    for other in before {
      guard let theirs = states[other].record.window else { continue }
      let watts = states[other].record.batteries[row].greatestAhead(in: theirs)
      kept += watts * theirs.seconds(from: now)
    }
    var seconds = window.seconds(from: now)
    for given in states[place].record.batteries[row].conceded where given.left == .zero {
      seconds -= given.window.seconds(from: now)
    }
    guard kept > 0, seconds > 0 else { return }
    let most = Energy(joules: max(0, energy - kept)).power(overSeconds: seconds)
    guard states[place].record.batteries[row].asked.pieces.contains(where: { $0.power > most })
    else { return }
    lower(place, row: row, to: most)
  }

  /// From now on a battery owes at most `most`, and is told so if it moves.
  mutating func lower(_ place: Int, row: Int, to most: Power) {
    let least = states[place].record.terms?.minimumSetpoint ?? .zero
    let most = most < least ? .zero : most
    states[place].record.batteries[row].promise.lower(from: now, to: most)
    states[place].record.batteries[row].asked.lower(from: now, to: most)
    if states[place].record.batteries[row].holding > most {
      states[place].record.hold(most, row: row)
    }
    guard mayMove(place, row: row) else { return }
    if most > .zero {
      command(place, row: row, power: most, from: now)
    } else {
      sendCancel(place, row: row, at: now)
    }
  }

  /// Writes what a battery with concessions holds at this moment, or at its start.
  mutating func holdByClock(_ place: Int, row: Int) {
    let part = states[place].record.batteries[row]
    guard part.optedOutAt == nil, part.unreachableAt == nil, part.lostAt == nil,
      let window = states[place].record.window
    else { return }
    let planned = part.planned
    if now < window.start {
      states[place].record.hold(planned.pieces.first?.power ?? .zero, row: row)
    } else if part.conceded.contains(where: { $0.window.contains(now) })
      || part.command?.final?.endsPart != true
    {
      states[place].record.hold(planned.power(at: now), row: row)
    }
  }

  /// The most that will be missing of what is held now, because it is given to others later.
  func concededAhead(_ place: Int) -> Power {
    guard states[place].hasConceded else { return .zero }
    let parts = states[place].record.batteries
    let ahead = parts.flatMap(\.conceded).map(\.window).filter { $0.start > now }
    var most = Power.zero
    for moment in Set(ahead.map(\.start)) {
      var missing = Power.zero
      for part in parts {
        guard let given = part.conceded.first(where: { $0.window.contains(moment) }),
          part.holding > given.left
        else { continue }
        missing = missing + part.holding - given.left
      }
      most = max(most, missing)
    }
    return most
  }

  /// Asks for the moments at which batteries go and come back.
  mutating func addConcessionTimers(_ place: Int) {
    let ahead = states[place].record.batteries.flatMap(\.conceded).map(\.window)
    var moments: Set<Timestamp> = []
    for window in Set(ahead) where window.end > now {
      moments.insert(max(now, window.start))
      moments.insert(window.end)
      moments.insert(max(now, window.start, window.end.adding(seconds: -commandLead(place))))
    }
    for moment in moments.sorted() {
      timers.add(
        .concession(event: Int32(place), generation: states[place].generation), at: moment)
    }
  }

  /// Batteries go to another event now, come back, or are told in time that they will.
  mutating func concessionDue(_ place: Int) {
    guard states[place].isLive, states[place].hasConceded else { return }
    let was = states[place].record.commitment
    let lead = now.adding(seconds: commandLead(place))
    for row in 0..<fleet.count where !states[place].record.batteries[row].conceded.isEmpty {
      holdByClock(place, row: row)
      guard states[place].isDispatched else { continue }
      let part = states[place].record.batteries[row]
      if let given = part.conceded.last(where: { $0.window.contains(now) }) {
        if given.left > .zero {
          cut(place, row: row, to: given)
        } else if given.window.end <= lead {
          giveBack(place, row: row, from: given.window.end)
        }
      } else if part.conceded.contains(where: { $0.window.end <= now }) {
        giveBack(place, row: row, from: now)
      }
    }
    states[place].record.concededAhead = concededAhead(place)
    if states[place].record.commitment != was { commitmentChanged(place) }
  }

  /// A limit of the feeder is shared with another event: a lower setpoint while that lasts.
  private mutating func cut(
    _ place: Int, row: Int, to given: Participation.Concession
  ) {
    let part = states[place].record.batteries[row]
    guard part.optedOutAt == nil, part.unreachableAt == nil, part.lostAt == nil,
      part.command?.final?.endsPart != true, part.planned.power(at: now) == given.left
    else { return }
    if let last = part.command, last.window.contains(now), last.power <= given.left { return }
    command(place, row: row, power: given.left, from: now)
  }

  /// A new command for the time that is left from `moment` on, unless one holds for it already.
  mutating func giveBack(_ place: Int, row: Int, from moment: Timestamp) {
    let part = states[place].record.batteries[row]
    guard let terms = states[place].record.terms, let window = states[place].record.window,
      part.optedOutAt == nil, part.unreachableAt == nil, part.lostAt == nil,
      part.command?.final?.endsPart != true
    else { return }
    let from = max(moment, window.start)
    let wanted = part.planned.power(at: from)
    guard wanted > .zero, let free = part.freeTime(from: from, to: window.end),
      endOfCommand(place, row: row, power: wanted, at: from) < free.end
    else { return }
    guard let power = affordable(place, row: row, wanted, from: from, terms) else { return }
    if power < wanted {
      states[place].record.batteries[row].asked.lower(from: from, to: power)
      let floor = fleet.floor(row: row, terms: terms)
      if floor > states[place].record.plans.last?.floorHundredths[row] ?? floor {
        // The owner raised his reserve meanwhile: nothing is owed for that.
        states[place].record.batteries[row].promise.lower(from: from, to: power)
      }
    }
    if power > .zero { command(place, row: row, power: power, from: from) }
    if from <= now { states[place].record.hold(power, row: row) }
  }

  /// What the battery can hold from `from` to the end, by its live charge; nil is not known.
  private func affordable(
    _ place: Int, row: Int, _ wanted: Power, from: Timestamp, _ terms: DispatchTerms
  ) -> Power? {
    guard let window = states[place].record.window,
      let energy = aboveFloor(row: row, terms, in: window)
    else {
      return nil
    }
    var kept: Int64 = 0
    for given in states[place].record.batteries[row].conceded
    where given.left == .zero && given.window.end > now {
      guard let other = places[given.event] else { continue }
      kept +=
        states[other].record.batteries[row].greatestAhead(in: given.window)
        * given.window.seconds(from: now)
    }
    let seconds = window.end.seconds(since: from)
    guard seconds >= 1 else { return nil }
    let most = Energy(joules: max(0, energy - kept)).power(overSeconds: seconds)
    return min(wanted, most) < terms.minimumSetpoint ? .zero : min(wanted, most)
  }

  /// Until when the last command of this event gives `power` at `moment`: other events' commands
  /// that came later have cut it; `moment` itself when it does not.
  private func endOfCommand(
    _ place: Int, row: Int, power: Power, at moment: Timestamp
  ) -> Timestamp {
    guard let command = states[place].record.batteries[row].command, command.power == power,
      mayMove(place, row: row)
    else { return moment }
    var end = command.window.end
    for sent in open[row]
    where Int(sent.event) != place && sent.command.seq > command.seq
      && sent.command.action != .cancel
    {
      if let shared = sent.command.window.intersection(command.window) {
        end = min(end, shared.start)
      }
    }
    // A start may be spread; one that waits for the end of what was given to another event, which
    // has ended earlier, is too late.
    let spread = states[place].record.terms?.spreadSeconds ?? 0
    let latest = moment.adding(seconds: spread)
    return command.window.start <= latest && command.window.start < end ? end : moment
  }

  /// Commands a battery from `from` on for as long as it is this event's.
  private mutating func command(_ place: Int, row: Int, power: Power, from: Timestamp) {
    guard let window = states[place].record.window, let last = states[place].record.plans.last
    else { return }
    let seconds = window.seconds(from: from)
    send(
      place, row: row, power: power,
      energyLimit: Energy(wattHours: power.held(forSeconds: seconds).wattHoursRoundedDown),
      floor: last.floorHundredths[row], from: from)
  }
}

extension Participation {
  /// The first stretch from `start` on in which nothing changes and the battery is this event's.
  func freeTime(from start: Timestamp, to end: Timestamp) -> Window? {
    var (start, end) = (start, end)
    for given in conceded where given.window.end > start {
      if given.window.contains(start) {
        if given.left > .zero { end = min(end, given.window.end) } else { start = given.window.end }
      } else {
        end = min(end, given.window.start)
      }
    }
    return Window(start: start, end: end)
  }
}

extension Acknowledgement.Status {
  /// A final status after which the battery takes no part any more, whatever is left of the event.
  var endsPart: Bool {
    switch self {
    case .optOut, .partialOptOut, .noParticipation, .failed, .rejectedParameter, .rejectedInvalid,
      .rejectedLate:
      true
    case .received, .started, .completed, .optIn, .cancelled, .superseded, .userAcknowledged:
      false
    }
  }

  /// The gateway did not take it: what it had before goes on.
  var isRefusal: Bool {
    switch self {
    case .rejectedParameter, .rejectedInvalid, .rejectedLate: true
    case .received, .started, .completed, .optOut, .optIn, .partialOptOut, .noParticipation,
      .failed, .cancelled, .superseded, .userAcknowledged:
      false
    }
  }
}
