import Grid

/// Reads a JSON text byte by byte into a list of values.
struct JSONScanner {
  private var at = 0
  private(set) var nodes: [JSONNode] = []

  /// Reads one object and nothing after it but white space.
  mutating func document(_ bytes: Span<UInt8>) throws(Rejection) {
    nodes.reserveCapacity(min(2_048, 8 + bytes.count / 16))
    skipSpace(bytes)
    guard current(bytes) == UInt8(ascii: "{") else {
      throw fault(bytes, allowed: "one JSON object")
    }
    try value(bytes, JSONName(), depth: 1)
    skipSpace(bytes)
    guard at == bytes.count else { throw fault(bytes, allowed: "nothing after the object") }
  }

  /// The present byte, or 0 at the end, which JSON allows nowhere.
  @inline(__always)
  private func current(_ bytes: Span<UInt8>) -> UInt8 { at < bytes.count ? bytes[at] : 0 }

  @inline(__always)
  private mutating func skipSpace(_ bytes: Span<UInt8>) {
    while at < bytes.count {
      let byte = bytes[at]
      guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else {
        return
      }
      at += 1
    }
  }

  /// Appends the value that begins here.
  private mutating func value(
    _ bytes: Span<UInt8>, _ name: JSONName, depth: Int
  ) throws(Rejection) {
    let start = at
    switch current(bytes) {
    case UInt8(ascii: "\""):
      let (end, isEscaped) = try string(bytes)
      append(.string, name, start + 1, end, isEscaped: isEscaped)
    case UInt8(ascii: "{"):
      let place = nodes.count
      append(.object, name, start, start)
      try object(bytes, depth: depth)
      close(place)
    case UInt8(ascii: "["):
      let place = nodes.count
      append(.array, name, start, start)
      try array(bytes, depth: depth)
      close(place)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      try number(bytes)
      append(.number, name, start, at)
    case UInt8(ascii: "t"):
      try word(bytes, "true")
      append(.yes, name, start, at)
    case UInt8(ascii: "f"):
      try word(bytes, "false")
      append(.no, name, start, at)
    case UInt8(ascii: "n"):
      try word(bytes, "null")
      append(.null, name, start, at)
    default: throw fault(bytes, allowed: "a JSON value")
    }
  }

  @inline(__always)
  private mutating func append(
    _ kind: JSONNode.Kind, _ name: JSONName, _ start: Int, _ end: Int, isEscaped: Bool = false
  ) {
    nodes.append(
      JSONNode(
        kind: kind, isEscaped: isEscaped, name: name, start: Int32(truncatingIfNeeded: start),
        end: Int32(truncatingIfNeeded: end), next: Int32(truncatingIfNeeded: nodes.count + 1)))
  }

  /// Notes where the object or array at `place` ended: here.
  private mutating func close(_ place: Int) {
    nodes[place].end = Int32(truncatingIfNeeded: at)
    nodes[place].next = Int32(truncatingIfNeeded: nodes.count)
  }

  private mutating func object(_ bytes: Span<UInt8>, depth: Int) throws(Rejection) {
    try enter(bytes, depth)
    if current(bytes) == UInt8(ascii: "}") {
      at += 1
      return
    }
    while true {
      let name = try name(bytes)
      skipSpace(bytes)
      guard current(bytes) == UInt8(ascii: ":") else { throw fault(bytes, allowed: "`:`") }
      at += 1
      skipSpace(bytes)
      try value(bytes, name, depth: depth + 1)
      skipSpace(bytes)
      let next = current(bytes)
      if next == UInt8(ascii: "}") {
        at += 1
        return
      }
      guard next == UInt8(ascii: ",") else { throw fault(bytes, allowed: "`,` or `}`") }
      at += 1
      skipSpace(bytes)
    }
  }

