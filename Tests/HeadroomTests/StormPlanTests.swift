import Foundation
import Testing

/// E29 from the command line.
@Suite struct `headroom plan with storm warnings` {
  static let warning = """
    warning_id,node_id,from,to,issued,by
    w-1,n0,2026-07-16T06:00:00Z,2026-07-16T09:00:00Z,2026-07-15T12:00:00Z,met office

    """

  @Test func `skips the homes of the area, and says why`() throws {
    try World.make { world in
      let arguments = [
        "plan", "--fleet", try world.equalFleet(3), "--policy", try world.policy(), "--signal",
        try world.signal(60), "--storms", try world.file("storms.csv", Self.warning),
      ]
      let plan = try Program.run(arguments + ["--json"])
      #expect(plan.status == 0)
      let skipped = try #require(try plan.object()["skipped"] as? [[String: String]])
      #expect(skipped == [["batteryId": "b0", "reason": "stormHold"]])
      let why = try Program.run(arguments + ["--explain", "b0"])
      #expect(why.output.contains("stormHold, a storm is expected at n0: its charge is 80 %"))
    }
  }

  @Test func `says that an event is refused where the policy says so`() throws {
    try World.make { world in
      let policy = try world.policy([
        ("  optOut: {until: end}", "  storm: {event: refuse}\n  optOut: {until: end}")
      ])
      let plan = try Program.run([
        "plan", "--fleet", try world.equalFleet(3), "--policy", policy, "--signal",
        try world.signal(60), "--storms", try world.file("storms.csv", Self.warning),
      ])
      #expect(plan.status == 0)
      #expect(plan.notes.contains("stormHold"))
    }
  }

  @Test func `refuses warnings for nodes that are not there`() throws {
    try World.make { world in
      let plan = try Program.run([
        "plan", "--fleet", try world.equalFleet(3), "--policy", try world.policy(), "--signal",
        try world.signal(60), "--storms",
        try world.file("storms.csv", Self.warning.replacingOccurrences(of: "n0", with: "n9")),
      ])
      #expect(plan.status == 65)
      #expect(plan.notes.contains("node_id is n9; allowed: nodes of the feeder"))
    }
  }
}
