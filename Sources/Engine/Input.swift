public import Grid

/// Something that happened, told to the engine in the order in which it became known.
///
/// Whoever tells it has parsed the bytes, checked the signature and the topic's principal. What the
/// engine does not accept leaves as an `Effect.answer` or `Effect.reject` and changes nothing else.
public enum Input: Hashable, Sendable {
  /// A utility's signal; `digest` is of the bytes as received, `signed` is true when an enrolled
  /// key's signature over them was good.
  case signal(GridSignal, from: UtilityID, digest: Digest, signed: Bool)
  /// A gateway's answer to a command or a notice.
  case acknowledgement(Acknowledgement, from: GatewayID)
  /// Reports of batteries.
  case telemetry([Telemetry], from: GatewayID)
  /// A gateway's birth or death.
  case state(GatewayState, of: GatewayID)
  /// What a gateway says of a battery; nil withdraws it, and the battery is not planned.
  case description(BatteryDescription?, BatteryID, of: GatewayID)
  /// An owner's will; nil withdraws it, and the enrolled reserve holds.
  case preference(Preference?, BatteryID, of: GatewayID)
  /// The greatest cost of this revision's plan is covered, or needs no cover.
  case escrowHeld(EventID, revision: Int64)
  /// It is not; `detail` says what is missing.
  case escrowRefused(EventID, revision: Int64, detail: String)
  /// It does not fit into what is left of the programme's budget; `detail` says what is missing.
  case budgetSpent(EventID, revision: Int64, detail: String)
  /// The event is settled and written.
  case settled(EventID, SignalAcknowledgement.Settled)
  /// The storm warnings that stand from now on, all of them.
  case storms([StormWarning])
  /// The controller's clock as many gateways see it: off by so many milliseconds, positive when it
  /// lags behind theirs, or nil when it is right again.
  case clockOff(milliseconds: Int64?, gateways: Int)
  /// The logbook was replayed and its effects were not acted on again: send what is still open.
  case restarted
}
