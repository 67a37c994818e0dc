import Foundation
import Testing

/// Files of verified intervals, and what `headroom settle --intervals` makes of them.
struct PeriodFiles {
  /// One event of one home: kilowatt-hours by interval, committed and delivered.
  struct Event {
    var id: String
    var start: String
    var site = "H1"
    var committed: [String]
    var delivered: [String]
    var levels: [Int] = []
    var flags = ""
    var price = ""
  }

  static func times(_ count: Int, _ text: String) -> [String] {
    [String](repeating: text, count: count)
  }

  static let header =
    "event_id,site_id,interval_start,interval_min,level,committed_kwh,delivered_kwh,flags,"
    + "signal_price\n"

  static func rows(_ events: [Event], minutes: Int) -> String {
    var text = header
    let format = ISO8601DateFormatter()
    for event in events {
      let start = format.date(from: event.start)!
      for (place, delivered) in event.delivered.enumerated() {
        let at = format.string(from: start.addingTimeInterval(Double(place * minutes * 60)))
        let level = event.levels.isEmpty ? 1 : event.levels[place]
        text +=
          "\(event.id),\(event.site),\(at),\(minutes),\(level),\(event.committed[place]),"
          + "\(delivered),\(event.flags),\(event.price)\n"
      }
    }
    return text
  }

  /// A shipped policy with other words; a word that is not there is a mistake of the test.
  static func policy(
    _ world: World, _ name: String, _ changes: [(String, String)] = []
  ) throws -> String {
    let shipped = Program.root.appending(path: "policies/\(name).yaml")
    var text = try String(contentsOf: shipped, encoding: .utf8)
    for (old, new) in changes {
      try #require(text.contains(old), "\(name) has no \(old)")
      text = text.replacingOccurrences(of: old, with: new)
    }
    return try world.file("policy.yaml", text)
  }

  /// What comes of the events under a shipped policy.
  static func settle(
    _ name: String, _ changes: [(String, String)] = [], _ events: [Event], minutes: Int,
    homes: String? = nil, more: [String] = []
  ) throws -> Settled {
    try World.make { world in
      var arguments = [
        "settle", "--policy", try policy(world, name, changes), "--intervals",
        try world.file("intervals.csv", rows(events, minutes: minutes)), "--json",
      ]
      if let homes {
        arguments += [
          "--homes",
          try world.file("homes.csv", "site_id,owner_id,committed_kw,zone\n" + homes),
        ]
      }
      let outcome = try Program.run(arguments + more)
      try #require(outcome.status == 0, "\(outcome.notes)")
      return Settled(object: try outcome.object())
    }
  }

  /// The printed result.
  struct Settled {
    let object: [String: Any]

    var lines: [[String: Any]] { object["lines"] as? [[String: Any]] ?? [] }
    var parties: [String: String] { object["parties"] as? [String: String] ?? [:] }

    /// `computed`, or another member, of each line of a field, in their order.
    func of(_ field: String, _ member: String = "charged") -> [String] {
      lines.filter { $0["field"] as? String == field }.map { $0[member] as? String ?? "" }
    }
  }
}
