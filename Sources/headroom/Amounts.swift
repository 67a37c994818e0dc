import Grid

/// Numbers and columns as the file commands print them; exact, never rounded.
enum Amounts {
  /// `50,000`.
  static func count(_ number: Int) -> String { grouped(String(number)) }

  /// Kilowatts, down to the watt: `27,000 kW`, `0.54 kW`.
  static func power(_ power: Power) -> String {
    grouped(FixedDecimal.text(power.watts, places: 3, minimumPlaces: 0)) + " kW"
  }

  /// Kilowatt-hours, down to the whole watt-hour below: `62,500 kWh`.
  static func energy(_ energy: Energy) -> String {
    grouped(FixedDecimal.text(energy.wattHoursRoundedDown, places: 3, minimumPlaces: 0)) + " kWh"
  }

  /// Kilowatt-hours with four decimals, half away from zero, for tables; `-` when there is none.
  static func fourDecimals(_ energy: Energy?) -> String {
    guard let energy else { return "-" }
    let magnitude = (Int128(energy.joules.magnitude) * 2 + 360) / 720
    return FixedDecimal.text(
      energy.joules < 0 ? -magnitude : magnitude, places: 4, minimumPlaces: 4)
  }

  /// Thousands with commas.
  static func grouped(_ text: String) -> String {
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    let body = isNegative ? text.dropFirst() : text[...]
    let whole = body.prefix { $0 != "." }
    var groups = ""
    for (place, digit) in whole.enumerated() {
      if place > 0, (whole.count - place).isMultiple(of: 3) { groups.append(",") }
      groups.append(digit)
    }
    return (isNegative ? "-" : "") + groups + body.dropFirst(whole.count)
  }

  /// Rows of equal length as columns: the first to the left, the others to the right unless
  /// `left` has their places.
  static func table(_ rows: [[String]], left: Set<Int> = [0]) -> String {
    guard let first = rows.first else { return "" }
    let widths = first.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        if column > 0 { line += "  " }
        let space = String(repeating: " ", count: widths[column] - cell.count)
        line += left.contains(column) ? cell + space : space + cell
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  /// `2026-07-15 17:00-19:00 America/Los_Angeles`, with both dates where they differ.
  static func window(_ window: Window, in zone: ZoneOffsets) -> String {
    let from = zone.date(at: window.start)
    let to = zone.date(at: window.end)
    let until = from == to ? "" : "\(to) "
    return "\(from) \(clock(window.start, zone))-\(until)\(clock(window.end, zone)) \(zone.name)"
  }

  private static func clock(_ moment: Timestamp, _ zone: ZoneOffsets) -> String {
    let minute = zone.secondOfDay(at: moment) / 60
    let text = String(10_000 + minute / 60 * 100 + minute % 60)
    return "\(text.dropFirst().prefix(2)):\(text.suffix(2))"
  }
}
