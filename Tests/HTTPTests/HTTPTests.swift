import Dispatch
import Foundation
import Testing

@testable import HTTP

/// A server that runs for the length of a test.
func withServer<Value>(
  limit: Int = 1_000, _ answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse,
  _ body: (HTTPAddress) throws -> Value
) throws -> Value {
  let server = try HTTPServer(host: "127.0.0.1", port: 0, limit: limit)
  let done = DispatchGroup()
  DispatchQueue.global().async(group: done) { server.run(answer) }
  defer {
    server.stop()
    done.wait()
  }
  return try body(try HTTPAddress("http://127.0.0.1:\(server.port)/log"))
}

@Suite struct `A request over HTTP` {
  @Test func `is answered with what was sent`() throws {
    try withServer({ request in
      HTTPResponse(
        request.method == "GET" ? 200 : 422,
        text: "\(request.method) \(request.path)|"
          + String(decoding: request.body, as: UTF8.self), contentType: "text/x.tlog.size")
    }) { (address: HTTPAddress) throws -> Void in
      let got = try HTTPClient.send(HTTPRequest("GET", "/checkpoint"), to: address)
      #expect(
        got == HTTPResponse(200, text: "GET /log/checkpoint|", contentType: "text/x.tlog.size"))
      let body = [UInt8](repeating: 65, count: 1_000)
      let posted = try HTTPClient.send(HTTPRequest("POST", "/x", body: body), to: address)
      #expect(posted.status == 422 && posted.text.utf8.count == 12 + 1_000)
    }
  }

  @Test func `of many at once is answered for each`() throws {
    try withServer({ HTTPResponse(200, text: $0.path) }) { (address: HTTPAddress) throws -> Void in
      DispatchQueue.concurrentPerform(iterations: 60) { number in
        let answer = try? HTTPClient.send(HTTPRequest("GET", "/\(number)"), to: address)
        #expect(answer?.text == "/log/\(number)")
      }
    }
  }

  @Test func `over a limit is refused on either side`() throws {
    try withServer({ _ in HTTPResponse(200, [UInt8](repeating: 1, count: 2_000)) }) {
      (address: HTTPAddress) throws -> Void in
      let large = HTTPRequest("POST", "/", body: [UInt8](repeating: 1, count: 1_001))
      #expect(try HTTPClient.send(large, to: address).status == 413)
      #expect(throws: HTTPFault.tooLarge(limit: 1_999)) {
        try HTTPClient.send(HTTPRequest("GET", "/"), to: address, limit: 1_999)
      }
    }
  }

  @Test func `to nobody is an error`() throws {
    let port = try HTTPServer(host: "127.0.0.1", port: 0, limit: 1).port
    let fault = #expect(throws: HTTPFault.self) {
      try HTTPClient.send(HTTPRequest("GET", "/"), to: HTTPAddress("http://127.0.0.1:\(port)"))
    }
    guard case .unreachable = fault else {
      Issue.record("\(fault as Any)")
      return
    }
    let server = try HTTPServer(host: "127.0.0.1", port: 0, limit: 1)
    #expect(throws: HTTPFault.self) {
      try HTTPServer(host: "127.0.0.1", port: server.port, limit: 1)
    }
    #expect(throws: HTTPFault.self) {
      // It listens and never answers.
      try HTTPClient.send(
        HTTPRequest("GET", "/"), to: HTTPAddress("http://127.0.0.1:\(server.port)"), seconds: 1)
    }
  }
}

/// Bytes on a bare connection.
private func exchange(_ text: String, _ address: HTTPAddress) throws -> String {
  let deadline = ContinuousClock.now.advanced(by: .seconds(10))
  let socket = try Socket.connect(host: address.host, port: address.port, by: deadline)
  try socket.write(Array(text.utf8), by: deadline)
  var answer: [UInt8] = []
  while case let more = try socket.read(by: deadline), !more.isEmpty { answer += more }
  return String(decoding: answer, as: UTF8.self)
}

@Suite struct `A server` {
  @Test(arguments: [
    "nonsense\r\n\r\n", "GET nowhere HTTP/1.1\r\n\r\n", "GET / HTTP/2\r\n\r\n",
    "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\nbad name: x\r\n\r\n",
  ]) func `refuses what it does not understand`(request: String) throws {
    try withServer({ _ in HTTPResponse(200) }) { (address: HTTPAddress) throws -> Void in
      #expect(try exchange(request, address).hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
    }
  }

