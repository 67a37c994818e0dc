import Foundation
import Testing

@Suite struct `The benchmarks` {
  /// Small runs: what is tested is that they measure and say so, never how fast it was.
  private static func figures(_ subject: String) throws -> [String: [String: Any]] {
    let outcome = try Program.run(
      [
        "bench", subject, "--batteries", "1024", "--runs", "1", "--json", "--policy",
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
  }

  @Test(arguments: [["--batteries", "1000"], ["--runs", "0"], ["--runs", "1001"]])
  func `refuse a size that says nothing`(_ arguments: [String]) throws {
    let outcome = try Program.run(["bench", "plan"] + arguments)
    #expect(outcome.status == 64)
    #expect(outcome.notes.contains("allowed:"))
  }
}
