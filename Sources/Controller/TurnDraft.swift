import Engine
import Grid

/// What one turn was told, as the engine takes it and as the logbook keeps it.
struct TurnDraft {
  /// Telemetry first, then everything else in the order in which it came.
  private var reports: [Input] = []
  private var others: [Input] = []
  /// For the logbook.
  private(set) var frames: [Frame] = []
  /// For the telemetry store.
  private(set) var telemetry: [Frame] = []
  /// For the reading store.
  private(set) var records: [MeterRecord] = []

  var inputs: [Input] { reports + others }
  var hasInputs: Bool { !reports.isEmpty || !frames.isEmpty }

  /// Takes what a message came to.
  mutating func take(_ result: Intake.Result, topic: String, payload: [UInt8]) {
    switch result {
    case .inputs(let inputs):
      guard !inputs.isEmpty else { return }
      others += inputs
      frames.append(Frame(.message, topic, payload))
    case .telemetry(let items, let gateway):
      guard !items.isEmpty else { return }
      if telemetry.isEmpty { frames.insert(Frame(.telemetry), at: 0) }
      reports.append(.telemetry(items, from: gateway))
      telemetry.append(Frame(.message, topic, payload))
    case .records(let records): self.records += records
    case .own, .nothing: break
    }
  }

  /// Takes inputs that did not come as messages.
  mutating func note(_ inputs: [Input]) {
    others += inputs
    frames += inputs.map(Decider.frame(of:))
  }

  /// Takes what only the controller itself remembers.
  mutating func note(_ frame: Frame) { frames.append(frame) }

  /// Notes that a settlement run was carried out.
  mutating func note(run: String, of event: EventID) {
    frames.append(Frame(.run, event.text, run))
  }

  /// Notes that a settlement run began, and the last record that it reads.
  mutating func note(begun run: String, of event: EventID, lastRecord: Int64) {
    frames.append(Frame(.begun, event.text, "\(lastRecord) \(run)"))
  }

  /// What follows is told after the engine has answered; it is not among `inputs`.
  mutating func nextStep(_ inputs: [Input]) {
    frames.append(Frame(.nextStep))
    frames += inputs.map(Decider.frame(of:))
  }
}