  @Test func `cuts off a head without end, and goes on without those who left`() throws {
    try withServer({ _ in HTTPResponse(200, text: "ok") }) {
      (address: HTTPAddress) throws -> Void in
      let long = "GET / HTTP/1.1\r\nx: " + String(repeating: "a", count: 20_000)
      let answer = (try? exchange(long, address)) ?? ""
      #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 413"))
      do {
        let deadline = ContinuousClock.now.advanced(by: .seconds(10))
        let gone = try Socket.connect(host: address.host, port: address.port, by: deadline)
        try gone.write(Array("GET".utf8), by: deadline)
      }
      #expect(try HTTPClient.send(HTTPRequest("GET", "/"), to: address).text == "ok")
    }
  }

  @Test func `says go on to those who ask before they send`() throws {
    try withServer({ HTTPResponse(200, $0.body) }) { (address: HTTPAddress) throws -> Void in
      let answer = try exchange(
        "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi", address)
      #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"))
      #expect(answer.hasSuffix("\r\n\r\nhi"))
    }
  }
}

@Suite struct `A client` {
  /// A server that says exactly these bytes.
  private func answer(_ text: String) throws -> HTTPResponse {
    let door = try Socket.listen(host: "127.0.0.1", port: 0)
    let done = DispatchGroup()
    DispatchQueue.global().async(group: done) {
      guard let socket = door.accept(withinMilliseconds: 10_000) else { return }
      let deadline = ContinuousClock.now.advanced(by: .seconds(10))
      _ = try? socket.read(by: deadline)
      try? socket.write(Array(text.utf8), by: deadline)
    }
    defer { done.wait() }
    return try HTTPClient.send(
      HTTPRequest("GET", "/"), to: HTTPAddress("http://127.0.0.1:\(door.port)"), limit: 100)
  }

  @Test func `reads bodies with a length, in chunks, and until the end`() throws {
    #expect(try answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi more").text == "hi")
    #expect(try answer("HTTP/1.0 404 No\r\n\r\nuntil the end").text == "until the end")
    let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n2\r\nde\r\n"
    #expect(try answer(chunks + "0\r\nTrailer: 1\r\n\r\n").text == "abcde")
    #expect(try answer("HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200\r\n\r\nx").text == "x")
  }

  @Test(arguments: [
    "SSH-2.0\r\n\r\n", "HTTP/1.1 999 x\r\n\r\n", "HTTP/1.1 200\r\nContent-Length: x\r\n\r\n",
    "HTTP/1.1 200\r\nContent-Length: 101\r\n\r\n", "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nabc",
    "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n",
    "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", "",
  ]) func `believes no answer of another form`(text: String) throws {
    #expect(throws: HTTPFault.self) { try answer(text) }
  }

  @Test func `tells broken from malformed`() throws {
    #expect(throws: HTTPFault.malformed("SSH-2.0")) { try answer("SSH-2.0\r\n\r\n") }
    #expect(throws: HTTPFault.broken("it ended inside of the head")) { try answer("HTTP/1.1") }
  }
}

@Suite struct `An address` {
  @Test func `has a host, a port and a prefix`() throws {
    let address = try HTTPAddress("http://log.example.org:8080/a/b//")
    #expect(address.host == "log.example.org" && address.port == 8080 && address.prefix == "/a/b")
    #expect(address.description == "http://log.example.org:8080/a/b")
    #expect(try HTTPAddress("http://[::1]").description == "http://[::1]")
    #expect(try HTTPAddress("http://[::1]:81/").port == 81)
    let place = try HTTPAddress.listening("127.0.0.1:0")
    #expect(place.host == "127.0.0.1" && place.port == 0)
  }

  @Test(arguments: [
    "https://a", "a", "http://", "http://a:b", "http://a:99999", "http://a/x?y", "http://a b",
    "http://a/x y", "http://a/#x",
  ]) func `is refused in another form`(text: String) {
    #expect(throws: HTTPFault.badAddress(text)) { try HTTPAddress(text) }
    let place = text.replacing(":", with: "")
    #expect(throws: HTTPFault.badPlace(place)) { try HTTPAddress.listening(place) }
  }

  @Test func `is not listened at twice, and says so`() throws {
    let server = try HTTPServer(host: "127.0.0.1", port: 0, limit: 1)
    let taken = "127.0.0.1:\(server.port): Address already in use"
    #expect(throws: HTTPFault.notListening(taken)) {
      try HTTPServer(host: "127.0.0.1", port: server.port, limit: 1)
    }
    #expect("\(HTTPFault.notListening(taken))" == "cannot listen at \(taken)")
  }
}
