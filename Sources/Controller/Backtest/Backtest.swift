import Engine
public import Grid
public import Policies
public import Settlement
import Verification
public import Wire

/// Recorded events planned, measured and settled again as if a policy had been in force.
///
/// Every event finds the batteries with the charge of the fleet's file: recharging between events
/// is not followed. Notices and commands count as acknowledged. Nothing is posted.
public struct Backtest: Sendable {
  /// What the batteries did in the recorded events.
  public enum Movement: Sendable {
    /// Whatever the readings hold.
    case recorded
    /// There was none, so whatever is credited is the baseline's error. Batteries without readings
    /// count as idle.
    case idle
    /// There was none, and each is settled twice: as if all had given what they were asked, and
    /// idle.
    case asAsked
  }

  /// The batteries, each with its charge.
  public var fleet: [EnrolledBattery]
  /// What limits them.
  public var feeder: FeederTree
  /// The events, in the order of time; each one's day is no candidate for the others' baselines.
  public var events: [EventRow]
  /// What the batteries did.
  public var movement: Movement
  /// What is asked of the fleet where an event has no target and the policy takes no level.
  public var target: Power?
  /// What homes have promised, where a policy pays that; nil: nobody has promised anything. A home
  /// of it is the fleet's, by site, and so is its owner.
  public var promises: [ProgrammeHome]?
  private let readings: BacktestReadings
  private let sites: [(site: SiteID, rows: [Int])]
  private let shared: SharedMeters

  /// A back-test.
  public init(
    readings: ReadingSet, fleet: [EnrolledBattery], feeder: FeederTree, events: [EventRow],
    movement: Movement, target: Power? = nil, promises: [ProgrammeHome]? = nil
  ) {
    self.target = target
    self.promises = promises
    self.readings = BacktestReadings(recorded: readings)
    self.fleet = fleet
    self.feeder = feeder
    self.events = events.sorted { ($0.window.start, $0.event) < ($1.window.start, $1.event) }
    self.movement = movement
    sites = Dictionary(grouping: fleet.indices) { fleet[$0].site }
      .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    shared = SharedMeters(fleet)
  }

  /// What the events come to under `policy`.
  ///
  /// - Parameter intervalMinutes: Settle in these intervals instead of the policy's.
  public func run(_ policy: Policy, intervalMinutes: Int64? = nil) async throws -> BacktestResult {
    let trial = policy.onTrial(intervalMinutes: intervalMinutes)
    let plans = events.map { self.plan($0, trial) }
    let taken = plans.compactMap { if case .taken(let plan) = $0 { plan } else { nil } }
    guard let run = trial.settlement.runs.first(where: \.isPayable) else {
      return result(policy, plans, nil, nil, reason: "the policy has no payable run")
    }
    guard trial.measurement.aggregate != .fleet else {
      return result(policy, plans, nil, nil, reason: "measurement.aggregate is fleet")
    }
    func settle(_ set: ReadingSet) async throws -> World {
      let measurement = CaseMeasurement(files: set, policy: trial)
      var measured: [BacktestMoney.Measured] = []
      for plan in taken {
        measured.append(
          .init(event: plan.event, performances: try await measurement.verify(plan.event)))
      }
      return World(
        measured: measured,
        money: BacktestMoney(measured, homes: promises, policy: trial, run: run))
    }
    switch movement {
    case .recorded:
      return result(policy, plans, try await settle(readings.recorded), nil)
    case .idle:
      let idle = try await settle(readings.idle(fleet))
      return result(policy, plans, idle, idle)
    case .asAsked:
      let moved = readings.moved(taken.flatMap { moves(of: $0.rehearsal) }, fleet: fleet)
      return result(
        policy, plans, try await settle(moved), try await settle(readings.idle(fleet)))
    }
  }

  /// Measured events and their money.
  struct World {
    let measured: [BacktestMoney.Measured]
    let money: BacktestMoney
  }

  /// An event under a policy: taken with its plan, or why not.
  enum Planned {
    case taken(Plan)
    case refused(EventRow, String)

    struct Plan {
      let row: EventRow
      let rehearsal: Rehearsal
      let event: EventCase
    }
  }

  private func moves(of rehearsal: Rehearsal) -> [BacktestReadings.Move] {
    fleet.indices.filter { rehearsal.plan.setpointW[$0] > 0 }.map {
      BacktestReadings.Move(battery: fleet[$0], owed: rehearsal.owed(row: $0))
    }
  }

  private func plan(_ row: EventRow, _ policy: Policy) -> Planned {
    let takesLevels = policy.dispatch.signals.forms.contains(.level)
    let asked = row.target ?? (takesLevels ? nil : target)
    let content = GridSignal.Content(
      window: row.window, level: row.level, request: asked.map { .power($0) } ?? .byLevel)
    let rehearsal: Rehearsal
    do {
      rehearsal = try Rehearsal(
        content, event: row.event, issuer: nil, fleet: fleet, feeder: feeder,
        terms: policy.dispatch, at: min(row.issued ?? row.window.start, row.window.start))
    } catch {
      return .refused(row, Self.words(error))
    }
    if let refusal = rehearsal.refusal { return .refused(row, Self.words(refusal)) }
    let (window, intervals) = EventCase.intervals(
      over: row.window, level: row.level, policy: policy)
    let zone = policy.measurement.calendar.zone
    let others = Set(
      events.filter { $0.event != row.event }.map { zone.date(at: $0.window.start) })
    let homes = sites.compactMap { site, rows -> EventCase.Home? in
      guard let commitment = rehearsal.commitment(of: rows, over: intervals) else { return nil }
      let batteries = rows.map { fleet[$0] }
      var home = EventCase.Home(
        site: site, owner: batteries[0].owner, batteries: batteries.map(\.battery),
        siteMeter: batteries[0].siteMeter, batteryMeters: batteries.map(\.batteryMeter),
        ratedPower: batteries.reduce(.zero) { $0 + $1.greatestReduction },
        capacity: batteries.reduce(.zero) { $0 + $1.capacity }, commitment: commitment,
        eventDays: others)
      home.sharedWith = shared.others(
        of: site, siteMeter: home.siteMeter, batteryMeters: home.batteryMeters)
      return home
    }
    guard !homes.isEmpty else { return .refused(row, "not one battery could be asked") }
    return .taken(
      .init(
        row: row, rehearsal: rehearsal,
        event: EventCase(
          id: row.event, window: window, intervals: intervals, isTest: false,
          noticeAt: row.issued, homes: homes)))
  }

  private static func words(_ refusal: Rejection) -> String {
    let rule = refusal.field.isEmpty ? refusal.code.rawValue : refusal.field
    return "\(rule): \(refusal.found); allowed: \(refusal.allowed)"
  }
}
