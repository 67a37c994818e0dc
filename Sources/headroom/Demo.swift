import Controller
import Engine
import Fleet
import FoundationEssentials
import Grid
import Policies
import Settlement
import Wire

/// One event for many alike batteries, on an embedded broker, in lock-step.
struct Demo {
  let folder: String
  let policy: Policy
  /// Where the policy was read from.
  let policyFile: String
  let scenario: Scenario
  let batteries: Int
  let minutes: Int
  /// A power target instead of a level.
  var target: Power?

  /// Minutes before the event's start at which the world begins and the signal comes.
  private static let leadMinutes: Int64 = 15
  private static let noticeMinutes: Int64 = 4

  func run(_ progress: ProgressBar) async throws -> DemoSummary {
    try await EmbeddedBroker.during(folder) { broker in
      let start = try eventStart()
      let begin = start.adding(seconds: -60 * Self.leadMinutes)
      let fleet = SimulatedFleet(scenario: scenario, batteries: batteries, startingAt: begin)
      let world = try DemoWorld(
        folder: folder, policy: policy, enrolment: fleet.enrolment,
        feeder: scenario.feederTree(batteries: batteries),
        brokerPort: broker.port, startingAt: begin)
      try world.leaveConfiguration(policyFile: policyFile, brokerPort: broker.port)
      try world.deposit(greatestCost())
      progress.show("writing \(scenario.historyDays) days of meter history", 0.01)
      try await world.archiveHistory(
        of: fleet, days: scenario.historyDays, slotMinutes: Int(scenario.meterMinutes)
      ) { progress.show("writing \(scenario.historyDays) days of meter history", 0.15 * $0) }
      return try await dispatch(world, fleet, broker, event: start, progress)
    }
  }

  /// Runs the controller and the fleet through the event and its settlement.
  private func dispatch(
    _ world: DemoWorld, _ fleet: SimulatedFleet, _ broker: EmbeddedBroker, event start: Timestamp,
    _ progress: ProgressBar
  ) async throws -> DemoSummary {
    let controller = Task { try await world.controller.run() }
    defer { world.controller.stop() }
    var step = LockStep(
      clock: world.clock, controller: world.controller,
      fleet: try FleetClient(fleet, connection: world.connection))
    guard try await step.fleet.connected(withinSeconds: 10) == nil else {
      throw LockStep.Fault.brokerLost
    }
    let utility = try UtilityClient(world.utility, connection: world.connection)
    guard await utility.connected(withinSeconds: 10) == nil else { throw LockStep.Fault.brokerLost }
    while !world.controller.activity.isConnected { try await Task.sleep(for: .milliseconds(5)) }

    progress.show("\(batteries) batteries come online", 0.16)
    try await step.fleet.connectGateways()
    try await step.fleet.advance(to: world.clock.now)
    try await step.run(to: start.adding(seconds: -60 * Self.noticeMinutes))

    progress.show("signal, plan, commands", 0.3)
    let window = Window(start: start, end: start.adding(seconds: Int64(minutes) * 60))!
    let signal = GridSignal(
      event: EventID("demo")!, revision: 1, issuedAt: world.clock.now,
      content: .init(
        window: window, level: 2, request: target.map { .power($0) } ?? .byLevel,
        note: "headroom demo"))
    let sent = ContinuousClock.now
    _ = try await utility.send(
      SignalCodec.encode(signal, issuer: world.utility), key: world.utilityKey,
      expirySeconds: 3_600)
    step.fromOthers += 1
    try await step.settle()
    var answers = await utility.answers(waitingAtMost: .milliseconds(100))
    // Later commands correct and hold: they are no answer to the signal.
    let lastCommand = step.fleet.lastCommand

    let length = Double(minutes * 60 + 1_260)
    func show(_ now: Timestamp) {
      let part = Double(now.seconds(since: start) + 60) / length
      progress.show("event, telemetry and meters", 0.35 + 0.45 * max(0, min(1, part)))
    }
    if let outage = scenario.brokerOutage {
      let from = max(world.clock.now, start.adding(seconds: outage.afterStartSeconds))
      try await step.run(to: from, show)
      try await broker.away { try await step.passTime(seconds: outage.seconds) }
      try await step.run(to: world.clock.now, show)
    }
    let recharge = try await throughTheEnd(of: window, &step, show)
    let delivered = step.fleet.fleet.totals.delivered
    progress.show("measuring, settling and writing the ledger", 0.82)
    let days = policy.settlement.runs.first { $0.isPayable }?.afterDays ?? 0
    try await step.jump(to: window.end.adding(seconds: 86_400 * days + 901))
    try await step.settle()
    answers += await utility.answers(waitingAtMost: .milliseconds(200))
    let records = await world.controller.events()
    world.controller.stop()
    try await controller.value
    await step.fleet.stop()
    await utility.stop()
    progress.show("verifying the ledger", 0.97)
    return try await DemoSummary(
      world: world, record: records.last, answers: answers, delivered: delivered,
      recharge: recharge?(world.feeder, window.end),
      firstCommand: step.fleet.firstCommand.map { $0 - sent },
      lastCommand: (lastCommand ?? step.fleet.lastCommand).map { $0 - sent })
  }

  /// Goes on to 20 minutes after the end, and keeps the world as it was there: how it recharges is
  /// played without the broker, because gateways then do what they were told and no more is said.
  private func throughTheEnd(
    of window: Window, _ step: inout LockStep, _ show: (Timestamp) -> Void
  ) async throws -> (@Sendable (FeederTree, Timestamp) async -> DemoRecharge)? {
    let after = window.end.adding(seconds: 1_200)
    guard scenario.battery.recharge != .never else {
      try await step.run(to: after, show)
      return nil
    }
    try await step.run(to: window.end.adding(seconds: -10), show)
    let free = step.fleet.fleet.unreported(ignoringHolds: true)
    try await step.run(to: window.end.adding(seconds: 30), show)
    let held = step.fleet.fleet.unreported(ignoringHolds: false)
    try await step.run(to: after, show)
    return { await DemoRecharge(held: held, free: free, feeder: $0, end: $1) }
  }

  /// 17:00 on a Tuesday of July in the programme's zone, or of the first year that it is in force.
  private func eventStart() throws -> Timestamp {
    let zone = policy.dispatch.calendar.zone
    let from = policy.dispatch.effectiveFrom
    var date = max(from, CivilDate(year: 2_026, month: 7, day: 14)!)
    if let to = policy.dispatch.effectiveTo, date > to { date = from }
    while date.weekday != .tuesday { date = date.adding(days: 1) }
    switch zone.moments(on: date, secondOfDay: 17 * 3_600) {
    case .once(let moment), .twice(let moment, _): return moment
    case .skipped: return zone.startOfDay(date)
    }
  }

  /// What every battery's rating over the whole event could cost, rounded up to whole thousands.
  private func greatestCost() -> Money {
    let watts = scenario.battery.maxDischargeW * Int64(batteries)
    let kilowattHours = watts * Int64(minutes) / 60_000 + 1
    var price: Int64 = 0
    for reward in [policy.settlement.energy, policy.settlement.premium].compactMap({ $0 }) {
      price +=
        (0...3).compactMap { level -> Int64? in
          switch reward.rate {
          case .flat(let rate): rate.millionths
          case .byLevel(let table): table[level]?.millionths
          }
        }.max() ?? 0
    }
    let thousand: Int64 = 1_000_000_000
    return Money(millionths: (kilowattHours * price / thousand + 1) * thousand)
  }
}
