/// A currency: its ISO 4217 code and the digits of its minor unit.
public struct Currency: Hashable, Sendable {
  /// Three capital letters.
  public let code: String
  /// Decimals in which it is paid, 0…6; USD 2, JPY 0.
  public let digits: Int

  /// A currency, or nil when the code is not three capital letters or `digits` not 0…6.
  public init?(code: String, digits: Int) {
    guard code.utf8.count == 3, code.utf8.allSatisfy({ (65...90).contains($0) }),
      (0...6).contains(digits)
    else { return nil }
    self.code = code
    self.digits = digits
  }

  /// Millionths in one minor unit: 10,000 for two digits.
  public var millionthsPerMinorUnit: Int64 {
    var unit: Int64 = 1
    for _ in digits..<6 { unit *= 10 }
    return unit
  }
}

/// An amount of money in millionths of its currency, which the holder knows.
public struct Money: Hashable, Comparable, Sendable {
  /// Millionths of the currency.
  public var millionths: Int64

  /// An amount of `millionths`.
  public init(millionths: Int64) { self.millionths = millionths }

  /// Nothing.
  public static let zero = Money(millionths: 0)

  /// Orders by amount.
  public static func < (a: Money, b: Money) -> Bool { a.millionths < b.millionths }
  /// The sum; traps on overflow.
  public static func + (a: Money, b: Money) -> Money {
    Money(millionths: a.millionths + b.millionths)
  }
  /// The difference; traps on overflow.
  public static func - (a: Money, b: Money) -> Money {
    Money(millionths: a.millionths - b.millionths)
  }
  /// The same amount the other way.
  public static prefix func - (a: Money) -> Money { Money(millionths: -a.millionths) }

  /// Decimal text with at least the digits of the minor unit: `2.70`, `-0.004500` as `-0.0045`.
  public func text(in currency: Currency) -> String {
    FixedDecimal.text(millionths, places: 6, minimumPlaces: currency.digits)
  }
}
