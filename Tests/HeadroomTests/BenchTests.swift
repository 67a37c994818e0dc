import Foundation
import Testing

@Suite struct `The benchmarks` {
  /// Small runs: what is tested is that they measure and say so, never how fast it was.
  private static func figures(_ subject: String) throws -> [String: [String: Any]] {
    let outcome = try Program.run(
      [
        "bench", subject, "--batteries", "1024", "--runs", "1", "--events", "3", "--json",
        "--policy",
        Program.root.appending(path: "policies/surge-ten-percent.yaml").path,
      ])
    #expect(outcome.status == 0, "\(outcome.notes)")
    let figures = try #require(try outcome.object()["figures"] as? [[String: Any]])
    return Dictionary(uniqueKeysWithValues: figures.map { ($0["name"] as? String ?? "", $0) })
  }

  @Test(arguments: [
    ("ingest", ["ingest": "messages/s"]),
    (
      "ledger",
      [
        "ledger-append": "entries/s", "ledger-acknowledge-p50": "ms",
        "ledger-acknowledge-p99": "ms", "ledger-verify": "entries/s",
      ]
    ),
    ("settle", ["settle-1024": "s", "settle-1024-first": "s"]),
    ("season", ["season-3-1024-settle": "s", "season-3-1024-again": "s"]),
    (
      "meter",
      [
        "meter-parse": "readings/s", "meter-import": "readings/s", "meter-mqtt": "readings/s",
      ]
    ),
    ("baseline", ["baseline-1024": "s"]),
  ]) func `show each figure beside its limit`(_ subject: String, _ units: [String: String]) throws {
    let figures = try Self.figures(subject)
    #expect(figures.mapValues { $0["unit"] as? String } == units)
    for figure in figures.values {
      #expect(try #require(figure["value"] as? Double) > 0)
      #expect(try #require(figure["limit"] as? Double) >= 0)
      #expect(try #require(figure["limitName"] as? String).isEmpty == false)
    }
    // What holds files and columns says how much memory that took.
    for name in ["meter-import", "baseline-1024"] {
      guard let figure = figures[name] else { continue }
      #expect((10...4_000).contains(try #require(figure["peakMiB"] as? Int)))
    }
  }

  @Test func `settle a season again and post no more than what changed`() throws {
    let figures = try Self.figures("season")
    let names = ["season-3-1024-settle", "season-3-1024-again"].map {
      figures[$0]?["limitName"] as? String ?? ""
    }
    // Three times 1,024 rewards and 336 penalties: 102 homes gave 30 % and 234 below 90 %. An
    // account of each owner, three escrows with a deposit, and the penalties' account.
    #expect(names[0].hasSuffix(", 5111 entries"), "\(names[0])")
    // Ten homes an event gave a twentieth more: of the first event 10 rewards and 10 penalties, of
    // the others 5 rewards each, because what lay above the cap before changes nothing.
    #expect(names[1].hasSuffix(", 30 entries of what changed"), "\(names[1])")
  }

  @Test(arguments: [["--batteries", "1000"], ["--runs", "0"], ["--runs", "1001"]])
  func `refuse a size that says nothing`(_ arguments: [String]) throws {
    let outcome = try Program.run(["bench", "plan"] + arguments)
    #expect(outcome.status == 64)
    #expect(outcome.notes.contains("allowed:"))
  }
}
