import Foundation
import Testing

extension Program.Outcome {
  fileprivate func meters() throws -> [[String: Any]] {
    try #require(try object()["meters"] as? [[String: Any]], "\(notes)")
  }
}

@Suite struct `headroom baseline on odd clocks and lengths` {
  @Test(arguments: [
    ("Asia/Kathmandu", 345), ("Asia/Kolkata", 330), ("Asia/Kathmandu", 345),
    ("Australia/Adelaide", 570),
  ]) func `keeps the hours of zones off the hour whole`(_ zone: String, _ offset: Int) throws {
    let home = FamilyHome(zone: zone, offset: offset) { back, minute in
      back == 0 && minute == 1_020 ? 250 : 1_000 + back
    }
    try World.make { world in
      let outcome = try FamilyHome.run(
        world, meters: home.rows(), policy: FamilyHome.policy(zone: zone))
      let meter = try outcome.meters()[0]
      #expect(meter["verdict"] as? String == "verified", "\(outcome.notes)")
      // The mean of 1.001 … 1.005 less 0.250.
      #expect(meter["reductionKWh"] as? String == "0.753")
    }
  }

  @Test(arguments: [1, 5, 15, 30]) func `sums finer readings, and needs every part`(
    _ minutes: Int
  ) throws {
    let home = FamilyHome(minutes: minutes, days: 6) { back, _ in (back == 0 ? 10 : 20) * minutes }
    try World.make { world in
      let whole = try FamilyHome.run(world, meters: home.rows()).meters()[0]
      #expect(whole["reductionKWh"] as? String == "0.6")
      let lost = home.rows().split(separator: "\n").filter {
        !$0.contains("2025-08-14T17:00") && !$0.contains("2025-08-13T17:00")
      }
      let outcome = try FamilyHome.run(world, meters: lost.joined(separator: "\n") + "\n")
      #expect(try outcome.meters()[0]["reason"] as? String == "eventDataMissing")
    }
  }

  @Test func `refuses readings coarser than the programme's interval`() throws {
    try World.make { world in
      let outcome = try FamilyHome.run(
        world, meters: FamilyHome().rows(),
        policy: FamilyHome.policy(
          measurement: "{mode: premises, exports: counted, intervalMinutes: 15}"))
      #expect(try outcome.meters()[0]["reason"] as? String == "intervalTooCoarse")
      #expect(outcome.status == 1)
    }
  }

  @Test func `follows a clock that is set by half an hour`() throws {
    // Lord Howe went from +11 to +10:30 on 6 April 2025 at 02:00.
    var rows = ""
    for day in 1...9 {
      let shift = day < 6 ? "+11:00" : "+10:30"
      for hour in 0..<24 where day != 6 {
        let kwh = day == 9 && hour == 17 ? "0.2" : hour == 17 ? "1.0" : "0.5"
        rows += String(
          format: "S-1,2025-04-%02dT%02d:00:00%@,60,%@,0,A\n", day, hour, shift, kwh)
      }
    }
    try World.make { world in
      let outcome = try FamilyHome.run(
        world, meters: rows, policy: FamilyHome.policy(zone: "Australia/Lord_Howe"),
        events: "event_id,start,end\nE-1,2025-04-09T17:00:00,2025-04-09T18:00:00\n")
      let meter = try outcome.meters()[0]
      #expect(
        meter["days"] as? [String]
          == ["2025-04-08", "2025-04-07", "2025-04-05", "2025-04-04", "2025-04-03"])
      #expect(meter["reductionKWh"] as? String == "0.8")
    }
  }

  @Test func `refuses a local time that the clock skips, and readings that contradict`() throws {
    try World.make { world in
      let skipped = try FamilyHome.run(
        world, meters: FamilyHome(days: 1).rows(),
        events: "event_id,start,end\nE-1,2025-03-09T02:30:00,2025-03-09T04:00:00\n")
      #expect(skipped.status == 65)
      #expect(skipped.notes.contains("events.csv:2: start is 2025-03-09T02:30:00; allowed: a time"))
      let other = try world.file(
        "other.csv", FamilyHome.header + "S-1,2025-08-14T03:00:00-07:00,60,2,0,A\n")
      let conflict = try FamilyHome.run(
        world, meters: FamilyHome(days: 1).rows(), more: ["--meters", other])
      #expect(conflict.status == 65)
      #expect(conflict.notes.contains("has another value already"))
      let across = try world.file(
        "across.csv", FamilyHome.header + "S-1,2025-08-14T03:30:00-07:00,60,2,0,A\n")
      let overlap = try FamilyHome.run(
        world, meters: FamilyHome(days: 1).rows(), more: ["--meters", across])
      #expect(overlap.notes.contains("overlaps another one"))
    }
  }
}

