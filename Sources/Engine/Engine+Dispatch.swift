import Grid

// From a plan in force to commands.
extension Engine {
  /// Commands are due. While a revision waits for its money they are put off: its answer comes
  /// at once, and moving 50,000 batteries twice is worse.
  mutating func dispatchDue(_ place: Int) {
    guard states[place].isLive, !states[place].isDispatched, !states[place].isPending,
      let window = states[place].record.window, let terms = states[place].record.terms
    else { return }
    guard now < window.end else {
      effects.append(
        .alarm("event \(states[place].record.id) was slept through: nothing was dispatched"))
      return
    }
    if waitsForClock(place) { return }
    let due = max(window.start.adding(seconds: -commandLead(place)), states[place].plannedAt)
    if now.seconds(since: due) > Timing.planLifeSeconds {
      if now > window.start, !terms.signals.joinsLate {
        effects.append(
          .alarm("event \(states[place].record.id) was slept into: the policy does not join late"))
        return
      }
      if states[place].unheard == nil, listen(place) { return }
    }
    dispatch(place)
  }

  /// Waits for a fleet that could not be heard while the controller slept; false when it is heard.
  private mutating func listen(_ place: Int) -> Bool {
    let cutoff = now.adding(seconds: -Timing.heardSeconds).microseconds
    var unheard = 0
    for row in 0..<fleet.count
    where states[place].record.batteries[row].holding > .zero && fleet.heardAt[row] < cutoff {
      unheard += 1
    }
    guard unheard > 0 else { return false }
    states[place].unheard = unheard
    states[place].listeningSince = now
    timers.add(
      .listened(event: Int32(place), generation: states[place].generation),
      at: now.adding(seconds: Timing.listenSeconds))
    return true
  }

  mutating func stopListening(_ place: Int) {
    guard states[place].unheard != nil, !states[place].isDispatched, !states[place].isPending,
      let window = states[place].record.window, now < window.end, !waitsForClock(place)
    else { return }
    dispatch(place)
  }

  /// A battery reported that was last heard at `before`: an event may have waited for it.
  mutating func heard(row: Int, before: Int64) {
    for place in live {
      guard let unheard = states[place].unheard, let since = states[place].listeningSince,
        states[place].record.batteries[row].holding > .zero
      else { continue }
      let cutoff = since.adding(seconds: -Timing.heardSeconds).microseconds
      guard before < cutoff, fleet.heardAt[row] >= cutoff else { continue }
      states[place].unheard = unheard - 1
      if unheard == 1 { stopListening(place) }
    }
  }

  private mutating func dispatch(_ place: Int) {
    states[place].unheard = nil
    let isStale = now.seconds(since: states[place].plannedAt) > Timing.planLifeSeconds
    if isStale || states[place].mustPlanAgain, let content = states[place].record.content,
      let live = plan(place, content)
    {
      states[place].mustPlanAgain = false
      states[place].record.pendingPlan = live
      if states[place].record.greatestTotal > states[place].heldEnergy {
        effects.append(.holdEscrow(states[place].record.id, revision: live.revision))
        return
      }
      states[place].record.pendingPlan = nil
      takeLivePlan(place, live)
      return
    }
    sendCommands(place)
  }

  /// The plan made from live charge is paid for: it is the commitment from now on.
  mutating func takeLivePlan(_ place: Int, _ live: EventRecord.PlanInForce) {
    guard states[place].isLive else { return }
    states[place].plannedAt = live.from
    let before = states[place].record.committedNow - states[place].record.concededAhead
    let batteriesBefore = states[place].record.batteriesWithShare
    apply(place, live, isPromise: false)
    if states[place].record.committedNow - states[place].record.concededAhead != before
      || states[place].record.batteriesWithShare != batteriesBefore
    {
      commitmentChanged(place)
    }
    sendCommands(place)
  }

  private mutating func sendCommands(_ place: Int) {
    guard let last = states[place].record.plans.last, last.window.end > now else { return }
    states[place].isDispatched = true
    beginWave(place)
    defer { waveStarts = [:] }
    for row in 0..<fleet.count
    where states[place].record.batteries[row].holding == .zero && mayMove(place, row: row) {
      // Who is not asked any more goes at his place on the slope, if he has begun.
      let goes = states[place].slope.map { Timestamp(seconds: $0.from[row]) } ?? now
      switch rest(place, row: row, until: goes) {
      case .runs: sendCancel(place, row: row, at: goes)
      case .none: sendCancel(place, row: row, at: now)
      case .lacks(let power, let rest): sendRest(place, row: row, power, rest)
      }
    }
    for row in 0..<fleet.count {
      let power = states[place].record.batteries[row].holding
      guard power > .zero else { continue }
      if states[place].record.batteries[row].notice == nil { sendNotice(place, row: row) }
      send(
        place, row: row, power: power,
        energyLimit: Energy(wattHours: last.plan.energyLimitWh[row]),
        floor: last.floorHundredths[row])
    }
    startIfDue(place)
  }

