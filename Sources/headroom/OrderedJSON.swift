import Grid

/// JSON as bytes, members in the order in which they are told, handed on in pieces.
///
/// A plan of a million batteries never stands in memory as a tree.
struct OrderedJSON {
  private var bytes: [UInt8] = []
  private var needsComma = false
  private let sink: ([UInt8]) -> Void
  private static let piece = 1 << 18

  /// Writes one object and a line feed to `sink`.
  static func write(
    to sink: @escaping ([UInt8]) -> Void, _ members: (inout OrderedJSON) -> Void
  ) {
    var json = OrderedJSON(sink: sink)
    json.object(nil, members)
    json.bytes.append(UInt8(ascii: "\n"))
    sink(json.bytes)
  }

  /// The same as one array of bytes.
  static func bytes(_ members: (inout OrderedJSON) -> Void) -> [UInt8] {
    var all: [UInt8] = []
    withoutActuallyEscaping({ all.append(contentsOf: $0) }) { write(to: $0, members) }
    return all
  }

  private init(sink: @escaping ([UInt8]) -> Void) {
    self.sink = sink
    bytes.reserveCapacity(Self.piece + 4_096)
  }

  /// An object; without a name as an element of an array.
  mutating func object(_ name: String?, _ members: (inout OrderedJSON) -> Void) {
    begin(name, UInt8(ascii: "{"))
    members(&self)
    end(UInt8(ascii: "}"))
  }

  /// An array; the body writes its elements.
  mutating func array(_ name: String?, _ elements: (inout OrderedJSON) -> Void) {
    begin(name, UInt8(ascii: "["))
    elements(&self)
    end(UInt8(ascii: "]"))
  }

  /// An array of texts.
  mutating func texts(_ name: String, _ texts: [String]) {
    array(name) { json in for text in texts { json.text(nil, text) } }
  }

  /// A text, or null.
  mutating func text(_ name: String?, _ text: String?) {
    start(name)
    guard let text else { return append("null") }
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case UInt8(ascii: "\n"): append("\\n")
      case 0..<0x20: append("\\u00\(Hex.text([byte]))")
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// An integer, or null.
  mutating func integer(_ name: String?, _ value: Int64?) {
    start(name)
    append(value.map(String.init) ?? "null")
  }

  /// A count.
  mutating func count(_ name: String, _ value: Int) { integer(name, Int64(value)) }

  /// A number that is given as it is written.
  mutating func decimal(_ name: String, _ text: String) {
    start(name)
    append(text)
  }

  /// True or false.
  mutating func flag(_ name: String?, _ value: Bool) {
    start(name)
    append(value ? "true" : "false")
  }

  private mutating func begin(_ name: String?, _ bracket: UInt8) {
    start(name)
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func end(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
    guard bytes.count >= Self.piece else { return }
    sink(bytes)
    bytes.removeAll(keepingCapacity: true)
  }

  private mutating func start(_ name: String?) {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
    guard let name else { return }
    bytes.append(UInt8(ascii: "\""))
    append(name)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
