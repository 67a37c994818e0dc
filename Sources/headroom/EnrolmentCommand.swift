import ArgumentParser
import Controller
import Engine
import Grid
import Policies
import Wire

/// Who takes part in which programme, and since when.
struct EnrolmentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enrolment", abstract: "Check enrolments, and say who takes part on a day.",
    discussion: """
      A file of enrolments has a line for each step of a site in a programme: \
      site_id,programme_id,step,from,to,by,consent, where step is enrol, suspend, resume or \
      withdraw. Lines are added and never changed. docs/ENROLMENT.md describes it.
      """,
    subcommands: [
      EnrolmentCheckCommand.self, EnrolmentOnCommand.self, EnrolmentShowCommand.self,
    ])
}

/// Whether enrolments, fleet and programmes fit together.
struct EnrolmentCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Say every enrolment that cannot stand.",
    discussion: """
      Ends with 0 when everything fits and 1 when something does not: a meter in two programmes on \
      the same days although they do not list each other, or one below another that takes part, by \
      the tree of consumers (dualEnrolment), a site without a battery \
      (unknownSite), a programme without a policy (unknownProgramme). A file whose lines cannot be \
      read, or do not follow each other, ends with 65.

      EXAMPLE
        headroom enrolment check --enrolments enrolments.csv --fleet fleet.csv \\
          --policy summer-peak.yaml --policy winter-peak.yaml
      """)

  @Option(help: "The enrolments, as CSV.") var enrolments: String
  @Option(help: "The batteries, as CSV.") var fleet: String
  @Option(help: "A programme's policy; once for each programme.") var policy: [String]
  @Option(help: "The tree of consumers, as CSV: which meters hang below others.") var tree: String?
  @Flag(help: "Print the result as JSON.") var json = false

  mutating func run() throws {
    try InputFiles.oneStandardInput([enrolments, fleet, tree] + policy)
    var files = InputFiles()
    let steps = files.enrolments(enrolments)
    let batteries = files.fleet(fleet)
    let policies = policy.compactMap { files.policy($0) }
    let tree = tree.flatMap { files.parse($0) { try ConsumerTreeFile.parse($0, file: $1) } }
    try files.finish()
    guard let steps, let batteries else { preconditionFailure("files without faults have values") }
    let findings = EnrolmentCheck.findings(
      steps, fleet: batteries, terms: policies.map(\.dispatch), tree: tree)
    if json {
      OrderedJSON.write(to: { Console.result($0) }) { json in
        json.flag("sound", findings.isEmpty)
        json.integer("steps", Int64(steps.steps.count))
        json.integer("sites", Int64(steps.sites.count))
        json.array("findings") { json in
          for finding in findings {
            json.object(nil) { json in
              json.text("code", finding.code)
              json.text("text", finding.description)
            }
          }
        }
      }
    } else {
      for finding in findings { Console.result("\(finding)\n") }
      Console.result(
        "\(Amounts.count(steps.steps.count)) steps of \(Amounts.count(steps.sites.count)) sites, "
          + "\(findings.isEmpty ? "sound" : "\(findings.count) findings")\n")
    }
    if !findings.isEmpty { throw ExitCode(Outcome.no.rawValue) }
  }
}

/// Who takes part on one day.
struct EnrolmentOnCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "on", abstract: "List the sites that take part in a programme on a day.",
    discussion: """
      EXAMPLE
        headroom enrolment on 2026-08-11 --enrolments enrolments.csv \\
          --policy summer-peak.yaml
      """)

  @Argument(help: "A local day of the programme, YYYY-MM-DD.", transform: DayArgument.parse)
  var day: CivilDate
  @Option(help: "The enrolments, as CSV.") var enrolments: String
  @Option(help: "The programme's policy.") var policy: String
  @Flag(help: "Print the result as JSON.") var json = false

  mutating func run() throws {
    try InputFiles.oneStandardInput([enrolments, policy])
    var files = InputFiles()
    let steps = files.enrolments(enrolments)
    let programme = files.policy(policy)
    try files.finish()
    guard let steps, let programme else { preconditionFailure("files without faults have values") }
    let sites = steps.sites.filter {
      steps.takesPart(
        $0, in: programme.id, on: day,
        wholeMonths: programme.dispatch.enrolment.startsOnFirstOfMonth)
    }
    guard json else {
      Console.result(sites.map { "\($0)\n" }.joined())
      return
    }
    OrderedJSON.write(to: { Console.result($0) }) { json in
      json.text("programmeId", programme.id.text)
      json.text("day", "\(day)")
      json.texts("sites", sites.map(\.text))
    }
  }
}

/// One site's steps and stays.
struct EnrolmentShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show every step of a site, and the days on which it takes part.",
    discussion: """
      EXAMPLE
        headroom enrolment show site-00001 --enrolments enrolments.csv
      """)

  @Argument(help: "The site.") var site: String
  @Option(help: "The enrolments, as CSV.") var enrolments: String
  @Flag(help: "Print the result as JSON.") var json = false

  mutating func run() throws {
    var files = InputFiles()
    let all = files.enrolments(enrolments)
    try files.finish()
    guard let all else { preconditionFailure("a file without faults has a value") }
    let steps = all.steps.filter { $0.site.text == site }
    guard let name = steps.first?.site else {
      throw Outcome.badInput.failure("\(enrolments): no step of site \(site)")
    }
    let stays = all.stays(of: name)
    if json {
      OrderedJSON.write(to: { Console.result($0) }) { Self.write(name, steps, stays, to: &$0) }
    } else {
      Console.result(Self.text(steps, stays))
    }
  }

  private static func write(
    _ site: SiteID, _ steps: [EnrolmentStep], _ stays: [Enrolments.Stay], to json: inout OrderedJSON
  ) {
    json.text("siteId", site.text)
    json.array("steps") { json in
      for step in steps {
        json.object(nil) { json in
          json.text("programmeId", step.programme.text)
          json.text("step", step.kind.rawValue)
          json.text("from", "\(step.from)")
          if let to = step.to { json.text("to", "\(to)") }
          json.text("by", step.by)
          if let consent = step.consent { json.text("consent", consent) }
        }
      }
    }
    json.array("takesPart") { json in
      for stay in stays {
        json.object(nil) { json in
          json.text("programmeId", stay.programme.text)
          json.text("from", "\(stay.from)")
          if let to = stay.to { json.text("to", "\(to)") }
        }
      }
    }
  }

  private static func text(_ steps: [EnrolmentStep], _ stays: [Enrolments.Stay]) -> String {
    Amounts.table(
      [["programme", "step", "from", "to", "by", "consent"]]
        + steps.map { step in
          [
            step.programme.text, step.kind.rawValue, "\(step.from)",
            step.to.map { "\($0)" } ?? "", step.by, step.consent ?? "",
          ]
        }, left: [0, 1, 2, 3, 4, 5]) + "\ntakes part\n"
      + Amounts.table(
        stays.map { stay in
          [
            "  \(stay.programme)",
            "\(stay.from) to \(stay.to.map { "\($0)" } ?? "further notice")",
          ]
        }, left: [0, 1])
  }
}

/// Arguments that are days.
enum DayArgument {
  /// `YYYY-MM-DD`.
  static func parse(_ text: String) throws -> CivilDate {
    guard let day = CivilDate(text: text) else {
      throw ValidationError("\(text) is no day; allowed: YYYY-MM-DD")
    }
    return day
  }
}
