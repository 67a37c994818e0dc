public import ArgumentParser
public import Controller
import Grid
import Ledger
import Policies
import Reports
import Signing
import Verification

extension Dispute.Side: ExpressibleByArgument {}

/// Objections to posted lines.
struct DisputeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dispute", abstract: "File, show, document and decide objections to lines.",
    discussion: """
      A dispute is about one line of one home in one run that was posted. While it is open the \
      owner's part of that line waits in the pending layer of the ledger, and nothing else does. \
      Decided, one side gets it; undecided until its date, nothing has changed. What was said \
      lies beside the ledger as evidence, and its hash in the entry.

      Settlement lets lines wait by itself where it doubts a meter or may not pay an estimate: \
      `held` lists them, and `release` decides them.

      EXAMPLE
        headroom dispute open E-17 --site H1 --line penalty --by owner \\
          --reason meterFault --text "The meter was exchanged at noon." \\
          --config config/headroom.yaml
        headroom dispute list --config config/headroom.yaml
        headroom dispute packet 4711 --out packet-4711 --config config/headroom.yaml
        headroom dispute decide 4711 --for owner --text "Confirmed." \\
          --config config/headroom.yaml
      """,
    subcommands: [
      DisputeOpenCommand.self, DisputeListCommand.self, DisputeShowCommand.self,
      DisputePacketCommand.self, DisputeCheckCommand.self, DisputeDecideCommand.self,
      DisputeHeldCommand.self, DisputeReleaseCommand.self,
    ])
}

/// The controller whose ledger is written.
struct DisputePlace: ParsableArguments {
  @Option(help: "The configuration of the controller, which may run meanwhile.")
  var config: String
  @Option(help: "Private key of the log or of an enrolled author; by default the configuration's.")
  var key: String?
  @ArgumentParser.Flag(help: "Print the result as JSON.") var json = false

  func configuration() throws -> ControllerConfiguration {
    try InputFile.parse(config) { try ControllerConfiguration.read(bytes: $0, file: $1) }
  }

  func desk(_ configuration: ControllerConfiguration) throws -> LedgerDesk {
    try LedgerFailure.told {
      try LedgerDesk(opening: configuration.dataFolder + "/headroom.db")
    }
  }

  /// The ledger and the key to write with; an old copy of the ledger is refused.
  func writing(
    _ configuration: ControllerConfiguration
  ) throws -> (desk: LedgerDesk, key: SigningKey) {
    let file = key ?? configuration.ledgerKeyFile
    let desk = try desk(configuration)
    return try LedgerFailure.told {
      let key = try SecretFile.key(file)
      try WritingOptions.refuseOldCopy(desk, key, file: file)
      return (desk, key)
    }
  }

  /// The policies of the configuration.
  static func policies(_ configuration: ControllerConfiguration) throws -> [Policy] {
    try configuration.policyFiles.map { file in
      try InputFile.parse(file) { try Policy.load(bytes: $0, file: $1, allowsProgramme: true) }
    }
  }

  /// Runs `work`; a dispute that is not taken ends the command with 1.
  static func told<Value>(_ work: () throws -> Value) throws -> Value {
    try LedgerFailure.told {
      do {
        return try work()
      } catch let error as LedgerDesk.DisputeFault {
        throw Outcome.no.failure("\(error)\nnothing was written")
      } catch let error as ReportFolder.Fault {
        throw Outcome.badInput.failure("\(error)")
      }
    }
  }

  func show(_ standings: [LedgerDesk.DisputeStanding]) {
    if json {
      let list = standings.map(Self.object)
      return Console.result(JSONResult.object([("disputes", .array(list))]).line)
    }
    if standings.isEmpty { return Console.note("the ledger has no dispute") }
    var table = TextTable(
      ["hold", "state", "event", "run", "home", "line", "entry", "amount", "decide by", "reason"],
      right: [0, 6, 7])
    for each in standings {
      let dispute = each.dispute
      table.add([
        "\(each.hold)", each.state, dispute.event, dispute.run, dispute.site, dispute.line,
        "\(dispute.entry)", "\(dispute.amount) \(dispute.currency)", dispute.decideBy,
        dispute.reason,
      ])
    }
    Console.result(table.text)
  }

  static func object(_ standing: LedgerDesk.DisputeStanding) -> JSONResult {
    let dispute = standing.dispute
    return .object([
      ("hold", .integer(Int64(standing.hold))), ("state", .text(standing.state)),
      ("event", .text(dispute.event)), ("run", .text(dispute.run)),
      ("siteId", .text(dispute.site)), ("line", .text(dispute.line)),
      ("entry", .integer(Int64(dispute.entry))), ("amount", .text(dispute.amount)),
      ("currency", .text(dispute.currency)), ("by", .text(dispute.by.rawValue)),
      ("reason", .text(dispute.reason)), ("text", .text(dispute.text)),
      ("openedAt", .text(dispute.openedAt)), ("decideBy", .text(dispute.decideBy)),
      ("evidenceSha256", .optional(dispute.evidence)),
      ("resolvedBy", standing.resolvedBy.map { .integer(Int64($0)) } ?? .null),
      ("decidedFor", .optional(standing.decision?.decidedFor.rawValue)),
      ("decision", .optional(standing.decision?.text)),
    ])
  }
}

