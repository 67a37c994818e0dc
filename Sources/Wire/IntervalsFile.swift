public import Grid

/// One home in one interval of an event: what it was committed to, and what was verified.
public struct IntervalRow: Hashable, Sendable {
  /// How far the reduction can be trusted.
  public enum Status: Hashable, Sendable { case verified, estimated, missing }

  /// The event.
  public var event: EventID
  /// The home.
  public var site: SiteID
  /// The interval.
  public var window: Window
  /// 0...3 as in a signal; 1 when the file does not say.
  public var level: Int
  /// What the reward is capped by.
  public var committed: Energy
  /// What a penalty is measured from; not greater.
  public var penaltyBase: Energy
  /// The verified reduction, signed; nil exactly when it is missing.
  public var reduction: Energy?
  /// How far it can be trusted.
  public var status: Status
  /// A word of `reward.excusals`, or empty.
  public var excusal: String
  /// Codes of verification, and `test`, `unnotified`, `optedOut`.
  public var flags: [String]
  /// The signal's price in millionths of the currency a unit of the policy's rate, or nil.
  public var signalPrice: Int64?
  /// Where the row stands.
  public var line: Int

  /// A verified interval of a home.
  public init(
    event: EventID, site: SiteID, window: Window, level: Int = 1, committed: Energy,
    penaltyBase: Energy, reduction: Energy?, status: Status, excusal: String = "",
    flags: [String] = [], signalPrice: Int64? = nil, line: Int = 1
  ) {
    self.event = event
    self.site = site
    self.window = window
    self.level = level
    self.committed = committed
    self.penaltyBase = penaltyBase
    self.reduction = reduction
    self.status = status
    self.excusal = excusal
    self.flags = flags
    self.signalPrice = signalPrice
    self.line = line
  }
}

/// Verified intervals as CSV: what `intervals.csv` of a report says of commitment and reduction.
///
/// `event_id,site_id,interval_start,interval_min`, then `commitment_j` or `committed_kwh`, and
/// `reduction_j` or `delivered_kwh`. `level`, `penalty_base_j`, `quality` (`A`, `E`, `M`),
/// `excusal`, `flags` (joined by `;`) and `signal_price` may be there. The other columns of a
/// report are not read. An empty reduction is missing, never zero.
public enum IntervalsFile {
  private enum Column: Int, CSVColumn {
    case event, site, start, minutes, commitment, committed, reduction, delivered
    case level, penaltyBase, quality, excusal, flags, signalPrice

    static let names = [
      "event_id", "site_id", "interval_start", "interval_min", "commitment_j", "committed_kwh",
      "reduction_j", "delivered_kwh", "level", "penalty_base_j", "quality", "excusal", "flags",
      "signal_price",
    ]
    static let optional: [Column] = [
      .commitment, .committed, .reduction, .delivered, .level, .penaltyBase, .quality, .excusal,
      .flags, .signalPrice,
    ]
    static let ignored = [
      "run_id", "run_type", "policy_sha256", "policy_version", "battery_id", "local_date",
      "baseline_kind", "baseline_days", "unadjusted_j", "adjustment_type", "adjustment",
      "adjustment_capped", "baseline_j", "actual_j", "loss_factor", "credited_j", "credited_kwh",
      "over_j", "shortfall_j", "energy_price", "premium_price", "penalty_price", "price_source",
      "input_sha256",
    ]
  }

  /// The rows of the file, in its order.
  /// - Throws: every fault; a home may have an interval of an event once.
  public static func parse(_ bytes: [UInt8], file: String) throws(FileFaults) -> [IntervalRow] {
    struct Key: Hashable {
      let event: EventID
      let site: SiteID
      let start: Timestamp
    }
    var table = CSVTable<Column>(bytes, file: file)
    if table.hasHeader {
      oneOf(.commitment, .committed, &table)
      oneOf(.reduction, .delivered, &table)
    }
    guard table.faults.isEmpty else { throw table.faults.faults }
    var rows: [IntervalRow] = []
    var lines: [Key: Int] = [:]
    while table.next() {
      guard let row = row(&table) else { continue }
      let key = Key(event: row.event, site: row.site, start: row.window.start)
      if let first = lines.updateValue(table.line, forKey: key) {
        table.fault(
          .start, allowed: "each interval of a home once; this one stands on line \(first)")
        continue
      }
      rows.append(row)
    }
    guard table.faults.isEmpty else { throw table.faults.faults }
    return rows
  }

