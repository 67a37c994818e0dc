public import Grid

/// One interval of a schedule that a site declared.
public struct ScheduleRow: Hashable, Comparable, Sendable {
  /// The site.
  public let site: SiteID
  /// The interval.
  public let window: Window
  /// Net import that was declared for it.
  public let energy: Energy
  /// When it was declared.
  public let declaredAt: Timestamp

  /// By site, version and time.
  public static func < (a: ScheduleRow, b: ScheduleRow) -> Bool {
    (a.site, a.declaredAt, a.window.start) < (b.site, b.declaredAt, b.window.start)
  }
}

/// Declared schedules as CSV: `site_id,start,duration_min,kwh,declared_at`.
///
/// The rows of one site and one `declared_at` are one version; a later one replaces it. `kwh` is
/// net import, negative for export, with at most five decimals: whole joules. `declared_by` may be
/// there and is not read.
public enum SchedulesFile {
  private enum Column: Int, CSVColumn {
    case site, start, duration, energy, declaredAt

    static let names = ["site_id", "start", "duration_min", "kwh", "declared_at"]
    static let optional: [Column] = []
    static let ignored = ["declared_by"]
  }

  /// Bytes of a served controller's file at most: its rows are kept in memory.
  public static let byteLimit = 1 << 24

  /// A file that holds just these rows, in their order.
  public static func encode(_ rows: some Sequence<ScheduleRow>) -> [UInt8] {
    var text = Column.names.joined(separator: ",") + "\n"
    for row in rows {
      let kWh = FixedDecimal.text(row.energy.joules / 36, places: 5, minimumPlaces: 0)
      text +=
        "\(row.site),\(row.window.start),\(row.window.seconds / 60),\(kWh),\(row.declaredAt)\n"
    }
    return Array(text.utf8)
  }

  /// The rows by site, version and start.
  /// - Throws: every fault; two values of a version for one time are one.
  public static func parse(
    _ bytes: [UInt8], file: String, localIn zone: ZoneOffsets? = nil
  ) throws(FileFaults) -> [ScheduleRow] {
    var table = CSVTable<Column>(bytes, file: file)
    var rows: [(row: ScheduleRow, line: Int)] = []
    while table.next() {
      let site = table.id(.site, as: SiteKind.self)
      let start = table.time(.start, localIn: zone)
      let minutes = table.integer(.duration, 1...1_440)
      let declaredAt = table.time(.declaredAt, localIn: zone)
      let energy = try? FixedDecimal.parse(table.text(.energy), places: 5, maximumDigits: 7)
      if energy == nil {
        table.fault(.energy, allowed: "kilowatt-hours with at most five decimals, no unit")
      }
      guard table.rowIsGood, let site, let start, let minutes, let declaredAt, let energy else {
        continue
      }
      let window = Window(start: start, end: start.adding(seconds: 60 * minutes))!
      rows.append(
        (
          ScheduleRow(
            site: site, window: window, energy: Energy(joules: energy * 36),
            declaredAt: declaredAt), table.line
        ))
    }
    rows.sort { $0.row < $1.row || (!($1.row < $0.row) && $0.line < $1.line) }
    for (first, second) in zip(rows, rows.dropFirst())
    where first.row.site == second.row.site && first.row.declaredAt == second.row.declaredAt
      && second.row.window.start < first.row.window.end
    {
      table.fault(
        line: second.line, .start,
        found: "\(second.row.window.start), which line \(first.line) has",
        allowed: "each time once in a version")
    }
    guard table.faults.isEmpty else { throw table.faults.faults }
    return rows.map(\.row)
  }
}

/// The digest of a site's schedule as it was frozen at gate closure.
public struct FrozenSchedule: Hashable, Sendable {
  /// The event.
  public let event: EventID
  /// The site.
  public let site: SiteID
  /// SHA-256 of the canonical form.
  public let digest: Digest

  /// A site's digest for an event.
  public init(event: EventID, site: SiteID, digest: Digest) {
    self.event = event
    self.site = site
    self.digest = digest
  }
}

/// Digests that were recorded at gate closure, as CSV: `event_id,site_id,sha256`.
///
/// `headroom baseline --freeze` writes it; its other columns are for people and are not read.
public enum FrozenFile {
  private enum Column: Int, CSVColumn {
    case event, site, digest

    static let names = ["event_id", "site_id", "sha256"]
    static let optional: [Column] = []
    static let ignored = ["declared_at", "gate_closure"]
  }

  /// A file that holds just these digests.
  public static func encode(_ rows: [FrozenSchedule]) -> [UInt8] {
    var text = Column.names.joined(separator: ",") + "\n"
    for row in rows { text += "\(row.event),\(row.site),\(row.digest)\n" }
    return Array(text.utf8)
  }

  /// The digests, in the order of the file.
  /// - Throws: every fault; a site may stand once for an event.
  public static func parse(
    _ bytes: [UInt8], file: String
  ) throws(FileFaults) -> [FrozenSchedule] {
    var table = CSVTable<Column>(bytes, file: file)
    var rows: [FrozenSchedule] = []
    var lines: [String: Int] = [:]
    while table.next() {
      let event = table.id(.event, as: EventKind.self)
      let site = table.id(.site, as: SiteKind.self)
      let digest = Digest(hex: table.text(.digest))
      if digest == nil { table.fault(.digest, allowed: "64 hexadecimal digits") }
      guard table.rowIsGood, let event, let site, let digest else { continue }
      if let first = lines.updateValue(table.line, forKey: "\(event) \(site)") {
        table.fault(.site, allowed: "each site once an event; it stands on line \(first)")
        continue
      }
      rows.append(FrozenSchedule(event: event, site: site, digest: digest))
    }
    guard table.faults.isEmpty else { throw table.faults.faults }
    return rows
  }
}
