import Grid
import MQTT
import Signing
import Wire

/// The utility's side of the broker: sends signals and hears the answers.
struct UtilityClient {
  private let client: Client
  private let inbox = Mailbox<Arrival>(capacity: 4_096)
  private let utility: UtilityID

  /// Connects as `utility`; answers are heard from now on.
  init(_ utility: UtilityID, connection: ConnectionOptions) throws {
    self.utility = utility
    var options = connection
    options.clientID = utility.text
    options.cleanStart = true
    client = Client(
      options: options,
      subscriptions: [Subscription(filter: Topic.signalAcknowledgement(utility).text, qos: 1)],
      inbox: inbox)
    try client.start()
  }

  /// Waits until the broker has accepted the subscription.
  /// - Returns: Nil when it did, else the last reason why not.
  func connected(withinSeconds seconds: Int) async -> String? {
    let deadline = ContinuousClock.now + .seconds(seconds)
    var reason = "no answer"
    while ContinuousClock.now < deadline {
      for arrival in await inbox.drain(waitingAtMost: .milliseconds(100)) {
        switch arrival {
        case .connected: return nil
        case .disconnected(let why), .refusedConnection(let why): reason = why
        case .refusedSubscription(_, let why): return why
        case .message: break
        }
      }
    }
    return reason
  }

  /// Sends one signal, signed when there is a key; returns when the broker has taken it.
  func send(
    _ message: [UInt8], key: SigningKey?, expirySeconds: UInt32
  ) async throws -> PublishOutcome? {
    let topic = Topic.signal(utility).text
    var payload = message
    if let key {
      payload = SignedPayload.wrap(
        message: message, keyID: key.verifier.key.kid,
        signature: key.sign(SignedPayload.bytesToSign(topic: topic, message: message)))
    }
    return try await client.publishAndWait([
      Message(topic: topic, payload: payload, qos: 1, expirySeconds: expirySeconds)
    ]).first
  }

  /// The answers that have come, in order; waits at most `limit` for the first.
  func answers(
    waitingAtMost limit: Duration
  ) async -> [Result<SignalAcknowledgement, Rejection>] {
    await inbox.drain(waitingAtMost: limit).compactMap { arrival in
      guard case .message(let message) = arrival else { return nil }
      if let reply = try? ErrorReplyCodec.decode(message.payload) {
        return .failure(reply.rejection)
      }
      do throws(Rejection) {
        return .success(try SignalAcknowledgementCodec.decode(message.payload))
      } catch {
        return .failure(error)
      }
    }
  }

  func stop() async { await client.stop() }
}
