import ArgumentParser
import Engine
import Grid
import Policies
import Wire

/// A dispatch plan without dispatching it.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show what a signal would ask of each battery.",
    discussion: """
      It plans as the controller does, with the state of charge of the fleet file (soc_pct) as if \
      it had just been heard; a battery without one is skipped as notHeard. Nothing is sent. When \
      the programme would turn the signal away, that is said on standard error and the plan is \
      shown all the same; a target that the fleet cannot hold, under `shortfall: refuse`, ends \
      with exit code 1.

      EXAMPLE
        headroom plan --fleet fleet.csv --policy policies/surge-ten-percent.yaml \\
          --signal signal.json
        headroom plan --fleet fleet.csv --policy p.yaml --signal signal.json \\
          --explain bat-00017
      """)

  @Option(help: "The batteries, as CSV.") var fleet: String
  @Option(help: "The programme's policy; it may be a draft.") var policy: String
  @Option(help: "The signal, as JSON with its issuer.") var signal: String
  @Option(help: "The feeder, as CSV; without it nothing but the batteries limits.")
  var feeder: String?
  @Option(help: "Who takes part on which days, as CSV; without it everybody does.")
  var enrolments: String?
  @Option(help: "Storm warnings, as CSV; without it there are none.") var storms: String?
  @Option(
    help: "The moment of planning, RFC 3339; the signal's issuedAt if not said.",
    transform: MomentArgument.parse)
  var at: Timestamp?
  @Option(help: "How many batteries the table shows.") var rows = 10
  @Option(help: "Say of this battery why it is asked, why so much, or why not.")
  var explain: String?
  @Flag(help: "Print the whole plan as JSON.") var json = false

  mutating func validate() throws {
    guard rows >= 0 else { throw ValidationError("--rows is \(rows); allowed: 0 or more") }
  }

  mutating func run() throws {
    try InputFiles.oneStandardInput([fleet, policy, signal, feeder, enrolments, storms])
    var files = InputFiles()
    let batteries = files.fleet(fleet)
    let terms = files.policy(policy)
    let asked = files.parse(signal) { bytes, file in
      do throws(Rejection) {
        return try SignalCodec.decodeFile(bytes)
      } catch {
        throw FileFault(
          file: file, line: 1, field: error.field.isEmpty ? error.code.rawValue : error.field,
          found: error.found, allowed: error.allowed)
      }
    }
    let tree = files.feeder(feeder, for: batteries)
    let warnings = storms.flatMap { files.storms($0, feeder: tree) } ?? []
    let roll = enrolments.flatMap { files.enrolments($0) }
    if let asked, asked.signal.content == nil {
      files.fault("\(signal):1: status is cancelled; allowed: active, to be planned")
    }
    let explained = batteries.flatMap { fleet in
      explain.flatMap { name in fleet.firstIndex { $0.battery.text == name } }
    }
    if let explain, batteries != nil, explained == nil {
      files.fault("--explain is \(explain); allowed: a battery of \(fleet)")
    }
    try files.finish()
    guard let batteries, let terms, let tree, let asked, let content = asked.signal.content else {
      preconditionFailure("files without faults have values")
    }
    let rehearsal: Rehearsal
    do {
      rehearsal = try Rehearsal(
        content, event: asked.signal.event, issuer: asked.issuer, fleet: batteries, feeder: tree,
        terms: terms.dispatch, enrolments: roll, storms: warnings,
        at: at ?? asked.signal.issuedAt)
    } catch {
      throw Outcome.badInput.failure("\(signal): \(error)")
    }
    let output = PlanOutput(rehearsal, fleet: batteries, feeder: tree, policy: terms)
    if let explained {
      let battery = PlanExplanationOutput(
        rehearsal, row: explained, fleet: batteries, feeder: tree, terms: terms.dispatch)
      if json {
        battery.writeJSON { Console.result($0) }
      } else {
        Console.result(battery.text())
      }
    } else if json {
      output.writeJSON { Console.result($0) }
    } else {
      Console.result(output.text(rows: rows))
    }
    guard let refusal = rehearsal.refusal else { return }
    Console.note("the programme would turn this signal away: \(refusal)")
    if refusal.field == "cannotHold" { throw ExitCode(Outcome.no.rawValue) }
  }
}
