import ArgumentParser
import Controller
import Signing
import Storage

/// A new key.
struct KeysGenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Make an Ed25519 key.",
    discussion: """
      The private key goes into a new file of mode 0600, never over an existing one; its public \
      half is printed as `headroom keys show` does.

      EXAMPLE
        headroom keys generate --name example-utility \\
          --out secrets/example-utility.key
      """)

  @Option(help: "Name of the key, without spaces and +; that of a log is its origin.")
  var name: String
  @Option(help: "The new file.") var out: String
  @Flag(help: "Print the result as JSON.") var json = false

  func run() throws {
    let key: SigningKey
    do { key = try SigningKey(name: name, key: .make()) } catch {
      throw Outcome.badInput.failure("--name: \(error)")
    }
    do { try SecretFile.write(key, to: out) } catch {
      throw Outcome.badInput.failure(SystemReason.sentence(error))
    }
    Console.note("wrote \(out); keep a copy in a safe, nobody can make it again")
    KeyCard.print(key.verifier, json: json)
  }
}

/// The public half of a key, in every form that something asks for.
enum KeyCard {
  static func print(_ key: VerifierKey, json: Bool) {
    let publicKey = Base64.text(key.key.bytes)
    if json {
      let card = JSONResult.object([
        ("name", .text(key.name)), ("vkey", .text(key.description)), ("kid", .text(key.key.kid)),
        ("publicKey", .text(publicKey)),
      ])
      Console.result(card.line)
    } else {
      Console.result(
        """
        name       \(key.name)
        vkey       \(key)
        kid        \(key.key.kid)
        publicKey  \(publicKey)
        """)
    }
  }
}
