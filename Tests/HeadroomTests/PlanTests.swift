import Foundation
import Testing

@Suite struct `headroom plan` {
  static let equal = ("fairness: proportional", "fairness: equalShare")

  static func plan(
    _ world: World, _ fleet: String, _ signal: String, policy: [(String, String)] = [],
    _ more: [String] = ["--json"]
  ) throws -> Program.Outcome {
    try Program.run(
      ["plan", "--fleet", fleet, "--policy", try world.policy(policy), "--signal", signal] + more)
  }

  /// Setpoints, energies and reasons by battery, as one line each.
  static func lines(_ outcome: Program.Outcome) throws -> [String] {
    let batteries = try #require(try outcome.object()["batteries"] as? [[String: Any]])
    return batteries.map {
      "\($0["batteryId"]!) \($0["setpointW"]!) \($0["energyLimitWh"]!) \($0["boundBy"]!)"
    }
  }

  @Test(arguments: [
    ("nameplateEnergy", 675, 1_350), ("storedEnergy", 540, 1_080),
    ("energyAboveReserve", 405, 810), ("ratedPower", 500, 1_000),
  ]) func `releases ten per cent of what is named`(_ of: String, _ watts: Int, _ wattHours: Int)
    throws
  {
    try World.make { world in
      let signal = try world.signal(120, #""releasePercent":10,"of":"\#(of)""#)
      let outcome = try Self.plan(world, try world.equalFleet(100), signal)
      #expect(outcome.status == 0)
      #expect(try outcome.object()["committedW"] as? Int == 100 * watts)
      #expect(try outcome.object()["shortfallW"] as? Int == 0)
      #expect(
        try Self.lines(outcome) == (0..<100).map { "b\($0) \(watts) \(wattHours) request" })
    }
  }

