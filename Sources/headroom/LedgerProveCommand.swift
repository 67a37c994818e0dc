import ArgumentParser
import Controller
import FoundationEssentials
import Grid
import Ledger
import Signing

/// Proofs for whoever has only a part of the book.
struct LedgerProveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prove", abstract: "Prove an entry, all of an owner's entries, or an extension.",
    discussion: """
      INDEX gives the entry's bytes (INDEX.entry) and its receipt (INDEX.tlog-proof, C2SP \
      tlog-proof): index, inclusion path, signed checkpoint. Without --out the receipt is printed. \
      --owner writes all entries of an account, each with its receipt, and the account's balances \
      in the last snapshot, which show that nothing is missing. --consistency prints the hashes \
      that show that the log of NEW entries extends that of OLD. `headroom ledger verify` checks \
      all of them without the ledger.

      EXAMPLE
        headroom ledger prove 21 --out proof --config config/headroom.yaml
        headroom ledger prove --owner owner:H1 --out h1 --config config/headroom.yaml
        headroom ledger prove --consistency 14 30 --config config/headroom.yaml
      """)

  @Argument(help: "Index of an entry; with --consistency the sizes OLD and NEW.")
  var numbers: [UInt64] = []
  @OptionGroup var place: LedgerPlace
  @OptionGroup var signing: SigningOptions
  @Option(help: "Name of an account: all that its owner needs.") var owner: String?
  @Flag(help: "Prove that the log of NEW entries (default: now) extends that of OLD.")
  var consistency = false
  @Option(help: "Folder for entry and receipt, or for the owner's bundle.") var out: String?
  @Flag(help: "Print the result as JSON.") var json = false

  mutating func validate() throws {
    switch (owner != nil, consistency) {
    case (true, true): throw ValidationError("--owner and --consistency exclude each other")
    case (true, false):
      guard numbers.isEmpty, out != nil else {
        throw ValidationError("--owner takes no INDEX and needs --out")
      }
    case (false, true):
      guard (1...2).contains(numbers.count) else {
        throw ValidationError("--consistency takes OLD and perhaps NEW")
      }
    case (false, false):
      guard numbers.count == 1 else { throw ValidationError("one INDEX is needed") }
    }
  }

  func run() throws {
    let desk = try place.desk()
    if consistency { return try proveExtension(desk) }
    let head = try LedgerFailure.told { try desk.newestCheckpoint() }
    let needed = owner == nil ? numbers[0] + 1 : desk.book.size
    if (head?.checkpoint.size ?? 0) < needed, needed <= desk.book.size {
      _ = try signing.sign(desk, place)
    }
    if let owner { return try prove(owner, desk) }
    let item = try LedgerFailure.told { try desk.receipts(numbers)[0] }
    if let out {
      try LedgerFailure.told { try OwnerFolder.write(item, to: out) }
      Console.note("wrote \(out)/\(numbers[0]).entry and \(out)/\(numbers[0]).tlog-proof")
    }
    if json {
      let result = JSONResult.object([
        ("index", .integer(Int64(item.receipt.index))),
        ("leafHash", .text("\(Entry.leafHash(item.entry))")),
        ("entry", .text(Hex.text(item.entry))), ("receipt", .text(item.receipt.text)),
        ("level", .text(level(item.receipt.checkpoint))),
      ])
      Console.result(result.line)
    } else if out == nil {
      Console.result(item.receipt.text)
    }
  }

  /// How far the entry has come: witnesses add to what the log itself says.
  private func level(_ note: Note) -> String {
    note.signatures.count > 1 ? "cosigned" : "inCheckpoint"
  }

  private func prove(_ owner: String, _ desk: LedgerDesk) throws {
    guard let account = desk.accounts[owner] else {
      throw Outcome.badInput.failure(
        "\(owner): no such account; `headroom ledger balance` lists those that hold")
    }
    let folder = out!
    let bundle = try LedgerFailure.told {
      let bundle = try desk.ownerBundle(of: account)
      let commodities = desk.book.commodities.enumerated().map {
        (number: UInt32($0.offset + 1), code: $0.element.code, scale: $0.element.scale)
      }
      try OwnerFolder(
        card: .init(path: owner, account: account, commodities: commodities), bundle: bundle
      ).write(to: folder)
      return bundle
    }
    let until: JSONResult =
      if let snapshot = bundle.snapshot { .integer(Int64(snapshot.receipt.index) - 1) } else {
        .null
      }
    if json {
      let result = JSONResult.object([
        ("account", .text(owner)), ("entries", .integer(Int64(bundle.items.count))),
        ("completeUntil", until), ("out", .text(folder)),
      ])
      Console.result(result.line)
    } else {
      Console.result("\(folder): \(bundle.items.count) entries of \(owner)")
    }
    if bundle.snapshot == nil {
      Console.note(
        "the log has no snapshot of all balances yet, so the last entries could be left out unseen;"
          + " `headroom ledger post` with type snapshot writes one")
    }
  }

  private func proveExtension(_ desk: LedgerDesk) throws {
    let old = numbers[0]
    let new = numbers.count > 1 ? numbers[1] : desk.book.size
    let proof = try LedgerFailure.told { try desk.consistency(from: old, to: new) }
    if json {
      let result = JSONResult.object([
        ("old", .integer(Int64(old))), ("new", .integer(Int64(new))),
        ("oldRoot", .text("\(proof.oldRoot)")), ("newRoot", .text("\(proof.newRoot)")),
        ("proof", .array(proof.proof.map { .text(Base64.text($0.bytes)) })),
      ])
      Console.result(result.line)
    } else {
      Console.result(proof.proof.map { Base64.text($0.bytes) + "\n" }.joined())
      Console.note("size \(old) root \(proof.oldRoot)\nsize \(new) root \(proof.newRoot)")
    }
  }
}
