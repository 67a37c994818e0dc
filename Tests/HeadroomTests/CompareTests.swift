import Foundation
import Testing

@Suite struct `headroom compare` {
  /// A home that takes 1 kWh an hour, and 0.5 kWh more on the days of both events.
  static func meters() -> String {
    FamilyHome.header
      + FamilyHome(days: 30) { back, _ in back == 0 || back == 1 ? 1_500 : 1_000 }.rows()
      + FamilyHome(days: 1, site: "S-2").rows()
  }

  static let events =
    "event_id,start,end\nE-0,2025-08-13T17:00:00,2025-08-13T19:00:00\n"
    + "E-1,2025-08-14T17:00:00,2025-08-14T19:00:00\n"

  static let homes =
    "home_id,meter_id,battery_usable_kwh,max_discharge_kw,max_charge_kw,round_trip_eff,"
    + "min_reserve_pct,service_xfmr,data_class\n"
    + "S-1,S-1,6.4,3,3,0.9,20,n,clean\nS-2,S-2,6.4,3,3,0.9,20,n,young\n"

  private static func arguments(_ world: World) throws -> [String] {
    [
      "compare", "--meters", try world.file("m.csv", meters()), "--event",
      try world.file("e.csv", events), "--policy", try world.file("p.yaml", FamilyHome.policy()),
      "--homes", try world.file("h.csv", homes),
    ]
  }

  @Test func `says how far five methods are off, by class, and who is refused`() throws {
    try World.make { world in
      let outcome = try Program.run(try Self.arguments(world) + ["--json"])
      #expect(outcome.status == 0, "\(outcome.notes)")
      let rows = try #require(try outcome.object()["rows"] as? [[String: Any]])
      #expect(rows.count == 20)
      #expect(Set(rows.compactMap { $0["method"] as? String }).count == 5)
      let recent = try #require(
        rows.first {
          $0["method"] as? String == "10 recent" && $0["dataClass"] as? String == "clean"
        })
      // A baseline of 1 kWh against 1.5 kWh in each of two hours.
      #expect(recent["netJ"] as? Int == -3_600_000)
      #expect(recent["biasW"] as? Int == -500)
      #expect(recent["errorW"] as? Int == 500)
      #expect(recent["perEventJ"] as? Int == 0)
      let young = try #require(
        rows.first {
          $0["method"] as? String == "10 recent" && $0["dataClass"] as? String == "young"
        })
      #expect(young["refused"] as? Int == 1)
      #expect(young["biasW"] is NSNull)
      let text = try Program.run(try Self.arguments(world)).output
      #expect(text.contains("1 home with young data"))
      #expect(text.contains("S-2 refused: tooFewDays in E-0 ("))
    }
  }

  @Test func `takes the methods of policies, and refuses those without meters`() throws {
    try World.make { world in
      let two = FamilyHome.policy(
        baseline: "{kind: meterBeforeAfter, before: {minutes: 60}}"
      ).replacingOccurrences(of: "id: family", with: "id: around")
      let more = [
        "--with", try world.file("a.yaml", FamilyHome.policy()), "--with",
        try world.file("b.yaml", two), "--json",
      ]
      let outcome = try Program.run(try Self.arguments(world) + more)
      let rows = try #require(try outcome.object()["rows"] as? [[String: Any]])
      #expect(Set(rows.compactMap { $0["method"] as? String }) == ["family", "around"])
      let declared = try world.file(
        "c.yaml", FamilyHome.policy(baseline: "{kind: declared, gateClosureMinutes: 60}"))
      let refused = try Program.run(try Self.arguments(world) + ["--with", declared])
      #expect(refused.status == 65)
      #expect(
        refused.notes.contains("c.yaml: measurement.mode is premises with baseline.kind declared"))
    }
  }
}
