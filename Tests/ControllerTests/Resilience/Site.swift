import Fleet
import Grid
import MQTT
import Wire

/// The world around a controller, on a real broker: gateways of a simulated fleet, and a witness
/// who writes down what the controller says.
struct Site {
  private(set) var fleet: SimulatedFleet
  /// What each command id stood for when it first came.
  private(set) var commands: [String: Command] = [:]
  /// The names of those that discharge.
  var discharges: Set<String> {
    Set(
      commands.filter { if case .discharge = $0.value.action { true } else { false } }.map(\.key))
  }
  /// Command ids that came again with another content.
  private(set) var contradictions: [String] = []
  /// Command messages that came, repetitions included.
  private(set) var commandMessages = 0
  /// Commands that first came when their window had begun.
  private(set) var lateCommands = 0
  /// What the controller answered the utility, in order.
  private(set) var answers: [SignalAcknowledgement] = []
  /// Whom the controller turned away, in order.
  private(set) var refusals: [ErrorReply] = []
  /// Sessions in which the controller said that it lives, in order.
  private(set) var sessions: [Int64] = []
  /// Meter messages that gateways published.
  private(set) var meterMessages = 0
  /// What gateways publish goes through here first: doubled, reordered, or lost.
  var disturb: ([OutgoingMessage]) -> [OutgoingMessage] = { $0 }

  let client: Client
  private let inbox = Mailbox<Arrival>(capacity: 1 << 18)

  init(_ fleet: SimulatedFleet, port: Int) throws {
    self.fleet = fleet
    var options = ConnectionOptions(clientID: "world", host: "127.0.0.1", port: port)
    options.backoff = .init(firstMilliseconds: 20, maximumMilliseconds: 200)
    options.cleanStart = true
    client = Client(
      options: options,
      subscriptions: ["gw/+/cmd", "gw/+/notice", "gw/+/err", "signal/+/ack", "ctl/state"].map {
        Subscription(filter: "headroom/v1/" + $0, qos: 1)
      }, inbox: inbox)
    try client.start()
  }

  /// Waits until the broker knows it, and says that all gateways live.
  mutating func connect() async throws {
    for _ in 0..<300 {
      for arrival in await inbox.drain(waitingAtMost: .milliseconds(50)) {
        if case .connected = arrival {
          try await publish(fleet.births())
          return
        }
      }
    }
    throw Broker.Unusable(reason: "the broker did not accept the world")
  }

  /// All gateways come online again, as after a broken connection.
  mutating func reconnectGateways() async throws { try await publish(fleet.births()) }

  /// Lets time pass for the homes.
  mutating func advance(to moment: Timestamp) async throws {
    try await publish(fleet.advance(to: moment))
  }

  /// Takes what has come; waits at most `limit` for the first. Returns how much it was.
  mutating func receive(at now: Timestamp, waitingAtMost limit: Duration) async throws -> Int {
    let arrivals = await inbox.drain(waitingAtMost: limit)
    var replies: [OutgoingMessage] = []
    for case .message(let message) in arrivals {
      note(message, at: now)
      replies += fleet.receive(
        topic: message.topic, payload: message.payload, retained: message.retain, at: now)
    }
    try await publish(replies)
    return arrivals.count
  }

  private mutating func note(_ message: Message, at now: Timestamp) {
    if message.topic.hasSuffix("/cmd") {
      commandMessages += 1
      for command in (try? CommandCodec.decode(message.payload))?.items ?? [] {
        let known = commands[command.id.text]
        if known == nil {
          commands[command.id.text] = command
          if now > command.window.start { lateCommands += 1 }
        }
        if let known, known != command { contradictions.append(command.id.text) }
      }
    } else if message.topic.hasSuffix("ctl/state") {
      let state = try? ControllerStateCodec.decode(message.payload)
      if let state, state.birth != nil, sessions.last != state.session {
        sessions.append(state.session)
      }
    } else if let reply = try? ErrorReplyCodec.decode(message.payload) {
      refusals.append(reply)
    } else if let answer = try? SignalAcknowledgementCodec.decode(message.payload) {
      answers.append(answer)
    }
  }

  private mutating func publish(_ messages: [OutgoingMessage]) async throws {
    let messages = disturb(messages)
    guard !messages.isEmpty else { return }
    meterMessages += messages.count { $0.topic.hasSuffix("/meter") }
    try await client.publish(
      messages.map {
        Message(topic: $0.topic, payload: $0.payload, qos: $0.qos, retain: $0.retain)
      })
  }

  /// The last answer about an event with this status.
  func answer(_ status: SignalAcknowledgement.Status) -> SignalAcknowledgement? {
    answers.last { $0.status == status }
  }
}
