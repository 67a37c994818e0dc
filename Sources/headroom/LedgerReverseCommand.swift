import ArgumentParser
import Controller
import Grid
import Ledger
import Signing

/// One entry taken back.
struct LedgerReverseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reverse", abstract: "Take one entry back with another; nothing is edited.",
    discussion: """
      The new entry moves the same amounts the other way. It counts in the time you say, which \
      ends not before that of the original, and never in a closed period. Money that has gone on \
      cannot be taken back (insufficient). Reversing again prints the first receipt.

      EXAMPLE
        headroom ledger reverse 12 --reason "wrong account" \\
          --effective 2026-07-12T17:00:00Z/2026-07-12T19:00:00Z \\
          --config config/headroom.yaml
      """)

  @Argument(help: "Index of the entry.") var index: UInt64
  @OptionGroup var place: LedgerPlace
  @Option(help: "When it counts: FROM/TO.") var effective: String
  @Option(help: "Why.") var reason = "correction"
  @OptionGroup var writing: WritingOptions
  @Flag(help: "Print the receipt as JSON.") var json = false

  func run() throws {
    let parts = effective.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let start = Timestamp(rfc3339: parts[0]),
      let end = Timestamp(rfc3339: parts[1]), let window = Window(start: start, end: end)
    else {
      throw Outcome.badInput.failure(
        "--effective is \(effective); allowed: FROM/TO, two times like 2026-07-12T19:00:00Z")
    }
    var (desk, key) = try writing.open(place)
    let request = PostRequest.reversal(
      of: index, reason: reason, effective: window,
      key: IdempotencyKey(bytes: RandomBytes.make(count: 16))!, place: "entry \(index)")
    let receipts = try LedgerFailure.told {
      try desk.post([request], key: key, now: place.now())
    }
    LedgerReceipts.print(receipts, of: desk, json: json)
  }
}
