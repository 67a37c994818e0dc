/// Why a message did not come or go.
public enum HTTPFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// The text is no address of the form that is supported.
  case badAddress(String)
  /// The text is no place to listen.
  case badPlace(String)
  /// The place to listen is not free, or not of this machine.
  case notListening(String)
  /// Nobody is there.
  case unreachable(String)
  /// The connection broke, or took too long.
  case broken(String)
  /// What came is not HTTP as it is understood here.
  case malformed(String)
  /// More bytes than a limit.
  case tooLarge(limit: Int)

  /// What was found.
  public var description: String {
    switch self {
    case .badAddress(let text):
      "\(text): allowed: http://host[:port][/path]; put a proxy before it for https"
    case .badPlace(let text): "\(text): allowed: ADDRESS:PORT, with a port from 0 to 65535"
    case .notListening(let text): "cannot listen at \(text)"
    case .unreachable(let text): "cannot be reached: \(text)"
    case .broken(let text): "the connection broke: \(text)"
    case .malformed(let text): "not understood: \(text)"
    case .tooLarge(let limit): "more than \(limit) bytes"
    }
  }
}

/// What is asked.
public struct HTTPRequest: Hashable, Sendable {
  /// `GET`, `POST` …
  public var method: String
  /// The path, from its first `/`.
  public var path: String
  /// What goes with it.
  public var body: [UInt8]

  /// A request.
  public init(_ method: String, _ path: String, body: [UInt8] = []) {
    self.method = method
    self.path = path
    self.body = body
  }
}

/// What is answered.
public struct HTTPResponse: Hashable, Sendable {
  /// Such as 200.
  public var status: Int
  /// What the body is.
  public var contentType: String
  /// The answer itself.
  public var body: [UInt8]

  /// An answer.
  public init(
    _ status: Int, _ body: [UInt8] = [], contentType: String = "application/octet-stream"
  ) {
    self.status = status
    self.body = body
    self.contentType = contentType
  }

  /// An answer in words.
  public init(_ status: Int, text: String, contentType: String = "text/plain; charset=utf-8") {
    self.init(status, Array(text.utf8), contentType: contentType)
  }

  /// The body as text.
  public var text: String { String(decoding: body, as: UTF8.self) }
}

/// Where a server is: `http://host[:port][/prefix]`.
public struct HTTPAddress: Hashable, Sendable, CustomStringConvertible {
  /// Name or address of the host.
  public let host: String
  /// The port, 80 by default.
  public let port: UInt16
  /// What comes before every path, without `/` at the end.
  public let prefix: String

  /// An address from its text.
  public init(_ text: String) throws(HTTPFault) {
    guard text.hasPrefix("http://") else { throw .badAddress(text) }
    let rest = text.dropFirst(7)
    let authority = rest.prefix { $0 != "/" }
    var path = String(rest.dropFirst(authority.count))
    while path.hasSuffix("/") { path.removeLast() }
    let (host, port) = try Self.split(authority, text, defaultPort: 80)
    let isPlain = path.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    guard isPlain, !path.contains("?"), !path.contains("#") else { throw .badAddress(text) }
    self.host = host
    self.port = port
    prefix = path
  }

  /// Host and port of `host:port`, as a server is told where to listen.
  public static func listening(_ text: String) throws(HTTPFault) -> (host: String, port: UInt16) {
    do { return try split(text[...], text, defaultPort: nil) } catch { throw .badPlace(text) }
  }

  private static func split(
    _ authority: Substring, _ text: String, defaultPort: UInt16?
  ) throws(HTTPFault) -> (String, UInt16) {
    var host = authority
    var port = defaultPort
    if !authority.hasSuffix("]"), let colon = authority.lastIndex(of: ":") {
      port = UInt16(authority[authority.index(after: colon)...])
      host = authority[..<colon]
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    let isName = host.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20)
        || [0x2D, 0x2E, 0x3A].contains($0)
    }
    guard let port, isName, !host.isEmpty else { throw .badAddress(text) }
    return (String(host), port)
  }

  /// The text.
  public var description: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return "http://\(name)\(port == 80 ? "" : ":\(port)")\(prefix)"
  }
}
