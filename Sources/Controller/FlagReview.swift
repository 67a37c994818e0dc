import FoundationEssentials
public import Grid
public import Policies
import Reports
import Verification

/// Flags that mean little once and something when they come again: homes that a person should look
/// at. Nothing is held or charged because of it.
///
/// `adjustmentCapped` in three events in a row, and `adjustmentSkipped` twice in a season: a window
/// that is inflated, and one that is lost so that nothing is adjusted downward.
public struct FlagReview: Sendable {
  /// One home and flag.
  public struct Finding: Hashable, Sendable {
    /// The home.
    public let site: SiteID
    /// The flag's code.
    public let flag: String
    /// The events, in order of time.
    public let events: [EventID]
  }

  /// Events in a row.
  public static let cappedInARow = 3
  /// Events in a season.
  public static let skippedInSeason = 2

  /// By home, then flag, then time.
  public let findings: [Finding]

  /// What a report says of an event.
  private struct Report: Decodable {
    struct Event: Decodable {
      var id: String
      var start: String
    }
    struct Policy: Decodable { var sha256: String }
    struct Home: Decodable {
      var siteId: String
      var flags: [String]
    }
    var event: Event
    var policy: Policy
    var homes: [Home]
  }

  private struct Seen {
    let event: EventID
    let start: Timestamp
    let season: String
    let flags: Set<String>
  }

  /// Looks through the newest payable report of each event in `folder`.
  ///
  /// - Parameter policies: Tell zones and seasons; an event of another policy belongs to its
  ///   calendar year in UTC.
  /// - Throws: `ReportFolder.Fault` for a report that is not there or cannot be read.
  public init(_ folder: ReportFolder, policies: [Policy]) throws(ReportFolder.Fault) {
    var seen: [SiteID: [Seen]] = [:]
    for name in folder.events {
      let (run, bytes) = try folder.read(.json, event: name)
      guard let report = try? JSONDecoder().decode(Report.self, from: Data(bytes)),
        let event = EventID(report.event.id), let start = Timestamp(rfc3339: report.event.start)
      else { throw .noFile(path: "\(folder.folder(event: name, run: run))/report.json") }
      let policy = policies.first { $0.hash.description == report.policy.sha256 }
      let zone = policy?.measurement.calendar.zone ?? .utc
      let date = zone.date(at: start)
      let season =
        policy.flatMap { PeriodCalendar($0).seasonStart(of: date) }.map { "\($0)" }
        ?? "\(date.components.year)"
      for home in report.homes {
        guard let site = SiteID(home.siteId) else { continue }
        seen[site, default: []].append(
          Seen(event: event, start: start, season: season, flags: Set(home.flags)))
      }
    }
    findings = seen.sorted { $0.key < $1.key }.flatMap { site, events in
      let ordered = events.sorted { ($0.start, $0.event) < ($1.start, $1.event) }
      return Self.capped(site, ordered) + Self.skipped(site, ordered)
    }
  }

  private static func capped(_ site: SiteID, _ events: [Seen]) -> [Finding] {
    var findings: [Finding] = []
    for stretch in events.split(whereSeparator: { !$0.flags.contains("adjustmentCapped") })
    where stretch.count >= cappedInARow {
      findings.append(
        Finding(site: site, flag: "adjustmentCapped", events: stretch.map(\.event)))
    }
    return findings
  }

  private static func skipped(_ site: SiteID, _ events: [Seen]) -> [Finding] {
    let skipped = events.filter { $0.flags.contains("adjustmentSkipped") }
    return Dictionary(grouping: skipped, by: \.season).sorted { $0.key < $1.key }
      .filter { $0.value.count >= skippedInSeason }
      .map { Finding(site: site, flag: "adjustmentSkipped", events: $0.value.map(\.event)) }
  }
}
