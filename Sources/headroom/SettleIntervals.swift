import ArgumentParser
import Controller
import Engine
import Grid
import Policies
import Settlement
import Wire

/// Where verified intervals come from, instead of meters, and which months they belong to.
struct PeriodOptions: ParsableArguments {
  @Option(
    help: "Verified intervals of events, as CSV: a report's intervals.csv. May be repeated.")
  var intervals: [String] = []
  @Option(help: "Homes with committed_kw, zone and first_year, as CSV; beside --intervals.")
  var homes: String?
  @Option(
    help: "Another party's intervals of the same events: homes whose volumes differ wait.")
  var other: [String] = []
  @OptionGroup var transfers: TransferOptions
  @Option(help: "How much of each day homes were heard, as CSV; for whileHeardPercent.")
  var heard: String?
  @Option(
    help: "What an earlier run came to, as its --json: only the difference is posted.")
  var posted: String?
  @Option(help: "The run of the policy; without it the first payable one.") var run: String?
  @Option(help: "Settle months and seasons that end on this day or later.", transform: Self.date)
  var from: CivilDate?
  @Option(help: "Settle months and seasons that end on this day or before.", transform: Self.date)
  var to: CivilDate?
  @Option(help: "Events of the season before the first one here, for nthEvent.")
  var earlierEvents: Int64 = 0

  /// What stands here beside `--intervals` only.
  var isAlone: Bool {
    homes == nil && heard == nil && posted == nil && other.isEmpty && transfers.isEmpty
      && from == nil && to == nil
      && earlierEvents == 0
  }

  mutating func validate() throws {
    if intervals.isEmpty, !isAlone {
      throw ValidationError(
        "--homes, --heard, --posted, --other, --transfer, --from, --to and --earlier-events go"
          + " with --intervals")
    }
    if (from == nil) != (to == nil) {
      throw ValidationError("--from and --to go together")
    }
    if let from, let to, to < from || to.dayNumber - from.dayNumber > 3_660 {
      throw ValidationError("--to is \(to); allowed: \(from) or later, at most ten years")
    }
    guard (0...100_000).contains(earlierEvents) else {
      throw ValidationError("--earlier-events is \(earlierEvents); allowed: 0...100000")
    }
  }

  private static func date(_ text: String) throws -> CivilDate {
    guard let date = CivilDate(text: text) else {
      throw ValidationError("\(text) is no date; allowed: YYYY-MM-DD")
    }
    return date
  }

  /// The run that is asked for, or the first payable one.
  func run(of policy: Policy) throws -> SettlementTerms.Run { try Self.run(run, of: policy) }

  /// The run of that name, or without one the first payable one.
  static func run(_ run: String?, of policy: Policy) throws -> SettlementTerms.Run {
    let runs = policy.settlement.runs
    guard let run else {
      if let first = runs.first(where: \.isPayable) { return first }
      throw Outcome.no.failure("the policy has no payable run")
    }
    if let named = runs.first(where: { $0.name == run }) { return named }
    throw Outcome.badInput.failure(
      "--run is \(run); allowed: \(runs.map(\.name).joined(separator: ", "))")
  }

