import Engine
import Fleet
import Grid
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
    let start = Self.at("17:00:00")
    try await Counter.world(
      batteries: 4, before: start, minutes: 1_441,
      change: { $0.faults.deaf = Percent(whole: 50)! },
      edit: {
        $0.replacing("late: refuse ", with: "reminderMinutes: [15, 720, 60]\n  late: refuse ")
      }
    ) { world, counter in
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

  /// An owner leaves when his notice comes, half an hour before the start.
  @Test(arguments: [(15, false), (60, true)])
  func `that is answered by leaving is a missed event when it came too late for the policy`(
    _ minutes: Int, _ isMissed: Bool
  ) async throws {
    let start = Self.at("17:00:00")
    try await Counter.world(
      batteries: 2, before: start, minutes: 45,
      change: { $0.faults.optOut = Percent(whole: 50)! },
      edit: {
        $0.replacing(
          "{until: end}",
          with: "{until: minutesBeforeStart, minutesBeforeStart: \(minutes)}")
      }
    ) { world, counter in
      world.run(to: start.adding(seconds: -1_800))
      world.signal(
        .init(
          window: Window(start: start, end: start.adding(seconds: 3_600))!, level: 2,
          request: .power(Power(watts: 2_000))))
      world.run(to: start.adding(seconds: 4_600))
      #expect(world.fleet.totals.delivered > .zero)
      try await counter.settle("peak", of: world)
      let lines = try counter.rows("lines", of: "peak").filter { $0["line_type"] == "penalty" }
      // Who left in time has no part in the event. Of the other one's 0.9 of 1 kWh are missing at
      // 0.40, and he has earned nothing in the month.
      #expect(lines.count == (isMissed ? 1 : 0))
      let missed = lines.first { $0["reason"] == "penaltyCap" }
      #expect(missed?["amount"] == (isMissed ? "-0.36" : nil))
      #expect(missed?["charged"] == (isMissed ? "0.00" : nil))
    }
  }
}
