/// Asks a server once, on a connection of its own.
public enum HTTPClient {
  /// Sends a request and waits for the answer.
  ///
  /// - Parameters:
  ///   - seconds: Everything together takes at most so long.
  ///   - limit: Bytes of the answer's body.
  public static func send(
    _ request: HTTPRequest, to address: HTTPAddress, seconds: Int = 10, limit: Int = 1 << 20
  ) throws(HTTPFault) -> HTTPResponse {
    let deadline = ContinuousClock.now.advanced(by: .seconds(seconds))
    let socket = try Socket.connect(host: address.host, port: address.port, by: deadline)
    let host = address.description.dropFirst(7).prefix { $0 != "/" }
    var head = "\(request.method) \(address.prefix)\(request.path) HTTP/1.1\r\nHost: \(host)\r\n"
    head += "Connection: close\r\nUser-Agent: headroom\r\n"
    if request.method != "GET" { head += "Content-Length: \(request.body.count)\r\n" }
    try socket.write(Array((head + "\r\n").utf8) + request.body, by: deadline)
    return try answer(socket, deadline, limit)
  }

  private static func answer(
    _ socket: Socket, _ deadline: ContinuousClock.Instant, _ limit: Int
  ) throws(HTTPFault) -> HTTPResponse {
    var reader = HTTPReader(socket, by: deadline)
    while true {
      let head = try reader.head()
      let words = head.line.split(separator: " ", maxSplits: 2)
      guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]),
        (100...599).contains(status)
      else { throw .malformed(String(head.line.prefix(80))) }
      // Go on: not an answer yet.
      if status < 200 { continue }
      let body: [UInt8]
      if head.fields["transfer-encoding"]?.lowercased() == "chunked" {
        body = try reader.chunks(limit: limit)
      } else if let text = head.fields["content-length"] {
        guard let count = Int(text), count >= 0 else { throw .malformed("a length of \(text)") }
        guard count <= limit else { throw .tooLarge(limit: limit) }
        body = try reader.body(count)
      } else {
        body = try reader.rest(limit: limit)
      }
      return HTTPResponse(status, body, contentType: head.fields["content-type"] ?? "")
    }
  }
}
