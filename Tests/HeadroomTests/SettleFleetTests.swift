import Foundation
import Testing

/// Two homes that owe 1.08 kWh each at 2.00; one delivers 4 kWh and one uses 0.4 kWh more.
@Suite struct `headroom settle of a fleet` {
  static func object(_ world: World, _ reward: String) throws -> [String: Any] {
    let policy = Home.changes + [("unit: home", "unit: fleet\n\(reward)")]
    let arguments = try Home.arguments("settle", world, policy: policy)
    let other = Home.meters(event: "5.4", site: "S-0043").split(separator: "\n").dropFirst()
    try world.file("meters.csv", Home.meters() + other.joined(separator: "\n") + "\n")
    let fleet = try world.file(
      "fleet.csv",
      World.fleetHeader + "b,g,S-0042,o,n,13500,5000,5000,100,20,,80\n"
        + "c,h,S-0043,p,n,13500,5000,5000,100,20,,80\n")
    let outcome = try Program.run(arguments + ["--fleet", fleet, "--json"])
    #expect(outcome.status == 0, "\(outcome.notes)")
    return try outcome.object()
  }

  // Together 3.6 kWh of 2.16 kWh: all of 4.32 is paid, and nobody is short.
  @Test(arguments: [
    ("  distribute: delivered", "4.32", ["S-0042": "4.32", "S-0043": "0.00"]),
    ("  distribute: committed", "4.32", ["S-0042": "2.16", "S-0043": "2.16"]),
    (
      "  distribute: equal\n  caps: {fleetPerEvent: 3.01}", "3.01",
      ["S-0042": "1.51", "S-0043": "1.50"]
    ),
  ])
  func `pays for the sum and divides it`(
    reward: String, paid: String, owners: [String: String]
  ) throws {
    try World.make { world in
      let object = try Self.object(world, reward)
      let parties = try #require(object["parties"] as? [String: String])
      #expect(parties == ["owner": paid, "payer": "-\(paid)"])
      let accounts = try #require(object["accounts"] as? [[String: Any]])
      #expect(accounts.count == 1)
      #expect(accounts[0]["siteId"] is NSNull)
      #expect(accounts[0]["owners"] as? [String: String] == owners)
      let lines = try #require(object["lines"] as? [[String: Any]])
      let premium = try #require(lines.first { $0["kind"] as? String == "premium" })
      #expect(premium["computed"] as? String == "4.32")
      #expect(premium["charged"] as? String == paid)
    }
  }
}
