import Controller
import Grid
import Storage
import Wire

/// What an import did, for people and programs.
enum MeterImportOutput {
  static func print(_ parts: [MeterImportCommand.Part], archive: MeterArchive, json: Bool) {
    let touched = archive.eventsTouched(by: parts.map(\.summary))
    guard json else {
      Console.result(
        Amounts.table(
          [["file", "format", "readings", "new", "same", "superseding", "edited", "missing"]]
            + parts.map { part in
              let counts = [
                part.delivery.readings.count, part.summary.new, part.summary.same,
                part.summary.superseding, part.summary.edited, part.summary.missing,
              ]
              return [part.file, part.delivery.format.rawValue] + counts.map(Amounts.count)
            }))
      for part in parts { notes(part) }
      for event in touched {
        Console.note(
          "event \(event) was settled with readings that changed; nothing is settled again")
      }
      return
    }
    OrderedJSON.write(to: { Console.result($0) }) { json in
      json.array("files") { json in for part in parts { json.object(nil) { file(part, &$0) } } }
      json.texts("settledEventsTouched", touched)
    }
  }

  /// A refusal that has a receipt.
  static func printRefusal(_ file: String, _ receipt: Receipt80021, faults: Int) {
    OrderedJSON.write(to: { Console.result($0) }) { json in
      json.text("file", file)
      json.count("faults", faults)
      self.receipt(receipt, &json)
    }
  }

  private static func notes(_ part: MeterImportCommand.Part) {
    if part.summary.isKnown { Console.note("\(part.file): known already; nothing changed") }
    if part.summary.older > 0 {
      Console.note(
        "\(part.file): \(part.summary.older) values of an older version are kept as history")
    }
    for (kind, count) in part.delivery.ignored.sorted(by: { $0.key < $1.key }) {
      Console.note("\(part.file): \(Amounts.count(count)) \(kind) ignored")
    }
    for finding in part.delivery.findings { Console.note("\(part.file): \(finding)") }
    if let receipt = part.delivery.receipt {
      Console.note("\(part.file): receipt 80021 status \(receipt.status.rawValue)")
    }
  }

  private static func file(_ part: MeterImportCommand.Part, _ json: inout OrderedJSON) {
    let delivery = part.delivery
    json.text("file", part.file)
    json.text("sha256", "\(MeterArchive.hash(part.raw))")
    json.text("format", delivery.format.rawValue)
    json.count("readings", delivery.readings.count)
    json.count("meters", delivery.meters)
    json.flag("known", part.summary.isKnown)
    json.count("new", part.summary.new)
    json.count("same", part.summary.same)
    json.count("superseding", part.summary.superseding)
    json.count("edited", part.summary.edited)
    json.count("older", part.summary.older)
    json.count("missing", part.summary.missing)
    json.count("estimated", delivery.readings.count { $0.quality == .estimated })
    json.count("nonCommercial", delivery.readings.count(where: \.isNonCommercial))
    json.count("halfMissing", delivery.halfMissing)
    json.count("rounded", delivery.rounded)
    json.count("duplicates", delivery.duplicates)
    json.flag("hasQuality", delivery.hasQuality)
    json.object("ignored") { json in
      for (kind, count) in delivery.ignored.sorted(by: { $0.key < $1.key }) {
        json.count(kind, count)
      }
    }
    json.texts("findings", delivery.findings)
    if let receipt = delivery.receipt { self.receipt(receipt, &json) }
  }

  private static func receipt(_ receipt: Receipt80021, _ json: inout OrderedJSON) {
    json.object("receipt") { json in
      json.text("id", receipt.id)
      json.text("name", receipt.name)
      json.text("date", receipt.date)
      json.count("status", receipt.status.rawValue)
    }
  }
}
