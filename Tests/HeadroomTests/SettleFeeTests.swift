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

  @Test func `other commands and the report refuse such a policy`() throws {
    try World.make { world in
      let arguments = try Self.arguments(world)
      let out = try Program.run(arguments + ["--out", world.folder + "/reports"])
      #expect(out.status == 65)
      #expect(out.notes.contains("allowed: no --out"))
      var measure = Array(arguments.dropLast(2))
      measure[0] = "baseline"
      let baseline = try Program.run(measure)
      #expect(baseline.status == 65)
      #expect(baseline.notes.contains("only headroom settle carries it out yet"))
      let null = try Program.run(Array(arguments.dropLast(2)) + ["--null"])
      #expect(null.status == 65)
    }
  }
}