  /// Commands one battery from now or from its start on, and writes it into its part.
  mutating func send(
    _ place: Int, row: Int, power: Power, energyLimit: Energy, floor: Int32,
    from moment: Timestamp? = nil
  ) {
    guard let terms = states[place].record.terms, let whole = states[place].record.window else {
      return
    }
    let start = max(
      startOf(whole, event: states[place].record.id, row: row, terms: terms),
      moment ?? whole.start)
    let part = states[place].record.batteries[row]
    let end = endOf(place, row: row, whole)
    guard let window = part.freeTime(from: start, to: end),
      window.end == end || window.seconds >= Timing.shortestRestSeconds
    else { return }
    // Less time than the caller counted with needs less energy.
    let energyLimit =
      part.conceded.isEmpty && states[place].slope == nil
      ? energyLimit
      : min(
        energyLimit,
        Energy(wattHours: power.held(forSeconds: window.seconds).wattHoursRoundedDown))
    // A newer command cuts an older one where their windows overlap; what of the older one lies
    // before must be ended.
    switch rest(place, row: row, until: window.start) {
    case .lacks(let given, let rest): sendRest(place, row: row, given, rest)
    case .none where isAhead(place, row: row, of: window.start):
      sendCancel(place, row: row, at: now)
    case .none, .runs: break
    }
    postMove(
      place, row: row, power: power, energyLimit: energyLimit, floor: floor, window: window)
  }

  /// A battery goes on with what it gives until its place on the slope.
  private mutating func sendRest(_ place: Int, row: Int, _ given: Power, _ rest: Window) {
    let floor = states[place].record.plans.last?.floorHundredths[row] ?? 10_000
    postMove(
      place, row: row, power: given,
      energyLimit: Energy(
        wattHours: given.held(forSeconds: rest.seconds).wattHoursRoundedDown),
      floor: floor, window: rest)
  }

  private mutating func postMove(
    _ place: Int, row: Int, power: Power, energyLimit: Energy, floor: Int32, window: Window
  ) {
    guard let terms = states[place].record.terms, let content = states[place].record.content
    else { return }
    let event = states[place].record.id
    let percent: ReductionRequest? =
      switch SignalRules.request(of: content, terms: terms) {
      case .release(let percent, let basis): .release(percent, of: basis)
      case .target, nil: nil
      }
    let isPause = fleet.enrolled[row].isCharger
    let limit = fleet.canExport[row] && !isPause ? fleet.exportLimitW[row] : isPause ? .max : 0
    let command = Command(
      seq: fleet.takeSeq(row: row), battery: fleet.enrolled[row].battery, event: event,
      issuedAt: now, window: window, notAfter: window.start.adding(seconds: window.seconds / 2),
      action: isPause
        ? .hold
        : .discharge(
          setpoint: power, energyLimit: energyLimit,
          floor: Percent(hundredths: max(0, min(10_000, floor))) ?? .hundred),
      exportLimit: limit == .max ? nil : Power(watts: limit), rampSeconds: terms.rampSeconds,
      graceSeconds: terms.graceSeconds, handBack: terms.handBack, request: percent,
      boundBy: states[place].record.batteries[row].boundBy?.text(feeder))
    states[place].record.batteries[row].begin(command, power: power, at: now)
    post(command, place, row: row)
  }

  /// Ends what this event's commands still do to a battery.
  mutating func sendCancel(_ place: Int, row: Int, at moment: Timestamp) {
    guard let terms = states[place].record.terms else { return }
    var end = now
    for sent in open[row] where Int(sent.event) == place && !sent.isFinal {
      end = max(end, sent.command.window.end)
    }
    guard let window = Window(start: max(moment, now), end: end) else { return }
    let command = Command(
      seq: fleet.takeSeq(row: row), battery: fleet.enrolled[row].battery,
      event: states[place].record.id, issuedAt: now, window: window, notAfter: end,
      action: .cancel, rampSeconds: terms.rampSeconds, handBack: terms.handBack)
    post(command, place, row: row)
  }

  /// Cancels the batteries that have a command which may still move them and meet the condition.
  mutating func cancelCommands(_ place: Int, where applies: (Participation) -> Bool) {
    for row in 0..<fleet.count where !open[row].isEmpty {
      if mayMove(place, row: row), applies(states[place].record.batteries[row]) {
        sendCancel(place, row: row, at: now)
      }
    }
  }

  /// True when the battery has a command of this event that may still move it.
  func mayMove(_ place: Int, row: Int) -> Bool {
    var seq: Int64 = 0
    var cancelled: Int64 = 0
    for sent in open[row] where Int(sent.event) == place {
      if sent.command.action == .cancel {
        if sent.command.window.start <= now { cancelled = max(cancelled, sent.command.seq) }
      } else if !sent.isFinal, sent.command.window.end > now {
        seq = max(seq, sent.command.seq)
      }
    }
    return seq > cancelled
  }

  mutating func post(_ command: Command, _ place: Int, row: Int) {
    // A cancel gives back and is never counted.
    if command.action != .cancel { budget.note(gateway: Int(fleet.gateway[row]), at: now) }
    open[row].append(OpenCommand(command: command, event: Int32(place)))
    noteLease(command, states[place].record.terms, row: row)
    states[place].commandsSinceCurvePoint += 1
    emit(command, place, row: row)
  }
}
