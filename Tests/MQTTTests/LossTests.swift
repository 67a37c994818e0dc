import MQTT
import Testing

@Suite(.needsBroker, .serialized, .timeLimit(.minutes(2))) struct `A lost connection` {
  static let persistence = """
    allow_anonymous true
    persistence true
    persistence_location {folder}/
    """

  /// A listener and a sender whose sessions outlive a broker's restart.
  func pair(_ broker: TestBroker) async throws -> (listener: Station, sender: Station) {
    func lasting(_ options: inout ConnectionOptions) {
      options.sessionExpirySeconds = 1000
      options.maximumInFlight = 64
    }
    let listener = try Station(
      .test("listener", port: broker.port, change: lasting), [.init(filter: "wave")])
    try await listener.connected()
    let sender = try Station(.test("sender", port: broker.port, change: lasting))
    try await sender.connected()
    return (listener, sender)
  }

  @Test func `costs no message when the broker is started again`() async throws {
    let broker = try TestBroker(Self.persistence)
    let (listener, sender) = try await pair(broker)
    try await sender.client.publish((0..<5000).map { Message("wave", number: $0) })
    // In the middle of the wave; in order, so that it saves what it has acknowledged.
    broker.terminate()
    try await sender.client.publish((5000..<8000).map { Message("wave", number: $0) })
    try broker.start()
    #expect(await sender.client.waitUntilIdle())
    #expect(sender.client.counters.reconnects >= 1)
    // At least once: what was sent but not acknowledged is sent again.
    let arrivals = try await listener.arrivals {
      $0.last?.message?.number == 7999 && Set($0.compactMap(\.message?.number)).count == 8000
    }
    #expect(Set(arrivals.compactMap(\.message?.number)) == Set(0..<8000))
    await sender.client.stop()
    await listener.client.stop()
  }

  @Test func `leaves no message without an answer when the broker is killed`() async throws {
    let broker = try TestBroker(Self.persistence)
    let (listener, sender) = try await pair(broker)
    try await sender.client.publish((0..<5000).map { Message("wave", number: $0) })
    broker.kill()
    async let outcomes = sender.client.publishAndWait(
      (5000..<8000).map { Message("wave", number: $0) })
    try await Task.sleep(for: .milliseconds(50))
    try broker.start()
    // What the first life took may be gone with it; each message was answered in one of the two.
    #expect(try await outcomes == Array(repeating: .acknowledged, count: 3000))
    #expect(sender.client.counters.acknowledged == 8000)
    // The listener came back and subscribed again, although the broker had forgotten it.
    try await listener.connected()
    _ = try await sender.client.publishAndWait([Message("wave", number: 9000)])
    let arrivals = try await listener.arrivals { $0.last?.message?.number == 9000 }
    #expect(!arrivals.isEmpty)
    await sender.client.stop()
    await listener.client.stop()
  }

  @Test func `of the listener is made up for by the broker's session`() async throws {
    let broker = try TestBroker()
    let relay = Relay(to: broker.port)
    let listener = try Station(
      .test("listener", port: relay.port) { $0.sessionExpirySeconds = 1000 },
      [.init(filter: "wave")])
    #expect(try await listener.connected() == false)
    let sender = try Station(.test("sender", port: broker.port))
    for round in 0..<5 {
      try await sender.client.publish(
        (0..<1000).map { Message("wave", number: round * 1000 + $0) })
      relay.cut()
    }
    // At least once: a message whose acknowledgement was cut off comes again.
    let arrivals = try await listener.arrivals {
      Set($0.compactMap(\.message?.number)).count == 5000
    }
    #expect(Set(arrivals.compactMap(\.message?.number)) == Set(0..<5000))
    await sender.client.stop()
    await listener.client.stop()
  }

  @Test func `of the sender costs no message and no outcome, at either quality`() async throws {
    let broker = try TestBroker()
    let relay = Relay(to: broker.port)
    let listener = try Station(.test("listener", port: broker.port), [.init(filter: "wave")])
    try await listener.connected()
    let sender = try Station(.test("sender", port: relay.port) { $0.maximumInFlight = 32 })
    try await sender.connected()
    async let outcomes = sender.client.publishAndWait(
      (0..<20_000).map { Message("wave", number: $0) })
    for _ in 0..<5 {
      try await Task.sleep(for: .milliseconds(40))
      relay.cut()
    }
    #expect(try await outcomes == Array(repeating: .acknowledged, count: 20_000))
    let numbers = try await listener.arrivals { $0.last?.message?.number == 19_999 }
      .compactMap(\.message?.number)
    #expect(Set(numbers) == Set(0..<20_000))
    #expect(sender.client.counters.disconnections >= 1)
    await sender.client.stop()
    await listener.client.stop()
  }

  @Test func `or none yet lets messages be handed over, which a stop gives up`() async throws {
    let port = TestBroker.freePort()
    let station = try Station(.test("early", port: port))
    try await station.client.publish([Message("a", number: 1), Message("a", number: 2, qos: 0)])
    let failed = try await station.arrivals { $0.contains(where: \.isLoss) }
    #expect(
      failed.first
        == .disconnected(reason: "127.0.0.1:\(port) cannot be reached: Connection refused"))
    #expect(station.client.counters.waiting == 2)
    await station.client.stop()
    #expect(station.client.counters.notSent == 2)
  }

  @Test func `takes the waiting time off a message's expiry`() async throws {
    let broker = try TestBroker()
    broker.kill()
    let station = try Station(.test("late", port: broker.port), [.init(filter: "cmd")])
    async let outcomes = station.client.publishAndWait([
      Message(topic: "cmd", payload: [1], expirySeconds: 1),
      Message(topic: "cmd", payload: [2], expirySeconds: 50),
    ])
    try await Task.sleep(for: .milliseconds(1500))
    try broker.start()
    #expect(try await outcomes == [.expired, .acknowledged])
    #expect(try await station.messages(1).map(\.payload) == [[2]])
    #expect(station.client.counters.expired == 1)
    await station.client.stop()
  }

  @Test func `brings the subscriptions back even when the broker forgot them`() async throws {
    let broker = try TestBroker()
    let listener = try Station(.test("listener", port: broker.port), [.init(filter: "x")])
    try await listener.connected()
    broker.kill()
    try broker.start()
    #expect(try await listener.connected() == false)
    _ = try await listener.client.publishAndWait([Message("x", number: 5)])
    #expect(try await listener.messages(1).map(\.number) == [5])
    await listener.client.stop()
  }

  @Test func `to a second client of the same name is told to the first`() async throws {
    let broker = try TestBroker()
    let first = try Station(
      .test("same", port: broker.port) { $0.backoff = .init(firstMilliseconds: 60_000) })
    try await first.connected()
    let second = try Station(.test("same", port: broker.port))
    try await second.connected()
    let loss = try await first.arrivals { $0.contains(where: \.isLoss) }
    #expect(loss == [.disconnected(reason: "The connection was lost")])
    await second.client.stop()
    await first.client.stop()
  }
}
