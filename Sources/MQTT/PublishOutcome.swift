import Synchronization

/// What became of one message.
public enum PublishOutcome: Hashable, Sendable {
  /// QoS 1: the broker took it, reason 0x00, or 0x10 when nobody subscribes at present.
  ///
  /// It proves no more: an MQTT 3.1.1 broker answers so for a message that it drops.
  case acknowledged
  /// QoS 0: it was written to the connection.
  case written
  /// QoS 1: the broker said no, for example 0x87, not authorised. It is not sent again.
  case refused(code: UInt8, reason: String)
  /// It expired before there was a connection to send it on.
  case expired
  /// It never left: larger than the broker allows, or the client was stopped first.
  case notSent(reason: String)
  /// It was sent, but the client was stopped before the broker answered.
  case unacknowledged

  /// Whether nothing went wrong on this side of the broker.
  public var isSuccess: Bool {
    switch self {
    case .acknowledged, .written: true
    case .refused, .expired, .notSent, .unacknowledged: false
    }
  }
}

/// Collects the outcomes of one batch for the task that waits for them.
///
/// The loop's thread fills it in; the waiting task reads it once all are finished.
final class Receipt: Sendable {
  private let outcomes: Mutex<[PublishOutcome]>

  init(count: Int) {
    outcomes = Mutex(Array(repeating: .unacknowledged, count: count))
  }

  func record(_ outcome: PublishOutcome, at index: Int) {
    outcomes.withLock { $0[index] = outcome }
  }

  var all: [PublishOutcome] { outcomes.withLock { $0 } }
}
