import Controller
import Storage

/// Settles the entries of a ledger again from their evidence.
enum VerifyEvidence {
  /// Without `entry` the whole book, which is verified first.
  static func run(
    _ file: String, entry: UInt64?, evidence: String, policies: String?, json: Bool
  ) throws {
    let check = try LedgerFailure.told {
      try EvidenceCheck(
        file, entry: entry, source: EvidenceSource(evidence, policies: policies))
    }
    if json {
      let result = JSONResult.object([
        ("verified", .bool(check.isSound)), ("settledAgain", .integer(Int64(check.settled))),
        ("withoutObject", .integer(Int64(check.older))),
        ("findings", .array(check.findings.map { FindingJSON.of($0) })),
      ])
      Console.result(result.line)
    } else if check.isSound {
      Console.result(
        "\(LedgerAddress(file)): \(check.settled) entries settled again from their evidence,"
          + " the same to the byte")
    } else {
      Console.result(check.findings.map(\.description).joined(separator: "\n"))
    }
    if check.older > 0, entry == nil {
      Console.note(
        "\(check.older) entries were posted before homes had evidence of their own; checked by the"
          + " rules alone")
    }
    if !check.isSound {
      throw Outcome.no.failure(
        "\(LedgerAddress(file)): not settled again, \(check.findings.count) findings")
    }
  }
}
