import ArgumentParser
import Controller

/// Reports that the controller left.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Reports of settled events, of owners, months and the programme.",
    discussion: """
      EXAMPLE
        headroom report events --config config/headroom.yaml
        headroom report event E-17 --format html --out E-17.html \\
          --config config/headroom.yaml
      """,
    subcommands: [
      ReportEventCommand.self, ReportEventsCommand.self, ReportOwnerCommand.self,
      ReportMonthCommand.self, ReportProgrammeCommand.self, ReportSignCommand.self,
      ReportFinalCommand.self, ReportReviewCommand.self,
    ])
}

/// Where reports lie.
struct ReportPlace: ParsableArguments {
  @Option(help: "The data folder of a controller.") var data: String?
  @Option(help: "The configuration of a controller, which names its data folder.")
  var config: String?

  mutating func validate() throws {
    guard (data == nil) != (config == nil) else {
      throw ValidationError("exactly one of --data and --config is needed")
    }
  }

  /// The configuration, if that is how the folder was named.
  func configuration() throws -> ControllerConfiguration? {
    guard let config else { return nil }
    return try InputFile.parse(config) { try ControllerConfiguration.read(bytes: $0, file: $1) }
  }

  private func dataFolder() throws -> String {
    guard let data else { return try configuration()!.dataFolder }
    guard InputFile.isFolder(data) else {
      throw Outcome.badInput.failure("\(data): no such folder; allowed: a controller's data folder")
    }
    return data
  }

  func folder() throws -> ReportFolder { ReportFolder(try dataFolder() + "/reports") }

  /// The controller's ledger.
  func ledgerFile() throws -> String { try dataFolder() + "/headroom.db" }
}
