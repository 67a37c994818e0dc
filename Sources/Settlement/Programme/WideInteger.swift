/// A whole number of any length.
///
/// The mean of sixty quotients with sixty different commitments has a denominator of thousands of
/// bits. Settlement carries such means out exactly here, and nowhere else.
public struct WideInteger: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Without sign, least significant first, no zero at the end.
  private var limbs: [UInt32]
  /// True below zero; zero is not negative.
  public private(set) var isNegative: Bool

  private init(limbs: [UInt32], isNegative: Bool) {
    var limbs = limbs
    while limbs.last == 0 { limbs.removeLast() }
    self.limbs = limbs
    self.isNegative = isNegative && !limbs.isEmpty
  }

  /// The same number.
  public init(_ value: Int128) {
    var rest = value.magnitude
    var limbs: [UInt32] = []
    while rest != 0 {
      limbs.append(UInt32(truncatingIfNeeded: rest))
      rest >>= 32
    }
    self.init(limbs: limbs, isNegative: value < 0)
  }

  /// Nothing.
  public static let zero = WideInteger(limbs: [], isNegative: false)

  /// True for zero.
  public var isZero: Bool { limbs.isEmpty }

  /// The number without its sign.
  public var magnitude: WideInteger { WideInteger(limbs: limbs, isNegative: false) }

  /// The same number in 64 bits, or nil.
  public var int64: Int64? {
    guard limbs.count <= 2 else { return nil }
    let size = limbs.enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (32 * $1.offset) }
    return isNegative ? Int64(exactly: -Int128(size)) : Int64(exactly: size)
  }

  /// The same number in 128 bits, or nil.
  public var int128: Int128? {
    guard limbs.count <= 4 else { return nil }
    let size = limbs.enumerated().reduce(UInt128(0)) {
      $0 | UInt128($1.element) << (32 * $1.offset)
    }
    guard let value = Int128(exactly: size) else { return nil }
    return isNegative ? -value : value
  }

  /// The number the other way.
  public static prefix func - (a: WideInteger) -> WideInteger {
    WideInteger(limbs: a.limbs, isNegative: !a.isNegative)
  }

  /// The sum.
  public static func + (a: WideInteger, b: WideInteger) -> WideInteger {
    if a.isNegative == b.isNegative {
      return WideInteger(limbs: sum(a.limbs, b.limbs), isNegative: a.isNegative)
    }
    return isLess(a.limbs, b.limbs)
      ? WideInteger(limbs: rest(b.limbs, a.limbs), isNegative: b.isNegative)
      : WideInteger(limbs: rest(a.limbs, b.limbs), isNegative: a.isNegative)
  }

  /// The difference.
  public static func - (a: WideInteger, b: WideInteger) -> WideInteger { a + -b }

  /// The product.
  public static func * (a: WideInteger, b: WideInteger) -> WideInteger {
    if a.isZero || b.isZero { return .zero }
    var limbs = [UInt32](repeating: 0, count: a.limbs.count + b.limbs.count)
    for (place, left) in a.limbs.enumerated() {
      var carry: UInt64 = 0
      for (other, right) in b.limbs.enumerated() {
        let value = UInt64(left) * UInt64(right) + UInt64(limbs[place + other]) + carry
        limbs[place + other] = UInt32(truncatingIfNeeded: value)
        carry = value >> 32
      }
      limbs[place + b.limbs.count] = UInt32(carry)
    }
    return WideInteger(limbs: limbs, isNegative: a.isNegative != b.isNegative)
  }

  /// Orders by value.
  public static func < (a: WideInteger, b: WideInteger) -> Bool {
    if a.isNegative != b.isNegative { return a.isNegative }
    return a.isNegative ? isLess(b.limbs, a.limbs) : isLess(a.limbs, b.limbs)
  }

  /// Quotient towards zero and the remainder with the sign of `self`; traps for a zero divisor.
  public func dividing(by divisor: WideInteger) -> (quotient: WideInteger, remainder: WideInteger) {
    precondition(!divisor.isZero, "nothing is divided by zero")
    let (quotient, remainder) = Self.divide(limbs, divisor.limbs)
    return (
      WideInteger(limbs: quotient, isNegative: isNegative != divisor.isNegative),
      WideInteger(limbs: remainder, isNegative: isNegative)
    )
  }

  /// In decimal digits.
  public var description: String {
    if isZero { return "0" }
    var groups: [String] = []
    var rest = limbs
    while !rest.isEmpty {
      var carry: UInt64 = 0
      for place in rest.indices.reversed() {
        let value = carry << 32 | UInt64(rest[place])
        rest[place] = UInt32(value / 1_000_000_000)
        carry = value % 1_000_000_000
      }
      while rest.last == 0 { rest.removeLast() }
      let text = String(carry)
      groups.append(
        rest.isEmpty ? text : String(repeating: "0", count: 9 - text.count) + text)
    }
    return (isNegative ? "-" : "") + groups.reversed().joined()
  }

  private static func isLess(_ a: [UInt32], _ b: [UInt32]) -> Bool {
    if a.count != b.count { return a.count < b.count }
    for place in a.indices.reversed() where a[place] != b[place] { return a[place] < b[place] }
    return false
  }

  private static func sum(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
    var limbs: [UInt32] = []
    limbs.reserveCapacity(max(a.count, b.count) + 1)
    var carry: UInt64 = 0
    for place in 0..<max(a.count, b.count) {
      let value =
        UInt64(place < a.count ? a[place] : 0) + UInt64(place < b.count ? b[place] : 0) + carry
      limbs.append(UInt32(truncatingIfNeeded: value))
      carry = value >> 32
    }
    limbs.append(UInt32(carry))
    return limbs
  }

  /// `a` less `b`, which is not greater.
  private static func rest(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
    var limbs = a
    var borrow: Int64 = 0
    for place in a.indices {
      var value = Int64(a[place]) - Int64(place < b.count ? b[place] : 0) - borrow
      borrow = value < 0 ? 1 : 0
      if value < 0 { value += 1 << 32 }
      limbs[place] = UInt32(value)
    }
    return limbs
  }

  /// Long division in base 2^32. Source: Knuth, The Art of Computer Programming 2, 4.3.1 D.
  private static func divide(_ a: [UInt32], _ b: [UInt32]) -> ([UInt32], [UInt32]) {
    if isLess(a, b) { return ([], a) }
    if b.count == 1 {
      var quotient = a
      var carry: UInt64 = 0
      for place in a.indices.reversed() {
        let value = carry << 32 | UInt64(a[place])
        quotient[place] = UInt32(value / UInt64(b[0]))
        carry = value % UInt64(b[0])
      }
      return (quotient, [UInt32(carry)])
    }
    let shift = UInt64(b[b.count - 1].leadingZeroBitCount)
    let divisor = shifted(b, left: shift)
    var rest = shifted(a, left: shift)
    if rest.count == a.count { rest.append(0) }
    let length = b.count
    let top = UInt64(divisor[length - 1])
    let second = UInt64(divisor[length - 2])
    var quotient = [UInt32](repeating: 0, count: rest.count - length)
    for place in quotient.indices.reversed() {
      let high = UInt64(rest[place + length]) << 32 | UInt64(rest[place + length - 1])
      var guess = high / top
      var left = high % top
      while guess >> 32 != 0 || guess * second > left << 32 | UInt64(rest[place + length - 2]) {
        guess -= 1
        left += top
        if left >> 32 != 0 { break }
      }
      if subtract(divisor, times: guess, from: &rest, at: place) {
        guess -= 1
        add(divisor, to: &rest, at: place)
      }
      quotient[place] = UInt32(guess)
    }
    return (quotient, shifted(Array(rest[..<length]), right: shift))
  }

  private static func subtract(
    _ b: [UInt32], times factor: UInt64, from a: inout [UInt32], at start: Int
  ) -> Bool {
    var borrow: Int64 = 0
    var carry: UInt64 = 0
    for place in 0...b.count {
      let product = (place < b.count ? UInt64(b[place]) * factor : 0) + carry
      carry = product >> 32
      var value = Int64(a[start + place]) - Int64(product & 0xFFFF_FFFF) - borrow
      borrow = value < 0 ? 1 : 0
      if value < 0 { value += 1 << 32 }
      a[start + place] = UInt32(value)
    }
    return borrow != 0
  }

  private static func add(_ b: [UInt32], to a: inout [UInt32], at start: Int) {
    var carry: UInt64 = 0
    for place in 0...b.count {
      let value = UInt64(a[start + place]) + (place < b.count ? UInt64(b[place]) : 0) + carry
      a[start + place] = UInt32(truncatingIfNeeded: value)
      carry = value >> 32
    }
  }

  private static func shifted(_ limbs: [UInt32], left shift: UInt64) -> [UInt32] {
    if shift == 0 { return limbs }
    var carry: UInt64 = 0
    var found: [UInt32] = []
    for limb in limbs {
      let value = UInt64(limb) << shift | carry
      found.append(UInt32(truncatingIfNeeded: value))
      carry = value >> 32
    }
    if carry != 0 { found.append(UInt32(carry)) }
    return found
  }

  private static func shifted(_ limbs: [UInt32], right shift: UInt64) -> [UInt32] {
    if shift == 0 { return limbs }
    return limbs.indices.map { place in
      let next = place + 1 < limbs.count ? UInt64(limbs[place + 1]) : 0
      return UInt32(truncatingIfNeeded: (next << 32 | UInt64(limbs[place])) >> shift)
    }
  }
}
