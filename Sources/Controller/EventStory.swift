public import Engine
public import Grid
import Storage
import Wire

/// What the logbook says of one event: decided again, nothing is kept for it.
public struct EventStory: Sendable {
  /// Something that happened, for a person.
  public struct Entry: Hashable, Sendable {
    /// When it was handled.
    public let at: Timestamp
    /// What kind: `signal`, `answer`, `commands`, `correction`, `alarm`, `notice`, `asked`….
    public let kind: String
    /// One line.
    public let text: String
  }

  /// All that is known of the event at the end of the logbook.
  public let record: EventRecord
  /// In the order in which it was handled.
  public internal(set) var entries: [Entry] = []
  /// Commands that were sent for the first time, by gateway, in the order of their names.
  public internal(set) var commands: [(gateway: GatewayID, count: Int)] = []
  /// The row of the home that was asked for, or nil.
  public let row: Int?
  /// Who has a part in the event and never acknowledged its notice, in the order of the fleet.
  public internal(set) var undelivered: [Undelivered] = []

  /// A battery whose notice was not acknowledged.
  public struct Undelivered: Hashable, Sendable {
    /// The battery, as enrolled.
    public let battery: EnrolledBattery
    /// When the notice was first sent; nil when none was.
    public let sentAt: Timestamp?
    /// True once it is too late: no penalty can follow.
    public let isUnnotified: Bool
  }

  /// Every event of the logbook, in the order in which their first signals came.
  public static func events(
    _ configuration: ControllerConfiguration, progress: (Int64, Int64) -> Void = { _, _ in }
  ) throws -> [EventRecord] {
    let (store, telemetry) = try Replay.stores(configuration.dataFolder)
    let all = try store.lastTurn()
    let (decider, _) = try Recovery.replay(
      store: store, telemetry: telemetry, into: try Replay.decider(configuration)
    ) { turn, _, _ in
      if turn.seq & 1_023 == 0 { progress(turn.seq, all) }
      return true
    }
    return decider.engine.events
  }

  /// The story of `event`, and of one battery in it when `battery` is given; nil for an event that
  /// the logbook does not know.
  /// - Throws: `Assembly.Faults` for files and for a battery that is not enrolled, `StoreError` for
  ///   stores, and a fault that names the turn for a damaged logbook.
  public static func read(
    _ configuration: ControllerConfiguration, event: EventID, battery: BatteryID? = nil,
    progress: (Int64, Int64) -> Void = { _, _ in }
  ) throws -> EventStory? {
    let (store, telemetry) = try Replay.stores(configuration.dataFolder)
    let start = try Replay.decider(configuration)
    let row = battery.flatMap { start.engine.fleet.row(of: $0) }
    if let battery, row == nil {
      throw Assembly.Faults(
        lines: ["--battery is \(battery); allowed: a battery of \(configuration.fleetFile)"])
    }
    let all = try store.lastTurn()
    var teller = StoryTeller(event: event, battery: battery)
    let (decider, _) = try Recovery.replay(store: store, telemetry: telemetry, into: start) {
      turn, effects, decider in
      teller.take(turn, effects, decider)
      if turn.seq & 1_023 == 0 { progress(turn.seq, all) }
      return true
    }
    guard let record = decider.engine.event(event) else { return nil }
    var story = EventStory(
      record: record, entries: teller.entries,
      commands: teller.commands.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, row: row)
    story.undelivered = undelivered(record, fleet: decider.engine.fleet.enrolled)
    return story
  }
}

extension EventStory {
  /// Who has a part in an event and never acknowledged its notice, in the order of the fleet.
  static func undelivered(_ record: EventRecord, fleet: [EnrolledBattery]) -> [Undelivered] {
    zip(record.batteries, fleet).compactMap { part, battery in
      guard part.takesPart, part.notice?.acknowledgedAt == nil else { return nil }
      return Undelivered(
        battery: battery, sentAt: part.notice?.sentAt, isUnnotified: part.unnotified)
    }
  }
}

/// Watches the turns of a replay for one event.
struct StoryTeller {
  let event: EventID
  let battery: BatteryID?
  var entries: [EventStory.Entry] = []
  var commands: [GatewayID: Int] = [:]
  private var seen: Set<LongIdentifier> = []
  private var revisions = 0
  private var corrections = 0
  private var plans = 0
  private var frozen: ScheduleLog.Frozen?

