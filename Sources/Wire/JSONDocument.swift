import Grid

/// One value of a JSON text, in a flat list where a value stands before what it holds.
struct JSONNode {
  /// What kind of value.
  enum Kind: UInt8 {
    case object, array, string, number, yes, no, null
  }

  /// What kind of value.
  var kind: Kind
  /// The string holds a backslash.
  var isEscaped: Bool
  /// The member's name; empty in an array.
  var name: JSONName
  /// Places of the value's bytes; a string's without quotes.
  var start: Int32
  var end: Int32
  /// Place in the list of the first value after this one and all it holds.
  var next: Int32
}

/// A member's name as it stands in a text.
struct JSONName {
  /// What it is compared by.
  var signature = NameSignature()
  /// Places of its bytes, without quotes.
  var start: Int32 = 0
  var end: Int32 = 0
  /// It holds a backslash.
  var isEscaped = false
}

/// A JSON text that was checked once, from the first byte to the last.
///
/// Strict: UTF-8, RFC 8259 and nothing more, no byte-order mark, at most 65,536 bytes and six
/// levels. What the members mean is for `Fields`.
struct JSONDocument {
  let bytes: [UInt8]
  let nodes: [JSONNode]

  /// The values of `bytes`, which must be one object.
  init(_ bytes: [UInt8]) throws(Rejection) {
    guard bytes.count <= WireLimits.messageBytes else {
      throw Rejection(
        .oversized, found: "\(bytes.count) bytes", allowed: "\(WireLimits.messageBytes) bytes")
    }
    var scanner = JSONScanner()
    try scanner.document(bytes.span)
    self.bytes = bytes
    nodes = scanner.nodes
  }

  /// Place of the member `name` of the object at `place`, or nil when it is absent or null.
  ///
  /// For the few members that are read before it is known what the message is.
  func member(_ name: MemberName, of place: Int) throws(Rejection) -> Int? {
    var found: Int?
    var child = place + 1
    let end = Int(nodes[place].next)
    while child < end {
      let node = nodes[child]
      if isNamed(node.name, name) {
        if found != nil { throw .repeated(name.text) }
        found = child
      }
      child = Int(node.next)
    }
    guard let found, nodes[found].kind != .null else { return nil }
    return found
  }

  /// True when a member's name is `name`, escapes resolved.
  @inline(__always)
  func isNamed(_ found: JSONName, _ name: MemberName) -> Bool {
    guard found.signature == name.signature else { return false }
    return name.signature.isWhole || bytes(of: found) == name.bytes
  }

  /// A member's name, escapes resolved.
  func bytes(of name: JSONName) -> [UInt8] {
    let written = bytes.span.extracting(Int(name.start)..<Int(name.end))
    return name.isEscaped ? JSONText.unescaped(written) : JSONText.copy(written)
  }

  /// A string's text.
  @inline(__always)
  func text(_ node: JSONNode) -> String {
    if node.isEscaped {
      return String(
        decoding: JSONText.unescaped(bytes.span.extracting(Int(node.start)..<Int(node.end))),
        as: UTF8.self)
    }
    return String(decoding: bytes[Int(node.start)..<Int(node.end)], as: UTF8.self)
  }

  /// A value as it was written, for an error.
  func excerpt(_ node: JSONNode) -> String {
    Excerpt.of(bytes[Int(node.start)..<Int(node.end)])
  }
}

extension Rejection {
  /// A known member that stands twice in one object.
  static func repeated(_ name: String) -> Rejection {
    Rejection(.malformed, field: name, found: "twice", allowed: "once in an object")
  }
}
