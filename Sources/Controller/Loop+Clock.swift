import Engine
import Grid

extension Loop {
  /// Takes the newest time in a gateway's telemetry as its clock, where the controller's own clock
  /// is one that runs by itself.
  mutating func compareClocks(_ items: [Telemetry], from gateway: GatewayID, at now: Timestamp) {
    guard let newest = items.map(\.at).max(), decider.engine.fleet.isSynced(gateway),
      let milliseconds = setup.clock.realMilliseconds(from: now, to: newest)
    else { return }
    clockWatch.note(gateway, milliseconds: milliseconds, at: now)
  }

  /// Tells the engine when what is known of the clock has changed.
  mutating func judgeClock(into draft: inout TurnDraft, at now: Timestamp) {
    guard let verdict = clockWatch.look(at: now) else { return }
    switch verdict {
    case .right:
      if decider.engine.clockOff != nil {
        draft.note([.clockOff(milliseconds: nil, gateways: 0)])
      }
    case .off(let milliseconds, let gateways):
      if decider.engine.clockOff == nil {
        draft.note([.clockOff(milliseconds: milliseconds, gateways: gateways)])
      }
    }
  }
}
