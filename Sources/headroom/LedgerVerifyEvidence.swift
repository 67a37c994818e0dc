import Controller
import FoundationEssentials
import Storage

/// Settles the entries of a ledger again from their evidence.
enum VerifyEvidence {
  /// Without `entry` the whole book, which is verified first.
  static func run(
    _ file: String, entry: UInt64?, evidence: String, policies: String?, readings: String?,
    json: Bool
  ) throws {
    if let readings { try ReadingsDatabase.require(readings) }
    let progress = ProgressBar()
    progress.show("checking the book", 0)
    let check = try LedgerFailure.told {
      defer { progress.clear() }
      return try EvidenceCheck(
        file, entry: entry, source: EvidenceSource(evidence, policies: policies),
        readings: readings
      ) { done, all in
        progress.show(
          "settling again: \(done) of \(all) entries", Double(done) / Double(max(1, all)))
      }
    }
    if json {
      var members: [(String, JSONResult)] = [
        ("verified", .bool(check.isSound)), ("settledAgain", .integer(Int64(check.settled))),
        ("withoutObject", .integer(Int64(check.older))),
      ]
      if let readings = check.readings {
        members += [
          ("readingDays", .integer(Int64(readings.days))),
          ("readingsCameLater", .integer(Int64(readings.cameLater))),
          ("withoutReadings", .integer(Int64(readings.without))),
        ]
      }
      members.append(("findings", .array(check.findings.map { FindingJSON.of($0) })))
      Console.result(JSONResult.object(members).line)
    } else if check.isSound {
      Console.result(
        "\(LedgerAddress(file)): \(check.settled) entries settled again from their evidence,"
          + " the same to the byte"
          + (check.readings.map {
            "\n\($0.days) days of meters have the readings that they were settled from"
          } ?? ""))
    } else {
      Console.result(check.findings.map(\.description).joined(separator: "\n"))
    }
    if check.older > 0, entry == nil {
      Console.note(
        "\(check.older) entries were posted before homes had evidence of their own; checked by the"
          + " rules alone")
    }
    if let readings = check.readings {
      if readings.without > 0 {
        Console.note("\(readings.without) entries cite no readings; their policy does not say so")
      }
      if readings.cameLater > 0 {
        Console.note("\(readings.cameLater) readings came after the runs that cite their days")
      }
    }
    if !check.isSound {
      throw Outcome.no.failure(
        "\(LedgerAddress(file)): not settled again, \(check.findings.count) findings")
    }
  }
}
