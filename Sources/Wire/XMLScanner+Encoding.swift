extension XMLScanner {
  /// The encoding that the XML declaration names, in lower case, and where the declaration ends.
  static func declaration(
    _ bytes: [UInt8], _ file: String
  ) throws(FileFault) -> (name: String, end: Int) {
    guard bytes.starts(with: Array("<?xml".utf8)) else { return ("utf-8", 0) }
    let head = bytes.prefix(256)
    guard let close = head.firstIndex(of: UInt8(ascii: ">")),
      close > 0, bytes[close - 1] == UInt8(ascii: "?")
    else {
      throw FileFault(
        file: file, line: 1, field: "XML declaration", found: "one that does not end",
        allowed: "?> within 256 bytes")
    }
    var values: [String: String] = [:]
    let body = String(decoding: bytes[5..<close - 1], as: UTF8.self)
    var rest = body[...]
    while let equals = rest.firstIndex(of: "=") {
      let name = rest[..<equals].filter { !$0.isWhitespace }
      rest = rest[rest.index(after: equals)...].drop(while: \.isWhitespace)
      guard let quote = rest.first, quote == "\"" || quote == "'",
        let end = rest.dropFirst().firstIndex(of: quote)
      else { break }
      values[String(name)] = String(rest[rest.index(after: rest.startIndex)..<end])
      rest = rest[rest.index(after: end)...]
    }
    guard values["version"] == "1.0", rest.allSatisfy(\.isWhitespace),
      values.keys.allSatisfy({ ["version", "encoding", "standalone"].contains($0) })
    else {
      throw FileFault(
        file: file, line: 1, field: "XML declaration", found: Excerpt.of(Array(body.utf8)),
        allowed: "version=\"1.0\" and encoding=\"UTF-8\" or \"windows-1251\"")
    }
    return ((values["encoding"] ?? "utf-8").lowercased(), close + 1)
  }

  /// The first byte that is no UTF-8 or a control character.
  static func badUTF8(_ bytes: [UInt8]) -> Int? {
    let span = bytes.span
    var place = 0
    while place < span.count {
      let byte = span[place]
      if byte >= 0x20, byte < 0x7F {
        place += 1
      } else if byte == 0x0A || byte == 0x09 || byte == 0x0D {
        place += 1
      } else if byte >= 0x80, let next = JSONText.afterScalar(span, place) {
        place = next
      } else {
        return place
      }
    }
    return nil
  }

  /// Where a document type would begin, in any case of letters.
  static func doctype(_ bytes: [UInt8]) -> Int? {
    let word = Array("<!doctype".utf8)
    guard bytes.count >= word.count else { return nil }
    let span = bytes.span
    for place in 0...(span.count - word.count)
    where span[place] == word[0] && span[place + 1] == word[1] {
      if (2..<word.count).allSatisfy({ span[place + $0] | 0x20 == word[$0] }) { return place }
    }
    return nil
  }
}

/// Bytes of names.
enum MeterByte {
  /// True for `A-Z a-z 0-9 _ -`.
  static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
