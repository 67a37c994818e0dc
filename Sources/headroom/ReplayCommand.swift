import ArgumentParser
import Controller
import Storage

/// Every decision made again.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Decide everything in the logbook again and compare.",
    discussion: """
      Reads every turn of the logbook, decides it again with the fleet, feeder, policies and keys \
      that the configuration names, and compares what was decided, byte for byte. Exit 1 with the \
      first turn and effect that differ: the program, a policy, the fleet, a key or the logbook \
      is no longer what it was. A controller may run meanwhile.

      EXAMPLE
        headroom replay --config config/headroom.yaml
        headroom replay --config config/headroom.yaml --data restored/data
      """)

  @Option(help: "The configuration of the controller.") var config: String
  @Option(help: "Another data folder, such as a restored backup.") var data: String?
  @Flag(help: "Print the result as JSON.") var json = false

  func run() throws {
    var configuration = try InputFile.parse(config) {
      try ControllerConfiguration.read(bytes: $0, file: $1)
    }
    if let data { configuration.dataFolder = data }
    let progress = ProgressBar()
    let report: Replay.Report
    do {
      defer { progress.clear() }
      report = try Replay.run(configuration) { done, all in
        progress.show("\(done) of \(all) turns", Double(done) / Double(max(1, all)))
      }
    } catch let error as Assembly.Faults {
      throw Outcome.badInput.failure("\(error)")
    } catch let error as StoreError {
      throw Outcome.badInput.failure("\(error)")
    } catch {
      throw Outcome.no.failure("\(error)")
    }
    if json {
      Console.result(report.json.line)
    } else {
      Console.result(
        report.difference.map { "\($0)" }
          ?? "identical: \(report.turns) turns, \(report.effects) effects")
    }
    if report.difference != nil {
      throw Outcome.no.failure("not the same decisions; \(report.turns) turns before are the same")
    }
  }
}
