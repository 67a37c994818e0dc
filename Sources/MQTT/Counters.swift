/// What a client has done since it was made; numbers only ever rise, `waiting` excepted.
public struct Counters: Hashable, Sendable {
  /// Messages taken by `publish` and `publishAndWait`.
  public var handedOver: UInt64 = 0
  /// Messages given to the protocol library to send; resends are not counted again.
  public var sent: UInt64 = 0
  /// QoS 1 messages the broker took.
  public var acknowledged: UInt64 = 0
  /// QoS 0 messages written.
  public var written: UInt64 = 0
  /// QoS 1 messages the broker refused.
  public var refused: UInt64 = 0
  /// Messages that expired before they could be sent.
  public var expired: UInt64 = 0
  /// Messages that could not be sent at all.
  public var notSent: UInt64 = 0
  /// Messages handed over and not finished yet.
  public var waiting: UInt64 = 0
  /// The most that were ever waiting at once.
  public var mostWaiting: UInt64 = 0
  /// Messages received from the broker.
  public var received: UInt64 = 0
  /// Arrivals the inbox dropped because it was full and newer ones follow.
  public var superseded: UInt64 = 0
  /// Times reading was paused because the inbox was full.
  public var pauses: UInt64 = 0
  /// Connections the broker accepted.
  public var connections: UInt64 = 0
  /// Connections lost, and attempts that failed or were refused.
  public var disconnections: UInt64 = 0

  /// Connections accepted after the first.
  public var reconnects: UInt64 { connections > 0 ? connections - 1 : 0 }
}
