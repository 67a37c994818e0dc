import GRDB
import Grid

/// Puts the readings of one import into the archive, day by day.
struct ImportMerge {
  private let delivery: ReadingImport
  private let number: Int64
  private let rows: [Int32]
  private(set) var summary = ImportSummary()
  private var faults: [String] = []
  private var faultCount = 0
  /// Readings whose value is now that of this import.
  private var taken: [Bool]
  private var versions: [Int64] = []
  private var origins: [OriginKey: [Origin]] = [:]

  /// Faults that are listed; more are counted.
  private static let listed = 1_000

  private struct Key: Hashable {
    let block: Int32
    let minutes: Int
    let day: Int64
  }

  private struct OriginKey: Hashable {
    let meter: Int32
    let seconds: Int64
  }

  /// Where the present value of a stretch of time came from.
  private struct Origin {
    let first: Int64
    let last: Int64
    let version: Int64
    let source: String?
  }

  init(_ delivery: ReadingImport, number: Int64, rows: [Int32]) {
    self.delivery = delivery
    self.number = number
    self.rows = rows
    taken = Array(repeating: false, count: delivery.runs.isEmpty ? 0 : delivery.readings.count)
    if !delivery.runs.isEmpty {
      versions = Array(repeating: 0, count: delivery.readings.count)
      for run in delivery.runs {
        for place in run.range { versions[place] = run.version }
      }
    }
  }

  /// Writes every day that changes, then the versions.
  mutating func run(in database: Database) throws {
    for (key, ranges) in days() {
      var block =
        try SQLiteReadingStore.fetch(
          key.block, days: key.day..<key.day + 1, slotMinutes: key.minutes, from: database)
        ?? ArchiveBlock(firstDay: key.day, dayCount: 1, slotMinutes: key.minutes)
      var hasChanged = false
      for range in ranges {
        for place in range {
          if try merge(place, into: &block, database) { hasChanged = true }
        }
      }
      guard hasChanged, faultCount == 0 else { continue }
      try database.cachedStatement(
        sql: "DELETE FROM segment WHERE minutes = ? AND block = ? AND day = ?"
      ).execute(arguments: [key.minutes, key.block, key.day])
      try SQLiteReadingStore.insert(block, number: key.block, into: database)
    }
    guard faultCount == 0 else {
      throw StoreError.importRefused(faults: faults, total: faultCount)
    }
    try keepOrigins(in: database)
  }

  /// The places of each day of a block, in order.
  private func days() -> [(Key, [Range<Int>])] {
    var days: [Key: [Range<Int>]] = [:]
    var start = 0
    var last: Key?
    for (place, reading) in delivery.readings.enumerated() {
      let key = Key(
        block: (rows[place] - 1) / Int32(ArchiveBlock.meters),
        minutes: ArchiveBlock.grid(of: reading.window),
        day: CivilDate(utc: reading.window.start).dayNumber)
      if key != last {
        if let last { days[last, default: []].append(start..<place) }
        start = place
        last = key
      }
    }
    if let last { days[last, default: []].append(start..<delivery.readings.count) }
    return days.sorted {
      ($0.key.minutes, $0.key.block, $0.key.day) < ($1.key.minutes, $1.key.block, $1.key.day)
    }
    .map { ($0.key, $0.value) }
  }

  /// True when the block changed.
  private mutating func merge(
    _ place: Int, into block: inout ArchiveBlock, _ database: Database
  ) throws -> Bool {
    let reading = delivery.readings[place]
    let slot =
      (Int(rows[place] - 1) % ArchiveBlock.meters) * block.slots
      + Int(
        (reading.window.start.seconds - block.firstDay * 86_400) / Int64(block.slotMinutes * 60))
    if reading.quality == .missing { summary.missing += 1 }
    guard let imported = joules(reading.imported, reading),
      let exported = joules(reading.exported, reading)
    else { return false }
    let old = (block.imported[slot], block.exported[slot])
    let byte = reading.quality.rawValue | (reading.isNonCommercial ? ArchiveBlock.nonCommercial : 0)
    let missing = ArchiveBlock.missing
    var differs = false
    var fresh = 0
    for (was, new) in [(old.0, imported), (old.1, exported)] where new != missing {
      if was == missing {
        fresh += 1
      } else if was == new {
        summary.same += 1
      } else {
        differs = true
      }
    }
    let wasComplete = old.0 != missing && old.1 != missing
    // The same value with another quality is news only from a newer version of the same source.
    let isRegraded =
      wasComplete && reading.quality != .missing && block.quality[slot] != byte
      && delivery.source != nil
    if differs || isRegraded {
      switch try standing(of: place, isRegraded: isRegraded && !differs, database) {
      case .newer: summary.superseding += 1
      case .edit: summary.edited += 1
      case .older:
        summary.older += 1
        try keepFormer(reading, imported, exported, byte, "older", database, rows[place])
        return false
      case .same: return false
      case .contradiction:
        let found = reading.net.map { _ in "\(imported) and \(exported) J" } ?? "one channel"
        fault(
          "meter \(reading.meter): \(reading.window.start) is \(found); "
            + "allowed: \(old.0) and \(old.1) J as known, a newer version, or --replace REASON")
        return false
      }
      try keepFormer(
        reading, old.0, old.1, block.quality[slot],
        delivery.edit == nil ? "superseded" : "edited", database, rows[place])
      note(reading)
    } else if fresh == 0 {
      if !taken.isEmpty { taken[place] = true }
      return false
    }
    summary.new += fresh
    if imported != missing { block.imported[slot] = imported }
    if exported != missing { block.exported[slot] = exported }
    let isComplete = block.imported[slot] != missing && block.exported[slot] != missing
    var quality = byte
    if differs, delivery.edit != nil, reading.quality == .actual {
      quality = Quality.edited.rawValue
    }
    // A second file may bring the other channel.
    if isComplete, reading.quality == .missing { quality = Quality.actual.rawValue }
    block.quality[slot] = isComplete ? quality : Quality.missing.rawValue
    if !taken.isEmpty { taken[place] = true }
    return true
  }

