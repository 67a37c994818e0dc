import MQTT
import Testing

@Suite(.needsBroker, .serialized, .timeLimit(.minutes(2))) struct `A client` {
  @Test func `carries 10,000 messages in order and hears the broker acknowledge each`() async throws
  {
    let broker = try TestBroker()
    let listener = try Station(.test("listener", port: broker.port), [.init(filter: "wave/+")])
    try await listener.connected()
    let sender = try Station(.test("sender", port: broker.port))
    let outcomes = try await sender.client.publishAndWait(
      (0..<10_000).map { Message("wave/one", number: $0) })
    #expect(outcomes == Array(repeating: .acknowledged, count: 10_000))
    let messages = try await listener.messages(10_000)
    #expect(messages.map(\.number) == Array(0..<10_000))
    #expect(messages.allSatisfy { $0.topic == "wave/one" && $0.qos == 1 && !$0.retain })
    #expect(sender.client.counters.acknowledged == 10_000)
    #expect(sender.client.counters.waiting == 0)
    #expect(listener.client.counters.received == 10_000)
    await sender.client.stop()
    await listener.client.stop()
  }

  @Test(arguments: [ConnectionOptions.ProtocolVersion.v5, .v311])
  func `speaks both versions, at both qualities`(version: ConnectionOptions.ProtocolVersion)
    async throws
  {
    let broker = try TestBroker()
    let station = try Station(
      .test("both", port: broker.port) { $0.protocolVersion = version }, [.init(filter: "#")])
    try await station.connected()
    let outcomes = try await station.client.publishAndWait([
      Message("a", number: 1, qos: 0), Message("a", number: 2), Message("a", number: 3, qos: 0),
    ])
    #expect(outcomes == [.written, .acknowledged, .written])
    let messages = try await station.messages(3)
    #expect(messages.map(\.number) == [1, 2, 3])
    #expect(messages.map(\.qos) == [0, 1, 0])
    await station.client.stop()
    #expect(await station.inbox.drain() == [.disconnected(reason: "stopped")])
  }

  @Test func `keeps expiry, correlation and the topic for answers`() async throws {
    let broker = try TestBroker()
    let station = try Station(.test("properties", port: broker.port), [.init(filter: "ask")])
    try await station.connected()
    let ask = Message(
      topic: "ask", payload: [0, 255], expirySeconds: 60, correlation: [1, 0, 2],
      responseTopic: "answer")
    try await station.client.publish([ask])
    #expect(try await station.messages(1) == [ask])
    await station.client.stop()
  }

  @Test func `marks a retained message only for those who come later`() async throws {
    let broker = try TestBroker()
    let early = try Station(.test("early", port: broker.port), [.init(filter: "state")])
    try await early.connected()
    _ = try await early.client.publishAndWait([
      Message(topic: "state", payload: [7], retain: true)
    ])
    #expect(try await early.messages(1).map(\.retain) == [false])
    let late = try Station(.test("late", port: broker.port), [.init(filter: "state")])
    #expect(try await late.messages(1).map(\.retain) == [true])
    let never = try Station(
      .test("never", port: broker.port), [.init(filter: "state", retainHandling: .never)])
    try await never.connected()
    #expect(await never.inbox.drain(waitingAtMost: .milliseconds(300)) == [])
    for station in [early, late, never] { await station.client.stop() }
  }

  @Test func `does not deliver what expired on the way`() async throws {
    let broker = try TestBroker()
    let options = ConnectionOptions.test("sleeper", port: broker.port) {
      $0.sessionExpirySeconds = 100
    }
    let sleeper = try Station(options, [.init(filter: "cmd")])
    try await sleeper.connected()
    await sleeper.client.stop()
    let sender = try Station(.test("sender", port: broker.port))
    _ = try await sender.client.publishAndWait([
      Message(topic: "cmd", payload: [1], expirySeconds: 1),
      Message(topic: "cmd", payload: [2], expirySeconds: 100),
    ])
    try await Task.sleep(for: .milliseconds(2100))
    let awake = try Station(options, [.init(filter: "cmd")])
    let messages = try await awake.messages(1)
    #expect(messages.map(\.payload) == [[2]])
    #expect(try #require(messages[0].expirySeconds) <= 98)
    await sender.client.stop()
    await awake.client.stop()
  }

  @Test func `hears of a will when a connection breaks, and of none after a farewell`() async throws
  {
    let broker = try TestBroker()
    let relay = Relay(to: broker.port)
    let watcher = try Station(.test("watcher", port: broker.port), [.init(filter: "gone/+")])
    try await watcher.connected()
    func mortal(_ name: String, port: Int) throws -> Station {
      try Station(
        .test(name, port: port) {
          $0.will = .init(topic: "gone/\(name)", payload: Array(name.utf8), retain: false)
          $0.backoff = .init(firstMilliseconds: 60_000)
        })
    }
    let polite = try mortal("polite", port: broker.port)
    try await polite.connected()
    await polite.client.stop()
    let victim = try mortal("victim", port: relay.port)
    try await victim.connected()
    relay.close()
    let wills = try await watcher.messages(1)
    #expect(wills == [Message(topic: "gone/victim", payload: Array("victim".utf8))])
    _ = try await victim.arrivals { $0.contains(where: \.isLoss) }
    await victim.client.stop()
    await watcher.client.stop()
  }
}

extension Arrival {
  var isLoss: Bool { if case .disconnected = self { true } else { false } }
}
