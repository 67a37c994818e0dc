import MQTT
import Testing

@Suite(.needsBroker, .serialized, .timeLimit(.minutes(2))) struct `The bare loop` {
  @Test func `publishes everything and says how long it took`() async throws {
    let broker = try TestBroker()
    let listener = try Station(.test("listener", port: broker.port), [.init(filter: "x")])
    try await listener.connected()
    let seconds = try BareLoop.publishAll(
      host: "127.0.0.1", port: broker.port, messages: (0..<1000).map { Message("x", number: $0) },
      inFlight: 64)
    #expect(seconds > 0)
    #expect(try await listener.messages(1000).map(\.number) == Array(0..<1000))
    await listener.client.stop()
  }

  @Test func `says why it could not`() {
    #expect(throws: StartError.system("Connection refused")) {
      try BareLoop.publishAll(
        host: "127.0.0.1", port: TestBroker.freePort(), messages: [], inFlight: 1)
    }
  }
}
