import FoundationEssentials
import GRDB
import Grid

extension ArchiveBlock {
  /// Puts one reading into its slot.
  /// - Throws: `.readingConflict` when another value is there; a missing one may be filled.
  mutating func take(
    _ reading: Reading, meterRow: Int, summary: inout ImportSummary
  ) throws {
    let second = reading.window.start.seconds - firstDay * 86_400
    let slot = meterRow * slots + Int(second / Int64(slotMinutes * 60))
    guard let imported = reading.imported, let exported = reading.exported else {
      summary.missing += 1
      return
    }
    guard let importJ = Int32(exactly: imported.joules), let exportJ = Int32(exactly: exported.joules)
    else {
      throw StoreError.failed(
        reason: "meter \(reading.meter) has more than 596 kWh in the interval of \(reading.window.start)")
    }
    if self.imported[slot] == Self.missing {
      summary.new += 1
    } else if self.imported[slot] == importJ, self.exported[slot] == exportJ,
      quality[slot] == reading.quality.rawValue
    {
      summary.same += 1
    } else {
      throw StoreError.readingConflict(meter: reading.meter, start: reading.window.start)
    }
    self.imported[slot] = importJ
    self.exported[slot] = exportJ
    quality[slot] = reading.quality.rawValue
  }
}

extension CivilDate {
  /// The UTC date of `moment`.
  init(utc moment: Timestamp) { self = ZoneOffsets.utc.date(at: moment) }
}

extension SQLiteReadingStore {
  /// One row a day. A column of zeros and an all-actual quality are stored as NULL.
  static func insert(_ block: ArchiveBlock, number: Int32, into database: Database) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO segment (minutes, block, day, imported, exported, quality)
        VALUES (?, ?, ?, ?, ?, ?)
        """)
    for day in 0..<block.dayCount {
      try statement.execute(arguments: [
        block.slotMinutes, number, block.firstDay + Int64(day),
        data(block.imported, block, day: day), data(block.exported, block, day: day),
        quality(block, day: day),
      ])
    }
  }

  static func fetch(
    _ number: Int32, days: Range<Int64>, slotMinutes: Int, from database: Database
  ) throws -> ArchiveBlock? {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT day, imported, exported, quality FROM segment
        WHERE minutes = ? AND block = ? AND day >= ? AND day < ?
        """, arguments: [slotMinutes, number, days.lowerBound, days.upperBound])
    var block: ArchiveBlock?
    while let row = try rows.next() {
      var filled =
        block
        ?? ArchiveBlock(
          firstDay: days.lowerBound, dayCount: days.count, slotMinutes: slotMinutes)
      block = nil
      let day = Int(row[0] as Int64 - days.lowerBound)
      try copy(row[1] as Data?, into: &filled.imported, filled.shape, day: day)
      try copy(row[2] as Data?, into: &filled.exported, filled.shape, day: day)
      try copyQuality(row[3] as Data?, into: &filled.quality, filled.shape, day: day)
      block = filled
    }
    return block
  }

  private static func data(_ column: [Int32], _ block: ArchiveBlock, day: Int) -> Data? {
    let shape = block.shape
    var day32: [Int32] = []
    day32.reserveCapacity(ArchiveBlock.meters * shape.slotsPerDay)
    for meter in 0..<ArchiveBlock.meters {
      let start = meter * shape.slots + day * shape.slotsPerDay
      day32 += column[start..<start + shape.slotsPerDay]
    }
    return day32.allSatisfy { $0 == 0 } ? nil : Data(Columns.bytes(day32[...]))
  }

  private static func quality(_ block: ArchiveBlock, day: Int) -> Data? {
    let shape = block.shape
    var bytes: [UInt8] = []
    for meter in 0..<ArchiveBlock.meters {
      let start = meter * shape.slots + day * shape.slotsPerDay
      bytes += block.quality[start..<start + shape.slotsPerDay]
    }
    return bytes.allSatisfy { $0 == Quality.actual.rawValue } ? nil : Data(bytes)
  }

  private static func copy(
    _ data: Data?, into column: inout [Int32], _ shape: ArchiveBlock.Shape, day: Int
  ) throws {
    let perDay = shape.slotsPerDay
    guard let data else {
      for meter in 0..<ArchiveBlock.meters {
        let start = meter * shape.slots + day * perDay
        for slot in start..<start + perDay { column[slot] = 0 }
      }
      return
    }
    guard data.count == ArchiveBlock.meters * perDay * 4 else {
      throw StoreError.failed(reason: "a segment of readings has \(data.count) bytes")
    }
    let bytes = data.array
    var place = 0
    for meter in 0..<ArchiveBlock.meters {
      let start = meter * shape.slots + day * perDay
      for slot in start..<start + perDay {
        let low = UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8
        let high = UInt32(bytes[place + 2]) << 16 | UInt32(bytes[place + 3]) << 24
        column[slot] = Int32(bitPattern: low | high)
        place += 4
      }
    }
  }

  private static func copyQuality(
    _ data: Data?, into column: inout [UInt8], _ shape: ArchiveBlock.Shape, day: Int
  ) throws {
    let perDay = shape.slotsPerDay
    let bytes = data?.array
    if let bytes, bytes.count != ArchiveBlock.meters * perDay {
      throw StoreError.failed(reason: "the qualities of a segment have \(bytes.count) bytes")
    }
    for meter in 0..<ArchiveBlock.meters {
      let start = meter * shape.slots + day * perDay
      for slot in 0..<perDay {
        column[start + slot] = bytes?[meter * perDay + slot] ?? Quality.actual.rawValue
      }
    }
  }
}

extension ArchiveBlock {
  /// How slots lie in the columns.
  struct Shape {
    let slots: Int
    let slotsPerDay: Int
  }

  var shape: Shape { Shape(slots: slots, slotsPerDay: slotsPerDay) }
}
