import Engine
import Grid
import Wire

/// The deterministic half of the controller: intake and engine.
///
/// A turn consists of steps: what came from outside, then what the ledger answered, until nothing
/// more is asked. Live turns and replayed ones go through the same two verbs.
struct Decider: Sendable {
  private(set) var engine: Engine
  let intake: Intake
  /// Items that a gateway takes in one envelope, where it is more than one.
  private(set) var batchLimits: [GatewayID: Int] = [:]
  /// Settlement runs that were carried out, `event/run`.
  private(set) var runsDone: Set<String> = []
  /// The last record that a settlement run reads, by `event/run`: a run that is carried out again
  /// after a crash posts the same.
  private(set) var readsUpTo: [String: Int64] = [:]
  /// Schedules that sites declared.
  private(set) var schedules = ScheduleLog()

  init(engine: Engine, intake: Intake) {
    self.engine = engine
    self.intake = intake
  }

  /// Tells the engine one step and returns what it decided.
  mutating func tell(_ inputs: [Input], at now: Timestamp) -> [Effect] {
    for case .state(let state, let gateway) in inputs {
      if let birth = state.birth, birth.maxBatch > 1 {
        batchLimits[gateway] = birth.maxBatch
      } else {
        batchLimits[gateway] = nil
      }
    }
    return engine.handle(inputs, at: now)
  }

  /// Remembers that a run was carried out.
  mutating func noteRun(event: EventID, name: String) {
    runsDone.insert("\(event)/\(name)")
    schedules.noteDone("\(event)/\(name)")
  }

  /// Takes a frame of schedules.
  mutating func note(_ frame: Frame) { schedules.take(frame) }

  /// Remembers that a run began, and the last record that it reads.
  mutating func noteBegun(event: EventID, name: String, lastRecord: Int64) {
    readsUpTo["\(event)/\(name)"] = lastRecord
    schedules.noteBegun("\(event)/\(name)")
  }

  /// The last record that a run reads; nil when it never began.
  func lastRecord(event: EventID, name: String) -> Int64? { readsUpTo["\(event)/\(name)"] }

  func hasRun(event: EventID, name: String) -> Bool { runsDone.contains("\(event)/\(name)") }

  /// Decides a recorded turn again.
  /// - Parameter telemetry: The turn's telemetry frames, from their own store.
  /// - Returns: The effects as the logbook would hold them.
  mutating func replay(
    _ frames: [Frame], telemetry: [Frame], at now: Timestamp
  ) -> [Frame] {
    var inputs: [Input] = []
    var effects: [Frame] = []
    for frame in telemetry { inputs += self.inputs(of: frame, at: now) }
    for frame in frames {
      switch frame.kind {
      case .nextStep:
        effects += self.frames(for: tell(inputs, at: now))
        inputs = []
      case .run:
        if let event = EventID(frame.name) { noteRun(event: event, name: frame.text) }
      case .begun:
        let words = frame.text.split(separator: " ").map(String.init)
        guard let event = EventID(frame.name), words.count == 2, let last = Int64(words[0]) else {
          preconditionFailure("the logbook's own frame of \(frame.name) is damaged")
        }
        noteBegun(event: event, name: words[1], lastRecord: last)
      case .schedules, .frozen: note(frame)
      default: inputs += self.inputs(of: frame, at: now)
      }
    }
    effects += self.frames(for: tell(inputs, at: now))
    return effects
  }

  /// What a recorded frame tells the engine.
  private func inputs(of frame: Frame, at now: Timestamp) -> [Input] {
    switch frame.kind {
    case .message:
      let outcome = intake.read(
        topic: frame.name, payload: frame.body, retained: false, at: now)
      switch outcome.result {
      case .inputs(let inputs): return inputs
      case .telemetry(let items, let gateway): return [.telemetry(items, from: gateway)]
      case .records, .own, .nothing: return []
      }
    case .escrowHeld, .escrowRefused, .budgetSpent, .settled, .restarted, .clock, .storms:
      return [Self.input(of: frame)]
    case .telemetry, .nextStep, .run, .begun, .schedules, .frozen, .publish, .holdEscrow, .settle,
      .reject, .alarm:
      return []
    }
  }

  // MARK: The controller's own inputs as frames

  /// The frame of an input that did not come as a message.
  static func frame(of input: Input) -> Frame {
    switch input {
    case .escrowHeld(let event, let revision): Frame(.escrowHeld, event.text, "\(revision)")
    case .escrowRefused(let event, let revision, let detail):
      Frame(.escrowRefused, event.text, "\(revision) \(detail)")
    case .budgetSpent(let event, let revision, let detail):
      Frame(.budgetSpent, event.text, "\(revision) \(detail)")
    case .settled(let event, let settled):
      Frame(.settled, event.text, "\(settled.verifiedWh) \(settled.treeSize) \(settled.root)")
    case .clockOff(let milliseconds, let gateways):
      Frame(.clock, "", "\(milliseconds.map(String.init) ?? "right") \(gateways)")
    case .storms(let warnings): Frame(.storms, "", StormsFile.encode(warnings))
    case .restarted: Frame(.restarted)
    case .signal, .acknowledgement, .telemetry, .state, .description, .preference:
      preconditionFailure("a message is kept as its bytes")
    }
  }

  private static func input(of frame: Frame) -> Input {
    if frame.kind == .restarted { return .restarted }
    if frame.kind == .storms {
      do { return .storms(try StormsFile.parse(frame.body, file: "logbook")) } catch {
        preconditionFailure("the logbook's own storm warnings are damaged: \(error)")
      }
    }
    if frame.kind == .clock {
      let words = frame.text.split(separator: " ")
      guard words.count == 2, let gateways = Int(words[1]) else {
        preconditionFailure("the logbook's own frame of the clock is damaged")
      }
      return .clockOff(milliseconds: Int64(words[0]), gateways: gateways)
    }
    let words = frame.text.split(separator: " ", maxSplits: 1).map(String.init)
    guard let event = EventID(frame.name), let first = words.first, let number = Int64(first) else {
      preconditionFailure("the logbook's own frame of \(frame.name) is damaged")
    }
    let rest = words.count > 1 ? words[1] : ""
    switch frame.kind {
    case .escrowHeld: return .escrowHeld(event, revision: number)
    case .escrowRefused: return .escrowRefused(event, revision: number, detail: rest)
    case .budgetSpent: return .budgetSpent(event, revision: number, detail: rest)
    default:
      let parts = rest.split(separator: " ")
      guard parts.count == 2, let size = Int64(parts[0]), let root = Digest(hex: String(parts[1]))
      else { preconditionFailure("the logbook's settlement of \(event) is damaged") }
      return .settled(event, .init(verifiedWh: number, treeSize: size, root: root))
    }
  }
}