  @Test func `says before the start what a short event cannot hold`() throws {
    try World.make { world in
      let signal = try world.signal(15, #""releasePercent":10,"of":"nameplateEnergy""#)
      let outcome = try Self.plan(world, try world.equalFleet(50_000), signal, ["--rows", "1"])
      #expect(outcome.status == 0)
      #expect(outcome.output.contains("asked      270,000 kW  67,500 kWh"))
      #expect(outcome.output.contains("committed  250,000 kW  62,500 kWh"))
      #expect(outcome.output.contains("shortfall   20,000 kW   5,000 kWh"))
      #expect(outcome.output.contains("  ratedPower  50,000\n"))
      #expect(outcome.output.contains("and 49,999 more"))
    }
  }

  @Test func `rounds watts down so that they hold`() throws {
    try World.make { world in
      let signal = try world.signal(240, #""releasePercent":10,"of":"nameplateEnergy""#)
      let outcome = try Self.plan(world, try world.equalFleet(50), signal)
      #expect(try outcome.object()["requestedW"] as? Int == 16_875)
      #expect(try outcome.object()["committedW"] as? Int == 16_850)
      #expect(try outcome.object()["shortfallW"] as? Int == 25)
    }
  }

  @Test func `prints JSON in this order and nothing else`() throws {
    try World.make { world in
      let fleet = try world.fleet([
        ("a", "n", ["13500", "5000", "20", "21"], ""),
        ("b", "n", ["13500", "5000", "20", "20"], ""),
        ("c", "n", ["13500", "5000", "20", ""], ""),
      ])
      let outcome = try Self.plan(world, fleet, try world.signal(60))
      let hash = try #require(try outcome.object()["policySha256"] as? String)
      #expect(
        outcome.output == """
          {"eventId":"E-1","policySha256":"\(hash)","requestedW":283,"committedW":135,\
          "shortfallW":148,"batteries":[{"batteryId":"a","setpointW":135,"energyLimitWh":135,\
          "boundBy":"energyForDuration"}],"skipped":[{"batteryId":"b","reason":"belowReserve"},\
          {"batteryId":"c","reason":"notHeard"}]}

          """)
      #expect(outcome.notes == "")
    }
  }

  @Test func `keeps a node's limit and names it`() throws {
    try World.make { world in
      let full = ["13500", "5000", "0", "100"]
      let fleet = try world.fleet([
        ("a", "N", full, ""), ("b", "N", full, ""), ("c", "N", full, ""), ("d", "M", full, ""),
      ])
      let feeder = try world.file("feeder.csv", "node_id,parent_id,limit_w\nR,,\nN,R,9000\nM,R,\n")
      func lines(_ watts: Int) throws -> [String] {
        let signal = try world.signal(60, #""requestedReductionW":\#(watts)"#, name: "E-\(watts)")
        return try Self.lines(
          try Self.plan(
            world, fleet, signal, policy: [Self.equal], ["--json", "--feeder", feeder]))
      }
      let limited = ["a", "b", "c"].map { "\($0) 3000 3000 node:N" }
      #expect(try lines(13_000) == limited + ["d 4000 4000 request"])
      #expect(try lines(15_000) == limited + ["d 5000 5000 ratedPower"])
    }
  }

  @Test func `keeps a site's export limit`() throws {
    try World.make { world in
      let fleet = try world.fleet([("a", "n", ["50000", "10000", "0", "100"], "4000")])
      let signal = try world.signal(60, #""releasePercent":100,"of":"ratedPower""#)
      #expect(try Self.lines(try Self.plan(world, fleet, signal)) == ["a 4000 4000 exportLimit"])
    }
  }

  @Test func `takes the rest of an event that has begun`() throws {
    try World.make { world in
      let outcome = try Self.plan(
        world, try world.equalFleet(1), try world.signal(60),
        ["--json", "--at", "2026-07-16T00:20:00Z"])
      #expect(try Self.lines(outcome) == ["b0 1620 1080 request"])
    }
  }

  @Test func `says what the programme would turn away, and plans all the same`() throws {
    try World.make { world in
      let fleet = try world.equalFleet(1)
      let long = try Self.plan(world, fleet, try world.signal(300))
      #expect(long.status == 0)
      #expect(long.notes.contains("durationNotAllowed is 300 min; allowed: 15 to 240 min"))
      let much = try Self.plan(
        world, fleet, try world.signal(60, #""requestedReductionW":6000"#, name: "E-2"),
        policy: [("shortfall: commitWhatHolds", "shortfall: refuse")])
      #expect(much.status == 1)
      #expect(much.notes.contains("cannotHold is 6000 W; allowed: 5000 W"))
    }
  }

  @Test func `refuses what cannot be planned`() throws {
    try World.make { world in
      let fleet = try world.equalFleet(1)
      func notes(_ request: String, _ more: [String] = ["--json"]) throws -> String {
        let outcome = try Self.plan(world, fleet, try world.signal(60, request), more)
        #expect(outcome.status == 65)
        #expect(outcome.output == "")
        return outcome.notes
      }
      #expect(try notes(#""targets":["x"]"#).contains("unknownTarget: targets is x"))
      #expect(try notes("", ["--at", "2026-07-17T00:00:00Z"]).contains("past: endsAt"))
      #expect(try notes(#""test":"yes""#).contains("E-1.json:1: test is"))
      let cancel = try world.file(
        "cancel.json",
        """
        {"schema":"headroom.signal/1","signalId":"E-1","issuer":"example-utility","revision":2,\
        "status":"cancelled","issuedAt":"2026-07-15T18:00:00Z"}
        """)
      let outcome = try Self.plan(world, fleet, cancel)
      #expect(outcome.status == 65)
      #expect(outcome.notes.contains("status is cancelled; allowed: active"))
    }
  }

  @Test func `says every fault of every file at once`() throws {
    try World.make { world in
      let fleet = try world.file(
        "fleet.csv",
        World.fleetHeader
          + "a,g,s,o,n,13.5 kWh,5000,5000,100,20,,80\na,g,s,o,n,13500,5000,5000,100,120,,80\n")
      let feeder = try world.file("feeder.csv", "node_id,parent_id,limit_kw\nR,,9\n")
      let outcome = try Self.plan(
        world, fleet, world.folder + "/none.json", ["--feeder", feeder])
      #expect(outcome.status == 65)
      #expect(outcome.output == "")
      for part in [
        "fleet.csv:2: capacity_wh is 13.5 kWh; allowed:", "fleet.csv:3: reserve_pct is 120",
        "none.json: file is not readable; allowed: an existing file (no such file)",
        "feeder.csv:1: limit_kw is an unknown column", "feeder.csv:1: limit_w is no such column",
      ] { #expect(outcome.notes.contains(part), "\(part) is not in \(outcome.notes)") }
    }
  }

  @Test func `wants batteries on nodes of the feeder`() throws {
    try World.make { world in
      let feeder = try world.file("feeder.csv", "node_id,parent_id,limit_w\nR,,\n")
      let outcome = try Self.plan(
        world, try world.equalFleet(2), try world.signal(60), ["--feeder", feeder])
      #expect(outcome.status == 65)
      #expect(outcome.notes.contains("2 batteries on nodes that the feeder file lacks"))
    }
  }

  @Test func `explains one battery, asked or not`() throws {
    try World.make { world in
      let full = ["13500", "5000", "0", "100"]
      let fleet = try world.fleet([
        ("a", "N", full, ""), ("b", "N", full, ""), ("c", "N", full, ""), ("d", "M", full, ""),
        ("e", "M", ["13500", "5000", "20", "15"], ""),
      ])
      let feeder = try world.file("feeder.csv", "node_id,parent_id,limit_w\nR,,\nN,R,9000\nM,R,\n")
      let signal = try world.signal(60, #""requestedReductionW":13000"#)
      func explain(_ name: String, _ more: [String]) throws -> Program.Outcome {
        try Self.plan(
          world, fleet, signal, policy: [Self.equal],
          ["--feeder", feeder, "--explain", name] + more)
      }
      let text = try explain("a", []).output
      for part in [
        "3,000 W, up to 3,000 Wh, bound by node:N", "ratedPower", "9,000 W  of 9,000 W",
        "3 batteries share 9,000 W, what N still carries", "with b: 3000 W",
      ] { #expect(text.contains(part), "\(part) is not in \(text)") }
      let object = try explain("a", ["--json"]).object()
      #expect(object["boundBy"] as? String == "node:N")
      #expect((object["sharedWith"] as? [String: Any])?["batteries"] as? Int == 3)
      let skipped = try explain("e", []).output
      #expect(skipped.contains("belowReserve, its charge is 15 % and its floor 20 %"))
      #expect(try explain("x", []).status == 65)
    }
  }

  @Test func `ends with 64 for wrong usage`() throws {
    #expect(try Program.run(["plan"]).status == 64)
    #expect(
      try Program.run(["plan", "--fleet", "f", "--policy", "p", "--signal", "s", "--at", "noon"])
        .status == 64)
    let twice = try Program.run(["plan", "--fleet", "-", "--policy", "p", "--signal", "-"])
    #expect(twice.status == 65)
    #expect(twice.notes.contains("standard input twice"))
  }

  @Test(arguments: [
    ["plan"], ["baseline"], ["settle"], ["policy", "check"], ["policy", "explain"],
    ["meter", "import"],
  ]) func `shows an example with its help, as every command does`(_ command: [String]) throws {
    let outcome = try Program.run(command + ["--help"])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("EXAMPLE\n  headroom \(command.joined(separator: " "))"))
  }
}
