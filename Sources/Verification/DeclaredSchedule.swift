public import Grid

/// What a site said beforehand it would import: the baseline of `kind: declared`.
///
/// The last version before gate closure counts and cannot be withdrawn; its digest was recorded
/// then. This room has no hash function: whoever reads a schedule back hashes `canonicalBytes` and
/// passes the result as `digest`.
public struct DeclaredSchedule: Hashable, Sendable {
  /// The site.
  public let site: SiteID
  /// Start of the first interval.
  public let start: Timestamp
  /// Length of each interval.
  public let intervalSeconds: Int64
  /// Net import of each interval, in order.
  public let energies: [Energy]
  /// When it was declared.
  public let declaredAt: Timestamp
  /// SHA-256 of `canonicalBytes`, computed from the schedule as it is now.
  public let digest: Digest
  /// SHA-256 that was recorded at gate closure.
  public let frozenDigest: Digest

  /// A declaration as it was read back.
  public init(
    site: SiteID, start: Timestamp, intervalSeconds: Int64, energies: [Energy],
    declaredAt: Timestamp, digest: Digest, frozenDigest: Digest
  ) {
    precondition(intervalSeconds > 0, "an interval has a length")
    self.site = site
    self.start = start
    self.intervalSeconds = intervalSeconds
    self.energies = energies
    self.declaredAt = declaredAt
    self.digest = digest
    self.frozenDigest = frozenDigest
  }

  /// The bytes that are hashed at gate closure: lines of UTF-8, each ended by LF.
  ///
  /// `headroom-schedule-v1`, site, interval seconds, first start in UTC microseconds, count, then
  /// one integer of joules a line.
  public static func canonicalBytes(
    site: SiteID, start: Timestamp, intervalSeconds: Int64, energies: [Energy]
  ) -> [UInt8] {
    var lines = ["headroom-schedule-v1", site.text, "\(intervalSeconds)", "\(start.microseconds)"]
    lines.append("\(energies.count)")
    for energy in energies { lines.append("\(energy.joules)") }
    return Array(lines.map { $0 + "\n" }.joined().utf8)
  }

  /// From the first interval to the end of the last.
  public var window: Window {
    Window(
      start: start,
      end: start.adding(seconds: intervalSeconds * Int64(max(1, energies.count))))!
  }

  /// The bytes of this schedule.
  public var canonicalBytes: [UInt8] {
    Self.canonicalBytes(
      site: site, start: start, intervalSeconds: intervalSeconds, energies: energies)
  }

  /// The last of `versions` that came in time for an event at `start`, or nil: none did.
  ///
  /// A version of the gate's own moment is in time; of two at the same moment the later in the
  /// list counts.
  public static func inForce(
    _ versions: [DeclaredSchedule], eventStart: Timestamp, gateClosureMinutes: Int64
  ) -> DeclaredSchedule? {
    let gate = eventStart.adding(seconds: -60 * gateClosureMinutes)
    var found: DeclaredSchedule?
    for version in versions where version.declaredAt <= gate {
      if let best = found, version.declaredAt < best.declaredAt { continue }
      found = version
    }
    return found
  }

  /// Declared energy from `second` (Unix time) for `seconds`; nil where it was not declared whole.
  func joules(from second: Int64, seconds: Int64) -> Int64? {
    let offset = second - start.seconds
    guard offset >= 0, offset.isMultiple(of: intervalSeconds),
      seconds.isMultiple(of: intervalSeconds)
    else { return nil }
    let first = offset / intervalSeconds
    let last = first + seconds / intervalSeconds
    guard last <= Int64(energies.count) else { return nil }
    return energies[Int(first)..<Int(last)].reduce(0) { $0 + $1.joules }
  }
}
