/// Real power in whole watts.
///
/// At a site's meter import from the grid is positive and export is negative; a battery's
/// discharge is positive. A device that reports the other way round is turned in `Wire`, at the
/// door, and nowhere else.
public struct Power: Hashable, Comparable, Sendable {
  /// Whole watts.
  public var watts: Int64

  /// A power of `watts`.
  public init(watts: Int64) { self.watts = watts }

  /// Nothing.
  public static let zero = Power(watts: 0)

  /// The energy of this power held for `seconds`; exact, because a watt-second is a joule.
  public func held(forSeconds seconds: Int64) -> Energy { Energy(joules: watts * seconds) }

  /// Orders by amount.
  public static func < (a: Power, b: Power) -> Bool { a.watts < b.watts }
  /// The sum; traps on overflow.
  public static func + (a: Power, b: Power) -> Power { Power(watts: a.watts + b.watts) }
  /// The difference; traps on overflow.
  public static func - (a: Power, b: Power) -> Power { Power(watts: a.watts - b.watts) }
}