/// Files one.
struct DisputeOpenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open", abstract: "Object to one line of one home.",
    discussion: """
      Taken until the policy's disputeDays after the posting; later it ends with 1 (disputeLate). A \
      line that was decided before needs --evidence that was not handed in then.

      EXAMPLE
        headroom dispute open E-17 --site H1 --line premium --by utility \\
          --reason meterFault --text "The site meter stood still." \\
          --config config/headroom.yaml
      """)

  @Argument(help: "The event's id.") var event: String
  @Option(help: "The home.") var site: String
  @Option(help: "The line's type, as in lines.csv: directReward, premium or penalty.")
  var line: String
  @Option(name: .customLong("run"), help: "The run that posted it.") var runName = "initial"
  @Option(help: "Who objects: owner or utility.") var by: Dispute.Side
  @Option(help: "A code in one word, such as meterFault.") var reason: String
  @Option(help: "Why, in words.") var text: String
  @Option(help: "A file that is handed in; its hash is kept.") var evidence: String?
  @Option(help: "When it is to be decided, date or time; by default in 30 days.")
  var decideBy: String?
  @OptionGroup var place: DisputePlace

  mutating func validate() throws {
    guard reason.utf8.count <= 64, !reason.isEmpty,
      reason.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else {
      throw ValidationError("--reason is \(reason); allowed: one word of up to 64 characters")
    }
    guard (1...4_000).contains(text.utf8.count) else {
      throw ValidationError("--text has \(text.utf8.count) bytes; allowed: 1 to 4000")
    }
  }

  func run() throws {
    let end = try decideBy.map { try TimeArgument.end($0, "--decide-by") }
    let configuration = try place.configuration()
    let now = configuration.makeClock().now
    let policies = try DisputePlace.policies(configuration)
    let handed = try evidence.map { SHA256.hash(try InputFile.read($0)) }
    var (desk, key) = try place.writing(configuration)
    let request = LedgerDesk.DisputeRequest(
      event: event, run: runName, site: site, line: line, reason: reason, text: text, by: by,
      decideBy: end ?? now.adding(seconds: 30 * 86_400), evidence: handed)
    let standing = try DisputePlace.told {
      try desk.open(
        request, reports: ReportFolder(configuration.dataFolder + "/reports"),
        zone: policies.first?.measurement.calendar.zone ?? .utc,
        days: { rule in
          guard let policy = policies.first(where: { $0.hash == rule }) else {
            throw Outcome.badInput.failure(
              "the line was settled by policy \(rule.map { "\($0)" } ?? "unknown"); allowed: one of "
                + "the configuration's policies")
          }
          return policy.disputeDays
        }, key: key, now: now)
    }
    place.show([standing])
  }
}

/// All of them.
struct DisputeListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Every dispute of the ledger, and how it stands.",
    discussion: """
      EXAMPLE
        headroom dispute list --config config/headroom.yaml --json
      """)

  @ArgumentParser.Flag(help: "Only those that wait.") var open = false
  @OptionGroup var place: DisputePlace

  func run() throws {
    let desk = try place.desk(try place.configuration())
    let all = try DisputePlace.told { try desk.disputes() }
    place.show(open ? all.filter { $0.resolvedBy == nil } : all)
  }
}

/// One of them.
struct DisputeShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "One dispute: who objects to what, why, and how it was decided.",
    discussion: """
      EXAMPLE
        headroom dispute show 4711 --config config/headroom.yaml
      """)

  @Argument(help: "The entry of its hold, as `dispute list` prints it.") var hold: UInt64
  @OptionGroup var place: DisputePlace

  func run() throws {
    let desk = try place.desk(try place.configuration())
    let standing = try DisputePlace.told {
      guard let found = try desk.disputes().first(where: { $0.hold == hold }) else {
        throw LedgerDesk.DisputeFault.noDispute(hold)
      }
      return found
    }
    if place.json { return Console.result(DisputePlace.object(standing).line) }
    place.show([standing])
    let dispute = standing.dispute
    Console.result("\nfiled by the \(dispute.by.rawValue) at \(dispute.openedAt): \(dispute.text)")
    if let hash = dispute.evidence { Console.result("handed in: \(hash)") }
    if let end = standing.resolvedBy {
      let words =
        standing.decision.map {
          "for the \($0.decidedFor.rawValue) at \($0.decidedAt): \($0.text)"
        } ?? "ran out undecided: nothing has changed"
      Console.result("entry \(end), \(words)")
    }
  }
}

/// Decides one.
struct DisputeDecideCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decide", abstract: "Decide a dispute: one side gets what waits.",
    discussion: """
      EXAMPLE
        headroom dispute decide 4711 --for owner \\
          --text "The exchange is documented." --config config/headroom.yaml
      """)

  @Argument(help: "The entry of its hold, as `dispute list` prints it.") var hold: UInt64
  @OptionGroup var decision: DecisionOptions
  @OptionGroup var place: DisputePlace

  func run() throws {
    let configuration = try place.configuration()
    var (desk, key) = try place.writing(configuration)
    let standing = try DisputePlace.told {
      try desk.decide(
        hold, for: decision.side, text: decision.text, key: key,
        now: configuration.makeClock().now)
    }
    place.show([standing])
  }
}

/// For whom something is decided, and why.
struct DecisionOptions: ParsableArguments {
  @Option(name: .customLong("for"), help: "Who is right: owner or utility.") var side: Dispute.Side
  @Option(help: "Why, in words.") var text: String

  mutating func validate() throws {
    guard (1...4_000).contains(text.utf8.count) else {
      throw ValidationError("--text has \(text.utf8.count) bytes; allowed: 1 to 4000")
    }
  }
}
