import Foundation
import Testing

@Suite struct `headroom meter tree` {
  /// Scenario V9; and V8 for a month that is not whole.
  @Test func `V9: sums any node from a file or the database, and shows the loss`() throws {
    try World.make { world in
      let tree = world.folder + "/tree.csv"
      let meters = world.folder + "/meters.csv"
      let store = world.folder + "/readings.db"
      let places =
        "node_id,parent_id,kind,from,to\nacme,,company,2025-01-01,\nplant,acme,site,2025-01-01,\n"
        + "point,plant,deliveryPoint,2025-01-01,\nmain,point,meter,2025-01-01,\n"
        + "own,main,meter,2025-01-01,\ntransit,main,meter,2025-01-01,\n"
      try places.write(toFile: tree, atomically: true, encoding: .utf8)
      var rows = "meter_id,start,duration_min,import_kwh,export_kwh,quality\n"
      for (meter, kWh) in [("main", 365), ("own", 312), ("transit", 50)] {
        rows += "\(meter),2025-05-01T00:00:00Z,1440,\(kWh),0,A\n"
      }
      try rows.write(toFile: meters, atomically: true, encoding: .utf8)
      let imported = try Program.run(["meter", "import", "--into", store, meters])
      #expect(imported.status == 0, "\(imported.notes)")
      let days = ["--from", "2025-05-01", "--to", "2025-05-01"]
      let ask = ["meter", "tree", "--tree", tree, "--node", "acme"]
      for source in [["--meters", meters], ["--readings", store]] {
        let json = try Program.run(ask + source + days + ["--json"])
        #expect(json.status == 0, "\(json.notes)")
        let groups = try #require(try json.object()["groups"] as? [[String: Any]])
        let total = try #require(groups.first?["total"] as? [String: Any])
        #expect(groups.map { $0["lossJ"] as? Int } == [3 * 3_600_000])
        #expect(total["importJ"] as? Int == 365 * 3_600_000 && total["quality"] as? String == "A")
      }
      let table = try Program.run(ask + ["--meters", meters] + days)
      #expect(
        table.output.contains(
          "acme,2025-05-01T00:00:00Z,2025-05-02T00:00:00Z,365,0,A,365,0,0,362,0,3"))
      let month = try Program.run(ask + ["--meters", meters, "--group", "1mo"] + days)
      #expect(month.status == 65 && month.notes.contains("wholeMonthRequired"))
      let nobody = try Program.run(
        ["meter", "tree", "--tree", tree, "--node", "own2", "--meters", meters] + days)
      #expect(nobody.status == 65 && nobody.notes.contains("--node is own2"))
      try (places + "acme,plant,site,2025-01-01,\n").write(
        toFile: tree, atomically: true, encoding: .utf8)
      let refused = try Program.run(ask + ["--meters", meters] + days)
      #expect(refused.status == 65 && refused.notes.contains("tree.csv:8: "))
    }
  }
}