  /// Steps over a member's name.
  @inline(__always)
  private mutating func name(_ bytes: Span<UInt8>) throws(Rejection) -> JSONName {
    guard current(bytes) == UInt8(ascii: "\"") else {
      throw fault(bytes, allowed: "a member's name")
    }
    var name = JSONName()
    name.start = Int32(truncatingIfNeeded: at + 1)
    var place = at + 1
    var signature = NameSignature.Builder()
    while place < bytes.count {
      let byte = bytes[place]
      if byte == UInt8(ascii: "\"") {
        name.signature = signature.finished
        name.end = Int32(truncatingIfNeeded: place)
        at = place + 1
        return name
      }
      guard byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\\") else { break }
      signature.add(byte)
      place += 1
    }
    // Escapes and letters beyond ASCII are rare in names: read once more, with care.
    let (end, isEscaped) = try string(bytes)
    name.end = Int32(truncatingIfNeeded: end)
    name.isEscaped = isEscaped
    let text = bytes.extracting(Int(name.start)..<end)
    name.signature = NameSignature(isEscaped ? JSONText.unescaped(text) : JSONText.copy(text))
    return name
  }

  private mutating func array(_ bytes: Span<UInt8>, depth: Int) throws(Rejection) {
    try enter(bytes, depth)
    if current(bytes) == UInt8(ascii: "]") {
      at += 1
      return
    }
    while true {
      try value(bytes, JSONName(), depth: depth + 1)
      skipSpace(bytes)
      if current(bytes) == UInt8(ascii: "]") {
        at += 1
        return
      }
      guard current(bytes) == UInt8(ascii: ",") else { throw fault(bytes, allowed: "`,` or `]`") }
      at += 1
      skipSpace(bytes)
    }
  }

  private mutating func enter(_ bytes: Span<UInt8>, _ depth: Int) throws(Rejection) {
    guard depth <= WireLimits.levels else {
      throw Rejection(
        .malformed, found: "level \(depth) at byte \(at)", allowed: "\(WireLimits.levels) levels")
    }
    at += 1
    skipSpace(bytes)
  }

  /// Steps over the string that begins here; returns where its text ends.
  private mutating func string(
    _ bytes: Span<UInt8>
  ) throws(Rejection) -> (end: Int, isEscaped: Bool) {
    var place = at + 1
    var isEscaped = false
    while place < bytes.count {
      let byte = bytes[place]
      if byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
        place += 1
        continue
      }
      if byte == UInt8(ascii: "\"") {
        at = place + 1
        return (place, isEscaped)
      }
      at = place
      if byte < 0x20 { break }
      if byte == UInt8(ascii: "\\") {
        isEscaped = true
        guard let next = JSONText.afterEscape(bytes, place) else {
          throw fault(bytes, allowed: "an escape of JSON, surrogates in pairs")
        }
        place = next
      } else {
        guard let next = JSONText.afterScalar(bytes, place) else {
          throw fault(bytes, allowed: "UTF-8")
        }
        place = next
      }
    }
    at = min(place, bytes.count)
    throw fault(bytes, allowed: "a string that ends, without control characters")
  }

  private mutating func number(_ bytes: Span<UInt8>) throws(Rejection) {
    if current(bytes) == UInt8(ascii: "-") { at += 1 }
    if current(bytes) == UInt8(ascii: "0") {
      at += 1
    } else {
      try digits(bytes)
    }
    if current(bytes) == UInt8(ascii: ".") {
      at += 1
      try digits(bytes)
    }
    if current(bytes) | 0x20 == UInt8(ascii: "e") {
      at += 1
      if current(bytes) == UInt8(ascii: "+") || current(bytes) == UInt8(ascii: "-") { at += 1 }
      try digits(bytes)
    }
  }

  @inline(__always)
  private mutating func digits(_ bytes: Span<UInt8>) throws(Rejection) {
    let start = at
    while at < bytes.count, bytes[at] &- UInt8(ascii: "0") < 10 { at += 1 }
    guard at > start else { throw fault(bytes, allowed: "a digit") }
  }

  private mutating func word(_ bytes: Span<UInt8>, _ text: String) throws(Rejection) {
    for byte in text.utf8 {
      guard current(bytes) == byte else { throw fault(bytes, allowed: "a JSON value") }
      at += 1
    }
  }

  private func fault(_ bytes: Span<UInt8>, allowed: String) -> Rejection {
    guard at < bytes.count else {
      return Rejection(.malformed, found: "the end at byte \(at)", allowed: allowed)
    }
    let rest = bytes.extracting(at..<min(at + 20, bytes.count))
    return Rejection(
      .malformed, found: "byte \(at): \(Excerpt.of(JSONText.copy(rest)))", allowed: allowed)
  }
}
