import MQTT
import Testing

@Suite(.needsBroker, .serialized, .timeLimit(.minutes(2))) struct `Back-pressure` {
  @Test func `holds a publisher at the capacity while the broker is away`() async throws {
    let broker = try TestBroker()
    broker.kill()
    let station = try Station(.test("full", port: broker.port) { $0.outgoingCapacity = 100 })
    let publishing = Task {
      try await station.client.publish((0..<1000).map { Message("a", number: $0) })
    }
    try await Task.sleep(for: .milliseconds(200))
    #expect(station.client.counters.waiting == 100)
    try broker.start()
    try await publishing.value
    #expect(await station.client.waitUntilIdle())
    #expect(station.client.counters.acknowledged == 1000)
    #expect(station.client.counters.mostWaiting == 100)
    await station.client.stop()
  }

  @Test func `lets a held publisher go when it is cancelled or the client stops`() async throws {
    let station = try Station(
      .test("held", port: TestBroker.freePort()) { $0.outgoingCapacity = 1 })
    let first = Task {
      try await station.client.publish([Message("a", number: 1), .init("a", number: 2)])
    }
    try await Task.sleep(for: .milliseconds(50))
    first.cancel()
    await #expect(throws: CancellationError.self) { try await first.value }
    let second = Task { try await station.client.publish([Message("a", number: 3)]) }
    let third = Task { try await station.client.publishAndWait([Message("a", number: 4)]) }
    try await Task.sleep(for: .milliseconds(50))
    await station.client.stop()
    await #expect(throws: PublishError.stopped) { try await second.value }
    await #expect(throws: PublishError.stopped) { _ = try await third.value }
    #expect(station.client.counters.waiting == 1)
  }

  @Test func `stops the reading while the inbox is full, and loses nothing`() async throws {
    let broker = try TestBroker()
    let listener = try Station(
      .test("slow", port: broker.port), [.init(filter: "wave")], inbox: Mailbox(capacity: 100))
    try await listener.connected()
    let sender = try Station(.test("sender", port: broker.port))
    _ = try await sender.client.publishAndWait((0..<20_000).map { Message("wave", number: $0) })
    try await Task.sleep(for: .milliseconds(200))
    // One batch of reading beyond the capacity, no more.
    #expect(listener.inbox.count >= 100)
    #expect(listener.inbox.count < 2300)
    #expect(listener.client.counters.pauses >= 1)
    #expect(try await listener.messages(20_000).map(\.number) == Array(0..<20_000))
    await sender.client.stop()
    await listener.client.stop()
  }

  @Test func `drops and counts telemetry that newer telemetry follows`() async throws {
    let broker = try TestBroker()
    let inbox = Mailbox<Arrival>(capacity: 10) { $0.message?.topic == "tele" }
    let listener = try Station(.test("slow", port: broker.port), [.init(filter: "#")], inbox: inbox)
    try await listener.connected()
    let sender = try Station(.test("sender", port: broker.port))
    _ = try await sender.client.publishAndWait(
      (0..<5000).map { Message("tele", number: $0, qos: 0) } + [Message("cmd", number: 1)])
    // While it waits for acknowledgements the listener reads on, so it hears the command.
    _ = try await listener.client.publishAndWait([Message("other", number: 2)])
    let messages = try await listener.arrivals { $0.contains { $0.message?.topic == "cmd" } }
      .compactMap(\.message)
    #expect(messages.contains { $0.topic == "cmd" })
    #expect(listener.client.counters.superseded > 0)
    await sender.client.stop()
    await listener.client.stop()
  }

  @Test func `does not let a consumer wait for itself`() async throws {
    let broker = try TestBroker()
    // It hears all it says, drains only between its batches, and its inbox is smaller than these.
    let station = try Station(
      .test("echo", port: broker.port) { $0.outgoingCapacity = 50 }, [.init(filter: "wave")],
      inbox: Mailbox(capacity: 20))
    try await station.connected()
    for round in 0..<5 {
      try await station.client.publish(
        (0..<1000).map { Message("wave", number: round * 1000 + $0) })
    }
    #expect(try await station.messages(5000).map(\.number) == Array(0..<5000))
    await station.client.stop()
  }
}
