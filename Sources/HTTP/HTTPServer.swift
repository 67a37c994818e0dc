import Dispatch
import Synchronization

/// Answers requests, one on each connection, some connections at the same time.
///
/// For a few participants of a ledger, not for the public: what is slow or wrong is cut off, and
/// encryption is for a proxy before it.
public final class HTTPServer: Sendable {
  /// Connections that are answered at the same time; the others wait at the door.
  public static let maximumConnections = 32
  /// Seconds for one request and its answer.
  public static let seconds = 10

  private let door: Socket
  private let limit: Int
  private let isStopped = Atomic(false)

  /// Opens the door at `host` and `port`; port 0 takes a free one.
  /// - Parameter limit: Bytes of a request's body.
  public init(host: String, port: UInt16, limit: Int) throws(HTTPFault) {
    door = try Socket.listen(host: host, port: port)
    self.limit = limit
  }

  /// The port it listens at.
  public var port: UInt16 { door.port }

  /// Answers until `stop` is called; then waits for what was begun.
  ///
  /// `answer` is called from several threads.
  public func run(_ answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse) {
    let places = DispatchSemaphore(value: Self.maximumConnections)
    let work = DispatchGroup()
    let queue = DispatchQueue(label: "headroom.http", attributes: .concurrent)
    while !isStopped.load(ordering: .relaxed) {
      guard let socket = door.accept(withinMilliseconds: 100) else { continue }
      places.wait()
      queue.async(group: work) { [limit] in
        Self.serve(socket, limit, answer)
        places.signal()
      }
    }
    work.wait()
  }

  /// Lets `run` return.
  public func stop() { isStopped.store(true, ordering: .relaxed) }

  private static func serve(
    _ socket: Socket, _ limit: Int, _ answer: (HTTPRequest) -> HTTPResponse
  ) {
    let deadline = ContinuousClock.now.advanced(by: .seconds(seconds))
    let response: HTTPResponse
    do throws(HTTPFault) {
      response = answer(try request(socket, limit, deadline))
    } catch {
      switch error {
      case .tooLarge: response = HTTPResponse(413, text: "\(error)\n")
      case .malformed: response = HTTPResponse(400, text: "\(error)\n")
      case .badAddress, .badPlace, .notListening, .unreachable, .broken: return
      }
    }
    let head =
      "HTTP/1.1 \(response.status) \(reason(response.status))\r\n"
      + "Content-Type: \(response.contentType)\r\nContent-Length: \(response.body.count)\r\n"
      + "Connection: close\r\n\r\n"
    // Whoever asked and left is not waited for.
    try? socket.write(Array(head.utf8) + response.body, by: deadline)
  }

  private static func request(
    _ socket: Socket, _ limit: Int, _ deadline: ContinuousClock.Instant
  ) throws(HTTPFault) -> HTTPRequest {
    var reader = HTTPReader(socket, by: deadline)
    let head = try reader.head()
    let words = head.line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, words[2].hasPrefix("HTTP/1."), words[1].hasPrefix("/") else {
      throw .malformed("the first line")
    }
    guard head.fields["transfer-encoding"] == nil else {
      throw .malformed("a body without a length")
    }
    var body: [UInt8] = []
    if let text = head.fields["content-length"] {
      guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(text) else {
        throw .malformed("a length of \(text.prefix(20))")
      }
      guard count <= limit else { throw .tooLarge(limit: limit) }
      if head.fields["expect"]?.lowercased() == "100-continue" {
        try socket.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), by: deadline)
      }
      body = try reader.body(count)
    }
    return HTTPRequest(String(words[0]), String(words[1]), body: body)
  }

  private static func reason(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 400: "Bad Request"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 409: "Conflict"
    case 413: "Content Too Large"
    case 422: "Unprocessable Content"
    default: "Status"
    }
  }
}
