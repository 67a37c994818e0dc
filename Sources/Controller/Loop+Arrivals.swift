import Engine
import Grid
import Logging
import MQTT
import Synchronization
import Wire

extension Loop {
  /// Takes one arrival into the turn, or counts why not.
  mutating func take(_ arrival: Arrival, into draft: inout TurnDraft, at now: Timestamp) {
    switch arrival {
    case .message(let message):
      let outcome = intake(message, at: now)
      if case .own(let state) = outcome.result { see(state) } else { handledMessages += 1 }
      if case .telemetry(let items, let gateway) = outcome.result {
        compareClocks(items, from: gateway, at: now)
      }
      draft.take(outcome.result, topic: message.topic, payload: message.payload)
      for rejection in outcome.refused {
        let reply = refusals.count(rejection, from: outcome.sender, about: outcome.about, at: now)
        if let reply { pendingReplies.append(reply) }
      }
    case .connected:
      setup.logger.info("connected to the broker")
      wasConnected = true
      lastHeartbeat = nil
      agenda.noteConnection(at: now)
      clockWatch.noteConnection(at: now)
      controller.shared.withLock { $0.activity.isConnected = true }
    case .disconnected(let reason), .refusedConnection(let reason):
      agenda.noteLoss()
      clockWatch.noteConnection(at: now)
      controller.shared.withLock { $0.activity.isConnected = false }
      complain("the broker is not reachable: \(reason)")
    case .refusedSubscription(let filter, let reason):
      setup.logger.error("the broker refused to subscribe \(filter): \(reason)")
    }
  }

  /// Notes why the sender's connection is away.
  mutating func hearOfSender() {
    var news: [Arrival] = []
    senderNews.drain(into: &news)
    for arrival in news {
      switch arrival {
      case .disconnected(let reason), .refusedConnection(let reason):
        complain("nothing can be sent: \(reason)")
      case .message, .connected, .refusedSubscription: break
      }
    }
  }

  private func intake(_ message: Message, at now: Timestamp) -> Intake.Outcome {
    decider.intake.read(
      topic: message.topic, payload: message.payload, retained: message.retain, at: now)
  }

  /// A controller with a higher session has taken over.
  private mutating func see(_ state: ControllerState) {
    guard state.birth != nil, state.session > session else { return }
    setup.logger.critical(
      "another controller has taken over; this one stops",
      metadata: ["session": "\(state.session)"])
    isReplaced = true
  }

  /// Says so at once, and then once a minute of the machine's time.
  private mutating func complain(_ text: String) {
    let now = ContinuousClock.now
    if let last = lastComplaint, now - last < .seconds(60) { return }
    lastComplaint = now
    setup.logger.warning("\(text); trying again")
  }

  /// Publishes that the controller lives, when it is time.
  mutating func heartbeat() async {
    let now = setup.clock.now
    guard wasConnected, nextHeartbeat.map({ $0 <= now }) ?? true else { return }
    lastHeartbeat = now
    let state = ControllerState(
      session: session, birth: .init(at: now, heartbeatSeconds: Controller.heartbeatSeconds))
    let message = Message(
      topic: Topic.controllerState.text, payload: ControllerStateCodec.encode(state), qos: 1,
      retain: true)
    try? await sender.publish([message])
    refusals.report(to: setup.logger)
  }

  /// The last words: everything sent is taken by the broker, then a death of its own.
  func goodbye() async {
    if controller.shared.withLock({ $0.activity.isConnected }) {
      let death = ControllerStateCodec.encode(ControllerState(session: session, birth: nil))
      if !isReplaced {
        try? await sender.publish([
          Message(topic: Topic.controllerState.text, payload: death, qos: 1, retain: true)
        ])
      }
      await sender.waitUntilIdle()
    }
    await receiver.stop()
    await sender.stop()
  }

  /// Shows others how far the loop has come.
  mutating func publishActivity(_ arrivals: Int) {
    let messages = handledMessages + Int(inbox.superseded)
    let isQuiet = inbox.count == 0
    let now = setup.clock.now
    let engineDue = decider.engine.nextDue
    let due = nextDue
    let isDone = isQuiet && (engineDue.map { $0 > now } ?? true)
    let waiting = Int(sender.counters.waiting)
    let refused = refusals.totals
    var statuses: [EventID: EventRecord.Status] = [:]
    for event in decider.engine.events { statuses[event.id] = event.status }
    let askers = controller.shared.withLock { shared in
      shared.activity.handled = messages
      shared.activity.nextDue = due
      shared.activity.turns = turn
      shared.activity.waitingToSend = waiting
      if isDone { shared.activity.doneUpTo = max(shared.activity.doneUpTo, now) }
      shared.statuses = statuses
      shared.refusals = refused
      defer { shared.askers = [] }
      return shared.askers
    }
    if !askers.isEmpty {
      let events = decider.engine.events
      for asker in askers { asker.resume(returning: events) }
    }
  }
}
