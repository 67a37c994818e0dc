public import Engine
public import Grid
public import Policies
public import Settlement
public import Verification

/// One event as measurement and settlement take it: who was asked for what, and what was answered.
///
/// The controller makes it from its record of the event, the command line from files.
public struct EventCase: Sendable {
  /// One site with its batteries.
  public struct Home: Sendable {
    /// The site.
    public var site: SiteID
    /// Who is paid.
    public var owner: OwnerID
    /// Its batteries that were asked.
    public var batteries: [BatteryID]
    /// The meter between the site and the grid.
    public var siteMeter: MeterID
    /// The meters of its batteries.
    public var batteryMeters: [MeterID]
    /// Sum of the batteries' ratings.
    public var ratedPower: Power
    /// Sum of the batteries' usable capacities.
    public var capacity: Energy
    /// What it was committed to, by interval.
    public var commitment: Commitment
    /// Was a notice acknowledged in time.
    public var isNotified: Bool
    /// Was a command acknowledged as started, or refused without a permitted reason.
    public var commandAnswered: Bool
    /// When the owner left, or nil.
    public var optedOutAt: Timestamp?
    /// Local dates of other events that count for this site.
    public var eventDays: Set<CivilDate>
    /// Local dates that are no candidates: outage, maintenance.
    public var excludedDates: Set<CivilDate> = []
    /// The schedule that was in force at gate closure, and those for other times.
    public var declared: DeclaredSchedule?
    /// See `declared`.
    public var declaredHistory: [DeclaredSchedule] = []
    /// Homes that were not asked, where they are the baseline.
    public var control: ControlGroup?
    /// Other sites behind the same service point or with the same device.
    public var sharedWith: [SiteID] = []
    /// The programme that claimed the event's energy first.
    public var claimedBy: String?

    /// A home.
    public init(
      site: SiteID, owner: OwnerID, batteries: [BatteryID], siteMeter: MeterID,
      batteryMeters: [MeterID], ratedPower: Power, capacity: Energy, commitment: Commitment,
      isNotified: Bool = true, commandAnswered: Bool = true, optedOutAt: Timestamp? = nil,
      eventDays: Set<CivilDate> = []
    ) {
      self.site = site
      self.owner = owner
      self.batteries = batteries
      self.siteMeter = siteMeter
      self.batteryMeters = batteryMeters
      self.ratedPower = ratedPower
      self.capacity = capacity
      self.commitment = commitment
      self.isNotified = isNotified
      self.commandAnswered = commandAnswered
      self.optedOutAt = optedOutAt
      self.eventDays = eventDays
    }
  }

  /// The event.
  public var id: EventID
  /// Its time, widened to whole intervals of the programme.
  public var window: Window
  /// Its intervals with the level in force.
  public var intervals: [EventInterval]
  /// Is it a test.
  public var isTest: Bool
  /// When the sites were told, or nil.
  public var noticeAt: Timestamp?
  /// The price that came with the event, where a rate of the policy takes it; in millionths a unit
  /// of that rate.
  public var signalPrice: Int64?
  /// Homes in the order of their sites.
  public var homes: [Home]

  /// An event.
  public init(
    id: EventID, window: Window, intervals: [EventInterval], isTest: Bool, noticeAt: Timestamp?,
    homes: [Home]
  ) {
    self.id = id
    self.window = window
    self.intervals = intervals
    self.isTest = isTest
    self.noticeAt = noticeAt
    self.homes = homes
  }

  /// The programme's intervals that `window` touches.
  public static func intervals(
    over window: Window, level: Int, policy: Policy
  ) -> (window: Window, intervals: [EventInterval]) {
    let seconds = policy.measurement.intervalMinutes * 60
    let zone = policy.measurement.calendar.zone
    let into = zone.secondOfDay(at: window.start) % seconds
    let start = Timestamp(seconds: window.start.seconds - into)
    var intervals: [EventInterval] = []
    var at = start
    while at < window.end {
      let next = at.adding(seconds: seconds)
      intervals.append(EventInterval(window: Window(start: at, end: next)!, level: level))
      at = next
    }
    return (Window(start: start, end: at)!, intervals)
  }

  /// The time for which a recorded event is settled, in whole intervals; nil when it has none.
  static func window(of record: EventRecord, policy: Policy) -> Window? {
    grid(of: record, policy: policy)?.window
  }

  /// Energy before the event's own start and after its end is not committed, so widening its window
  /// to the grid adds nothing that could be paid.
  private static func grid(
    of record: EventRecord, policy: Policy
  ) -> (window: Window, intervals: [EventInterval])? {
    guard let content = record.content, let window = record.window else { return nil }
    return intervals(
      over: Window(start: window.start, end: max(window.end, window.start.adding(seconds: 1)))!,
      level: content.level, policy: policy)
  }

