import ArgumentParser

/// Meter data in and out.
struct MeterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "meter", abstract: "Meter data in and out, and the proof that it was not changed.",
    subcommands: [
      MeterImportCommand.self, MeterExportCommand.self, MeterTreeCommand.self,
      MeterCompareCommand.self, MeterHistoryCommand.self, MeterReceiptCommand.self,
      MeterCapacityCommand.self, MeterQualityCommand.self,
      MeterEstimateCommand.self, MeterNotarizeCommand.self,
      MeterValidateCommand.self, MeterProveCommand.self,
    ])
}
