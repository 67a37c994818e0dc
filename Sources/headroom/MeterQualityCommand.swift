import ArgumentParser
import Controller
import FoundationEssentials
import Grid
import Storage
import Verification
import Wire

/// How complete and how sound the readings of days are.
struct MeterQualityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quality",
    abstract: "Say for each meter and day what is there, what is missing and what is doubtful.",
    discussion: """
      Expected intervals are those of the local day: 92, 96 or 100 quarter hours. Of live records \
      it also says how many came again, late, ahead of their time, or were kept aside. Findings: \
      duplicate, spike, negative, sumCheck, zeroRun, frozen, clock, unit, gap, overlap. Ends with 1 \
      if an interval is missing or something was found.

      EXAMPLE
        headroom meter quality --readings data/readings.db \\
          --zone America/Los_Angeles --from 2025-03-09 --to 2025-03-09
      """)

  @Option(help: "The readings database.") var readings: String
  @Option(help: "First day, YYYY-MM-DD.") var from: String
  @Option(help: "Last day, YYYY-MM-DD.") var to: String
  @Option(help: "IANA zone of the days.") var zone = "UTC"
  @Option(help: "A meter; may be given several times. All without it.") var meter: [String] = []
  @Option(help: "Minutes of the expected intervals; the meter's shortest when not given.")
  var interval: Int64?
  @Option(help: "Watts that a connection carries; without it spikes are not looked for.")
  var connection: Int64?
  @ArgumentParser.Flag(help: "Print the result as JSON.") var json = false

  func validate() throws {
    if let interval, !(1...1_440).contains(interval) || 1_440 % interval != 0 {
      throw ValidationError("--interval is \(interval); allowed: minutes that divide a day")
    }
    if let connection, !(1...1_000_000_000).contains(connection) {
      throw ValidationError("--connection is \(connection); allowed: watts, 1 or more")
    }
  }

  mutating func run() throws {
    let zone = try ZoneArgument.load(zone)
    let (first, last) = try MeterDays.parse(from: from, to: to)
    let wanted = try MeterDays.meters(meter)
    let days: [MeterDayQuality]
    do {
      days = try MeterDays.archive(readings).quality(
        zone: zone, from: first, to: last, of: wanted, minutes: interval, watts: connection)
    } catch let error as StoreError {
      throw MeterImportCommand.outcome(of: error).failure("\(readings): \(error)")
    }
    if json {
      OrderedJSON.write(to: { Console.result($0) }) { json in
        json.array("days") { json in for day in days { json.object(nil) { Self.write(day, &$0) } } }
      }
    } else {
      Console.result(
        Amounts.table(
          [
            [
              "day", "meter", "expected", "actual", "edited", "estimated", "missing", "again",
              "late", "skew s", "aside", "findings",
            ]
          ] + days.map(Self.row)))
      for day in days {
        for finding in day.findings {
          Console.note(
            "\(day.day)  \(day.meter)  \(finding.code.rawValue)  \(finding.window): "
              + finding.sentence)
        }
      }
    }
    if !days.allSatisfy(\.isClean) { throw ExitCode(Outcome.no.rawValue) }
  }

  private static func row(_ day: MeterDayQuality) -> [String] {
    let codes = Set(day.findings.map(\.code.rawValue)).sorted().joined(separator: " ")
    return [
      "\(day.day)", day.meter.text, "\(day.expected)", "\(day.present[.actual] ?? 0)",
      "\(day.present[.edited] ?? 0)", "\(day.present[.estimated] ?? 0)", "\(day.missing)",
      "\(day.duplicates)", "\(day.late)", "\(day.skewSeconds)", "\(day.aside)", codes,
    ]
  }

  private static func write(_ day: MeterDayQuality, _ json: inout OrderedJSON) {
    json.text("day", "\(day.day)")
    json.text("meterId", day.meter.text)
    json.integer("intervalS", day.intervalSeconds)
    json.integer("expected", day.expected)
    json.count("actual", day.present[.actual] ?? 0)
    json.count("edited", day.present[.edited] ?? 0)
    json.count("estimated", day.present[.estimated] ?? 0)
    json.integer("missing", day.missing)
    json.count("nonCommercial", day.nonCommercial)
    json.count("duplicates", day.duplicates)
    json.count("late", day.late)
    json.integer("skewS", day.skewSeconds)
    json.count("aside", day.aside)
    json.array("findings") { json in
      for finding in day.findings {
        json.object(nil) { json in
          json.text("code", finding.code.rawValue)
          json.text("start", "\(finding.window.start)")
          json.text("end", "\(finding.window.end)")
          json.text("text", finding.sentence)
        }
      }
    }
  }
}

