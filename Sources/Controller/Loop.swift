import Engine
import Grid
import Logging
import MQTT
import Policies
import Settlement
import Storage
import Synchronization
import Wire

/// The controller's loop and all that only it changes: drain, handle, record, act.
struct Loop {
  let controller: Controller
  let setup: Controller.Setup
  /// Hears everything; tells the broker that a message has come only when it is in the logbook.
  let receiver: Client
  let inbox: Mailbox<Arrival>
  /// Says everything, on a connection of its own that never waits for the logbook.
  let sender: Client
  /// What befalls the sender's connection; messages never come there.
  let senderNews = Mailbox<Arrival>(capacity: 64) { _ in true }
  var decider: Decider
  var agenda: RunAgenda
  var refusals: RefusalBook
  var clockWatch = ClockWatch()
  var stormWatch: FileWatch<[StormWarning]>?
  var scheduleWatch: FileWatch<[ScheduleRow]>?
  var cashier = Cashier()
  /// Seq of the last turn in the logbook.
  var turn: Int64
  /// The controller's session, which rises with each start.
  let session: Int64
  var lastHeartbeat: Timestamp?
  var wasConnected = false
  var isReplaced = false
  var lastComplaint: ContinuousClock.Instant?
  /// Messages from the broker that were handled.
  var handledMessages = 0
  /// The settlement run under way.
  var runTask: Task<Void, Never>?
  /// Error replies that leave with the next turn.
  var pendingReplies: [Message] = []

  init(_ controller: Controller) throws {
    self.controller = controller
    setup = controller.setup
    inbox = Mailbox(capacity: Controller.inboxCapacity) { arrival in
      guard case .message(let message) = arrival else { return false }
      return message.qos == 0 && message.topic.hasSuffix("/tele")
    }
    let engine = Engine(
      fleet: setup.fleet, feeder: setup.feeder, programmes: setup.policies.map(\.dispatch),
      enrolments: setup.enrolments)
    let intake = Intake(fleet: setup.fleet, keys: setup.keys)
    let recovered = try Recovery.replay(
      store: setup.store, telemetry: setup.readings,
      into: Decider(engine: engine, intake: intake))
    decider = recovered.decider
    turn = recovered.lastTurn
    session = recovered.lastTurn + 1
    agenda = RunAgenda(policies: setup.policies)
    for event in decider.engine.events { agenda.consider(event, decider) }
    refusals = RefusalBook()
    stormWatch = setup.stormsFile.map { [feeder = setup.feeder] path in
      FileWatch(path: path) { try Assembly.storms($0, feeder: feeder) }
    }
    scheduleWatch = setup.schedulesFile.map { FileWatch(path: $0, read: Assembly.schedules) }

    var options = setup.connection
    options.clientID = "headroom-ctl"
    options.cleanStart = false
    options.sessionExpirySeconds = 7 * 86_400
    options.keepAliveSeconds = 15
    options.awaitsConsumer = true
    options.receiveMaximum = Controller.turnMessages
    options.will = .init(
      topic: Topic.controllerState.text,
      payload: ControllerStateCodec.encode(ControllerState(session: session, birth: nil)), qos: 1,
      retain: true, delaySeconds: 10)
    receiver = Client(
      options: options,
      subscriptions: [
        "signal/+/native", "gw/+/ack", "gw/+/tele", "gw/+/meter", "gw/+/state", "gw/+/battery/+",
        "gw/+/pref/+", "ctl/state",
      ].map { Subscription(filter: "headroom/v1/" + $0, qos: $0.hasSuffix("tele") ? 0 : 1) },
      inbox: inbox)
    var outgoing = setup.connection
    outgoing.clientID = "headroom-ctl-out"
    outgoing.cleanStart = true
    outgoing.keepAliveSeconds = 15
    sender = Client(options: outgoing, subscriptions: [], inbox: senderNews)
    if recovered.lastTurn > 0 {
      setup.logger.info(
        "resumed from the logbook",
        metadata: ["turns": "\(turn)", "events": "\(decider.engine.events.count)"])
    }
  }

  mutating func run() async throws {
    try receiver.start()
    do {
      try sender.start()
      try await step([], restarting: true)
      try returnEscrow(of: decider.engine.events)
      while !controller.shared.withLock({ $0.isStopping }), !isReplaced {
        var arrivals = await inbox.drain(waitingAtMost: patience())
        if !arrivals.isEmpty, arrivals.count < Controller.turnMessages / 8 {
          // More is on its way: one commit for many messages instead of one for each.
          try? await Task.sleep(for: Controller.gathering)
          arrivals += await inbox.drain(waitingAtMost: .zero)
        }
        try await turns(of: arrivals)
        hearOfSender()
        await heartbeat()
        try await startRuns()
        publishActivity(arrivals.count)
      }
    } catch {
      await receiver.stop()
      await sender.stop()
      throw error
    }
    await waitForRuns()
    await goodbye()
  }

  /// How long to wait for messages: until something is due, at most a second.
  private func patience() -> Duration {
    let due = nextDue
    let isBusy = controller.shared.withLock { $0.activity.runs > 0 || !$0.finished.isEmpty }
    guard let due, let seconds = setup.clock.realSeconds(until: due) else {
      // Somebody else moves the clock: look often.
      return .milliseconds(due == nil && !isBusy ? 100 : 2)
    }
    return .seconds(min(seconds, isBusy ? 0.02 : 1))
  }

