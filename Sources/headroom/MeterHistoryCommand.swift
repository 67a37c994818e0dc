import ArgumentParser
import Controller
import Grid
import Storage

/// Values that were replaced, beside the present ones.
struct MeterHistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Show the readings that changed, with every former value.",
    discussion: """
      An interval is named when a newer version of its source replaced a value (superseded), a \
      person did (edited, with author and reason), or an older version came late and was only kept \
      (older). Former values stand in the order in which they were kept, then the present one. \
      Nothing is changed.

      EXAMPLE
        headroom meter history --readings data/readings.db --zone Europe/Moscow \\
          --from 2025-08-14 --to 2025-08-14
      """)

  @Option(help: "The readings database.") var readings: String
  @Option(help: "First day, YYYY-MM-DD.") var from: String
  @Option(help: "Last day, YYYY-MM-DD.") var to: String
  @Option(help: "IANA zone of the days.") var zone = "UTC"
  @Option(help: "A meter; may be given several times. All without it.") var meter: [String] = []
  @ArgumentParser.Flag(help: "Print the result as JSON.") var json = false

  /// One interval that has a history.
  private struct Interval {
    let meter: MeterID
    let start: Timestamp
    let former: [FormerReading]
    let present: Reading?
  }

  mutating func run() throws {
    let zone = try ZoneArgument.load(zone)
    let (first, last) = try MeterDays.parse(from: from, to: to)
    let wanted = try MeterDays.meters(meter)
    let window = Window(
      start: zone.startOfDay(first), end: zone.startOfDay(last.adding(days: 1)))!
    let found: [Interval]
    do {
      found = try Self.intervals(try MeterDays.archive(readings), window, wanted)
    } catch let error as StoreError {
      throw MeterImportCommand.outcome(of: error).failure("\(readings): \(error)")
    }
    if json { return printJSON(found) }
    Console.result(
      Amounts.table(
        [
          [
            "meter_id", "start", "import_kwh", "export_kwh", "quality", "what", "at", "by",
            "reason",
          ]
        ]
          + found.flatMap(Self.rows), left: [0, 1, 4, 5, 6, 7, 8]))
  }

  private static func intervals(
    _ archive: MeterArchive, _ window: Window, _ wanted: Set<MeterID>?
  ) throws -> [Interval] {
    var former: [MeterID: [Timestamp: [FormerReading]]] = [:]
    for meter in archive.store.meters() where wanted?.contains(meter) ?? true {
      let own = try archive.store.formerReadings(of: meter, startingIn: window)
      if !own.isEmpty { former[meter] = Dictionary(grouping: own, by: \.window.start) }
    }
    guard !former.isEmpty else { return [] }
    var present: [MeterID: [Timestamp: Reading]] = [:]
    try archive.readings(startingIn: window, of: Set(former.keys)) { meter, readings in
      present[meter] = Dictionary(
        readings.map { ($0.window.start, $0) }, uniquingKeysWith: { first, _ in first })
    }
    return former.keys.sorted().flatMap { meter in
      former[meter, default: [:]].sorted { $0.key < $1.key }.map { start, values in
        Interval(meter: meter, start: start, former: values, present: present[meter]?[start])
      }
    }
  }

  private static func rows(_ interval: Interval) -> [[String]] {
    func text(_ energy: Energy?) -> String {
      energy.map { MeterGroups.kilowattHours($0.joules) } ?? ""
    }
    func row(_ imported: Energy?, _ exported: Energy?, _ quality: Quality, _ rest: [String])
      -> [String]
    {
      [
        interval.meter.text, "\(interval.start)", text(imported), text(exported), quality.letter,
      ] + rest
    }
    return interval.former.map {
      row(
        $0.imported, $0.exported, $0.quality,
        [$0.kind, "\($0.at)", $0.author ?? "", $0.reason ?? ""])
    }
      + [
        row(
          interval.present?.imported, interval.present?.exported,
          interval.present?.quality ?? .missing, ["present", "", "", ""])
      ]
  }

  private func printJSON(_ found: [Interval]) {
    OrderedJSON.write(to: { Console.result($0) }) { json in
      json.array("intervals") { json in
        for interval in found {
          json.object(nil) { json in
            json.text("meterId", interval.meter.text)
            json.text("start", "\(interval.start)")
            json.array("former") { json in
              for value in interval.former {
                json.object(nil) { json in
                  json.integer("importJ", value.imported?.joules)
                  json.integer("exportJ", value.exported?.joules)
                  json.text("quality", value.quality.letter)
                  json.text("what", value.kind)
                  json.text("at", "\(value.at)")
                  json.text("by", value.author)
                  json.text("reason", value.reason)
                }
              }
            }
            json.object("present") { json in
              json.integer("importJ", interval.present?.imported?.joules)
              json.integer("exportJ", interval.present?.exported?.joules)
              json.text("quality", (interval.present?.quality ?? .missing).letter)
            }
          }
        }
      }
    }
  }
}
