import Foundation
import Testing

/// One home with an hourly meter; 17:00 is the hour of the event.
///
/// From the reference: 4 July is a holiday and 7 July lacks the hour, so the three recent business
/// days are 3, 2 and 1 July with 2, 4 and 9 kWh; the baseline is 5.
struct Home {
  static let changes = [
    ("stepMinutes: 15", "stepMinutes: 60"), ("minimumMinutes: 15 ", "minimumMinutes: 60 "),
    ("intervalMinutes: 15", "intervalMinutes: 60"),
    ("capAtDeviceOutput: true", "capAtDeviceOutput: false"),
    ("holidays: []", "holidays: [2025-07-04]"),
    (
      "business: {choose: high, x: 5, y: 10, minimumDays: 5}",
      "business: {choose: recent, y: 3, minimumDays: 3}"
    ), ("  adjustment:  ", "  #"), ("    type: additive", "#"),
    ("    windows: [{anchor", "#"), ("    capUp", "#"), ("    capDown", "#"), ("    capOf", "#"),
    ("    onMissing", "#"), ("spreadSeconds: 60", "spreadSeconds: 0"),
  ]

  static func meters(event: String = "1", site: String = "S-0042") -> String {
    let evening = ["2025-07-01": "9", "2025-07-02": "4", "2025-07-03": "2", "2025-07-08": event]
    var text = "meter_id,start,duration_min,import_kwh,export_kwh,quality\n"
    for day in 1...8 {
      let date = String(format: "2025-07-%02d", day)
      for hour in 0..<24 where !(day == 7 && hour == 17) {
        let kwh = hour == 17 ? evening[date] ?? "1" : "0.\(1 + hour % 5)"
        let start = String(format: "%@T%02d:00:00-07:00", date, hour)
        text += "\(site),\(start),60,\(kwh),0,A\n"
      }
    }
    return text
  }

  static let events =
    "event_id,start,end,level\nE-0,2025-06-20T17:00:00-07:00,2025-06-20T18:00:00-07:00,2\n"
    + "E-1,2025-07-08T17:00:00-07:00,2025-07-08T18:00:00-07:00,2\n"

  static func arguments(
    _ command: String, _ world: World, policy: [(String, String)] = changes, event: String = "1"
  ) throws -> [String] {
    [
      command, "--meters", try world.file("meters.csv", meters(event: event)), "--policy",
      try world.policy(policy), "--event", try world.file("events.csv", events),
    ]
  }
}

@Suite struct `headroom baseline` {
  @Test func `measures the last event against the days before`() throws {
    try World.make { world in
      let outcome = try Program.run(try Home.arguments("baseline", world) + ["--json"])
      let hash = try #require(try outcome.object()["policySha256"] as? String)
      #expect(
        outcome.output == """
          {"eventId":"E-1","policySha256":"\(hash)","meters":[{"meterId":"S-0042",\
          "verdict":"verified","reason":null,"days":["2025-07-03","2025-07-02","2025-07-01"],\
          "factor":null,"offsetJ":null,"flags":[],"intervals":[{"start":"2025-07-09T00:00:00Z",\
          "baselineJ":18000000,"actualJ":3600000,"reductionJ":14400000,"unadjustedJ":18000000,\
          "baselineKWh":"5","actualKWh":"1","reductionKWh":"4","quality":"A",\
          "status":"verified"}],"reductionJ":14400000,"reductionKWh":"4","offsetKWh":null,\
          "evidence":[],"sentence":null,"meterFindings":["gaps"]}]}

          """)
      #expect(outcome.status == 0)
    }
  }

  @Test func `explains every day of the look-back`() throws {
    try World.make { world in
      let outcome = try Program.run(try Home.arguments("baseline", world) + ["--explain"])
      #expect(outcome.status == 0)
      for line in [
        "2025-07-07 Mon  business     excluded   missingData: 17:00",
        "2025-07-04 Fri  nonBusiness  excluded   class (holiday)",
        "2025-07-03 Thu  business     selected   2.000 kWh  weight 1/3",
        "17:00  baseline (2 + 4 + 9) / 3 = 5.000  actual 1.000 A  reduction 4.000   verified",
      ] { #expect(outcome.output.contains(line), "\(line) is not in \(outcome.output)") }
    }
  }

  @Test func `shows a row a site`() throws {
    try World.make { world in
      let outcome = try Program.run(try Home.arguments("baseline", world))
      let row = "S-0042  verified     3           -    5.0000  1.0000         4.0000\n"
      #expect(outcome.output.contains(row))
      #expect(outcome.output.contains("1 of 1 verified or estimated, together 4.0000 kWh"))
    }
  }

  @Test func `reads meters from standard input, and several files`() throws {
    try World.make { world in
      let all = try Home.arguments("baseline", world) + ["--json"]
      var arguments = all
      arguments[2] = "-"
      let lines = Home.meters().split(separator: "\n")
      let old = try world.file("old.csv", lines.prefix(60).joined(separator: "\n") + "\n")
      arguments += ["--meters", old]
      let rest = ([lines[0]] + lines.dropFirst(60)).joined(separator: "\n") + "\n"
      let outcome = try Program.run(arguments, input: rest)
      #expect(outcome.status == 0)
      #expect(outcome.output == (try Program.run(all).output))
    }
  }

  @Test func `says no when not one site could be verified`() throws {
    try World.make { world in
      let outcome = try Program.run(
        try Home.arguments("baseline", world, policy: []) + ["--json", "--measure", "E-1"])
      #expect(outcome.status == 1)
      let meters = try #require(try outcome.object()["meters"] as? [[String: Any]])
      #expect(meters[0]["verdict"] as? String == "refused")
      // The shipped policy wants the battery's meter, and there is none without a fleet.
      #expect(["deviceDataMissing", "intervalTooCoarse"].contains(meters[0]["reason"] as? String))
    }
  }

  @Test func `refuses compressed files, unknown sites and unknown events`() throws {
    try World.make { world in
      let arguments = try Home.arguments("baseline", world)
      func notes(_ arguments: [String]) throws -> String {
        let outcome = try Program.run(arguments)
        #expect(outcome.status == 65)
        return outcome.notes
      }
      #expect(try notes(arguments + ["--site", "S-1"]).contains("--site is S-1; allowed:"))
      #expect(try notes(arguments + ["--measure", "E-9"]).contains("--measure is E-9; allowed:"))
      var zipped = arguments
      zipped[2] = world.folder + "/meters.csv.gz"
      try Data([0x1F, 0x8B, 8, 0]).write(to: URL(filePath: zipped[2]))
      #expect(try notes(zipped).contains("allowed: a gzip header"))
      try world.file("events.csv", "event_id,start,end\n")
      #expect(try notes(arguments).contains("events.csv:1: rows is 0"))
    }
  }

  @Test func `refuses meters with units, commas and unknown columns`() throws {
    try World.make { world in
      let arguments = try Home.arguments("baseline", world)
      try world.file(
        "meters.csv",
        "meter_id,start,duration_min,import_kwh,colour\nA,2025-07-01T00:00:00Z,60,1 kWh,red\n"
          + "A,2025-07-01T01:00:00,60,1,red\n")
      let outcome = try Program.run(arguments)
      #expect(outcome.status == 65)
      #expect(outcome.notes.contains("meters.csv:1: colour is an unknown column"))
      try world.file(
        "meters.csv",
        "meter_id,start,duration_min,import_kwh\nA,2025-07-01T00:00:00Z,60,1 kWh\n"
          + "A,2025-07-01T01:00:00,60,\"4,34\"\n")
      let values = try Program.run(arguments)
      #expect(values.status == 65)
      for part in [
        "meters.csv:2: import_kwh is 1 kWh", "meters.csv:3: start", "import_kwh is 4,34",
      ] {
        #expect(values.notes.contains(part), "\(part) is not in \(values.notes)")
      }
    }
  }
}

