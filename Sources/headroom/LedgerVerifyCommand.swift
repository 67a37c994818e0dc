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

      --statement adds up a statement in JSON that somebody was given, and says what does not fit.

      EXAMPLE
        headroom ledger verify --config config/headroom.yaml
        headroom ledger verify --ledger data/headroom.db --json \\
          --log-key "$(cat log.vkey)"
        headroom ledger verify --statement july.json
      """)

  @Option(help: "The ledger's file, such as data/headroom.db.") var ledger: String?
  @Option(help: "The configuration of a controller.") var config: String?
  @Option(help: "The log's public key as `headroom keys show` prints it (vkey).")
  var logKey: String?
  @Option(help: "A statement in JSON to add up instead; - is standard input.")
  var statement: String?
  @Flag(help: "Print the result as JSON.") var json = false

  mutating func validate() throws {
    guard [ledger, config, statement].count(where: { $0 != nil }) == 1 else {
      throw ValidationError("exactly one of --ledger, --config and --statement is needed")
    }
  }

  func run() throws {
    if let statement { return try addUp(statement) }
    var place = LedgerPlace()
    place.ledger = ledger
    place.config = config
    let file = try place.file()
    let log = try knownKey(place)
    let progress = ProgressBar()
    let check = try LedgerFailure.told {
      defer { progress.clear() }
      return try LedgerCheck(file, log: log) { done, all in
        progress.show("\(done) of \(all) entries", Double(done) / Double(all))
      }
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

  private func knownKey(_ place: LedgerPlace) throws -> VerifierKey? {
    if let logKey {
      do { return try VerifierKey(logKey) } catch {
        throw Outcome.badInput.failure("--log-key: \(error)")
      }
    }
    guard let configuration = try place.configuration() else { return nil }
    do { return try SecretFile.key(configuration.ledgerKeyFile).verifier } catch {
      Console.note("\(error)\nthe log is believed about its own key")
      return nil
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
