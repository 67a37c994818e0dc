import ArgumentParser
import Controller
import Grid
import Policies
import Reports
import Verification

/// Book, tables and clock of a controller's folder.
struct PeriodPlace: ParsableArguments {
  @OptionGroup var place: ReportPlace
  @Option(help: "IANA zone of days and months; by default that of the first policy of --config.")
  var zone: String?
  @Option(help: "Code of the currency, where the ledger has several.") var currency: String?
  @Option(help: "csv, json, html or md.") var format = ReportFormat.md
  @Option(help: "The file to write; - is standard output.") var out = "-"

  func reader() throws -> PeriodReader {
    let clock = try zoneOffsets()
    let desk = try LedgerFailure.told { try LedgerDesk(opening: try place.ledgerFile()) }
    return try Self.told {
      try PeriodReader(desk, reports: try place.folder(), zone: clock, currency: currency)
    }
  }

  private func zoneOffsets() throws -> ZoneOffsets {
    if let zone { return try ZoneArgument.load(zone) }
    guard let configuration = try place.configuration(), let file = configuration.policyFiles.first
    else { return .utc }
    let policy = try InputFile.parse(file) {
      try Policy.load(bytes: $0, file: $1, allowsProgramme: true)
    }
    return policy.measurement.calendar.zone
  }

  func write(_ bytes: [UInt8]) throws {
    guard out != "-" else { return Console.result(bytes) }
    do {
      try OutputFile.write(bytes, to: out)
    } catch {
      throw Outcome.badInput.failure("\(out): file cannot be written; allowed: a writable place")
    }
  }

  /// Ends a command when book and tables do not agree.
  static func told<Value>(_ work: () throws -> Value) throws -> Value {
    do {
      return try work()
    } catch let error as PeriodReader.Fault {
      if case .noOwner = error { throw Outcome.badInput.failure("\(error)") }
      throw Outcome.no.failure("\(error)")
    } catch {
      throw Outcome.badInput.failure("\(error)")
    }
  }
}

/// A month as `2026-07`.
struct MonthArgument {
  let text: String
  let first: CivilDate
  let last: CivilDate

  static func parse(_ text: String) throws -> MonthArgument {
    guard text.utf8.count == 7, let first = CivilDate(text: text + "-01") else {
      throw ValidationError("\(text) is no month; allowed: one like 2026-07")
    }
    let (year, month, _) = first.components
    let next = CivilDate(
      year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1)!
    return MonthArgument(text: text, first: first, last: next.adding(days: -1))
  }
}

/// What one owner earned in a month.
struct ReportOwnerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "owner", abstract: "The statement of an owner for a month.",
    discussion: """
      Opening balance, every movement with its entry, each event with what was asked and delivered \
      and the rule of each line, corrections of earlier runs, closing balance; what waits stands \
      apart and is in no balance. A movement belongs to the day on which it was written. Ends with \
      1, and prints nothing, when ledger and tables do not agree.

      EXAMPLE
        headroom report owner H1 --month 2026-07 --format html --out H1.html \\
          --config config/headroom.yaml
      """)

  @Argument(help: "The owner's id, as in the fleet file.") var owner: String
  @Option(help: "The month, such as 2026-07.", transform: MonthArgument.parse)
  var month: MonthArgument
  @OptionGroup var place: PeriodPlace

  func run() throws {
    guard let id = OwnerID(owner) else {
      throw Outcome.badInput.failure("owner is \(owner); allowed: 1 to 64 of A-Z a-z 0-9 _ -")
    }
    let reader = try place.reader()
    let statement = try PeriodPlace.told {
      try reader.statement(of: id, from: month.first, to: month.last)
    }
    try place.write(statement.bytes(place.format))
  }
}

/// What a month came to.
struct ReportMonthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "month", abstract: "The events of a month, run by run, with energy and money.",
    discussion: """
      An event belongs to the local month of its start, with everything that later runs posted for \
      it. Rows add up to events and the month; every amount is that of the ledger. Ends with 1, and \
      prints nothing, when the tables of the runs do not agree with it.

      EXAMPLE
        headroom report month 2026-07 --format csv --config config/headroom.yaml
      """)

  @Argument(help: "The month, such as 2026-07.", transform: MonthArgument.parse)
  var month: MonthArgument
  @OptionGroup var place: PeriodPlace

  func run() throws {
    let reader = try place.reader()
    let report = try PeriodPlace.told {
      try reader.report(title: "Month \(month.text)", from: month.text, to: month.text)
    }
    try place.write(report.bytes(place.format))
  }
}

/// What a programme came to.
struct ReportProgrammeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "programme", abstract: "All months of the ledger, or some, with their events.",
    discussion: """
      EXAMPLE
        headroom report programme --from 2026-06 --to 2026-09 --format html \\
          --out season.html --config config/headroom.yaml
      """)

  @Option(help: "The first month; by default the oldest.", transform: MonthArgument.parse)
  var from: MonthArgument?
  @Option(help: "The last month; by default the newest.", transform: MonthArgument.parse)
  var to: MonthArgument?
  @OptionGroup var place: PeriodPlace

  func run() throws {
    if let from, let to, to.text < from.text {
      throw Outcome.badInput.failure("--to is \(to.text); allowed: \(from.text) or later")
    }
    let reader = try place.reader()
    let report = try PeriodPlace.told {
      try reader.report(title: "Programme", from: from?.text, to: to?.text)
    }
    try place.write(report.bytes(place.format))
  }
}
