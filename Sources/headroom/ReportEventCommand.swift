public import ArgumentParser
import Controller
import FoundationEssentials
public import Reports
import Storage

extension ReportFormat: ExpressibleByArgument {}

/// One report.
struct ReportEventCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "event", abstract: "Print the report of a settled event.",
    discussion: """
      The bytes are those that the settlement run wrote. Without --run it is the newest run that \
      posted money, or the provisional one before there is such a run. csv has three tables: \
      intervals (a row a home and interval), lines (a row a line of money), parties (a row a leg).

      EXAMPLE
        headroom report event E-17 --format md --config config/headroom.yaml
        headroom report event E-17 --format csv --table lines \\
          --data data --out lines.csv
      """)

  /// The tables of a report.
  enum Table: String, CaseIterable, ExpressibleByArgument {
    case intervals, lines, parties

    var file: ReportFile {
      switch self {
      case .intervals: .intervals
      case .lines: .lines
      case .parties: .parties
      }
    }
  }

  @Argument(help: "The event's id.") var event: String
  @OptionGroup var place: ReportPlace
  @Option(help: "csv, json, html or md.") var format = ReportFormat.md
  @Option(help: "With csv: intervals, lines or parties.") var table = Table.intervals
  @Option(name: .customLong("run"), help: "Name of a settlement run, such as initial.")
  var runName: String?
  @Option(help: "The file to write; - is standard output.") var out = "-"

  func run() throws {
    let file = format == .csv ? table.file : format.files[0]
    let folder = try place.folder()
    let report: (run: String, bytes: [UInt8])
    do {
      report = try folder.read(file, event: event, run: runName)
    } catch {
      throw Outcome.badInput.failure("\(error)")
    }
    Console.note("event \(event), run \(report.run)")
    guard out != "-" else { return Console.result(report.bytes) }
    do {
      try Data(report.bytes).write(to: URL(filePath: out), options: .atomic)
    } catch {
      throw Outcome.badInput.failure(
        "\(out): file cannot be written; allowed: a writable place (\(SystemReason.text(error)))")
    }
  }
}
