public import Grid

/// An exact fraction of whole numbers of any length.
///
/// It is not reduced while it is carried; `description` is.
public struct Fraction: Comparable, Sendable, CustomStringConvertible {
  /// Above the line, with the sign.
  public let numerator: WideInteger
  /// Below the line, positive.
  public let denominator: WideInteger

  /// A fraction; traps when `denominator` is not positive.
  public init(_ numerator: WideInteger, over denominator: WideInteger) {
    precondition(!denominator.isZero && !denominator.isNegative, "a denominator is positive")
    self.numerator = numerator
    self.denominator = denominator
  }

  /// A fraction; traps when `denominator` is not positive.
  public init(_ numerator: Int128, over denominator: Int128 = 1) {
    self.init(WideInteger(numerator), over: WideInteger(denominator))
  }

  /// An exact amount of an event.
  public init(_ amount: ExactAmount) { self.init(amount.numerator, over: amount.denominator) }

  /// An amount of money in the currency.
  public init(_ money: Money) { self.init(Int128(money.millionths), over: 1_000_000) }

  /// Nothing.
  public static let zero = Fraction(0)

  /// The sum.
  public static func + (a: Fraction, b: Fraction) -> Fraction {
    if a.denominator == b.denominator {
      return Fraction(a.numerator + b.numerator, over: a.denominator)
    }
    return Fraction(
      a.numerator * b.denominator + b.numerator * a.denominator,
      over: a.denominator * b.denominator)
  }

  /// The product.
  public static func * (a: Fraction, b: Fraction) -> Fraction {
    Fraction(a.numerator * b.numerator, over: a.denominator * b.denominator)
  }

  /// The fraction the other way.
  public static prefix func - (a: Fraction) -> Fraction {
    Fraction(-a.numerator, over: a.denominator)
  }

  /// Orders by value.
  public static func < (a: Fraction, b: Fraction) -> Bool {
    a.numerator * b.denominator < b.numerator * a.denominator
  }

  /// Compares values: 1/2 is 2/4.
  public static func == (a: Fraction, b: Fraction) -> Bool {
    a.numerator * b.denominator == b.numerator * a.denominator
  }

  /// The mean of some fractions; nothing for none.
  public static func mean(_ all: [Fraction]) -> Fraction {
    all.reduce(.zero, +) * Fraction(1, over: Int128(max(1, all.count)))
  }

  /// Rounded once to multiples of `unit` millionths, half away from zero; traps when too large.
  public func rounded(unit: Int64) -> Money {
    let size = numerator.magnitude * WideInteger(1_000_000)
    let over = denominator * WideInteger(Int128(unit))
    let (whole, rest) = size.dividing(by: over)
    let units = rest + rest < over ? whole : whole + WideInteger(1)
    guard let count = units.int64 else {
      preconditionFailure("a line fits into 2^63 millionths; the policy's check promised it")
    }
    return Money(millionths: numerator.isNegative ? -count * unit : count * unit)
  }

  /// Rounded once to the currency's minor unit, half away from zero.
  public func rounded(to currency: Currency) -> Money {
    rounded(unit: currency.millionthsPerMinorUnit)
  }

  /// With the smallest denominator.
  public var reduced: Fraction {
    var (a, b) = (numerator.magnitude, denominator)
    while !b.isZero { (a, b) = (b, a.dividing(by: b).remainder) }
    return Fraction(
      numerator.dividing(by: a).quotient, over: denominator.dividing(by: a).quotient)
  }

  /// `numerator/denominator`, reduced.
  public var description: String {
    let short = reduced
    return "\(short.numerator)/\(short.denominator)"
  }
}
