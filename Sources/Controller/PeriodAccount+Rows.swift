public import Grid
public import Policies
public import Settlement
import Verification
public import Wire

/// Verified intervals of files as events that can be settled.
public struct IntervalEvents: Sendable {
  /// In the order of time.
  public let events: [(input: SettlementInput, signalPrice: Int64?)]

  /// What keeps rows from being events.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// An interval is not as long as the policy's.
    case length(EventID, minutes: Int64, allowed: Int64)
    /// The intervals of an event leave a gap or overlap.
    case gap(EventID, after: Timestamp)
    /// A home lacks an interval that others of the event have.
    case rowMissing(EventID, SiteID, Timestamp)
    /// Rows of one event, or of one interval, disagree.
    case contradiction(EventID, String)
    /// An excusal that no policy knows.
    case excusal(EventID, String)

    /// A sentence: what was found and what is allowed.
    public var description: String {
      switch self {
      case .length(let event, let minutes, let allowed):
        "event \(event) has an interval of \(minutes) minutes; allowed: \(allowed), as the policy's"
      case .gap(let event, let end):
        "event \(event) has no interval that begins at \(end); allowed: intervals without a gap"
      case .rowMissing(let event, let site, let start):
        "event \(event) has no row of site \(site) at \(start); allowed: a row, with an empty "
          + "reduction where nothing was measured"
      case .contradiction(let event, let what):
        "event \(event) has different values of \(what); allowed: one for all its homes"
      case .excusal(let event, let word):
        "event \(event) has the excusal \(word); allowed: "
          + SettlementTerms.Excusal.allCases.map(\.rawValue).joined(separator: ", ")
      }
    }
  }

  /// Every fault of the rows.
  public struct Faults: Error, Hashable, Sendable {
    /// In the order of the events.
    public let list: [Fault]
  }

  /// Joins rows by event and home.
  ///
  /// - Parameter owners: Whose a home is; without one its owner has the site's name.
  /// - Throws: `Faults`, every one.
  public init(
    _ rows: [IntervalRow], owners: [SiteID: OwnerID] = [:], policy: Policy
  ) throws(Faults) {
    var faults: [Fault] = []
    var found: [(input: SettlementInput, signalPrice: Int64?)] = []
    let byEvent = Dictionary(grouping: rows, by: \.event)
    for (event, rows) in byEvent.sorted(by: { $0.key < $1.key }) {
      var one = OneEvent(event, rows, minutes: policy.measurement.intervalMinutes)
      one.check()
      faults += one.faults
      if one.faults.isEmpty { found.append((one.input(owners), one.signalPrice)) }
    }
    guard faults.isEmpty else { throw Faults(list: faults) }
    events = found.sorted {
      ($0.input.window.start, $0.input.event) < ($1.input.window.start, $1.input.event)
    }
  }
}

/// The rows of one event.
private struct OneEvent {
  let event: EventID
  let homes: [(site: SiteID, rows: [Timestamp: IntervalRow])]
  let windows: [Window]
  let all: [IntervalRow]
  let minutes: Int64
  var faults: [IntervalEvents.Fault] = []

  /// Codes of verification that let a result wait for a person.
  static let holding: Set<String> = ["meterSuspect", "meterDeviceMismatch", "splitSites"]

  init(_ event: EventID, _ rows: [IntervalRow], minutes: Int64) {
    self.event = event
    self.minutes = minutes
    all = rows
    homes = Dictionary(grouping: rows, by: \.site).sorted { $0.key < $1.key }.map { site, rows in
      (site, Dictionary(rows.map { ($0.window.start, $0) }) { first, _ in first })
    }
    var starts: [Timestamp: Window] = [:]
    for row in rows { starts[row.window.start] = starts[row.window.start] ?? row.window }
    windows = starts.values.sorted { $0.start < $1.start }
  }

  var signalPrice: Int64? { all.compactMap(\.signalPrice).first }

  mutating func check() {
    for length in Set(all.map(\.window.seconds)).sorted() where length != minutes * 60 {
      faults.append(.length(event, minutes: length / 60, allowed: minutes))
    }
    for (earlier, later) in zip(windows, windows.dropFirst()) where earlier.end != later.start {
      faults.append(.gap(event, after: earlier.end))
    }
    for home in homes {
      for window in windows where home.rows[window.start] == nil {
        faults.append(.rowMissing(event, home.site, window.start))
      }
    }
    if Set(all.compactMap(\.signalPrice)).count > 1 {
      faults.append(.contradiction(event, "signal_price"))
    }
    let levels = Dictionary(grouping: all, by: \.window.start)
    if levels.values.contains(where: { Set($0.map(\.level)).count > 1 }) {
      faults.append(.contradiction(event, "level in one interval"))
    }
    let tests = Set(all.map { $0.flags.contains("test") })
    if tests.count > 1 { faults.append(.contradiction(event, "the flag test")) }
    for word in Set(all.map(\.excusal)).sorted()
    where !word.isEmpty && SettlementTerms.Excusal(rawValue: word) == nil {
      faults.append(.excusal(event, word))
    }
  }

  func input(_ owners: [SiteID: OwnerID]) -> SettlementInput {
    let level = Dictionary(all.map { ($0.window.start, $0.level) }) { first, _ in first }
    return SettlementInput(
      run: SettlementRun(name: "", isPayable: true, payer: .funding), event: event,
      window: Window(start: windows[0].start, end: windows[windows.count - 1].end)!,
      isTest: all[0].flags.contains("test"),
      intervals: windows.map { EventInterval(window: $0, level: level[$0.start]!) },
      homes: homes.map { entry in
        home(entry.site, windows.map { entry.rows[$0.start]! }, owners)
      })
  }

  private func home(
    _ site: SiteID, _ rows: [IntervalRow], _ owners: [SiteID: OwnerID]
  ) -> HomePerformance {
    let flags = Set(rows.flatMap(\.flags))
    return HomePerformance(
      site: site, owner: owners[site] ?? OwnerID(site.text)!, batteries: [],
      commitment: Commitment(
        intervals: rows.map {
          CommittedInterval(rewardBase: $0.committed, penaltyBase: $0.penaltyBase)
        }),
      intervals: rows.map(measured),
      verdict: rows.contains { $0.status == .estimated } ? .estimated : .verified,
      heldBy: Self.holding.intersection(flags).min(), isNotified: !flags.contains("unnotified"),
      optedOutAt: rows.first { $0.flags.contains("optedOut") }?.window.start)
  }

  private func measured(_ row: IntervalRow) -> MeasuredInterval {
    let excusal = SettlementTerms.Excusal(rawValue: row.excusal)
    guard let reduction = row.reduction else { return .missing(excusal: excusal) }
    return row.status == .estimated
      ? .estimated(reduction, excusal: excusal) : .verified(reduction, excusal: excusal)
  }
}