@Suite struct `headroom settle` {
  static func fleet(_ world: World, charge: String = "80") throws -> String {
    try world.file(
      "fleet.csv",
      World.fleetHeader + "b,g,S-0042,o,n,13500,5000,5000,100,20,,\(charge)\n")
  }

  @Test func `pays what was committed and verified`() throws {
    try World.make { world in
      let out = world.folder + "/reports"
      let outcome = try Program.run(
        try Home.arguments("settle", world)
          + ["--fleet", try Self.fleet(world), "--out", out, "--json"])
      #expect(outcome.status == 0)
      let object = try outcome.object()
      // 1.08 kWh of 4 kWh verified were committed, at 2.00 USD.
      #expect(object["committedWh"] as? Int == 1_080)
      #expect(object["verifiedWh"] as? Int == 4_000)
      #expect(object["creditedWh"] as? Int == 1_080)
      #expect(object["premium"] as? String == "2.16")
      #expect(object["penalty"] as? String == "0.00")
      #expect(object["parties"] as? [String: String] == ["owner": "2.16"])
      #expect(outcome.notes.contains("count as acknowledged"))
      for name in [
        "intervals.csv", "lines.csv", "parties.csv", "report.json", "report.md", "report.html",
      ] {
        #expect(FileManager.default.fileExists(atPath: "\(out)/E-1/initial/\(name)"))
      }
    }
  }

  @Test func `prints a summary`() throws {
    try World.make { world in
      let outcome = try Program.run(
        try Home.arguments("settle", world, event: "5.4") + ["--fleet", try Self.fleet(world)])
      #expect(outcome.status == 0)
      // 0.972 kWh beyond the deadband, and 0.4 kWh more than usual; nothing earned, so no penalty.
      let energies =
        "verified    -0.4 kWh\ncredited       0 kWh\nshort      1.372 kWh\n\n"
        + "premium   0.00 USD\npenalty   0.00 USD\n"
      #expect(outcome.output.contains(energies))
      #expect(outcome.output.contains("1 home\n  verified  1\n"))
    }
  }

  @Test func `has nothing to settle when nobody could be asked`() throws {
    try World.make { world in
      let outcome = try Program.run(
        try Home.arguments("settle", world) + ["--fleet", try Self.fleet(world, charge: "20")])
      #expect(outcome.status == 1)
      #expect(outcome.notes.contains("not one battery could be asked"))
    }
  }

  @Test func `shows what a null event would have been credited`() throws {
    try World.make { world in
      let outcome = try Program.run(try Home.arguments("settle", world) + ["--null", "--json"])
      #expect(outcome.status == 0)
      let credit = try #require(try outcome.object()["falseCredit"] as? [String: Int])
      #expect(credit == ["netJ": 14_400_000, "perEventJ": 14_400_000, "perIntervalJ": 14_400_000])
    }
  }

  @Test func `wants a fleet unless nothing moved`() throws {
    try World.make { world in
      let arguments = try Home.arguments("settle", world)
      #expect(try Program.run(arguments).status == 64)
      #expect(try Program.run(arguments + ["--null", "--out", "x"]).status == 64)
      #expect(try Program.run(arguments + ["--fleet", "x", "--site", "y"]).status == 64)
    }
  }
}
