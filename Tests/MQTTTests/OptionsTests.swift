import MQTT
import Testing

@Suite struct `Connection options` {
  @Test func `never show the password`() {
    let options = ConnectionOptions(
      clientID: "headroom-ctl", host: "broker.example", port: 8883,
      user: .init(name: "ctl", password: "hunter2"), tls: .init(caFile: "/ca.pem"))
    var dumped = ""
    dump(options, to: &dumped)
    for text in ["\(options)", String(reflecting: options), dumped, "\(options.user!)"] {
      #expect(!text.contains("hunter2"), "\(text)")
    }
    #expect("\(options)" == "headroom-ctl at mqtts://ctl@broker.example:8883")
    #expect("\(ConnectionOptions(clientID: "a", host: "h", port: 1))" == "a at mqtt://h:1")
  }

  @Test func `that are wrong are refused with every fault`() throws {
    let options = ConnectionOptions(
      clientID: "", host: "", port: 0, user: .init(name: "a\0", password: "b\0"),
      tls: .init(caFile: "/nowhere/ca.pem", certificateFile: "/dev/null"), keepAliveSeconds: 4,
      sessionExpirySeconds: 5,
      will: .init(
        topic: "a/#", payload: Array(repeating: 0, count: 65_536), qos: 2, delaySeconds: 3),
      maximumInFlight: 0, receiveMaximum: 65_536, outgoingCapacity: 0, protocolVersion: .v311,
      backoff: .init(firstMilliseconds: 0, maximumMilliseconds: -1))
    let client = Client(
      options: options,
      subscriptions: [.init(filter: "a/#/b"), .init(filter: "fine/+"), .init(filter: "a", qos: 2)],
      inbox: Mailbox(capacity: 1))
    let error = try #require(throws: StartError.self) { try client.start() }
    guard case .refused(let faults) = error else { return #expect(Bool(false), "\(error)") }
    #expect(
      faults.map(\.place) == [
        "options.clientID", "options.host", "options.port", "options.keepAliveSeconds",
        "options.maximumInFlight", "options.receiveMaximum", "options.outgoingCapacity",
        "options.backoff.firstMilliseconds", "options.backoff.maximumMilliseconds",
        "options.user.name", "options.user.password", "options.sessionExpirySeconds",
        "options.tls.keyFile", "options.tls.caFile", "options.tls.certificateFile",
        "options.will.topic", "options.will.qos", "options.will.payload",
        "options.will.delaySeconds", "subscriptions[0].filter", "subscriptions[2].qos",
      ])
    #expect(faults[2].description == "options.port is 0; allowed: 1...65535")
    #expect(error.description.split(separator: "\n").count == faults.count)
    #expect(!error.description.contains("b\0"))
  }

  @Test func `are used once`() async throws {
    let client = Client(
      options: ConnectionOptions(clientID: "a", host: "127.0.0.1", port: 1), subscriptions: [],
      inbox: Mailbox(capacity: 10))
    try client.start()
    #expect(throws: StartError.alreadyStarted) { try client.start() }
    await client.stop()
    await client.stop()
    #expect(throws: StartError.alreadyStarted) { try client.start() }
    #expect(StartError.alreadyStarted.description == "the client was started before")
  }
}

@Suite struct `A batch of messages` {
  @Test func `is refused whole, with every fault`() async {
    let client = Client(
      options: ConnectionOptions(clientID: "a", host: "h", port: 1, protocolVersion: .v311),
      subscriptions: [], inbox: Mailbox(capacity: 1))
    let long = String(repeating: "x", count: 65_536)
    let batch = [
      Message(topic: "fine", payload: []), Message(topic: "", payload: []),
      Message(topic: "a/+", payload: [], qos: 2), Message(topic: "a\0", payload: []),
      Message(topic: long, payload: []),
      Message(
        topic: "a", payload: [], expirySeconds: 1,
        correlation: Array(repeating: 0, count: 65_536), responseTopic: "#"),
    ]
    let error = await #expect(throws: PublishError.self) { try await client.publish(batch) }
    guard case .refused(let faults) = error else { return #expect(Bool(false), "no faults") }
    #expect(
      faults.map(\.place) == [
        "messages[1].topic", "messages[2].topic", "messages[2].qos", "messages[3].topic",
        "messages[4].topic", "messages[5].correlation", "messages[5].responseTopic",
        "messages[5].expirySeconds", "messages[5].correlation", "messages[5].responseTopic",
      ])
    #expect(client.counters.handedOver == 0)
    #expect(faults[1].description.hasPrefix("messages[2].topic is \"a/+\"; allowed: 1...65535"))
    await client.stop()
  }

  @Test func `may be handed over before the start, and is given up by a stop`() async throws {
    let client = Client(
      options: ConnectionOptions(clientID: "a", host: "h", port: 1), subscriptions: [],
      inbox: Mailbox(capacity: 1))
    try await client.publish([Message("a", number: 1)])
    #expect(client.counters.waiting == 1)
    await client.stop()
    #expect(await client.waitUntilIdle() == false)
    #expect(PublishError.stopped.description == "the client was stopped")
  }

  @Test func `that is empty is finished at once`() async throws {
    let client = Client(
      options: ConnectionOptions(clientID: "a", host: "h", port: 1), subscriptions: [],
      inbox: Mailbox(capacity: 1))
    #expect(try await client.publishAndWait([]) == [])
    #expect(await client.waitUntilIdle())
  }
}
