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
  @Flag(help: "Print the result as JSON.") var json = false

  func run() throws {
    do { KeyCard.print(try SecretFile.key(file).verifier, json: json) } catch {
      throw Outcome.badInput.failure("\(error)")
    }
  }
}
