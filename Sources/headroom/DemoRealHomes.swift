import Controller
import Engine
import Fleet
import Grid
import Policies
import Settlement
import Storage
import Verification
import Wire

/// The events of real homes, one after the other, on one controller and an embedded broker.
///
/// What the meters counted is their history; in the hours around an event the batteries are
/// simulated on the homes' real load and generation, and what the simulated meters then count is
/// live. No hour has both.
struct DemoRealHomes {
  let folder: String
  let policy: Policy
  let policyFile: String
  let homes: RealHomes

  /// Minutes before a signal at which the gateways come online.
  private static let leadMinutes: Int64 = 10
  /// Minutes before an event from which nothing is skipped.
  private static let closeMinutes: Int64 = 20

  /// Events between whose signals and ends the fleet is not rested: one world for all of them.
  struct Session {
    var events: [EventRow]
    var begin: Timestamp
    /// The end of the last whole hour that is live.
    var end: Timestamp
  }

  func run(_ progress: ProgressBar) async throws -> RealHomesSummary {
    try await EmbeddedBroker.during(folder) { broker in
      let sessions = sessions()
      let world = try DemoWorld(
        folder: folder, policy: policy, enrolment: homes.enrolment, feeder: nil,
        brokerPort: broker.port, startingAt: sessions[0].begin,
        meterHistoryDays: historyDays(until: sessions[sessions.count - 1].end))
      try world.leaveConfiguration(policyFile: policyFile, brokerPort: broker.port)
      // Far more than these batteries could earn; what is not needed stays the utility's.
      try world.deposit(Money(millionths: 1_000_000_000_000))
      return try await dispatch(world, sessions, progress)
    }
  }

  private func dispatch(
    _ world: DemoWorld, _ sessions: [Session], _ progress: ProgressBar
  ) async throws -> RealHomesSummary {
    let controller = Task { try await world.controller.run() }
    defer { world.controller.stop() }
    var step = LockStep(
      clock: world.clock, controller: world.controller,
      fleet: try FleetClient(fleet(sessions[0]), connection: world.connection))
    guard try await step.fleet.connected(withinSeconds: 10) == nil else {
      throw LockStep.Fault.brokerLost
    }
    let utility = try UtilityClient(world.utility, connection: world.connection)
    guard await utility.connected(withinSeconds: 10) == nil else { throw LockStep.Fault.brokerLost }
    while !world.controller.activity.isConnected { try await Task.sleep(for: .milliseconds(5)) }

    var delivered: [EventID: Energy] = [:]
    var answers: [Result<SignalAcknowledgement, Rejection>] = []
    var archived = Timestamp(microseconds: .min)
    for (place, session) in sessions.enumerated() {
      let part = Double(place) / Double(sessions.count)
      let name = session.events.map(\.event.text).joined(separator: ", ")
      progress.show(name, 0.05 + 0.85 * part)
      // The next hour on the meters' grid is the first that is live.
      try archive(world, from: archived, to: hour(session.begin))
      archived = session.end
      if place > 0 {
        try await step.jump(to: session.begin)
        step.fleet.become(fleet(session))
      }
      try await step.fleet.connectGateways()
      try await step.fleet.advance(to: session.begin)
      try await play(session, &step, utility, world, &delivered)
      answers += await utility.answers(waitingAtMost: .milliseconds(50))
    }
    progress.show("settling", 0.9)
    let days = policy.settlement.runs.first { $0.isPayable }?.afterDays ?? 0
    let last = sessions.map(\.end).max()!
    try await step.jump(to: last.adding(seconds: 86_400 * days + 1_801))
    let records = try await settled(world, &step)
    answers += await utility.answers(waitingAtMost: .milliseconds(200))
    world.controller.stop()
    try await controller.value
    await step.fleet.stop()
    await utility.stop()
    progress.show("measuring what no event would have earned", 0.95)
    return try await RealHomesSummary(
      world: world, homes: homes, records: records, delivered: delivered, answers: answers)
  }

