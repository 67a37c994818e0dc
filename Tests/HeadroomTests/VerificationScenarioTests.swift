import Foundation
import Testing

/// Scenarios of verification with the built program, from meter files to money.
@Suite struct `Verification by the program` {
  /// Eight days of 1 kWh an hour, 0.2 in the event: of the days before it four are business days.
  private static func files(
    _ world: World, daysBack: Int = 6
  ) throws -> [String] {
    let home = FamilyHome(days: daysBack) { back, minute in
      back == 0 && minute == 1_020 ? 200 : 1_000
    }
    let five = ("{choose: recent, y: 3, minimumDays: 3}", "{choose: recent, y: 5, minimumDays: 5}")
    let changes = Home.changes.map {
      $0.1.contains(five.0) ? ($0.0, $0.1.replacing(five.0, with: five.1)) : $0
    }
    return [
      "--meters", try world.file("meters.csv", FamilyHome.header + home.rows()), "--policy",
      try world.policy(changes), "--event",
      try world.file(
        "events.csv", "event_id,start,end,level\nE-1,2025-08-14T17:00:00,2025-08-14T18:00:00,2\n"),
    ]
  }

  @Test func `V4: four clean days where five are needed are refused, and cost and earn nothing`()
    throws
  {
    try World.make { world in
      let files = try Self.files(world)
      let baseline = try Program.run(["baseline", "--json", "--explain"] + files)
      #expect(baseline.status == 1)
      let meters = try #require(try baseline.object()["meters"] as? [[String: Any]])
      #expect(meters.count == 1)
      #expect(meters[0]["verdict"] as? String == "refused")
      #expect(meters[0]["reason"] as? String == "tooFewDays")
      #expect((meters[0]["sentence"] as? String)?.contains("4") == true)
      #expect((meters[0]["sentence"] as? String)?.contains("5") == true)
      #expect(meters[0]["reductionJ"] is NSNull)
      let intervals = try #require(meters[0]["intervals"] as? [[String: Any]])
      // Never a baseline of 0: what was metered is shown, a baseline there is none.
      #expect(intervals.map { $0["actualJ"] as? Int } == [720_000])
      #expect(intervals.allSatisfy { $0["baselineJ"] is NSNull && $0["reductionJ"] is NSNull })
      let days = try #require(
        (meters[0]["explanation"] as? [String: Any])?["days"] as? [[String: Any]])
      #expect(
        days.filter { $0["class"] as? String == "business" }.prefix(4)
          .map { $0["date"] as? String } == [
            "2025-08-13", "2025-08-12", "2025-08-11", "2025-08-08",
          ])

