import Grid
import Testing

@testable import Engine

@Suite struct `The curve of an event` {
  static func report(_ row: Int, _ clock: String, _ watts: Int64) -> Input {
    .telemetry(
      [
        Telemetry(
          battery: World.battery(row), at: World.at(clock), discharge: Power(watts: watts),
          charge: Percent(whole: 70)!, state: .discharging)
      ], from: World.gateway(row))
  }

  /// Two batteries of 1,080 W; one reports at once, the other a minute late.
  static func world(_ pace: Int64) -> World {
    var world = World(2, at: World.at("16:56"))
    _ = world.accept(World.signal(to: World.at("17:10")), World.at("16:57"))
    let moments: [(String, [Input])] = [
      ("17:00:05", [report(0, "17:00:05", 5_000)]),
      ("17:01:00", [report(1, "17:01:00", 4_000)]),
      ("17:05:20", [report(0, "17:05:20", 4_500)]),
    ]
    for (clock, inputs) in moments {
      var now = world.engine.now
      while now.adding(seconds: pace) < World.at(clock) {
        now = now.adding(seconds: pace)
        _ = world.run(until: now)
      }
      _ = world.run(until: World.at(clock).adding(seconds: -1))
      _ = world.tell(inputs, World.at(clock))
    }
    _ = world.run(until: World.at("17:30"))
    return world
  }

  @Test func `says every ten seconds what was heard, asked and promised`() {
    let curve = Self.world(3_600).record().curve
    #expect(curve.first?.at == World.at("17:00") && curve.last?.at == World.at("17:15"))
    #expect(curve.count == 91)
    func delivered(_ clock: String) -> Int64? {
      curve.first { $0.at == World.at(clock) }?.delivered.watts
    }
    #expect(delivered("17:00:00") == 0)
    #expect(delivered("17:00:10") == 5_000)
    // What came at 17:01:00 is not known before.
    #expect(delivered("17:01:00") == 5_000)
    #expect(delivered("17:01:10") == 9_000)
    // Heard 180 s ago at 17:03:05 and 17:04:00.
    #expect(delivered("17:03:10") == 4_000)
    #expect(delivered("17:04:10") == 0)
    #expect(delivered("17:05:30") == 4_500)
    // 10 % of 10,800 Wh in 10 minutes are 6,480 W; the rating is 5 kW.
    let during = curve.filter { $0.at < World.at("17:10") }
    #expect(during.allSatisfy { $0.target == Power(watts: 12_960) })
    #expect(during[0].committed == Power(watts: 10_000))
    #expect(curve[0].commands == 2)
    #expect(curve.dropFirst().allSatisfy { $0.commands == 0 })
    #expect(curve.last?.target == .zero && curve.last?.committed == .zero)
  }

  @Test(arguments: [1, 7, 60] as [Int64])
  func `does not depend on how often nothing happened`(pace: Int64) {
    #expect(Self.world(pace).record().curve == Self.world(3_600).record().curve)
  }
}
