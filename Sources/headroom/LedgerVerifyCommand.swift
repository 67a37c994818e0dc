import ArgumentParser
import Controller
import Ledger
import Signing
import Storage

/// Everything checked, nothing believed.
struct LedgerVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check that nobody edited the ledger, and that it adds up.",
    discussion: """
      Hashes every entry and compares it with its stored leaf, replays every rule of the books, \
      compares every signed checkpoint with the tree, and every account's name with the log. \
      Exit 1 when something is wrong, with the entry and both hashes. Without --log-key the log is \
      believed about its own key: keep that key (`headroom keys show`) outside of the machine.

      --against compares the ledger's entries with those of a mirror and names offset and bytes.

      --evidence settles again from the evidence that entries cite, in a folder of `export \
      --evidence` or in a ledger that kept it, and compares the postings byte for byte; with \
      --entry N one entry. What differs or is absent is named. With --readings it also compares \
      the readings that evidence cites (settlement.evidence of the policy) with those of that \
      database, and names each one that was altered.

      Without any ledger: --tiles checks an export or a mirror, byte for byte, and replays its \
      books (--tree-only: any log of that form); --receipt with --entry one entry; --statement \
      adds up a statement in JSON that somebody was given; --owner a bundle of `prove --owner`: \
      that nothing of the account is missing, and with --statement that the statement is right. \
      They need --log-key or --policy; a policy with witnesses refuses a history that the log's \
      operator rewrote and signed again, and so does an older checkpoint (--older, --remember).

      EXAMPLE
        headroom ledger verify --config config/headroom.yaml
        headroom ledger verify --ledger data/headroom.db --json \\
          --log-key "$(cat log.vkey)"
        headroom ledger verify --entry 21 --evidence evidence --policies policies \\
          --ledger data/headroom.db
        headroom ledger verify --tiles public/ledger --policy trust.policy \\
          --remember checkpoints
        headroom ledger verify --receipt 21.tlog-proof --entry 21.entry \\
          --policy trust.policy
        headroom ledger verify --statement july.json --owner h1 \\
          --policy trust.policy
      """)

  @Option(help: "The ledger's file, such as data/headroom.db.") var ledger: String?
  @Option(help: "The configuration of a controller.") var config: String?
  @Option(help: "A folder of static files: an export, or a mirror.") var tiles: String?
  @Option(help: "A receipt (tlog-proof); needs --entry.") var receipt: String?
  @Option(help: "The entry's bytes, for --receipt; its index, for --evidence.") var entry: String?
  @Option(help: "Evidence: a folder of `export --evidence`, or a ledger that kept it.")
  var evidence: String?
  @Option(help: "With --evidence: a folder of policy files, where they are not beside it.")
  var policies: String?
  @Option(help: "With --evidence: the readings database, to compare what evidence cites of it.")
  var readings: String?
  @Option(help: "A statement in JSON to add up; - is standard input.") var statement: String?
  @Option(help: "A folder of `prove --owner`.") var owner: String?
  @OptionGroup var trust: TrustOptions
  @Option(help: "A checkpoint that you kept; the log must extend it. May be given several times.")
  var older: [String] = []
  @Option(help: "A folder that keeps the newest checkpoint accepted; the next one must extend it.")
  var remember: String?
  @Option(help: "A mirror: name the byte in which each entry of the ledger differs from it.")
  var against: String?
  @Flag(help: "With --tiles: only the tree; for any log of that form.") var treeOnly = false
  @Flag(help: "Print the result as JSON.") var json = false

  mutating func validate() throws {
    let subject = statement ?? owner
    guard [ledger, config, tiles, receipt, subject].count(where: { $0 != nil }) == 1 else {
      throw ValidationError(
        "exactly one of --ledger, --config, --tiles, --receipt and --statement or --owner is needed"
      )
    }
    guard (receipt == nil && evidence == nil) || (receipt == nil) != (evidence == nil) else {
      throw ValidationError("--receipt and --evidence are of different entries")
    }
    guard receipt == nil ? (entry == nil || evidence != nil) : entry != nil else {
      throw ValidationError("--entry belongs to --receipt or --evidence, and --receipt needs it")
    }
    guard evidence == nil || entry == nil || entry.flatMap({ UInt64($0) }) != nil else {
      throw ValidationError("--entry is \(entry!); allowed with --evidence: the index of an entry")
    }
    guard evidence == nil || ((ledger != nil || config != nil) && against == nil) else {
      throw ValidationError("--evidence belongs to --ledger and --config, without --against")
    }
    guard policies == nil || evidence != nil else {
      throw ValidationError("--policies belongs to --evidence")
    }
    guard readings == nil || evidence != nil else {
      throw ValidationError("--readings belongs to --evidence")
    }
    guard tiles != nil || (older.isEmpty && !treeOnly) else {
      throw ValidationError("--older and --tree-only belong to --tiles")
    }
    guard remember == nil || tiles != nil || receipt != nil else {
      throw ValidationError("--remember belongs to --tiles and --receipt")
    }
    guard against == nil || ledger != nil || config != nil else {
      throw ValidationError("--against belongs to --ledger and --config")
    }
    let needsTrust = tiles != nil || receipt != nil || owner != nil
    guard !needsTrust || (trust.logKey == nil) != (trust.policy == nil) else {
      throw ValidationError("exactly one of --log-key and --policy is needed")
    }
    guard needsTrust || trust.policy == nil else {
      throw ValidationError("--policy belongs to --tiles, --receipt and --owner")
    }
  }

  func run() throws {
    if let policy = try needsNoLedger() {
      if let tiles {
        return try VerifyFiles.tiles(
          tiles, policy, older: older, treeOnly: treeOnly, remember: remember, json: json)
      }
      if let receipt, let entry {
        return try VerifyFiles.receipt(
          receipt, entry: entry, policy, remember: remember, json: json)
      }
      if let owner {
        let given = try statement.map {
          try InputFile.parse($0) { try StatementCheck.read(bytes: $0, file: $1) }
        }
        return try VerifyFiles.owner(owner, policy, statement: given, json: json)
      }
    }
    if let statement { return try addUp(statement) }
    var place = LedgerPlace()
    place.ledger = ledger
    place.config = config
    let file = try place.file()
    let log = try knownKey(place)
    if let against { return try compare(file, against) }
    if let evidence, let entry {
      return try VerifyEvidence.run(
        file, entry: UInt64(entry), evidence: evidence, policies: policies, readings: readings,
        json: json)
    }
    let progress = ProgressBar()
    let check = try LedgerFailure.told {
      defer { progress.clear() }
      return try LedgerCheck(file, log: log) { done, all in
        progress.show("\(done) of \(all) entries", Double(done) / Double(all))
      }
    }
    if let evidence, check.isSound {
      return try VerifyEvidence.run(
        file, entry: nil, evidence: evidence, policies: policies, readings: readings,
        json: json)
    }
    if json {
      Console.result(check.json.line)
    } else if check.isSound {
      Console.result(
        "\(LedgerAddress(file)): sound\n\(check.entries) entries, root \(check.root)\n"
          + "\(check.checkpoints) checkpoints, \(check.accounts.all) accounts\n"
          + "log key: \(check.log.map(\.description) ?? "")")
    } else {
      Console.result(check.findings.map(\.description).joined(separator: "\n"))
    }
    if !check.isSound {
      throw Outcome.no.failure(
        "\(LedgerAddress(file)): not verified, \(check.findings.count) findings")
    }
  }

  private func needsNoLedger() throws -> TrustPolicy? {
    tiles ?? receipt ?? owner == nil ? nil : try trust.trusted()
  }

  private func knownKey(_ place: LedgerPlace) throws -> VerifierKey? {
    if let policy = try trust.trusted() { return policy.logs[0].key }
    guard let configuration = try place.configuration() else { return nil }
    do { return try SecretFile.key(configuration.ledgerKeyFile).verifier } catch {
      Console.note("\(error)\nthe log is believed about its own key")
      return nil
    }
  }

  private func compare(_ file: String, _ mirror: String) throws {
    let found = try LedgerFailure.told {
      try LedgerComparison(file, against: TileFolder(mirror))
    }
    if json {
      let list = found.differences.map { one -> JSONResult in
        .object([
          ("entry", .integer(Int64(one.index))), ("offset", .integer(Int64(one.offset))),
          ("here", one.here.map { .integer(Int64($0)) } ?? .null),
          ("there", one.there.map { .integer(Int64($0)) } ?? .null),
        ])
      }
      let result = JSONResult.object([
        ("verified", .bool(found.differences.isEmpty)),
        ("compared", .integer(Int64(found.compared))), ("differences", .array(list)),
      ])
      Console.result(result.line)
    } else if found.differences.isEmpty {
      Console.result("\(file): \(found.compared) entries are those of \(mirror)")
    } else {
      Console.result(found.differences.map(\.description).joined(separator: "\n"))
    }
    if !found.differences.isEmpty {
      throw Outcome.no.failure(
        "\(file): \(found.differences.count) entries are not those of \(mirror)")
    }
  }

  private func addUp(_ file: String) throws {
    let check = try InputFile.parse(file) { try StatementCheck.read(bytes: $0, file: $1) }
    let findings = check.findings
    if json {
      let result = JSONResult.object([
        ("verified", .bool(findings.isEmpty)), ("findings", .array(findings.map { .text($0) })),
      ])
      Console.result(result.line)
    } else {
      Console.result(findings.isEmpty ? "it adds up" : findings.joined(separator: "\n"))
    }
    if !findings.isEmpty {
      throw Outcome.no.failure("\(file): does not add up, \(findings.count) findings")
    }
  }
}
