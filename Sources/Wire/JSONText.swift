/// The characters of a JSON string.
enum JSONText {
  /// The place after the escape that begins at `at`, or nil when it is none.
  static func afterEscape(_ bytes: Span<UInt8>, _ at: Int) -> Int? {
    guard at + 1 < bytes.count else { return nil }
    switch bytes[at + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return at + 2
    case UInt8(ascii: "u"):
      guard let unit = unit(bytes, at) else { return nil }
      switch unit {
      case 0xD800...0xDBFF:
        // Half a character is no text: the other half must follow at once.
        guard let low = self.unit(bytes, at + 6), (0xDC00...0xDFFF).contains(low) else {
          return nil
        }
        return at + 12
      case 0xDC00...0xDFFF: return nil
      default: return at + 6
      }
    default: return nil
    }
  }

  /// The place after the UTF-8 sequence of two bytes or more at `at`, or nil when it is not valid.
  ///
  /// Overlong forms, surrogates and values above U+10FFFF are not valid (RFC 3629).
  static func afterScalar(_ bytes: Span<UInt8>, _ at: Int) -> Int? {
    let first = bytes[at]
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    case 0xF1...0xF3: length = 4
    default: return nil
    }
    guard at + length <= bytes.count, second.contains(bytes[at + 1]) else { return nil }
    for place in at + 2..<max(at + 2, at + length) where bytes[place] & 0xC0 != 0x80 {
      return nil
    }
    return at + length
  }

  /// The bytes as an array.
  static func copy(_ bytes: Span<UInt8>) -> [UInt8] {
    var copy: [UInt8] = []
    copy.reserveCapacity(bytes.count)
    for place in bytes.indices { copy.append(bytes[place]) }
    return copy
  }

  /// The UTF-8 text of a checked string without its quotes, escapes resolved.
  static func unescaped(_ bytes: Span<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    var at = 0
    while at < bytes.count {
      guard bytes[at] == UInt8(ascii: "\\") else {
        text.append(bytes[at])
        at += 1
        continue
      }
      switch bytes[at + 1] {
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "f"): text.append(0x0C)
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "r"): text.append(0x0D)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "u"):
        let high = unit(bytes, at)!
        if (0xD800...0xDBFF).contains(high) {
          let low = unit(bytes, at + 6)!
          append(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00), to: &text)
          at += 12
        } else {
          append(high, to: &text)
          at += 6
        }
        continue
      case let plain: text.append(plain)
      }
      at += 2
    }
    return text
  }

  /// The four hexadecimal digits of `\uHHHH` at `at`, or nil.
  private static func unit(_ bytes: Span<UInt8>, _ at: Int) -> UInt32? {
    guard at + 6 <= bytes.count, bytes[at] == UInt8(ascii: "\\"),
      bytes[at + 1] == UInt8(ascii: "u")
    else { return nil }
    var value: UInt32 = 0
    for place in at + 2..<at + 6 {
      let byte = bytes[place]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  private static func append(_ value: UInt32, to text: inout [UInt8]) {
    let scalar = Unicode.Scalar(value)!
    text.append(contentsOf: UTF8.encode(scalar)!)
  }
}