@Suite struct `headroom baseline with more than meters` {
  /// Scenario V16: the days and reasons that an owner sees before he joins.
  @Test func `V16: leaves out the outages of a site, and shows its owner why`() throws {
    let home = FamilyHome { back, _ in back == 1 ? 9_000 : 1_000 }
    try World.make { world in
      let excluded = try world.file(
        "out.csv",
        "site_id,from,to,why\nS-1,2025-08-13,2025-08-13,outage\nS-2,2025-08-01,2025-08-12,\n")
      let outcome = try FamilyHome.run(
        world, meters: home.rows(), more: ["--excluded", excluded, "--explain"])
      let meter = try outcome.meters()[0]
      #expect(
        meter["days"] as? [String] == [
          "2025-08-12", "2025-08-11", "2025-08-10", "2025-08-09", "2025-08-08",
        ])
      let explanation = try #require(meter["explanation"] as? [String: Any])
      let days = try #require(explanation["days"] as? [[String: Any]])
      #expect(days[0]["state"] as? String == "excluded")
      #expect(days[0]["reason"] as? String == "excludedDay")
      #expect(days[1]["weight"] as? String == "1/5")
      #expect(days[1]["meanKWh"] as? String == "1")
      #expect(explanation["isComplete"] as? Bool == true)
      let wrong = try world.file(
        "out.csv", "site_id,from,to\n,2025-08-13,2025-08-12\nS-1,x,2025-08-13\n")
      let refused = try FamilyHome.run(world, meters: home.rows(), more: ["--excluded", wrong])
      #expect(refused.status == 65)
      #expect(refused.notes.contains("out.csv:2: to is 2025-08-12; allowed: not before from"))
      #expect(refused.notes.contains("out.csv:3: from is x; allowed: a date YYYY-MM-DD"))
    }
  }

  static let plan =
    "site_id,start,duration_min,kwh,declared_at\n"
    + "S-1,2025-08-14T17:00:00,60,100,2025-08-14T10:00:00\n"
    + "S-1,2025-08-14T18:00:00,60,100,2025-08-14T10:00:00\n"
    + "S-1,2025-08-14T17:00:00,60,150,2025-08-14T16:00:00\n"
    + "S-1,2025-08-14T18:00:00,60,150,2025-08-14T16:00:00\n"
  static let declared = FamilyHome.policy(baseline: "{kind: declared, gateClosureMinutes: 120}")
  static let twoHours =
    "event_id,start,end\nE-1,2025-08-14T17:00:00,2025-08-14T19:00:00\n"

  /// Scenario V2: a schedule that was changed after it was frozen.
  @Test func `V2: measures against the schedule that was frozen`() throws {
    // V2: plan 100 kW; measured 85 and 78. What came after gate closure is turned away.
    let home = FamilyHome(days: 1) { _, minute in
      minute == 1_020 ? 85_000 : minute == 1_080 ? 78_000 : 50_000
    }
    try World.make { world in
      let plan = try world.file("plan.csv", Self.plan)
      let policy = try world.file("policy.yaml", Self.declared)
      let events = try world.file("events.csv", Self.twoHours)
      let freeze = try Program.run([
        "baseline", "--freeze", "--schedule", plan, "--policy", policy, "--event", events,
      ])
      #expect(freeze.status == 0)
      #expect(freeze.notes.contains("S-1: gateClosed: what it declared at 2025-08-14T23:00:00Z"))
      let frozen = try world.file("frozen.csv", freeze.output)
      let more = ["--schedule", plan, "--frozen", frozen]
      let outcome = try FamilyHome.run(
        world, meters: home.rows(), policy: Self.declared, events: Self.twoHours, more: more)
      let meter = try outcome.meters()[0]
      #expect(meter["reductionKWh"] as? String == "37")
      #expect(meter["verdict"] as? String == "verified")
      // The plan is changed afterwards: its digest is not the one that was recorded.
      try world.file("plan.csv", Self.plan.replacingOccurrences(of: ",100,", with: ",110,"))
      let changed = try FamilyHome.run(
        world, meters: home.rows(), policy: Self.declared, events: Self.twoHours, more: more)
      #expect(try changed.meters()[0]["reason"] as? String == "scheduleChanged")
      // Nothing was frozen for the site: nothing was declared.
      try world.file("frozen.csv", "event_id,site_id,sha256\n")
      let none = try FamilyHome.run(
        world, meters: home.rows(), policy: Self.declared, events: Self.twoHours, more: more)
      #expect(try none.meters()[0]["reason"] as? String == "notDeclared")
    }
  }

  @Test func `freezes the published example`() throws {
    try World.make { world in
      let plan = try world.file(
        "plan.csv",
        "site_id,start,duration_min,kwh,declared_at\n"
          + "S-00001,2026-07-15T17:00:00+03:00,60,100,2026-07-15T08:00:00Z\n"
          + "S-00001,2026-07-15T18:00:00+03:00,60,100,2026-07-15T08:00:00Z\n")
      let outcome = try Program.run([
        "baseline", "--freeze", "--json", "--schedule", plan, "--policy",
        try world.file("policy.yaml", Self.declared), "--event",
        try world.file(
          "events.csv",
          "event_id,start,end\nE-1,2026-07-15T14:00:00Z,2026-07-15T16:00:00Z\n"),
      ])
      #expect(
        outcome.output.contains(
          "d4fd82adeb98ed3a35a9327e1b7d7aa7f9fa183649f459fc890f6ad706171562"))
      #expect(outcome.output.contains(#""gateClosure":"2026-07-15T12:00:00Z""#))
    }
  }

  @Test func `refuses schedules, digests and claims that are no such files`() throws {
    try World.make { world in
      let plan = try world.file(
        "plan.csv",
        "site_id,start,duration_min,kwh,declared_at\nS-1,2025-08-14T17:00:00,60,1.000001,x\n"
          + "S-1,2025-08-14T17:00:00,60,1,2025-08-14T10:00:00\n"
          + "S-1,2025-08-14T17:30:00,60,1,2025-08-14T10:00:00\n")
      let frozen = try world.file(
        "frozen.csv", "event_id,site_id,sha256\nE-1,S-1,abc\n")
      let claims = try world.file(
        "claims.csv",
        "programme_id,event_id,meter_id,start,end,direction\n"
          + "p,E-1,S-1,2025-08-14T10:00:00Z,2025-08-14T10:00:00Z,import\n"
          + "p,E-1,S-1,2025-08-14T10:00:00Z,2025-08-14T11:00:00Z,both\n")
      let outcome = try FamilyHome.run(
        world, meters: FamilyHome(days: 1).rows(), policy: Self.declared,
        more: ["--schedule", plan, "--frozen", frozen, "--claims", claims])
      #expect(outcome.status == 65)
      for part in [
        "plan.csv:2: kwh is 1.000001; allowed: kilowatt-hours with at most five decimals",
        "plan.csv:2: declared_at is x", "plan.csv:4: start is", "frozen.csv:2: sha256 is abc",
        "claims.csv:2: end is 2025-08-14T10:00:00Z; allowed: after start",
        "claims.csv:3: direction is both; allowed: import or export",
      ] { #expect(outcome.notes.contains(part), "\(part) is not in \(outcome.notes)") }
      let alone = try FamilyHome.run(
        world, meters: FamilyHome(days: 1).rows(), more: ["--frozen", frozen])
      #expect(alone.notes.contains("allowed: only beside --schedule"))
    }
  }

  /// Scenario V18: refused, naming the first.
  @Test func `V18: verifies no energy that was claimed before, and names the first`() throws {
    let home = FamilyHome { back, _ in back == 0 ? 400 : 1_000 }
    try World.make { world in
      let claims = world.folder + "/claims.csv"
      let first = try FamilyHome.run(world, meters: home.rows(), more: ["--write-claims", claims])
      #expect(try first.meters()[0]["verdict"] as? String == "verified")
      // The same programme and event may be measured again.
      let again = try FamilyHome.run(world, meters: home.rows(), more: ["--claims", claims])
      #expect(try again.meters()[0]["verdict"] as? String == "verified")
      let other = FamilyHome.policy().replacingOccurrences(of: "id: family", with: "id: other")
      let second = try FamilyHome.run(
        world, meters: home.rows(), policy: other, more: ["--claims", claims])
      let meter = try second.meters()[0]
      #expect(meter["reason"] as? String == "alreadyClaimed")
      #expect(meter["sentence"] as? String == "family, event E-1, claimed this energy first.")
      #expect(second.status == 1)
    }
  }

  @Test func `shows the fleet as one meter beside the sum of the homes`() throws {
    // High 1 of 2: home A used 5 then 1, home B 1 then 5. Together 10, as one meter 6.
    let a = FamilyHome(days: 2, site: "A") { back, _ in [0, 5_000, 1_000][back] }
    let b = FamilyHome(days: 2, site: "B") { back, _ in [0, 1_000, 5_000][back] }
    let baseline =
      "{kind: dayMatching, dayClasses: all, selection: {all: {choose: high, x: 1, y: 2}}}"
    try World.make { world in
      let outcome = try FamilyHome.run(
        world, meters: a.rows() + b.rows(), policy: FamilyHome.policy(baseline: baseline))
      let object = try outcome.object()
      #expect(object["sumOfHomesJ"] as? Int == 36_000_000)
      #expect((object["fleet"] as? [String: Any])?["reductionKWh"] as? String == "6")
      #expect(object["aggregate"] as? String == "sumOfHomes")
      let fleet = FamilyHome.policy(
        measurement:
          "{mode: premises, exports: counted, intervalMinutes: 60, aggregate: fleet}",
        baseline: baseline)
      let arguments = [
        "--meters", world.folder + "/meters.csv", "--event", world.folder + "/events.csv",
        "--policy", try world.file("fleet.yaml", fleet),
      ]
      #expect(
        try Program.run(["baseline"] + arguments).output
          .contains("as one meter 6.0000 kWh; by the policy this counts"))
      let settle = try Program.run(
        ["settle", "--fleet", try world.file("f.csv", CaseFiles.fleet)] + arguments)
      #expect(settle.status == 65)
      #expect(settle.notes.contains("measurement.aggregate is fleet; allowed: sumOfHomes"))
    }
  }

  @Test func `V20: flags two enrolments behind one service point`() throws {
    let home = FamilyHome { back, _ in back == 0 ? 400 : 1_000 }
    try World.make { world in
      let fleet = try world.file(
        "fleet.csv",
        World.fleetHeader.dropLast() + ",site_meter_id\n"
          + "B-1,G-1,H-1,O-1,N-1,1000,500,500,100,20,,80,S-1\n"
          + "B-2,G-2,H-2,O-2,N-1,1000,500,500,100,20,,80,S-1\n")
      let outcome = try FamilyHome.run(world, meters: home.rows(), more: ["--fleet", fleet])
      let meters = try outcome.meters()
      #expect(meters.count == 2)
      for (meter, other) in zip(meters, ["H-2", "H-1"]) {
        #expect((meter["flags"] as? [String])?.contains("splitSites") == true)
        let evidence = try #require(meter["evidence"] as? [[String: Any]])
        #expect(evidence[0]["evidence"] as? String == "with \(other)")
        #expect(evidence[0]["holdsPayment"] as? Bool == true)
      }
    }
  }

  @Test func `takes homes that were drawn not to be asked as the baseline`() throws {
    var rows = ""
    for number in 1...40 {
      let site = "S-000" + String(format: "%02d", number)
      // 2026-summer draws S-00005 and others; the treated ones give 0.4 kWh.
      rows +=
        FamilyHome(days: 25, site: site) { back, minute in
          1_000 + (back % 7) * 100 + minute
            - (back == 0 && minute == 1_020 && number != 5 ? 400 : 0)
        }.rows()
    }
    let policy = FamilyHome.policy(baseline: "{kind: controlGroup, control: {minimumHomes: 1}}")
    try World.make { world in
      let more = ["--control-salt", "2026-summer", "--control-share", "3630"]
      let outcome = try FamilyHome.run(world, meters: rows, policy: policy, more: more)
      let meters = try outcome.meters()
      let names = meters.compactMap { $0["meterId"] as? String }
      #expect(names.contains("S-00001") && !names.contains("S-00005"))
      let none = try FamilyHome.run(world, meters: rows, policy: policy)
      #expect(try none.meters()[0]["reason"] as? String == "controlGroupInvalid")
    }
  }
}
