import ArgumentParser
import Controller
import Grid
import Verification
import Wire

/// Two parties' readings of the same meters, side by side.
struct MeterCompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare readings with another party's, and name what differs by too much.",
    discussion: """
      Both are summed over --group, for every meter of either; the tolerance is a share of the \
      reference, such as the grid company's values. A sum with a missing part is missing, and \
      never agrees. Ends with 1 if a line differs or is missing. Nothing is changed: what follows \
      from a difference is decided by people.

      EXAMPLE
        headroom meter compare --reference grid-company.csv \\
          --readings data/readings.db --zone Europe/Moscow --from 2025-05-01 \\
          --to 2025-05-31 --group 1mo --tolerance 1
      """)

  @Option(help: "The other party's readings, CSV.") var reference: String
  @Option(help: "Own readings, CSV; or --readings.") var meters: String?
  @Option(help: "The readings database; or --meters.") var readings: String?
  @Option(help: "Percent of the reference that may differ, up to two decimals.")
  var tolerance: String
  @Option(help: "Sum to 30m, 1h, 1d or 1mo.") var group: GroupArgument = .day
  @Option(help: "First day, YYYY-MM-DD.") var from: String
  @Option(help: "Last day, YYYY-MM-DD.") var to: String
  @Option(help: "IANA zone of the days.") var zone = "UTC"
  @ArgumentParser.Flag(help: "Print the result as JSON.") var json = false

  /// One channel of one meter in one stretch.
  private struct Line {
    let meter: MeterID
    let window: Window
    let channel: String
    let values: EnergyComparison
    let verdict: EnergyComparison.Verdict
  }

  /// What both sides' sums are paired by.
  private struct Key: Hashable {
    let meter: MeterID
    let start: Timestamp
  }

  func validate() throws {
    try MeterDays.requireOneSource(meters: meters, readings: readings)
  }

  mutating func run() throws {
    let zone = try ZoneArgument.load(zone)
    let (first, last) = try MeterDays.parse(from: from, to: to)
    try MeterGroups.requireWholeMonths(group, first, last)
    let percent = (try? FixedDecimal.parse(tolerance, places: 2)).flatMap(Int32.init(exactly:))
    guard let tolerance = percent.flatMap(Percent.init(hundredths:)) else {
      throw Outcome.badInput.failure("--tolerance is \(tolerance); allowed: 0...100, two decimals")
    }
    try InputFiles.oneStandardInput([reference, meters])
    var files = InputFiles()
    let theirs = files.meters(reference)
    let sent = meters.flatMap { files.meters($0) }
    try files.finish()
    let days = Window(start: zone.startOfDay(first), end: zone.startOfDay(last.adding(days: 1)))!
    var own = sent?.readings ?? []
    if let readings { own += try MeterDays.archived(readings, startingIn: days, of: nil) }
    func sums(_ readings: [Reading]) -> [Key: MeterGroups.Group] {
      let wanted = readings.filter { days.start <= $0.window.start && $0.window.start < days.end }
        .sorted { ($0.meter, $0.window.start) < ($1.meter, $1.window.start) }
      let groups = MeterGroups.groups(wanted, group: group, zone: zone, first: first, last: last)
      return Dictionary(
        uniqueKeysWithValues: groups.map { (Key(meter: $0.meter, start: $0.start), $0) })
    }
    let lines = Self.lines(sums(theirs?.readings ?? []), sums(own), tolerance)
    if lines.isEmpty {
      throw Outcome.badInput.failure("no meter has a reading in these days; allowed: one at least")
    }
    json ? write(lines) : print(lines)
    let bad = lines.count { $0.verdict != .agrees }
    if bad > 0 { throw Outcome.no.failure("\(bad) of \(lines.count) lines do not agree") }
  }

  private static func lines(
    _ theirs: [Key: MeterGroups.Group], _ own: [Key: MeterGroups.Group], _ tolerance: Percent
  ) -> [Line] {
    let keys = Set(theirs.keys).union(own.keys).sorted {
      ($0.meter, $0.start) < ($1.meter, $1.start)
    }
    return keys.flatMap { key -> [Line] in
      let (reference, ours) = (theirs[key], own[key])
      func line(_ channel: String, _ joules: (MeterGroups.Group) -> Int64) -> Line {
        func energy(_ group: MeterGroups.Group?) -> Energy? {
          group.flatMap { $0.isWhole ? Energy(joules: joules($0)) : nil }
        }
        let values = EnergyComparison(reference: energy(reference), own: energy(ours))
        return Line(
          meter: key.meter, window: Window(start: key.start, end: (reference ?? ours)!.end)!,
          channel: channel, values: values, verdict: values.verdict(within: tolerance))
      }
      return [line("import") { $0.imported }, line("export") { $0.exported }]
    }
  }

  private func print(_ lines: [Line]) {
    func kWh(_ energy: Energy?) -> String {
      energy.map { MeterGroups.kilowattHours($0.joules) } ?? ""
    }
    var text =
      "meter_id,start,end,channel,reference_kwh,own_kwh,difference_kwh,difference_percent,verdict\n"
    for line in lines {
      let percent = line.values.hundredths.map {
        FixedDecimal.text($0, places: 2, minimumPlaces: 0)
      }
      let cells = [
        line.meter.text, "\(line.window.start)", "\(line.window.end)", line.channel,
        kWh(line.values.reference), kWh(line.values.own), kWh(line.values.difference),
        percent ?? "", line.verdict.rawValue,
      ]
      text += cells.joined(separator: ",") + "\n"
    }
    Console.result(Array(text.utf8))
  }

  private func write(_ lines: [Line]) {
    OrderedJSON.write(to: { Console.result($0) }) { json in
      json.array("lines") { json in
        for line in lines {
          json.object(nil) { json in
            json.text("meterId", line.meter.text)
            json.text("start", "\(line.window.start)")
            json.text("end", "\(line.window.end)")
            json.text("channel", line.channel)
            json.integer("referenceJ", line.values.reference?.joules)
            json.integer("ownJ", line.values.own?.joules)
            json.integer("differenceJ", line.values.difference?.joules)
            json.integer("hundredthsOfPercent", line.values.hundredths)
            json.text("verdict", line.verdict.rawValue)
          }
        }
      }
    }
  }
}
