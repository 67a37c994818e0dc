import FoundationEssentials
import GRDB
public import Grid
import Synchronization

/// Readings and telemetry in a second SQLite file, so that they never delay a commit of money.
public final class SQLiteReadingStore: ReadingStore, TelemetryStore {
  let file: SQLiteFile
  let names: Mutex<MeterNames>

  /// Names and numbers of the meters; number 1 is at place 0.
  struct MeterNames {
    var ids: [MeterID] = []
    var numbers: [MeterID: Int32] = [:]
  }

  /// True when there is a file at `path` that is not empty: opened, it is not made but read.
  public static func isThere(path: String) -> Bool { SQLiteFile.isThere(path) }

  /// Opens or creates the file at `path`.
  public init(path: String) throws(StoreError) {
    file = try SQLiteFile(
      path: path,
      // A day of a block has 393,216 bytes a column: large pages are read with few calls.
      pageBytes: 16_384,
      migrations: [
        (
          "1 readings and telemetry",
          """
          CREATE TABLE meter (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
          CREATE TABLE record (number INTEGER PRIMARY KEY, received INTEGER NOT NULL,
            first INTEGER NOT NULL, last INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
          CREATE INDEX record_first ON record (first, last);
          CREATE TABLE segment (minutes INTEGER NOT NULL, block INTEGER NOT NULL,
            day INTEGER NOT NULL, imported BLOB, exported BLOB, quality BLOB,
            PRIMARY KEY (minutes, block, day)) STRICT;
          CREATE TABLE telemetry (turn INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
          """
        ),
        Self.importsMigration,
        Self.notaryMigration,
        Self.citedMigration,
      ])
    var known = MeterNames()
    for text in try file.read({
      try String.fetchAll($0, sql: "SELECT id FROM meter ORDER BY number")
    }) {
      guard let id = MeterID(text) else { throw .failed(reason: "a stored meter is named \(text)") }
      known.ids.append(id)
      known.numbers[id] = Int32(known.ids.count)
    }
    names = Mutex(known)
  }

  // MARK: Telemetry

  /// As the protocol says.
  public func keep(telemetry: [UInt8], turn seq: Int64) throws(StoreError) {
    try file.write { database in
      let statement = try database.cachedStatement(
        sql: "INSERT OR REPLACE INTO telemetry (turn, body) VALUES (?, ?)")
      try statement.execute(arguments: [seq, Data(telemetry)])
    }
  }

  /// As the protocol says.
  public func telemetry(turn seq: Int64) throws(StoreError) -> [UInt8]? {
    try file.read { database in
      try Data.fetchOne(
        database, sql: "SELECT body FROM telemetry WHERE turn = ?", arguments: [seq])?.array
    }
  }

  // MARK: Live records

  /// As the protocol says.
  public func numbers(of meters: [MeterID]) throws(StoreError) -> [Int32] {
    var numbers: [Int32] = []
    numbers.reserveCapacity(meters.count)
    var added: [(Int32, MeterID)] = []
    names.withLock { names in
      for meter in meters {
        if let number = names.numbers[meter] {
          numbers.append(number)
        } else {
          names.ids.append(meter)
          let number = Int32(names.ids.count)
          names.numbers[meter] = number
          numbers.append(number)
          added.append((number, meter))
        }
      }
    }
    if !added.isEmpty {
      try file.write { database in
        let statement = try database.cachedStatement(
          sql: "INSERT INTO meter (number, id) VALUES (?, ?)")
        for (number, meter) in added { try statement.execute(arguments: [number, meter.text]) }
      }
    }
    return numbers
  }

  /// As the protocol says.
  public func append(_ records: [MeterRecord], receivedAt: Timestamp) throws(StoreError) {
    guard let first = records.map(\.window.start).min(),
      let last = records.map(\.window.start).max()
    else { return }
    let body = RecordBatch.encode(records, numbers: try numbers(of: records.map(\.meter)))
    try file.write { database in
      let statement = try database.cachedStatement(
        sql: "INSERT INTO record (received, first, last, body) VALUES (?, ?, ?, ?)")
      try statement.execute(arguments: [
        receivedAt.microseconds, first.microseconds, last.microseconds, Data(body),
      ])
    }
  }

