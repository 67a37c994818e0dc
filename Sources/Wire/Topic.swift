public import Grid

/// A topic of the MQTT contract, version 1, below `headroom/v1/`.
///
/// Identity is the topic: a message does not repeat the gateway, utility or battery that its topic
/// names. Source: the MQTT contract, §3.
public enum Topic: Hashable, Sendable {
  /// A utility's signals.
  case signal(UtilityID)
  /// The controller's answers to a utility.
  case signalAcknowledgement(UtilityID)
  /// Notices to a gateway.
  case notice(GatewayID)
  /// Commands to a gateway; never retained.
  case command(GatewayID)
  /// A gateway's answers to commands and notices.
  case acknowledgement(GatewayID)
  /// A gateway's telemetry.
  case telemetry(GatewayID)
  /// A gateway's meter readings.
  case meter(GatewayID)
  /// A gateway's birth and death; retained.
  case state(GatewayID)
  /// What a gateway says of a battery; retained.
  case battery(GatewayID, BatteryID)
  /// An owner's will for a battery; retained.
  case preference(GatewayID, BatteryID)
  /// Error replies to a gateway.
  case error(GatewayID)
  /// The controller's birth, heartbeat and death; retained.
  case controllerState

  private static let root = "headroom/v1/"

  /// The topic as it stands on the wire.
  public var text: String {
    switch self {
    case .signal(let utility): "\(Self.root)signal/\(utility.text)/native"
    case .signalAcknowledgement(let utility): "\(Self.root)signal/\(utility.text)/ack"
    case .notice(let gateway): "\(Self.root)gw/\(gateway.text)/notice"
    case .command(let gateway): "\(Self.root)gw/\(gateway.text)/cmd"
    case .acknowledgement(let gateway): "\(Self.root)gw/\(gateway.text)/ack"
    case .telemetry(let gateway): "\(Self.root)gw/\(gateway.text)/tele"
    case .meter(let gateway): "\(Self.root)gw/\(gateway.text)/meter"
    case .state(let gateway): "\(Self.root)gw/\(gateway.text)/state"
    case .battery(let gateway, let battery):
      "\(Self.root)gw/\(gateway.text)/battery/\(battery.text)"
    case .preference(let gateway, let battery):
      "\(Self.root)gw/\(gateway.text)/pref/\(battery.text)"
    case .error(let gateway): "\(Self.root)gw/\(gateway.text)/err"
    case .controllerState: "\(Self.root)ctl/state"
    }
  }

  /// The topic written as `text`.
  ///
  /// `openadr` and `ask` topics are refused as `unknownSchema`, because nothing here reads them.
  /// - Throws: `unknownSchema`, or `badField` for a text that is no topic of the contract.
  public init(parsing text: String) throws(Rejection) {
    let prefix = Array(Self.root.utf8)
    let bytes = Array(text.utf8)
    guard bytes.starts(with: prefix) else { throw Self.unknown(text) }
    let levels = bytes[prefix.count...]
      .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    switch (levels[0], levels.count) {
    case ("ctl", 2) where levels[1] == "state": self = .controllerState
    case ("signal", 3):
      guard let utility = UtilityID(levels[1]) else { throw Self.unknown(text) }
      switch levels[2] {
      case "native": self = .signal(utility)
      case "ack": self = .signalAcknowledgement(utility)
      case "openadr": throw Self.unread(text)
      default: throw Self.unknown(text)
      }
    case ("gw", 3):
      guard let gateway = GatewayID(levels[1]) else { throw Self.unknown(text) }
      switch levels[2] {
      case "notice": self = .notice(gateway)
      case "cmd": self = .command(gateway)
      case "ack": self = .acknowledgement(gateway)
      case "tele": self = .telemetry(gateway)
      case "meter": self = .meter(gateway)
      case "state": self = .state(gateway)
      case "err": self = .error(gateway)
      case "ask": throw Self.unread(text)
      default: throw Self.unknown(text)
      }
    case ("gw", 4):
      guard let gateway = GatewayID(levels[1]), let battery = BatteryID(levels[3]) else {
        throw Self.unknown(text)
      }
      switch levels[2] {
      case "battery": self = .battery(gateway, battery)
      case "pref": self = .preference(gateway, battery)
      default: throw Self.unknown(text)
      }
    default: throw Self.unknown(text)
    }
  }

  private static func unknown(_ text: String) -> Rejection {
    Rejection(
      .badField, field: "topic", found: Excerpt.of(Array(text.utf8)),
      allowed: "a topic of headroom/v1/ with ids of 1...64 of A-Z a-z 0-9 _ -")
  }

  private static func unread(_ text: String) -> Rejection {
    Rejection(
      .unknownSchema, field: "topic", found: Excerpt.of(Array(text.utf8)),
      allowed: "native signals; openadr and ask are not read")
  }
}
