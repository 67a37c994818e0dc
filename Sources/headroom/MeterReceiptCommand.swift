import ArgumentParser
import Grid
import Wire

/// A received 80021 beside the file that it answers.
struct MeterReceiptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receipt", abstract: "Read a receipt 80021, and say which export it answers.",
    discussion: """
      Prints what the receiver made of a file of 80020. With --export the receipt must be of that \
      file: its name, number and timestamp are compared. Ends with 1 when the file was rejected \
      (2 unknown points or channels, 3 not in the format, 4 not XML) or the receipt is of another.

      EXAMPLE
        headroom meter receipt 80021_reply_417.xml \\
          --export outbox/80020_7700000001_20250814_417.xml
      """)

  @Option(help: "The file of 80020 that was sent.") var export: String?
  @ArgumentParser.Flag(help: "Print the result as JSON.") var json = false
  @Argument(help: "The receipt; - is standard input.") var receipt: String

  mutating func run() throws {
    let answer = try InputFile.parse(receipt, limit: MetersFile.fileBytes) {
      try Receipt80021.parse($0, file: $1)
    }
    let differences = try export.map { try Self.differences(answer, $0) } ?? []
    if json {
      OrderedJSON.write(to: { Console.result($0) }) { json in
        json.count("status", answer.status.rawValue)
        json.text("meaning", answer.status.meaning)
        json.text("id", answer.id)
        json.text("name", answer.name)
        json.text("date", answer.date)
        json.flag("zip", answer.isZipped)
        json.texts("differences", differences)
      }
    } else {
      Console.result("\(answer.name)  number \(answer.id)  of \(answer.date)")
      Console.result("\(answer.status.rawValue)  \(answer.status.meaning)")
      for difference in differences { Console.note("\(receipt): \(difference)") }
    }
    if !differences.isEmpty { throw Outcome.no.failure("\(receipt): it answers another file") }
    if answer.status >= .unknownPoints { throw ExitCode(Outcome.no.rawValue) }
  }

  /// In what the receipt is not that of the file at `path`.
  private static func differences(_ answer: Receipt80021, _ path: String) throws -> [String] {
    let raw = try InputFile.read(path, limit: MetersFile.fileBytes)
    var options = ImportOptions()
    options.format = .macet80020
    // Its values do not matter here, so neither does its zone.
    options.zone = .utc
    options.allowsGaps = true
    var sent: Receipt80021?
    do throws(DeliveryRefusal) {
      sent = try MeterFiles.read(raw, file: path, options: options).receipt
    } catch {
      guard let head = error.receipt, !head.date.isEmpty else {
        throw Outcome.badInput.failure("\(error)")
      }
      sent = head
    }
    guard let sent else { return [] }
    let pairs = [
      ("name", answer.name, sent.name), ("number", answer.id, sent.id),
      ("timestamp", answer.date, sent.date),
    ]
    return pairs.compactMap { what, found, wanted in
      found == wanted
        ? nil : "\(what) is \(found); allowed: \(wanted), as in the file that was sent"
    }
  }
}

extension Receipt80021.Status {
  /// What the receiver did.
  var meaning: String {
    switch self {
    case .accepted: "accepted"
    case .nonCommercial: "accepted, some channels non-commercial"
    case .unknownPoints: "rejected, unknown points or channels"
    case .formatError: "rejected, format error"
    case .notXML: "rejected, not XML"
    }
  }
}
