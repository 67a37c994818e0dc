/// An exact fraction in lowest terms; the denominator is positive.
public struct Fraction: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Above the line.
  public let numerator: Int128
  /// Below the line.
  public let denominator: Int128

  /// `numerator` / `denominator`, reduced; the denominator must not be 0.
  public init(_ numerator: Int128, _ denominator: Int128 = 1) {
    precondition(denominator != 0, "a denominator is not zero")
    let divisor = Int128(
      greatestCommonDivisor(numerator.magnitude, denominator.magnitude))
    let sign: Int128 = denominator < 0 ? -1 : 1
    self.numerator = sign * numerator / divisor
    self.denominator = sign * denominator / divisor
  }

  /// Orders by value; cross-multiplied, so traps where a product leaves 128 bits.
  public static func < (a: Fraction, b: Fraction) -> Bool {
    a.numerator * b.denominator < b.numerator * a.denominator
  }

  /// The greatest whole number that is not above it.
  public var roundedDown: Int64 { floorDivide(numerator, denominator) }

  /// `11/10`, or `3` when it is whole.
  public var description: String {
    denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)"
  }
}

/// The greatest whole number that divides both; 0 only for two zeros.
func greatestCommonDivisor(_ a: UInt128, _ b: UInt128) -> UInt128 {
  var a = a
  var b = b
  // A 128-bit division costs tens of a 64-bit one, so leave the wide loop as soon as both fit.
  while b != 0, a > UInt128(UInt64.max) || b > UInt128(UInt64.max) { (a, b) = (b, a % b) }
  if b == 0 { return a }
  var x = UInt64(a)
  var y = UInt64(b)
  while y != 0 { (x, y) = (y, x % y) }
  return UInt128(x)
}

/// `a` / `b` rounded toward negative infinity; `b` is positive.
func floorDivide(_ a: Int128, _ b: Int128) -> Int64 {
  if let a = Int64(exactly: a), let b = Int64(exactly: b) {
    let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
    return remainder < 0 ? quotient - 1 : quotient
  }
  let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
  return Int64(remainder < 0 ? quotient - 1 : quotient)
}

/// `a` / `b` rounded toward positive infinity; `b` is positive.
func ceilingDivide(_ a: Int128, _ b: Int128) -> Int64 { -floorDivide(-a, b) }
