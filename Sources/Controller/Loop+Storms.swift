import Engine
import Grid
import Logging

extension Loop {
  /// Tells the engine of storm warnings that it does not know yet.
  mutating func watchStorms(into draft: inout TurnDraft, at now: Timestamp) {
    switch stormWatch?.look(at: now) {
    case .content(let warnings):
      guard warnings != decider.engine.fleet.storms else { return }
      setup.logger.notice(
        "storm warnings have changed", metadata: ["standing": "\(warnings.count)"])
      draft.note([.storms(warnings)])
    case .unusable(let reason):
      setup.logger.error("storm warnings are as they were: \(reason)")
    case nil: break
    }
  }
}
