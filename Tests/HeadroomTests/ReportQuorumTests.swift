import Foundation
import Testing

/// Three verifiers that settle the same event, each for himself.
@Suite struct `headroom report sign and final` {
  static let names = ["grid", "owners", "audit"]

  struct Verifiers {
    let world: World
    var keys: [String: String] = [:]

    init(_ world: World) throws {
      self.world = world
      for name in names {
        let made = try Program.run([
          "keys", "generate", "--name", name, "--out", "\(world.folder)/\(name).key", "--json",
        ])
        keys[name] = try #require(try made.object()["vkey"] as? String)
      }
    }

    /// Settles the event whose hour took `event` kWh, and gives the report's file.
    func report(_ name: String, event: String = "1") throws -> String {
      let fleet = try world.file(
        "fleet.csv", World.fleetHeader + "b,g,S-0042,o,n,13500,5000,5000,100,20,,80\n")
      let outcome = try Program.run(
        try Home.arguments("settle", world, event: event)
          + ["--fleet", fleet, "--out", "\(world.folder)/\(name)"])
      #expect(outcome.status == 0, "\(outcome.notes)")
      return "\(world.folder)/\(name)/E-1/initial/report.json"
    }

    func note(_ name: String, of report: String, as file: String? = nil) throws -> String {
      let signed = try Program.run([
        "report", "sign", report, "--key", "\(world.folder)/\(name).key",
      ])
      #expect(signed.status == 0, "\(signed.notes)")
      return try world.file("\(file ?? name).note", signed.output)
    }

    func tally(_ notes: [String], quorum: Int = 2, _ more: [String] = []) throws -> Program.Outcome
    {
      try Program.run(
        ["report", "final"] + notes + ["--quorum", "\(quorum)"]
          + names.flatMap { ["--verifier", keys[$0]!] } + more)
    }
  }

  static func roots(_ outcome: Program.Outcome) throws -> [String: [String]] {
    let list = try #require(try outcome.object()["roots"] as? [[String: Any]])
    return Dictionary(
      uniqueKeysWithValues: list.map { ($0["root"] as! String, $0["signers"] as! [String]) })
  }

  @Test func `V17: of the roots r, r, x two make r final and x is listed; one of three is not`()
    throws
  {
    try World.make { world in
      let three = try Verifiers(world)
      let grid = try three.report("grid")
      let owners = try three.report("owners")
      let audit = try three.report("audit", event: "2")
      #expect(try Data(contentsOf: URL(filePath: grid)) == Data(contentsOf: URL(filePath: owners)))
      let notes = [
        try three.note("grid", of: grid), try three.note("owners", of: owners),
        try three.note("audit", of: audit),
      ]
      let texts = try notes.map { try String(contentsOfFile: $0, encoding: .utf8) }
      let lines = texts.map { $0.split(separator: "\n") }
      #expect(
        lines[0].prefix(3) == ["headroom.report-root/1", "event E-1", "run initial"])
      let r = String(lines[0][3].dropFirst(5))
      let x = String(lines[2][3].dropFirst(5))
      #expect(lines[1][3] == lines[0][3])
      #expect(r != x)

      let all = try three.tally(notes, ["--json", "--report", owners])
      #expect(all.status == 0, "\(all.notes)")
      let object = try all.object()
      #expect(object["final"] as? Bool == true)
      #expect(object["root"] as? String == r)
      #expect(try Self.roots(all) == [r: ["grid", "owners"], x: ["audit"]])
      let text = try three.tally(notes)
      #expect(
        text.output == """
          event E-1, run initial: final, quorum 2 of 3
          final  \(r)  signed by grid, owners
          other  \(x)  signed by audit

          """)

      let one = try three.tally([notes[1]], ["--json"])
      #expect(one.status == 1)
      #expect(one.notes.contains("1 of 3 verifiers signed one root; 2 are needed"))
      #expect(try one.object()["final"] as? Bool == false)
      #expect(try one.object()["root"] is NSNull)
      #expect(try one.object()["silent"] as? [String] == ["grid", "audit"])
      #expect(try Self.roots(one) == [r: ["owners"]])

      // Whoever has x as his own report is told that another one is final.
      let other = try three.tally(notes, ["--report", audit])
      #expect(other.status == 1)
      #expect(other.notes.contains("root \(x) is not the final one"))
    }
  }

  @Test func `counts who signs two roots for none, and nobody twice`() throws {
    try World.make { world in
      let three = try Verifiers(world)
      let grid = try three.report("grid")
      let audit = try three.report("audit", event: "2")
      let notes = [
        try three.note("grid", of: grid), try three.note("owners", of: grid),
        try three.note("owners", of: audit, as: "owners-2"), try three.note("audit", of: audit),
      ]
      let none = try three.tally(notes, ["--json"])
      #expect(none.status == 1)
      #expect(try none.object()["contradicting"] as? [String] == ["owners"])
      #expect(
        try Self.roots(none).values.map(\.self).sorted { $0[0] < $1[0] } == [["audit"], ["grid"]])
      // The same note twice is one verifier.
      #expect(try three.tally([notes[0], notes[0]]).status == 1)
      #expect(try three.tally([notes[0], notes[1]]).status == 0)
      #expect(try three.tally([notes[0], notes[1]], quorum: 3).status == 1)
    }
  }

  @Test func `refuses what is no word of a verifier`() throws {
    try World.make { world in
      let three = try Verifiers(world)
      let report = try three.report("grid")
      let grid = try three.note("grid", of: report)
      let text = try String(contentsOfFile: grid, encoding: .utf8)
      let altered = try world.file("altered.note", text.replacing("run initial", with: "run final"))
      let condemned = try three.tally([altered])
      #expect(condemned.status == 65)
      #expect(condemned.notes.contains("altered.note"))
      #expect(condemned.output.isEmpty)
      // A note of another event is not counted with this one.
      let mixed = try three.tally([grid, altered])
      #expect(mixed.status == 65)
      #expect(mixed.notes.contains("run final; allowed: event E-1, run initial"))
      let none = try three.tally([try world.file("none.note", "hello\n\n— a AAAAAAA=\n")])
      #expect(none.status == 65)
      #expect(none.notes.contains("no root of a report"))
      // Two of four may be two roots.
      let half = try three.tally([grid], quorum: 1)
      #expect(half.status == 65)
      #expect(half.notes.contains("--quorum is 1; allowed: 2 to 3"))
      #expect(try three.tally([grid], quorum: 4).status == 65)
      let twice = try three.tally([grid], ["--verifier", three.keys["grid"]!])
      #expect(twice.status == 65)
      #expect(twice.notes.contains("grid is there twice"))
      let unread = try Program.run([
        "report", "sign", grid, "--key", "\(world.folder)/grid.key",
      ])
      #expect(unread.status == 65)
      #expect(unread.output.isEmpty)
      // Somebody whose key was not given counts for nothing.
      let stranger = try Program.run([
        "report", "final", grid, "--quorum", "1", "--verifier", three.keys["audit"]!,
      ])
      #expect(stranger.status == 1)
      #expect(stranger.notes.contains("signed by none of the verifiers"))
    }
  }
}
