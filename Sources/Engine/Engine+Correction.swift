import Grid

// The closed loop: what the fleet gives is compared with what was promised, and mended.
extension Engine {
  /// Asks for the next comparison of an event under way; nothing for terms or signals without.
  mutating func addCorrectionTimer(_ place: Int) {
    guard let terms = states[place].record.terms, terms.correction.maximumRounds > 0,
      let window = states[place].record.window, states[place].record.correctionTarget != nil
    else { return }
    let steady = allBegun(place, window).adding(
      seconds: terms.rampSeconds + Timing.steadySeconds)
    let next = max(steady, now).adding(seconds: terms.correction.everySeconds)
    // From then on less is given by plan.
    let falls = states[place].slope.map { Timestamp(seconds: $0.falls) } ?? window.end
    guard next < min(window.end, falls) else { return }
    timers.add(
      .correct(event: Int32(place), generation: states[place].generation), at: next)
  }

  /// Compares, and corrects what is off by more than the deadband.
  mutating func correctDue(_ place: Int) {
    guard states[place].isLive else { return }
    defer { addCorrectionTimer(place) }
    guard states[place].isDispatched, !states[place].isPending, hasEars,
      let terms = states[place].record.terms, let target = states[place].record.correctionTarget,
      let end = states[place].record.window?.end,
      let window = Window(start: now.roundedUpToSecond, end: end),
      window.seconds >= Timing.shortestRestSeconds
    else { return }
    let seen = observe(place, terms)
    let difference = abs(seen.measured - target.watts)
    guard difference > terms.correction.tolerance(of: target.watts) else { return }
    let (drafted, heldBack) = draftCorrection(place, seen, target: target, window: window)
    states[place].record.heldBack += heldBack
    guard let draft = drafted else { return }
    guard states[place].rounds < terms.correction.maximumRounds else {
      if !states[place].isOutOfRounds {
        states[place].isOutOfRounds = true
        effects.append(
          .alarm(
            "event \(states[place].record.id) needs a correction, and its"
              + " \(terms.correction.maximumRounds) rounds are used"))
      }
      return
    }
    states[place].rounds += 1
    states[place].draft = draft
    states[place].record.pendingPlan = draft.plan
    if states[place].record.greatestTotal > states[place].heldEnergy {
      effects.append(.holdEscrow(states[place].record.id, revision: draft.plan.revision))
      return
    }
    states[place].record.pendingPlan = nil
    carryOutCorrection(place, limited: false)
  }

  /// The correction that waited is paid for, or nobody may be asked for more than he was promised.
  mutating func carryOutCorrection(_ place: Int, limited: Bool) {
    guard let draft = states[place].draft else { return }
    states[place].draft = nil
    guard states[place].isLive, let terms = states[place].record.terms else { return }
    let before = states[place].record.committedNow
    var changed = 0
    for (row, counted) in zip(draft.lostRows, draft.lostW) {
      states[place].record.batteries[Int(row)].lostAt = now
      states[place].record.hold(Power(watts: counted), row: Int(row))
    }
    for row in draft.rows.map(Int.init) {
      var watts = draft.plan.plan.setpointW[row]
      if limited {
        watts = min(watts, states[place].record.batteries[row].promised.power(at: now).watts)
      }
      let wasLost = states[place].record.batteries[row].lostAt != nil
      let asked = askedW(place, row: row)
      states[place].record.batteries[row].lostAt = nil
      guard abs(watts - asked) > terms.correction.tolerance(of: asked) else {
        if wasLost || asked == 0 { states[place].record.hold(Power(watts: asked), row: row) }
        continue
      }
      changed += 1
      states[place].record.hold(Power(watts: watts), row: row)
      states[place].record.batteries[row].corrections += 1
      if watts > 0 {
        states[place].record.batteries[row].skip = nil
        states[place].record.batteries[row].boundBy = draft.plan.plan.bound[row]
        let seconds = draft.plan.window.seconds
        send(
          place, row: row, power: Power(watts: watts),
          energyLimit: Energy(
            wattHours: Power(watts: watts).held(forSeconds: seconds).wattHoursRoundedDown),
          floor: draft.plan.floorHundredths[row])
      } else {
        states[place].record.batteries[row].asked.end(at: now)
        sendCancel(place, row: row, at: now)
      }
    }
    states[place].heldEnergy = max(states[place].heldEnergy, states[place].record.greatestTotal)
    states[place].record.corrections.append(
      .init(
        at: now, target: draft.target, measured: draft.measured, silent: draft.silent,
        partial: draft.partial, heldBack: draft.heldBack, planned: draft.planned,
        changed: changed))
    if states[place].record.committedNow != before { commitmentChanged(place) }
  }

  /// True when the controller itself hears: silence of everybody is its own, not theirs.
  private var hasEars: Bool {
    guard let since = hearingSince, let last = lastHeard else { return false }
    return now.seconds(since: last) <= Timing.deafSeconds
      && now.seconds(since: since) >= Timing.deafSeconds
  }

  /// Somebody reported; after a silence of everybody the others get time to be heard as well.
  mutating func noteHearing() {
    if let last = lastHeard, now.seconds(since: last) <= Timing.deafSeconds, hearingSince != nil {
      lastHeard = now
    } else {
      (lastHeard, hearingSince) = (now, now)
    }
  }

  /// The setpoint of the battery's last command of this event; 0 without one or when it ended.
  func askedW(_ place: Int, row: Int) -> Int64 {
    guard let command = states[place].record.batteries[row].command, command.final == nil,
      command.window.contains(now), mayMove(place, row: row)
    else { return 0 }
    return command.power.watts
  }
}
