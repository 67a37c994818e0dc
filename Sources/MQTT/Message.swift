/// One application message, as it is published or as it arrived.
public struct Message: Hashable, Sendable {
  /// The largest payload MQTT can carry, in bytes.
  public static let largestPayloadBytes = 268_435_455

  /// The topic, without wildcards.
  public var topic: String
  /// The payload, any bytes.
  public var payload: [UInt8]
  /// 0 (at most once) or 1 (at least once).
  public var qos: Int
  /// Published: whether the broker keeps it. Arrived: whether it was kept rather than live.
  public var retain: Bool
  /// How long the message is worth delivering; nil for ever.
  ///
  /// Published: counted from the handing over, so the time a message waits for a connection is
  /// taken off, and what expired while waiting is not sent. Arrived: what is left of it.
  public var expirySeconds: UInt32?
  /// Bytes by which the answer is matched to this request.
  public var correlation: [UInt8]?
  /// The topic an answer is wanted on.
  public var responseTopic: String?

  /// Writes a message.
  public init(
    topic: String, payload: [UInt8], qos: Int = 1, retain: Bool = false,
    expirySeconds: UInt32? = nil, correlation: [UInt8]? = nil, responseTopic: String? = nil
  ) {
    self.topic = topic
    self.payload = payload
    self.qos = qos
    self.retain = retain
    self.expirySeconds = expirySeconds
    self.correlation = correlation
    self.responseTopic = responseTopic
  }

  /// Adds everything that keeps this message, number `index` of a batch, from being sent.
  func check(
    index: Int, for version: ConnectionOptions.ProtocolVersion, into faults: inout [Fault]
  ) {
    func fault(_ field: String, _ found: String, _ allowed: String) {
      faults.append(Fault(place: "messages[\(index)].\(field)", found: found, allowed: allowed))
    }
    if !TopicRules.isName(topic) {
      fault("topic", "\"\(topic.prefix(80))\"", TopicRules.allowedName)
    }
    if qos != 0 && qos != 1 { fault("qos", "\(qos)", "0 or 1") }
    if payload.count > Self.largestPayloadBytes {
      fault("payload", "\(payload.count) bytes", "at most \(Self.largestPayloadBytes) bytes")
    }
    if let correlation, correlation.count > 65_535 {
      fault("correlation", "\(correlation.count) bytes", "at most 65535 bytes")
    }
    if let responseTopic, !TopicRules.isName(responseTopic) {
      fault("responseTopic", "\"\(responseTopic.prefix(80))\"", TopicRules.allowedName)
    }
    guard version == .v311 else { return }
    if expirySeconds != nil { fault("expirySeconds", "present", "none with MQTT 3.1.1") }
    if correlation != nil { fault("correlation", "present", "none with MQTT 3.1.1") }
    if responseTopic != nil { fault("responseTopic", "present", "none with MQTT 3.1.1") }
  }
}

/// Topics a client wants to hear.
public struct Subscription: Hashable, Sendable {
  /// When the broker sends the retained messages of a subscription (MQTT 5, 3.8.3.1).
  public enum RetainHandling: Int, Sendable {
    /// At every subscribing, so after every reconnect too.
    case always = 0
    /// Only if the session did not hold this subscription already.
    case whenNew = 1
    /// Never.
    case never = 2
  }

  /// The topic filter; may hold `+` and `#`.
  public var filter: String
  /// The best quality wanted, 0 or 1.
  public var qos: Int
  /// When retained messages are sent; MQTT 3.1.1 always behaves as `always`.
  public var retainHandling: RetainHandling

  /// Names the topics.
  public init(filter: String, qos: Int = 1, retainHandling: RetainHandling = .always) {
    self.filter = filter
    self.qos = qos
    self.retainHandling = retainHandling
  }
}

/// What a client tells the one who drains its inbox.
public enum Arrival: Hashable, Sendable {
  /// The broker accepted the connection and answered every subscription.
  ///
  /// Messages of these subscriptions may arrive a little earlier than this.
  case connected(sessionPresent: Bool)
  /// The connection was lost, or an attempt to make one failed; another attempt follows.
  ///
  /// After `stop()` it is the last arrival and no attempt follows.
  case disconnected(reason: String)
  /// The broker answered and said no; another attempt follows.
  case refusedConnection(reason: String)
  /// The broker refused one subscription; the connection goes on without it.
  case refusedSubscription(filter: String, reason: String)
  /// A message.
  case message(Message)
}
