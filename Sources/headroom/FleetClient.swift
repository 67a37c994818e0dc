import Fleet
import Grid
import MQTT

/// A simulated fleet on a real broker: one connection speaks for all gateways.
struct FleetClient {
  /// The world.
  private(set) var fleet: SimulatedFleet
  /// Messages that gateways published.
  private(set) var published = 0
  /// Messages that gateways received.
  private(set) var received = 0
  /// When the first and the last command of the present wave arrived, by the machine's clock.
  private(set) var firstCommand: ContinuousClock.Instant?
  private(set) var lastCommand: ContinuousClock.Instant?
  private(set) var commandsReceived = 0

  private let client: Client
  private let inbox: Mailbox<Arrival>

  init(_ fleet: SimulatedFleet, connection: ConnectionOptions) throws {
    self.fleet = fleet
    inbox = Mailbox(capacity: 1 << 18)
    var options = connection
    options.clientID = "headroom-sim"
    options.cleanStart = true
    client = Client(
      options: options,
      subscriptions: ["cmd", "notice", "err"].map {
        Subscription(filter: "headroom/v1/gw/+/" + $0, qos: 1)
      }, inbox: inbox)
    try client.start()
  }

  /// Messages of gateways that the broker has not taken yet.
  var waiting: Int { Int(client.counters.waiting) }

  /// Waits until the broker has accepted the subscriptions.
  /// - Returns: Nil, or why not when `seconds` passed before.
  mutating func connected(withinSeconds seconds: Int) async throws -> String? {
    let deadline = ContinuousClock.now + .seconds(seconds)
    var reason = "no answer"
    while ContinuousClock.now < deadline {
      for arrival in await inbox.drain(waitingAtMost: .milliseconds(50)) {
        switch arrival {
        case .connected: return nil
        case .disconnected(let why), .refusedConnection(let why): reason = why
        case .message, .refusedSubscription: break
        }
      }
    }
    return reason
  }

  /// Goes on with another world behind the same connection; what was counted stays counted.
  mutating func become(_ other: SimulatedFleet) { fleet = other }

  /// Says that all gateways live.
  mutating func connectGateways() async throws { try await publish(fleet.births()) }

  /// Lets the gateways take what has arrived; waits at most `limit` for the first message.
  mutating func receive(at now: Timestamp, waitingAtMost limit: Duration) async throws -> Int {
    let arrivals = await inbox.drain(waitingAtMost: limit)
    guard !arrivals.isEmpty else { return 0 }
    let instant = ContinuousClock.now
    var answers: [OutgoingMessage] = []
    for case .message(let message) in arrivals {
      received += 1
      if message.topic.hasSuffix("/cmd") {
        if firstCommand == nil { firstCommand = instant }
        lastCommand = instant
        commandsReceived += 1
      }
      answers += fleet.receive(
        topic: message.topic, payload: message.payload, retained: message.retain, at: now)
    }
    try await publish(answers)
    return arrivals.count
  }

  /// Lets time pass for the fleet.
  mutating func advance(to moment: Timestamp) async throws {
    try await publish(fleet.advance(to: moment))
  }

  private mutating func publish(_ messages: [OutgoingMessage]) async throws {
    guard !messages.isEmpty else { return }
    published += messages.count
    try await client.publish(
      messages.map {
        Message(topic: $0.topic, payload: $0.payload, qos: $0.qos, retain: $0.retain)
      })
  }

  func stop() async { await client.stop() }
}
