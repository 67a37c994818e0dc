import Grid

// The moments of an event, and its cancel.
extension Engine {
  /// The window has begun: batteries that were commanded move.
  mutating func startIfDue(_ place: Int) {
    guard states[place].record.status == .notified, states[place].isDispatched,
      let window = states[place].record.window, window.contains(now)
    else { return }
    states[place].record.status = .ramping
    states[place].record.startedAt = now
    beginCurve(place)
    answer(place, .started)
    let terms = states[place].record.terms
    let steady = allBegun(place, window).adding(seconds: terms?.rampSeconds ?? 0)
    if steady <= now { sustain(place) }
  }

  mutating func sustain(_ place: Int) {
    if states[place].record.status == .ramping { states[place].record.status = .sustaining }
  }

  /// The window is over, whatever happened in it.
  mutating func end(_ place: Int) {
    if states[place].record.status == .scheduled {
      refusePending(place, pastFault(now))
      return
    }
    guard states[place].isLive else { return }
    dropPending(place)
    states[place].record.status = .recovering
    states[place].record.endedAt = states[place].record.window?.end
    live.removeAll { $0 == place }
    if let end = states[place].record.endedAt { recover(place, after: end) }
    answer(place, .completed)
  }

  /// Every battery had time to go back: the money is owed, also when nothing was dispatched.
  mutating func close(_ place: Int) {
    guard states[place].record.closedAt == nil else { return }
    switch states[place].record.status {
    case .recovering: states[place].record.status = .closed
    case .cancelled: break
    case .refused, .scheduled, .notified, .ramping, .sustaining, .closed: return
    }
    states[place].record.closedAt = now
    effects.append(.settle(states[place].record.id))
    timers.add(.forget(event: Int32(place)), at: now.adding(seconds: Timing.rememberSeconds))
  }

  /// A cancel of an event that is known.
  mutating func cancel(_ place: Int, by signal: GridSignal, digest: Digest) {
    let utility = states[place].record.utility
    let started = states[place].hasStarted(at: now)
    let fault: Rejection? =
      if let end = states[place].record.endedAt {
        pastFault(end)
      } else if let terms = states[place].record.terms {
        Self.late(terms.signals.cancel, "cancelNotAllowed", started: started)
      } else {
        nil
      }
    if let fault {
      turnAway(signal, fault, to: utility)
      return
    }
    dropPending(place)
    let wasCommitted = !states[place].record.plans.isEmpty
    let hasMoved = states[place].record.startedAt != nil
    states[place].record.revisions.append(
      .init(signal: signal, digest: digest, receivedAt: now, committedAt: nil))
    states[place].generation += 1
    states[place].record.status = .cancelled
    states[place].record.endedAt = now
    live.removeAll { $0 == place }
    if wasCommitted {
      for row in 0..<fleet.count {
        states[place].record.hold(.zero, row: row)
        states[place].record.batteries[row].promise.end(at: now)
        states[place].record.batteries[row].asked.end(at: now)
      }
      cancelCommands(place) { _ in true }
      cancelNotices(place)
      if hasMoved { recover(place, after: now) }
    }
    concedeToThis(place)
    answer(place, .cancelled)
    if hasMoved {
      let ramp = states[place].record.terms?.rampSeconds ?? 0
      timers.add(
        .close(event: Int32(place), generation: states[place].generation),
        at: now.adding(seconds: ramp))
    } else {
      timers.add(.forget(event: Int32(place)), at: now.adding(seconds: Timing.rememberSeconds))
    }
  }

  /// A cancel of an event that never was: a late copy of its signal must not start it.
  mutating func storeTombstone(_ signal: GridSignal, from utility: UtilityID, digest: Digest) {
    var record = EventRecord(id: signal.event, utility: utility, terms: nil, status: .cancelled)
    record.revisions = [.init(signal: signal, digest: digest, receivedAt: now, committedAt: nil)]
    record.endedAt = now
    let cancelled = SignalAcknowledgement(
      event: signal.event, revision: signal.revision, status: .cancelled, at: now)
    _ = store(EventState(record: record, answer: cancelled, plannedAt: now))
    answer(cancelled, to: utility)
  }
}
