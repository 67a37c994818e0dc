/// Base64 of RFC 4648, only in the one canonical form.
///
/// Two texts never mean the same bytes: missing or surplus padding, characters outside of the
/// alphabet, line breaks and unused bits that are not zero are refused.
public enum Base64 {
  /// The text of `bytes` with padding (RFC 4648 §4).
  public static func text(_ bytes: [UInt8]) -> String {
    text(bytes, alphabet: standard, pads: true)
  }

  /// The bytes of a text with padding, or nil when it is not canonical (RFC 4648 §4).
  public static func bytes(_ text: some StringProtocol) -> [UInt8]? {
    bytes(Array(text.utf8), pads: true, minus: "+", slash: "/")
  }

  /// The text of `bytes` in the alphabet for addresses, without padding (RFC 4648 §5).
  public static func urlText(_ bytes: [UInt8]) -> String {
    text(bytes, alphabet: address, pads: false)
  }

  /// The bytes of a text in the alphabet for addresses without padding, or nil when it is not
  /// canonical (RFC 4648 §5).
  public static func urlBytes(_ text: some StringProtocol) -> [UInt8]? {
    bytes(Array(text.utf8), pads: false, minus: "-", slash: "_")
  }

  private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
  private static let standard = Array((letters + "+/").utf8)
  private static let address = Array((letters + "-_").utf8)
  private static let pad = UInt8(ascii: "=")

  private static func text(_ bytes: [UInt8], alphabet: [UInt8], pads: Bool) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let count = min(3, bytes.count - start)
      var group: UInt32 = 0
      for place in 0..<3 { group = group << 8 | (place < count ? UInt32(bytes[start + place]) : 0) }
      for place in 0...count { text.append(alphabet[Int(group >> (18 - 6 * place) & 63)]) }
      if pads { for _ in count..<3 { text.append(pad) } }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func bytes(
    _ text: [UInt8], pads: Bool, minus: Unicode.Scalar, slash: Unicode.Scalar
  ) -> [UInt8]? {
    var digits = text[...]
    if pads {
      guard text.count.isMultiple(of: 4) else { return nil }
      for _ in 0..<2 where digits.last == pad { digits.removeLast() }
    }
    guard digits.count % 4 != 1 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count * 3 / 4)
    var pending: UInt32 = 0
    var bits = 0
    for digit in digits {
      guard let value = value(digit, UInt8(ascii: minus), UInt8(ascii: slash)) else { return nil }
      pending = pending << 6 | value
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: pending >> bits))
        pending &= (1 << bits) - 1
      }
    }
    return pending == 0 ? bytes : nil
  }

  private static func value(_ digit: UInt8, _ minus: UInt8, _ slash: UInt8) -> UInt32? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - 65)
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - 71)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit) + 4
    case minus: 62
    case slash: 63
    default: nil
    }
  }
}
