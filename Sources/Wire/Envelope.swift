public import Grid

/// The limits of the wire; what goes beyond is refused, never cut.
public enum WireLimits {
  /// Bytes of a message, without a signature line.
  public static let messageBytes = 65_536
  /// Levels of objects and arrays in a message.
  public static let levels = 6
  /// Items of an envelope, and batteries of a telemetry message.
  public static let items = 100
  /// Bytes of a text.
  public static let textBytes = 500
  /// Largest magnitude of an integer: 2^53 - 1, which every JSON library keeps.
  public static let integer: Int64 = 9_007_199_254_740_991
  /// Watts of one battery or site, either way: with a million of them a day's energy fits `Int64`.
  public static let watts: Int64 = 100_000_000
  /// Watts of one signal.
  public static let signalWatts: Int64 = 1_000_000_000_000
  /// Watt-hours of one battery or one interval.
  public static let wattHours: Int64 = 1_000_000_000
  /// Watt-hours of a register.
  public static let registerWattHours: Int64 = 1_000_000_000_000
}

/// One item that was turned away; the others of its message stand.
public struct RefusedItem: Hashable, Sendable {
  /// Its place in the message, from 0.
  public let index: Int
  /// Its name, when one could be read: of a command, a notice, a meter or a battery.
  public let id: String?
  /// Why.
  public let rejection: Rejection

  /// A refused item.
  public init(index: Int, id: String?, rejection: Rejection) {
    self.index = index
    self.id = id
    self.rejection = rejection
  }
}

/// The items of one message, each judged on its own; a single message is an envelope of one.
public struct Envelope<Item: Sendable>: Sendable {
  /// What was understood, in order.
  public let items: [Item]
  /// What was not, in order.
  public let refused: [RefusedItem]

  /// An envelope.
  public init(items: [Item], refused: [RefusedItem] = []) {
    self.items = items
    self.refused = refused
  }
}

extension Envelope: Equatable where Item: Equatable {}
extension Envelope: Hashable where Item: Hashable {}
