import Grid

// From a signal that was taken to a plan in force.
extension Engine {
  /// Keeps an event; one that was refused before gives its place to the next try.
  mutating func store(_ state: EventState) -> Int {
    let id = state.record.id
    if let place = places[id] {
      precondition(states[place].record.status == .refused, "only a refused event is replaced")
      let generation = states[place].generation + 1
      states[place] = state
      states[place].generation = generation
      return place
    }
    places[id] = states.count
    states.append(state)
    return states.count - 1
  }

  /// An event's only signal is not taken.
  mutating func refuse(_ place: Int, _ fault: Rejection) {
    let revision = states[place].storedRevision
    states[place].record.status = .refused
    states[place].record.refusal = fault
    states[place].record.pendingPlan = nil
    live.removeAll { $0 == place }
    states[place].answer = SignalAcknowledgement(
      event: states[place].record.id, revision: revision,
      status: fault.code.status ?? .rejectedInvalid, at: now, rejection: fault)
    answer(states[place].answer, to: states[place].record.utility)
  }

  /// Plans a revision that was received and asks for its money.
  mutating func makePending(_ place: Int, _ content: GridSignal.Content) {
    guard let planned = plan(place, content) else {
      refusePending(place, pastFault(content.window.end))
      return
    }
    states[place].record.pendingPlan = planned
    if !live.contains(place) { live.append(place) }
    if states[place].record.status == .scheduled {
      // Money that never comes: the event ends unplanned.
      states[place].generation += 1
      timers.add(
        .end(event: Int32(place), generation: states[place].generation), at: content.window.end)
    }
    let terms = states[place].record.terms
    if case .power = content.request, terms?.target.refusesShortfall == true,
      planned.plan.shortfall > .zero
    {
      let fault = Rejection(
        .refusedByPolicy, field: "cannotHold", found: "\(planned.plan.requested.watts) W",
        allowed: "\(planned.plan.committed.watts) W")
      refusePending(place, fault)
      return
    }
    effects.append(.holdEscrow(states[place].record.id, revision: planned.revision))
  }

  /// The revision that waits is not taken; an earlier one, if any, stands.
  mutating func refusePending(_ place: Int, _ fault: Rejection) {
    guard !states[place].record.plans.isEmpty else {
      refuse(place, fault)
      return
    }
    let refused = states[place].storedRevision
    dropPending(place)
    answer(
      SignalAcknowledgement(
        event: states[place].record.id, revision: refused,
        status: fault.code.status ?? .rejectedInvalid, at: now, rejection: fault),
      to: states[place].record.utility)
    dispatchAgainIfDue(place)
  }

  /// A dispatch that fell due while a revision waited was put off.
  mutating func dispatchAgainIfDue(_ place: Int) {
    guard states[place].isLive, !states[place].isDispatched else { return }
    addDispatchTimer(place)
  }

  /// A plan for `content` from now on; nil when nothing of its window is left.
  mutating func plan(_ place: Int, _ content: GridSignal.Content) -> EventRecord.PlanInForce? {
    guard let terms = states[place].record.terms,
      let request = SignalRules.request(of: content, terms: terms),
      let window = Window(
        start: max(content.window.start, now.roundedUpToSecond), end: content.window.end)
    else { return nil }
    let isMoving = states[place].record.startedAt != nil
    learn()
    var planning = FleetTable.Planning(
      window: window, terms: terms, targets: content.targets,
      eventSeconds: content.window.seconds)
    // In an event gateways report every 10 s, so silence is noticed sooner.
    if isMoving { planning.heardSeconds = terms.notHeardSeconds }
    var mustHold = false
    switch request {
    case .target: mustHold = terms.target.refusesShortfall
    case .release: planning.isRelease = true
    }
    if isMoving { planning.heldW = states[place].record.batteries.map(\.holding.watts) }
    let others = others(in: window, except: place, isWhole: mustHold)
    planning.busy = others.isBusy
    planning.optedOut = states[place].record.batteries.map { $0.optedOutAt != nil }
    planning.absent = roll(place, content)?.isAbsent ?? []
    if isMoving, !terms.reserveLoweredAtOnce {
      planning.leastFloors = states[place].record.plans.last?.floorHundredths ?? []
    }
    var input = fleet.planning(for: planning, at: now, feeder: feeder)
    let floors = input.floorHundredths
    fleet.keep(others.keptJ, in: &input)
    func planned() -> Plan {
      Planner.plan(
        input, feeder: feeder.less(others.usedW), request: request, seconds: window.seconds,
        fairness: terms.fairness, minimumSetpoint: terms.minimumSetpoint,
        overCommit: terms.overCommit)
    }
    var plan = planned()
    let kept = keptForNeighbours(of: place, in: window, wantedW: plan.setpointW, input)
    if kept.contains(where: { $0 > 0 }) {
      fleet.keep(kept, in: &input)
      plan = planned()
    }
    return .init(
      revision: states[place].storedRevision, from: now, window: window, plan: plan,
      floorHundredths: floors)
  }

