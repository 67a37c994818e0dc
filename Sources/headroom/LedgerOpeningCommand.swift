import ArgumentParser
import Controller
import Grid
import Ledger
import Signing

/// Balances that a new ledger begins with.
struct LedgerOpeningCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "opening", abstract: "Take over the balances of an older book.",
    discussion: """
      FILE is CSV with the header account,commodity,amount; positive is in the account. Every \
      balance is posted against the account opening, which must end at zero: for each commodity \
      the amounts sum to zero, so the outside world (bank:NAME) is in the file as well. All of it \
      is written or nothing, and the same file again adds nothing. `headroom ledger balance --csv` \
      prints such a file. --continues names the last checkpoint of the older log, which a note in \
      the new one then carries.

      EXAMPLE
        headroom ledger balance --csv --ledger 2026.db > balances.csv
        headroom ledger opening balances.csv --continues 2026.checkpoint \\
          --effective 2026-12-31T23:00:00Z/2027-01-01T00:00:00Z \\
          --open-accounts --ledger 2027.db --key 2027.key
      """)

  @Argument(help: "The balances as CSV; - is standard input.") var file: String
  @OptionGroup var place: LedgerPlace
  @Option(help: "When they count: FROM/TO.") var effective: String
  @Option(help: "The last checkpoint of the log that this one continues.") var continues: String?
  @OptionGroup var writing: WritingOptions
  @Flag(help: "Open accounts and currencies that are not there yet.") var openAccounts = false
  @Flag(help: "Print the receipts as JSON.") var json = false

  func run() throws {
    let parts = effective.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let start = Timestamp(rfc3339: parts[0]),
      let end = Timestamp(rfc3339: parts[1]), let window = Window(start: start, end: end)
    else {
      throw Outcome.badInput.failure(
        "--effective is \(effective); allowed: FROM/TO, two times like 2026-07-12T19:00:00Z")
    }
    let balances = try InputFile.parse(file) { try OpeningBalances.read(bytes: $0, file: $1) }
    let head = try continues.map { path in
      try InputFile.parse(path) { bytes, file in
        do { return try Checkpoint(text: Note(String(decoding: bytes, as: UTF8.self)).text) } catch
        {
          throw Outcome.badInput.failure("\(file): no checkpoint: \(error)")
        }
      }
    }
    var (desk, key) = try writing.open(place)
    let receipts = try LedgerFailure.told {
      try desk.post(
        balances.requests(effective: window, continues: head), key: key,
        opensAccounts: openAccounts, now: place.now())
    }
    LedgerReceipts.print(receipts, of: desk, json: json)
  }
}