      let fleet = try world.file(
        "fleet.csv", World.fleetHeader + "b,g,S-1,o,n,13500,5000,5000,100,20,,80\n")
      let settled = try Program.run(
        ["settle", "--json", "--fleet", fleet, "--out", world.folder + "/out"] + files)
      #expect(settled.status == 0, "\(settled.notes)")
      let object = try settled.object()
      #expect(object["committedWh"] as? Int == 1_080)
      #expect(object["creditedWh"] as? Int == 0)
      #expect(object["premium"] as? String == "0.00")
      #expect(object["penalty"] as? String == "0.00")
      #expect(object["held"] as? String == "0.00")
      #expect(object["verdicts"] as? [String: Int] == ["refused tooFewDays": 1])
      let homes = try #require(object["homes"] as? [[String: Any]])
      #expect(homes.map { $0["net"] as? String } == ["0.00"])
      #expect(homes.map { $0["penalties"] as? String } == ["0.00"])
      let lines = try String(
        contentsOfFile: world.folder + "/out/E-1/initial/lines.csv", encoding: .utf8
      )
      .split(separator: "\n")
      #expect(lines.count == 2, "one line of 0.00 with its reason, and no penalty")
      #expect(lines[1].contains(",premium,"))
      #expect(lines[1].contains("tooFewDays"))
      // The report says which days there were, and why others did not count.
      let folder = world.folder + "/out/E-1/initial"
      let page = try String(contentsOfFile: folder + "/report.html", encoding: .utf8)
      #expect(page.contains("<b>S-1</b> dayMatching<br>Refused, tooFewDays: "))
      #expect(page.contains("Left out: class (12 days); missingData: 17:00 ("))
      let report = try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(filePath: folder + "/report.json")))
      let home = try #require(((report as? [String: Any])?["homes"] as? [[String: Any]])?.first)
      #expect((home["refusal"] as? [String: String])?["code"] == "tooFewDays")
      let considered = try #require(home["consideredDays"] as? [[String: Any]])
      #expect(considered[0]["date"] as? String == "2025-08-13")
      #expect(
        considered.filter { ($0["reason"] as? String)?.hasPrefix("missingData") == true }
          .first?["date"] as? String == "2025-08-07")
    }
  }

  @Test func `V4: with a fifth day the same home is verified`() throws {
    try World.make { world in
      let baseline = try Program.run(["baseline", "--json"] + (try Self.files(world, daysBack: 7)))
      let meters = try #require(try baseline.object()["meters"] as? [[String: Any]])
      #expect(meters[0]["verdict"] as? String == "verified")
      #expect(meters[0]["reductionKWh"] as? String == "0.8")
    }
  }

  /// Quarter hours of February to April 2025 in Los Angeles; the clock changes on 9 March.
  private static func quarters() -> (text: String, sum: Int) {
    var text = FamilyHome.header
    var sum = 0
    let start = ISO8601DateFormatter().date(from: "2025-02-01T08:00:00Z")!
    let format = ISO8601DateFormatter()
    // 28 days, 31 less an hour, 30: to midnight of 1 May, 07:00Z.
    for quarter in 0..<((89 * 24 - 1) * 4) {
      let wattHours = (quarter * 31) % 97
      sum += wattHours * 3_600
      let at = format.string(from: start.addingTimeInterval(Double(quarter * 900)))
      text += "S-1,\(at),15,0.\(String(format: "%03d", wattHours)),0,A\n"
    }
    return (text, sum)
  }

  @Test func `V8: half hours, hours, days and months are equal to the joule`() throws {
    let (text, sum) = Self.quarters()
    try World.make { world in
      let into = world.folder + "/readings.db"
      let imported = try Program.run(
        ["meter", "import", "--into", into, try world.file("meters.csv", text)])
      #expect(imported.status == 0, "\(imported.notes)")
      for (group, count) in [("30m", 4_270), ("1h", 2_135), ("1d", 89), ("1mo", 3)] {
        let outcome = try Program.run([
          "meter", "export", "--readings", into, "--zone", "America/Los_Angeles", "--from",
          "2025-02-01", "--to", "2025-04-30", "--group", group, "--json",
        ])
        #expect(outcome.status == 0, "\(outcome.notes)")
        let groups = try #require(try outcome.object()["groups"] as? [[String: Any]])
        #expect(groups.count == count, "\(group)")
        #expect(groups.compactMap { $0["importJ"] as? Int }.reduce(0, +) == sum, "\(group)")
        #expect(groups.allSatisfy { $0["missingIntervals"] as? Int == 0 })
      }
    }
  }

  /// May 2025 in Moscow: 22 weekdays, of which the 1st and 9th are holidays.
  private static func may(missing: String? = nil) -> String {
    var text = FamilyHome.header
    for day in 1...31 {
      for hour in 0..<24 {
        let start = String(format: "2025-05-%02dT%02d:00:00+03:00", day, hour)
        if start == missing { continue }
        // 100 kWh an hour; at 10:00 of the n-th of May n more, at 22:00 always 900.
        let kWh = hour == 10 ? 100 + day : hour == 22 ? 900 : 100
        text += "m-1,\(start),60,\(kWh),0,A\n"
      }
    }
    return text
  }

  private static func capacity(
    _ world: World, _ meters: String, _ more: [String] = [], to: String = "2025-05-31"
  ) throws -> Program.Outcome {
    try Program.run(
      [
        "meter", "capacity", "--meters", try world.file("may.csv", meters), "--zone",
        "Europe/Moscow", "--from", "2025-05-01", "--to", to, "--hours", "08:00-12:00", "--hours",
        "16:00-20:00", "--maximum", "250", "--holiday", "2025-05-01", "--holiday", "2025-05-09",
      ] + more)
  }

  @Test func `V8: actual and reserved capacity of 1 to 30 May want the whole month`() throws {
    try World.make { world in
      let part = try Self.capacity(world, Self.may(), to: "2025-05-30")
      #expect(part.status == 65)
      #expect(part.output.isEmpty)
      #expect(
        part.notes.contains("wholeMonthRequired: 2025-05-01 to 2025-05-30; allowed: from the first")
      )
      // Working days: 2, 5-8, 12-16, 19-23, 26-30; their numbers add up to 343, 17.15 on the mean.
      let whole = try Self.capacity(world, Self.may())
      #expect(whole.status == 0, "\(whole.notes)")
      #expect(
        whole.output
          == "meter_id,month,working_days,missing_days,actual_kw,reserved_kw\n"
          + "m-1,2025-05,20,0,117.15,132.85\n")
      let json = try Self.capacity(world, Self.may(), ["--working-day", "2025-05-31", "--json"])
      let months = try #require(try json.object()["months"] as? [[String: Any]])
      // With the 31st: 374 of 21 days, 17.8095 on the mean.
      #expect(months.map { $0["actualW"] as? Int } == [117_810])
      #expect(months.map { $0["reservedW"] as? Int } == [132_190])
    }
  }

  @Test func `V8: a missing peak hour is no zero, one outside of them nothing`() throws {
    try World.make { world in
      let gap = try Self.capacity(world, Self.may(missing: "2025-05-15T09:00:00+03:00"))
      #expect(gap.status == 1)
      #expect(gap.output.contains("m-1,2025-05,20,1,,\n"))
      let night = try Self.capacity(world, Self.may(missing: "2025-05-15T22:00:00+03:00"))
      #expect(night.output.contains("m-1,2025-05,20,0,117.15,132.85\n"))
      let wrong = try Self.capacity(
        world, Self.may(), ["--hours", "08:30-12:00", "--holiday", "x", "--maximum", "1.2345"])
      #expect(wrong.status == 65)
      for part in ["--hours is 08:30-12:00", "--holiday is x", "--maximum is 1.2345"] {
        #expect(wrong.notes.contains(part))
      }
    }
  }

  @Test func `V12: 1.20 and 1.17 kWh open a dispute of 2.5 %, that line is held, all others paid`()
    throws
  {
    try World.make { world in
      func file(_ name: String, _ first: String) throws -> String {
        let events = [("H1", first), ("H2", "1.20"), ("H3", "0.60")].map {
          PeriodFiles.Event(
            id: "E", start: "2026-07-07T20:00:00Z", site: $0.0, committed: ["1.20"],
            delivered: [$0.1])
        }
        return try world.file(name, PeriodFiles.rows(events, minutes: 15))
      }
      let outcome = try Program.run([
        "settle", "--policy", try PeriodFiles.policy(world, "surge-nameplate"), "--intervals",
        try file("ours.csv", "1.17"), "--other", try file("grid.csv", "1.20"), "--json",
      ])
      #expect(outcome.status == 0, "\(outcome.notes)")
      #expect(
        outcome.notes.contains("E, H1: held, 1.17 kWh here and 1.2 kWh there, 2.5 % apart"))
      let object = try outcome.object()
      let disputes = try #require(object["disputes"] as? [[String: Any]])
      #expect(disputes.count == 1)
      #expect(disputes[0]["eventId"] as? String == "E")
      #expect(disputes[0]["siteId"] as? String == "H1")
      #expect(disputes[0]["reason"] as? String == "volumesDiffer")
      #expect(disputes[0]["oursJ"] as? Int == 4_212_000)
      #expect(disputes[0]["theirsJ"] as? Int == 4_320_000)
      #expect(disputes[0]["hundredthsOfPercent"] as? Int == 250)
      let lines = try #require(object["lines"] as? [[String: Any]])
      func of(_ site: String, _ member: String) -> [String] {
        lines.filter { $0["siteId"] as? String == site }.compactMap { $0[member] as? String }
      }
      #expect(Set(of("H1", "status")) == ["held"])
      #expect(Set(of("H1", "charged")) == ["0.00"])
      #expect(Set(of("H1", "reason")) == ["volumesDiffer"])
      // H2 delivered all, H3 half of it: 0.60 kWh less a deadband of 10 % are 0.48 kWh short.
      #expect(of("H2", "charged") == ["2.40"])
      #expect(of("H3", "charged").first == "1.20")
      #expect(!of("H3", "status").contains("held"))
    }
  }

  @Test func `V18: a claim counts for the meters above and below, unless the policy lists it`()
    throws
  {
    let home = FamilyHome { back, _ in back == 0 ? 400 : 1_000 }
    try World.make { world in
      let claims = try world.file(
        "claims.csv",
        "programme_id,event_id,meter_id,start,end,direction\n"
          + "first,E-9,main,2025-08-14T17:30:00-07:00,2025-08-14T18:30:00-07:00,import\n")
      let tree = try world.file(
        "tree.csv",
        "node_id,parent_id,kind,from,to\nmain,,meter,2025-01-01,\nS-1,main,meter,2025-01-01,\n")
      func reason(_ policy: String, _ more: [String]) throws -> (String?, String?) {
        let outcome = try FamilyHome.run(
          world, meters: home.rows(), policy: policy, more: ["--claims", claims] + more)
        let meters = try #require(try outcome.object()["meters"] as? [[String: Any]])
        let meter = try #require(meters.first)
        return (meter["reason"] as? String, meter["sentence"] as? String)
      }
      // Without the tree nobody knows that the two meters see the same energy.
      #expect(try reason(FamilyHome.policy(), []).0 == nil)
      let below = try reason(FamilyHome.policy(), ["--tree", tree])
      #expect(below.0 == "alreadyClaimed")
      #expect(below.1 == "first, event E-9, claimed this energy first.")
      let listed = FamilyHome.policy().replacingOccurrences(
        of: "measurement:",
        with: "enrolment: {otherProgrammes: listed, allowedWith: [first]}\nmeasurement:")
      #expect(try reason(listed, ["--tree", tree]).0 == nil)
      let alone = try FamilyHome.run(world, meters: home.rows(), more: ["--tree", tree])
      #expect(alone.status == 65)
      #expect(alone.notes.contains("allowed: only beside --claims"))
    }
  }

  @Test func `a report has the homes one by one and as one meter`() throws {
    // High 1 of 2: home A used 5 then 1, home B 1 then 5. Together 10, as one meter 6.
    let a = FamilyHome(days: 2, site: "A") { back, _ in [0, 5_000, 1_000][back] }
    let b = FamilyHome(days: 2, site: "B") { back, _ in [0, 1_000, 5_000][back] }
    try World.make { world in
      let row = "O,N,100000,50000,50000,100,20,,80\n"
      let outcome = try Program.run([
        "settle", "--meters", try world.file("m.csv", FamilyHome.header + a.rows() + b.rows()),
        "--policy",
        try world.file(
          "p.yaml",
          FamilyHome.policy(
            baseline:
              "{kind: dayMatching, dayClasses: all, selection: {all: {choose: high, x: 1, y: 2}}}")),
        "--event",
        try world.file(
          "e.csv",
          "event_id,start,end,target_kw\nE-1,2025-08-14T17:00:00,2025-08-14T18:00:00,10\n"),
        "--fleet", try world.file("f.csv", World.fleetHeader + "B-1,G-1,A,\(row)B-2,G-2,B,\(row)"),
        "--out", world.folder + "/out",
      ])
      #expect(outcome.status == 0, "\(outcome.notes)")
      let bytes = try Data(
        contentsOf: URL(filePath: world.folder + "/out/E-1/initial/report.json"))
      let report = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
      let totals = try #require(report["totals"] as? [String: Any])
      #expect(totals["oneMeterJ"] as? Int == 21_600_000)
      #expect(totals["verifiedWh"] as? Int == 10_000)
    }
  }
}
