import ArgumentParser
import Controller
import FoundationEssentials
import Storage

/// The command line: parses arguments, prints, exits.
@main struct Headroom: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "headroom",
    abstract: "A virtual power plant: grid signals in, batteries move, the difference is measured,"
      + " and the money is written in a book that cannot be quietly changed.",
    discussion: """
      Results go to standard output, everything else to standard error. Exit codes: 0 done, \
      1 the answer is no, 64 wrong usage, 65 bad input, 69 a service is unreachable, 70 an \
      invariant broke.

      EXAMPLE
        headroom demo --batteries 1000
      """,
    version: version,
    subcommands: [
      DemoCommand.self, ServeCommand.self, SimulateCommand.self, SignalCommand.self,
      PlanCommand.self, MeterCommand.self, BaselineCommand.self, CompareCommand.self,
      SettleCommand.self,
      ReportCommand.self, DisputeCommand.self, PeriodCommand.self, LedgerCommand.self,
      PolicyCommand.self,
      EnrolmentCommand.self, ObligationCommand.self, EventCommand.self, ReplayCommand.self,
      KeysCommand.self, BenchCommand.self,
    ])

  /// Runs the command; an error that no command has told is told here, and never ends with 1, which
  /// would be an answer.
  static func main() async {
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      let isUntold = exitCode(for: error).rawValue == 1 && !(error is ExitCode)
      guard isUntold else { exit(withError: error) }
      let isOfPlace = (error as? WholeFile.Fault)?.isOfPlace ?? (error is CocoaError)
      exit(
        withError: (isOfPlace ? Outcome.badInput : .broken).failure(SystemReason.sentence(error)))
    }
  }
}
