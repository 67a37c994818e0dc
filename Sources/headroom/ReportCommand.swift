import ArgumentParser
import Controller

/// Reports that the controller left.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "The reports of settled events.",
    discussion: """
      EXAMPLE
        headroom report events --config config/headroom.yaml
        headroom report event E-17 --format html --out E-17.html \\
          --config config/headroom.yaml
      """,
    subcommands: [ReportEventCommand.self, ReportEventsCommand.self])
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

  func folder() throws -> ReportFolder {
    if let data { return ReportFolder(data + "/reports") }
    let configuration = try InputFile.parse(config!) {
      try ControllerConfiguration.read(bytes: $0, file: $1)
    }
    return ReportFolder(configuration.dataFolder + "/reports")
  }
}
