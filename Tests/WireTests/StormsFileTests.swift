import Grid
import Testing
import Wire

@Suite struct `A file of storm warnings` {
  static let header = "warning_id,node_id,from,to,issued,by\n"

  private static func parse(_ rows: String) throws -> [StormWarning] {
    try StormsFile.parse(Array((header + rows).utf8), file: "s.csv")
  }

  @Test func `gives what stands at its end, and is written as it is read`() throws {
    let warnings = try Self.parse(
      """
      w-1,N1,2026-09-15T20:00:00Z,2026-09-15T23:00:00Z,2026-09-15T08:00:00Z,met
      w-1,N2,2026-09-15T20:00:00Z,2026-09-15T23:00:00Z,2026-09-15T08:00:00Z,met
      w-2,N1,2026-09-17T20:00:00Z,2026-09-17T23:00:00Z,2026-09-15T08:00:00Z,anna
      w-1,N1,2026-09-15T21:00:00+02:00,2026-09-16T01:00:00Z,2026-09-15T12:00:00Z,met
      w-2,N1,,,2026-09-15T13:00:00Z,anna

      """)
    #expect(warnings.map(\.node.text) == ["N1", "N2"])
    #expect(
      warnings[0].window.description == "2026-09-15T19:00:00Z/2026-09-16T01:00:00Z")
    #expect(try StormsFile.parse(StormsFile.encode(warnings), file: "") == warnings)
    #expect(try Self.parse("") == [])
  }

  @Test(arguments: [
    ("w 1,N1,2026-09-15T20:00:00Z,2026-09-15T23:00:00Z,2026-09-15T08:00:00Z,met", "warning_id"),
    ("w-1,,2026-09-15T20:00:00Z,2026-09-15T23:00:00Z,2026-09-15T08:00:00Z,met", "node_id"),
    ("w-1,N1,tomorrow,2026-09-15T23:00:00Z,2026-09-15T08:00:00Z,met", "from"),
    ("w-1,N1,,2026-09-15T23:00:00Z,2026-09-15T08:00:00Z,met", "from"),
    ("w-1,N1,2026-09-15T20:00:00Z,,2026-09-15T08:00:00Z,met", "to"),
    ("w-1,N1,2026-09-15T20:00:00Z,2026-09-15T20:00:00Z,2026-09-15T08:00:00Z,met", "to"),
    ("w-1,N1,2026-09-15T20:00:00Z,2026-09-15T23:00:00Z,,met", "issued"),
    ("w-1,N1,2026-09-15T20:00:00Z,2026-09-15T23:00:00Z,2026-09-15T08:00:00Z,", "by"),
    ("w-1,N1,2026-09-15T20:00:00Z,2026-09-15T23:00:00Z,2026-09-15T08:00:00Z,\"a,b\"", "by"),
  ]) func `is refused with line and field`(_ row: String, _ field: String) {
    let faults = #expect(throws: FileFaults.self) { try Self.parse(row + "\n") }
    #expect(faults?.list.map(\.field) == [field])
    #expect(faults?.list.map(\.line) == [2])
  }

  @Test func `is refused when it is longer than the logbook keeps`() {
    let faults = #expect(throws: FileFaults.self) {
      try StormsFile.parse(
        Array(repeating: UInt8(ascii: "x"), count: StormsFile.byteLimit + 1), file: "s.csv")
    }
    #expect(faults?.list.first?.allowed == "up to 1048576 bytes")
  }
}
