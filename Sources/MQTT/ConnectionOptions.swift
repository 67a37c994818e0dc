/// Where a client connects, as whom, and how it behaves while it is connected.
///
/// A description never shows the password.
public struct ConnectionOptions: Sendable {
  /// The protocol spoken with the broker.
  public enum ProtocolVersion: Sendable {
    /// MQTT 5: reason codes, expiry, correlation, session expiry.
    case v5
    /// MQTT 3.1.1: none of these. A message that carries one of them is refused.
    case v311
  }

  /// A secret that is never printed, dumped or described.
  public struct Password: Sendable, ExpressibleByStringLiteral {
    let text: String

    /// Keeps `text`; nothing but the broker ever sees it.
    public init(_ text: String) { self.text = text }

    /// Keeps the literal.
    public init(stringLiteral text: String) { self.text = text }
  }

  /// A user name and its password.
  public struct User: Sendable {
    /// The name the broker's access list knows.
    public var name: String
    /// The password, sent only to the broker.
    public var password: Password

    /// Names a user.
    public init(name: String, password: Password) {
      self.name = name
      self.password = password
    }
  }

  /// TLS 1.2 or later; the broker's certificate and host name are always verified.
  public struct TLS: Sendable {
    /// The PEM file of the authorities that are trusted.
    public var caFile: String
    /// The PEM file of the client's certificate; needs `keyFile`.
    public var certificateFile: String?
    /// The PEM file of the client's private key, which must not be encrypted.
    public var keyFile: String?

    /// Names the files; they are read when a connection is made.
    public init(caFile: String, certificateFile: String? = nil, keyFile: String? = nil) {
      self.caFile = caFile
      self.certificateFile = certificateFile
      self.keyFile = keyFile
    }
  }

  /// What the broker publishes for a client that vanishes without a farewell.
  public struct Will: Sendable {
    /// The topic it is published on.
    public var topic: String
    /// The payload, any bytes.
    public var payload: [UInt8]
    /// 0 or 1.
    public var qos: Int
    /// Whether the broker keeps it for later subscribers.
    public var retain: Bool
    /// How long the broker waits for a reconnect first; MQTT 5 only.
    ///
    /// The broker waits for the shorter of this and the session expiry.
    public var delaySeconds: UInt32

    /// Writes a will.
    public init(
      topic: String, payload: [UInt8], qos: Int = 1, retain: Bool = true, delaySeconds: UInt32 = 0
    ) {
      self.topic = topic
      self.payload = payload
      self.qos = qos
      self.retain = retain
      self.delaySeconds = delaySeconds
    }
  }

  /// How long a client waits between attempts to connect.
  ///
  /// The wait before attempt *n* is drawn evenly from zero to `first` doubled *n* times, at most
  /// `maximum`, so that a fleet cut off together does not return together.
  public struct Backoff: Sendable {
    /// The longest first wait.
    public var firstMilliseconds: Int
    /// The longest wait of all.
    public var maximumMilliseconds: Int

    /// Sets the two ends.
    public init(firstMilliseconds: Int = 1000, maximumMilliseconds: Int = 60_000) {
      self.firstMilliseconds = firstMilliseconds
      self.maximumMilliseconds = maximumMilliseconds
    }

    /// The longest wait before attempt number `attempt`, counted from 0.
    func ceilingMilliseconds(attempt: Int) -> Int {
      // 2^20 seconds is beyond every maximum; the shift must not overflow after days offline.
      min(maximumMilliseconds, firstMilliseconds << min(attempt, 20))
    }
  }

  /// The client's name at the broker; a second client of that name takes the first one's place.
  public var clientID: String
  /// The broker's host name or address; with TLS, the name in its certificate.
  public var host: String
  /// The broker's TCP port, 1...65535.
  public var port: Int
  /// Who the client is; nil connects without a name.
  public var user: User?
  /// TLS; nil connects in the clear.
  public var tls: TLS?
  /// The longest silence before a ping, 5...65535 seconds.
  public var keepAliveSeconds: Int
  /// Whether each connection, a reconnect too, throws away what the broker kept for this client.
  public var cleanStart: Bool
  /// How long the broker keeps the session of a client that is away; MQTT 5 only.
  public var sessionExpirySeconds: UInt32
  /// What the broker says when this client vanishes.
  public var will: Will?
  /// The most publishes the client lets go unacknowledged, 1...16384.
  public var maximumInFlight: Int
  /// The most unacknowledged messages the broker may have on the way to us, 1...65535; MQTT 5 only.
  public var receiveMaximum: Int
  /// The most messages handed over and not finished before `publish` suspends, at least 1.
  public var outgoingCapacity: Int
  /// Whether the broker hears that a QoS 1 message arrived only after `Client.markSafe`.
  ///
  /// Until then the broker delivers it again to whoever comes back under this client's name, so a
  /// consumer that dies before it has written a message down gets it once more. Nothing at all is
  /// written meanwhile, no publish and no ping: such a client should only receive, and a
  /// consumer that marks nothing for one and a half keep-alives loses the connection.
  public var awaitsConsumer = false
  /// The protocol spoken.
  public var protocolVersion: ProtocolVersion
  /// The waits between attempts.
  public var backoff: Backoff

  /// Describes a connection; nothing is checked before `Client.start()`.
  public init(
    clientID: String, host: String, port: Int, user: User? = nil, tls: TLS? = nil,
    keepAliveSeconds: Int = 15, cleanStart: Bool = false, sessionExpirySeconds: UInt32 = 0,
    will: Will? = nil, maximumInFlight: Int = 512, receiveMaximum: Int = 1000,
    outgoingCapacity: Int = 65_536, protocolVersion: ProtocolVersion = .v5,
    backoff: Backoff = Backoff()
  ) {
    self.clientID = clientID
    self.host = host
    self.port = port
    self.user = user
    self.tls = tls
    self.keepAliveSeconds = keepAliveSeconds
    self.cleanStart = cleanStart
    self.sessionExpirySeconds = sessionExpirySeconds
    self.will = will
    self.maximumInFlight = maximumInFlight
    self.receiveMaximum = receiveMaximum
    self.outgoingCapacity = outgoingCapacity
    self.protocolVersion = protocolVersion
    self.backoff = backoff
  }
}

extension ConnectionOptions: CustomStringConvertible {
  /// The client, where it connects, and as whom; never the password.
  public var description: String {
    let scheme = tls == nil ? "mqtt" : "mqtts"
    let name = user.map { "\($0.name)@" } ?? ""
    return "\(clientID) at \(scheme)://\(name)\(host):\(port)"
  }
}

extension ConnectionOptions.Password: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// Always the same word.
  public var description: String { "(secret)" }
  /// Always the same word.
  public var debugDescription: String { description }
  /// Without children, so that `dump` finds nothing.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
