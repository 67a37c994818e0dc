import Grid

// What a utility is told.
extension Engine {
  mutating func answer(_ answer: SignalAcknowledgement, to utility: UtilityID) {
    effects.append(.answer(answer, to: utility))
  }

  /// Answers a signal that is not taken; what is stored stands.
  mutating func turnAway(_ signal: GridSignal, _ fault: Rejection, to utility: UtilityID) {
    guard let status = fault.code.status else {
      reject(fault, utility.text, .native)
      return
    }
    // The contract answers with the stored revision; another utility's is none of his business.
    let place = places[signal.event]
    let stored = place.flatMap { place in
      states[place].record.utility == utility ? states[place].storedRevision : nil
    }
    answer(
      SignalAcknowledgement(
        event: signal.event, revision: stored ?? signal.revision, status: status, at: now,
        rejection: fault), to: utility)
  }

  mutating func rejectUnsigned(_ utility: UtilityID) {
    reject(
      Rejection(
        .unsigned, field: "signature", found: "none", allowed: "a signature by an enrolled key"),
      utility.text, .native)
  }

  /// Answers with the event's present figures, and remembers it for duplicates.
  mutating func answer(_ place: Int, _ status: SignalAcknowledgement.Status) {
    let record = states[place].record
    let answer = SignalAcknowledgement(
      event: record.id, revision: record.revision?.signal.revision ?? states[place].storedRevision,
      status: status, at: now, commitment: record.commitment, settled: record.settled)
    effects.append(.answer(answer, to: record.utility))
    if status == .committed { states[place].committedAt = now }
    if states[place].answerBefore != nil {
      // A duplicate of the waiting revision is answered for that one.
      states[place].answerBefore = answer
    } else if status != .committed || record.startedAt == nil {
      states[place].answer = answer
    }
  }

  /// The commitment is not what was answered: says so, at most every `Timing.answerSeconds`.
  mutating func commitmentChanged(_ place: Int) {
    guard states[place].isLive, !states[place].answerIsDue else { return }
    let earliest = states[place].committedAt.map { $0.adding(seconds: Timing.answerSeconds) }
    if let earliest, earliest > now {
      states[place].answerIsDue = true
      timers.add(.answer(event: Int32(place)), at: earliest)
    } else {
      answer(place, .committed)
    }
  }

  mutating func answerDue(_ place: Int) {
    states[place].answerIsDue = false
    if states[place].isLive { answer(place, .committed) }
  }

  mutating func take(_ settled: SignalAcknowledgement.Settled, of event: EventID) {
    guard let place = places[event], states[place].record.closedAt != nil else { return }
    states[place].record.settled = settled
    answer(place, .settled)
  }
}