  /// The case of a recorded event; nil when nothing was ever committed.
  ///
  /// - Parameter others: Other events of the programme, whose days are no candidates for a
  ///   baseline.
  public init?(
    _ record: EventRecord, fleet: [EnrolledBattery], policy: Policy, others: [EventRecord]
  ) {
    guard let content = record.content, let grid = Self.grid(of: record, policy: policy),
      record.batteries.count == fleet.count
    else { return nil }
    var rows: [SiteID: [Int]] = [:]
    for (row, part) in record.batteries.enumerated() where part.takesPart {
      rows[fleet[row].site, default: []].append(row)
    }
    let days = EventDays(others, except: record.id, policy: policy)
    let shared = SharedMeters(fleet)
    let homes = rows.sorted { $0.key < $1.key }.map { site, rows in
      var home = Self.home(site, rows, record, fleet, grid.intervals, days)
      home.sharedWith = shared.others(
        of: site, siteMeter: home.siteMeter, batteryMeters: home.batteryMeters)
      return home
    }
    self.init(
      id: record.id, window: grid.window, intervals: grid.intervals, isTest: content.isTest,
      noticeAt: record.batteries.compactMap { $0.notice?.sentAt }.min(), homes: homes)
    signalPrice = policy.signalPrice(content)
  }

  private static func home(
    _ site: SiteID, _ rows: [Int], _ record: EventRecord, _ fleet: [EnrolledBattery],
    _ intervals: [EventInterval], _ days: EventDays
  ) -> Home {
    let first = fleet[rows[0]]
    var commitment = Commitment(intervals: intervals.map { _ in .none })
    var capacity = Energy.zero
    var rated = Power.zero
    for row in rows {
      let part = record.batteries[row]
      capacity += fleet[row].capacity
      rated = rated + fleet[row].greatestReduction
      for (place, interval) in intervals.enumerated() {
        let promised = part.promised.energy(in: interval.window)
        let planned = part.planned.energy(in: interval.window)
        commitment.intervals[place].rewardBase += max(promised, planned)
        commitment.intervals[place].penaltyBase += min(promised, planned)
      }
    }
    let parts = rows.map { record.batteries[$0] }
    return Home(
      site: site, owner: first.owner, batteries: rows.map { fleet[$0].battery },
      siteMeter: first.siteMeter, batteryMeters: rows.map { fleet[$0].batteryMeter },
      ratedPower: rated, capacity: capacity, commitment: commitment,
      isNotified: parts.allSatisfy { !$0.unnotified && $0.notice?.acknowledgedAt != nil },
      // Who leaves has heard of the event.
      commandAnswered: parts.allSatisfy { $0.answeredItsCommand || $0.optOutIsMissed },
      optedOutAt: parts.filter { !$0.optOutIsMissed }.compactMap(\.optedOutAt).min(),
      eventDays: days.dates(forRows: rows))
  }
}

extension Participation {
  /// The command was acknowledged as started, or refused without a permitted reason.
  var answeredItsCommand: Bool {
    guard let command else { return false }
    if command.startedAt != nil { return true }
    switch command.final {
    case .rejectedParameter, .rejectedInvalid, .failed, .noParticipation: return true
    case .completed, .cancelled, .superseded, .optOut, .partialOptOut, .rejectedLate, .received,
      .started, .optIn, .userAcknowledged, nil:
      return false
    }
  }
}

/// Local dates on which other events touched the rows of a fleet.
struct EventDays {
  private let events: [(date: CivilDate, touched: (Int) -> Bool)]

  init(_ records: [EventRecord], except id: EventID, policy: Policy) {
    let rule = policy.measurement.baseline.eventDays
    let zone = policy.measurement.calendar.zone
    events = records.compactMap { record in
      guard record.id != id, record.terms?.programme == policy.dispatch.programme,
        let window = record.window, !record.batteries.isEmpty
      else { return nil }
      let batteries = record.batteries
      let touched: (Int) -> Bool =
        switch rule {
        case .anyOfProgramme: { _ in true }
        case .notifiedSite: { batteries[$0].notice != nil || batteries[$0].command != nil }
        case .dispatchedSite: { batteries[$0].command != nil }
        }
      return (zone.date(at: window.start), touched)
    }
  }

  func dates(forRows rows: [Int]) -> Set<CivilDate> {
    var dates: Set<CivilDate> = []
    for event in events where rows.contains(where: event.touched) { dates.insert(event.date) }
    return dates
  }
}
