import Foundation
import Testing

@Suite struct `headroom meter compare` {
  static let header = "meter_id,start,duration_min,import_kwh,export_kwh,quality\n"

  /// A grid company has 1.20 kWh where 1.17 are known: 2.5 %, and 1 % is allowed. The others agree.
  /// Scenario V12: the difference of 2.5 % is named; who disputes it holds the line by hand.
  @Test func `V12: names the line that differs, and ends with 1`() throws {
    try World.make { world in
      let (theirs, own) = (world.folder + "/grid.csv", world.folder + "/own.csv")
      func write(_ rows: [(String, String)], _ path: String) throws {
        let text =
          Self.header + rows.map { "\($0.0),2025-05-01T00:00:00Z,1440,\($0.1),0,A\n" }.joined()
        try text.write(toFile: path, atomically: true, encoding: .utf8)
      }
      try write([("m-1", "1.20"), ("m-2", "5"), ("m-3", "2")], theirs)
      try write([("m-1", "1.17"), ("m-2", "5.05"), ("m-4", "2")], own)
      let ask = [
        "meter", "compare", "--reference", theirs, "--meters", own, "--from", "2025-05-01", "--to",
        "2025-05-01",
      ]
      let result = try Program.run(ask + ["--tolerance", "1", "--json"])
      #expect(result.status == 1 && result.notes.contains("5 of 8 lines do not agree"))
      let lines = try #require(try result.object()["lines"] as? [[String: Any]])
      let imports = lines.filter { $0["channel"] as? String == "import" }
      #expect(
        imports.map { $0["verdict"] as? String } == ["differs", "agrees", "missing", "missing"])
      #expect(imports[0]["hundredthsOfPercent"] as? Int == 250)
      #expect(imports[0]["differenceJ"] as? Int == -30 * 3_600)
      let table = try Program.run(ask + ["--tolerance", "2.5"])
      #expect(
        table.output.contains(
          "m-1,2025-05-01T00:00:00Z,2025-05-02T00:00:00Z,import,1.2,1.17,-0.03,2.5,agrees"))
      try write([("m-1", "1.20"), ("m-2", "5"), ("m-3", "2")], own)
      #expect(try Program.run(ask + ["--tolerance", "0"]).status == 0)
      let wrong = try Program.run(ask + ["--tolerance", "101"])
      #expect(wrong.status == 65 && wrong.notes.contains("--tolerance is 101"))
    }
  }
}
