import Foundation
import Testing

@Suite struct `headroom policy backtest` {
  /// Two homes of 1 kWh an hour; the first takes 0.7 kWh in both events, whatever a battery does,
  /// and the second has no history.
  static func meters() -> String {
    FamilyHome.header
      + FamilyHome(days: 30) { back, minute in
        back < 2 && (1_020..<1_140).contains(minute) ? 700 : 1_000
      }.rows() + FamilyHome(days: 1, site: "S-2").rows()
  }

  static let events =
    "event_id,start,end,target_kw\nE-0,2025-08-13T17:00:00,2025-08-13T19:00:00,1\n"
    + "E-1,2025-08-14T17:00:00,2025-08-14T19:00:00,1\n"

  /// The meter may differ from the battery by what the home itself does.
  private static let policy = FamilyHome.policy(
    measurement: "{mode: premises, exports: counted, intervalMinutes: 60,"
      + " reconcile: {percent: 5, kWh: 8}}")

  private static func arguments(_ world: World, _ policies: [String]) throws -> [String] {
    ["policy", "backtest"] + policies + [
      "--meters", try world.file("m.csv", meters()), "--events", try world.file("e.csv", events),
    ]
  }

  private static func homes(_ world: World) throws -> [String] {
    ["--homes", try world.file("h.csv", `headroom compare`.homes)]
  }

  @Test func `pays what was asked, and says what is paid for nothing, by event and home`() throws {
    try World.make { world in
      let policy = try world.file("p.yaml", Self.policy)
      let arguments = try Self.arguments(world, [policy]) + Self.homes(world)
      let outcome = try Program.run(arguments + ["--json"])
      #expect(outcome.status == 0, "\(outcome.notes)")
      let policies = try #require(try outcome.object()["policies"] as? [[String: Any]])
      let all = try #require(policies.first?["all"] as? [String: Any])
      // 500 W each for two hours and two events. The first home's meter falls by 0.3 kWh an hour
      // without its battery and by 0.8 with it; 1.6 kWh an event are paid up to 1 kWh.
      #expect(all["committedJ"] as? Int == 4 * 3_600_000)
      #expect(all["verifiedJ"] as? Int == 11_520_000)
      #expect(all["paid"] as? String == "2.00")
      #expect(all["forNothing"] as? String == "1.20")
      #expect(all["perKilowattHour"] as? String == "0.6250")
      #expect(all["ownerLeast"] as? String == "0.00")
      #expect(all["ownerMedian"] as? String == "0.00")
      #expect(all["ownerMost"] as? String == "2.00")
      let events = try #require(policies.first?["events"] as? [[String: Any]])
      let homes = try #require(events.first?["homes"] as? [[String: Any]])
      #expect(homes.map { $0["forNothing"] as? String } == ["0.60", "0.00"])
      #expect(homes.map { $0["doubt"] as? String } == [nil, "refused tooFewDays"])
      let text = try Program.run(arguments).output
      #expect(text.contains("family 1: paid for nothing, USD"))
      #expect(text.contains("S-1   0.60  0.60  1.20"))
      #expect(text.contains("1 refused tooFewDays"))
    }
  }

  @Test func `its tables add up to the same`() throws {
    try World.make { world in
      let policy = try world.file("p.yaml", Self.policy)
      let arguments = try Self.arguments(world, [policy]) + Self.homes(world)
      let rows = try Program.run(arguments + ["--format", "csv"]).output.split(separator: "\n")
      #expect(rows.count == 3)
      let homes = try Program.run(arguments + ["--format", "homes"]).output
        .split(separator: "\n").dropFirst()
        .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      #expect(homes.count == 4)
      #expect(homes.compactMap { Int($0[9]) }.reduce(0, +) == 11_520_000)
      #expect(homes.map { String($0[10]) } == ["1.00", "0.00", "1.00", "0.00"])
    }
  }

