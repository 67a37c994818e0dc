/// A name of one kind of thing: 1…64 of `A-Z a-z 0-9 _ -`.
///
/// The kind is part of the type, so that a gateway's name is never taken for a battery's. Order is
/// that of the bytes: every tie in the house is broken by it.
public struct Identifier<Kind>: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The name as it is written.
  public let text: String

  /// A name, or nil when a character or the length is not allowed.
  public init?(_ text: String) {
    let bytes = text.utf8Span.span
    guard (1...64).contains(bytes.count) else { return nil }
    for place in bytes.indices where !Self.allows(bytes[place]) { return nil }
    self.text = text
  }

  static func allows(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// Orders by bytes.
  public static func < (a: Self, b: Self) -> Bool { a.text < b.text }

  /// The name as it is written.
  public var description: String { text }
}

/// Marks the name of a battery.
public enum BatteryKind {}
/// Marks the name of a gateway.
public enum GatewayKind {}
/// Marks the name of a site.
public enum SiteKind {}
/// Marks the name of an owner.
public enum OwnerKind {}
/// Marks the name of a feeder node.
public enum NodeKind {}
/// Marks the name of a node of a consumer tree.
public enum ConsumerKind {}
/// Marks the name of a meter.
public enum MeterKind {}
/// Marks the name of an event, which is that of its signal.
public enum EventKind {}
/// Marks the name of a utility.
public enum UtilityKind {}
/// Marks the name of a programme.
public enum ProgrammeKind {}
/// Marks the name of a vendor.
public enum VendorKind {}

/// A battery's name, unique in one installation.
public typealias BatteryID = Identifier<BatteryKind>
/// A gateway's name.
public typealias GatewayID = Identifier<GatewayKind>
/// The name of whoever runs the interface that gateways are reached through.
public typealias VendorID = Identifier<VendorKind>
/// A site's name.
public typealias SiteID = Identifier<SiteKind>
/// An owner's name.
public typealias OwnerID = Identifier<OwnerKind>
/// A feeder node's name.
public typealias NodeID = Identifier<NodeKind>
/// The name of a node of a consumer tree: a company, a site, a delivery point or a meter.
public typealias ConsumerID = Identifier<ConsumerKind>
/// A meter's name, unique in one installation.
public typealias MeterID = Identifier<MeterKind>
/// An event's name: the `signalId` of the signal that asked for it, never reused.
public typealias EventID = Identifier<EventKind>
/// A utility's name.
public typealias UtilityID = Identifier<UtilityKind>
/// A programme's name.
public typealias ProgrammeID = Identifier<ProgrammeKind>

/// A composed name of a command or notice: 1…150 of `A-Z a-z 0-9 . _ -`.
public struct LongIdentifier: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The name as it is written.
  public let text: String

  /// A name, or nil when a character or the length is not allowed.
  public init?(_ text: String) {
    let bytes = text.utf8
    guard (1...150).contains(bytes.count),
      bytes.allSatisfy({ $0 == UInt8(ascii: ".") || EventID.allows($0) })
    else { return nil }
    self.text = text
  }

  /// `{eventId}.{batteryId}.{seq}`, the name of a command; without event it is an operator's, `op`.
  public static func command(event: EventID?, battery: BatteryID, seq: Int64) -> LongIdentifier {
    LongIdentifier(unchecked: "\(event?.text ?? "op").\(battery.text).\(seq)")
  }

  /// `{eventId}.{batteryId}.n{revision}`, the name of a notice.
  public static func notice(event: EventID, battery: BatteryID, revision: Int64) -> LongIdentifier {
    LongIdentifier(unchecked: "\(event.text).\(battery.text).n\(revision)")
  }

  private init(unchecked text: String) { self.text = text }

  /// Orders by bytes.
  public static func < (a: Self, b: Self) -> Bool { a.text < b.text }

  /// The name as it is written.
  public var description: String { text }
}
