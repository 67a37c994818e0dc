import ArgumentParser

/// The book.
struct LedgerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger", abstract: "The book: found it, write in it, ask it, check it.",
    discussion: """
      A ledger is an append-only log of canonical entries in one SQLite file, or in a PostgreSQL \
      database where this program was built with it. A \
      controller that runs takes over what post, reverse and checkpoint write. Of two that write at \
      the same moment one is refused, and nothing is lost.

      EXAMPLE
        headroom ledger init --config config/headroom.yaml
        headroom ledger verify --config config/headroom.yaml
      """,
    subcommands: [
      LedgerInitCommand.self, LedgerOpeningCommand.self, LedgerPostCommand.self,
      LedgerReverseCommand.self,
      LedgerBalanceCommand.self, LedgerStatementCommand.self, LedgerExportCommand.self,
      LedgerVerifyCommand.self, LedgerProveCommand.self, LedgerCheckpointCommand.self,
      LedgerWitnessCommand.self, LedgerMirrorCommand.self, LedgerRestoreCommand.self,
      LedgerCopyCommand.self, LedgerLoadCommand.self,
    ])
}