  private static func oneOf(_ a: Column, _ b: Column, _ table: inout CSVTable<Column>) {
    guard table.has(a) == table.has(b) else { return }
    let names = "\(Column.names[a.rawValue]) or \(Column.names[b.rawValue])"
    table.fault(
      line: 1, a, found: table.has(a) ? "both" : "no such column", allowed: "one of \(names)")
  }

  private static func row(_ table: inout CSVTable<Column>) -> IntervalRow? {
    let event = table.id(.event, as: EventKind.self)
    let site = table.id(.site, as: SiteKind.self)
    let start = table.time(.start)
    let minutes = table.integer(.minutes, 1...1_440)
    let level = table.isEmpty(.level) ? 1 : table.integer(.level, 0...3)
    let committed = energy(&table, .commitment, .committed)
    let penaltyBase = table.isEmpty(.penaltyBase) ? committed : joules(&table, .penaltyBase)
    let quality = table.text(.quality)
    if !["", "A", "E", "M"].contains(quality) { table.fault(.quality, allowed: "A, E or M") }
    let isEmpty = table.isEmpty(.reduction) && table.isEmpty(.delivered)
    let reduction = isEmpty ? nil : energy(&table, .reduction, .delivered)
    if let committed, committed < .zero {
      table.fault(table.has(.committed) ? .committed : .commitment, allowed: "0 or more")
    }
    if let committed, let penaltyBase, committed >= .zero,
      penaltyBase < .zero || penaltyBase > committed
    {
      table.fault(.penaltyBase, allowed: "0 to the commitment of the row")
    }
    let price = table.isEmpty(.signalPrice) ? nil : price(&table)
    guard table.rowIsGood, let event, let site, let start, let minutes, let level, let committed,
      let penaltyBase
    else { return nil }
    let status: IntervalRow.Status =
      reduction == nil || quality == "M" ? .missing : quality == "E" ? .estimated : .verified
    return IntervalRow(
      event: event, site: site,
      window: Window(start: start, end: start.adding(seconds: minutes * 60))!,
      level: Int(level), committed: committed, penaltyBase: penaltyBase,
      reduction: status == .missing ? nil : reduction, status: status,
      excusal: table.text(.excusal),
      flags: table.text(.flags).split(separator: ";").map(String.init), signalPrice: price,
      line: table.line)
  }

  private static func energy(
    _ table: inout CSVTable<Column>, _ exact: Column, _ decimal: Column
  ) -> Energy? {
    if table.has(exact) { return joules(&table, exact) }
    guard let value = DecimalEnergy.read(table.text(decimal), joulesPerUnit: 3_600_000),
      !value.isRounded, abs(value.joules) <= 3_600_000_000_000
    else {
      table.fault(decimal, allowed: "kilowatt-hours that are whole joules, no unit")
      return nil
    }
    return Energy(joules: value.joules)
  }

  private static func joules(_ table: inout CSVTable<Column>, _ column: Column) -> Energy? {
    // A gigawatt-hour in one interval is no home.
    let most: Int64 = 3_600_000_000_000
    return table.integer(column, -most...most).map { Energy(joules: $0) }
  }

  private static func price(_ table: inout CSVTable<Column>) -> Int64? {
    if let value = try? FixedDecimal.parse(table.text(.signalPrice), places: 6, maximumDigits: 6),
      value >= 0
    {
      return value
    }
    table.fault(.signalPrice, allowed: "a decimal of 0 or more with at most six places")
    return nil
  }
}
