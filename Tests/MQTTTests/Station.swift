import Foundation
import MQTT
import Testing

/// A started client with its inbox, as most tests need one.
final class Station: @unchecked Sendable {
  let client: Client
  let inbox: Mailbox<Arrival>
  // Owned by the one test that uses the station.
  private var seen: [Arrival] = []

  init(
    _ options: ConnectionOptions, _ subscriptions: [Subscription] = [],
    inbox: Mailbox<Arrival> = Mailbox(capacity: 100_000)
  ) throws {
    self.inbox = inbox
    client = Client(options: options, subscriptions: subscriptions, inbox: inbox)
    try client.start()
  }

  /// Drains until `isEnough` holds for everything that came since the last call, at most 20 s.
  func arrivals(until isEnough: ([Arrival]) -> Bool) async throws -> [Arrival] {
    let deadline = ContinuousClock.now + .seconds(20)
    while !isEnough(seen) {
      try #require(ContinuousClock.now < deadline, "waited in vain; so far: \(seen.suffix(5))")
      seen += await inbox.drain(waitingAtMost: .milliseconds(200))
    }
    defer { seen = [] }
    return seen
  }

  /// The first `count` messages.
  func messages(_ count: Int) async throws -> [Message] {
    try await arrivals { $0.count(where: \.isMessage) >= count }.compactMap(\.message)
  }

  /// Waits for the connection and says whether the broker remembered the session.
  @discardableResult
  func connected() async throws -> Bool {
    let arrivals = try await arrivals { $0.contains { $0.sessionPresent != nil } }
    return arrivals.compactMap(\.sessionPresent).last ?? false
  }
}

extension Arrival {
  var message: Message? { if case .message(let message) = self { message } else { nil } }
  var isMessage: Bool { message != nil }
  var sessionPresent: Bool? { if case .connected(let present) = self { present } else { nil } }
}

extension ConnectionOptions {
  /// A client of a test broker that comes back quickly.
  static func test(
    _ clientID: String, port: Int, change: (inout ConnectionOptions) -> Void = { _ in }
  ) -> ConnectionOptions {
    var options = ConnectionOptions(
      clientID: clientID, host: "127.0.0.1", port: port,
      backoff: Backoff(firstMilliseconds: 20, maximumMilliseconds: 100))
    change(&options)
    return options
  }
}

extension Message {
  /// A message whose payload is a number.
  init(_ topic: String, number: Int, qos: Int = 1) {
    self.init(topic: topic, payload: Array(String(number).utf8), qos: qos)
  }

  var number: Int? { Int(String(decoding: payload, as: UTF8.self)) }
}
