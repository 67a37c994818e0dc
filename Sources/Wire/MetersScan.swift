import Grid

/// One reading of a meters file: its rows become readings, then they are compared.
struct MetersScan {
  private(set) var table: CSVTable<MetersFile.Column>
  private(set) var readings: [Reading] = []
  private(set) var halfMissing = 0
  private(set) var rounded = 0
  private(set) var unusualOffsets = (count: 0, line: 0)
  private let zone: ZoneOffsets?
  /// For each reading: the line on which it stands, and its meter's place in order of first rows.
  private var lines: [Int32] = []
  private var owners: [Int32] = []
  private var names: [MeterID] = []
  private var ordinals: [MeterID: Int32] = [:]
  private var lastName: (start: Int, end: Int, ordinal: Int32)?

  init(_ bytes: [UInt8], file: String, zone: ZoneOffsets? = nil) {
    self.zone = zone
    table = CSVTable(bytes, file: file, upTo: MetersFile.fileBytes)
    readings.reserveCapacity(bytes.count / 40)
    lines.reserveCapacity(bytes.count / 40)
    owners.reserveCapacity(bytes.count / 40)
  }

  /// Reads every row.
  mutating func run() {
    while table.next() {
      guard readings.count < MetersFile.rows else {
        table.fault(.meter, allowed: "\(MetersFile.rows) rows a file", found: "more rows")
        return
      }
      row()
    }
  }

  private mutating func row() {
    let meter = meter()
    let start = table.time(.start)
    if let zone, let start { compareOffset(of: start, with: zone) }
    let minutes = minutes()
    let quality = quality()
    let imported = energy(.imported)
    let exported = table.has(.exported) ? energy(.exported) : imported.map { _ in .zero }
    switch quality {
    case .missing:
      if !table.isEmpty(.imported) { table.fault(.imported, allowed: "empty, with quality M") }
      if !table.isEmpty(.exported) { table.fault(.exported, allowed: "empty, with quality M") }
    case .actual, .edited, .estimated:
      if table.isEmpty(.imported), table.isEmpty(.exported) {
        let column = MetersFile.Column.imported
        table.fault(column, allowed: "a number, or quality M; empty is missing, not 0")
      }
    case nil: break
    }
    guard table.rowIsGood, let meter, let start, let minutes, var quality,
      let window = Window(start: start, end: start.adding(seconds: minutes * 60))
    else { return }
    if quality != .missing, imported == nil || exported == nil {
      quality = .missing
      halfMissing += 1
    }
    readings.append(
      Reading(
        meter: names[Int(meter)], window: window, imported: imported, exported: exported,
        quality: quality))
    lines.append(Int32(truncatingIfNeeded: table.line))
    owners.append(meter)
  }

  /// The meter's place; rows of one meter usually follow each other.
  private mutating func meter() -> Int32? {
    guard let cell = table.cell(.meter) else { return nil }
    if let last = lastName, last.end - last.start == cell.end - cell.start,
      (0..<(cell.end - cell.start)).allSatisfy({
        table.bytes[last.start + $0] == table.bytes[cell.start + $0]
      })
    {
      return last.ordinal
    }
    guard let id = table.id(.meter, as: MeterKind.self) else { return nil }
    let ordinal = ordinals[id] ?? Int32(names.count)
    if Int(ordinal) == names.count {
      guard names.count < MetersFile.meters else {
        table.fault(.meter, allowed: "\(MetersFile.meters) meters a file", found: "one more")
        return nil
      }
      names.append(id)
      ordinals[id] = ordinal
    }
    lastName = (cell.start, cell.end, ordinal)
    return ordinal
  }

  /// Counts an offset that the zone does not have at this moment; `Z` says nothing of a place.
  private mutating func compareOffset(of start: Timestamp, with zone: ZoneOffsets) {
    guard let cell = table.cell(.start), cell.end - cell.start > 6 else { return }
    let digits = table.bytes[(cell.end - 6)..<cell.end].map { Int64($0) - 48 }
    // The sign: + is 43, - is 45.
    guard digits[0] == -5 || digits[0] == -3 else { return }
    let minutes = (digits[1] * 10 + digits[2]) * 60 + digits[4] * 10 + digits[5]
    guard zone.offsetSeconds(at: start) != (digits[0] == -3 ? -minutes : minutes) * 60 else {
      return
    }
    if unusualOffsets.count == 0 { unusualOffsets.line = table.line }
    unusualOffsets.count += 1
  }

  private mutating func minutes() -> Int64? {
    guard let minutes = table.integer(.duration, 1...1_440) else { return nil }
    if 1_440 % minutes == 0 { return minutes }
    table.fault(.duration, allowed: "minutes that divide a day, 1...1440")
    return nil
  }

  private mutating func quality() -> Quality? {
    guard table.has(.quality) else { return .actual }
    if let cell = table.cell(.quality), cell.end - cell.start == 1 {
      switch table.bytes[cell.start] {
      case UInt8(ascii: "A"): return .actual
      case UInt8(ascii: "E"): return .estimated
      case UInt8(ascii: "M"): return .missing
      default: break
      }
    }
    table.fault(.quality, allowed: "A, E or M")
    return nil
  }

  private mutating func energy(_ column: MetersFile.Column) -> Energy? {
    let read = table.energy(
      column, ifNegative: "0 or more; split a signed value into import_kwh and export_kwh")
    if read?.isRounded == true { rounded += 1 }
    return read?.energy
  }

  /// Orders by meter's name and start.
  mutating func sort() {
    var rank = [Int32](repeating: 0, count: names.count)
    for (place, ordinal) in names.indices.sorted(by: { names[$0] < names[$1] }).enumerated() {
      rank[ordinal] = Int32(place)
    }
    let keys = owners.indices.map { (rank[Int(owners[$0])], readings[$0].window.start, $0) }
    let isSorted = zip(keys, keys.dropFirst()).allSatisfy { ($0.0, $0.1) <= ($1.0, $1.1) }
    guard !isSorted else { return }
    let order = keys.sorted { $0 < $1 }.map(\.2)
    readings = order.map { readings[$0] }
    lines = order.map { lines[$0] }
  }

  /// Collects what the sorted readings of a meter must not do together.
  mutating func refuseOverlaps() {
    guard readings.count > 1 else { return }
    // The reading of the present meter that ends last: a long one may reach over several others.
    var furthest = 0
    for place in 1..<readings.count {
      let before = readings[furthest].window
      let after = readings[place].window
      guard readings[furthest].meter == readings[place].meter else {
        furthest = place
        continue
      }
      if after.start < before.end {
        table.fault(
          line: Int(lines[place]), .start, found: "\(after)",
          allowed: "each moment of a meter once; line \(lines[furthest]) has \(before)")
      } else if after.seconds != before.seconds,
        Self.hour(after.start.microseconds) == Self.hour(before.end.microseconds - 1)
      {
        table.fault(
          line: Int(lines[place]), .duration, found: "\(after.seconds / 60)",
          allowed: "one length within an hour; line \(lines[furthest]) has "
            + "\(before.seconds / 60)")
      }
      if before.end <= after.end { furthest = place }
    }
  }

  private static func hour(_ microseconds: Int64) -> Int64 {
    let hour: Int64 = 3_600_000_000
    return microseconds >= 0 ? microseconds / hour : -((-microseconds + hour - 1) / hour)
  }
}
