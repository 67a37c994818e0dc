public import Grid

/// One row of an events file.
public struct EventRow: Hashable, Sendable {
  /// The event.
  public let event: EventID
  /// When it was.
  public let window: Window
  /// 0...3 as in a signal; 1 when the file does not say.
  public let level: Int
  /// Reduction wanted from the fleet.
  public let target: Power?
  /// When it was announced.
  public let issued: Timestamp?

  /// A row.
  public init(
    event: EventID, window: Window, level: Int, target: Power? = nil, issued: Timestamp? = nil
  ) {
    self.event = event
    self.window = window
    self.level = level
    self.target = target
    self.issued = issued
  }
}

/// Past events as CSV: `event_id,start,end`, and optionally `level,target_kw,issued`.
///
/// `level` is 0...3 or `economic` (1), `emergency_watch` (2), `emergency` (3). Columns that tell
/// how an event was found (`basis`, `peak_demand_mw`, `forecast_peak_mw`,
/// `max_da_price_usd_per_mwh`, `official_start`, `official_end`, `why`) may be there and are not
/// read.
public enum EventsFile {
  private enum Column: Int, CSVColumn {
    case event, start, end, level, target, issued

    static let names = ["event_id", "start", "end", "level", "target_kw", "issued"]
    static let optional: [Column] = [.level, .target, .issued]
    static let ignored = [
      "basis", "peak_demand_mw", "forecast_peak_mw", "max_da_price_usd_per_mwh",
      "official_start", "official_end", "why",
    ]
  }

  /// The events of the file, in its order.
  ///
  /// - Parameter zone: Where a time may stand without offset, as the clocks there show it; without
  ///   a zone every time needs one.
  /// - Throws: every fault; an event may stand once.
  public static func parse(
    _ bytes: [UInt8], file: String, localIn zone: ZoneOffsets? = nil
  ) throws(FileFaults) -> [EventRow] {
    var table = CSVTable<Column>(bytes, file: file)
    var rows: [EventRow] = []
    var lines: [EventID: Int] = [:]
    while table.next() {
      let event = table.id(.event, as: EventKind.self)
      let start = table.time(.start, localIn: zone)
      let end = table.time(.end, localIn: zone)
      let level = level(&table)
      let target = table.isEmpty(.target) ? nil : watts(&table)
      let issued = table.isEmpty(.issued) ? nil : table.time(.issued, localIn: zone)
      if let event, let first = lines.updateValue(table.line, forKey: event) {
        table.fault(.event, allowed: "each event once; it stands on line \(first)")
      }
      guard let start, let end else { continue }
      guard let window = Window(start: start, end: end) else {
        table.fault(.end, allowed: "after start")
        continue
      }
      guard table.rowIsGood, let event, let level else { continue }
      rows.append(
        EventRow(event: event, window: window, level: level, target: target, issued: issued))
    }
    guard table.faults.isEmpty else { throw table.faults.faults }
    return rows
  }

  private static func level(_ table: inout CSVTable<Column>) -> Int? {
    switch table.text(.level) {
    case "", "1", "economic": return 1
    case "0": return 0
    case "2", "emergency_watch": return 2
    case "3", "emergency": return 3
    default:
      table.fault(.level, allowed: "0...3, economic, emergency_watch, emergency")
      return nil
    }
  }

  private static func watts(_ table: inout CSVTable<Column>) -> Power? {
    if let watts = try? FixedDecimal.parse(table.text(.target), places: 3, maximumDigits: 9),
      watts > 0
    {
      return Power(watts: watts)
    }
    table.fault(.target, allowed: "kilowatts above 0 with at most three decimals, no unit")
    return nil
  }
}
