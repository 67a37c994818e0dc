import Engine
import Fleet
import Foundation
import Grid
import Policies
import Testing

@testable import Controller

/// C5 and S3 with simulated gateways, two of which hear nothing.
@Suite struct `A notice of the day before` {
  static func at(_ clock: String, day: Int = 15) -> Timestamp {
    Timestamp(rfc3339: "2026-09-\(day)T\(clock)Z")!
  }

  @Test func `C5: comes at once, again until ackBy, and who never had it is unnotified`()
    async throws
  {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var text = ""
    let start = Self.at("17:00:00")
    var world = try PretendWorld(
      scenario: "peak-power", policy: "surge-ten-percent", batteries: 4, before: start,
      minutes: 1_441,
      change: {
        $0.battery.chargePercent = Percent(whole: 80)!
        $0.faults.deaf = Percent(whole: 50)!
      },
      edit: {
        text = `Two events that share a fleet`.measuredByDevice($0).replacing(
          "late: refuse ", with: "reminderMinutes: [15, 720, 60]\n  late: refuse ")
        return text
      })
    let policy = try Policy.load(bytes: Array(text.utf8), file: "policy.yaml")
    let counter = try Counter(world, policy, in: folder, funded: 100)
    world.cover = counter.cover
    let signalled = Self.at("18:00:00", day: 14)
    world.run(to: signalled)
    world.signal(
      .init(
        window: Window(start: start, end: start.adding(seconds: 3_600))!, level: 2,
        request: .power(Power(watts: 4_000))))
    func notices() -> [BatteryID: [Timestamp]] {
      var sent: [BatteryID: [Timestamp]] = [:]
      for case (let at, .notice(let notice, _)) in world.effects {
        sent[notice.battery, default: []].append(at)
      }
      return sent
    }
    #expect(notices().values.allSatisfy { $0 == [signalled] } && notices().count == 4)

    // The day of the event, an hour before it.
    world.run(to: Self.at("16:00:30"))
    let fleet = world.fleet.enrolment
    let record = try #require(world.record)
    let undelivered = EventStory.undelivered(record, fleet: fleet)
    let deaf = undelivered.map(\.battery.battery)
    #expect(deaf.count == 2)
    #expect(undelivered.allSatisfy { $0.sentAt == signalled && !$0.isUnnotified })
    for (battery, times) in notices() {
      guard deaf.contains(battery) else {
        #expect(times == [signalled])
        continue
      }
      // After 1, 5 and 15 minutes and then hourly, each up to a fifth later, and twice as told.
      #expect(times.contains(Self.at("05:00:00")) && times.contains(Self.at("16:00:00")))
      #expect((1...72).contains(times[1].seconds(since: signalled) - 59))
      #expect((18...27).contains(times.count))
    }
    world.run(to: Self.at("18:16:00"))
    let last = notices().filter { deaf.contains($0.key) }.values.map { $0.last! }
    #expect(last.allSatisfy { $0 >= Self.at("16:45:00") && $0 < start })
    #expect(deaf.allSatisfy { notices()[$0]!.contains(Self.at("16:45:00")) })
    let after = EventStory.undelivered(try #require(world.record), fleet: fleet)
    #expect(after.map(\.battery.battery) == deaf && after.allSatisfy { $0.isUnnotified })

    // S3: 0 of 1 kWh was delivered, and nothing is charged; the others get 2.00 each.
    try await counter.settle("peak", of: world)
    for battery in fleet {
      let isDeaf = deaf.contains(battery.battery)
      #expect(counter.holds("owner:\(battery.owner)") ?? "0.00" == (isDeaf ? "0.00" : "2.00"))
      let lines = try counter.rows("lines", of: "peak").filter {
        $0["site_id"].map(String.init) == battery.site.text
      }
      let penalty = lines.first { $0["line_type"] == "penalty" }
      #expect(penalty?["charged"] ?? "0.00" == "0.00")
      #expect(penalty?["reason"] == (isDeaf ? "unnotified" : nil))
    }
  }
}
