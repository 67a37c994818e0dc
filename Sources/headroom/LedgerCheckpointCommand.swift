import ArgumentParser
import Controller
import Ledger
import Signing
import Storage

/// The head of the log, signed.
struct LedgerCheckpointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint", abstract: "Sign the present size and root, and print the note.",
    discussion: """
      Every checkpoint signed before must be one of this history, else nothing is signed (exit \
      70). The same head gives the same note. Hand notes out: whoever has one notices when \
      history is rewritten.

      EXAMPLE
        headroom ledger checkpoint --config config/headroom.yaml > july.checkpoint
      """)

  @OptionGroup var place: LedgerPlace
  @Option(help: "The log's private key; by default the configuration's.") var key: String?
  @Flag(help: "Print the result as JSON.") var json = false

  func run() throws {
    let key = try place.key(key)
    let desk = try place.desk()
    let head = try LedgerFailure.told { try desk.checkpoint(signedBy: key) }
    if json {
      let result = JSONResult.object([
        ("origin", .text(key.verifier.name)), ("entries", .integer(head.size)),
        ("rootHash", .text("\(head.root)")), ("note", .text(head.note)),
      ])
      Console.result(result.line)
    } else {
      Console.result(head.note)
    }
  }
}
