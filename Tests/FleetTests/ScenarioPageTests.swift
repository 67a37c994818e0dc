import Foundation
import Testing

@Suite struct `The page of the simulation` {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: Self.root.appendingPathComponent(path)), as: UTF8.self)
  }

  private static let scenarios = [
    "sunny-day", "heat-wave", "half-answer", "liar", "broker-outage", "recovery", "peak-power",
  ]

  /// The fields of a scenario file, `home.pvPeakW`, by their indentation.
  private func fields(of scenario: String) throws -> Set<String> {
    var fields: Set<String> = []
    var group = ""
    for line in try text("simulators/scenarios/\(scenario).yaml").split(separator: "\n") {
      let code = line.drop { $0 == " " }
      guard !code.hasPrefix("#"), let colon = code.firstIndex(of: ":") else { continue }
      let key = String(code[..<colon])
      if code.count < line.count {
        fields.insert("\(group).\(key)")
      } else if code.hasSuffix(":") {
        group = key
      } else {
        fields.insert(key)
      }
    }
    return fields
  }

  @Test func `describes every field of the shipped scenarios, and no other`() throws {
    let used = try Self.scenarios.map { try fields(of: $0) }.reduce(Set()) { $0.union($1) }
    #expect(used.count == 37)
    let rows = try text("docs/SIMULATION.md").split(separator: "\n")
      .filter { $0.hasPrefix("| `") }
      .compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }
      .filter { !Self.scenarios.contains($0) }
    #expect(Set(rows) == used)
    #expect(rows.count == used.count)
  }

  @Test(arguments: scenarios)
  func `goes with files that explain every field`(scenario: String) throws {
    #expect(try fields(of: scenario).contains("name"))
    #expect(try text("docs/SIMULATION.md").contains("| `\(scenario)` |"))
    var previous: Substring = ""
    for line in try text("simulators/scenarios/\(scenario).yaml").split(separator: "\n") {
      let code = line.drop { $0 == " " }
      if !code.hasPrefix("#"), !code.hasSuffix(":") {
        #expect(previous.hasPrefix("#"), "\(scenario): \(code)")
      }
      previous = code
    }
  }
}
