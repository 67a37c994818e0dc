import Fleet
import Grid
import Testing

@Suite struct `A fault` {
  /// One battery with one fault, 1,080 W from 17:00 to 18:00, sent at 16:50.
  private func world(_ change: (inout Scenario) -> Void) -> FleetWorld {
    var world = FleetWorld(count: 1, change)
    world.send(FleetWorld.discharge(), at: "16:50")
    world.run(to: "18:30")
    return world
  }

  @Test func `offline is silent everywhere`() {
    var world = world { $0.faults.offline = .hundred }
    #expect(world.messages.isEmpty)
    #expect(world.fleet.births().isEmpty)
    #expect(world.delivered() == 0)
  }

  @Test func `deaf reports and never answers`() {
    var world = world { $0.faults.deaf = .hundred }
    world.send(notice, at: "18:30")
    #expect(world.answers.isEmpty)
    #expect(world.telemetry().allSatisfy { $0.state == .holding })
    #expect(world.records("m-00001").count == 10)
    #expect(world.fleet.births().count == 2)
    #expect(world.delivered() == 0)
  }

  @Test func `late hears late and begins late`() {
    let world = world {
      $0.faults.late = .hundred
      $0.faults.lateSeconds = 900
    }
    #expect(
      world.answers(to: 1).map(\.step) == [
        "received 17:05:00", "started 17:15:00", "completed 18:00:00",
      ])
    #expect(world.delivered() == 1_080 * 2_700)
  }

  @Test func `late beyond the last moment refuses, and beyond the window does nothing`() {
    var refused = FleetWorld {
      $0.faults.late = .hundred
      $0.faults.lateSeconds = 3_600
    }
    refused.send(FleetWorld.discharge(notAfter: "17:30"), at: "16:50")
    refused.run(to: "19:00")
    #expect(refused.answers(to: 1).map(\.step) == ["rejectedLate 17:50:00"])
    let idle = world {
      $0.faults.late = .hundred
      $0.faults.lateSeconds = 3_900
    }
    #expect(idle.answers(to: 1).map(\.step) == ["received 17:55:00", "noParticipation 18:00:00"])
    #expect(idle.delivered() == 0)
  }

  @Test func `partial promises all and gives a part, and its telemetry says so`() throws {
    let world = world {
      $0.faults.partial = .hundred
      $0.faults.partialPercent = 25
    }
    #expect(world.answers(to: 1)[1].accepted == Power(watts: 1_080))
    #expect(world.answers(to: 1).last?.delivered == Energy(wattHours: 270))
    #expect(world.telemetry().contains { $0.discharge == Power(watts: 270) })
    #expect(world.delivered() == 270 * 3_600)
  }

  @Test func `liar claims everything, and only the meters tell`() throws {
    let world = world { $0.faults.liar = .hundred }
    let honest = self.world { _ in }
    #expect(world.answers == honest.answers)
    #expect(world.telemetry() == honest.telemetry())
    #expect(world.delivered() == 0)
    #expect(world.fleet.totals.delivered == .zero)
    #expect(world.records("b-00001").allSatisfy { $0.registers!.exported == .zero })
    #expect(world.records("m-00001").allSatisfy { $0.energies!.imported == Energy(wattHours: 100) })
    #expect(honest.records("m-00001") != world.records("m-00001"))
  }

  @Test(arguments: [(120, "16:58"), (-120, "17:02")] as [(Int64, String)])
  func `clock skew begins and ends at the gateway's own time`(seconds: Int64, start: String) {
    var world = FleetWorld {
      $0.faults.clockSkew = .hundred
      $0.faults.clockSkewSeconds = seconds
    }
    world.send(FleetWorld.discharge(), at: "16:50")
    let begins = FleetWorld.at(start)
    world.run(to: start)
    #expect(world.fleet.totals.started == 1)
    #expect(world.answers(to: 1).last?.at == FleetWorld.at("17:00"))
    world.run(to: "18:30")
    #expect(world.answers(to: 1).last?.step == "completed 18:00:00")
    #expect(world.delivered() == 1_080 * 3_600)
    // The meter's clock is right.
    let given = world.records("b-00001").filter { $0.energies!.exported! > .zero }
    #expect(given.first!.window.contains(begins))
  }

  @Test func `opt-out answers the notice and declines the commands of that event`() {
    var world = FleetWorld { $0.faults.optOut = .hundred }
    let answers = world.send(notice, at: "16:10")
    #expect(answers.map(\.status) == [.received, .optOut])
    #expect(answers.map(\.reason) == [nil, "ownerOverride"])
    #expect(world.send(notice, at: "16:11").map(\.status) == [.optOut])
    #expect(world.send(FleetWorld.discharge(), at: "16:50").map(\.status) == [.optOut])
    // An event without notice is obeyed.
    world.send(FleetWorld.discharge(seq: 2, event: "other"), at: "16:50")
    world.run(to: "18:00")
    #expect(world.statuses(2) == [.received, .started, .completed])
    #expect(world.delivered() == 1_080 * 3_600)
  }

  private var notice: Notice {
    Notice(
      event: EventID("peak")!, battery: FleetWorld.battery(1), revision: 1,
      issuedAt: FleetWorld.at("16:00"),
      schedule: .init(
        window: Window(start: FleetWorld.at("17:00"), end: FleetWorld.at("18:00"))!, level: 2,
        acknowledgeBy: FleetWorld.at("16:30")))
  }

  @Test(arguments: [1, 2, 3, 7, 10, 100, 333])
  func `has its share of the batteries, exact to one`(count: Int) {
    var scenario = FleetWorld.scenario
    scenario.faults.deaf = Percent(whole: 30)!
    scenario.faults.offline = Percent(hundredths: 1_250)!
    for seed in [UInt64(1), 2, 3] {
      scenario.seed = seed
      var world = FleetWorld(scenario, count: count)
      let births = world.fleet.births()
      for number in 1...count {
        world.send(FleetWorld.discharge(battery: number, ramp: 0), at: "16:50")
      }
      let offline = (count * 1_250 + 5_000) / 10_000
      let deaf = (count * 3_000 + 5_000) / 10_000
      #expect(births.count == 2 * (count - offline))
      #expect(world.answers.count == count - offline - deaf)
    }
  }

  @Test func `strikes other batteries with another seed`() {
    func deaf(_ seed: UInt64) -> Set<BatteryID> {
      var world = FleetWorld(count: 100) {
        $0.seed = seed
        $0.faults.deaf = Percent(whole: 50)!
      }
      for number in 1...100 { world.send(FleetWorld.discharge(battery: number), at: "16:50") }
      return Set(world.answers.map(\.battery))
    }
    #expect(deaf(1) == deaf(1))
    #expect(deaf(1) != deaf(2))
  }
}
