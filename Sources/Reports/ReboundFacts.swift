public import Grid

/// What homes drew in the hours after an event, beside what they usually draw then.
public struct ReboundFacts: Hashable, Sendable {
  /// One hour.
  public struct Hour: Hashable, Sendable {
    /// When.
    public var window: Window
    /// Homes that were measured in all of it, and have a baseline for it.
    public var homes: Int
    /// What they would have drawn, by the event's baseline.
    public var expected: Energy
    /// What they drew.
    public var actual: Energy

    /// An hour.
    public init(window: Window, homes: Int, expected: Energy, actual: Energy) {
      self.window = window
      self.homes = homes
      self.expected = expected
      self.actual = actual
    }

    /// What came back of what the event took away; below zero where they drew less.
    public var excess: Energy { actual - expected }
  }

  /// In the order of time, from the end of the event.
  public var hours: [Hour]

  /// Hours after an event.
  public init(hours: [Hour]) { self.hours = hours }
}
