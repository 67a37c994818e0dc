import Grid
import Storage

/// Brings a decider to where the logbook ends.
enum Recovery {
  /// Why a logbook cannot be replayed.
  enum Fault: Error, Hashable, CustomStringConvertible {
    /// Bytes of a turn that are not frames.
    case damaged(turn: Int64)
    /// The turn names telemetry that its store does not have.
    case telemetryMissing(turn: Int64)

    var description: String {
      switch self {
      case .damaged(let turn): "turn \(turn) of the logbook is damaged"
      case .telemetryMissing(let turn):
        "the telemetry of turn \(turn) is missing; restore the readings database beside the logbook"
      }
    }
  }

  /// Replays every turn.
  /// - Parameter compare: Is given each turn, the effects decided now and the decider after it; false
  ///   ends the replay.
  static func replay(
    store: some LogbookStore, telemetry: some TelemetryStore, into decider: Decider,
    compare: (Turn, [Frame], Decider) -> Bool = { _, _, _ in true }
  ) throws -> (decider: Decider, lastTurn: Int64) {
    var decider = decider
    var last: Int64 = 0
    var fault: (any Error)?
    try store.turns(after: 0) { turn in
      guard let frames = Frame.decode(turn.inputs) else {
        fault = Fault.damaged(turn: turn.seq)
        return false
      }
      var reports: [Frame] = []
      if frames.contains(where: { $0.kind == .telemetry }) {
        do {
          guard let bytes = try telemetry.telemetry(turn: turn.seq) else {
            fault = Fault.telemetryMissing(turn: turn.seq)
            return false
          }
          guard let decoded = Frame.decode(bytes) else {
            fault = Fault.damaged(turn: turn.seq)
            return false
          }
          reports = decoded
        } catch {
          fault = error
          return false
        }
      }
      let effects = decider.replay(frames, telemetry: reports, at: turn.at)
      last = turn.seq
      return compare(turn, effects, decider)
    }
    if let fault { throw fault }
    return (decider, last)
  }
}
