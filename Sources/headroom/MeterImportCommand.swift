import ArgumentParser
import Controller
import FoundationEssentials
import Grid
import Policies
import Signing
import Storage
import Verification
import Wire

/// Readings from files into the readings database.
struct MeterImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract:
      "Take readings from files: CSV, Green Button, 80020, NEM12, D0379, British half hours.",
    discussion: """
      The format is recognised by content; gzip and zip (one member) are unpacked in memory. All \
      files are read before anything is written, and one that is refused ends the command with 65 \
      and every fault. Counts are of values: a reading has two, import and export.

      The same bytes again change nothing. Another value for a known interval is a new version \
      where the sender orders his (80020 by number, the others but CSV by time of update), an \
      edit with --replace, and refused otherwise. Former values are kept, and so are the files, as \
      they came, beside the database in originals/.

      EXAMPLE
        headroom meter import --into data/readings.db july.csv august.csv.gz
        headroom meter import --into data/readings.db --zone Europe/Moscow \\
          --receipt 80021.xml 80020_7700000001_20250814_417.xml
        headroom meter import --into data/readings.db \\
          --replace "read again by hand" fixed.csv
      """)

  @Option(help: "The readings database; it is made when it is missing.") var into: String
  @Option(
    help: "csv, espi, 80020, nem12, d0379 or hh-wide; recognised by content when not given.",
    transform: FormatArgument.parse)
  var format: MeterFormat?
  @Option(
    help: """
      CSV format,external_id,meter_id: whose meters these are; others are refused. Green Button: \
      POINT/READING picks a MeterReading, and adds those of one direction that are named.
      """) var map: String?
  @Option(help: "IANA zone of local times (80020), and to compare with (Green Button).")
  var zone: String?
  @Option(help: "Green Button: `signed` takes negative values of flow direction 4 as export.")
  var net: NetArgument?
  @Option(help: "Green Button: `local` takes epochs as local wall clock.") var epoch: EpochArgument?
  @Option(help: "Green Button: minutes of the readings that count, where several lengths come.")
  var interval: Int64?
  @ArgumentParser.Flag(help: "80020: take a day with holes; they are missing.") var allowGaps =
    false
  @ArgumentParser.Flag(
    help: "Meters without an export channel in their file have none; export is then 0.")
  var oneWay = false
  @Option(help: "Replace known values for this reason; they become edited.") var replace: String?
  @Option(help: "Who replaces.") var author: String?
  @Option(help: "80020: write the receipt 80021 of the last file here.") var receipt: String?
  @Option(help: "80020: address for questions, in the receipt.") var email = ""
  @ArgumentParser.Flag(
    help: "Take days that are 500 times their neighbours; they are refused otherwise.")
  var acceptUnits = false
  @ArgumentParser.Flag(help: "Print the result as JSON.") var json = false
  @Argument(help: "Files of readings; - is standard input.") var files: [String]

  mutating func run() throws {
    try InputFiles.oneStandardInput(files)
    let options = try options()
    var parts: [Part] = []
    var failure: ExitCode?
    for file in files {
      let raw = try InputFile.read(file, limit: MetersFile.fileBytes)
      do throws(DeliveryRefusal) {
        parts.append(Part(file: file, raw: raw, delivery: try read(raw, file, options)))
      } catch {
        failure = Outcome.badInput.failure("\(error)")
        try write(error.receipt)
        if json, let receipt = error.receipt {
          MeterImportOutput.printRefusal(file, receipt, faults: error.faults.total)
        }
      }
    }
    if !acceptUnits, let suspect = Self.unitSuspects(parts) { failure = failure ?? suspect }
    if let failure { throw failure }
    let archive: MeterArchive
    do throws(StoreError) {
      archive = try MeterArchive(path: into)
    } catch {
      throw Self.outcome(of: error).failure("\(into): \(error)")
    }
    let edit = try edit()
    for place in parts.indices {
      let part = parts[place]
      do {
        parts[place].summary = try archive.take(
          part.delivery, raw: part.raw, options: options.text, edit: edit, at: WallClock().now)
      } catch let error as StoreError {
        Console.note("\(part.file) was not taken")
        throw Self.outcome(of: error).failure("\(error)")
      }
      try write(part.delivery.receipt)
    }
    MeterImportOutput.print(parts, archive: archive, json: json)
  }

  /// A file, what it delivered and what became of it.
  struct Part {
    let file: String
    let raw: [UInt8]
    let delivery: MeterDelivery
    var summary = ImportSummary()
  }

  private func read(
    _ raw: [UInt8], _ file: String, _ options: ImportOptions
  ) throws(DeliveryRefusal) -> MeterDelivery {
    try MeterFiles.read(raw, file: file, options: options)
  }

  /// Refuses days that look as if watt-hours had been taken for kilowatt-hours.
  private static func unitSuspects(_ parts: [Part]) -> ExitCode? {
    var failure: ExitCode?
    for part in parts {
      var place = 0
      let readings = part.delivery.readings
      while place < readings.count {
        var next = place
        while next < readings.count, readings[next].meter == readings[place].meter { next += 1 }
        for finding in ReadingValidation.unitSuspects(Array(readings[place..<next])) {
          failure = Outcome.badInput.failure(
            "\(part.file): unit of \(readings[place].meter) on \(finding.window.start) is"
              + " doubtful; allowed: kilowatt-hours. \(finding.sentence) --accept-units takes them")
        }
        place = next
      }
    }
    return failure
  }

  private func options() throws -> ImportOptions {
    var options = ImportOptions()
    options.format = format
    options.isNetSigned = net != nil
    options.isEpochLocal = epoch != nil
    options.intervalMinutes = interval
    options.allowsGaps = allowGaps
    options.isOneWay = oneWay
    if let zone { options.zone = try ZoneArgument.load(zone) }
    if let map {
      options.map = try InputFile.parse(map) {
        var known = try MeterMap.parse($0, file: $1)
        known.digest = SHA256.hash($0)
        return known
      }
    }
    return options
  }

  private func edit() throws -> (author: String, reason: String)? {
    guard let replace else { return nil }
    guard !replace.isEmpty else {
      throw Outcome.badInput.failure("--replace is empty; allowed: a reason")
    }
    let author =
      author ?? ProcessInfo.processInfo.environment["USER"].flatMap { $0.isEmpty ? nil : $0 }
    guard let author else {
      throw Outcome.badInput.failure("--author is not given; allowed: who replaces the values")
    }
    return (author, replace)
  }

  private func write(_ answer: Receipt80021?) throws {
    guard let receipt, var answer else { return }
    answer.email = email
    do {
      try Data(answer.encode()).write(to: URL(filePath: receipt), options: .atomic)
    } catch {
      throw Outcome.badInput.failure(
        "\(receipt): cannot be written; allowed: a path (\(SystemReason.text(error)))")
    }
  }

  /// What contradicts or cannot be opened is the input's fault; a store that fails is not.
  static func outcome(of error: StoreError) -> Outcome {
    switch error {
    case .cannotOpen, .badAddress, .readingConflict, .importRefused, .noLedger: .badInput
    case .failed, .lost, .conflict, .hasWriter, .fenced: .broken
    }
  }
}

/// What `--net` takes.
enum NetArgument: String, ExpressibleByArgument, CaseIterable { case signed }

/// What `--epoch` takes.
enum EpochArgument: String, ExpressibleByArgument, CaseIterable { case local }

/// A format that a user names.
enum FormatArgument {
  static func parse(_ text: String) throws -> MeterFormat {
    if let format = MeterFormat(rawValue: text) { return format }
    throw ValidationError("format is \(text); allowed: \(MeterFormat.list)")
  }
}

/// A zone that a user names.
enum ZoneArgument {
  static func load(_ name: String) throws -> ZoneOffsets {
    do throws(TimeZoneFile.Fault) {
      return try TimeZoneFile.load(name)
    } catch {
      throw Outcome.badInput.failure("--zone: \(error)")
    }
  }
}
