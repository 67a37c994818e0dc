import ArgumentParser
import Controller
import Engine
import Grid
import Policies
import Reports
import Settlement
import Storage
import Wire

/// Settlement from files: what an event would have come to.
struct SettleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "settle", abstract: "Settle events from files, without a ledger.",
    discussion: """
      The last row of the events file is settled; the other rows are event days. It is planned \
      from the fleet's soc_pct as `plan` does, by the row's target_kw or the policy's release for \
      its level; notices and commands count as acknowledged; caps of penalties see this event \
      alone. Nothing is posted.

      A policy with fees, unit: fleet or another rule of a programme shows each line and each party's part \
      of it; one that headroom serve does not carry out goes without --out.

      With --intervals verified intervals are read instead of meters, of any number of events: what \
      a report's intervals.csv says of commitment and reduction, or a file of one's own. They are \
      settled in the order of time with their months and seasons: means, caps, budget and the n-th \
      event go from one to the next. --homes says what each home promised. With --transfer what one \
      owner handed to another one before the event counts for the taker and not for the giver.

      With --null no battery was asked for anything, and everything credited is an error of the \
      baseline: it is shown per home, netted over the event and interval by interval.

      EXAMPLE
        headroom settle --meters meters.csv --fleet fleet.csv --policy policy.yaml \\
          --event events.csv --out reports
        headroom settle --null --meters meters.csv --policy policy.yaml \\
          --event events.csv
        headroom settle --intervals july.csv --intervals august.csv \\
          --homes homes.csv --policy policy.yaml --from 2026-07-01 --to 2026-08-31
      """)

  @Option(help: "Readings, as CSV; - is standard input. May be given several times.")
  var meters: [String] = []
  @Option(help: "The batteries, as CSV; needed unless --null.") var fleet: String?
  @Option(help: "The feeder, as CSV; without it nothing but the batteries limits.")
  var feeder: String?
  @Option(help: "The programme's policy; it may be a draft.") var policy: String
  @Option(help: "Events, as CSV; with --meters.") var event: String?
  @Option(help: "The event_id that is settled instead of the last row.") var measure: String?
  @Option(help: "Only this site of a null event; may be repeated.", transform: SiteArgument.parse)
  var site: [SiteID] = []
  @OptionGroup var period: PeriodOptions
  @OptionGroup var evidence: EvidenceOptions
  @Option(help: "Write the report's files below this folder.") var out: String?
  @Flag(help: "No battery moved: show what would have been credited for nothing.")
  var null = false
  @Flag(help: "Print the result as JSON.") var json = false

  mutating func validate() throws {
    if !period.intervals.isEmpty {
      let isBeside =
        !meters.isEmpty || event != nil || fleet != nil || feeder != nil || measure != nil
      if isBeside || null || out != nil || !site.isEmpty {
        throw ValidationError("--intervals goes with --policy, --homes and --run; no meters")
      }
      return
    }
    if meters.isEmpty {
      throw ValidationError("--meters is missing; allowed: readings, or --intervals")
    }
    if event == nil { throw ValidationError("--event is missing; allowed: an events file") }
    if !null, fleet == nil { throw ValidationError("--fleet is missing; allowed: a fleet file") }
    if !null, !site.isEmpty { throw ValidationError("--site goes with --null only") }
    if null, out != nil {
      throw ValidationError("--out does not go with --null: nothing is settled")
    }
  }

  mutating func run() async throws {
    if !period.intervals.isEmpty {
      let output = try period.settle(policy: policy)
      if json { output.writeJSON { Console.result($0) } } else { Console.result(output.text) }
      return
    }
    guard let event else { preconditionFailure("validate has asked for the events") }
    let files = try MeasuredFiles(
      meters: meters, policy: policy, events: event, measure: measure, fleet: fleet,
      evidence: evidence, allowsProgramme: !null)
    let measurement = CaseMeasurement(files: files.readings, policy: files.policy)
    if null {
      let measured = try files.uncommitted(only: site)
      let credit = FalseCreditOutput(
        event: measured, performances: try await measurement.verify(measured),
        policy: files.policy)
      if json { credit.writeJSON { Console.result($0) } } else { Console.result(credit.text) }
      return
    }
    guard !files.countsAsOneMeter else {
      throw Outcome.badInput.failure(
        "\(policy): measurement.aggregate is fleet; allowed: sumOfHomes, because lines of money "
          + "are those of homes (headroom baseline shows both)")
    }
    guard files.policy.isServed || out == nil else {
      throw Outcome.badInput.failure(
        "\(policy): some of its rules are not in the report's files yet; allowed: no --out")
    }
    let rehearsal = try plan(files)
    let batteries = files.fleet ?? []
    let measured = files.event { rows in
      rehearsal.commitment(of: rows, over: files.intervals)
    }
    guard !measured.homes.isEmpty else {
      throw Outcome.no.failure(
        "\(files.row.event): not one battery could be asked, so there is nothing to settle")
    }
    let run = try period.run(of: files.policy)
    Console.note(
      "notices and commands count as acknowledged; earlier earnings of the month are not known")
    let performances = try await measurement.verify(measured)
    let served = files.policy.isServed ? files.policy : nil
    let output = served.map { policy in
      SettleOutput(
        account: EventAccount(
          measured, policy: policy, performances: performances,
          run: run, payer: policy.settlement.escrowRequired ? .escrow : .funding),
        rehearsal: rehearsal, fleet: batteries)
    }
    if let out, let output { try write(output, of: measured, by: measurement, to: out) }
    if let terms = files.policy.programme {
      let output = PeriodOutput(
        measured, performances: performances, policy: files.policy, terms: terms, run: run)
      if json { output.writeJSON { Console.result($0) } } else { Console.result(output.text) }
      return
    }
    guard let output else { preconditionFailure("a policy without a programme is served") }
    if json { output.writeJSON { Console.result($0) } } else { Console.result(output.text) }
  }

  private func plan(_ files: MeasuredFiles) throws -> Rehearsal {
    var inputs = InputFiles()
    let batteries = files.fleet ?? []
    let tree = inputs.feeder(feeder, for: batteries)
    try inputs.finish()
    let row = files.row
    let content = GridSignal.Content(
      window: row.window, level: row.level, request: row.target.map { .power($0) } ?? .byLevel)
    do {
      let rehearsal = try Rehearsal(
        content, event: row.event, issuer: nil, fleet: batteries, feeder: tree!,
        terms: files.policy.dispatch, at: row.window.start)
      if let refusal = rehearsal.refusal {
        Console.note("the programme would turn this event away: \(refusal)")
      }
      return rehearsal
    } catch {
      throw Outcome.badInput.failure("\(event ?? ""): \(error)")
    }
  }

  private func write(
    _ output: SettleOutput, of event: EventCase, by measurement: CaseMeasurement, to folder: String
  ) throws {
    var report = output.report
    try report.explain(event, by: measurement)
    let reports = ReportFolder(folder)
    do {
      try reports.write(report)
    } catch {
      throw Outcome.badInput.failure(
        "\(folder): folder is not writable (\(SystemReason.text(error)))")
    }
    Console.note(
      "report: "
        + reports.folder(event: report.event.id.text, run: report.settlement.run.name))
  }
}
