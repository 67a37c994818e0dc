public import Grid

/// The power that a fleet gave during an event, as its batteries said.
public struct CurveFacts: Hashable, Sendable {
  /// One moment.
  public struct Point: Hashable, Sendable {
    /// When.
    public var at: Timestamp
    /// What the commanded batteries gave.
    public var delivered: Power
    /// What was asked for.
    public var target: Power
    /// What was committed.
    public var committed: Power
    /// Commands since the point before.
    public var commands: Int

    /// A point.
    public init(
      at: Timestamp, delivered: Power, target: Power, committed: Power, commands: Int
    ) {
      self.at = at
      self.delivered = delivered
      self.target = target
      self.committed = committed
      self.commands = commands
    }
  }

  /// In the order of time, evenly spaced.
  public var points: [Point]

  /// A curve.
  public init(points: [Point] = []) { self.points = points }
}
