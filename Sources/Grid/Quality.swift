/// How much a reading can be trusted, best first; combining takes the worst.
public enum Quality: UInt8, Hashable, Comparable, Sendable, CaseIterable {
  /// Measured.
  case actual
  /// Replaced or approved by a person, or the market's final substitute.
  case edited
  /// Estimated by the sender or by us.
  case estimated
  /// No value. It is never zero.
  case missing

  /// Better sorts before worse.
  public static func < (a: Quality, b: Quality) -> Bool { a.rawValue < b.rawValue }

  /// The letter of the meters CSV and the wire: `A`, `E` (also for edited) or `M`.
  public var letter: String {
    switch self {
    case .actual: "A"
    case .edited, .estimated: "E"
    case .missing: "M"
    }
  }
}
