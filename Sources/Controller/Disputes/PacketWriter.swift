import Grid
import Reports
import Verification

/// The parts of a dispute's packet in words.
struct PacketWriter {
  let standing: LedgerDesk.DisputeStanding
  let home: DisputedHome?
  let zone: ZoneOffsets

  var about: Dispute { standing.dispute }

  var summary: String {
    let state =
      switch standing.state {
      case "held": "It waits until \(about.decideBy)"
      case "expired": "Its time ran out, and nothing has changed"
      default: "It was decided for the \(standing.state)"
      }
    return "\(about.amount) \(about.currency) of this home's \(about.line) are disputed by the"
      + " \(about.by.rawValue): \(about.reason). \(state). Everything below is about this home alone."
  }

  var dispute: DisputePacket.Part {
    .init(
      "dispute", "The dispute", "Only this line waits; every other one is paid.",
      .facts([
        .init("hold", "entry of the hold", "\(standing.hold)"),
        .init("state", "state", standing.state), .init("event", "event", about.event),
        .init("run", "run", about.run), .init("siteId", "home", about.site),
        .init("line", "line", about.line), .init("entry", "posted by entry", "\(about.entry)"),
        .init("amount", "the owner's part", "\(about.amount) \(about.currency)"),
        .init("by", "disputed by", about.by.rawValue), .init("reason", "reason", about.reason),
        .init("text", "in words", about.text), .init("openedAt", "filed", about.openedAt),
        .init("decideBy", "to be decided by", about.decideBy),
        .init("evidenceSha256", "handed in (SHA-256)", about.evidence ?? "nothing"),
        .init("decision", "decision", standing.decision?.text ?? "none"),
        .init("decidedAt", "decided", standing.decision?.decidedAt ?? "not yet"),
      ]))
  }

  func checks(_ files: [String]) -> DisputePacket.Part {
    var lines = files.filter { $0.hasSuffix(".tlog-proof") }.map { receipt in
      let entry = receipt.dropLast(".tlog-proof".count) + ".entry"
      return "headroom ledger verify --receipt \(receipt) --entry \(entry) --log-key LOG"
    }
    lines.insert("headroom dispute check FOLDER --log-key LOG", at: 0)
    lines.append("headroom ledger verify --evidence DB --entry \(about.entry) --ledger DB")
    return .init(
      "check", "How to check this",
      "FOLDER is the folder of this packet, LOG the log's public key, as `headroom keys show` prints it. "
        + "The first command settles the home again and needs nothing else; the last one needs DB, the ledger.",
      .lines(lines))
  }
}

// MARK: From the logbook

extension PacketWriter {
  /// What the logbook and the readings say.
  var logbook: [DisputePacket.Part] {
    guard let home else {
      return [
        .init(
          "log", "What happened", "",
          .lines(["The logbook has no such event: its settlement was posted by hand."]))
      ]
    }
    let facts = home.parts.flatMap { part -> [DisputePacket.Fact] in
      let battery = part.battery
      return [
        .init("battery", "battery", battery.battery.text),
        .init("capacityWh", "capacity", "\(battery.capacity.wattHoursRoundedDown) Wh"),
        .init("reserve", "enrolled reserve", "\(battery.reserve) %"),
        .init(
          "exportLimit", "export limit", battery.exportLimit.map { "\($0.watts) W" } ?? "none"),
        .init("siteMeter", "site meter", battery.siteMeter.text),
        .init("batteryMeter", "battery meter", battery.batteryMeter.text),
      ]
        + part.facts.filter { $0.name != "battery" }.map {
          .init(Self.key($0.name), $0.name, $0.value)
        }
    }
    let several = home.parts.count > 1
    let moments = home.parts.flatMap { part in
      part.moments.map { (part.battery.battery.text, $0) }
    }.enumerated().sorted { ($0.element.1.at, $0.offset) < ($1.element.1.at, $1.offset) }
    return [
      several
        ? .init(
          "home", "The home", "",
          .table(
            [.init("name", "what"), .init("value", "value")], facts.map { [$0.name, $0.value] }))
        : .init("home", "The home", "", .facts(facts)),
      .init(
        "log", "What happened",
        "Notice, commands, answers and the owner's wishes, as the controller handled them.",
        .table(
          [
            .init("at", "at"), .init("batteryId", "battery"), .init("what", "what"),
            .init("text", ""),
          ],
          moments.map {
            ["\($0.element.1.at)", $0.element.0, $0.element.1.kind, $0.element.1.text]
          })
      ),
    ] + days(home.explanation)
  }

  private static func key(_ name: String) -> String {
    let words = name.split(separator: " ")
    return words[0] + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  private func days(_ explanation: Explanation?) -> [DisputePacket.Part] {
    guard let explanation else { return [] }
    let days = explanation.days.prefix { $0.state != .notNeeded }
    var parts = [
      DisputePacket.Part(
        "baselineDays", "Days of the baseline",
        "Newest first; of the days that were left out, why.",
        .table(
          [
            .init("date", "date"), .init("class", "class"), .init("state", "state"),
            .init("reason", "why not"), .init("meanJ", "mean of an interval, J", isNumber: true),
            .init("weight", "weight"),
          ],
          days.map { day in
            var reason = "none"
            if case .excluded(let why) = day.state {
              reason = why.code
              if case .missingData(let start) = why { reason += " \(start)" }
            }
            return [
              "\(day.date)", day.dayClass.rawValue, day.state.code, reason,
              day.mean.map { "\($0)" } ?? "none", day.weight.map { "\($0)" } ?? "none",
            ]
          }))
    ]
    parts.append(
      .init(
        "measurement", "How it was measured", "",
        .lines(explanation.text.split(separator: "\n").map(String.init))))
    return parts
  }
}
