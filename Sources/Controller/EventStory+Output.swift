public import Engine
import Grid

extension EventStory {
  /// The story for a terminal; of one home when one was asked for.
  public var text: String {
    var out = "event \(record.id)  \(record.status.rawValue)"
    if let window = record.window { out += "  \(window)" }
    out += "\n"
    if let refusal = record.refusal { out += "refused: \(refusal)\n" }
    if let row, row < record.batteries.count {
      for (name, value) in Self.home(record.batteries[row]) { out += "\(name): \(value)\n" }
    } else if row == nil {
      for (name, count) in record.summary.outcomes { out += "\(name): \(count)\n" }
      for (name, count) in record.summary.exceptions { out += "\(name): \(count)\n" }
      out += "corrections: \(record.corrections.count)\n"
      out += "held back by the budget of commands: \(record.heldBack)\n"
    }
    out += "\n"
    var timeline = TextTable(["at", "what", ""])
    for entry in shown { timeline.add(["\(entry.at)", entry.kind, entry.text]) }
    out += timeline.text
    guard row == nil, !commands.isEmpty else { return out }
    let most = commands.sorted { ($1.count, $0.gateway) < ($0.count, $1.gateway) }.prefix(20)
    var table = TextTable(["gateway", "commands"], right: [1])
    for (gateway, count) in most { table.add([gateway.text, "\(count)"]) }
    out += "\n" + table.text
    if most.count < commands.count { out += "and \(commands.count - most.count) gateways more\n" }
    return out
  }

  /// The same as JSON, with every gateway.
  public var json: JSONResult {
    var members: [(String, JSONResult)] = [
      ("event", .text(record.id.text)), ("utility", .text(record.utility.text)),
      ("status", .text(record.status.rawValue)),
      ("startsAt", .optional(record.window.map { "\($0.start)" })),
      ("endsAt", .optional(record.window.map { "\($0.end)" })),
      ("refusal", .optional(record.refusal.map { "\($0)" })),
      (
        "timeline",
        .array(
          shown.map {
            .object([
              ("at", .text("\($0.at)")), ("what", .text($0.kind)), ("text", .text($0.text)),
            ])
          })
      ),
    ]
    if let row {
      if row < record.batteries.count {
        members.append(
          ("home", .object(Self.home(record.batteries[row]).map { ($0.name, .text($0.value)) })))
      }
      return .object(members)
    }
    members += [
      ("corrections", .array(record.corrections.map(Self.json))),
      ("heldBack", .integer(Int64(record.heldBack))),
      (
        "outcomes",
        .object(record.summary.outcomes.map { ($0.name, .integer(Int64($0.count))) })
      ),
      (
        "commandsByGateway",
        .object(commands.map { ($0.gateway.text, .integer(Int64($0.count))) })
      ),
    ]
    return .object(members)
  }

  /// Who did not acknowledge a notice, as a table.
  public var undeliveredText: String {
    if undelivered.isEmpty { return "every notice of \(record.id) was acknowledged\n" }
    var table = TextTable(["battery", "gateway", "home", "owner", "notice sent", "penalty"])
    for each in undelivered {
      let battery = each.battery
      table.add([
        battery.battery.text, battery.gateway.text, battery.site.text, battery.owner.text,
        each.sentAt.map { "\($0)" } ?? "never",
        each.isUnnotified ? "never: unnotified" : "not if unanswered at the start",
      ])
    }
    return table.text
  }

  /// The same as JSON.
  public var undeliveredJSON: JSONResult {
    .object([
      ("event", .text(record.id.text)), ("status", .text(record.status.rawValue)),
      (
        "undelivered",
        .array(
          undelivered.map { each in
            .object([
              ("batteryId", .text(each.battery.battery.text)),
              ("gatewayId", .text(each.battery.gateway.text)),
              ("siteId", .text(each.battery.site.text)),
              ("ownerId", .text(each.battery.owner.text)),
              ("sentAt", .optional(each.sentAt.map { "\($0)" })),
              ("unnotified", .bool(each.isUnnotified)),
            ])
          })
      ),
    ])
  }

