import Foundation
import Testing

@Suite struct `headroom meter quality` {
  private static let header = "meter_id,start,duration_min,import_kwh,export_kwh,quality\n"

  @Test func `expects what the local day has and says what is missing`() throws {
    try World.make { world in
      let into = world.folder + "/readings.db"
      let example = Program.root.appending(path: "Tests/WireTests/Files/meters_example.csv").path
      #expect(try Program.run(["meter", "import", "--into", into, example]).status == 0)
      let outcome = try Program.run([
        "meter", "quality", "--readings", into, "--zone", "America/Los_Angeles", "--from",
        "2025-03-09", "--to", "2025-03-09", "--json",
      ])
      #expect(outcome.status == 1)
      let day = try #require((try outcome.object()["days"] as? [[String: Any]])?.first)
      let counts = ["expected", "actual", "estimated", "missing"].map { day[$0] as? Int }
      #expect(counts == [23, 4, 1, 18])
      let findings = try #require(day["findings"] as? [[String: Any]])
      #expect(findings.map { $0["code"] as? String } == ["gap", "gap", "gap"])
    }
  }

  @Test func `fills a gap outside of events with an estimate that import takes`() throws {
    try World.make { world in
      let into = world.folder + "/readings.db"
      var rows = Self.header
      for hour in 0..<24 where ![10, 11, 18].contains(hour) {
        let day = "2025-08-14T\(hour < 10 ? "0" : "")\(hour):00:00Z"
        rows += "H-1,\(day),60,\(hour == 9 ? "0.4" : hour == 12 ? "1.0" : "0.5\(hour)"),0,A\n"
      }
      let file = try world.file("day.csv", rows)
      #expect(try Program.run(["meter", "import", "--into", into, file]).status == 0)
      let place = [
        "--readings", into, "--zone", "UTC", "--from", "2025-08-14", "--to", "2025-08-14",
      ]
      let events = try world.file(
        "events.csv", "event_id,start,end,level\nE-1,2025-08-14T18:00:00Z,2025-08-14T19:00:00Z,1\n")
      let guarded = try Program.run(["meter", "estimate", "--events", events] + place)
      #expect(guarded.status == 0 && guarded.output == Self.header)
      let filled = try Program.run(["meter", "estimate"] + place)
      #expect(filled.output.contains("H-1,2025-08-14T10:00:00Z,60,0.6,0,E\n"))
      #expect(filled.output.contains("H-1,2025-08-14T11:00:00Z,60,0.8,0,E\n"))
      let estimates = try world.file("estimates.csv", filled.output)
      #expect(try Program.run(["meter", "import", "--into", into, estimates]).status == 0)
      let quality = try Program.run(["meter", "quality", "--json"] + place)
      #expect(quality.status == 0, "\(quality.output)")
      let day = try #require((try quality.object()["days"] as? [[String: Any]])?.first)
      #expect(["actual", "estimated", "missing"].map { day[$0] as? Int } == [21, 3, 0])
    }
  }

  @Test func `refuses a day that is a thousand times its neighbours`() throws {
    try World.make { world in
      let into = world.folder + "/readings.db"
      var rows = Self.header
      for day in 10...14 {
        rows += "H-1,2025-08-\(day)T00:00:00Z,1440,\(day == 12 ? "12000" : "1\(day)").\(day),0,A\n"
      }
      let file = try world.file("unit.csv", rows.replacingOccurrences(of: "12000", with: "99000"))
      let outcome = try Program.run(["meter", "import", "--into", into, file])
      #expect(outcome.status == 65)
      #expect(outcome.notes.contains("unit of H-1 on 2025-08-12T00:00:00Z is doubtful"))
      #expect(!FileManager.default.fileExists(atPath: into))
    }
  }
}
