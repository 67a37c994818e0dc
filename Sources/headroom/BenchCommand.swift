import ArgumentParser
import FoundationEssentials
import Policies

/// Measures the hot paths on this machine.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure each hot path beside the limit that this machine sets in the same run.",
    discussion: """
      Machines differ, so every figure stands beside a limit: what the memory, the disk, the hash \
      or a bare loop of the MQTT library can do with the same bytes. A figure is the median of \
      several runs. Use a release build on a quiet machine; docs/BENCHMARKS.md says what each \
      figure means. `baseline` writes about 2 GB to the temporary folder and removes them, `season` 4 GB.

      EXAMPLE
        headroom bench plan
        headroom bench plan --feeder feeder.csv
        headroom bench season --events 60
        headroom bench all --json
      """)

  @Argument(
    help: "plan, publish, ingest, meter, baseline, ledger, settle, season, or all but season.")
  var subject: BenchSubject
  @Option(help: "How many batteries, meters or homes, 1,024 to 1,000,000.") var batteries = 50_000
  @Option(help: "Events of the season, 1 to 1,000.") var events = 60
  @Option(help: "How many runs the median is taken of, 1 to 1,000.") var runs = 5
  @Option(help: "The policy file of the figures baseline and settle.")
  var policy = "policies/surge-ten-percent.yaml"
  @Option(help: "postgresql://…: measure the ledger there too, in a schema that is removed.")
  var postgresql: String?
  @Option(help: "A feeder file for one more row of figures of plan; every battery on a leaf.")
  var feeder: String?
  @Flag(help: "Print the figures as JSON.") var json = false

  func validate() throws {
    guard (1_024...1_000_000).contains(batteries) else {
      throw ValidationError("--batteries is \(batteries); allowed: 1024 to 1000000")
    }
    guard (1...1_000).contains(runs) else {
      throw ValidationError("--runs is \(runs); allowed: 1 to 1000")
    }
    guard (1...1_000).contains(events) else {
      throw ValidationError("--events is \(events); allowed: 1 to 1000")
    }
  }

  mutating func run() async throws {
    let progress = ProgressBar(isShown: Console.isTerminal)
    let folder = TemporaryFolder.make()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let bench = Bench(
      batteries: batteries, runs: runs, events: events, policyFile: policy, feederFile: feeder,
      folder: folder,
      postgresql: postgresql,
      progress: progress)
    let subjects = subject == .all ? BenchSubject.ofAll : [subject]
    let work = Task {
      var figures: [BenchFigure] = []
      for (place, subject) in subjects.enumerated() {
        try Task.checkCancellation()
        progress.show("measuring \(subject.rawValue)", Double(place) / Double(subjects.count))
        figures += try await bench.figures(of: subject)
      }
      return figures
    }
    defer {
      progress.clear()
      try? FileManager.default.removeItem(atPath: folder)
    }
    do {
      let figures = try await Signals.stopping({ work.cancel() }) { try await work.value }
      progress.clear()
      Console.result(json ? BenchFigure.json(figures) : BenchFigure.table(figures))
    } catch is CancellationError {
      throw Outcome.no.failure("stopped; nothing is left behind")
    } catch let error as EmbeddedBroker.Fault {
      throw Outcome.unreachable.failure("\(error)")
    } catch let error as ExitCode {
      throw error
    } catch {
      throw Outcome.broken.failure("the measurement failed: \(error)")
    }
  }
}

/// What can be measured.
enum BenchSubject: String, CaseIterable, ExpressibleByArgument {
  case plan, publish, ingest, meter, baseline, ledger, settle, season, all

  /// What `all` measures: a season takes minutes.
  static let ofAll = allCases.filter { $0 != .all && $0 != .season }
}

/// What all measurements share.
struct Bench {
  let batteries: Int
  let runs: Int
  /// Of a season.
  let events: Int
  let policyFile: String
  let feederFile: String?
  /// Empty, and removed afterwards.
  let folder: String
  /// A server to measure the ledger on, too.
  let postgresql: String?
  let progress: ProgressBar

  func figures(of subject: BenchSubject) async throws -> [BenchFigure] {
    switch subject {
    case .plan: try planFigures()
    case .publish: try await publishFigures()
    case .ingest: try ingestFigures()
    case .meter: try await meterFigures()
    case .baseline: try await baselineFigures()
    case .ledger: try await ledgerFigures()
    case .settle: try settleFigures()
    case .season: try seasonFigures()
    case .all: []
    }
  }

  /// The policy, with `from` in its text replaced.
  func policy(replacing from: String = "", with to: String = "") throws -> Policy {
    try InputFile.parse(policyFile) { bytes, file in
      let text = String(decoding: bytes, as: UTF8.self)
      let changed = from.isEmpty ? text : text.replacing(from, with: to)
      return try Policy.load(bytes: Array(changed.utf8), file: file)
    }
  }

  /// `prefix` and a number of seven digits.
  static func name(_ prefix: String, _ number: Int) -> String {
    let digits = String(number)
    return prefix + String(repeating: "0", count: max(0, 7 - digits.utf8.count)) + digits
  }
}