  private static func json(_ correction: EventRecord.Correction) -> JSONResult {
    .object([
      ("at", .text("\(correction.at)")), ("targetW", .integer(correction.target.watts)),
      ("measuredW", .integer(correction.measured.watts)),
      ("plannedW", .integer(correction.planned.watts)),
      ("silent", .integer(Int64(correction.silent))),
      ("partial", .integer(Int64(correction.partial))),
      ("heldBack", .integer(Int64(correction.heldBack))),
      ("changed", .integer(Int64(correction.changed))),
    ])
  }

  /// A home's log leaves out what is about everybody's commands.
  private var shown: [Entry] { row == nil ? entries : entries.filter { $0.kind != "commands" } }

  /// Why this battery, why this much, why not.
  static func home(_ part: Participation) -> [(name: String, value: String)] {
    var lines = [("battery", part.battery.text), ("stands", part.outcome.name)]
    if let skip = part.skip { lines.append(("why not", "\(skip.rawValue): \(skip.sentence)")) }
    if let bound = part.boundBy { lines.append(("why not more", bound.sentence)) }
    lines.append(("promised", Self.text(part.promised)))
    lines.append(("asked", Self.text(part.planned)))
    for given in part.conceded {
      let rest = given.left > .zero ? "above \(given.left.watts) W " : ""
      lines.append(("gave way", "\(rest)to \(given.event) \(given.window)"))
    }
    if let notice = part.notice {
      let acknowledged = notice.acknowledgedAt.map { "acknowledged \($0)" } ?? "not acknowledged"
      lines.append(("notice", "sent \(notice.sentAt), \(acknowledged)"))
    }
    if part.unnotified { lines.append(("penalty", "never: it was not notified in time")) }
    if let accepted = part.command?.accepted { lines.append(("accepted", "\(accepted.watts) W")) }
    if let energy = part.delivered {
      lines.append(("gave by its own count", "\(energy.wattHoursRoundedDown) Wh"))
    }
    if part.corrections > 0 { lines.append(("corrected", "\(part.corrections) times")) }
    if let at = part.lostAt { lines.append(("not counted on since", "\(at)")) }
    if let at = part.optedOutAt {
      // Leaving ends what is owed, or the policy lets nobody leave so late.
      let isOwed = part.promised.pieces.contains { $0.window.end > at }
      let why =
        part.optOutIsMissed
        ? ", later or more often than he may: the rest is missed"
        : isOwed ? ", later than he may: what was promised after it is missed" : ""
      lines.append(("owner left", "\(at)\(why)"))
    }
    if let at = part.reserveRaisedAt {
      let isStorm = part.skip == .stormHold
      lines.append(
        isStorm
          ? ("held for a storm since", "\(at)")
          : ("reserve raised", "\(at), by its owner or for a storm"))
    }
    if let at = part.unreachableAt { lines.append(("unreachable since", "\(at)")) }
    return lines
  }

  private static func text(_ power: CommittedPower) -> String {
    if power.pieces.isEmpty { return "nothing" }
    return power.pieces.map { "\($0.power.watts) W \($0.window)" }.joined(separator: ", ")
  }
}

extension SkipReason {
  /// One sentence for a person.
  public var sentence: String {
    switch self {
    case .notHeard: "its charge is unknown, or it was not heard lately"
    case .belowReserve: "its charge is at or below the reserve that holds for it"
    case .stormHold: "a storm is expected there, and its owner keeps the energy"
    case .offline: "its gateway or the battery is not connected"
    case .optedOut: "its owner has left the event"
    case .notDispatchable: "it is of a kind that is never commanded"
    case .islanded: "it serves its site without the grid"
    case .fault: "it reports a fault"
    case .clockUnsynced: "its gateway's clock cannot be trusted"
    case .busy: "it serves another event"
    case .notTargeted: "the signal names other parts of the feeder"
    case .durationNotContracted: "its owner contracted for shorter events"
    case .notEnrolled: "its site does not take part in the programme on that day"
    case .controlGroup: "its home was drawn not to be asked: others are measured against it"
    case .minimumSetpoint: "its share would be smaller than the programme sends"
    case .noShare: "nothing was left for it"
    }
  }
}

extension Bound {
  /// One sentence for a person.
  public var sentence: String {
    switch self {
    case .request: "no more was asked for"
    case .ratedPower: "the device's rating"
    case .energyForDuration: "the energy above its reserve, spread over the time"
    case .exportLimit: "the site's export limit"
    case .node: "the limit of a feeder node above it"
    case .minimumSetpoint: "the programme does not send smaller shares"
    }
  }
}
