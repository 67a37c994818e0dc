import Grid

/// Reads a JSON text byte by byte into a list of values.
struct JSONScanner {
  private let bytes: [UInt8]
  private var at = 0
  private(set) var nodes: [JSONNode] = []

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    nodes.reserveCapacity(min(2_048, 8 + bytes.count / 16))
  }

  /// Reads one object and nothing after it but white space.
  mutating func document() throws(Rejection) {
    skipSpace()
    guard current == UInt8(ascii: "{") else { throw fault(allowed: "one JSON object") }
    try value(depth: 1)
    skipSpace()
    guard at == bytes.count else { throw fault(allowed: "nothing after the object") }
  }

  /// The present byte, or 0 at the end, which JSON allows nowhere.
  @inline(__always)
  private var current: UInt8 { at < bytes.count ? bytes[at] : 0 }

  @inline(__always)
  private mutating func skipSpace() {
    while at < bytes.count {
      let byte = bytes[at]
      guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else {
        return
      }
      at += 1
    }
  }

  /// Appends the value that begins here and returns its place.
  @discardableResult
  private mutating func value(depth: Int) throws(Rejection) -> Int {
    let place = nodes.count
    let start = Int32(truncatingIfNeeded: at)
    switch current {
    case UInt8(ascii: "\""):
      nodes.append(JSONNode(kind: .string, start: start + 1, end: 0))
      let (end, isEscaped) = try string()
      nodes[place].end = Int32(truncatingIfNeeded: end)
      nodes[place].isEscaped = isEscaped
    case UInt8(ascii: "{"):
      nodes.append(JSONNode(kind: .object, start: start, end: 0))
      try object(depth: depth)
      nodes[place].end = Int32(truncatingIfNeeded: at)
    case UInt8(ascii: "["):
      nodes.append(JSONNode(kind: .array, start: start, end: 0))
      try array(depth: depth)
      nodes[place].end = Int32(truncatingIfNeeded: at)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      try number()
      nodes.append(
        JSONNode(kind: .number, start: start, end: Int32(truncatingIfNeeded: at)))
    case UInt8(ascii: "t"): try word("true", .yes)
    case UInt8(ascii: "f"): try word("false", .no)
    case UInt8(ascii: "n"): try word("null", .null)
    default: throw fault(allowed: "a JSON value")
    }
    nodes[place].next = Int32(truncatingIfNeeded: nodes.count)
    return place
  }

  private mutating func object(depth: Int) throws(Rejection) {
    try enter(depth)
    if current == UInt8(ascii: "}") {
      at += 1
      return
    }
    while true {
      guard current == UInt8(ascii: "\"") else { throw fault(allowed: "a member's name") }
      let nameStart = at + 1
      let (nameEnd, nameIsEscaped) = try string()
      let signature =
        nameIsEscaped
        ? MemberName.signature(JSONText.unescaped(bytes, nameStart, nameEnd)[...])
        : MemberName.signature(bytes, nameStart, nameEnd)
      skipSpace()
      guard current == UInt8(ascii: ":") else { throw fault(allowed: "`:`") }
      at += 1
      skipSpace()
      let place = try value(depth: depth + 1)
      nodes[place].signature = signature
      nodes[place].nameStart = Int32(truncatingIfNeeded: nameStart)
      nodes[place].nameEnd = Int32(truncatingIfNeeded: nameEnd)
      nodes[place].nameIsEscaped = nameIsEscaped
      skipSpace()
      if current == UInt8(ascii: "}") {
        at += 1
        return
      }
      guard current == UInt8(ascii: ",") else { throw fault(allowed: "`,` or `}`") }
      at += 1
      skipSpace()
    }
  }

  private mutating func array(depth: Int) throws(Rejection) {
    try enter(depth)
    if current == UInt8(ascii: "]") {
      at += 1
      return
    }
    while true {
      try value(depth: depth + 1)
      skipSpace()
      if current == UInt8(ascii: "]") {
        at += 1
        return
      }
      guard current == UInt8(ascii: ",") else { throw fault(allowed: "`,` or `]`") }
      at += 1
      skipSpace()
    }
  }

  private mutating func enter(_ depth: Int) throws(Rejection) {
    guard depth <= WireLimits.levels else {
      throw Rejection(
        .malformed, found: "level \(depth) at byte \(at)", allowed: "\(WireLimits.levels) levels")
    }
    at += 1
    skipSpace()
  }

  /// Steps over the string that begins here; returns where its text ends.
  @inline(__always)
  private mutating func string() throws(Rejection) -> (end: Int, isEscaped: Bool) {
    at += 1
    var isEscaped = false
    while at < bytes.count {
      let byte = bytes[at]
      if byte == UInt8(ascii: "\"") {
        at += 1
        return (at - 1, isEscaped)
      }
      if byte < 0x20 { break }
      if byte == UInt8(ascii: "\\") {
        isEscaped = true
        guard let next = JSONText.afterEscape(bytes, at) else {
          throw fault(allowed: "an escape of JSON, surrogates in pairs")
        }
        at = next
      } else if byte < 0x80 {
        at += 1
      } else {
        guard let next = JSONText.afterScalar(bytes, at) else { throw fault(allowed: "UTF-8") }
        at = next
      }
    }
    throw fault(allowed: "a string that ends, without control characters")
  }

  private mutating func number() throws(Rejection) {
    if current == UInt8(ascii: "-") { at += 1 }
    if current == UInt8(ascii: "0") {
      at += 1
    } else {
      try digits()
    }
    if current == UInt8(ascii: ".") {
      at += 1
      try digits()
    }
    if current | 0x20 == UInt8(ascii: "e") {
      at += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { at += 1 }
      try digits()
    }
  }

  @inline(__always)
  private mutating func digits() throws(Rejection) {
    let start = at
    while at < bytes.count, bytes[at] &- UInt8(ascii: "0") < 10 { at += 1 }
    guard at > start else { throw fault(allowed: "a digit") }
  }

  private mutating func word(_ text: String, _ kind: JSONNode.Kind) throws(Rejection) {
    let start = at
    for byte in text.utf8 {
      guard current == byte else { throw fault(allowed: "a JSON value") }
      at += 1
    }
    nodes.append(
      JSONNode(
        kind: kind, start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: at)))
  }

  private func fault(allowed: String) -> Rejection {
    guard at < bytes.count else {
      return Rejection(.malformed, found: "the end at byte \(at)", allowed: allowed)
    }
    return Rejection(
      .malformed, found: "byte \(at): \(Excerpt.of(bytes[at...].prefix(20)))", allowed: allowed)
  }
}
