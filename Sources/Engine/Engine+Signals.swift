import Grid

// The table of the MQTT contract, §4: what the controller does with what arrives.
extension Engine {
  mutating func take(
    _ signal: GridSignal, from utility: UtilityID, digest: Digest, signed: Bool
  ) {
    guard let place = places[signal.event] else {
      takeFirst(signal, from: utility, digest: digest, signed: signed)
      return
    }
    guard states[place].record.utility == utility else {
      let fault = Rejection(
        .idTaken, field: "signalId", found: signal.event.text, allowed: "an id of your own")
      turnAway(signal, fault, to: utility)
      return
    }
    if states[place].record.terms?.signals.signatureRequired == true, !signed {
      rejectUnsigned(utility)
      return
    }
    let stored = states[place].storedRevision
    if signal.revision < stored {
      answer(
        SignalAcknowledgement(
          event: signal.event, revision: stored, status: .superseded, at: now), to: utility)
    } else if signal.revision == stored {
      takeAgain(signal, place, digest: digest)
    } else if states[place].record.status == .cancelled {
      let fault = Rejection(
        .alreadyCancelled, field: "revision", found: "\(signal.revision)",
        allowed: "none after \(stored)")
      turnAway(signal, fault, to: utility)
    } else if signal.content == nil {
      cancel(place, by: signal, digest: digest)
    } else if states[place].record.status == .refused {
      takeFirst(signal, from: utility, digest: digest, signed: signed)
    } else {
      revise(place, by: signal, digest: digest)
    }
  }

  private mutating func takeAgain(_ signal: GridSignal, _ place: Int, digest: Digest) {
    let utility = states[place].record.utility
    guard states[place].record.revisions.last?.digest == digest else {
      let fault = Rejection(
        .revisionConflict, field: "revision", found: "\(signal.revision) with other content",
        allowed: "\(signal.revision + 1) or more")
      turnAway(signal, fault, to: utility)
      return
    }
    // What lacked only money may be sent again once it is funded (§11: "revise, or fund").
    if states[place].record.status == .refused,
      states[place].record.refusal?.code == .underfunded
    {
      takeFirst(signal, from: utility, digest: digest, signed: true)
      return
    }
    effects.append(.answer(states[place].answer, to: utility))
  }

  /// The first signal with this id that may be taken.
  private mutating func takeFirst(
    _ signal: GridSignal, from utility: UtilityID, digest: Digest, signed: Bool
  ) {
    let offered = programmes.filter { $0.signals.from.contains(utility) }
    guard !offered.isEmpty else {
      let fault = Rejection(
        .refusedByPolicy, field: "issuerNotListed", found: utility.text,
        allowed: "issuers that a programme lists")
      turnAway(signal, fault, to: utility)
      return
    }
    guard let content = signal.content else {
      if offered.allSatisfy(\.signals.signatureRequired), !signed {
        rejectUnsigned(utility)
        return
      }
      storeTombstone(signal, from: utility, digest: digest)
      return
    }
    let terms: DispatchTerms
    switch Self.programme(of: content, among: offered) {
    case .success(let found): terms = found
    case .failure(let fault):
      turnAway(signal, fault, to: utility)
      return
    }
    if terms.signals.signatureRequired, !signed {
      rejectUnsigned(utility)
      return
    }
    guard content.window.end > now else {
      turnAway(signal, pastFault(content.window.end), to: utility)
      return
    }
    if let fault = contentFault(content) {
      turnAway(signal, fault, to: utility)
      return
    }
    if let fault = clockRefusal {
      turnAway(signal, fault, to: utility)
      return
    }
    admit(signal, content, from: utility, digest: digest, terms: terms)
  }

  private mutating func admit(
    _ signal: GridSignal, _ content: GridSignal.Content, from utility: UtilityID, digest: Digest,
    terms: DispatchTerms
  ) {
    var record = EventRecord(id: signal.event, utility: utility, terms: terms, status: .scheduled)
    record.revisions = [.init(signal: signal, digest: digest, receivedAt: now, committedAt: nil)]
    let received = SignalAcknowledgement(
      event: signal.event, revision: signal.revision, status: .received, at: now)
    let rules = rules(of: terms, except: places[signal.event])
    record.noticeWasLate = rules.isLateWithoutPenalty(content, replacing: nil)
    let place = store(EventState(record: record, answer: received, plannedAt: now))
    if let fault = rules.fault(in: content, replacing: nil)
      ?? roll(place, content)?.fault(terms.enrolment) ?? stormFault(place, content, terms)
    {
      refuse(place, fault)
      return
    }
    answer(received, to: utility)
    makePending(place, content)
  }

