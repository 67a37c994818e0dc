import Glibc
import MQTT
import Testing

/// A broker that accepts one connection after another and answers what a real one rarely says.
final class ScriptedBroker: Sendable {
  enum Answer: Sendable {
    /// Refuses subscriptions; takes publishes without a word.
    case refuseSubscriptions
    /// Answers a publish by disconnecting: packet too large.
    case disconnectOnPublish
    /// Accepts the connection and never says anything.
    case nothing
  }

  let port: Int
  private let listener: Int32

  init(_ answer: Answer) {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = TestBroker.loopback(port: 0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, size)
        getsockname(listener, address, &size)
      }
      return Int(UInt16(bigEndian: pointer.pointee.sin_port))
    }
    listen(listener, 4)
    Relay.thread {
      while true {
        let client = accept(listener, nil, nil)
        if client < 0 { return }
        Self.serve(client, answer)
        close(client)
      }
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  /// Each test packet is written at once and is short, so one reading is one packet.
  private static func serve(_ client: Int32, _ answer: Answer) {
    var packet = [UInt8](repeating: 0, count: 1024)
    while read(client, &packet, packet.count) > 0 {
      let reply: [UInt8]
      switch (packet[0] >> 4, answer) {
      case (_, .nothing): reply = []
      case (1, _): reply = [0x20, 3, 0, 0, 0]
      case (8, _): reply = [0x90, 4, packet[2], packet[3], 0, 0x87]
      case (3, .disconnectOnPublish): reply = [0xE0, 2, 0x95, 0]
      default: reply = []
      }
      _ = reply.withUnsafeBytes {
        send(client, $0.baseAddress, reply.count, Int32(MSG_NOSIGNAL))
      }
    }
  }
}

@Suite(.serialized, .timeLimit(.minutes(2))) struct `What a broker rarely says` {
  @Test func `is heard: a subscription is refused, and the connection goes on`() async throws {
    let broker = ScriptedBroker(.refuseSubscriptions)
    let station = try Station(.test("a", port: broker.port), [.init(filter: "secret/#")])
    let arrivals = try await station.arrivals { $0.count >= 2 }
    #expect(
      arrivals == [
        .refusedSubscription(filter: "secret/#", reason: "Not authorized"),
        .connected(sessionPresent: false),
      ])
    await station.client.stop()
  }

  @Test func `is heard: a disconnection with its reason`() async throws {
    let broker = ScriptedBroker(.disconnectOnPublish)
    let station = try Station(
      .test("a", port: broker.port) { $0.backoff = .init(firstMilliseconds: 60_000) })
    try await station.connected()
    try await station.client.publish([Message("a", number: 1)])
    let arrivals = try await station.arrivals { $0.contains(where: \.isLoss) }
    #expect(arrivals == [.disconnected(reason: "Packet too large")])
    await station.client.stop()
  }

  @Test func `may be nothing: a stop tells that a message was never answered`() async throws {
    let broker = ScriptedBroker(.refuseSubscriptions)
    let station = try Station(.test("a", port: broker.port))
    try await station.connected()
    async let outcomes = station.client.publishAndWait([Message("a", number: 1)])
    while station.client.counters.sent == 0 { try await Task.sleep(for: .milliseconds(5)) }
    await station.client.stop()
    #expect(try await outcomes == [.unacknowledged])
  }

  @Test func `may be nothing at all, which does not hold up a stop`() async throws {
    let broker = ScriptedBroker(.nothing)
    let station = try Station(.test("a", port: broker.port))
    try await Task.sleep(for: .milliseconds(50))
    let clock = ContinuousClock()
    let taken = await clock.measure { await station.client.stop() }
    #expect(taken < .seconds(3))
    #expect(await station.inbox.drain() == [.disconnected(reason: "stopped")])
  }
}
