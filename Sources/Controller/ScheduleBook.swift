public import Grid
import Signing
public import Verification
public import Wire

/// Schedules that sites declared, version by version, and the digests frozen at gate closure.
public struct ScheduleBook: Sendable {
  /// A version's runs of intervals without a gap.
  private let runs: [SiteID: [DeclaredSchedule]]
  private let frozen: [EventID: [SiteID: Digest]]?

  /// A book.
  ///
  /// - Parameter frozen: What was recorded before the events; nil when nobody did, and each
  ///   schedule is believed as it stands.
  public init(_ rows: [ScheduleRow], frozen: [FrozenSchedule]?) {
    var runs: [SiteID: [DeclaredSchedule]] = [:]
    var open: [ScheduleRow] = []
    func close() {
      guard let first = open.first else { return }
      let seconds = first.window.seconds
      let energies = open.map(\.energy)
      let digest = SHA256.hash(
        DeclaredSchedule.canonicalBytes(
          site: first.site, start: first.window.start, intervalSeconds: seconds,
          energies: energies))
      runs[first.site, default: []].append(
        DeclaredSchedule(
          site: first.site, start: first.window.start, intervalSeconds: seconds,
          energies: energies, declaredAt: first.declaredAt, digest: digest, frozenDigest: digest))
      open = []
    }
    for row in rows {
      if let last = open.last,
        last.site != row.site || last.declaredAt != row.declaredAt
          || last.window.end != row.window.start || last.window.seconds != row.window.seconds
      {
        close()
      }
      open.append(row)
    }
    close()
    self.runs = runs
    self.frozen = frozen.map { rows in
      rows.reduce(into: [:]) { $0[$1.event, default: [:]][$1.site] = $1.digest }
    }
  }

  /// Sites that declared anything.
  public var sites: [SiteID] { runs.keys.sorted() }

  /// The version in force for an event of the site, with the digest that was frozen for it.
  ///
  /// Nil when none came in time, or when digests were recorded and this site has none.
  public func inForce(
    _ site: SiteID, event: EventID, window: Window, gateClosureMinutes: Int64
  ) -> DeclaredSchedule? {
    let found = DeclaredSchedule.inForce(
      touching(site, window), eventStart: window.start, gateClosureMinutes: gateClosureMinutes)
    guard let frozen else { return found }
    guard let digest = frozen[event]?[site] else { return nil }
    guard let found else {
      // What counted at the gate cannot be withdrawn: without it the file was changed.
      return DeclaredSchedule(
        site: site, start: window.start, intervalSeconds: window.seconds, energies: [],
        declaredAt: window.start.adding(seconds: -60 * gateClosureMinutes),
        digest: SHA256.hash(""), frozenDigest: digest)
    }
    return DeclaredSchedule(
      site: found.site, start: found.start, intervalSeconds: found.intervalSeconds,
      energies: found.energies, declaredAt: found.declaredAt, digest: found.digest,
      frozenDigest: digest)
  }

  /// Versions that touch the event and came after the gate: they are turned away.
  public func tooLate(
    _ site: SiteID, window: Window, gateClosureMinutes: Int64
  ) -> [DeclaredSchedule] {
    let gate = window.start.adding(seconds: -60 * gateClosureMinutes)
    return touching(site, window).filter { $0.declaredAt > gate }
  }

  /// All that the site declared for whatever time.
  public func history(of site: SiteID) -> [DeclaredSchedule] { runs[site] ?? [] }

  private func touching(_ site: SiteID, _ window: Window) -> [DeclaredSchedule] {
    (runs[site] ?? []).filter { $0.window.intersection(window) != nil }
  }
}
