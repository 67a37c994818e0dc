import ArgumentParser
import Controller
import Grid
import Ledger
import Signing

/// Authors of a ledger.
struct KeysListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "The keys that a ledger knows, with their rights.",
    discussion: """
      EXAMPLE
        headroom keys list --config config/headroom.yaml
      """)

  @OptionGroup var place: LedgerPlace
  @Flag(help: "Print the result as JSON.") var json = false

  func run() throws {
    let book = try place.desk().book
    if json {
      let keys = book.keyStandings.map { key -> JSONResult in
        .object([
          ("name", .text(key.verifier.name)), ("vkey", .text("\(key.verifier)")),
          ("author", .text("\(key.author)")), ("state", .text(key.state.rawValue)),
          ("rights", .array(key.rights.map { .text($0.rawValue) })),
        ])
      }
      let quorums = book.quorumRules.map { rule -> JSONResult in
        .object([("right", .text(rule.right.rawValue)), ("needs", .integer(Int64(rule.needs)))])
      }
      Console.result(
        JSONResult.object([("keys", .array(keys)), ("quorums", .array(quorums))]).line)
      return
    }
    var table = TextTable(["name", "author", "state", "rights"])
    for key in book.keyStandings {
      table.add([
        key.verifier.name, "\(key.author)", key.state.rawValue,
        key.rights.map(\.rawValue).joined(separator: " "),
      ])
    }
    Console.result(table.text)
    for rule in book.quorumRules {
      Console.result("\(rule.right.rawValue) needs \(rule.needs) keys")
    }
  }
}

/// What the commands that change keys have in common.
struct KeyChangeOptions: ParsableArguments {
  @OptionGroup var place: LedgerPlace
  @OptionGroup var writing: WritingOptions
  @OptionGroup var waiting: PendingPlace
  @Flag(help: "Print the receipts as JSON.") var json = false

  /// Writes changes of keys, all or none.
  func write(_ changes: [(vkey: VerifierKey, rights: [Right], state: KeyState)]) throws {
    var (desk, key) = try writing.open(place)
    let requests = changes.map { change in
      PostRequest.statement(
        .key(vkey: "\(change.vkey)", change.rights, change.state),
        key: IdempotencyKey(bytes: RandomBytes.make(count: 16))!, place: change.vkey.name)
    }
    let pending = try waiting.requests(place)
    let receipts = try LedgerFailure.told {
      try desk.post(requests, key: key, waitingIn: pending, now: place.now())
    }
    LedgerReceipts.print(receipts, of: desk, json: json)
  }

  /// A public key as its text, or of a key file.
  static func verifier(_ text: String) throws -> VerifierKey {
    if let key = try? VerifierKey(text) { return key }
    do { return try SecretFile.key(text).verifier } catch {
      throw Outcome.badInput.failure("\(text): neither a vkey nor a key file (\(error))")
    }
  }

  /// What the ledger knows of a key.
  func standing(_ key: VerifierKey) throws -> Book.KeyStanding {
    let book = try place.desk().book
    guard let standing = book.keyStandings.first(where: { $0.verifier == key }),
      standing.state == .enrolled, !standing.rights.contains(.log)
    else {
      throw Outcome.badInput.failure(
        "\(key.name) is not enrolled as an author; `headroom keys list` says who is")
    }
    return standing
  }
}

/// A new author.
struct KeysEnrolCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enrol", abstract: "Let a key write in a ledger.",
    discussion: """
      KEY is a vkey, or a key file of which only the public half is used. Rights: post, reverse, \
      close, enrol, activate (policies), waive (penalties). Nobody grants a right that he lacks.

      EXAMPLE
        headroom keys enrol secrets/anna.key --rights post,reverse \\
          --config config/headroom.yaml
      """)

  @Argument(help: "A vkey or a key file.") var author: String
  @Option(help: "What it may do, separated by commas.") var rights: String
  @OptionGroup var change: KeyChangeOptions

  func run() throws {
    let rights = try rights.split(separator: ",").map { word in
      guard let right = Right(rawValue: String(word)), right != .log else {
        let known = Right.allCases.filter { $0 != .log }.map(\.rawValue)
        throw Outcome.badInput.failure(
          "--rights has \(word); allowed: \(known.joined(separator: ", "))")
      }
      return right
    }
    try change.write([(try KeyChangeOptions.verifier(author), rights, .enrolled)])
  }
}

/// The end of an author.
struct KeysRevokeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Let a key write no more in a ledger.",
    discussion: """
      What it wrote before stays valid; from this entry on its requests and approvals are refused.

      EXAMPLE
        headroom keys revoke "$(cat anna.vkey)" --config config/headroom.yaml
      """)

  @Argument(help: "A vkey or a key file.") var author: String
  @OptionGroup var change: KeyChangeOptions

  func run() throws {
    let key = try KeyChangeOptions.verifier(author)
    try change.write([(key, try change.standing(key).rights, .revoked)])
  }
}

/// One author's key for another.
struct KeysRotateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate", abstract: "Give an author another key in a ledger.",
    discussion: """
      The new key gets the rights of the old one, and the old one is revoked in the same step. What \
      the old key signed stays valid for ever. The key of the log itself never changes: begin a new \
      log that continues the old one.

      EXAMPLE
        headroom keys rotate "$(cat anna.vkey)" secrets/anna-2027.key \\
          --config config/headroom.yaml
      """)

  @Argument(help: "The old key: a vkey or a key file.") var old: String
  @Argument(help: "The new key: a vkey or a key file.") var new: String
  @OptionGroup var change: KeyChangeOptions

  func run() throws {
    let old = try KeyChangeOptions.verifier(old)
    let rights = try change.standing(old).rights
    try change.write([
      (try KeyChangeOptions.verifier(new), rights, .enrolled), (old, rights, .revoked),
    ])
  }
}
