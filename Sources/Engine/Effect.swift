public import Grid

/// Something to do, decided by the engine; in the order in which it shall be done.
public enum Effect: Hashable, Sendable {
  /// What of a sender's messages a rejection is about; the last part of the topic.
  public enum About: String, Hashable, Sendable, CaseIterable {
    /// A utility's signals.
    case native
    /// A gateway's acknowledgements.
    case ack
    /// Its telemetry.
    case tele
    /// Its births and deaths.
    case state
    /// Its batteries' descriptions.
    case battery
    /// Its owners' preferences.
    case pref
  }

  /// Answer a utility.
  case answer(SignalAcknowledgement, to: UtilityID)
  /// Send a notice; the same again when nobody acknowledged it.
  case notice(Notice, to: GatewayID)
  /// Send a command for the first time.
  case command(Command, to: GatewayID)
  /// Send the same bytes again.
  case resend(Command, to: GatewayID)
  /// Cover the greatest cost of the revision's plan (`EventRecord.pendingPlan`), then tell
  /// `Input.escrowHeld`, `Input.escrowRefused` or `Input.budgetSpent`; holding the same again must
  /// change nothing.
  case holdEscrow(EventID, revision: Int64)
  /// The event is over and every battery had time to ramp back: measure and settle it.
  case settle(EventID)
  /// Count it and, where the contract has an error reply, send one; nothing else happened. `from`
  /// is the sender's name.
  case reject(Rejection, from: String, about: About)
  /// Show a person.
  case alarm(String)
}
