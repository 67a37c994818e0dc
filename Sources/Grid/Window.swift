/// A half-open stretch of time: `start` belongs to it, `end` does not.
public struct Window: Hashable, Sendable, CustomStringConvertible {
  /// The first moment.
  public let start: Timestamp
  /// The first moment that no longer belongs to it.
  public let end: Timestamp

  /// A window, or nil when it would be empty.
  public init?(start: Timestamp, end: Timestamp) {
    guard start < end else { return nil }
    self.start = start
    self.end = end
  }

  /// Whole seconds, rounded down.
  public var seconds: Int64 { end.seconds(since: start) }

  /// True when `moment` lies in it.
  public func contains(_ moment: Timestamp) -> Bool { start <= moment && moment < end }

  /// The time that both share, or nil.
  public func intersection(_ other: Window) -> Window? {
    Window(start: max(start, other.start), end: min(end, other.end))
  }

  /// `start/end`, both RFC 3339.
  public var description: String { "\(start)/\(end)" }
}
