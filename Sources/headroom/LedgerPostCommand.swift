import ArgumentParser
import Controller
import Grid
import Ledger
import Signing

/// Entries by hand.
struct LedgerPostCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "post", abstract: "Write entries: deposits, transfers, splits, holds.",
    discussion: """
      FILE holds one JSON object a line, one object, or an array; - is standard input. All of it \
      is written, or nothing; with --each whatever the rules allow, and the rest is named (exit 1). \
      A file that cannot be read is refused whole. A request is known by its key of 32 hexadecimal digits: the same \
      request again gives the first receipt (replayed), another one under the same key is refused.

        type      transfer; reserve, which needs expires; post or void of the
                  hold in reference; reverse of the entry in reference;
                  close, with period and until; snapshot; account, with
                  account and flags; commodity, with code, kind, digits,
                  transferable; policy, with name and rule; quorum, with
                  right and needs
        postings  account, commodity and amount: decimals as text, positive
                  is into the account
        split     instead of postings: from, commodity, amount and to, a list
                  of account and weight
        effective from and to: the entry belongs to the day and month in
                  which to falls

      Where a quorum asks for several keys, a request waits beside the ledger (pending) until \
      enough of them have said --approve with its hash; nothing of it is in the log before.

      A controller may run: it takes over what was written. Should both write at the same moment, \
      this command is refused and nothing is lost; run it again.

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

  @Argument(help: "The requests; - is standard input.") var file: String?
  @OptionGroup var place: LedgerPlace
  @OptionGroup var writing: WritingOptions
  @OptionGroup var waiting: PendingPlace
  @Flag(help: "Open accounts and currencies that are not there yet.") var openAccounts = false
  @Option(help: "Approve the request of this hash, which waits for more keys.")
  var approve: String?
  @Flag(help: "Write each request on its own: one that is refused keeps back no other.")
  var each = false
  @Flag(help: "Print the receipts as JSON.") var json = false

  mutating func validate() throws {
    guard (file == nil) != (approve == nil) else {
      throw ValidationError("exactly one of FILE and --approve is needed")
    }
    if each, file == nil { throw ValidationError("--each is for a FILE") }
  }

  func run() throws {
    let requests = try file.map { file in
      try InputFile.parse(file) { try PostRequest.read(bytes: $0, file: $1) }
    }
    var (desk, key) = try writing.open(place)
    let pending = try waiting.requests(place)
    let now = try place.now()
    if each { return try postEach(requests!, &desk, key, pending) }
    let receipts = try LedgerFailure.told {
      if let requests {
        return try desk.post(
          requests, key: key, opensAccounts: openAccounts, waitingIn: pending, now: now)
      }
      guard let hash = Digest(hex: approve!) else {
        throw Outcome.badInput.failure(
          "--approve is \(approve!); allowed: 64 hexadecimal digits, the hash of what waits")
      }
      guard let pending else {
        throw Outcome.badInput.failure(
          "--pending is missing; allowed: the folder in which requests to a ledger on a server wait"
        )
      }
      return [try desk.approve(hash, by: key, in: pending, now: now)]
    }
    LedgerReceipts.print(receipts, of: desk, json: json)
  }

  /// Receipts of what was written, then a line on standard error for each that was not.
  private func postEach(
    _ requests: [PostRequest], _ desk: inout LedgerDesk, _ key: SigningKey,
    _ pending: PendingRequests?
  ) throws {
    var receipts: [PostReceipt] = []
    var refused: [String] = []
    for request in requests {
      do {
        receipts += try LedgerFailure.toldOfLedger {
          try desk.post(
            [request], key: key, opensAccounts: openAccounts, waitingIn: pending,
            now: place.now())
        }
      } catch let faults as PostFaults {
        refused += faults.lines
      }
    }
    LedgerReceipts.print(receipts, of: desk, json: json)
    guard refused.isEmpty else {
      throw Outcome.no.failure(
        refused.joined(separator: "\n")
          + "\n\(refused.count) of \(requests.count) requests were not written")
    }
  }
}

/// Receipts on standard output.
enum LedgerReceipts {
  static func print(_ receipts: [PostReceipt], of desk: LedgerDesk, json: Bool) {
    if json {
      let result = JSONResult.object([
        ("receipts", .array(receipts.map(object))),
        ("entries", .integer(Int64(desk.book.size))), ("rootHash", .text("\(desk.book.tree.root)")),
      ])
      Console.result(result.line)
      return
    }
    for receipt in receipts {
      if let index = receipt.index, let leaf = receipt.leafHash {
        Console.result(
          "entry \(index)  leaf \(leaf)"
            + (receipt.isReplayed ? "  replayed: it was there before" : "  durable"))
      } else if let waiting = receipt.waiting {
        Console.result(
          "pending  \(waiting.hash)  \(waiting.approvals) of \(waiting.needed) approvals;"
            + " `headroom ledger post --approve HASH` adds one")
      }
    }
  }

  private static func object(_ receipt: PostReceipt) -> JSONResult {
    guard let index = receipt.index, let leaf = receipt.leafHash else {
      let waiting = receipt.waiting
      return .object([
        ("key", .text("\(receipt.key)")), ("requestHash", .optional(waiting.map { "\($0.hash)" })),
        ("approvals", .integer(Int64(waiting?.approvals ?? 0))),
        ("needed", .integer(Int64(waiting?.needed ?? 0))), ("level", .text("pending")),
      ])
    }
    return .object([
      ("key", .text("\(receipt.key)")), ("index", .integer(Int64(index))),
      ("leafHash", .text("\(leaf)")), ("replayed", .bool(receipt.isReplayed)),
      ("level", .text("durable")),
    ])
  }
}
