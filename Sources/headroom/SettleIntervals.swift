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
  @Option(help: "The run of the policy; without it the first payable one.") var run: String?
  @Option(help: "Settle months and seasons that end on this day or later.", transform: Self.date)
  var from: CivilDate?
  @Option(help: "Settle months and seasons that end on this day or before.", transform: Self.date)
  var to: CivilDate?
  @Option(help: "Events of the season before the first one here, for nthEvent.")
  var earlierEvents: Int64 = 0

  /// What stands here beside `--intervals` only.
  var isAlone: Bool {
    homes == nil && other.isEmpty && transfers.isEmpty && from == nil && to == nil
      && earlierEvents == 0
  }

  mutating func validate() throws {
    if intervals.isEmpty, !isAlone {
      throw ValidationError(
        "--homes, --other, --transfer, --from, --to and --earlier-events go with --intervals")
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
  func run(of policy: Policy) throws -> SettlementTerms.Run {
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
    try InputFiles.oneStandardInput(intervals + other + transfers.files + [path, homes])
    var files = InputFiles()
    let rows = intervals.map { file in
      files.parse(file) { try IntervalsFile.parse($0, file: $1) }
    }
    let theirs = other.map { file in
      files.parse(file) { try IntervalsFile.parse($0, file: $1) }
    }
    let policy = files.policy(path, allowsProgramme: true)
    let signed = transfers.read(&files)
    let promises = homes.map { files.parse($0) { try PromisesFile.parse($0, file: $1) } }
    try files.finish()
    guard let policy else { preconditionFailure("files without faults have values") }
    let enrolled = (promises ?? nil).map { $0.map(Self.home) }
    let names = intervals.joined(separator: ", ")
    let run = try run(of: policy)
    do {
      let events = try IntervalEvents(
        rows.flatMap { $0 ?? [] },
        owners: Dictionary(uniqueKeysWithValues: (enrolled ?? []).map { ($0.site, $0.owner) }),
        policy: policy)
      let handed = try TransferOptions.count(signed, in: events.events)
      let check = try compared(handed, theirs.flatMap { $0 ?? [] }, policy)
      let account = try PeriodAccount(
        check?.events ?? handed, homes: enrolled, policy: policy, run: run, span: span,
        earlierEvents: earlierEvents)
      note(account)
      return PeriodOutput(account, disputes: check?.differences)
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

  static func home(_ row: PromiseRow) -> ProgrammeHome {
    ProgrammeHome(
      site: row.site, owner: row.owner, committed: row.committed, zone: row.zone,
      vintage: row.vintage, from: row.from, to: row.to)
  }
}
