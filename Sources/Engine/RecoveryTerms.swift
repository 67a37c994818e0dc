public import Grid

extension DispatchTerms {
  /// `dispatch.recovery` with mode `limited`: how batteries recharge after an event.
  public struct RecoveryTerms: Hashable, Sendable {
    /// Greatest recharge of the fleet in percent of the event's power, 1…500.
    public var percentOfEvent: Int64
    /// Greatest recharge of the fleet; the lower of both holds. Nil is no limit of its own.
    public var fleetLimit: Power?
    /// Nobody recharges earlier than this after the end, 0…720.
    public var startAfterMinutes: Int64
    /// Then the starts are spread over at least this time, 0…720.
    public var spreadMinutes: Int64

    /// Terms of recovery.
    public init(
      percentOfEvent: Int64 = 50, fleetLimit: Power? = nil, startAfterMinutes: Int64 = 15,
      spreadMinutes: Int64 = 30
    ) {
      self.percentOfEvent = percentOfEvent
      self.fleetLimit = fleetLimit
      self.startAfterMinutes = startAfterMinutes
      self.spreadMinutes = spreadMinutes
    }

    /// The most that a fleet may draw after an event of `power`, rounded down to a watt.
    func limit(after power: Power) -> Power {
      let share = Power(watts: Int64(Int128(power.watts) * Int128(percentOfEvent) / 100))
      return fleetLimit.map { min(share, $0) } ?? share
    }
  }
}
