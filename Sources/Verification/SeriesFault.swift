public import Grid

/// Why readings do not make a series.
public enum SeriesFault: Hashable, Sendable {
  /// There is nothing to build from.
  case noReadings
  /// A reading of another meter is among them.
  case otherMeter(found: MeterID, expected: MeterID)
  /// A reading is longer than the interval; seconds.
  case intervalTooCoarse(window: Window, needed: Int64)
  /// Two readings of one window differ; which is right is not for us to say.
  case conflict(Window)
  /// Two readings overlap without being the same window.
  case overlap(Window, Window)
  /// From the first reading to the last there are more intervals than are held in memory.
  case tooLong(intervals: Int64, allowed: Int64)

  /// One sentence for a person.
  public var sentence: String {
    switch self {
    case .noReadings: "There are no readings."
    case .otherMeter(let found, let expected):
      "A reading is of meter \(found); all must be of \(expected)."
    case .intervalTooCoarse(let window, let needed):
      "The reading \(window) is \(window.seconds) s long; at most \(needed) s is allowed."
    case .conflict(let window): "Two readings of \(window) differ."
    case .overlap(let first, let second): "The readings \(first) and \(second) overlap."
    case .tooLong(let intervals, let allowed):
      "The readings span \(intervals) intervals; at most \(allowed) are allowed."
    }
  }
}

/// All faults of one set of readings, in order of time.
public struct SeriesFaults: Error, Hashable, Sendable {
  /// At least one.
  public let faults: [SeriesFault]

  /// Faults; at least one.
  public init(faults: [SeriesFault]) {
    precondition(!faults.isEmpty, "without a fault there is nothing to throw")
    self.faults = faults
  }
}
