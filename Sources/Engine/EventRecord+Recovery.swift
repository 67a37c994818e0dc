public import Grid

extension EventRecord {
  /// What was decided about the recharge after an event.
  public struct Recovery: Hashable, Sendable {
    /// The most that the fleet may draw.
    public let limit: Power
    /// The end of the event.
    public let from: Timestamp
    /// Batteries that got a turn.
    public internal(set) var batteries = 0
    /// What they get back.
    public internal(set) var energy = Energy.zero
    /// When the first one may begin.
    public internal(set) var firstTurn: Timestamp?
    /// When the last one may.
    public internal(set) var lastTurn: Timestamp?
    /// When the last one is done.
    public internal(set) var lastEnd: Timestamp
    /// The most that all turns draw together, those of other events too.
    public internal(set) var greatest = Power.zero
    /// Batteries that fit under no limit and go last.
    public internal(set) var unplaced = 0

    init(limit: Power, from: Timestamp) {
      self.limit = limit
      self.from = from
      lastEnd = from
    }
  }

  /// The power that the recovery is measured by: what the last plan in force promised.
  var powerAtTheEnd: Power { plans.last?.plan.committed ?? .zero }
}
