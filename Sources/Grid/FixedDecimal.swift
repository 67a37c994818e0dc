/// Exact decimals as scaled integers: text in, text out, never through a `Double`.
public enum FixedDecimal {
  /// Why a text is not a decimal that fits.
  public enum Fault: Error, Hashable, Sendable {
    /// Not digits with at most one point, one leading minus allowed.
    case notADecimal
    /// More digits after the point than `places`; a trailing zero counts.
    case tooManyPlaces
    /// More than `maximumDigits` digits before the point, or beyond `Int64`.
    case tooLarge
  }

  /// The value of `text` times 10^`places`.
  ///
  /// No exponent, no plus sign, no separator, no bare point (`.5` and `5.` are faults).
  public static func parse(
    _ text: String, places: Int, maximumDigits: Int = 12
  ) throws(Fault) -> Int64 {
    var result: Int128 = 0
    var whole = 0
    var fraction: Int?
    var negative = false
    for (index, byte) in text.utf8.enumerated() {
      switch byte {
      case UInt8(ascii: "-") where index == 0: negative = true
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        result = result * 10 + Int128(byte - UInt8(ascii: "0"))
        if let seen = fraction { fraction = seen + 1 } else { whole += 1 }
        if whole > maximumDigits { throw .tooLarge }
        if let seen = fraction, seen > places { throw .tooManyPlaces }
      case UInt8(ascii: ".") where fraction == nil && whole > 0: fraction = 0
      default: throw .notADecimal
      }
    }
    guard whole > 0, fraction != 0 else { throw .notADecimal }
    for _ in (fraction ?? 0)..<places { result *= 10 }
    guard let value = Int64(exactly: negative ? -result : result) else { throw .tooLarge }
    return value
  }

  /// `scaled` / 10^`places` as text with at least `minimumPlaces` decimals, no others that are 0.
  public static func text(_ scaled: Int64, places: Int, minimumPlaces: Int) -> String {
    text(Int128(scaled), places: places, minimumPlaces: minimumPlaces)
  }

  /// The same for a total.
  public static func text(_ scaled: Int128, places: Int, minimumPlaces: Int) -> String {
    var digits = String(scaled.magnitude)
    while digits.utf8.count <= places { digits = "0" + digits }
    var fraction = digits.suffix(places)
    while fraction.utf8.count > minimumPlaces, fraction.last == "0" { fraction.removeLast() }
    let sign = scaled < 0 ? "-" : ""
    let whole = digits.dropLast(places)
    return fraction.isEmpty ? "\(sign)\(whole)" : "\(sign)\(whole).\(fraction)"
  }
}