  @Test func `a policy that takes no such event says why and stops nothing`() throws {
    try World.make { world in
      let policy = try world.file("p.yaml", Self.policy)
      let other = try world.file(
        "q.yaml",
        Self.policy.replacingOccurrences(of: "id: family", with: "id: short")
          .replacingOccurrences(of: "maximumMinutes: 480", with: "maximumMinutes: 60"))
      let arguments = try Self.arguments(world, [other, policy]) + Self.homes(world)
      let outcome = try Program.run(arguments + ["--against", policy])
      #expect(outcome.status == 0)
      #expect(outcome.output.contains("not taken: durationNotAllowed: 120 min; allowed: 60 to 60"))
      #expect(outcome.output.contains("family  all"))
      #expect(
        outcome.output.contains(
          "short: -3.2000 kWh verified, -2.00 USD to pay; owners of 0 homes get more, of 1 less"))
    }
  }

  @Test func `a fleet's readings are taken as they are, or as null events`() throws {
    try World.make { world in
      let policy = try world.file("p.yaml", Self.policy)
      let fleet = try world.file(
        "f.csv", World.fleetHeader + "S-1-b,g,S-1,o,n,6400,3000,3000,100,20,,80\n")
      let arguments = try Self.arguments(world, [policy]) + ["--fleet", fleet]
      let json = try Program.run(arguments + ["--json"]).object()
      let all = ((json["policies"] as? [[String: Any]])?.first?["all"]) as? [String: Any]
      // 1 kW for two hours are asked of it; its meter fell by 0.6 kWh.
      #expect(all?["committedJ"] as? Int == 4 * 3_600_000)
      #expect(all?["paid"] as? String == "1.20")
      #expect(all?["forNothing"] is NSNull)
      let null = try Program.run(arguments + ["--json", "--null"]).object()
      let idle = ((null["policies"] as? [[String: Any]])?.first?["all"]) as? [String: Any]
      #expect(idle?["forNothing"] as? String == "1.20")
    }
  }

  @Test func `promised power is paid by the month when homes say what they promised`() throws {
    try World.make { world in
      let policy = try world.file(
        "p.yaml",
        Self.policy.replacingOccurrences(
          of: "excusals: [],",
          with: "excusals: [], availability: {rate: {amount: 10, per: kW-month},"
            + " performance: {measure: meanOfEvents}},"))
      let fleet = try world.file(
        "f.csv", World.fleetHeader + "S-1-b,g,S-1,o,n,6400,3000,3000,100,20,,80\n")
      let arguments = try Self.arguments(world, [policy]) + ["--fleet", fleet]
      #expect(
        try Program.run(arguments).output.contains("not taken: site S-1 has no committed power"))
      func promises(_ row: String) throws -> [String] {
        ["--promises", try world.file("h.csv", "site_id,owner_id,committed_kw\n\(row)\n")]
      }
      let paid = try Program.run(arguments + promises("S-1,o,0.5") + ["--json"])
      #expect(paid.status == 0, "\(paid.notes)")
      let found = (try paid.object()["policies"] as? [[String: Any]])?.first
      // 0.3 of 1 kW in both events: 0.5 kW × 10.00 × 30 %, beside 1.20 kWh at 1.00.
      #expect((found?["periods"] as? [String: String]) == ["2025-08": "1.50"])
      #expect((found?["all"] as? [String: Any])?["paid"] as? String == "1.20")
      for (row, allowed) in [("S-9,o,1", "sites of the fleet"), ("S-1,else,1", "owner o")] {
        let refused = try Program.run(arguments + promises(row))
        #expect(refused.status == 65 && refused.output.isEmpty)
        #expect(refused.notes.contains("h.csv: site \(row.prefix(3)) of owner"))
        #expect(refused.notes.contains("allowed: \(allowed)"))
      }
    }
  }

  @Test func `bad files are all named, and nothing is printed`() throws {
    try World.make { world in
      let policy = try world.file("p.yaml", Self.policy + "surprise: 1\n")
      var arguments = try Self.arguments(world, [policy]) + Self.homes(world)
      try world.file("e.csv", "event_id,start,end\nE-0,yesterday,2025-08-13T19:00:00\n")
      let outcome = try Program.run(arguments)
      #expect(outcome.status == 65)
      #expect(outcome.output.isEmpty)
      #expect(outcome.notes.contains("surprise"))
      #expect(outcome.notes.contains("yesterday"))
      arguments += ["--fleet", "f.csv"]
      #expect(try Program.run(arguments).status == 64)
      #expect(try Program.run(Array(arguments.dropLast(4))).status == 64)
    }
  }
}