  mutating func escrowHeld(_ event: EventID, revision: Int64) {
    guard let place = places[event], let pending = states[place].record.pendingPlan,
      pending.revision == revision
    else { return }
    states[place].heldEnergy = states[place].record.greatestTotal
    states[place].record.pendingPlan = nil
    states[place].answerBefore = nil
    if states[place].draft != nil {
      carryOutCorrection(place, limited: false)
    } else if states[place].record.plans.last?.revision == revision {
      takeLivePlan(place, pending)
    } else {
      putInForce(place, pending)
    }
  }

  /// The cost of a revision's plan is not covered.
  mutating func moneyRefused(_ event: EventID, revision: Int64, _ fault: Rejection) {
    guard let place = places[event], let pending = states[place].record.pendingPlan,
      pending.revision == revision
    else { return }
    guard states[place].record.plans.last?.revision != revision else {
      // More than was held cannot be paid for: nobody is asked for more than he was promised.
      states[place].record.pendingPlan = nil
      if states[place].draft != nil {
        carryOutCorrection(place, limited: true)
        return
      }
      takeLivePlan(place, pending.limited(to: states[place].record.batteries))
      return
    }
    refusePending(place, fault)
  }

  /// A revision comes into force: it is the commitment from now on.
  private mutating func putInForce(_ place: Int, _ pending: EventRecord.PlanInForce) {
    let isMoving = states[place].record.startedAt != nil
    let last = states[place].record.revisions.count - 1
    states[place].record.revisions[last].committedAt = now
    states[place].generation += 1
    states[place].plannedAt = pending.from
    states[place].unheard = nil
    states[place].isDispatched = false
    if states[place].record.batteries.isEmpty {
      states[place].record.batteries = fleet.enrolled.map { Participation(battery: $0.battery) }
    }
    if isMoving {
      let start = states[place].record.window?.start ?? pending.window.start
      states[place].record.window = Window(start: start, end: pending.window.end)
    } else {
      states[place].record.status = .notified
      states[place].record.window = pending.window
    }
    apply(place, pending, isPromise: true)
    levelNeighbours(of: place)
    answer(place, .committed)
    let dispatchAt = pending.window.start.adding(seconds: -commandLead(place))
    if dispatchAt > now { cancelCommands(place) { _ in true } }
    if !isMoving { sendNotices(place) }
    addTimers(place)
  }

