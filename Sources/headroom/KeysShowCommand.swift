import ArgumentParser
import Controller
import Signing

/// The public half of a key file.
struct KeysShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print the public half of a key file.",
    discussion: """
      vkey verifies a log's checkpoints, kid is what a signed message names, publicKey is what \
      stands under keys: in the configuration. The private key is never printed.

      EXAMPLE
        headroom keys show data/ledger.key --json
      """)

  @Argument(help: "A file of `headroom keys generate`, or a ledger's key.") var file: String
  @Flag(help: "Print the vkey under which it cosigns as a witness or mirror.") var witness = false
  @Flag(help: "Print the result as JSON.") var json = false

  func run() throws {
    do {
      let key = try SecretFile.key(file, kind: witness ? .cosignature : .note)
      KeyCard.print(key.verifier, json: json)
    } catch {
      throw Outcome.badInput.failure("\(error)")
    }
  }
}
