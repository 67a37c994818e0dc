public import ArgumentParser
public import Controller
import Grid
import Ledger

extension LedgerListing.Format: ExpressibleByArgument {}

/// The book in forms that others read.
struct LedgerExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write the book as static tiles, or as a journal or table.",
    discussion: """
      --tiles writes the log as static files (C2SP tlog-tiles): checkpoint, tile/…, tile/entries/… \
      and nothing else, so that any reader of that form can check it with the log's key, which it \
      must have from elsewhere (`headroom keys show`). DIR is new, or an earlier export that this \
      one extends; anything else is refused. Entries after the newest checkpoint: with the log's \
      key at hand one is signed first; without, or with --no-sign, they are left out, and how many \
      is said.

      --evidence writes what settlements were computed from: a file for each home and event and \
      each policy, named by its SHA-256, for `headroom ledger verify --evidence`. It has names of \
      homes and owners in it.

      --format prints journals for hledger and Beancount, which check every balance again, CSV with \
      a row a posting, or JSON with an entry a line. Times of --from and --to are effective ends. A \
      part of the book is no proof. --pseudonyms prints accounts by their bytes: for whatever \
      leaves the house.

      EXAMPLE
        headroom ledger export --tiles public/ledger --config config/headroom.yaml
        headroom ledger export --tiles july --at 70000 --ledger data/headroom.db
        headroom ledger export --format hledger \\
          --ledger data/headroom.db | hledger check -f -
      """)

  @OptionGroup var place: LedgerPlace
  @OptionGroup var signing: SigningOptions
  @Option(help: "A folder for the log as static files.") var tiles: String?
  @Option(help: "A folder for the evidence of settlements.") var evidence: String?
  @Option(help: "hledger, beancount, csv or json.") var format: LedgerListing.Format?
  @Option(help: "With --tiles: the size of an older signed checkpoint instead of the newest.")
  var at: UInt64?
  @Flag(help: "With --tiles: sign nothing; entries after the newest checkpoint are left out.")
  var noSign = false
  @Option(help: "With --format: entries of this account.") var account: String?
  @Option(help: "With --format: entries in this commodity.") var commodity: String?
  @Option(help: "With --format: first day or moment.") var from: String?
  @Option(help: "With --format: last day, or first moment after.") var to: String?
  @Flag(help: "With --format: accounts by their bytes, not their names.") var pseudonyms = false
  @Flag(help: "With --tiles: print the result as JSON.") var json = false

  mutating func validate() throws {
    guard [tiles, format?.rawValue, evidence].count(where: { $0 != nil }) == 1 else {
      throw ValidationError("exactly one of --tiles, --format and --evidence is needed")
    }
    let isListing = account != nil || commodity != nil || from != nil || to != nil || pseudonyms
    guard format != nil || !isListing else {
      throw ValidationError("--account, --commodity, --from, --to, --pseudonyms need --format")
    }
    guard tiles != nil || (at == nil && !noSign && !json) else {
      throw ValidationError("--at, --no-sign and --json need --tiles")
    }
  }

  func run() throws {
    let desk = try place.desk()
    if let format { return try list(desk, format) }
    if let evidence {
      let count = try LedgerFailure.told { try desk.exportEvidence(to: evidence) }
      return Console.result("\(evidence): \(count) pieces of evidence, each under its SHA-256")
    }
    if at == nil, !noSign { _ = try signing.sign(desk, place) }
    let tiles = tiles!
    let export = try LedgerFailure.told { try desk.export(to: TileFolder(tiles), at: at) }
    if json {
      let result = JSONResult.object([
        ("origin", .text(export.checkpoint.origin)),
        ("entries", .integer(Int64(export.checkpoint.size))),
        ("rootHash", .text("\(export.checkpoint.root)")),
        ("signatures", .integer(Int64(export.note.signatures.count))),
        ("filesWritten", .integer(Int64(export.written))),
        ("leftOut", .integer(Int64(export.leftOut))),
      ])
      Console.result(result.line)
    } else {
      Console.result(
        "\(tiles): \(export.checkpoint.size) entries, root \(export.checkpoint.root)\n"
          + "\(export.written) tiles and bundles written, checkpoint with"
          + " \(export.note.signatures.count) signatures")
    }
    if export.leftOut > 0 {
      Console.note("\(export.leftOut) entries after this checkpoint are left out")
    }
  }

  private func list(_ desk: LedgerDesk, _ format: LedgerListing.Format) throws {
    var filter = LedgerListing.Filter()
    if let account {
      guard let id = desk.accounts[account] else {
        throw Outcome.badInput.failure(
          "\(account): no such account; `headroom ledger balance` lists those that hold")
      }
      filter.account = id
    }
    if let commodity {
      guard let found = desk.commodity(commodity) else {
        let known = desk.book.commodities.map(\.code).joined(separator: ", ")
        throw Outcome.badInput.failure("--commodity is \(commodity); allowed: \(known)")
      }
      filter.commodity = found.number
    }
    filter.from = try from.map { try TimeArgument.start($0, "--from") }
    filter.to = try to.map { try TimeArgument.end($0, "--to") }
    if !filter.isEverything { Console.note("a part of the book: it proves nothing") }
    var text = ""
    try LedgerFailure.told {
      try LedgerListing(desk, filter: filter, pseudonyms: pseudonyms).write(format) { piece in
        text += piece
        if text.utf8.count > 1 << 20 {
          Console.result(Array(text.utf8))
          text = ""
        }
      }
    }
    Console.result(Array(text.utf8))
  }
}