  /// Writes a plan into the record and into each battery's part.
  mutating func apply(_ place: Int, _ plan: EventRecord.PlanInForce, isPromise: Bool) {
    var plan = plan
    plan.from = now
    let terms = states[place].record.terms
    let event = states[place].record.id
    let isMoving = states[place].record.startedAt != nil
    layOutSlope(place, plan)
    for row in 0..<fleet.count {
      let hasLeft = states[place].record.batteries[row].optedOutAt != nil
      let power = hasLeft ? Power.zero : Power(watts: plan.plan.setpointW[row])
      let start = startOf(plan.window, event: event, row: row, terms: terms)
      let window = Window(start: start, end: endOf(place, row: row, plan.window))
      states[place].record.hold(window == nil ? .zero : power, row: row)
      states[place].record.batteries[row].lostAt = nil
      states[place].record.batteries[row].skip = hasLeft ? .optedOut : plan.plan.skipped[row]
      states[place].record.batteries[row].boundBy = power > .zero ? plan.plan.bound[row] : nil
      if hasLeft { continue }
      states[place].record.batteries[row].take(
        power, in: window, from: start, at: isMoving ? now : nil, isPromise: isPromise)
    }
    states[place].record.plans.append(plan)
    concedeToThis(place)
  }

  /// When the battery in `row` starts: at its offset in the spread, never in the past.
  func startOf(
    _ window: Window, event: EventID, row: Int, terms: DispatchTerms?
  ) -> Timestamp {
    let place = places[event]
    if let slope = place.flatMap({ states[$0].slope }) {
      return max(
        Timestamp(seconds: slope.from[row]), window.start, now.roundedUpToSecond)
    }
    let eventStart = place.flatMap { states[$0].record.window?.start } ?? window.start
    let offset = Spread.offset(
      event: event, battery: fleet.enrolled[row].battery, within: terms?.spreadSeconds ?? 0)
    return max(eventStart.adding(seconds: offset), window.start, now.roundedUpToSecond)
  }

  /// Asks for the moments of the plan in force; those that are past fall due at once.
  private mutating func addTimers(_ place: Int) {
    guard let window = states[place].record.window, let terms = states[place].record.terms else {
      return
    }
    let event = Int32(place)
    let generation = states[place].generation
    let ramp = terms.rampSeconds
    addDispatchTimer(place)
    for minutes in terms.notice.reminderMinutes {
      let due = window.start.adding(seconds: -60 * minutes)
      if due > now { timers.add(.remind(event: event, generation: generation), at: due) }
    }
    timers.add(.acknowledgeBy(event: event, generation: generation), at: window.start)
    timers.add(.start(event: event, generation: generation), at: window.start)
    timers.add(
      .sustain(event: event, generation: generation),
      at: allBegun(place, window).adding(seconds: ramp))
    addCorrectionTimer(place)
    addRecoveryTimer(place)
    timers.add(.end(event: event, generation: generation), at: window.end)
    timers.add(.close(event: event, generation: generation), at: window.end.adding(seconds: ramp))
  }

  private mutating func addDispatchTimer(_ place: Int) {
    guard let window = states[place].record.window else { return }
    timers.add(
      .dispatch(event: Int32(place), generation: states[place].generation),
      at: window.start.adding(seconds: -commandLead(place)))
  }
}

extension Timestamp {
  /// This moment, or the next whole second.
  var roundedUpToSecond: Timestamp {
    isWholeSecond ? self : Timestamp(seconds: seconds + 1)
  }
}

extension EventRecord.PlanInForce {
  /// The same plan, with nobody above what he was promised.
  func limited(to batteries: [Participation]) -> EventRecord.PlanInForce {
    var setpointW = plan.setpointW
    var energyLimitWh = plan.energyLimitWh
    var skipped = plan.skipped
    var committed = Power.zero
    for row in setpointW.indices {
      let most = batteries[row].promise.pieces.last?.power.watts ?? 0
      if most < setpointW[row] {
        setpointW[row] = most
        energyLimitWh[row] = most * plan.seconds / 3_600
        if most == 0 { skipped[row] = .noShare }
      }
      committed = committed + Power(watts: setpointW[row])
    }
    let limited = Plan(
      requested: plan.requested, committed: plan.promised(holding: committed),
      seconds: plan.seconds,
      setpointW: setpointW, energyLimitWh: energyLimitWh, bound: plan.bound, skipped: skipped,
      bindingNodes: plan.bindingNodes)
    return EventRecord.PlanInForce(
      revision: revision, from: from, window: window, plan: limited,
      floorHundredths: floorHundredths)
  }
}
