public import Grid

/// An exact amount: a whole number over a positive whole number.
///
/// Settlement never rounds a quotient on the way; it carries this until a line is rounded once. It
/// is not reduced while it is carried, because only people and reports need the shortest form.
public struct ExactAmount: Hashable, Sendable, CustomStringConvertible {
  /// Above the line, with the sign.
  public let numerator: Int128
  /// Below the line, positive.
  public let denominator: Int128

  /// An exact amount; traps when `denominator` is not positive.
  public init(_ numerator: Int128, over denominator: Int128) {
    precondition(denominator > 0, "the denominator of an exact amount is positive")
    self.numerator = numerator
    self.denominator = denominator
  }

  /// Nothing.
  public static let zero = ExactAmount(0, over: 1)

  /// The same value with the smallest denominator.
  public var reduced: ExactAmount {
    let divisor = Self.commonDivisor(numerator.magnitude, denominator.magnitude)
    return divisor <= 1
      ? self : ExactAmount(numerator / Int128(divisor), over: denominator / Int128(divisor))
  }

  /// Steps in 64 bits as soon as both sides fit: a report reduces several lines a home.
  private static func commonDivisor(_ a: UInt128, _ b: UInt128) -> UInt128 {
    var (a, b) = (a, b)
    while b != 0, a > UInt64.max || b > UInt64.max { (a, b) = (b, a % b) }
    if b == 0 { return a }
    var (small, smaller) = (UInt64(a), UInt64(b))
    while smaller != 0 { (small, smaller) = (smaller, small % smaller) }
    return UInt128(small)
  }

  /// The same amount the other way.
  public static prefix func - (a: ExactAmount) -> ExactAmount {
    ExactAmount(-a.numerator, over: a.denominator)
  }

  /// This amount of a currency, rounded once to its minor unit, half away from zero.
  ///
  /// 928.125 is 928.13 and -0.005 is -0.01. Traps when the amount does not fit `Money`.
  public func rounded(to currency: Currency) -> Money {
    amount(currency) { whole, remainder, denominator in
      remainder >= denominator - remainder ? whole + 1 : whole
    }
  }

  /// This amount of a currency, rounded away from zero to its minor unit.
  public func roundedUp(to currency: Currency) -> Money {
    amount(currency) { whole, remainder, _ in remainder > 0 ? whole + 1 : whole }
  }

  /// `numerator/denominator`, reduced.
  public var description: String {
    let short = reduced
    return "\(short.numerator)/\(short.denominator)"
  }

  /// Size in minor units by `round(whole, remainder, denominator)`, with the sign put back.
  private func amount(
    _ currency: Currency, round: (UInt128, UInt128, UInt128) -> UInt128
  ) -> Money {
    if numerator == 0 { return .zero }
    let unit = currency.millionthsPerMinorUnit
    // Scaling up would overflow where dividing the denominator is exact, and ours nearly always is.
    let perMinor = Int128(1_000_000 / unit)
    var size = numerator.magnitude
    var over = denominator.magnitude
    if denominator % perMinor == 0 {
      over /= UInt128(perMinor)
    } else {
      size *= UInt128(perMinor)
    }
    let units = round(size / over, size % over, over)
    guard let millionths = Int64(exactly: units * UInt128(unit)) else {
      preconditionFailure("a line fits into 2^63 millionths; the policy's check promised it")
    }
    return Money(millionths: numerator < 0 ? -millionths : millionths)
  }
}
