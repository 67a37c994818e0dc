import ArgumentParser

/// Keys.
struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Make and show keys, and say who writes in a ledger.",
    discussion: """
      A utility or gateway is enrolled by an entry of its public key under keys: in the \
      configuration, and revoked by revokedAt beside it; the controller reads both when it starts. Whoever writes in a ledger is enrolled in it: list, \
      enrol, rotate, revoke.

      EXAMPLE
        headroom keys generate --name example-utility \\
          --out secrets/example-utility.key
        headroom keys show secrets/example-utility.key
      """,
    subcommands: [
      KeysGenerateCommand.self, KeysShowCommand.self, KeysListCommand.self,
      KeysEnrolCommand.self, KeysRotateCommand.self, KeysRevokeCommand.self,
    ])
}