/// A readings database that is only read.
enum ReadingsDatabase {
  /// Ends with 65 where there is none: opening would make one of nothing, or of an empty file.
  static func require(_ file: String) throws {
    guard SQLiteReadingStore.isThere(path: file) else {
      let found = FileManager.default.fileExists(atPath: file) ? "empty" : "missing"
      throw Outcome.badInput.failure("\(file): file is \(found); allowed: a readings database")
    }
  }
}

extension MeterDays {
  /// An archive, which must be there.
  static func archive(_ file: String) throws -> MeterArchive {
    try ReadingsDatabase.require(file)
    return try MeterArchive(path: file)
  }

  /// Readings of a database that start in `window`, of all meters or of some.
  static func archived(
    _ file: String, startingIn window: Window, of meters: Set<MeterID>?
  ) throws -> [Reading] {
    var found: [Reading] = []
    do {
      try archive(file).readings(startingIn: window, of: meters) { found += $1 }
    } catch let error as StoreError {
      throw MeterImportCommand.outcome(of: error).failure("\(file): \(error)")
    }
    return found
  }

  /// Readings come from a file or from a database.
  static func requireOneSource(meters: String?, readings: String?) throws {
    guard (meters == nil) != (readings == nil) else {
      throw ValidationError("give --meters or --readings, one of them")
    }
  }
}

extension MeterArchive {
  fileprivate func quality(
    zone: ZoneOffsets, from: CivilDate, to: CivilDate, of meters: Set<MeterID>?, minutes: Int64?,
    watts: Int64?
  ) throws -> [MeterDayQuality] {
    try MeterQuality(self, zone: zone).days(
      from: from, to: to, of: meters, intervalSeconds: minutes.map { $0 * 60 },
      connection: watts.map { Power(watts: $0) })
  }
}

/// Estimates of what is missing, for an operator to look at and to import.
struct MeterEstimateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "estimate",
    abstract: "Estimate missing intervals outside of events; nothing is stored.",
    discussion: """
      Gaps of up to two hours lie on the straight line between their neighbours, longer ones are \
      the mean of the same time of the three most recent like days (working days and weekends \
      apart). Days with an event of --events are left alone: in an event nothing is ever estimated \
      for payment. What comes out is CSV with quality E; `meter import` takes it, and an estimate \
      never displaces a value that is known.

      EXAMPLE
        headroom meter estimate --readings data/readings.db \\
          --zone America/Los_Angeles --from 2025-03-01 --to 2025-03-31 \\
          --events events.csv > estimates.csv
      """)

  @Option(help: "The readings database.") var readings: String
  @Option(help: "First day, YYYY-MM-DD.") var from: String
  @Option(help: "Last day, YYYY-MM-DD.") var to: String
  @Option(help: "IANA zone of the days.") var zone: String
  @Option(help: "Events, as CSV; their days are left alone.") var events: String?
  @Option(help: "A meter; may be given several times. All without it.") var meter: [String] = []

  mutating func run() throws {
    let zone = try ZoneArgument.load(zone)
    let (first, last) = try MeterDays.parse(from: from, to: to)
    let wanted = try MeterDays.meters(meter)
    var frame = GapFilling.Frame()
    if let events {
      frame.protected = try InputFile.parse(events) { try EventsFile.parse($0, file: $1) }.map {
        let end = Timestamp(microseconds: $0.window.end.microseconds - 1)
        return Window(
          start: zone.startOfDay(zone.date(at: $0.window.start)),
          end: zone.startOfDay(zone.date(at: end).adding(days: 1)))!
      }
    }
    let window = Window(
      start: zone.startOfDay(first), end: zone.startOfDay(last.adding(days: 1)))!
    let wide = Window(start: window.start.adding(seconds: -45 * 86_400), end: window.end)!
    var estimates: [Reading] = []
    do {
      try MeterDays.archive(readings).readings(startingIn: wide, of: wanted) { meter, all in
        guard let length = all.map(\.window.seconds).min(), length.isMultiple(of: 60) else {
          return
        }
        estimates += GapFilling.estimates(
          all.filter { $0.window.seconds == length }, meter: meter, intervalSeconds: length,
          in: window, zone: zone, frame: frame
        ) { ($0.weekday.rawValue < 5) == ($1.weekday.rawValue < 5) }
      }
    } catch let error as StoreError {
      throw MeterImportCommand.outcome(of: error).failure("\(readings): \(error)")
    }
    Console.result(MetersFile.encode(estimates))
    Console.note("\(Amounts.count(estimates.count)) intervals estimated; nothing was stored")
  }
}
