/// Reads XML strictly, one tag after the other, in one pass and with bounded memory.
///
/// It knows no DTD, so there is no entity to expand and nothing to fetch: `<!DOCTYPE` anywhere
/// refuses the file before it is read. Names come with their namespace, never with a prefix.
struct XMLScanner {
  /// Open elements within each other.
  static let depth = 32
  /// Bytes of an attribute's value.
  static let attributeBytes = 1_024
  /// Bytes of text between two tags.
  static let textBytes = 4_096
  /// Bytes of a name, and attributes of an element.
  static let nameBytes = 128
  static let attributes = 64

  /// One attribute, its references resolved; unprefixed ones have no namespace.
  struct Attribute {
    let namespace: String
    let name: String
    let value: String
  }

  /// What stands next in the file.
  enum Token: Hashable {
    /// A start tag; `name`, `namespace` and `attributeList` tell of it.
    case start
    /// An end tag, or the end of an empty element.
    case end
    /// Text that is not only white space, in `text`.
    case text
    /// The root element is closed and nothing follows.
    case finished
  }

  let file: String
  private let bytes: [UInt8]
  private var at = 0
  private var isClosing = false
  private var hasRoot = false
  private var open: [(name: String, namespace: String, raw: [UInt8], bindings: Int)] = []
  private var bindings: [(prefix: String, namespace: String)] = [
    ("xml", "http://www.w3.org/XML/1998/namespace"), ("", ""),
  ]
  private var lineMark = (place: 0, line: 1)

  /// Of the last start or end tag.
  private(set) var name = ""
  private(set) var namespace = ""
  private(set) var attributeList: [Attribute] = []
  /// Of the last text.
  private(set) var text = ""
  /// Where the last token begins.
  private(set) var tokenPlace = 0

  /// Decodes the file; what cannot be XML is refused here.
  init(_ raw: [UInt8], file: String, upTo limit: Int = PackedFile.fileBytes) throws(FileFault) {
    self.file = file
    func refuse(_ found: String, _ allowed: String) -> FileFault {
      FileFault(file: file, line: 1, field: "file", found: found, allowed: allowed)
    }
    guard raw.count <= limit else { throw refuse("\(raw.count) bytes", "up to \(limit) bytes") }
    if raw.starts(with: [0xFE, 0xFF]) || raw.starts(with: [0xFF, 0xFE]) || raw.prefix(4).contains(0)
    {
      throw refuse("UTF-16 or UTF-32", "UTF-8, or windows-1251 by declaration")
    }
    var raw = raw
    if raw.starts(with: [0xEF, 0xBB, 0xBF]) { raw.removeFirst(3) }
    let encoding = try Self.declaration(raw, file)
    switch encoding.name {
    case "utf-8":
      if let bad = Self.badUTF8(raw) {
        throw FileFault(
          file: file, line: 1 + raw[..<bad].count { $0 == 0x0A }, field: "byte \(bad + 1)",
          found: "byte \(raw[bad])", allowed: "UTF-8 without control characters")
      }
      bytes = raw
    case "windows-1251":
      let (utf8, bad) = Windows1251.decode(raw)
      if let bad {
        throw FileFault(
          file: file, line: 1 + raw[..<bad].count { $0 == 0x0A }, field: "byte \(bad + 1)",
          found: "byte \(raw[bad])", allowed: "a character of windows-1251")
      }
      bytes = utf8
    case let other:
      throw refuse("encoding \(Excerpt.of(Array(other.utf8)))", "UTF-8 or windows-1251")
    }
    at = encoding.end
    if let place = Self.doctype(bytes) {
      throw FileFault(
        file: file, line: 1 + bytes[..<place].count { $0 == 0x0A }, field: "file",
        found: "<!DOCTYPE", allowed: "no document type")
    }
  }

  /// The line of a place, from 1; cheap when places only grow.
  mutating func line(of place: Int) -> Int {
    if place < lineMark.place { lineMark = (0, 1) }
    for byte in bytes[lineMark.place..<place] where byte == 0x0A { lineMark.line += 1 }
    lineMark.place = place
    return lineMark.line
  }

  /// Local names of the open elements, from the root.
  var path: String { open.map(\.name).joined(separator: "/") }

  /// How many elements are open.
  var openCount: Int { open.count }

  /// The innermost open element, and the one around it.
  var openName: String { open.last?.name ?? "" }
  var namespaceOfOpen: String { open.last?.namespace ?? "" }
  var parentName: String { open.count > 1 ? open[open.count - 2].name : "" }

  /// An attribute without namespace.
  func attribute(_ name: String) -> String? {
    attributeList.first { $0.name == name && $0.namespace.isEmpty }?.value
  }

  private mutating func refuse(_ found: String, _ allowed: String) -> FileFault {
    FileFault(
      file: file, line: line(of: min(at, bytes.count)),
      field: open.isEmpty ? "document" : path, found: found, allowed: allowed)
  }

