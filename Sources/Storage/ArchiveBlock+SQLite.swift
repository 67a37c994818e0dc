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
    guard let importJ = Int32(exactly: imported.joules),
      let exportJ = Int32(exactly: exported.joules)
    else {
      throw StoreError.failed(
        reason:
          "meter \(reading.meter) has more than 596 kWh in the interval of \(reading.window.start)")
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
        block.grid, number, block.firstDay + Int64(day),
        data(block.imported, block, day: day), data(block.exported, block, day: day),
        quality(block, day: day),
      ])
    }
  }

  static func fetch(
    _ number: Int32, days: Range<Int64>, slotMinutes: Int, from database: Database
  ) throws -> ArchiveBlock? {
    let rows = try BareStatement(
      database,
      """
      SELECT day, imported, exported, quality FROM segment
      WHERE minutes = ? AND block = ? AND day >= ? AND day < ?
      """)
    try rows.bind(Int64(slotMinutes), at: 1)
    try rows.bind(Int64(number), at: 2)
    try rows.bind(days.lowerBound, at: 3)
    try rows.bind(days.upperBound, at: 4)
    var block: ArchiveBlock?
    while try rows.step() {
      var filled =
        block
        ?? ArchiveBlock(
          firstDay: days.lowerBound, dayCount: days.count, slotMinutes: slotMinutes)
      block = nil
      let day = Int(rows.integer(0) - days.lowerBound)
      let shape = filled.shape
      try copy(rows, 1, into: &filled.imported, shape, day: day, whenNull: 0)
      try copy(rows, 2, into: &filled.exported, shape, day: day, whenNull: 0)
      try copy(
        rows, 3, into: &filled.quality, shape, day: day, whenNull: Quality.actual.rawValue)
      block = filled
    }
    return block
  }

  private static func data(_ column: [Int32], _ block: ArchiveBlock, day: Int) -> Data? {
    gathered(column, block, day: day, unless: 0)
  }

  private static func quality(_ block: ArchiveBlock, day: Int) -> Data? {
    gathered(block.quality, block, day: day, unless: Quality.actual.rawValue)
  }

  /// One day of a column, meter by meter, as the bytes of its little-endian numbers; nil when all
  /// of it is `plain`.
  private static func gathered<Number: FixedWidthInteger>(
    _ column: [Number], _ block: ArchiveBlock, day: Int, unless plain: Number
  ) -> Data? {
    let shape = block.shape
    var gathered: [Number] = []
    gathered.reserveCapacity(ArchiveBlock.meters * shape.slotsPerDay)
    for meter in 0..<ArchiveBlock.meters {
      let start = meter * shape.slots + day * shape.slotsPerDay
      gathered += column[start..<start + shape.slotsPerDay]
    }
    if gathered.allSatisfy({ $0 == plain }) { return nil }
    // Every machine that Swift runs on here is little-endian, so a number's bytes are the file's.
    return unsafe gathered.withUnsafeBytes { unsafe Data($0) }
  }

  /// Puts one day into a column; the bytes are those of `gathered`.
  private static func copy<Number: FixedWidthInteger>(
    _ rows: borrowing BareStatement, _ place: Int32, into column: inout [Number],
    _ shape: ArchiveBlock.Shape, day: Int, whenNull plain: Number
  ) throws {
    let perDay = shape.slotsPerDay
    let first = day * perDay
    let isNull = rows.isNull(place)
    try unsafe rows.withBytes(place) { bytes in
      let width = perDay * MemoryLayout<Number>.stride
      guard isNull || bytes.count == ArchiveBlock.meters * width else {
        throw StoreError.failed(reason: "a segment of readings has \(bytes.count) bytes")
      }
      // Both sides are checked: the column has `slots` numbers a meter, the bytes `width`.
      precondition(
        column.count == ArchiveBlock.meters * shape.slots && first + perDay <= shape.slots,
        "a day lies within its block")
      unsafe column.withUnsafeMutableBufferPointer { column in
        for meter in 0..<ArchiveBlock.meters {
          let start = meter * shape.slots + first
          let target = unsafe UnsafeMutableBufferPointer(rebasing: column[start..<start + perDay])
          if isNull {
            unsafe target.update(repeating: plain)
          } else {
            unsafe UnsafeMutableRawBufferPointer(target).copyMemory(
              from: UnsafeRawBufferPointer(rebasing: bytes[meter * width..<(meter + 1) * width]))
          }
        }
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
