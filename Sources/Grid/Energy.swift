/// An amount of energy, in whole joules.
///
/// A watt held for a second is a joule, so nothing here rounds: 1 Wh is 3,600 J and 0.00001 kWh is
/// 36 J. The name of a variable says which way the energy flows.
public struct Energy: Hashable, Comparable, Sendable {
  /// Whole joules; negative only where the name of the variable allows it.
  public var joules: Int64

  /// An energy of `joules`.
  public init(joules: Int64) { self.joules = joules }

  /// An energy of whole watt-hours; traps beyond ±2.5 × 10^15 Wh.
  public init(wattHours: Int64) { joules = wattHours * 3_600 }

  /// Nothing.
  public static let zero = Energy(joules: 0)

  /// Whole watt-hours, rounded toward negative infinity.
  public var wattHoursRoundedDown: Int64 {
    joules >= 0 ? joules / 3_600 : -((-joules + 3_599) / 3_600)
  }

  /// The constant power that gives this energy in `seconds`, rounded toward zero to whole watts.
  public func power(overSeconds seconds: Int64) -> Power { Power(watts: joules / seconds) }

  /// Orders by amount.
  public static func < (a: Energy, b: Energy) -> Bool { a.joules < b.joules }
  /// The sum; traps on overflow.
  public static func + (a: Energy, b: Energy) -> Energy { Energy(joules: a.joules + b.joules) }
  /// The difference; traps on overflow.
  public static func - (a: Energy, b: Energy) -> Energy { Energy(joules: a.joules - b.joules) }
  /// Adds in place; traps on overflow.
  public static func += (a: inout Energy, b: Energy) { a.joules += b.joules }
}
