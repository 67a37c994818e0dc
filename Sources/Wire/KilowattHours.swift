import Grid

/// Kilowatt-hours as decimal text, without a `Double` in between.
enum KilowattHours {
  /// Joules of a kilowatt-hour.
  private static let joules: Int64 = 3_600_000
  /// More of one interval is a mistake of units.
  static let largest: Int64 = 1_000_000
  /// Places after the point that are read.
  static let places = 12

  /// What a text was.
  enum Value {
    case energy(Energy, isRounded: Bool)
    case negative
    case refused
  }

  /// The energy written in `start..<end`: digits, and at most one point with digits on both sides.
  ///
  /// Up to five decimals are exact; more are rounded to a joule, half to even.
  static func read(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Value {
    var place = start
    if place < end, bytes[place] == UInt8(ascii: "-") {
      // Loggers write `-0.0`, which is 0 and tells of no direction.
      guard place + 1 < end, bytes[place + 1] != UInt8(ascii: "-"),
        case .energy(let energy, let isRounded) = read(bytes, start + 1, end)
      else { return .refused }
      return energy == .zero && !isRounded ? .energy(.zero, isRounded: false) : .negative
    }
    var whole: Int64 = 0
    while place < end, (bytes[place] &- UInt8(ascii: "0")) < 10 {
      whole = whole * 10 + Int64(bytes[place] - UInt8(ascii: "0"))
      guard whole <= largest else { return .refused }
      place += 1
    }
    guard place > start else { return .refused }
    guard place < end else { return .energy(Energy(joules: whole * joules), isRounded: false) }
    guard bytes[place] == UInt8(ascii: "."), place + 1 < end, end - place - 1 <= places else {
      return .refused
    }
    var fraction: Int64 = 0
    var unit: Int64 = 1
    for digit in bytes[(place + 1)..<end] {
      guard (digit &- UInt8(ascii: "0")) < 10 else { return .refused }
      fraction = fraction * 10 + Int64(digit - UInt8(ascii: "0"))
      unit *= 10
    }
    guard whole < largest || fraction == 0 else { return .refused }
    guard unit > 100_000 else {
      return .energy(
        Energy(joules: whole * joules + fraction * (joules / unit)), isRounded: false)
    }
    let exact = Int128(fraction) * Int128(joules)
    var rounded = Int64(exact / Int128(unit))
    let twice = (exact % Int128(unit)) * 2
    if twice > Int128(unit) || (twice == Int128(unit) && !rounded.isMultiple(of: 2)) {
      rounded += 1
    }
    return .energy(Energy(joules: whole * joules + rounded), isRounded: twice != 0)
  }

  /// The shortest decimal that `read` turns into the same energy.
  static func text(_ energy: Energy) -> String {
    let whole = energy.joules / joules
    let rest = energy.joules % joules
    // Seven places are finer than a joule (0.36 J), so one of these comes back.
    var unit: Int64 = 1
    for places in 0...7 {
      let scaled = (Int128(rest) * Int128(unit) * 2 + Int128(joules)) / Int128(joules * 2)
      let text = FixedDecimal.text(
        Int128(whole) * Int128(unit) + scaled, places: places, minimumPlaces: 0)
      let bytes = Array(text.utf8)
      if case .energy(let back, _) = read(bytes, 0, bytes.count), back == energy { return text }
      unit *= 10
    }
    preconditionFailure("seven places of a kilowatt-hour are finer than a joule")
  }
}
