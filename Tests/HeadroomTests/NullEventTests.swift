import Foundation
import Testing

/// Real homes in which no battery moved.
enum RealHomes {
  static let folder: URL =
    ProcessInfo.processInfo.environment["HEADROOM_REFERENCE_DATA"].map { URL(filePath: $0) }
    ?? Program.root.deletingLastPathComponent().appending(path: "shared/data")

  /// The uncompressed year of twelve homes.
  static let meters: String? = {
    let file = folder.appending(path: "meters_ca.csv.gz")
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", file.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    guard (try? process.run()) != nil else { return nil }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }()

  static let clean = ["CA01", "CA02", "CA03", "CA05", "CA08", "CA10", "CA11", "CA13", "CA16"]
}

/// Skipped where the reference data are not beside the project.
@Suite(.enabled(if: RealHomes.meters != nil)) struct `False credit` {
  @Test(arguments: [
    ("CA-2016-09-26", false, "-23.8944     7.0607       11.8977"),
    ("CA-2017-05-22", true, "-35.9762     2.6159        5.5944"),
  ]) func `of premises baselines is known to four decimals`(
    _ event: String, _ isAdjusted: Bool, _ sums: String
  ) throws {
    try World.make { world in
      var changes = Home.changes.filter { !$0.0.contains("holidays") }
      changes = changes.map {
        $0.0.hasPrefix("business")
          ? ($0.0, "business: {choose: recent, y: 10, minimumDays: 5}") : $0
      }
      if isAdjusted {
        let additive =
          "  adjustment: {type: additive, cap: none, windows: "
          + "[{anchor: start, fromMinutes: -240, toMinutes: -60}]}\n  #"
        changes = changes.map { $0.0 == "  adjustment:  " ? ($0.0, additive) : $0 }
      }
      let arguments =
        [
          "settle", "--null", "--meters", try world.file("year.csv", RealHomes.meters!), "--policy",
          try world.policy(changes), "--event",
          RealHomes.folder.appending(path: "events_ca.csv").path,
          "--measure", event,
        ] + RealHomes.clean.flatMap { ["--site", $0] }
      let outcome = try Program.run(arguments)
      #expect(outcome.status == 0, "\(outcome.notes)")
      #expect(outcome.output.contains(sums), "\(outcome.output)")
    }
  }
}
