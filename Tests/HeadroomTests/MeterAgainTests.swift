import Foundation
import Testing

@Suite struct `A file that headroom meter import knows` {
  /// Values of each example.
  static let files = [
    (Sent.csv, "csv", 96), (Sent.espi, "espi", 96), (Sent.macet, "80020", 96),
    (Sent.points, "80020", 192), (Sent.nem12, "nem12", 192), (Sent.d0379, "d0379", 100),
    (Sent.hhWide, "hh-wide", 288),
  ]

  /// Scenario W9: the evidence is what was sent, though it is windows-1251 with quotes in names.
  @Test(arguments: files)
  func `is kept byte for byte and changes nothing the second time`(
    _ path: String, _ format: String, _ values: Int
  ) throws {
    try World.make { world in
      let into = world.folder + "/readings.db"
      func take() throws -> [String: Any] {
        let outcome = try Program.run([
          "meter", "import", "--json", "--zone", "Europe/Moscow", "--one-way", "--into", into, path,
        ])
        try #require(outcome.status == 0, "\(outcome.notes)")
        return try #require((try outcome.object()["files"] as? [[String: Any]])?.first)
      }
      let first = try take()
      #expect(first["format"] as? String == format && first["new"] as? Int == values)
      let hash = try #require(first["sha256"] as? String)
      let sent = try Data(contentsOf: URL(filePath: path))
      #expect(try Data(contentsOf: URL(filePath: "\(world.folder)/originals/\(hash)")) == sent)
      func all() throws -> String {
        try Program.run([
          "meter", "export", "--readings", into, "--from", "2025-03-30", "--to", "2025-10-27",
        ]).output
      }
      let before = try all()
      #expect(before.contains(",30,"))
      let again = try take()
      #expect(again["known"] as? Bool == true && again["same"] as? Int == values)
      #expect(again["new"] as? Int == 0)
      #expect(try all() == before)
    }
  }

  @Test func `is read again with another map`() throws {
    try World.make { world in
      let into = world.folder + "/readings.db"
      func take(_ name: String) throws -> [Any?] {
        let map = try world.file(
          "\(name).csv", "format,external_id,meter_id\ncsv,770000000001103,\(name)\n")
        let outcome = try Program.run([
          "meter", "import", "--json", "--map", map, "--into", into, Sent.csv,
        ])
        try #require(outcome.status == 0, "\(outcome.notes)")
        let file = try #require((try outcome.object()["files"] as? [[String: Any]])?.first)
        return [file["new"], file["known"]]
      }
      let counts = try ["home-1", "home-2", "home-1"].map(take)
      #expect(counts.map { $0[0] as? Int } == [96, 96, 0])
      #expect(counts.map { $0[1] as? Bool } == [false, false, true])
    }
  }

  @Test(arguments: ["d0379", "hh-wide"])
  func `does not leave as it only comes`(_ format: String) throws {
    try World.make { world in
      let into = world.folder + "/readings.db"
      #expect(try Program.run(["meter", "import", "--into", into, Sent.d0379]).status == 0)
      let outcome = try Program.run([
        "meter", "export", "--readings", into, "--from", "2025-10-26", "--to", "2025-10-26",
        "--format", format,
      ])
      #expect(outcome.status == 65)
      #expect(
        outcome.notes.contains("--format is \(format), which only comes; allowed: csv, espi,"))
    }
  }
}
