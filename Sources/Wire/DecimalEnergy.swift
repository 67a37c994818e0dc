import Grid

/// Energies as other formats write them: a decimal in some unit, without a `Double` in between.
enum DecimalEnergy {
  /// Longest number that is read.
  static let characters = 24

  /// The joules of `text` times `joulesPerUnit`, rounded half to even; nil when it is no number.
  ///
  /// Digits with at most one point (or comma where `allowsComma`), a leading minus; no exponent, no
  /// separator, no unit.
  static func read(
    _ text: some StringProtocol, joulesPerUnit: Int64, allowsComma: Bool = false
  ) -> (joules: Int64, isRounded: Bool)? {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, bytes.count <= characters else { return nil }
    let isNegative = bytes[0] == UInt8(ascii: "-")
    var digits: Int128 = 0
    var scale: Int128 = 1
    var count = 0
    var hasPoint = false
    for byte in bytes.dropFirst(isNegative ? 1 : 0) {
      if byte == UInt8(ascii: ".") || allowsComma && byte == UInt8(ascii: ",") {
        guard !hasPoint, count > 0 else { return nil }
        hasPoint = true
        continue
      }
      guard (byte &- UInt8(ascii: "0")) < 10 else { return nil }
      digits = digits * 10 + Int128(byte - UInt8(ascii: "0"))
      if hasPoint { scale *= 10 }
      count += 1
    }
    guard count > 0, bytes.last.map({ $0 &- UInt8(ascii: "0") < 10 }) == true else { return nil }
    return rounded(digits * Int128(joulesPerUnit), scale, isNegative)
  }

  /// `value` / `scale` half to even; nil beyond what an interval may hold.
  static func rounded(
    _ value: Int128, _ scale: Int128, _ isNegative: Bool
  ) -> (joules: Int64, isRounded: Bool)? {
    var whole = value / scale
    let twice = (value % scale) * 2
    if twice > scale || twice == scale && whole % 2 == 1 { whole += 1 }
    guard whole <= Int128(KilowattHours.largest) * 3_600_000 else { return nil }
    return (isNegative ? -Int64(whole) : Int64(whole), twice != 0)
  }
}
