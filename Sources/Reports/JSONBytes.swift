import Grid
import Settlement

/// Canonical JSON under construction: keys are written in the order of their bytes, no white space.
///
/// The writer keeps no tree; a test reads every report back and compares the order of the keys.
struct JSONBytes {
  var out = TextBytes()
  private var needsComma = false

  /// An object; `body` writes its members in the order of their keys.
  mutating func object(_ body: (inout JSONBytes) throws -> Void) rethrows {
    try nested("{", "}", body)
  }

  /// An array.
  mutating func array(_ body: (inout JSONBytes) throws -> Void) rethrows {
    try nested("[", "]", body)
  }

  mutating func array(_ texts: [String]) {
    array { json in for text in texts { json.string(text) } }
  }

  /// The key of the next value.
  mutating func key(_ key: String) {
    separate()
    out.append("\"")
    out.append(key)
    out.append("\":")
    needsComma = false
  }

  mutating func string(_ text: String) {
    separate()
    out.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        out.append(UInt8(ascii: "\\"))
        out.append(byte)
      case UInt8(ascii: "\n"): out.append("\\n")
      case UInt8(ascii: "\r"): out.append("\\r")
      case UInt8(ascii: "\t"): out.append("\\t")
      case 0..<32: out.append("\\u00" + Hex.text([byte]))
      default: out.append(byte)
      }
    }
    out.append(UInt8(ascii: "\""))
    needsComma = true
  }

  mutating func integer(_ number: Int64) {
    separate()
    out.append(number)
    needsComma = true
  }

  mutating func bool(_ value: Bool) {
    separate()
    out.append(value ? "true" : "false")
    needsComma = true
  }

  mutating func null() {
    separate()
    out.append("null")
    needsComma = true
  }

  /// Members with an optional value: null is *unknown*, never zero.
  mutating func member(_ key: String, _ text: String?) {
    self.key(key)
    if let text { string(text) } else { null() }
  }

  mutating func member(_ key: String, _ number: Int64?) {
    self.key(key)
    if let number { integer(number) } else { null() }
  }

  mutating func member(_ key: String, _ number: Int) { member(key, Int64(number)) }

  mutating func member(_ key: String, _ energy: Energy?) { member(key, energy?.joules) }

  mutating func member(_ key: String, wattHours energy: Energy?) {
    member(key, energy?.wattHoursRoundedDown)
  }

  mutating func member(_ key: String, _ money: Money, _ currency: Currency) {
    self.key(key)
    separate()
    out.append("\"")
    out.append(money, currency)
    out.append("\"")
    needsComma = true
  }

  mutating func member(_ key: String, _ fraction: ExactAmount) {
    let short = fraction.reduced
    self.key(key)
    object { json in
      json.member("den", "\(short.denominator)")
      json.member("num", "\(short.numerator)")
    }
  }

  private mutating func separate() {
    if needsComma { out.append(UInt8(ascii: ",")) }
  }

  private mutating func nested(
    _ open: String, _ close: String, _ body: (inout JSONBytes) throws -> Void
  ) rethrows {
    separate()
    out.append(open)
    needsComma = false
    try body(&self)
    out.append(close)
    needsComma = true
  }
}
