import Fleet
import Grid
import Testing

@Suite struct `One seed` {
  /// All faults in one world; commands with ramps, limits, cuts and a cancel.
  private func messages(seed: UInt64 = 1, stepSeconds: Int64) -> [OutgoingMessage] {
    var scenario = FleetWorld.scenario
    scenario.seed = seed
    scenario.batteriesPerGateway = 3
    scenario.battery.exportLimitW = 2_000
    let tenth = Percent(whole: 10)!
    scenario.faults.deaf = tenth
    scenario.faults.late = tenth
    scenario.faults.partial = tenth
    scenario.faults.liar = tenth
    scenario.faults.clockSkew = tenth
    scenario.faults.lossyMeter = tenth
    var fleet = SimulatedFleet(
      scenario: scenario, batteries: 40, startingAt: FleetWorld.at("16:00"))
    var messages = fleet.births()
    func run(to clock: String) {
      var moment = FleetWorld.at("16:00")
      while moment < FleetWorld.at(clock) {
        moment = moment.adding(seconds: stepSeconds)
        messages += fleet.advance(to: min(moment, FleetWorld.at(clock)))
      }
    }
    func send(_ command: Command) {
      let number = (Int(command.battery.text.suffix(5))! - 1) / 3 + 1
      messages += fleet.receive(
        topic: "headroom/v1/gw/\(FleetWorld.gateway(number).text)/cmd",
        payload: encoded(command), at: FleetWorld.at("16:50:00.5"))
    }
    run(to: "16:50:00.5")
    for number in 1...40 {
      send(
        FleetWorld.discharge(
          seq: 1, battery: number, watts: 997 + Int64(number) * 50, limitWh: 100 * Int64(number),
          ramp: 60))
      send(
        FleetWorld.discharge(
          seq: 2, battery: number, watts: 4_999, floor: 60, from: "17:31:17", ramp: 30))
    }
    run(to: "19:00")
    return messages
  }

  @Test func `gives the same bytes again`() {
    #expect(messages(stepSeconds: 60) == messages(stepSeconds: 60))
    #expect(messages(stepSeconds: 60) != messages(seed: 2, stepSeconds: 60))
  }

  @Test(arguments: [Int64(1), 7, 300, 86_400])
  func `gives the same messages however the time is divided`(stepSeconds: Int64) {
    #expect(messages(stepSeconds: stepSeconds) == messages(stepSeconds: 60))
  }

  @Test func `is due exactly when something is said or changes`() {
    var world = FleetWorld()
    world.send(FleetWorld.discharge(watts: 999, limitWh: 250), at: "16:50")
    var moments: [String] = []
    while let due = world.fleet.nextDue, due < FleetWorld.at("17:20") {
      _ = world.fleet.advance(to: due)
      moments.append(String(due.description.dropFirst(11).dropLast()))
    }
    #expect(
      moments == [
        "16:55:00", "17:00:00", "17:05:00", "17:10:00", "17:15:00", "17:15:01",
      ])
  }
}
