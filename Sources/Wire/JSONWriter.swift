import Grid

/// Writes JSON in the order it is told, without white space.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(512) }

  /// One message: `schema` first, then what `members` writes.
  static func message(_ schema: String, _ members: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter()
    writer.begin(UInt8(ascii: "{"))
    writer.plain("schema", schema)
    members(&writer)
    writer.end(UInt8(ascii: "}"))
    return writer.bytes
  }

  /// Opens an object or array.
  mutating func begin(_ bracket: UInt8) { bytes.append(bracket) }

  /// Closes it.
  mutating func end(_ bracket: UInt8) { bytes.append(bracket) }

  /// A comma where one is due, and the member's name.
  @inline(__always)
  mutating func name(_ name: String) {
    comma()
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: name.utf8)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  /// A comma unless the object or array was just opened.
  @inline(__always)
  mutating func comma() {
    let last = bytes[bytes.count - 1]
    if last != UInt8(ascii: "{"), last != UInt8(ascii: "[") { bytes.append(UInt8(ascii: ",")) }
  }

  /// A string that needs no escapes: a name or a word of the contract.
  @inline(__always)
  mutating func plain(_ name: String, _ text: String) {
    self.name(name)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: text.utf8)
    bytes.append(UInt8(ascii: "\""))
  }

  /// Any string; nothing when it is nil.
  mutating func text(_ name: String, _ text: String?) {
    guard let text else { return }
    self.name(name)
    quoted(text)
  }

  /// A string value, escaped as far as JSON demands.
  mutating func quoted(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(contentsOf: Hex.text([byte]).utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// An integer; nothing when it is nil.
  @inline(__always)
  mutating func integer(_ name: String, _ value: Int64?) {
    guard let value else { return }
    self.name(name)
    digits(value)
  }

  /// Watts; nothing when it is nil.
  @inline(__always)
  mutating func power(_ name: String, _ value: Power?) { integer(name, value?.watts) }

  /// Whole watt-hours, rounded down; nothing when it is nil.
  @inline(__always)
  mutating func energy(_ name: String, _ value: Energy?) {
    integer(name, value?.wattHoursRoundedDown)
  }

  /// A percentage; nothing when it is nil.
  @inline(__always)
  mutating func percent(_ name: String, _ value: Percent?) {
    guard let value else { return }
    self.name(name)
    let hundredths = Int64(value.hundredths)
    digits(hundredths / 100)
    let rest = hundredths % 100
    guard rest > 0 else { return }
    bytes.append(UInt8(ascii: "."))
    bytes.append(UInt8(ascii: "0") + UInt8(rest / 10))
    if rest % 10 > 0 { bytes.append(UInt8(ascii: "0") + UInt8(rest % 10)) }
  }

  /// A time; nothing when it is nil.
  @inline(__always)
  mutating func time(_ name: String, _ value: Timestamp?) {
    guard let value else { return }
    self.name(name)
    bytes.append(UInt8(ascii: "\""))
    WireTime.append(value, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// True or false.
  mutating func flag(_ name: String, _ value: Bool) {
    self.name(name)
    bytes.append(contentsOf: (value ? "true" : "false").utf8)
  }

  /// An object as a member.
  mutating func object(_ name: String, _ members: (inout JSONWriter) -> Void) {
    self.name(name)
    begin(UInt8(ascii: "{"))
    members(&self)
    end(UInt8(ascii: "}"))
  }

  /// An array of strings as a member.
  mutating func texts(_ name: String, _ texts: [String]) {
    self.name(name)
    begin(UInt8(ascii: "["))
    for text in texts {
      comma()
      quoted(text)
    }
    end(UInt8(ascii: "]"))
  }

  /// Bytes that are JSON already.
  mutating func raw(_ json: [UInt8]) { bytes.append(contentsOf: json) }

  private mutating func digits(_ value: Int64) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var scale: UInt64 = 1
    let magnitude = value.magnitude
    while magnitude / scale >= 10 { scale *= 10 }
    var rest = magnitude
    while scale > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(rest / scale))
      rest %= scale
      scale /= 10
    }
  }
}
