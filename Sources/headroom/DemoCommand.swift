import ArgumentParser
import Fleet
import FoundationEssentials
import Grid
import Policies
import Storage

/// The main job on an embedded broker, from the signal to the report.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Run the main job on this machine: one signal, many batteries, one settlement.",
    discussion: """
      It starts an MQTT broker of its own on a free loopback port and simulates the homes; nothing \
      leaves the machine, and nothing is left running. Every message really passes the broker; \
      only the clock is moved, so that an hour takes seconds.

      EXAMPLE
        headroom demo --batteries 1000 --keep /tmp/headroom-demo
        headroom demo --batteries 5000 --policy policies/peak-power.yaml \\
          --scenario simulators/scenarios/peak-power.yaml --target-kw 15000
        headroom demo --data homes/
      """)

  @Option(help: "How many batteries, 1 to 1,000,000.") var batteries = 50_000
  @Option(
    help:
      "The policy file; policies/surge-ten-percent.yaml, with --data policies/surge-hourly.yaml.")
  var policy: String?
  @Option(help: "The world to simulate; without it a sunny day.") var scenario: String?
  @Option(help: "What everything random follows from, instead of the scenario's seed.")
  var seed: UInt64?
  @Option(help: "Length of the event in minutes.") var minutes = 60
  @Option(help: "Ask for so many kilowatts instead of the policy's percentage.")
  var targetKw: Int64?
  @Option(
    help: "Keep everything in this new folder; without it only the report stays, in a new folder.")
  var keep: String?
  @Option(
    help: "A folder with real homes (meters, loads, events): runs its events instead of a made one."
  )
  var data: String?
  @Flag(help: "Print the summary as JSON.") var json = false

  func validate() throws {
    guard (1...1_000_000).contains(batteries) else {
      throw ValidationError("--batteries is \(batteries); allowed: 1 to 1000000")
    }
    guard targetKw.map({ (1...1_000_000_000).contains($0) }) != false else {
      throw ValidationError("--target-kw is \(targetKw!); allowed: 1 to 1000000000")
    }
    guard (15...1_440).contains(minutes) else {
      throw ValidationError("--minutes is \(minutes); allowed: 15 to 1440")
    }
  }

  mutating func run() async throws {
    if let data { return try await runRealHomes(data) }
    let policyFile = self.policy ?? "policies/surge-ten-percent.yaml"
    let policy = try InputFile.parse(policyFile) { try Policy.load(bytes: $0, file: $1) }
    var scenario =
      try self.scenario.map { path in
        try InputFile.parse(path) { try ScenarioFile.parse(bytes: $0, file: $1) }
      } ?? Scenario(name: "sunny-day")
    if let seed { scenario.seed = seed }
    let folder = try DemoFolder(keep: keep)
    let demo = Demo(
      folder: folder.path, policy: policy, policyFile: policyFile,
      scenario: scenario, batteries: batteries, minutes: minutes,
      target: targetKw.map { Power(watts: $0 * 1_000) })
    try await carryOut(in: folder, demo.run) { (summary: DemoSummary, report) in
      Console.result(json ? summary.json(report: report) : summary.text(report: report))
      return summary.isVerified
    }
  }

  /// Runs a demo with a progress bar and Ctrl-C, has its summary printed, and leaves the folder as
  /// the user wants it.
  /// - Parameter print: Gets the summary and the reports' folder; false when the book is not sound.
  func carryOut<Summary: Sendable>(
    in folder: DemoFolder, _ demo: @escaping @Sendable (ProgressBar) async throws -> Summary,
    _ print: (Summary, String) -> Bool
  ) async throws {
    let progress = ProgressBar(isShown: Console.isTerminal)
    let work = Task { try await demo(progress) }
    do {
      let summary = try await Signals.stopping({ work.cancel() }) { try await work.value }
      progress.clear()
      let report = try folder.finish(keepingAll: keep != nil)
      if !print(summary, report) { throw ExitCode(Outcome.no.rawValue) }
    } catch is CancellationError {
      progress.clear()
      folder.remove()
      throw Outcome.no.failure("stopped; nothing is left behind")
    } catch let error as EmbeddedBroker.Fault {
      progress.clear()
      folder.remove()
      throw Outcome.unreachable.failure("\(error)")
    } catch let error as ExitCode {
      throw error
    } catch {
      progress.clear()
      throw Outcome.broken.failure("the demo failed: \(error); its files are in \(folder.path)")
    }
  }
}

/// The folder that a demo works in.
struct DemoFolder {
  let path: String

  /// A new folder: the one to keep, or one of its own.
  init(keep: String?) throws {
    path = keep ?? TemporaryFolder.make()
    if FileManager.default.fileExists(atPath: path),
      let files = try? FileManager.default.contentsOfDirectory(atPath: path), !files.isEmpty
    {
      throw Outcome.badInput.failure("\(path): folder is not empty; allowed: a new or empty folder")
    }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw Outcome.badInput.failure("\(path): folder cannot be made (\(SystemReason.text(error)))")
    }
  }

  /// Leaves everything, or only the reports; returns the reports' folder.
  func finish(keepingAll: Bool) throws -> String {
    if !keepingAll {
      let files = try FileManager.default.contentsOfDirectory(atPath: path)
      for file in files where file != "reports" {
        try FileManager.default.removeItem(atPath: path + "/" + file)
      }
    }
    return path + "/reports"
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}

/// Names of temporary folders.
enum TemporaryFolder {
  static func make() -> String {
    FileManager.default.temporaryDirectory.path + "/headroom-demo-"
      + String(UInt32.random(in: .min ... .max), radix: 36)
  }
}
