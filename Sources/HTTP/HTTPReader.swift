/// Reads one message of HTTP/1.1 from a connection, within limits.
struct HTTPReader {
  /// Bytes of a start line with its fields.
  static let maximumHead = 16_384

  let socket: Socket
  let deadline: ContinuousClock.Instant
  private var buffer: [UInt8] = []

  init(_ socket: Socket, by deadline: ContinuousClock.Instant) {
    self.socket = socket
    self.deadline = deadline
  }

  /// The start line and the fields, their names in lower case.
  struct Head {
    var line: String
    var fields: [String: String]
  }

  mutating func head() throws(HTTPFault) -> Head {
    let text = try until([13, 10, 13, 10])
    var lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
    let first = String(lines.removeFirst())
    var fields: [String: String] = [:]
    for line in lines {
      guard let colon = line.firstIndex(of: ":") else { throw .malformed("a field without colon") }
      let name = line[..<colon].lowercased()
      var value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      while value.last == " " || value.last == "\t" { value.removeLast() }
      // A length said twice is how one message is smuggled inside of another.
      guard !name.isEmpty, !name.contains(" "), fields[name] == nil || name != "content-length"
      else { throw .malformed("a field") }
      fields[name] = String(value)
    }
    return Head(line: first, fields: fields)
  }

  /// Exactly so many bytes.
  mutating func body(_ count: Int) throws(HTTPFault) -> [UInt8] {
    while buffer.count < count { try more("body") }
    let body = Array(buffer[..<count])
    buffer.removeSubrange(..<count)
    return body
  }

  /// Everything until the other side closes.
  mutating func rest(limit: Int) throws(HTTPFault) -> [UInt8] {
    while true {
      guard buffer.count <= limit else { throw .tooLarge(limit: limit) }
      let more = try socket.read(by: deadline)
      if more.isEmpty { return buffer }
      buffer += more
    }
  }

  /// A body in chunks (RFC 9112 §7.1).
  mutating func chunks(limit: Int) throws(HTTPFault) -> [UInt8] {
    var whole: [UInt8] = []
    while true {
      let digits = try until([13, 10]).prefix { $0 != ";" }
      guard digits.utf8.count <= 8, let count = Int(digits, radix: 16), count >= 0 else {
        throw .malformed("the length of a chunk is \(digits)")
      }
      guard whole.count + count <= limit else { throw .tooLarge(limit: limit) }
      if count == 0 {
        while try !until([13, 10]).isEmpty {}
        return whole
      }
      whole += try body(count)
      guard try until([13, 10]).isEmpty else {
        throw .malformed("a chunk is longer than it says")
      }
    }
  }

  private mutating func until(_ end: [UInt8]) throws(HTTPFault) -> String {
    while true {
      if let place = buffer.firstRange(of: end) {
        let text = String(decoding: buffer[..<place.lowerBound], as: UTF8.self)
        buffer.removeSubrange(..<place.upperBound)
        return text
      }
      guard buffer.count <= Self.maximumHead else { throw .tooLarge(limit: Self.maximumHead) }
      try more("head")
    }
  }

  private mutating func more(_ place: String) throws(HTTPFault) {
    let bytes = try socket.read(by: deadline)
    guard !bytes.isEmpty else { throw .broken("it ended inside of the \(place)") }
    buffer += bytes
  }
}
