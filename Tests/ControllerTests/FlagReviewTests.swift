import Foundation
import Grid
import Policies
import Testing

@testable import Controller

/// Verification, anti-gaming: `adjustmentCapped` three in a row, `adjustmentSkipped` twice a season.
@Suite struct `A review of flags` {
  /// Reports of events, a day each; flags by home.
  static func lay(
    _ folder: String, _ events: [(name: String, day: String, homes: [String: [String]])],
    policy: String = "00"
  ) throws {
    for (name, day, homes) in events {
      let path = folder + "/\(name)/initial"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      let list = homes.sorted { $0.key < $1.key }.map { site, flags in
        "{\"siteId\":\"\(site)\",\"flags\":[\(flags.map { "\"\($0)\"" }.joined(separator: ","))]}"
      }
      try Data(
        ("{\"event\":{\"id\":\"\(name)\",\"start\":\"\(day)T20:00:00Z\"},\"run\":{\"payable\":true},"
          + "\"policy\":{\"sha256\":\"\(policy)\"},\"homes\":[\(list.joined(separator: ","))]}")
          .utf8
      ).write(to: URL(filePath: path + "/report.json"))
    }
  }

  static let capped = ["adjustmentCapped"]
  static let skipped = ["adjustmentSkipped"]

  private static func lines(_ folder: String, _ policies: [Policy] = []) throws -> [String] {
    try FlagReview(ReportFolder(folder), policies: policies).findings.map {
      "\($0.site) \($0.flag) \($0.events.map(\.text).joined(separator: " "))"
    }
  }

  @Test func `finds three capped events in a row of a home, whatever their names`() throws {
    try withFolder { folder in
      // By time: z, a, m, b. H3 was not asked in m, so its three are in a row.
      try Self.lay(
        folder,
        [
          ("z", "2026-07-01", ["H1": Self.capped, "H2": Self.capped, "H3": Self.capped]),
          ("a", "2026-07-02", ["H1": Self.capped, "H2": Self.capped, "H3": Self.capped]),
          ("m", "2026-07-03", ["H1": Self.capped + ["contaminatedHistory"], "H2": []]),
          ("b", "2026-07-04", ["H1": [], "H2": Self.capped, "H3": Self.capped]),
        ])
      #expect(
        try Self.lines(folder) == ["H1 adjustmentCapped z a m", "H3 adjustmentCapped z a b"])
    }
  }

  @Test func `finds two skipped adjustments of a season`() throws {
    try withFolder { folder in
      let text = try String(
        contentsOf: PretendWorld.root.appending(path: "policies/surge-ten-percent.yaml"),
        encoding: .utf8
      ).replacing("      from: 01-01 ", with: "      from: 11-01 ").replacing(
        "      to: 12-31 ", with: "      to: 03-31 ")
      let policy = try Policy.load(bytes: Array(text.utf8), file: "winter.yaml")
      // 20:00Z is the same day in California. Both of H1 lie in one winter, those of H2 in two.
      try Self.lay(
        folder,
        [
          ("e1", "2026-12-30", ["H1": Self.skipped, "H2": Self.skipped]),
          ("e2", "2027-01-02", ["H1": Self.skipped, "H2": []]),
          ("e3", "2027-11-05", ["H1": [], "H2": Self.skipped]),
        ], policy: policy.hash.description)
      #expect(try Self.lines(folder, [policy]) == ["H1 adjustmentSkipped e1 e2"])
      // Without the policy a season is a year.
      #expect(try Self.lines(folder) == [])
    }
  }

  @Test func `says which report cannot be read`() throws {
    try withFolder { folder in
      try Self.lay(folder, [("e1", "2026-12-30", [:])])
      try write("{}", to: folder + "/e1/initial/report.json")
      let fault = #expect(throws: ReportFolder.Fault.self) {
        try FlagReview(ReportFolder(folder), policies: [])
      }
      #expect(fault == .noFile(path: folder + "/e1/initial/report.json"))
    }
  }
}