extension `headroom policy backtest` {
  @Test(.enabled(if: RealHomes.meters != nil))
  func `six real events come to the documented figures`() throws {
    func path(_ name: String) -> String { RealHomes.folder.appending(path: name).path }
    let outcome = try Program.run([
      "policy", "backtest", "--json", "--meters", path("meters_ca.csv.gz"), "--homes",
      path("homes.csv"), "--events", path("events_ca.csv"),
      Program.root.appending(path: "policies/surge-hourly.yaml").path,
    ])
    #expect(outcome.status == 0, "\(outcome.notes)")
    let policies = try #require(try outcome.object()["policies"] as? [[String: Any]])
    let all = try #require(policies.first?["all"] as? [String: Any])
    #expect(all["committedJ"] as? Int == 118_869_315)
    #expect(all["verifiedJ"] as? Int == -351_588_173)
    #expect(all["paid"] as? String == "28.59")
    #expect(all["penalty"] as? String == "17.22")
    // A premises baseline with `capAtDeviceOutput` pays nothing where no battery moved.
    #expect(all["forNothing"] as? String == "0.00")
  }

  /// The six events under a draft that pays whatever its baseline says.
  @Test(
    "S19: a draft over the six recorded events prints what is paid for nothing; nothing is posted",
    .enabled(if: RealHomes.meters != nil))
  func scenario() throws {
    func path(_ name: String) -> String { RealHomes.folder.appending(path: name).path }
    try World.make { world in
      let shipped = try String(
        contentsOf: Program.root.appending(path: "policies/surge-hourly.yaml"), encoding: .utf8)
      let draft = shipped.replacingOccurrences(
        of: "capAtDeviceOutput: true", with: "capAtDeviceOutput: false"
      ).replacingOccurrences(
        of: "\nreward:\n", with: "\nreward:\n  toBeConfirmed: {premium: the rate is not agreed}\n")
      #expect(draft != shipped)
      let policy = try world.file("draft.yaml", draft)
      let before = try FileManager.default.contentsOfDirectory(atPath: world.folder).sorted()
      let outcome = try Program.run([
        "policy", "backtest", "--json", "--meters", path("meters_ca.csv.gz"), "--homes",
        path("homes.csv"), "--events", path("events_ca.csv"), "--target-kw", "5", policy,
      ])
      #expect(outcome.status == 0, "\(outcome.notes)")
      #expect(outcome.notes.contains("draft.yaml: a draft: it can be tried, but serve refuses it"))
      let policies = try #require(try outcome.object()["policies"] as? [[String: Any]])
      let events = try #require(policies.first?["events"] as? [[String: Any]])
      // As docs/BACKTEST.md has it: by event, and by home and event.
      #expect(
        events.map { $0["forNothing"] as? String } == [
          "3.91", "3.69", "4.37", "5.50", "5.94", "3.00",
        ])
      let homes = events.map { event in
        (event["homes"] as? [[String: Any]] ?? []).first { $0["siteId"] as? String == "H-CA11" }
      }
      #expect(
        homes.map { $0?["forNothing"] as? String } == [
          "0.46", "0.46", "0.69", "0.91", "0.91", "0.19",
        ])
      let all = try #require(policies.first?["all"] as? [String: Any])
      #expect(all["forNothing"] as? String == "26.41")
      // Nothing is posted: there is no ledger, and no file that was not there before.
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: world.folder).sorted() == before)
    }
  }
}
