import ArgumentParser
import Controller
import Ledger

/// Entries by hand.
struct LedgerPostCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "post", abstract: "Write entries: deposits, transfers, splits, holds.",
    discussion: """
      FILE holds one JSON object a line, one object, or an array; - is standard input. All of it \
      is written, or nothing. A request is known by its key of 32 hexadecimal digits: the same \
      request again gives the first receipt (replayed), another one under the same key is refused.

        type      transfer; reserve, which needs expires; post or void of the
                  hold in reference; reverse of the entry in reference
        postings  account, commodity and amount: decimals as text, positive
                  is into the account
        split     instead of postings: from, commodity, amount and to, a list
                  of account and weight
        effective from and to: the entry belongs to the day and month in
                  which to falls

      Stop the controller before: a ledger has one writer. Should one run all the same, whoever \
      comes second is refused and nothing is lost.

      EXAMPLE: a utility's deposit before its first event
        echo '{"key":"0198a3c1f2007a11b6c24d5e6f708192",
          "type":"transfer","reason":"deposit",
          "effective":["2026-07-01T09:00:00Z","2026-07-01T09:00:01Z"],
          "postings":[
            {"account":"bank:main","commodity":"USD","amount":"-5000.00"},
            {"account":"utility:example-utility:funding",
             "commodity":"USD","amount":"5000.00"}]}' |
        headroom ledger post - --open-accounts --config config/headroom.yaml
      """)

  @Argument(help: "The requests; - is standard input.") var file: String
  @OptionGroup var place: LedgerPlace
  @Option(help: "Private key of the log or of an enrolled author; by default the configuration's.")
  var key: String?
  @Flag(help: "Open accounts and currencies that are not there yet.") var openAccounts = false
  @Flag(help: "Print the receipts as JSON.") var json = false

  func run() throws {
    let requests = try InputFile.parse(file) { try PostRequest.read(bytes: $0, file: $1) }
    let key = try place.key(key)
    var desk = try place.desk()
    let receipts = try LedgerFailure.told {
      try desk.post(requests, key: key, opensAccounts: openAccounts, now: WallClock().now)
    }
    LedgerReceipts.print(receipts, of: desk, json: json)
  }
}

/// Receipts on standard output.
enum LedgerReceipts {
  static func print(_ receipts: [PostReceipt], of desk: LedgerDesk, json: Bool) {
    if json {
      let result = JSONResult.object([
        (
          "receipts",
          .array(
            receipts.map {
              .object([
                ("key", .text("\($0.key)")), ("index", .integer(Int64($0.index))),
                ("leafHash", .text("\($0.leafHash)")), ("replayed", .bool($0.isReplayed)),
                ("level", .text("durable")),
              ])
            })
        ),
        ("entries", .integer(Int64(desk.book.size))), ("rootHash", .text("\(desk.book.tree.root)")),
      ])
      Console.result(result.line)
      return
    }
    for receipt in receipts {
      Console.result(
        "entry \(receipt.index)  leaf \(receipt.leafHash)"
          + (receipt.isReplayed ? "  replayed: it was there before" : "  durable"))
    }
  }
}