  private mutating func revise(_ place: Int, by signal: GridSignal, digest: Digest) {
    guard let content = signal.content, let terms = states[place].record.terms else { return }
    let utility = states[place].record.utility
    let started = states[place].hasStarted(at: now)
    let stored = states[place].record.content
    let isOver = states[place].record.endedAt != nil
    let fault: Rejection? =
      if content.window.end <= now || isOver {
        pastFault(content.window.end)
      } else if content.programme.map({ $0 != terms.programme }) == true {
        Rejection(
          .badField, field: "programmeId", found: content.programme?.text ?? "",
          allowed: terms.programme.text)
      } else if let fault = contentFault(content) {
        fault
      } else if let fault = Self.late(terms.signals.revise, "reviseNotAllowed", started: started) {
        fault
      } else if started, let stored, stored.window.start != content.window.start {
        Rejection(
          .badField, field: "startsAt", found: "\(content.window.start)",
          allowed: "\(stored.window.start), because it has begun")
      } else {
        rules(of: terms, except: place).fault(in: content, replacing: stored)
          ?? (started ? nil : stormFault(place, content, terms))
      }
    if let fault {
      turnAway(signal, fault, to: utility)
      return
    }
    dropPending(place)
    states[place].answerBefore = states[place].answer
    states[place].record.revisions.append(
      .init(signal: signal, digest: digest, receivedAt: now, committedAt: nil))
    let received = SignalAcknowledgement(
      event: signal.event, revision: signal.revision, status: .received, at: now)
    states[place].answer = received
    answer(received, to: utility)
    makePending(place, content)
  }

  /// Forgets a revision that still waits for its money.
  mutating func dropPending(_ place: Int) {
    guard states[place].isPending else { return }
    states[place].record.pendingPlan = nil
    states[place].draft = nil
    if let last = states[place].record.revisions.last, last.committedAt == nil {
      states[place].record.revisions.removeLast()
      if let before = states[place].answerBefore { states[place].answer = before }
    }
    states[place].answerBefore = nil
  }

  /// The terms a content falls under: those it names, else the issuer's only programme's.
  private static func programme(
    of content: GridSignal.Content, among offered: [DispatchTerms]
  ) -> Result<DispatchTerms, Rejection> {
    let names = Set(offered.map(\.programme)).sorted()
    let listed = names.map(\.text).joined(separator: ", ")
    let name: ProgrammeID
    if let wanted = content.programme {
      guard names.contains(wanted) else {
        return .failure(
          Rejection(.unknownId, field: "programmeId", found: wanted.text, allowed: listed))
      }
      name = wanted
    } else if names.count == 1 {
      name = names[0]
    } else {
      return .failure(
        Rejection(.missingField, field: "programmeId", found: "nothing", allowed: listed))
    }
    let versions = offered.filter { $0.programme == name }
    let inEffect = versions.last { terms in
      let date = terms.calendar.zone.date(at: content.window.start)
      return terms.effectiveFrom <= date && terms.effectiveTo.map { date <= $0 } != false
    }
    return .success(inEffect ?? versions[versions.count - 1])
  }

  /// Faults that no policy decides.
  private func contentFault(_ content: GridSignal.Content) -> Rejection? {
    let unknown = content.targets.filter { feeder.place(of: $0) == nil }
    if !unknown.isEmpty {
      return Rejection(
        .unknownTarget, field: "targets",
        found: unknown.prefix(3).map(\.text).joined(separator: ", "), allowed: "feeder nodes")
    }
    if content.level == 0, content.request != .byLevel {
      return Rejection(
        .contradictory, field: "level", found: "0 with a request", allowed: "1, 2 or 3")
    }
    return nil
  }

  static func late(
    _ until: DispatchTerms.SignalTerms.Until, _ rule: String, started: Bool
  ) -> Rejection? {
    switch until {
    case .untilEnd: nil
    case .untilStart where !started: nil
    case .untilStart:
      Rejection(.refusedByPolicy, field: rule, found: "after the start", allowed: "until the start")
    case .never: Rejection(.refusedByPolicy, field: rule, found: "a revision", allowed: "none")
    }
  }

  func pastFault(_ end: Timestamp) -> Rejection {
    Rejection(.past, field: "endsAt", found: "\(end)", allowed: "after \(now)")
  }

  private func rules(of terms: DispatchTerms, except place: Int?) -> SignalRules {
    var others: [SignalRules.Other] = []
    for (other, state) in states.enumerated() where other != place {
      let record = state.record
      guard record.terms?.programme == terms.programme,
        let content = record.content ?? record.revisions.last?.signal.content
      else { continue }
      let counts: Bool =
        switch record.status {
        case .refused: false
        case .cancelled:
          switch terms.events.countCancelled {
          case .never: false
          case .started: record.startedAt != nil
          case .always: true
          }
        case .scheduled, .notified, .ramping, .sustaining, .recovering, .closed: true
        }
      let end = max(
        min(record.endedAt ?? content.window.end, content.window.end),
        content.window.start.adding(seconds: 1))
      guard let window = Window(start: content.window.start, end: end) else { continue }
      let isLive = state.isLive || record.status == .scheduled
      let isCounted = counts && (!content.isTest || terms.events.testsCounted)
      others.append(
        .init(
          window: window, counts: isCounted, isLive: isLive, isTest: counts && content.isTest))
      // A revision that waits for its money may ask for more time than what is in force.
      if state.isLive, state.isPending, let asked = record.revisions.last?.signal.content {
        others.append(.init(window: asked.window, counts: false, isLive: true))
      }
    }
    return SignalRules(terms: terms, now: now, others: others)
  }
}