  /// Settles the files.
  func settle(policy path: String) throws -> PeriodOutput {
    try InputFiles.oneStandardInput(
      intervals + other + transfers.files + [path, homes, heard, posted])
    var files = InputFiles()
    let progress = ProgressBar()
    defer { progress.clear() }
    let rows = (intervals + other).enumerated().map { place, file in
      progress.show("reading \(file)", Double(place) / Double(intervals.count + other.count + 1))
      return files.parse(file) { try IntervalsFile.parse($0, file: $1) }
    }
    progress.show("settling", 1)
    let policy = files.policy(path, allowsProgramme: true)
    let signed = transfers.read(&files)
    let promises = homes.map { files.parse($0) { try PromisesFile.parse($0, file: $1) } }
    let heardRows = heard.map { files.parse($0) { try HeardFile.parse($0, file: $1) } } ?? nil
    let heardDays = heardRows.map { Dictionary(grouping: $0, by: \.site) }
    try files.finish()
    guard let policy else { preconditionFailure("files without faults have values") }
    let before = try posted.map { file in
      try InputFile.parse(file) { try PostedSettlement($0, file: $1, policy: policy) }
    }
    let enrolled = (promises ?? nil).map { $0.map { Self.home($0, heardDays) } }
    let names = intervals.joined(separator: ", ")
    let run = try run(of: policy)
    do {
      let events = try IntervalEvents(
        rows.prefix(intervals.count).flatMap { $0 ?? [] },
        owners: Dictionary(uniqueKeysWithValues: (enrolled ?? []).map { ($0.site, $0.owner) }),
        policy: policy)
      let handed = try TransferOptions.count(signed, in: events.events)
      let check = try compared(
        handed, rows.dropFirst(intervals.count).flatMap { $0 ?? [] }, policy)
      let account = try PeriodAccount(
        check?.events ?? handed, homes: enrolled, policy: policy, run: run, span: span,
        earlierEvents: earlierEvents)
      note(account)
      let output = PeriodOutput(
        account, disputes: check?.differences, posted: before?.accounts)
      if let before, before.run == run.name, output.changesPosted {
        throw Outcome.no.failure(
          "run \(run.name) was posted with other inputs; allowed: a later run of the policy, by"
            + " --run")
      }
      return output
    } catch let faults as IntervalEvents.Faults {
      throw Self.failure(faults.list.map { "\(names): \($0)" })
    } catch let faults as PeriodAccount.Faults {
      throw Self.failure(faults.list.map { "\(names): \($0)" })
    }
  }

  /// The events, where what another party has differently is held.
  private func compared(
    _ events: [(input: SettlementInput, signalPrice: Int64?)], _ rows: [IntervalRow],
    _ policy: Policy
  ) throws -> VolumeCheck? {
    guard !other.isEmpty else { return nil }
    let theirs: IntervalEvents
    do throws(IntervalEvents.Faults) {
      theirs = try IntervalEvents(rows, policy: policy)
    } catch {
      let names = other.joined(separator: ", ")
      throw Self.failure(error.list.map { "\(names): \($0)" })
    }
    let check = VolumeCheck(events, with: theirs.events, tolerance: policy.reconcile)
    for difference in check.differences {
      let volume = difference.theirs.map { Amounts.energy($0) } ?? "no volume"
      let apart = difference.hundredths.map {
        ", \(FixedDecimal.text($0, places: 2, minimumPlaces: 0)) % apart"
      }
      Console.note(
        "\(difference.event), \(difference.site): held, \(Amounts.energy(difference.ours)) here and "
          + "\(volume) there\(apart ?? "")")
    }
    return check
  }

  private var span: ClosedRange<CivilDate>? {
    guard let from, let to else { return nil }
    return from...to
  }

  /// Every fault, each on a line of its own.
  private static func failure(_ lines: [String]) -> ExitCode {
    Outcome.badInput.failure(lines.joined(separator: "\n"))
  }

  private func note(_ account: PeriodAccount) {
    let terms = account.policy.dispatch
    let outside = account.input.events.filter { event in
      event.date < terms.effectiveFrom || terms.effectiveTo.map { event.date > $0 } ?? false
    }
    guard let first = outside.first else { return }
    Console.note(
      "\(outside.count) events lie outside the days of the policy, such as \(first.event.event) on "
        + "\(first.date): they are settled as if it had been in force")
  }

  static func home(
    _ row: PromiseRow, _ heard: [SiteID: [HeardRow]]? = nil
  ) -> ProgrammeHome {
    let home = ProgrammeHome(
      site: row.site, owner: row.owner, committed: row.committed, zone: row.zone,
      vintage: row.vintage, from: row.from, to: row.to)
    return Self.heard(home, heard)
  }

  /// The home with what is said of its days; nil where nobody says anything of any home.
  static func heard(
    _ home: ProgrammeHome, _ days: [SiteID: [HeardRow]]?
  ) -> ProgrammeHome {
    var home = home
    home.heard = days.map { days in
      Dictionary(uniqueKeysWithValues: (days[home.site] ?? []).map { ($0.date, $0.share) })
    }
    return home
  }
}