  /// When something is due by itself.
  var nextDue: Timestamp? {
    [decider.engine.nextDue, agenda.nextDue, nextHeartbeat, nextGate].compactMap { $0 }.min()
  }

  var nextHeartbeat: Timestamp? { lastHeartbeat?.adding(seconds: Controller.heartbeatSeconds) }

  /// Handles what came, in turns of bounded size; one turn also when nothing came but time.
  private mutating func turns(of arrivals: [Arrival]) async throws {
    var rest = arrivals[...]
    repeat {
      let batch = rest.prefix(Controller.turnMessages)
      rest = rest.dropFirst(batch.count)
      try await step(Array(batch))
    } while !rest.isEmpty
  }

  /// One turn: intake, decide, record, act.
  ///
  /// - Parameter begun: A settlement run that begins with this turn, and the last record it reads.
  mutating func step(
    _ arrivals: [Arrival], restarting: Bool = false,
    begun: (item: RunAgenda.Item, lastRecord: Int64)? = nil
  ) async throws {
    let now = setup.clock.now
    var draft = TurnDraft()
    if restarting { draft.note([.restarted]) }
    if let (item, last) = begun {
      draft.note(begun: item.run.name, of: item.event, lastRecord: last)
      decider.noteBegun(event: item.event, name: item.run.name, lastRecord: last)
    }
    for arrival in arrivals { take(arrival, into: &draft, at: now) }
    if arrivals.count < Controller.turnMessages { judgeClock(into: &draft, at: now) }
    watchStorms(into: &draft, at: now)
    watchSchedules(into: &draft, at: now)
    try takeFinishedRuns(into: &draft)
    if !draft.records.isEmpty { try setup.readings.append(draft.records, receivedAt: now) }

    let isDue = decider.engine.nextDue.map { $0 <= now } ?? false
    let isEmpty = !draft.hasInputs && !isDue
    if isEmpty {
      markSafe(arrivals)
      return try await send([])
    }
    var decided = Decided()
    var step = draft.inputs
    while true {
      let effects = decider.tell(step, at: now)
      decided.effects += effects
      let messages = decider.messages(for: effects)
      decided.messages += messages
      decided.frames += decider.frames(for: effects, messages: messages)
      step = try escrow(effects, at: now)
      if step.isEmpty { break }
      draft.nextStep(step)
    }
    try record(draft, decided.frames, at: now)
    markSafe(arrivals)
    try await act(decided, at: now)
  }

  /// What one turn decided, over all its steps.
  private struct Decided {
    var effects: [Effect] = []
    var messages: [Outgoing] = []
    var frames: [Frame] = []
  }

  /// Writes the turn; only then anything leaves.
  private mutating func record(
    _ draft: TurnDraft, _ effects: [Frame], at now: Timestamp
  ) throws {
    turn += 1
    if !draft.telemetry.isEmpty {
      try setup.readings.keep(telemetry: Frame.encode(draft.telemetry), turn: turn)
    }
    try setup.store.append(
      Turn(
        seq: turn, at: now, inputs: Frame.encode(draft.frames), effects: Frame.encode(effects)))
  }

  /// What these messages said is written down, or they said nothing: the broker may forget them.
  private func markSafe(_ arrivals: [Arrival]) {
    receiver.markSafe(
      arrivals.count { arrival in
        guard case .message(let message) = arrival else { return false }
        return message.qos > 0
      })
  }

  private mutating func act(_ decided: Decided, at now: Timestamp) async throws {
    var batch = decided.messages.map { outgoing in
      // The expiry only saves work; the limit that counts is inside. Never less than a second.
      let left = outgoing.expiresAt.map { max(1, $0.seconds(since: now)) }
      return Message(
        topic: outgoing.topic, payload: outgoing.payload, qos: 1,
        expirySeconds: left.map { UInt32(min($0, 4_000_000_000)) })
    }
    for effect in decided.effects {
      switch effect {
      case .settle(let event):
        if let record = decider.engine.event(event) { agenda.consider(record, decider) }
      case .reject(let rejection, let sender, let about):
        let reply = refusals.count(rejection, from: sender, about: about.rawValue, at: now)
        if let reply { batch.append(reply) }
      case .alarm(let text): setup.logger.warning("\(text)")
      case .answer(let answer, _) where answer.status == .cancelled:
        try returnEscrow(of: decider.engine.event(answer.event).map { [$0] } ?? [])
      case .answer, .notice, .command, .resend, .holdEscrow: break
      }
    }
    try await send(batch)
  }

  /// Sends a batch, with the error replies that wait.
  private mutating func send(_ messages: [Message]) async throws {
    let batch = messages + pendingReplies
    pendingReplies = []
    guard !batch.isEmpty else { return }
    let toGateways = batch.count { $0.topic.hasPrefix("headroom/v1/gw/") }
    controller.shared.withLock { $0.activity.publishedToGateways += toGateways }
    try await sender.publish(batch)
  }
}
