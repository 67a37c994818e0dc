import FoundationEssentials
import GRDB
public import Grid

extension SQLiteReadingStore {
  /// Imports with what they were made of, the versions of readings, and former values.
  static let importsMigration = (
    "2 imports",
    """
    CREATE TABLE import (number INTEGER PRIMARY KEY, at INTEGER NOT NULL, format TEXT NOT NULL,
      hash BLOB NOT NULL, content BLOB NOT NULL, options TEXT NOT NULL, source TEXT,
      document TEXT, version INTEGER, author TEXT, reason TEXT, readings INTEGER NOT NULL) STRICT;
    CREATE INDEX import_content ON import (content, options);
    CREATE INDEX import_document ON import (document, version);
    CREATE TABLE origin (number INTEGER PRIMARY KEY, meter INTEGER NOT NULL,
      first INTEGER NOT NULL, last INTEGER NOT NULL, seconds INTEGER NOT NULL,
      import INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;
    CREATE INDEX origin_meter ON origin (meter, seconds, first);
    CREATE TABLE former (number INTEGER PRIMARY KEY, meter INTEGER NOT NULL,
      start INTEGER NOT NULL, seconds INTEGER NOT NULL, imported INTEGER, exported INTEGER,
      quality INTEGER NOT NULL, kind TEXT NOT NULL, import INTEGER NOT NULL) STRICT;
    CREATE INDEX former_meter ON former (meter, start);
    """
  )

  /// Takes an import whole or not at all; values count by channel.
  ///
  /// The same bytes again change nothing. Another value for a known interval is a new version where
  /// its source orders them, an edit where a person gives a reason, and refused otherwise. Nothing is
  /// overwritten: former values are kept.
  /// - Throws: `.importRefused` with every contradiction.
  public func take(_ delivery: ReadingImport) throws(StoreError) -> ImportSummary {
    let rows = try rows(of: delivery.readings)
    return try file.write { database in
      // Whoever edits may also put an earlier file's values back.
      if delivery.edit == nil, try Self.isKnown(delivery, in: database) {
        var summary = ImportSummary()
        summary.isKnown = true
        for reading in delivery.readings {
          summary.same += (reading.imported == nil ? 0 : 1) + (reading.exported == nil ? 0 : 1)
          summary.missing += reading.quality == .missing ? 1 : 0
        }
        return summary
      }
      try Self.refuseOtherContent(delivery, in: database)
      let number = try Self.keep(delivery, in: database)
      var merge = ImportMerge(delivery, number: number, rows: rows)
      try merge.run(in: database)
      return merge.summary
    }
  }

  /// Former values of a meter whose interval begins in `window`, oldest change first.
  public func formerReadings(
    of meter: MeterID, startingIn window: Window
  ) throws(StoreError) -> [FormerReading] {
    guard let number = number(of: meter) else { return [] }
    return try file.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT former.start, former.seconds, former.imported, former.exported, former.kind,
            import.at, import.author, import.reason, former.quality
          FROM former JOIN import ON import.number = former.import
          WHERE former.meter = ? AND former.start >= ? AND former.start < ? ORDER BY former.number
          """,
        arguments: [number, window.start.seconds, window.end.seconds]
      ).map { row in
        let start = Timestamp(seconds: row[0])
        let seconds: Int64 = row[1]
        let imported: Int64? = row[2]
        let exported: Int64? = row[3]
        let byte: Int64 = row[8]
        let isComplete = imported != nil && exported != nil
        return FormerReading(
          meter: meter, window: Window(start: start, end: start.adding(seconds: seconds))!,
          imported: imported.map { Energy(joules: $0) },
          exported: exported.map { Energy(joules: $0) },
          quality: ArchiveBlock.grade(UInt8(truncatingIfNeeded: byte), isComplete: isComplete),
          kind: row[4],
          at: Timestamp(microseconds: row[5]), author: row[6], reason: row[7])
      }
    }
  }

  /// The meter's number of each reading, found once a run of one meter.
  private func rows(of readings: [Reading]) throws(StoreError) -> [Int32] {
    var meters: [MeterID] = []
    var counts: [Int] = []
    for reading in readings {
      if reading.meter == meters.last {
        counts[counts.count - 1] += 1
      } else {
        meters.append(reading.meter)
        counts.append(1)
      }
    }
    var rows: [Int32] = []
    rows.reserveCapacity(readings.count)
    for (number, count) in zip(try numbers(of: meters), counts) {
      rows.append(contentsOf: repeatElement(number, count: count))
    }
    return rows
  }

  private static func isKnown(_ delivery: ReadingImport, in database: Database) throws -> Bool {
    try Bool.fetchOne(
      database,
      sql: "SELECT EXISTS (SELECT 1 FROM import WHERE content = ? AND options = ?)",
      arguments: [Data(delivery.content.bytes), delivery.options]) ?? false
  }

  private static func refuseOtherContent(
    _ delivery: ReadingImport, in database: Database
  ) throws {
    guard let document = delivery.document else { return }
    let other = try Data.fetchOne(
      database,
      sql: "SELECT content FROM import WHERE document = ? AND version = ? AND content <> ?",
      arguments: [document.name, document.number, Data(delivery.content.bytes)])
    guard let other else { return }
    let known = Digest(bytes: other.array)?.description ?? "other content"
    throw StoreError.importRefused(
      faults: [
        "\(document.name): number \(document.number) is another content (\(delivery.content));"
          + " allowed: that of \(known), or a higher number"
      ], total: 1)
  }

  private static func keep(_ delivery: ReadingImport, in database: Database) throws -> Int64 {
    try database.execute(
      sql: """
        INSERT INTO import (at, format, hash, content, options, source, document, version, author,
          reason, readings)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        delivery.at.microseconds, delivery.format, Data(delivery.hash.bytes),
        Data(delivery.content.bytes), delivery.options, delivery.source, delivery.document?.name,
        delivery.document?.number, delivery.edit?.author, delivery.edit?.reason,
        delivery.readings.count,
      ])
    return database.lastInsertedRowID
  }
}
