import Foundation
import Testing

/// Later runs from files: each posts the difference to what was posted.
@Suite struct `headroom settle over a posted run` {
  private static func event(_ third: String) -> [PeriodFiles.Event] {
    [
      PeriodFiles.Event(
        id: "E", start: "2026-07-07T21:00:00Z", committed: PeriodFiles.times(4, "4"),
        delivered: ["4", "4.6", third, "4"], levels: [0, 1, 2, 2])
    ]
  }

  private static func files(
    _ world: World, _ third: String, changes: [(String, String)] = []
  ) throws -> [String] {
    [
      "settle", "--policy", try PeriodFiles.policy(world, "surge-levels", changes), "--intervals",
      try world.file("intervals.csv", PeriodFiles.rows(event(third), minutes: 60)), "--json",
    ]
  }

  /// Runs, keeps the result in a file, and returns it as an object.
  private static func kept(
    _ world: World, _ arguments: [String], as name: String
  ) throws -> [String: Any] {
    let outcome = try Program.run(arguments)
    try #require(outcome.status == 0, "\(outcome.notes)")
    try world.file(name, outcome.output)
    return try outcome.object()
  }

  private static func legs(_ object: [String: Any], _ name: String) -> [[String: String]] {
    (object[name] as? [[String: Any]] ?? []).compactMap { $0["parties"] as? [String: String] }
  }

  @Test("S5r: a corrected hour posts the difference of the splits; the same run again nothing")
  func scenario() throws {
    try World.make { world in
      let first = try Self.kept(world, Self.files(world, "3.2"), as: "initial.json")
      #expect(
        Self.legs(first, "accounts") == [
          [
            "aggregator": "3.79", "grid": "0.57", "owner": "13.26", "payer": "-20.30",
            "penalty": "1.35", "utility": "1.33",
          ]
        ])
      #expect(first["posts"] == nil)
      let later = [
        "--run", "recalculation", "--posted", world.folder + "/initial.json",
      ]
      let second = try Self.kept(
        world, Self.files(world, "3.6") + later, as: "recalculation.json")
      // 21.20 for 18.95: 0.90 more reward, the penalty of 1.35 back.
      #expect(
        Self.legs(second, "posts") == [
          [
            "aggregator": "0.45", "grid": "0.07", "owner": "1.58", "payer": "-0.90",
            "penalty": "-1.35", "utility": "0.15",
          ]
        ])
      #expect(Self.legs(second, "posted") == Self.legs(second, "accounts"))
      // The run after it, with the same readings, posts nothing.
      let third = try Self.kept(
        world,
        Self.files(world, "3.6") + [
          "--run", "final", "--posted", world.folder + "/recalculation.json",
        ], as: "final.json")
      #expect(Self.legs(third, "posts").isEmpty)
      #expect(Self.legs(third, "posted") == Self.legs(second, "accounts"))
      let text = try Program.run(
        Self.files(world, "3.6").filter { $0 != "--json" } + later
      ).output
      #expect(text.contains("posted for"))
      #expect(text.contains("owner         1.58"), "\(text)")
    }
  }

  @Test func `carries a small difference until it is large enough`() throws {
    try World.make { world in
      let changes = [("\nsettlement:\n", "\nsettlement:\n  minimumPosting: 5\n")]
      _ = try Self.kept(world, Self.files(world, "3.2", changes: changes), as: "1.json")
      let small = try Self.kept(
        world,
        Self.files(world, "3.6", changes: changes) + [
          "--run", "recalculation", "--posted", world.folder + "/1.json",
        ], as: "2.json")
      #expect(Self.legs(small, "posts").isEmpty)
      // What stands is still the first run: 18.95 and not 21.20.
      #expect(Self.legs(small, "posted").map { $0["owner"] } == ["13.26"])
    }
  }

  @Test func `refuses the same run with other inputs, another policy, and no result`() throws {
    try World.make { world in
      _ = try Self.kept(world, Self.files(world, "3.2"), as: "1.json")
      let posted = ["--posted", world.folder + "/1.json"]
      let same = try Program.run(Self.files(world, "3.6") + posted)
      #expect(same.status == 1 && same.output.isEmpty)
      #expect(
        same.notes.contains(
          "run initial was posted with other inputs; allowed: a later run of the policy, by --run"))
      #expect(try Program.run(Self.files(world, "3.2") + posted).status == 0)
      let other = try Program.run(
        Self.files(world, "3.6", changes: [("\nsettlement:\n", "\n\nsettlement:\n")]) + posted)
      #expect(other.status == 65)
      #expect(other.notes.contains("a newer policy never changes an old event"))
      try world.file("1.json", "{}")
      let broken = try Program.run(Self.files(world, "3.6") + posted)
      #expect(broken.status == 65)
      #expect(broken.notes.contains("1.json: it is no result; allowed: what"))
      try world.file(
        "1.json",
        "{\"policySha256\":\"1\",\"run\":\"initial\",\"currency\":\"EUR\",\"accounts\":["
          + "{\"period\":\"E\",\"siteId\":\"H 1\",\"parties\":{\"owner\":\"x\"},"
          + "\"owners\":{\"H 2\":\"1\"}}]}")
      let faults = try Program.run(Self.files(world, "3.6") + posted).notes
      for part in [
        "policySha256 is 1", "currency is EUR; allowed: USD", "siteId is H 1",
        "owner is x; allowed: a decimal", "owner H 2; allowed",
      ] { #expect(faults.contains(part), "\(part): \(faults)") }
    }
  }

  @Test func `pays days by what --heard says of them`() throws {
    try World.make { world in
      let policy = try PeriodFiles.policy(
        world, "surge-levels",
        [
          (
            "reward:\n",
            "reward:\n  flat: {rate: {amount: 0.5, per: home-day}, whileHeardPercent: 90, source: "
              + "project}\n"
          )
        ])
      var arguments = [
        "settle", "--policy", policy, "--intervals",
        try world.file(
          "intervals.csv", PeriodFiles.rows(Self.event("4"), minutes: 60)), "--json", "--homes",
        try world.file("homes.csv", "site_id,owner_id\nH1,O1\n"),
      ]
      let missing = try Program.run(arguments)
      #expect(missing.status == 65)
      #expect(missing.notes.contains("no home says when it was heard"))
      arguments += ["--heard"]
      let heard = try world.file(
        "heard.csv",
        "site_id,date,heard_percent\nH1,2026-07-01,100\nH1,2026-07-02,89.99\nH1,2026-07-03,90\n")
      let outcome = try Program.run(arguments + [heard])
      try #require(outcome.status == 0, "\(outcome.notes)")
      let lines = try outcome.object()["lines"] as? [[String: Any]] ?? []
      let flat = try #require(lines.first { $0["field"] as? String == "reward.flat" })
      #expect(flat["charged"] as? String == "1.00")
      #expect(flat["reason"] as? String == "notHeard")
      try world.file("heard.csv", "site_id,date,heard_percent\nH1,2026-7-1,101\n")
      let bad = try Program.run(arguments + [heard])
      #expect(bad.status == 65)
      #expect(bad.notes.contains("date") && bad.notes.contains("heard_percent"))
    }
  }
}
