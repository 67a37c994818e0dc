import Grid
import Settlement

/// Text under construction, as bytes: a report of 50,000 homes needs no `String` for each cell.
struct TextBytes {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
  mutating func append(_ byte: UInt8) { bytes.append(byte) }
  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  mutating func append(_ number: Int64) {
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    digits(number.magnitude, width: 1)
  }

  /// `scaled` / 10^`places`, at least `minimum` decimals and no others that are 0.
  mutating func append(_ scaled: Int64, places: Int, minimum: Int) {
    if scaled < 0 { bytes.append(UInt8(ascii: "-")) }
    var unit: UInt64 = 1
    for _ in 0..<places { unit *= 10 }
    let (whole, rest) = scaled.magnitude.quotientAndRemainder(dividingBy: unit)
    digits(whole, width: 1)
    var fraction = rest
    var width = places
    while width > minimum, fraction % 10 == 0 {
      fraction /= 10
      width -= 1
    }
    if width == 0 { return }
    bytes.append(UInt8(ascii: "."))
    digits(fraction, width: width)
  }

  /// Decimal money, as `Money.text(in:)` writes it.
  mutating func append(_ money: Money, _ currency: Currency) {
    append(money.millionths, places: 6, minimum: currency.digits)
  }

  private mutating func digits(_ number: UInt64, width: Int) {
    var left = number
    var count = 0
    let start = bytes.count
    while left > 0 || count < width {
      bytes.append(UInt8(ascii: "0") + UInt8(left % 10))
      left /= 10
      count += 1
    }
    bytes[start...].reverse()
  }
}

/// Exact fractions as text.
enum ExactText {
  /// A decimal where one exists within 18 places, else `numerator/denominator`, reduced.
  static func text(_ fraction: ExactAmount) -> String {
    let short = fraction.reduced
    var rest = short.denominator
    var places = 0
    var scaled = short.numerator
    while rest % 10 == 0 { (rest, places) = (rest / 10, places + 1) }
    while rest % 2 == 0 { (rest, places, scaled) = (rest / 2, places + 1, scaled * 5) }
    while rest % 5 == 0 { (rest, places, scaled) = (rest / 5, places + 1, scaled * 2) }
    if rest != 1 || places > 18 { return short.description }
    return FixedDecimal.text(scaled, places: places, minimumPlaces: 0)
  }

  /// Nine decimals at most, rounded half away from zero: for the eye, a hundredth of a joule.
  static func nine(_ fraction: ExactAmount) -> Int64 {
    let scaled = fraction.numerator * 1_000_000_000
    let (whole, rest) = scaled.quotientAndRemainder(dividingBy: fraction.denominator)
    let up = rest.magnitude * 2 >= fraction.denominator.magnitude
    return Int64(whole) + (up ? (scaled < 0 ? -1 : 1) : 0)
  }
}