  /// Steps to the next token.
  mutating func next() throws(FileFault) -> Token {
    if isClosing { return close() }
    while true {
      tokenPlace = at
      guard at < bytes.count else {
        guard open.isEmpty, hasRoot else {
          throw refuse("the end of the file", hasRoot ? "</\(open.last!.name)>" : "an element")
        }
        return .finished
      }
      if bytes[at] != UInt8(ascii: "<") {
        if try readText() { return .text }
        continue
      }
      if has("<!--") {
        try comment()
      } else if has("<![CDATA[") {
        if try readText() { return .text }
      } else if has("<?") {
        throw refuse("a processing instruction", "the XML declaration only")
      } else if has("<!") {
        throw refuse("a declaration", "elements, text and comments")
      } else if has("</") {
        return try endTag()
      } else {
        return try startTag()
      }
    }
  }

  @inline(__always)
  private func has(_ text: String) -> Bool {
    var place = at
    for byte in text.utf8 {
      guard place < bytes.count, bytes[place] == byte else { return false }
      place += 1
    }
    return true
  }

  private mutating func comment() throws(FileFault) {
    at += 4
    while at + 2 < bytes.count {
      if bytes[at] == UInt8(ascii: "-"), bytes[at + 1] == UInt8(ascii: "-") {
        guard bytes[at + 2] == UInt8(ascii: ">") else { break }
        at += 3
        return
      }
      at += 1
    }
    throw refuse("a comment that does not end", "-->")
  }

  /// Text up to the next tag; false when it was only white space.
  private mutating func readText() throws(FileFault) -> Bool {
    var found: [UInt8] = []
    var isBlank = true
    while at < bytes.count {
      if has("<![CDATA[") {
        at += 9
        while !has("]]>") {
          guard at < bytes.count, found.count < Self.textBytes else {
            throw refuse("CDATA that does not end", "]]> within \(Self.textBytes) bytes")
          }
          found.append(bytes[at])
          at += 1
        }
        at += 3
        isBlank = false
        continue
      }
      let byte = bytes[at]
      if byte == UInt8(ascii: "<") { break }
      if byte == UInt8(ascii: "&") {
        try reference(into: &found)
        isBlank = false
      } else {
        if has("]]>") { throw refuse("]]> in text", "]]&gt;") }
        if byte != 0x20, byte != 0x0A, byte != 0x0D, byte != 0x09 { isBlank = false }
        if !isBlank || found.count < Self.textBytes { found.append(byte) }
        at += 1
      }
      guard found.count <= Self.textBytes else {
        throw refuse("more than \(Self.textBytes) bytes of text", "up to \(Self.textBytes) bytes")
      }
    }
    if isBlank { return false }
    guard !open.isEmpty else { throw refuse("text outside of the root element", "one element") }
    text = String(decoding: found, as: UTF8.self)
    return true
  }

  private mutating func reference(into found: inout [UInt8]) throws(FileFault) {
    let allowed = "&amp; &lt; &gt; &quot; &apos; or a character's number"
    let window = bytes[at..<min(at + 12, bytes.count)]
    guard let end = window.firstIndex(of: UInt8(ascii: ";")) else {
      throw refuse("an & that is no reference", allowed)
    }
    let name = String(decoding: bytes[at + 1..<end], as: UTF8.self)
    var scalar: Unicode.Scalar?
    switch name {
    case "amp": scalar = "&"
    case "lt": scalar = "<"
    case "gt": scalar = ">"
    case "quot": scalar = "\""
    case "apos": scalar = "'"
    default:
      let isHex = name.hasPrefix("#x")
      let digits = name.dropFirst(isHex ? 2 : 1)
      let isNumber = digits.utf8.allSatisfy {
        ($0 &- UInt8(ascii: "0")) < 10 || isHex && ($0 | 0x20) &- UInt8(ascii: "a") < 6
      }
      if name.hasPrefix("#"), !digits.isEmpty, isNumber,
        let value = UInt32(digits, radix: isHex ? 16 : 10),
        value >= 0x20 && value != 0xFFFE && value != 0xFFFF || [0x09, 0x0A, 0x0D].contains(value)
      {
        scalar = Unicode.Scalar(value)
      }
    }
    guard let scalar else { throw refuse("&\(Excerpt.of(Array(name.utf8)));", allowed) }
    found += UTF8.encode(scalar)!
    at = end + 1
  }

  // MARK: Tags