  private mutating func joules(_ energy: Energy?, _ reading: Reading) -> Int32? {
    guard let energy else { return ArchiveBlock.missing }
    if let joules = Int32(exactly: energy.joules), joules != ArchiveBlock.missing { return joules }
    fault(
      "meter \(reading.meter): \(reading.window.start) is \(energy.joules) J; "
        + "allowed: up to 596 kWh an interval")
    return nil
  }

  private mutating func fault(_ text: String) {
    faultCount += 1
    if faults.count < Self.listed { faults.append(text) }
  }

  private mutating func note(_ reading: Reading) {
    let known = summary.changed[reading.meter]
    summary.changed[reading.meter] = Window(
      start: min(known?.start ?? reading.window.start, reading.window.start),
      end: max(known?.end ?? reading.window.end, reading.window.end))
  }

  private enum Standing { case newer, older, same, edit, contradiction }

  /// How a differing reading stands to the present one.
  private mutating func standing(
    of place: Int, isRegraded: Bool, _ database: Database
  ) throws -> Standing {
    if delivery.edit != nil { return isRegraded ? .same : .edit }
    guard let source = delivery.source else { return .contradiction }
    let start = delivery.readings[place].window.start.seconds
    let known = try origins(of: rows[place], delivery.readings[place].window.seconds, database)
    let present = known.last { $0.first <= start && start < $0.last && $0.source == source }
    guard let present else { return isRegraded ? .same : .contradiction }
    let version = versions[place]
    if version > present.version { return .newer }
    if version < present.version { return .older }
    return isRegraded ? .same : .contradiction
  }

  private mutating func origins(
    of meter: Int32, _ seconds: Int64, _ database: Database
  ) throws -> [Origin] {
    let key = OriginKey(meter: meter, seconds: seconds)
    if let known = origins[key] { return known }
    let found = try Row.fetchAll(
      database,
      sql: """
        SELECT origin.first, origin.last, origin.version, import.source FROM origin
        JOIN import ON import.number = origin.import
        WHERE origin.meter = ? AND origin.seconds = ? ORDER BY origin.number
        """, arguments: [meter, seconds]
    ).map { Origin(first: $0[0], last: $0[1], version: $0[2], source: $0[3]) }
    origins[key] = found
    return found
  }

  private func keepFormer(
    _ reading: Reading, _ imported: Int32, _ exported: Int32, _ quality: UInt8, _ kind: String,
    _ database: Database, _ meter: Int32
  ) throws {
    func value(_ joules: Int32) -> Int64? { joules == ArchiveBlock.missing ? nil : Int64(joules) }
    try database.cachedStatement(
      sql: """
        INSERT INTO former (meter, start, seconds, imported, exported, quality, kind, import)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      meter, reading.window.start.seconds, reading.window.seconds, value(imported),
      value(exported), Int64(quality), kind, number,
    ])
  }

  /// One row a stretch of readings that follow each other in one version.
  private func keepOrigins(in database: Database) throws {
    guard !taken.isEmpty else { return }
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO origin (meter, first, last, seconds, import, version) VALUES (?, ?, ?, ?, ?, ?)
        """)
    let readings = delivery.readings
    var place = 0
    while place < readings.count {
      guard taken[place] else {
        place += 1
        continue
      }
      var last = place
      while last + 1 < readings.count, taken[last + 1], rows[last + 1] == rows[place],
        versions[last + 1] == versions[place],
        readings[last + 1].window.start == readings[last].window.end,
        readings[last + 1].window.seconds == readings[place].window.seconds
      { last += 1 }
      try statement.execute(arguments: [
        rows[place], readings[place].window.start.seconds, readings[last].window.end.seconds,
        readings[place].window.seconds, number, versions[place],
      ])
      place = last + 1
    }
  }
}
