import Foundation
import Testing

/// Every hand-worked case by policy file and command line, to the last digit.
@Suite struct `The hand-worked baseline cases` {
  @Test(arguments: CaseFiles.names) func `come out of headroom baseline`(_ name: String) throws {
    let files = try CaseFiles(name)
    try World.make { world in
      var arguments = [
        "baseline", "--json", "--meters", try world.file("meters.csv", try files.meters()),
        "--policy", try world.file("policy.yaml", try files.policy()), "--event",
        try world.file("events.csv", files.events()),
      ]
      if files.isDevice { arguments += ["--fleet", try world.file("fleet.csv", CaseFiles.fleet)] }
      let outcome = try Program.run(arguments)
      try #require(outcome.status == 0, "\(outcome.notes)\(outcome.output)")
      let meters = try #require(try outcome.object()["meters"] as? [[String: Any]])
      let meter = meters[0]
      #expect(meter["verdict"] as? String == "verified")
      let intervals = try #require(meter["intervals"] as? [[String: Any]])
      for key in ["baseline", "reduction"] {
        guard let wanted = files.expected[key] as? [String] else { continue }
        #expect(intervals.map { Self.value($0["\(key)KWh"]) } == wanted.map { Self.value($0) })
      }
      if let total = files.expected["total"] {
        #expect(Self.value(meter["reductionKWh"]) == Self.value(total))
      }
      if let days = files.expected["days"] as? [String] {
        #expect(meter["days"] as? [String] == days)
      }
      // Without an adjustment the cases say factor 1, and the program says nothing.
      if let factor = files.expected["factor"] as? String, factor != "1" {
        #expect(meter["factor"] as? String == factor)
      }
      if let offset = files.expected["additive"] {
        #expect(Self.value(meter["offsetKWh"]) == Self.value(offset))
      }
      if let flags = files.expected["flags"] as? [String], flags == ["adjustment_capped"] {
        #expect((meter["flags"] as? [String] ?? []).contains("adjustmentCapped"))
      }
    }
  }

  @Test func `are twelve`() { #expect(CaseFiles.names.count == 12) }

  /// A decimal or a fraction as numerator and denominator in lowest terms.
  private static func value(_ text: Any?) -> [Int] {
    guard let text = text as? String else { return [] }
    let parts = text.split(separator: "/")
    func decimal(_ text: Substring) -> (Int, Int) {
      let cells = text.split(separator: ".", omittingEmptySubsequences: false)
      guard cells.count == 2 else { return (Int(text)!, 1) }
      let scale = Int(pow(10, Double(cells[1].count)))
      return (Int(cells[0] + cells[1])!, scale)
    }
    let (a, b) = decimal(parts[0])
    let (c, d) = parts.count == 2 ? decimal(parts[1]) : (1, 1)
    let (top, bottom) = (a * d, b * c)
    var (x, y) = (abs(top), abs(bottom))
    while y != 0 { (x, y) = (y, x % y) }
    return [top / max(x, 1), bottom / max(x, 1)]
  }
}
