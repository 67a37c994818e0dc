import Foundation
import Testing

@Suite struct `headroom settle with fees` {
  static let fees =
    "fees:\n  - {name: commission, percentOf: premium, percent: 40, paidBy: owner, to: utility}\n"
    + "  - {name: wires, rate: {amount: 0.02, per: kWh}, paidBy: payer, to: grid,"
    + " beforeSplit: false}\nsplits:\n"

  static func arguments(_ world: World) throws -> [String] {
    let policy = Home.changes + [("splits:\n", fees)]
    return try Home.arguments("settle", world, policy: policy)
      + ["--fleet", try `headroom settle`.fleet(world)]
  }

  @Test func `takes a commission before the split and wires from the payer`() throws {
    try World.make { world in
      let outcome = try Program.run(try Self.arguments(world) + ["--json"])
      #expect(outcome.status == 0, "\(outcome.notes)")
      let object = try outcome.object()
      // 1.08 kWh at 2.00 are 2.16; 40 % are 0.864, and 1.08 times 0.02 are 0.0216.
      #expect(
        object["parties"] as? [String: String] == [
          "owner": "1.30", "utility": "0.86", "grid": "0.02", "payer": "-2.18",
        ])
      let lines = try #require(object["lines"] as? [[String: Any]])
      let fees = lines.filter { $0["kind"] as? String == "fee" }
      #expect(fees.map { $0["field"] as? String } == ["fees.commission", "fees.wires"])
      #expect(fees.map { $0["exact"] as? String } == ["108/125", "27/1250"])
      #expect(fees.map { $0["charged"] as? String } == ["0.86", "0.02"])
      let text = try Program.run(try Self.arguments(world))
      #expect(text.status == 0)
      #expect(text.output.contains("to owner"))
      #expect(text.output.contains("1.30 USD"))
    }
  }

  @Test func `writes a report in which the fees are lines, and adds up`() throws {
    try World.make { world in
      let out = try Program.run(
        try Self.arguments(world) + ["--out", world.folder + "/reports"])
      #expect(out.status == 0, "\(out.notes)")
      let files = FileManager.default.subpaths(atPath: world.folder + "/reports") ?? []
      let found = try #require(files.first { $0.hasSuffix("lines.csv") })
      let folder = world.folder + "/reports/" + found.dropLast("lines.csv".count)
      let lines = try String(contentsOfFile: folder + "lines.csv", encoding: .utf8)
      let fees = lines.split(separator: "\n").filter { $0.contains(",fee,") }
      #expect(fees.count == 2)
      #expect(fees[0].contains(".fees.commission,fee,fees.commission,2.16,USD,,0.864,0.86,USD,"))
      #expect(fees[1].contains(".fees.wires,fee,fees.wires,1.08,kWh,0.02,0.0216,0.02,USD,0.02,"))
      let parties = try String(contentsOfFile: folder + "parties.csv", encoding: .utf8)
      let sum = parties.split(separator: "\n").dropFirst().reduce(0) { sum, row in
        sum
          + Int(
            (Double(row.split(separator: ",", omittingEmptySubsequences: false)[5])! * 100)
              .rounded())
      }
      #expect(sum == 218)
    }
  }

  @Test func `other commands refuse what is not served, and take the rest`() throws {
    try World.make { world in
      var measure = Array(try Self.arguments(world).dropLast(2))
      measure[0] = "baseline"
      #expect(try Program.run(measure).status == 0)
      let policy = Home.changes + [("disputeDays: 60", "payerBasis: exactLines")]
      let arguments =
        try Home.arguments("settle", world, policy: policy)
        + ["--fleet", try `headroom settle`.fleet(world)]
      let out = try Program.run(arguments + ["--out", world.folder + "/reports"])
      #expect(out.status == 65)
      #expect(out.notes.contains("allowed: no --out"))
      measure = Array(arguments.dropLast(2))
      measure[0] = "baseline"
      let baseline = try Program.run(measure)
      #expect(baseline.status == 65)
      #expect(baseline.notes.contains("only headroom settle carries it out yet"))
    }
  }
}
