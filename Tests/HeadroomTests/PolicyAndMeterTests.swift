import Foundation
import Testing

@Suite struct `headroom policy` {
  @Test func `finds the shipped policies sound`() throws {
    let folder = Program.root.appending(path: "policies").path
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".yaml") }.map { "\(folder)/\($0)" }
    #expect(files.count >= 3)
    let outcome = try Program.run(["policy", "check"] + files)
    #expect(outcome.status == 0)
    #expect(outcome.output.components(separatedBy: ": sound: ").count == files.count + 1)
  }

  @Test func `says every fault with its line`() throws {
    try World.make { world in
      let bad = try world.policy([
        ("capPercent: 100 ", "capPercent: 50 "), ("currency: USD", "currency: usd"),
      ])
      let outcome = try Program.run(["policy", "check", bad, try world.policy(), "--json"])
      #expect(outcome.status == 1)
      let files = try #require(try outcome.object()["files"] as? [[String: Any]])
      #expect(files.map { $0["sound"] as? Bool } == [false, true])
      let lines = try #require(files[0]["lines"] as? [String])
      #expect(lines.contains { $0.contains("currency is usd; allowed:") })
      #expect(lines.contains { $0.contains("reward.premium.capPercent is 50; allowed:") })
      let explained = try Program.run(["policy", "explain", bad])
      #expect(explained.status == 1)
      #expect(explained.output == "")
      #expect(explained.notes.contains("currency is usd"))
    }
  }

  @Test func `ends with 65 for what is no YAML or no file`() throws {
    try World.make { world in
      let text = try world.file("text.yaml", "a: [1\nb: }\n")
      #expect(try Program.run(["policy", "check", text]).status == 65)
      #expect(try Program.run(["policy", "explain", text]).status == 65)
      let outcome = try Program.run(["policy", "check", world.folder + "/none", try world.policy()])
      #expect(outcome.status == 65)
      #expect(outcome.output.contains(": sound: "), "the other file is checked all the same")
    }
  }

  @Test func `explains with worked numbers`() throws {
    try World.make { world in
      let policy = try world.policy()
      let outcome = try Program.run(
        ["policy", "explain", policy, "--home", "13.5,5,80,20", "--minutes", "120"])
      #expect(outcome.status == 0)
      for part in ["1.08 kWh", "540 W", "54.0 MWh", "108,000.00 USD", "dispatch.release"] {
        #expect(outcome.output.contains(part), "\(part) is not in \(outcome.output)")
      }
      let json = try Program.run(["policy", "explain", policy, "--json"])
      #expect(!(try #require(try json.object()["lines"] as? [[String: Any]])).isEmpty)
      for home in ["13.5,5,80", "13,5,5,80,20", "0,5,80,20", "13.5,5,101,20", "a,b,c,d"] {
        #expect(try Program.run(["policy", "explain", policy, "--home", home]).status == 64)
      }
      #expect(try Program.run(["policy", "explain", policy, "--minutes", "0"]).status == 64)
    }
  }
}

@Suite struct `headroom meter import` {
  @Test func `changes nothing the second time`() throws {
    try World.make { world in
      let meters = try world.file("meters.csv", Home.meters())
      let arguments = [
        "meter", "import", "--into", world.folder + "/readings.db", meters, "--json",
      ]
      func counts() throws -> [Int?] {
        let outcome = try Program.run(arguments)
        #expect(outcome.status == 0)
        let files = try #require(try outcome.object()["files"] as? [[String: Any]])
        return ["readings", "meters", "new", "same", "missing"].map { files[0][$0] as? Int }
      }
      // Values are counted: a reading has two.
      #expect(try counts() == [191, 1, 382, 0, 0])
      #expect(try counts() == [191, 1, 0, 382, 0])
    }
  }

  @Test func `refuses another value for an interval that is known`() throws {
    try World.make { world in
      let into = world.folder + "/readings.db"
      let first = try world.file("first.csv", Home.meters())
      #expect(try Program.run(["meter", "import", "--into", into, first]).status == 0)
      let other = try world.file("other.csv", Home.meters(event: "2"))
      let outcome = try Program.run(["meter", "import", "--into", into, other])
      #expect(outcome.status == 65)
      #expect(
        outcome.notes.contains(
          "meter S-0042: 2025-07-09T00:00:00Z is "))
    }
  }

  @Test func `reads every file before it writes`() throws {
    try World.make { world in
      let into = world.folder + "/readings.db"
      let good = try world.file("good.csv", Home.meters())
      let bad = try world.file("bad.csv", "meter_id,start\n")
      #expect(try Program.run(["meter", "import", "--into", into, good, bad]).status == 65)
      #expect(!FileManager.default.fileExists(atPath: into))
      let text = try world.file("text.db", String(repeating: "A", count: 5_000))
      let outcome = try Program.run(["meter", "import", "--into", text, good])
      #expect(outcome.status == 65)
      #expect(outcome.notes.contains("cannot open the store"))
    }
  }
}
