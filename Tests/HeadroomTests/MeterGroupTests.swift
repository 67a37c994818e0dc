import Foundation
import Testing

@Suite struct `Readings that leave in groups` {
  /// Quarter hours of one meter in Los Angeles over a local day and a day around it; the n-th has
  /// n watt-hours, one of them is missing where `hole` says so.
  private static func file(_ day: String, hole: Int? = nil) throws -> String {
    let format = ISO8601DateFormatter()
    let noon = try #require(format.date(from: "\(day)T12:00:00Z"))
    var text = "meter_id,start,duration_min,import_kwh,export_kwh,quality\n"
    for number in 0..<3 * 96 {
      let start = format.string(from: noon.addingTimeInterval(Double(number - 96) * 900))
      text += number == hole ? "H-1,\(start),15,,,M\n" : "H-1,\(start),15,0.\(1_000 + number),0,A\n"
    }
    return text
  }

  /// The groups of one day.
  private static func groups(
    _ world: World, _ into: String, _ day: String, _ group: String
  ) throws -> [[String: Any]] {
    let outcome = try Program.run([
      "meter", "export", "--readings", into, "--from", day, "--to", day, "--zone",
      "America/Los_Angeles", "--group", group, "--json",
    ])
    try #require(outcome.status == 0, "\(outcome.notes)")
    return try #require(try outcome.object()["groups"] as? [[String: Any]])
  }

  @Test(arguments: [("2025-03-09", 23), ("2025-11-02", 25), ("2025-08-14", 24)])
  func `are those of the local day, and sum to the same however they are grouped`(
    _ day: String, _ hours: Int
  ) throws {
    try World.make { world in
      let into = world.folder + "/readings.db"
      let path = try world.file("quarters.csv", try Self.file(day))
      #expect(try Program.run(["meter", "import", "--into", into, path]).status == 0)
      let halves = try Self.groups(world, into, day, "30m")
      let whole = try Self.groups(world, into, day, "1h")
      let one = try Self.groups(world, into, day, "1d")
      #expect(halves.count == 2 * hours && whole.count == hours && one.count == 1)
      let sums = [halves, whole, one].map { $0.compactMap { $0["importJ"] as? Int }.reduce(0, +) }
      #expect(sums[0] == sums[1] && sums[1] == sums[2])
      // Local midnight is 08:00 or 07:00 UTC, so quarter 80 or 76 of those from noon of the day
      // before; a quarter n has 0.1 kWh and n tenths of a watt-hour.
      let first = day == "2025-03-09" ? 80 : 76
      let count = 4 * hours
      let tenths = 1_000 * count + first * count + count * (count - 1) / 2
      #expect(sums[2] == tenths * 360)
    }
  }

  @Test func `miss a part and say what is known beside it`() throws {
    try World.make { world in
      let into = world.folder + "/readings.db"
      let path = try world.file("quarters.csv", try Self.file("2025-08-14", hole: 77))
      #expect(try Program.run(["meter", "import", "--into", into, path]).status == 0)
      let hours = try Self.groups(world, into, "2025-08-14", "1h")
      #expect(hours[0]["importJ"] is NSNull && hours[0]["quality"] as? String == "M")
      // Quarters 76, 78 and 79: 0.1076, 0.1078 and 0.1079 kWh.
      #expect(hours[0]["knownImportJ"] as? Int == 3_233 * 360)
      #expect(hours[0]["missingIntervals"] as? Int == 1)
      #expect(hours.dropFirst().allSatisfy { $0["importJ"] is Int })
    }
  }
}
