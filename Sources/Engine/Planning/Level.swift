/// How far the shares have risen: `watts` / `weight`, an exact fraction.
///
/// A battery's share at a level is its own weight × the level, or its cap if that is less.
struct Level {
  /// Not below 0.
  let watts: Int64
  /// Below 2^61; 0 stands for no level: everybody gets his cap.
  let weight: Int64

  init(watts: Int64, weight: Int64) {
    precondition(weight < 1 << 61, "the weights of a fleet add up to less than 2^61")
    self.watts = watts
    self.weight = weight
  }

  private init() { (watts, weight) = (1, 0) }

  /// No level.
  static let unlimited = Level()

  var isUnlimited: Bool { weight == 0 }

  /// True when a battery has reached its cap.
  @inline(__always)
  func caps(_ capW: Int64, weight own: Int64) -> Bool {
    Self.product(capW, weight) <= Self.product(own, watts)
  }

  /// True when shares of a total weight of `rising` are `rest` watts or more; `rest` is above 0.
  func reaches(_ rest: Int64, weight rising: Int64) -> Bool {
    !isUnlimited && Self.product(rest, weight) <= Self.product(rising, watts)
  }

  /// True when the share of a battery without cap is less than `minimumW`.
  func isBelow(_ minimumW: Int64, weight own: Int64) -> Bool {
    Self.product(own, watts) < Self.product(minimumW, weight)
  }

  /// True when both are the same fraction.
  func isSame(as other: Level) -> Bool {
    Self.product(watts, other.weight) == Self.product(other.watts, weight)
  }

  /// True when this is the higher one of two that are not unlimited.
  func isHigher(than other: Level) -> Bool {
    Self.product(watts, other.weight) > Self.product(other.watts, weight)
  }

  /// The product of two numbers that are not negative.
  @inline(__always)
  private static func product(_ a: Int64, _ b: Int64) -> UInt128 {
    let product = UInt64(bitPattern: a).multipliedFullWidth(by: UInt64(bitPattern: b))
    return UInt128(product.high) << 64 | UInt128(product.low)
  }
}

/// Shares at one level in whole watts, rounded down; exact although it estimates in floating point.
struct LevelShares {
  private let level: Level
  private let ratio: Double

  init(_ level: Level) {
    self.level = level
    ratio = level.isUnlimited ? .infinity : Double(level.watts) / Double(level.weight)
  }

  /// The share without the cap, and whether a fraction is left; a share beyond every possible cap
  /// may come out as any number beyond 2^43.
  @inline(__always)
  func whole(weight: Int64) -> (watts: Int64, hasFraction: Bool) {
    // Below 2^44 the estimate is off by less than 2^-6 W, so its whole watts by one at most. The
    // rest of the division is then below 2^62 and exact even where the products have wrapped.
    let limit: Double = 17_592_186_044_416
    var watts = Int64(min(Double(weight) * ratio, limit))
    var rest = weight &* level.watts &- watts &* level.weight
    if rest < 0 {
      watts -= 1
      rest = rest &+ level.weight
    } else if rest >= level.weight {
      watts += 1
      rest = rest &- level.weight
    }
    return (watts, rest != 0)
  }
}
