import ArgumentParser
import Controller
import FoundationEssentials
import Grid
import Storage
import Wire

/// Readings from the database as files.
struct MeterExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write readings as CSV, Green Button, 80020 or NEM12.",
    discussion: """
      Days are those of --zone: 48 half hours, 46 and 50 when the clocks change. What is missing is \
      left out, and never 0. The same readings and options give the same bytes. --group sums \
      readings over hours, days or months of the zone: a group with a missing part is missing, and \
      the table says what is known of it.

      80020 takes one local day a file, NEM12 whole days of UTC+10 (--zone is not used there).

      EXAMPLE
        headroom meter export --readings data/readings.db --from 2025-08-01 \\
          --to 2025-08-31 --format espi > august.xml
        headroom meter export --readings data/readings.db --from 2025-08-14 \\
          --to 2025-08-14 --zone Europe/Moscow --format 80020 --sender 7700000001 \\
          --number 419 --out outbox
        headroom meter export --readings data/readings.db --from 2025-05-01 \\
          --to 2025-05-31 --zone Europe/Moscow --group 1d
      """)

  @Option(help: "The readings database.") var readings: String
  @Option(help: "csv, espi, 80020 or nem12.", transform: FormatArgument.parse)
  var format: MeterFormat = .csv
  @Option(help: "First day, YYYY-MM-DD.") var from: String
  @Option(help: "Last day, YYYY-MM-DD.") var to: String
  @Option(help: "IANA zone of the days.") var zone = "UTC"
  @Option(help: "A meter; may be given several times. All without it.") var meter: [String] = []
  @Option(help: "csv: sum to 30m, 1h, 1d or 1mo.") var group: GroupArgument?
  @Option(help: "80020: tax number of the sender; nem12: its participant.") var sender: String?
  @Option(help: "80020: name of the sender.") var senderName = ""
  @Option(help: "80020: tax number of the area, when it is another.") var areaInn: String?
  @Option(help: "80020: number of the file; rises with each one of the sender.") var number: Int64?
  @Option(help: "80020: decimals of a kWh, 0 to 3; with 0 remainders are carried on.")
  var decimals = 0
  @Option(help: "nem12: participant that receives.") var receiver = "RECEIVER"
  @Option(help: "80020: YYYYMMDDhhmmss; nem12: YYYYMMDDhhmm; espi: a time. The end of the days.")
  var stamp: String?
  @Option(help: "Write into this folder, under the format's own name.") var out: String?
  @Flag(help: "Print groups as JSON.") var json = false

  mutating func run() throws {
    let zone = try ZoneArgument.load(zone)
    let (first, last) = try MeterDays.parse(from: from, to: to)
    try ReadingsDatabase.require(self.readings)
    let wanted = try MeterDays.meters(meter)
    let days =
      format == .nem12 ? ZoneOffsets(name: "UTC+10", before: 36_000, transitions: []) : zone
    let window = Window(
      start: days.startOfDay(first), end: days.startOfDay(last.adding(days: 1)))!
    var readings: [Reading] = []
    do {
      let archive = try MeterArchive(path: self.readings)
      try archive.readings(startingIn: window, of: wanted) { readings += $1 }
    } catch let error as StoreError {
      throw MeterImportCommand.outcome(of: error).failure("\(self.readings): \(error)")
    }
    readings.sort { ($0.meter, $0.window.start) < ($1.meter, $1.window.start) }
    if let group {
      guard format == .csv else {
        throw Outcome.badInput.failure("--group is for csv; allowed: --format csv")
      }
      try MeterGroups.print(
        readings, group: group, zone: zone, first: first, last: last, json: json)
      return
    }
    let file = try encode(readings, first, last, zone)
    guard let out else { return Console.result(file.bytes) }
    do {
      try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
      try Data(file.bytes).write(to: URL(filePath: "\(out)/\(file.name)"), options: .atomic)
    } catch {
      throw Outcome.badInput.failure(
        "\(out): cannot be written; allowed: a folder (\(SystemReason.text(error)))")
    }
    Console.result("\(out)/\(file.name)")
  }

  private func encode(
    _ readings: [Reading], _ first: CivilDate, _ last: CivilDate, _ zone: ZoneOffsets
  ) throws -> (name: String, bytes: [UInt8]) {
    let span = first == last ? "\(first)" : "\(first)_\(last)"
    switch format {
    case .csv:
      // The file knows whole minutes; a split of lost time may leave parts of one.
      if let odd = readings.first(where: { !$0.window.seconds.isMultiple(of: 60) }) {
        throw Outcome.badInput.failure(
          "meter \(odd.meter): \(odd.window) is no whole number of minutes; allowed: --group")
      }
      return ("meters_\(span).csv", MetersFile.encode(readings))
    case .espi:
      let end = zone.startOfDay(last.adding(days: 1))
      guard let updated = stamp.map({ Timestamp(rfc3339: $0) }) ?? end else {
        throw Outcome.badInput.failure("--stamp is \(stamp ?? ""); allowed: a time with an offset")
      }
      return ("espi_\(span).xml", ESPIFile.encode(readings, updated: updated))
    case .nem12: return ("nem12_\(span).csv", try nem12(readings))
    case .macet80020: return try macet(readings, first, last, zone)
    case .d0379, .hhWide:
      throw Outcome.badInput.failure(
        "--format is \(format.rawValue), which only comes; allowed: csv, espi, 80020, nem12")
    }
  }

  private func nem12(_ readings: [Reading]) throws -> [UInt8] {
    if let odd = readings.first(where: { !NEM12File.knows(minutes: $0.window.seconds / 60) }) {
      throw Outcome.badInput.failure(
        "meter \(odd.meter) has intervals of \(odd.window.seconds / 60) minutes; "
          + "allowed in NEM12: 5, 15, 30")
    }
    if let stamp, stamp.utf8.count != 12 || !stamp.allSatisfy(\.isNumber) {
      throw Outcome.badInput.failure("--stamp is \(stamp); allowed: YYYYMMDDhhmm")
    }
    var people = NEM12File.Sender(from: sender ?? "HEADROOM", to: receiver)
    people.created = stamp
    return NEM12File.encode(readings, sender: people)
  }

  private func macet(
    _ readings: [Reading], _ first: CivilDate, _ last: CivilDate, _ zone: ZoneOffsets
  ) throws -> (name: String, bytes: [UInt8]) {
    func refuse(_ text: String) -> ExitCode { Outcome.badInput.failure(text) }
    guard first == last else { throw refuse("80020 is one day a file; allowed: --to \(first)") }
    guard let sender, [10, 12].contains(sender.utf8.count), sender.allSatisfy(\.isNumber) else {
      throw refuse("--sender is \(sender ?? "not given"); allowed: 10 or 12 digits")
    }
    guard let number, number >= 0 else {
      throw refuse("--number is not given; allowed: one that rises with each file of the sender")
    }
    guard (0...3).contains(decimals) else {
      throw refuse("--decimals is \(decimals); allowed: 0...3")
    }
    if let stamp, stamp.utf8.count != 14 || !stamp.allSatisfy(\.isNumber) {
      throw refuse("--stamp is \(stamp); allowed: YYYYMMDDhhmmss")
    }
    if let odd = readings.first(where: { $0.window.seconds != 1_800 && $0.window.seconds != 3_600 })
    {
      throw refuse(
        "meter \(odd.meter) has intervals of \(odd.window.seconds / 60) minutes; "
          + "allowed in 80020: 30 and 60")
    }
    var author = Macet80020.Sender(inn: sender, number: number)
    author.name = senderName
    author.areaINN = areaInn
    author.timestamp = stamp
    author.decimals = decimals
    return (
      Macet80020.name(author, day: first),
      Macet80020.encode(readings, day: first, zone: zone, sender: author)
    )
  }
}

/// Days and meters that a user names.
enum MeterDays {
  static func parse(from: String, to: String) throws -> (CivilDate, CivilDate) {
    guard let first = CivilDate(text: from) else {
      throw Outcome.badInput.failure("--from is \(from); allowed: a date like 2025-08-14")
    }
    guard let last = CivilDate(text: to), last >= first else {
      throw Outcome.badInput.failure("--to is \(to); allowed: a date not before --from")
    }
    return (first, last)
  }

  static func meters(_ names: [String]) throws -> Set<MeterID>? {
    guard !names.isEmpty else { return nil }
    return Set(
      try names.map { name in
        guard let meter = MeterID(name) else {
          throw Outcome.badInput.failure("--meter is \(name); allowed: 1...64 of A-Z a-z 0-9 _ -")
        }
        return meter
      })
  }
}
