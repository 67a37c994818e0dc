import Grid
import Logging
import MQTT
import Wire

/// Counts what was turned away; answers a sender and tells the operator once a minute at most.
struct RefusalBook {
  /// Senders and codes that are remembered for their minute; beyond, nobody is answered.
  static let capacity = 10_000

  private struct Key: Hashable {
    let sender: String
    let code: Rejection.Code
  }

  private struct Entry {
    var repliedAt: Timestamp
    var since: Int64
  }

  /// By code, since the start.
  private(set) var totals: [String: Int] = [:]
  private var reported: [String: Int] = [:]
  private var entries: [Key: Entry] = [:]
  private var example = ""

  /// Counts one; returns the error reply that is due, if any.
  mutating func count(
    _ rejection: Rejection, from sender: String, about: String, at now: Timestamp
  ) -> Message? {
    totals[rejection.code.rawValue, default: 0] += 1
    example = "\(about) of \(sender): \(rejection)"
    guard let topic = Self.topic(for: sender, about: about) else { return nil }
    let key = Key(sender: sender, code: rejection.code)
    var since: Int64 = 1
    if var entry = entries[key] {
      entry.since += 1
      guard now.seconds(since: entry.repliedAt) >= 60 else {
        entries[key] = entry
        return nil
      }
      since = entry.since
    } else if entries.count >= Self.capacity {
      entries = entries.filter { now.seconds(since: $0.value.repliedAt) < 60 }
      if entries.count >= Self.capacity { return nil }
    }
    entries[key] = Entry(repliedAt: now, since: 0)
    let reply = ErrorReply(about: about, rejection: rejection, at: now, count: since, id: nil)
    return Message(
      topic: topic.text, payload: ErrorReplyCodec.encode(reply), qos: 1, expirySeconds: 3_600)
  }

  /// Tells the operator what was refused since he was last told.
  mutating func report(to logger: Logger) {
    let news = totals.filter { $0.value > reported[$0.key, default: 0] }
    guard !news.isEmpty else { return }
    var counts: Logger.Metadata = [:]
    for (code, total) in news { counts[code] = "\(total - reported[code, default: 0])" }
    logger.warning("refused messages; the last one: \(example)", metadata: counts)
    reported = totals
  }

  private static func topic(for sender: String, about: String) -> Topic? {
    switch about {
    case "native": UtilityID(sender).map { .signalAcknowledgement($0) }
    case "ack", "tele", "meter", "state", "battery", "pref": GatewayID(sender).map { .error($0) }
    default: nil
    }
  }
}