  init(event: EventID, battery: BatteryID?) {
    self.event = event
    self.battery = battery
  }

  mutating func take(_ turn: Turn, _ effects: [Frame], _ decider: Decider) {
    if battery != nil { hear(turn, decider) }
    if let record = decider.engine.event(event) { compare(record, at: turn.at) }
    if let found = decider.schedules.frozen[event], found != frozen {
      frozen = found
      say(
        turn.at, "schedules",
        "frozen for \(found.digests.count) sites at gate closure \(found.gate)")
    }
    var sent: [GatewayID: Int] = [:]
    var cancels = 0
    for frame in effects {
      switch frame.kind {
      case .alarm where frame.text.contains(event.text): say(turn.at, "alarm", frame.text)
      case .publish:
        guard let topic = try? Topic(parsing: frame.name) else { continue }
        switch topic {
        case .signalAcknowledgement: sayAnswer(frame.body, at: turn.at)
        case .notice: sayNotices(frame.body, at: turn.at)
        case .command(let gateway):
          for command in news(frame.body) {
            sent[gateway, default: 0] += 1
            if command.action == .cancel { cancels += 1 }
            if command.battery == battery {
              sayCommand(command, at: turn.at)
              sayStanding(decider, at: turn.at)
            }
          }
        case .signal, .acknowledgement, .telemetry, .meter, .state, .battery, .preference, .error,
          .controllerState:
          continue
        }
      default: continue
      }
    }
    guard !sent.isEmpty else { return }
    let count = sent.values.reduce(0, +)
    commands.merge(sent, uniquingKeysWith: +)
    say(
      turn.at, "commands",
      "\(count) to \(sent.count) gateways" + (cancels > 0 ? ", \(cancels) of them cancels" : ""))
  }

  mutating func say(_ at: Timestamp, _ kind: String, _ text: String) {
    entries.append(.init(at: at, kind: kind, text: text))
  }

  /// Commands of this event that were not sent before.
  private mutating func news(_ payload: [UInt8]) -> [Command] {
    guard let envelope = try? CommandCodec.decode(payload) else { return [] }
    return envelope.items.filter { $0.event == event && seen.insert($0.id).inserted }
  }

  /// What is new in the record: revisions, plans, corrections.
  private mutating func compare(_ record: EventRecord, at now: Timestamp) {
    for revision in record.revisions.dropFirst(revisions) {
      let number = revision.signal.revision
      guard let content = revision.signal.content else {
        say(now, "signal", "revision \(number): cancelled")
        continue
      }
      say(now, "signal", "revision \(number): \(content.asked), \(content.window)")
    }
    revisions = record.revisions.count
    for plan in record.plans.dropFirst(plans) {
      say(
        now, "plan",
        "revision \(plan.revision): asked \(plan.plan.requested.watts) W, can hold "
          + "\(plan.plan.committed.watts) W for \(plan.plan.seconds) s")
    }
    plans = record.plans.count
    for correction in record.corrections.dropFirst(corrections) {
      say(
        now, "correction",
        "gave \(correction.measured.watts) W of \(correction.target.watts) W;"
          + " \(correction.silent) silent, \(correction.partial) partial,"
          + " \(correction.heldBack) gateways held back;"
          + " \(correction.changed) setpoints changed for \(correction.planned.watts) W")
    }
    corrections = record.corrections.count
  }

  private mutating func sayAnswer(_ payload: [UInt8], at now: Timestamp) {
    guard let answer = try? SignalAcknowledgementCodec.decode(payload), answer.event == event else {
      return
    }
    var text = answer.status.rawValue
    if let held = answer.commitment {
      text +=
        " \(held.committed.watts) W of \(held.requested.watts) W, \(held.batteries) batteries,"
        + " \(held.skipped) skipped"
    }
    if let settled = answer.settled { text += ", verified \(settled.verifiedWh) Wh" }
    if let rejection = answer.rejection { text += ": \(rejection)" }
    say(now, "answer", text)
  }
}

extension GridSignal.Content {
  /// What is asked, in words.
  var asked: String {
    switch request {
    case .power(let power): "\(power.watts) W"
    case .release(let percent, let basis): "\(percent) % of \(basis.rawValue)"
    case .byLevel: "level \(level)"
    }
  }
}