  /// Plays one session: signals at their moments, every second near events, telemetry in between.
  private func play(
    _ session: Session, _ step: inout LockStep, _ utility: UtilityClient, _ world: DemoWorld,
    _ delivered: inout [EventID: Energy]
  ) async throws {
    var signals = session.events.sorted { issued($0) < issued($1) }[...]
    while world.clock.now < session.end || !signals.isEmpty {
      let now = world.clock.now
      if let next = signals.first, issued(next) <= now {
        signals = signals.dropFirst()
        try await send(next, utility, world, &step)
        continue
      }
      let close = session.events.first { event in
        now < event.window.end.adding(seconds: 1_200) && now >= closeStart(event)
      }
      let stops =
        [session.end] + signals.map(issued)
        + session.events.flatMap {
          [closeStart($0), $0.window.start, $0.window.end.adding(seconds: 1_200)]
        }
      let next = stops.filter { $0 > now }.min() ?? session.end
      let before = step.fleet.fleet.totals.delivered
      try await step.run(to: next, withController: close != nil)
      if let close {
        delivered[close.event, default: .zero] += step.fleet.fleet.totals.delivered - before
      }
    }
  }

  private func send(
    _ row: EventRow, _ utility: UtilityClient, _ world: DemoWorld, _ step: inout LockStep
  ) async throws {
    let request: ReductionRequest = row.target.map { .power($0) } ?? .byLevel
    let signal = GridSignal(
      event: row.event, revision: 1, issuedAt: world.clock.now,
      content: .init(
        window: row.window, level: row.level, request: request, note: "recorded event"))
    _ = try await utility.send(
      SignalCodec.encode(signal, issuer: world.utility), key: world.utilityKey,
      expirySeconds: 3_600)
    step.fromOthers += 1
    try await step.settle()
  }

  /// Every event as the controller knows it, once all that ended are settled.
  private func settled(_ world: DemoWorld, _ step: inout LockStep) async throws -> [EventRecord] {
    let deadline = ContinuousClock.now + .seconds(120)
    while true {
      try await step.settle()
      let records = await world.controller.events()
      if records.allSatisfy({ $0.closedAt == nil || $0.settled != nil }) { return records }
      guard ContinuousClock.now < deadline else { return records }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// Archives what the meters counted and idle batteries gave, from one moment up to another.
  private func archive(_ world: DemoWorld, from: Timestamp, to end: Timestamp) throws {
    let past = homes.readings.filter { $0.window.start >= from && $0.window.end <= end }
    let batteryOf = Dictionary(
      uniqueKeysWithValues: homes.enrolment.map { ($0.siteMeter, $0.batteryMeter) })
    let idle = past.compactMap { reading in
      batteryOf[reading.meter].map {
        Reading(
          meter: $0, window: reading.window, imported: .zero, exported: .zero, quality: .actual)
      }
    }
    _ = try world.readings.archive(past + idle)
  }

  private func fleet(_ session: Session) -> SimulatedFleet {
    var scenario = Scenario(name: "recorded homes")
    scenario.meterMinutes = policy.measurement.intervalMinutes
    // A battery that was silent for three minutes is not planned with.
    scenario.telemetrySeconds = 120
    return SimulatedFleet(
      scenario: scenario, enrolment: homes.enrolment, homes: homes.gross,
      startingAt: session.begin)
  }

  /// Events in the order of their signals, those that overlap together.
  private func sessions() -> [Session] {
    var sessions: [Session] = []
    for event in homes.events.sorted(by: { issued($0) < issued($1) }) {
      let begin = issued(event).adding(seconds: -60 * Self.leadMinutes)
      let end = hour(event.window.end.adding(seconds: 1_200 + intervalSeconds))
      if let last = sessions.indices.last, begin < sessions[last].end {
        sessions[last].events.append(event)
        sessions[last].end = max(sessions[last].end, end)
      } else {
        sessions.append(Session(events: [event], begin: begin, end: end))
      }
    }
    return sessions
  }

  /// When the signal comes: as the file says, at least a quarter of an hour before the start.
  private func issued(_ row: EventRow) -> Timestamp {
    min(row.issued ?? row.window.start, row.window.start.adding(seconds: -900))
  }

  private func closeStart(_ row: EventRow) -> Timestamp {
    row.window.start.adding(seconds: -60 * Self.closeMinutes)
  }

  private var intervalSeconds: Int64 { policy.measurement.intervalMinutes * 60 }

  /// The start of the meters' interval that holds `moment`.
  private func hour(_ moment: Timestamp) -> Timestamp {
    Timestamp(seconds: moment.seconds - moment.seconds % intervalSeconds)
  }

  private func historyDays(until end: Timestamp) -> Int64 {
    let first = homes.readings.map(\.window.start).min() ?? end
    return end.seconds(since: first) / 86_400 + 1
  }
}
