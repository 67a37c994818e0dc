public import Grid

extension EventRecord {
  /// The fleet at one moment of an event, as its batteries said: it steers and shows, and never
  /// pays.
  public struct CurvePoint: Hashable, Sendable {
    /// The first moment, then multiples of `Timing.curveSeconds`.
    public let at: Timestamp
    /// What the commanded batteries gave, by their last reports; who was not heard from for
    /// `Timing.heardSeconds` counts as nothing.
    public let delivered: Power
    /// What the utility asked for.
    public let target: Power
    /// What was committed.
    public let committed: Power
    /// Commands and cancels since the point before.
    public let commands: Int
  }
}
