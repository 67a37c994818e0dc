import ArgumentParser
import Controller
import Grid
import Policies
import Signing

/// What settlement itself lets wait.
struct DisputeHeldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "held", abstract: "The lines that settlement itself lets wait, and why.",
    discussion: """
      Of each event the newest payable run is looked at. What waits has not been paid: its money \
      lies in the event's escrow, where there is one, until it is decided or a later run measures \
      it without doubt.

      EXAMPLE
        headroom dispute held --config config/headroom.yaml
        headroom dispute held --event E-17 --open --json \\
          --config config/headroom.yaml
      """)

  @Option(help: "Of this event alone.") var event: String?
  @ArgumentParser.Flag(help: "Only those that wait.") var open = false
  @OptionGroup var place: DisputePlace

  func run() throws {
    let configuration = try place.configuration()
    let desk = try place.desk(configuration)
    let all = try DisputePlace.told {
      try desk.heldLines(ReportFolder(configuration.dataFolder + "/reports"), event: event)
    }
    let lines = open ? all.filter { $0.decision == nil } : all
    if place.json {
      let list = lines.map { line in
        JSONResult.object([
          ("event", .text(line.event)), ("run", .text(line.run)), ("siteId", .text(line.site)),
          ("line", .text(line.line)), ("amount", .text(line.amount)),
          ("currency", .text(line.currency)), ("reason", .text(line.reason)),
          ("decidedFor", .optional(line.decision?.decidedFor.rawValue)),
          ("decision", .optional(line.decision?.text)),
          ("decidedAt", .optional(line.decision?.decidedAt)),
        ])
      }
      return Console.result(JSONResult.object([("held", .array(list))]).line)
    }
    if lines.isEmpty { return Console.note("settlement lets no line wait") }
    var table = TextTable(
      ["event", "run", "home", "line", "amount", "reason", "decided for"], right: [4])
    for line in lines {
      table.add([
        line.event, line.run, line.site, line.line, "\(line.amount) \(line.currency)", line.reason,
        line.decision?.decidedFor.rawValue ?? "waits",
      ])
    }
    Console.result(table.text)
  }
}

/// Decides it.
struct DisputeReleaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Decide what settlement lets wait of a home in an event.",
    discussion: """
      For the owner the home is settled again from its evidence without the hold, and what comes of \
      it is posted from where the money waits; every later run then settles it so. For the utility \
      what waited goes back to its funding account. The decision lies beside the ledger as \
      evidence, and its hash in the entries. Only the log's own key decides.

      EXAMPLE
        headroom dispute release E-17 --site H1 --for owner \\
          --config config/headroom.yaml \\
          --text "The site meter lags by a quarter of an hour."
      """)

  @Argument(help: "The event's id.") var event: String
  @Option(help: "The home.") var site: String
  @OptionGroup var decision: DecisionOptions
  @OptionGroup var place: DisputePlace

  func run() throws {
    let configuration = try place.configuration()
    let policies = try DisputePlace.policies(configuration)
    var (desk, key) = try place.writing(configuration)
    let entries = try DisputePlace.told {
      try desk.release(
        event, site: site, for: decision.side, text: decision.text,
        reports: ReportFolder(configuration.dataFolder + "/reports"),
        policy: { hash in
          guard let policy = policies.first(where: { $0.hash == hash }) else {
            throw Outcome.badInput.failure(
              "the home was settled by policy \(hash); allowed: one of the configuration's policies"
            )
          }
          return policy
        }, key: key, now: configuration.makeClock().now)
    }
    if place.json {
      let result = JSONResult.object([
        ("event", .text(event)), ("siteId", .text(site)),
        ("decidedFor", .text(decision.side.rawValue)),
        ("entries", .array(entries.map { .integer(Int64($0)) })),
      ])
      return Console.result(result.line)
    }
    let posted =
      entries.isEmpty
      ? "nothing had to be posted"
      : "entries \(entries.map { "\($0)" }.joined(separator: ", "))"
    Console.result(
      "event \(event), home \(site): decided for the \(decision.side.rawValue), \(posted)")
  }
}
