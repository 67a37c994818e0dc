import ArgumentParser
import Controller
import Engine
import Grid
import Ledger
import Policies
import Settlement
import Signing
import Verification
import Wire

/// What a month or a season of a served programme comes to, beside its events.
struct PeriodCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "period",
    abstract: "Settle what a programme pays for a month or a season, and post it.",
    discussion: """
      Capacity, availability and flat amounts, for every month and season that ends in MONTH. The \
      controller has settled the events; their means come from the evidence that the ledger keeps \
      of each home. Without --post nothing is written. A run posts what it changes to what earlier \
      runs posted; again it posts nothing, and ends with 1 where it would post something else. A \
      controller may run meanwhile.

      EXAMPLE
        headroom period 2026-07 --config config/headroom.yaml --homes homes.csv
        headroom period 2026-07 --config config/headroom.yaml --homes homes.csv \\
          --post
        headroom period 2026-07 --run recalculation --config config/headroom.yaml \\
          --homes homes.csv --post --json
      """)

  @Argument(help: "The month, such as 2026-07.", transform: MonthArgument.parse)
  var month: MonthArgument
  @OptionGroup var place: DisputePlace
  @Option(help: "The programme, where several of the configuration pay for months.")
  var programme: String?
  @Option(
    help: "Homes with committed_kw, zone and first_year, as CSV; without it those of the fleet.")
  var homes: String?
  @Option(help: "How much of each day homes were heard, as CSV; for whileHeardPercent.")
  var heard: String?
  @Option(
    name: .customLong("run"), help: "The run of the policy; without it the first payable one.")
  var runName: String?
  @Option(help: "Events of the season before the first one of the ledger, for nthEvent.")
  var earlierEvents: Int64 = 0
  @ArgumentParser.Flag(help: "Write it into the ledger.") var post = false

  mutating func validate() throws {
    guard (0...100_000).contains(earlierEvents) else {
      throw ValidationError("--earlier-events is \(earlierEvents); allowed: 0...100000")
    }
  }

  func run() throws {
    let configuration = try place.configuration()
    let policy = try policy(configuration)
    let run = try PeriodOptions.run(runName, of: policy)
    let enrolled = try enrolled(configuration)
    var (desk, key): (LedgerDesk, SigningKey?) =
      post ? try place.writing(configuration) : (try place.desk(configuration), nil)
    let clock = policy.measurement.calendar.zone
    let now = configuration.makeClock().now
    let period = try Self.told {
      try desk.period(
        policy, run: run, in: month.first...month.last, homes: enrolled,
        earlierEvents: earlierEvents, today: clock.date(at: now))
    }
    var entries: [UInt64] = []
    if let key { entries = try Self.told { try desk.post(period, key: key, now: now) } }
    let output = ServedPeriodOutput(period: period, entries: post ? entries : nil)
    if place.json { output.writeJSON { Console.result($0) } } else { Console.result(output.text) }
  }

  private static func told<Value>(_ work: () throws -> Value) throws -> Value {
    try DisputePlace.told {
      do {
        return try work()
      } catch let error as ServedPeriod.Fault {
        switch error {
        case .lacking: throw Outcome.badInput.failure("\(error)")
        case .paysNoPeriods, .notOver, .runPosted, .notTheLogsKey:
          throw Outcome.no.failure("\(error)")
        }
      }
    }
  }

  private func policy(_ configuration: ControllerConfiguration) throws -> Policy {
    let all = try configuration.policyFiles.map { file in
      try InputFile.parse(file) { try Policy.load(bytes: $0, file: $1) }
    }
    let paying = all.filter { policy in
      let terms = policy.programmeTerms
      return terms.capacity != nil || terms.availability != nil || terms.flat != nil
    }
    let named = programme.map { id in all.filter { $0.id.text == id } } ?? paying
    if named.count == 1 { return named[0] }
    let known = paying.map(\.id.text).joined(separator: ", ")
    throw Outcome.badInput.failure(
      "--programme is \(programme ?? "not given"); allowed: \(known.isEmpty ? "none pays for months" : known)"
    )
  }

  private func enrolled(_ configuration: ControllerConfiguration) throws -> [ProgrammeHome] {
    var files = InputFiles()
    let rows = homes.map { files.parse($0) { try PromisesFile.parse($0, file: $1) } } ?? nil
    let days = heard.map { files.parse($0) { try HeardFile.parse($0, file: $1) } } ?? nil
    let fleet = files.fleet(configuration.fleetFile)
    try files.finish()
    let bySite = days.map { Dictionary(grouping: $0, by: \.site) }
    if let rows { return rows.map { PeriodOptions.home($0, bySite) } }
    var seen: Set<SiteID> = []
    return (fleet ?? []).filter { seen.insert($0.site).inserted }.map { battery in
      PeriodOptions.heard(ProgrammeHome(site: battery.site, owner: battery.owner), bySite)
    }
  }
}

/// A served period on a terminal, or as JSON.
struct ServedPeriodOutput {
  let period: ServedPeriod
  /// What was written; nil when nothing was asked to be.
  let entries: [UInt64]?

  private var currency: Currency { period.policy.settlement.currency }

  /// Its lines, and what the run posts.
  var text: String {
    var text =
      "run \(period.run.name)  \(period.policy.id) \(period.policy.version)\n"
      + "policy SHA-256 \(period.policy.hash)\n\n"
    text += Amounts.table(
      [["for", "home", "line", "quantity", "computed", "charged", "status", ""]]
        + period.lines.map { line in
          [
            line.period, line.site?.text ?? "fleet", line.field, "\(line.quantity) \(line.unit)",
            line.amount.text(in: currency), line.charged.text(in: currency),
            line.status.rawValue, line.reason ?? "",
          ]
        }, left: [0, 1, 2, 6, 7])
    let legs = period.posts.flatMap { account in
      account.legs.map {
        [account.period, account.site?.text ?? "fleet", $0.party, $0.amount.text(in: currency)]
      }
    }
    if legs.isEmpty {
      text += "\nthis run posts nothing\n"
    } else {
      text +=
        "\n" + Amounts.table([["posts for", "home", "party", "amount"]] + legs, left: [0, 1, 2])
    }
    guard let entries else { return text + "\nnothing was written; --post writes it\n" }
    guard let first = entries.first, let last = entries.last else { return text }
    return text + "\nwritten as entries \(first) to \(last)\n"
  }

  /// Exact quantities are fractions; money is decimal text.
  func writeJSON(to sink: @escaping ([UInt8]) -> Void) {
    OrderedJSON.write(to: sink) { json in
      json.text("policySha256", "\(period.policy.hash)")
      json.text("run", period.run.name)
      json.text("currency", currency.code)
      json.array("lines") { json in
        for line in period.lines {
          json.object(nil) { PeriodOutput.write(line, in: currency, to: &$0) }
        }
      }
      PeriodOutput.write(period.posts, "posts", in: currency, to: &json)
      guard let entries else { return json.text("entries", nil) }
      json.array("entries") { json in for entry in entries { json.integer(nil, Int64(entry)) } }
    }
  }
}
