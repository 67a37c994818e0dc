import ArgumentParser
import Controller
import Engine
import Grid
import Policies
import Settlement
import Verification
import Wire

/// What recorded events come to under policies.
struct PolicyBacktestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backtest",
    abstract: "Settle recorded events again under one or several policies.",
    discussion: """
      Every event of the file is planned, measured and settled under every policy, which may be a \
      draft; its effective dates are ignored. Nothing is posted. A policy that does not take an \
      event says why in its row. Caps of penalties see the events of the file and no others; \
      notices and commands count as acknowledged; every event finds the batteries with the charge \
      of the fleet's file (--homes: 80 %).

      With --homes the meters are those of homes in which no battery moved. Each event is settled \
      twice: as if every battery had given just what it was asked, and with none moving. What the \
      second one pays is paid for nothing: the baseline's own error, in money.

      With --fleet the readings are taken as they are; with --null too no battery moved, batteries \
      without readings count as idle, and all that is paid is paid for nothing.

      EXAMPLE
        headroom policy backtest policies/*.yaml --meters meters_ca.csv.gz \\
          --homes homes.csv --events events_ca.csv --interval 60
      """)

  /// How the result is printed.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, csv, homes, json
  }

  @Argument(help: "Policy files.") var policies: [String]
  @Option(help: "Readings, as CSV; - is standard input. May be given several times.")
  var meters: [String]
  @Option(name: [.customLong("events"), .customLong("event")], help: "Events, as CSV.")
  var events: String
  @Option(help: "Homes in which no battery moved, as CSV, with the batteries that are tried there.")
  var homes: String?
  @Option(help: "The batteries, as CSV, instead of --homes.") var fleet: String?
  @Option(
    help: "What homes promised, as CSV, for policies that pay it (`settle --homes` has the same).")
  var promises: String?
  @Option(help: "The feeder, as CSV; without it nothing but the batteries limits.")
  var feeder: String?
  @ArgumentParser.Flag(help: "With --fleet: no battery moved in these events.") var null = false
  @Option(help: "Say what each policy changes against this one.") var against: String?
  @Option(
    help: "Settle in intervals of so many minutes instead of each policy's own.")
  var interval: Int64?
  @Option(
    help: "What is asked in kW where an event has no target and the policy takes no level.")
  var targetKw: Int64?
  @Option(help: "text, csv (a row an event), homes (CSV, a row a home and event) or json.")
  var format = Format.text
  @ArgumentParser.Flag(help: "The same as --format json.") var json = false

  mutating func validate() throws {
    if (homes == nil) == (fleet == nil) {
      throw ValidationError("one of --homes and --fleet is needed, and not both")
    }
    if null, fleet == nil { throw ValidationError("--null goes with --fleet only") }
    if let interval, interval < 1 || !Int64(1_440).isMultiple(of: interval) {
      throw ValidationError("--interval is \(interval); allowed: minutes that divide a day")
    }
    if let targetKw, !(1...10_000_000).contains(targetKw) {
      throw ValidationError("--target-kw is \(targetKw); allowed: 1 to 10000000")
    }
  }

  mutating func run() async throws {
    try InputFiles.oneStandardInput(
      policies + meters + [events, homes, fleet, promises, feeder, against])
    var files = InputFiles()
    let tried = policies.map { files.policy($0, allowsProgramme: true) }
    let reference = against.map { files.policy($0, allowsProgramme: true) }
    let zone = (tried.first ?? nil)?.measurement.calendar.zone ?? .utc
    let rows = files.parse(events) { try EventsFile.parse($0, file: $1, localIn: zone) }
    let readings = files.readings(meters)
    let batteries = fleet.map { files.fleet($0) } ?? homes.map { files.homes($0) } ?? nil
    if let rows, rows.isEmpty {
      files.fault("\(events):1: rows is 0; allowed: one event or more")
    }
    let promised = promises.map { files.promises($0, of: batteries) } ?? nil
    let tree = files.feeder(feeder, for: batteries)
    try files.finish()
    guard let rows, let readings, let batteries, let tree else {
      preconditionFailure("files without faults have values")
    }
    let test = Backtest(
      readings: readings, fleet: batteries, feeder: tree,
      events: rows, movement: homes != nil ? .asAsked : null ? .idle : .recorded,
      target: targetKw.map { Power(watts: $0 * 1_000) }, promises: promised)
    var results: [BacktestResult] = []
    for case let policy? in tried {
      results.append(try await test.run(policy, intervalMinutes: interval))
    }
    var old: BacktestResult?
    if let policy = reference ?? nil {
      old = try await test.run(policy, intervalMinutes: interval)
    }
    let output = BacktestOutput(
      results: results, against: old, movement: test.movement, interval: interval)
    switch json ? .json : format {
    case .text: Console.result(output.text)
    case .csv: Console.result(output.eventsCSV)
    case .homes: Console.result(output.homesCSV)
    case .json: output.writeJSON { Console.result($0) }
    }
  }
}

extension InputFiles {
  /// The readings of several files together.
  mutating func readings(_ paths: [String]) -> ReadingSet? {
    let parts = paths.map { meters($0) }
    do {
      return try ReadingSet(parts.flatMap { $0?.readings ?? [] })
    } catch {
      fault("\(paths.joined(separator: ", ")): \(error); allowed: readings that agree")
      return nil
    }
  }

  /// The batteries of a homes file, 80 % charged.
  mutating func homes(_ path: String) -> [EnrolledBattery]? {
    let rows = parse(path) { try HomesFile.parse($0, file: $1) }
    for row in rows ?? [] where !RealHomes.canName(row.meter) {
      fault("\(path): meter_id is \(row.meter); allowed: up to \(RealHomes.longestName) characters")
      return nil
    }
    return rows?.map(RealHomes.battery)
  }
}

extension InputFiles {
  /// What the homes of `batteries` have promised; every home of the file must be one of them, and
  /// its owner theirs.
  fileprivate mutating func promises(
    _ path: String, of batteries: [EnrolledBattery]?
  ) -> [ProgrammeHome]? {
    guard let rows = parse(path, { try PromisesFile.parse($0, file: $1) }), let batteries else {
      return nil
    }
    let owners = Dictionary(batteries.map { ($0.site, $0.owner) }) { first, _ in first }
    for row in rows where owners[row.site] != row.owner {
      let allowed = owners[row.site].map { "owner \($0)" } ?? "sites of the fleet"
      fault("\(path): site \(row.site) of owner \(row.owner); allowed: \(allowed)")
    }
    return rows.map { PeriodOptions.home($0) }
  }
}
