import ArgumentParser
import Controller
import Grid
import Ledger
import Signing
import Storage

/// A load of test entries, and whether what was acknowledged is there.
struct LedgerLoadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Write a load of test entries, or check what an earlier load acknowledged.",
    discussion: """
      For scripts/ledger-kill-test. Each entry is written under a key that follows from its number, \
      in groups of one commit. It prints `ready` when it begins to write; once a group is durable \
      its receipts, one a line: `entry NUMBER INDEX LEAFHASH`; and after every third group a \
      signed head: `head SIZE ROOT`. Numbers that are there already are found again, not written. \
      With --check it writes nothing: every line of FILE must hold in the ledger, each receipt by \
      its inclusion proof against the present head, and no size may ever have had two roots.

      The ledger is one of its own: a load does not belong into a book of money.

      EXAMPLE
        headroom ledger load --ledger /tmp/load.db --key /tmp/load.key \\
          --entries 100000 >/tmp/receipts
        headroom ledger load --ledger /tmp/load.db --key /tmp/load.key \\
          --check /tmp/receipts
      """)

  @Option(help: "The ledger: a file or postgresql://….") var ledger: String
  @Option(help: "Its private key; made when it is not there.") var key: String
  @Option(help: "How many entries there are in the end.") var entries = 100_000
  @Option(help: "The first number, from 0.") var from = 0
  @Option(help: "Entries of one commit, 1 to 10,000.") var group = 1_000
  @Option(help: "A file of printed lines to check; - is standard input.") var check: String?

  static let origin = "headroom.test/load"
  static let owners = 1_000
  static let start = Timestamp(seconds: 1_784_073_600)
  static let currency = Currency(code: "USD", digits: 2)!

  func validate() throws {
    guard (1...GroupCommit.mostRequests).contains(group) else {
      throw ValidationError("--group is \(group); allowed: 1 to \(GroupCommit.mostRequests)")
    }
    guard (1...100_000_000).contains(entries), (0...entries).contains(from) else {
      throw ValidationError(
        "--entries is \(entries) from \(from); allowed: 1 to 100000000, from 0 or later")
    }
  }

  func run() throws {
    try LedgerFailure.told {
      let signing = try SecretFile.ledgerKey(key, origin: Self.origin, makesIfMissing: true)
      let store = try LedgerAddress(ledger).open()
      if let check { return try judge(store, check) }
      try write(store, signing)
    }
  }

  // MARK: Writing

  private func write(_ store: any LedgerStore, _ signing: SigningKey) throws {
    let keeper = try LedgerKeeper(store: store, key: signing, now: WallClock().now)
    try keeper.open(
      [.init("bank:main", .bank)] + (0..<Self.owners).map { .init(Self.owner($0), .owner) },
      now: WallClock().now)
    Console.result("ready\n")
    var next = from
    var groups = 0
    while next < entries {
      let numbers = next..<min(next + group, entries)
      let results = try keeper.post(
        each: numbers.map(Self.posting), currency: Self.currency, now: WallClock().now)
      var lines = ""
      var isNew = false
      for (number, result) in zip(numbers, results) {
        let receipt = try result.get()
        isNew = isNew || !receipt.isReplayed
        lines += "entry \(number) \(receipt.index) \(receipt.leafHash)\n"
      }
      next = numbers.upperBound
      // Durable before, but perhaps not told: told now.
      Console.result(lines)
      groups += 1
      if isNew, groups.isMultiple(of: 3) {
        let head = try keeper.checkpoint()
        Console.result("head \(head.size) \(head.root)\n")
      }
    }
    let head = try keeper.checkpoint()
    Console.result("head \(head.size) \(head.root)\n")
  }

  private static func owner(_ number: Int) -> String { "owner:load-\(number)" }

  static func posting(_ number: Int) -> LedgerKeeper.Posting {
    let amount = Money(millionths: 10_000 * Int64(1 + number % 500))
    return LedgerKeeper.Posting(
      key: .settlement(
        millisecondsOfEventEnd: UInt64(start.microseconds / 1_000),
        salt: Array(repeating: 0, count: 32), event: "load", site: "\(number)", run: "load"),
      reason: "settlement", event: EventID("load")!, run: "load",
      effective: Window(start: start, end: start.adding(seconds: 3_600))!,
      legs: [("bank:main", -amount), (owner(number % owners), amount)])
  }

  // MARK: Checking

  private func judge(_ store: any LedgerStore, _ file: String) throws {
    let book = try LedgerKeeper.replay(store)
    let root = book.tree.root
    var heads: [UInt64: Digest] = [:]
    var receipts = 0
    var faults: [String] = []
    func head(_ size: UInt64, _ root: Digest, _ whence: String) {
      if let other = heads.updateValue(root, forKey: size), other != root {
        faults.append("\(whence): size \(size) has two roots, \(other) and \(root)")
      }
      if size > book.size || book.tree.root(at: Int(size)) != root {
        faults.append("\(whence): size \(size) with \(root) is not of this history")
      }
    }
    let text = String(decoding: try InputFile.read(file), as: UTF8.self)
    // A line that a kill has cut was not acknowledged.
    let whole =
      text.hasSuffix("\n") ? text[...] : text[..<(text.lastIndex(of: "\n") ?? text.startIndex)]
    for line in whole.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 4, words[0] == "entry", let number = Int(words[1]),
        let index = UInt64(words[2]), let leaf = Digest(hex: String(words[3]))
      {
        receipts += 1
        let isThere =
          index < book.size
          && MerkleProof.includes(
            leafHash: leaf, at: index, size: book.size,
            proof: book.tree.inclusionProof(of: Int(index), size: Int(book.size)), root: root)
        if !isThere {
          faults.append("receipt of entry \(number): \(leaf) is not at index \(index)")
        }
      } else if words.count == 3, words[0] == "head", let size = UInt64(words[1]),
        let root = Digest(hex: String(words[2]))
      {
        head(size, root, "printed head")
      } else if line != "ready" {
        faults.append("not a line of a load: \(line)")
      }
    }
    for kept in try store.checkpoints() { head(UInt64(kept.size), kept.root, "kept checkpoint") }
    Console.result(
      "\(book.size) entries, root \(root); \(receipts) receipts and \(heads.count) heads hold")
    if !faults.isEmpty {
      throw Outcome.no.failure(
        faults.prefix(20).joined(separator: "\n") + "\n\(faults.count) faults")
    }
  }
}
