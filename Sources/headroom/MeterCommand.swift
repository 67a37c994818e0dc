import ArgumentParser
import Grid
import Storage
import Wire

/// Meter data in and out.
struct MeterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "meter", abstract: "Meter data in and out.",
    subcommands: [MeterImportCommand.self])
}

/// Readings from files into the readings database.
struct MeterImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Take meter readings from CSV files into the database.",
    discussion: """
      All files are read before anything is written; a file is taken whole or not at all. The same \
      reading twice changes nothing; another value for an interval that is known is refused with \
      65, and a gap may be filled.

      EXAMPLE
        headroom meter import --into data/readings.db july.csv august.csv
        gzip -dc year.csv.gz | headroom meter import --into data/readings.db -
      """)

  @Option(help: "The readings database; it is made when it is missing.") var into: String
  @Argument(help: "Readings, as CSV; - is standard input.") var files: [String]
  @Flag(help: "Print the result as JSON.") var json = false

  mutating func run() throws {
    try InputFiles.oneStandardInput(files)
    var inputs = InputFiles()
    let parts = files.map { ($0, inputs.meters($0)) }
    try inputs.finish()
    var done: [(file: String, readings: MeterReadings, summary: ImportSummary)] = []
    do throws(StoreError) {
      let store = try SQLiteReadingStore(path: into)
      for case (let file, let part?) in parts {
        do throws(StoreError) {
          done.append((file, part, try store.archive(part.readings)))
        } catch {
          Console.note("\(file) was not taken")
          throw error
        }
      }
    } catch {
      throw Self.outcome(of: error).failure("\(into): \(error)")
    }
    if json {
      OrderedJSON.write(to: { Console.result($0) }) { json in
        json.array("files") { json in
          for (file, readings, summary) in done {
            json.object(nil) { json in
              json.text("file", file)
              json.count("readings", readings.readings.count)
              json.count("meters", Set(readings.readings.map(\.meter)).count)
              json.count("new", summary.new)
              json.count("same", summary.same)
              json.count("missing", summary.missing)
              json.count("halfMissing", readings.halfMissing)
              json.count("rounded", readings.rounded)
              json.flag("hasQuality", readings.hasQuality)
            }
          }
        }
      }
    } else {
      Console.result(
        Amounts.table(
          [["file", "readings", "new", "same", "missing"]]
            + done.map { file, readings, summary in
              let counts = [
                readings.readings.count, summary.new, summary.same, summary.missing,
              ]
              return [file] + counts.map(Amounts.count)
            }))
    }
  }

  /// What contradicts or cannot be opened is the input's fault; a store that fails is not.
  private static func outcome(of error: StoreError) -> Outcome {
    switch error {
    case .cannotOpen, .readingConflict, .noLedger: .badInput
    case .failed, .conflict, .hasWriter, .fenced: .broken
    }
  }
}
