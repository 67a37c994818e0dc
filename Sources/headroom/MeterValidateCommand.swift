import ArgumentParser
import Controller
import Grid
import Storage

/// Compares readings with what the ledger vouches for.
struct MeterValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Say for each meter and day whether its readings are those that were notarized.",
    discussion: """
      A line for each meter and day: ok, or warn with altered, missing, added, notNotarized or \
      rootMismatch; then each reading concerned with both leaf hashes in full and its present \
      value. Ends with 1 if any day warns.

      EXAMPLE
        headroom meter validate --ledger data/headroom.db --zone Europe/Moscow \\
          --from 2019-05-01 --to 2019-05-21
      """)

  @OptionGroup var place: MeterNotaryPlace
  @Option(help: "First day, YYYY-MM-DD.") var from: String
  @Option(help: "Last day, YYYY-MM-DD.") var to: String
  @Option(help: "IANA zone of the days; that of the notes when not given.") var zone: String?
  @Flag(help: "Print the result as JSON.") var json = false

  mutating func run() throws {
    let (first, last) = try MeterDays.parse(from: from, to: to)
    let archive = try place.archive()
    let desk = try place.ledger.desk()
    var verdicts: [ReadingsVerdict] = []
    var empty: [CivilDate] = []
    let before = try LedgerFailure.told { try archive.store.lastValidation() }
    try LedgerFailure.told {
      let notes = try ReadingsNotes(desk)
      var day = first
      while day <= last {
        let name = try zone ?? archive.store.notarizedZone(on: day) ?? "UTC"
        let found = try ReadingsNotary(archive, zone: try ZoneArgument.load(name)).check(
          day, notes: notes)
        if found.isEmpty { empty.append(day) }
        verdicts += found
        day = day.adding(days: 1)
      }
    }
    let warned = verdicts.count { $0.warning != nil }
    let now = WallClock().now
    try LedgerFailure.told {
      try archive.store.remember(
        validationAt: now, from: first, to: last, ok: verdicts.count - warned, warn: warned)
    }
    if json {
      printJSON(verdicts, warned, now)
    } else {
      for verdict in verdicts { Console.result(Self.text(verdict)) }
      Console.result("\(verdicts.count - warned) ok, \(warned) warn  validated \(now)")
      if let before { Console.note("validated before: \(before)") }
      for day in empty { Console.note("\(day): no readings") }
    }
    if warned > 0 { throw ExitCode(Outcome.no.rawValue) }
  }

  private static func text(_ verdict: ReadingsVerdict) -> String {
    var lines = [
      "\(verdict.day)  \(verdict.meter)  "
        + (verdict.warning.map { "warn  \($0.rawValue)" } ?? "ok    \(verdict.count) readings")
    ]
    for difference in verdict.differences {
      lines.append("  \(difference.start)  \(difference.warning.rawValue)")
      lines.append("    notarized  \(difference.notarized.map { "\($0)" } ?? "nothing")")
      lines.append("    present    \(difference.present.map { "\($0)" } ?? "nothing")")
      if let reading = difference.reading {
        func kilowattHours(_ energy: Energy?) -> String {
          energy.map { "\(MeterGroups.kilowattHours($0.joules)) kWh" } ?? "missing"
        }
        lines.append(
          "    now        import \(kilowattHours(reading.imported))  "
            + "export \(kilowattHours(reading.exported))  \(reading.quality.letter)")
      }
    }
    return lines.joined(separator: "\n")
  }

  private func printJSON(_ verdicts: [ReadingsVerdict], _ warned: Int, _ now: Timestamp) {
    OrderedJSON.write(to: { Console.result($0) }) { json in
      json.array("days") { json in
        for verdict in verdicts {
          json.object(nil) { json in
            json.text("day", "\(verdict.day)")
            json.text("meterId", verdict.meter.text)
            json.text("result", verdict.warning == nil ? "ok" : "warn")
            json.text("code", verdict.warning?.rawValue)
            json.count("readings", verdict.count)
            json.array("differences") { json in
              for difference in verdict.differences {
                json.object(nil) { json in
                  json.text("code", difference.warning.rawValue)
                  json.text("start", "\(difference.start)")
                  json.text("notarizedLeaf", difference.notarized.map { "\($0)" })
                  json.text("presentLeaf", difference.present.map { "\($0)" })
                  json.integer("importJ", difference.reading?.imported?.joules)
                  json.integer("exportJ", difference.reading?.exported?.joules)
                  json.text("quality", difference.reading?.quality.letter)
                }
              }
            }
          }
        }
      }
      json.count("ok", verdicts.count - warned)
      json.count("warn", warned)
      json.text("validatedAt", "\(now)")
    }
  }
}