  private mutating func startTag() throws(FileFault) -> Token {
    at += 1
    guard !hasRoot || !open.isEmpty else { throw refuse("a second root element", "one element") }
    guard open.count < Self.depth else {
      throw refuse("more than \(Self.depth) elements within each other", "\(Self.depth)")
    }
    hasRoot = true
    let raw = try rawName()
    let before = bindings.count
    var found: [(prefix: String, name: String, value: String)] = []
    while true {
      let hadSpace = skipSpace()
      guard at < bytes.count else { throw refuse("a tag that does not end", ">") }
      if bytes[at] == UInt8(ascii: ">") {
        at += 1
        break
      }
      if has("/>") {
        at += 2
        isClosing = true
        break
      }
      guard hadSpace, found.count < Self.attributes else {
        throw refuse("what is no attribute", "up to \(Self.attributes) attributes, > or />")
      }
      let (prefix, name) = try split(try rawName())
      let value = try attributeValue()
      guard !found.contains(where: { $0.prefix == prefix && $0.name == name }) else {
        throw refuse("attribute \(name) twice", "each attribute once")
      }
      if prefix == "xmlns" {
        bindings.append((name, value))
      } else if prefix.isEmpty, name == "xmlns" {
        bindings.append(("", value))
      }
      found.append((prefix, name, value))
    }
    let (prefix, local) = try split(raw)
    name = local
    namespace = try resolve(prefix)
    attributeList.removeAll(keepingCapacity: true)
    for attribute in found where attribute.prefix != "xmlns" && attribute.name != "xmlns" {
      let namespace = attribute.prefix.isEmpty ? "" : try resolve(attribute.prefix)
      attributeList.append(
        Attribute(namespace: namespace, name: attribute.name, value: attribute.value))
    }
    open.append((local, namespace, raw, before))
    return .start
  }

  private mutating func endTag() throws(FileFault) -> Token {
    at += 2
    let raw = try rawName()
    _ = skipSpace()
    guard at < bytes.count, bytes[at] == UInt8(ascii: ">"), let last = open.last, last.raw == raw
    else {
      throw refuse("</\(Excerpt.of(raw))", open.last.map { "</\($0.name)>" } ?? "no end tag")
    }
    at += 1
    return close()
  }

  private mutating func close() -> Token {
    isClosing = false
    let last = open.removeLast()
    name = last.name
    namespace = last.namespace
    bindings.removeLast(bindings.count - last.bindings)
    return .end
  }

  private mutating func resolve(_ prefix: String) throws(FileFault) -> String {
    if let found = bindings.last(where: { $0.prefix == prefix }) { return found.namespace }
    throw refuse("prefix \(prefix)", "a prefix that is declared")
  }

  private mutating func split(_ raw: [UInt8]) throws(FileFault) -> (String, String) {
    let parts = raw.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else {
      throw refuse("the name \(Excerpt.of(raw))", "a name with one prefix at most")
    }
    let last = String(decoding: parts[parts.count - 1], as: UTF8.self)
    return (parts.count == 2 ? String(decoding: parts[0], as: UTF8.self) : "", last)
  }

  private mutating func rawName() throws(FileFault) -> [UInt8] {
    let start = at
    while at < bytes.count, Self.isNameByte(bytes[at]) { at += 1 }
    guard at > start, at - start <= Self.nameBytes,
      !(bytes[start] &- UInt8(ascii: "0") < 10 || bytes[start] == UInt8(ascii: "-")
        || bytes[start] == UInt8(ascii: "."))
    else { throw refuse("what is no name", "a name of up to \(Self.nameBytes) bytes") }
    return Array(bytes[start..<at])
  }

  private mutating func attributeValue() throws(FileFault) -> String {
    _ = skipSpace()
    guard at < bytes.count, bytes[at] == UInt8(ascii: "=") else {
      throw refuse("an attribute without value", "name=\"value\"")
    }
    at += 1
    _ = skipSpace()
    guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "'") else {
      throw refuse("an attribute without quotes", "name=\"value\"")
    }
    let quote = bytes[at]
    at += 1
    var value: [UInt8] = []
    while at < bytes.count, bytes[at] != quote {
      if bytes[at] == UInt8(ascii: "<") { throw refuse("< in an attribute", "&lt;") }
      if bytes[at] == UInt8(ascii: "&") {
        try reference(into: &value)
      } else {
        let isSpace = bytes[at] == 0x09 || bytes[at] == 0x0A || bytes[at] == 0x0D
        value.append(isSpace ? 0x20 : bytes[at])
        at += 1
      }
      guard value.count <= Self.attributeBytes else {
        throw refuse(
          "an attribute of more than \(Self.attributeBytes) bytes", "\(Self.attributeBytes) bytes")
      }
    }
    guard at < bytes.count else { throw refuse("an attribute that does not end", "a quote") }
    at += 1
    return String(decoding: value, as: UTF8.self)
  }

  private mutating func skipSpace() -> Bool {
    let start = at
    while at < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[at]) { at += 1 }
    return at > start
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    MeterByte.isName(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":") || byte >= 0x80
  }
}
