import Foundation
import Testing

@Suite struct `A demo of real homes` {
  private static let isPresent =
    RealHomes.meters != nil
    && ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto"]
      .contains(where: FileManager.default.fileExists)

  private static let policy = Program.root.appending(path: "policies/surge-hourly.yaml").path

  /// One event, so that the test is short; all homes and all their readings.
  @Test(.enabled(if: isPresent))
  func `settles what batteries on real load give, and holds the mis-wired home`() throws {
    try World.make { world in
      for name in ["homes.csv", "meters_ca.csv.gz", "gross_ca.csv.gz"] {
        try FileManager.default.createSymbolicLink(
          atPath: world.folder + "/" + name,
          withDestinationPath: RealHomes.folder.appending(path: name).path)
      }
      try world.file(
        "events_ca.csv",
        """
        event_id,level,issued,start,end
        CA-2017-05-03,emergency,2017-05-03T18:40:00-07:00,2017-05-03T19:00:00-07:00,\
        2017-05-03T21:00:00-07:00

        """)
      let outcome = try Program.run([
        "demo", "--data", world.folder, "--policy", Self.policy, "--json", "--keep",
        world.folder + "/out",
      ])
      #expect(outcome.status == 0, "\(outcome.notes)")
      let result = try outcome.object()
      let event = try #require((result["events"] as? [[String: Any]])?.first)
      let committed = try #require(event["committedJ"] as? Int)
      let delivered = try #require(event["deliveredJ"] as? Int)
      let verified = try #require(event["verifiedJ"] as? Int)
      // Twelve batteries of 6.4 kWh at 80 %: a tenth of it, less what is lost on the way out.
      #expect((19_700_000...19_907_000).contains(committed))
      #expect(delivered <= committed && delivered * 100 > committed * 99)
      #expect(verified > 0 && verified < delivered)
      let homes = try #require(event["homes"] as? [[String: Any]])
      let byName = Dictionary(uniqueKeysWithValues: homes.map { ($0["siteId"] as! String, $0) })
      #expect(byName.count == 12)
      #expect(byName["H-CA12"]?["standing"] as? String == "held")
      #expect(byName["H-CA12"]?["reason"] as? String == "meterSuspect")
      #expect(byName["H-CA14"]?["meterFindings"] as? [String] == ["weakExport"])
      #expect(byName["H-CA01"]?["standing"] as? String == "verified")
      let report = world.folder + "/out/reports/CA-2017-05-03/initial/report.html"
      #expect(FileManager.default.fileExists(atPath: report))
      #expect((result["falseCredit"] as? [Any])?.count == 9)
    }
  }

  @Test func `says what is wrong with its folder`() throws {
    try World.make { world in
      try world.file("homes.csv", "home_id\nH-1\n")
      let outcome = try Program.run([
        "demo", "--data", world.folder, "--policy", Self.policy,
      ])
      #expect(outcome.status == 65)
      #expect(outcome.output == "")
      #expect(outcome.notes.contains("homes.csv:1: meter_id is no such column"))
      #expect(outcome.notes.contains("events_ca.csv: file is not readable"))
      #expect(outcome.notes.contains("meters_ca.csv: no such file; allowed: meters_ca.csv or"))
    }
  }
}