  /// The number of the newest batch of live records; 0 when there is none.
  public func lastRecord() throws(StoreError) -> Int64 {
    try file.read { try Int64.fetchOne($0, sql: "SELECT max(number) FROM record") ?? 0 }
  }

  /// As the protocol says.
  public func arrivals(
    startingIn window: Window
  ) throws(StoreError) -> [(received: Timestamp, record: MeterRecord)] {
    try arrivals(startingIn: window, upTo: .max)
  }

  /// As `arrivals(startingIn:)`, without batches whose number is greater than `last`.
  public func arrivals(
    startingIn window: Window, upTo last: Int64
  ) throws(StoreError) -> [(received: Timestamp, record: MeterRecord)] {
    let meters = names.withLock { $0.ids }
    return try file.read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT received, body FROM record WHERE first < ? AND last >= ? AND number <= ?
          ORDER BY number
          """,
        arguments: [window.end.microseconds, window.start.microseconds, last])
      var found: [(received: Timestamp, record: MeterRecord)] = []
      while let row = try rows.next() {
        let body: Data = row[1]
        guard let records = RecordBatch.decode(body.array, meters: meters) else {
          throw StoreError.failed(reason: "a batch of meter records is damaged")
        }
        let received = Timestamp(microseconds: row[0])
        for record in records where window.contains(record.window.start) {
          found.append((received, record))
        }
      }
      return found
    }
  }

  // MARK: Archive

  /// As the protocol says.
  public func archive(_ block: ArchiveBlock, number: Int32) throws(StoreError) {
    try file.write { try Self.insert(block, number: number, into: $0) }
  }

  /// As the protocol says.
  public func slotMinutes(ofBlock number: Int32) throws(StoreError) -> [Int] {
    try file.read {
      try Int.fetchAll(
        $0, sql: "SELECT DISTINCT minutes FROM segment WHERE block = ? ORDER BY minutes",
        arguments: [number])
    }
  }

  /// As the protocol says.
  public func block(
    _ number: Int32, days: Range<Int64>, slotMinutes: Int
  ) throws(StoreError) -> ArchiveBlock? {
    try file.read {
      try Self.fetch(number, days: days, slotMinutes: slotMinutes, from: $0)
    }
  }

  /// As the protocol says.
  public func archive(_ readings: [Reading]) throws(StoreError) -> ImportSummary {
    let numbers = try numbers(of: readings.map(\.meter))
    struct Key: Hashable {
      let block: Int32
      let minutes: Int
      let day: Int64
    }
    var rows: [Key: [Int]] = [:]
    for (row, reading) in readings.enumerated() {
      let day = CivilDate(utc: reading.window.start).dayNumber
      let key = Key(
        block: (numbers[row] - 1) / Int32(ArchiveBlock.meters),
        minutes: ArchiveBlock.grid(of: reading.window), day: day)
      rows[key, default: []].append(row)
    }
    return try file.write { database in
      var summary = ImportSummary()
      for (key, places) in rows {
        var block =
          try Self.fetch(
            key.block, days: key.day..<key.day + 1, slotMinutes: key.minutes, from: database)
          ?? ArchiveBlock(firstDay: key.day, dayCount: 1, slotMinutes: key.minutes)
        for place in places {
          let meterRow = Int(numbers[place] - 1) % ArchiveBlock.meters
          try block.take(readings[place], meterRow: meterRow, summary: &summary)
        }
        try database.execute(
          sql: "DELETE FROM segment WHERE minutes = ? AND block = ? AND day = ?",
          arguments: [key.minutes, key.block, key.day])
        try Self.insert(block, number: key.block, into: database)
      }
      return summary
    }
  }
}
