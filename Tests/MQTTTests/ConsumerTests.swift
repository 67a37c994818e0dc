import MQTT
import Testing

@Suite(.needsBroker, .serialized) struct `A consumer that must write messages down` {
  private func listener(_ broker: TestBroker) throws -> Station {
    try Station(
      .test("listener", port: broker.port) {
        $0.sessionExpirySeconds = 1000
        $0.awaitsConsumer = true
      }, [.init(filter: "wave")])
  }

  private func send(_ numbers: Range<Int>, to broker: TestBroker) async throws {
    let sender = try Station(.test("sender", port: broker.port))
    let outcomes = try await sender.client.publishAndWait(
      numbers.map { Message("wave", number: $0) })
    #expect(outcomes.allSatisfy { $0.isSuccess })
    await sender.client.stop()
  }

  @Test func `is given again what it had not marked safe when it died`() async throws {
    let broker = try TestBroker()
    let first = try listener(broker)
    try await first.connected()
    try await send(0..<10, to: broker)
    #expect(try await first.messages(10).compactMap(\.number) == Array(0..<10))
    await first.client.stop()

    let second = try listener(broker)
    let again = try await second.messages(10)
    #expect(again.compactMap(\.number) == Array(0..<10))
    second.client.markSafe(10)
    // What it publishes stands behind its answers; once that is taken the broker has seen them.
    _ = try await second.client.publishAndWait([Message("echo", number: 1)])
    try await send(10..<12, to: broker)
    #expect(try await second.messages(2).compactMap(\.number) == [10, 11])
    await second.client.stop()

    // The ten were marked, the two were not.
    let third = try listener(broker)
    #expect(try await third.messages(2).compactMap(\.number) == [10, 11])
    await third.client.stop()
  }

  @Test func `goes on receiving while it has marked nothing`() async throws {
    let broker = try TestBroker()
    let station = try listener(broker)
    try await station.connected()
    for round in 0..<5 {
      try await send(round * 100..<(round + 1) * 100, to: broker)
      #expect(try await station.messages(100).count == 100)
    }
    station.client.markSafe(500)
    // What it publishes stands behind its answers; once that is taken the broker has seen them.
    _ = try await station.client.publishAndWait([Message("echo", number: 1)])
    await station.client.stop()
    let next = try listener(broker)
    #expect(try await next.connected())
    let rest = await next.inbox.drain(waitingAtMost: .milliseconds(300))
    #expect(rest.compactMap(\.message?.number) == [])
    await next.client.stop()
  }

  @Test func `is not held up by messages that the broker forgets anyway`() async throws {
    let broker = try TestBroker()
    let station = try listener(broker)
    try await station.connected()
    let sender = try Station(.test("sender", port: broker.port))
    try await sender.client.publish((0..<50).map { Message("wave", number: $0, qos: 0) })
    #expect(try await station.messages(50).count == 50)
    // What it publishes leaves, because nothing waits to be marked.
    let echo = try Station(.test("echo", port: broker.port), [.init(filter: "echo")])
    try await echo.connected()
    #expect(
      try await station.client.publishAndWait([Message("echo", number: 1)]) == [.acknowledged])
    #expect(try await echo.messages(1).first?.number == 1)
    for each in [station, sender, echo] { await each.client.stop() }
  }
}
