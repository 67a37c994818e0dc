import ArgumentParser
import Controller
import Fleet
import FoundationEssentials
import Grid
import Synchronization
import Wire

/// A simulated fleet over a real broker.
struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "Run a simulated fleet of homes over a broker.",
    discussion: """
      With --prepare it writes what an operator would have of this fleet, its enrolment (fleet.csv) \
      and its meters' past (meters.csv), and ends. Without it the gateways connect, obey, report \
      and fail as the scenario says, until SIGINT, SIGTERM or --until.

      EXAMPLE
        headroom simulate --scenario simulators/scenarios/half-answer.yaml \\
          --batteries 200 --prepare /tmp/world --epoch 2026-07-14T23:45:00Z
        headroom simulate --scenario simulators/scenarios/half-answer.yaml \\
          --batteries 200
      """)

  @Option(help: "The world to simulate; without it a sunny day.") var scenario: String?
  @Option(help: "What everything random follows from, instead of the scenario's seed.")
  var seed: UInt64?
  @Option(help: "How many batteries, 1 to 1,000,000.") var batteries = 1_000
  @Option(help: "Enrolled batteries to simulate instead of --batteries alike ones.")
  var fleet: String?
  @Option(help: "Write fleet.csv and meters.csv into this folder and end.") var prepare: String?
  @Option(help: "End when the clock reads this.") var until: String?
  @Option(help: "Seconds to wait for the broker before giving up.") var patience = 60
  @OptionGroup var connection: BrokerOptions
  @OptionGroup var time: ClockOptions

  func validate() throws {
    guard (1...1_000_000).contains(batteries) else {
      throw ValidationError("--batteries is \(batteries); allowed: 1 to 1000000")
    }
  }

  mutating func run() async throws {
    var scenario =
      try self.scenario.map { path in
        try InputFile.parse(path) { try ScenarioFile.parse(bytes: $0, file: $1) }
      } ?? Scenario(name: "sunny-day")
    if let seed { scenario.seed = seed }
    let clock = try time.clock()
    let start = clock.now
    let enrolment = try fleet.map { path in
      try InputFile.parse(path) { try FleetFile.parse($0, file: $1) }
    }
    let homes =
      enrolment.map {
        SimulatedFleet(scenario: scenario, enrolment: $0, startingAt: start)
      } ?? SimulatedFleet(scenario: scenario, batteries: batteries, startingAt: start)
    if let prepare { return try write(homes, into: prepare, before: start) }

    let end = try until.map { try ClockOptions.moment($0, "--until") }
    let stopped = Mutex(false)
    var client = try FleetClient(homes, connection: connection.connection(clientID: "headroom-sim"))
    try await Signals.stopping({ stopped.withLock { $0 = true } }) {
      if let reason = try await client.connected(withinSeconds: patience) {
        throw Outcome.unreachable.failure(
          "the broker \(connection.broker) did not answer within \(patience) s: \(reason)")
      }
      try await client.connectGateways()
      Console.note("\(homes.enrolment.count) batteries are online")
      while !stopped.withLock({ $0 }), end.map({ clock.now < $0 }) ?? true {
        try await client.advance(to: clock.now)
        let due = client.fleet.nextDue.flatMap { clock.realSeconds(until: $0) } ?? 1
        _ = try await client.receive(at: clock.now, waitingAtMost: .seconds(min(0.2, due)))
      }
    }
    await client.stop()
    let totals = client.fleet.totals
    Console.result(
      "commands \(totals.commands), repeated \(totals.duplicates), refused \(totals.refused),"
        + " notices \(totals.notices), started \(totals.started), completed \(totals.completed),"
        + " delivered \(totals.delivered.wattHoursRoundedDown) Wh")
  }

  private func write(
    _ fleet: SimulatedFleet, into folder: String, before start: Timestamp
  ) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(FleetFile.encode(fleet.enrolment)).write(to: URL(filePath: folder + "/fleet.csv"))
    let minutes = Int(fleet.slotMinutes)
    let first = start.seconds / 86_400 * 86_400 - Int64(fleet.historyDays) * 86_400
    let slots = Int(start.seconds - first) / (minutes * 60)
    var readings: [Reading] = []
    readings.reserveCapacity(fleet.enrolment.count * slots * 2)
    for (row, battery) in fleet.enrolment.enumerated() {
      let past = fleet.history(
        row: row, from: Timestamp(seconds: first), slots: slots, slotMinutes: minutes)
      for slot in 0..<slots {
        let from = Timestamp(seconds: first + Int64(slot * minutes * 60))
        let window = Window(start: from, end: from.adding(seconds: Int64(minutes * 60)))!
        readings.append(
          Reading(
            meter: battery.siteMeter, window: window,
            imported: Energy(joules: Int64(past.imported[slot])),
            exported: Energy(joules: Int64(past.exported[slot])), quality: .actual))
        readings.append(
          Reading(
            meter: battery.batteryMeter, window: window, imported: .zero, exported: .zero,
            quality: .actual))
      }
    }
    try Data(MetersFile.encode(readings)).write(to: URL(filePath: folder + "/meters.csv"))
    Console.note("wrote \(folder)/fleet.csv and \(folder)/meters.csv (\(readings.count) readings)")
  }
}
