import Engine
public import Grid
import Policies
import Storage
import Verification

/// What the logbook says of one home in one event: what it was told, asked and answered, and how its
/// baseline came about.
///
/// Decided and measured again; nothing is kept for it, and nothing of another home is in it.
public struct DisputedHome: Sendable {
  /// One battery with what happened to it.
  struct Part: Sendable {
    let battery: EnrolledBattery
    let facts: [(name: String, value: String)]
    let moments: [EventStory.Entry]
  }

  /// The event's own time.
  let window: Window?
  /// Its batteries.
  let parts: [Part]
  /// How the run's measurement came about; nil for a home that was not committed to anything.
  let explanation: Explanation?

  /// Kinds of moments that are about this home alone.
  private static let own: Set<String> = [
    "signal", "notice", "asked", "battery", "released", "answered", "owner",
  ]

  /// The home of `site` in `event` as `run` saw it; nil for an event that the logbook does not know.
  ///
  /// - Throws: `Assembly.Faults` for files and for a site that is not enrolled, `StoreError` for
  ///   stores, and a fault that names the turn for a damaged logbook.
  public static func read(
    _ configuration: ControllerConfiguration, event: EventID, run: String, site: SiteID,
    progress: (Int64, Int64) -> Void = { _, _ in }
  ) throws -> DisputedHome? {
    let (store, telemetry) = try Replay.stores(configuration.dataFolder)
    let start = try Replay.decider(configuration)
    let fleet = start.engine.fleet.enrolled
    let rows = fleet.indices.filter { fleet[$0].site == site }
    guard !rows.isEmpty else {
      throw Assembly.Faults(
        lines: ["site \(site) is not enrolled; allowed: a site of \(configuration.fleetFile)"])
    }
    let all = try store.lastTurn()
    var tellers = rows.map { StoryTeller(event: event, battery: fleet[$0].battery) }
    let (decider, _) = try Recovery.replay(store: store, telemetry: telemetry, into: start) {
      turn, effects, decider in
      for place in tellers.indices { tellers[place].take(turn, effects, decider) }
      if turn.seq & 1_023 == 0 { progress(turn.seq, all) }
      return true
    }
    guard let record = decider.engine.event(event) else { return nil }
    let parts = zip(rows, tellers).map { row, teller in
      return Part(
        battery: fleet[row],
        facts: row < record.batteries.count ? EventStory.home(record.batteries[row]) : [],
        moments: teller.entries.filter { own.contains($0.kind) })
    }
    let policies = try Assembly.decisionParts(configuration).policies
    let last = decider.lastRecord(event: event, name: run) ?? .max
    return DisputedHome(
      window: record.window, parts: parts,
      explanation: try policies.first { $0.hash == record.policy }.flatMap { policy in
        try explanation(
          record, site, fleet, policy, others: decider.engine.events,
          readings: ReadingsSoFar(store: telemetry, lastRecord: last))
      })
  }

  private static func explanation(
    _ record: EventRecord, _ site: SiteID, _ fleet: [EnrolledBattery], _ policy: Policy,
    others: [EventRecord], readings: ReadingsSoFar
  ) throws -> Explanation? {
    let event = EventCase(record, fleet: fleet, policy: policy, others: others)
    guard let event, let home = event.homes.firstIndex(where: { $0.site == site }) else {
      return nil
    }
    return try CaseMeasurement(readings: readings, policy: policy).explain(event, home: home)
  }
}
