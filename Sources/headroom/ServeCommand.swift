import ArgumentParser
import Controller
import FoundationEssentials
import Logging
import Policies
import Storage

/// The controller.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Run the controller.",
    discussion: """
      It resumes from its logbook, waits for the broker as long as it takes, and ends at SIGINT or \
      SIGTERM after its present turn.

      EXAMPLE
        headroom serve --config config/headroom.yaml
      """)

  @Option(help: "The configuration: where the machine runs.") var config: String

  mutating func run() async throws {
    let configuration = try InputFile.parse(config) {
      try ControllerConfiguration.read(bytes: $0, file: $1)
    }
    let logger = StandardError.logger()
    let controller: Controller
    do {
      controller = try Assembly.controller(configuration, logger: logger)
    } catch let error as LedgerKeeper.Fault {
      throw Outcome.broken.failure("\(error)")
    } catch {
      throw Outcome.badInput.failure(SystemReason.sentence(error))
    }
    try await Signals.stopping(controller.stop) {
      do {
        try await controller.run()
      } catch {
        throw Outcome.broken.failure("the controller stopped: \(SystemReason.sentence(error))")
      }
    }
  }
}
