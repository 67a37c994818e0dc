import FoundationEssentials
import GRDB
public import Grid

/// What is kept of a meter's readings of a local day when they are notarized.
///
/// Without the salt the root in the ledger says nothing about the readings.
public struct NotarizedDay: Hashable, Sendable {
  /// The meter.
  public var meter: MeterID
  /// The local day.
  public var day: CivilDate
  /// Its zone.
  public var zone: String
  /// 32 random bytes of this meter and day.
  public var salt: [UInt8]
  /// The root of the readings' leaves.
  public var root: Digest
  /// The start of each reading, in order.
  public var starts: [Timestamp]
  /// The leaf of each reading, as it was.
  public var leaves: [Digest]
  /// The entry of the ledger that states the day; nil until it is written.
  public var entry: Int64?

  /// A day.
  public init(
    meter: MeterID, day: CivilDate, zone: String, salt: [UInt8], root: Digest,
    starts: [Timestamp], leaves: [Digest], entry: Int64? = nil
  ) {
    self.meter = meter
    self.day = day
    self.zone = zone
    self.salt = salt
    self.root = root
    self.starts = starts
    self.leaves = leaves
    self.entry = entry
  }

  /// The starts as they are stored: microseconds, the lowest byte first; of more than two that are
  /// equally far apart the first and the distance alone.
  var startBytes: Data {
    var words = starts.map(\.microseconds)
    if words.count > 2 {
      let step = words[1] - words[0]
      if words.indices.dropFirst().allSatisfy({ words[$0] - words[$0 - 1] == step }) {
        words = [words[0], step]
      }
    }
    var bytes = Data(capacity: 8 * words.count)
    for word in words {
      for shift in stride(from: 0, to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    return bytes
  }

  /// The starts of `count` readings from what is stored; nil when it is damaged.
  static func starts(_ bytes: [UInt8], count: Int) -> [Timestamp]? {
    guard bytes.count.isMultiple(of: 8) else { return nil }
    let words = stride(from: 0, to: bytes.count, by: 8).map { place in
      (0..<8).reduce(Int64(0)) {
        $0 | Int64(bitPattern: UInt64(bytes[place + $1]) << UInt64($1 * 8))
      }
    }
    if words.count == count { return words.map { Timestamp(microseconds: $0) } }
    guard words.count == 2, count > 2 else { return nil }
    var starts: [Timestamp] = []
    starts.reserveCapacity(count)
    var next = words[0]
    for _ in 0..<count {
      starts.append(Timestamp(microseconds: next))
      let (sum, isBeyond) = next.addingReportingOverflow(words[1])
      if isBeyond { return nil }
      next = sum
    }
    return starts
  }

  /// The leaves as they are stored, side by side.
  var leafBytes: Data {
    var bytes = Data(capacity: 32 * leaves.count)
    for leaf in leaves { bytes.append(contentsOf: leaf.bytes) }
    return bytes
  }
}

extension SQLiteReadingStore {
  /// Salts, roots and leaves of notarized days; the newest row of a meter and day counts.
  static let notaryMigration = (
    "3 notarized days",
    """
    CREATE TABLE notarized (number INTEGER PRIMARY KEY, meter INTEGER NOT NULL,
      day INTEGER NOT NULL, zone TEXT NOT NULL, salt BLOB NOT NULL, root BLOB NOT NULL,
      starts BLOB NOT NULL, leaves BLOB NOT NULL, entry INTEGER) STRICT;
    CREATE INDEX notarized_day ON notarized (day, zone, meter);
    CREATE TABLE validated (number INTEGER PRIMARY KEY, at INTEGER NOT NULL,
      first INTEGER NOT NULL, last INTEGER NOT NULL, ok INTEGER NOT NULL, warn INTEGER NOT NULL)
      STRICT;
    """
  )

  /// Keeps days beside earlier ones of the same meters, in one transaction.
  public func keep(_ days: [NotarizedDay]) throws(StoreError) {
    let numbers = try numbers(of: days.map(\.meter))
    try file.write { database in
      let statement = try database.cachedStatement(
        sql: """
          INSERT INTO notarized (meter, day, zone, salt, root, starts, leaves, entry)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          """)
      for (day, number) in zip(days, numbers) {
        try statement.execute(arguments: [
          number, day.day.dayNumber, day.zone, Data(day.salt), Data(day.root.bytes),
          day.startBytes, day.leafBytes, day.entry,
        ])
      }
    }
  }

  /// Says which entry of the ledger states the days that have none yet.
  public func enter(_ entry: Int64, day: CivilDate, zone: String) throws(StoreError) {
    try file.write { database in
      try database.execute(
        sql: "UPDATE notarized SET entry = ? WHERE day = ? AND zone = ? AND entry IS NULL",
        arguments: [entry, day.dayNumber, zone])
    }
  }

  /// The newest state of every meter that was notarized on `day`, in order of meters' numbers.
  public func notarized(on day: CivilDate, zone: String) throws(StoreError) -> [NotarizedDay] {
    try days(
      """
      SELECT meter, salt, root, starts, leaves, entry FROM notarized
      WHERE number IN (SELECT max(number) FROM notarized WHERE day = ? AND zone = ?
        GROUP BY meter) ORDER BY meter
      """, on: day, zone: zone)
  }

  /// The days that a statement about one day and zone finds, with further arguments.
  func days(
    _ sql: String, on day: CivilDate, zone: String, _ more: StatementArguments = []
  ) throws(StoreError) -> [NotarizedDay] {
    let meters = meters()
    return try file.read { database in
      let statement = try database.cachedStatement(sql: sql)
      let rows = try Row.fetchAll(statement, arguments: [day.dayNumber, zone] + more)
      return try rows.map { row in
        let number: Int = row[0]
        let salt: Data = row[1]
        let root: Data = row[2]
        let starts: Data = row[3]
        let leaves: Data = row[4]
        let leafBytes = leaves.array
        guard meters.indices.contains(number - 1), let root = Digest(bytes: root.array),
          leafBytes.count.isMultiple(of: 32),
          let moments = NotarizedDay.starts(starts.array, count: leafBytes.count / 32)
        else { throw StoreError.failed(reason: "a notarized day of \(day) is damaged") }
        return NotarizedDay(
          meter: meters[number - 1], day: day, zone: zone, salt: salt.array, root: root,
          starts: moments,
          leaves: stride(from: 0, to: leafBytes.count, by: 32).map {
            Digest(bytes: leafBytes.span.extracting($0..<$0 + 32))!
          }, entry: row[5])
      }
    }
  }

  /// The zone in which `day` was notarized last; nil when it was not.
  public func notarizedZone(on day: CivilDate) throws(StoreError) -> String? {
    try file.read {
      try String.fetchOne(
        $0, sql: "SELECT zone FROM notarized WHERE day = ? ORDER BY number DESC",
        arguments: [day.dayNumber])
    }
  }

  /// Remembers what a validation found.
  public func remember(
    validationAt moment: Timestamp, from: CivilDate, to: CivilDate, ok: Int, warn: Int
  ) throws(StoreError) {
    try file.write { database in
      try database.execute(
        sql: "INSERT INTO validated (at, first, last, ok, warn) VALUES (?, ?, ?, ?, ?)",
        arguments: [moment.microseconds, from.dayNumber, to.dayNumber, ok, warn])
    }
  }

  /// When a validation ran last; nil when none did.
  public func lastValidation() throws(StoreError) -> Timestamp? {
    try file.read {
      try Int64.fetchOne($0, sql: "SELECT at FROM validated ORDER BY number DESC")
    }.map { Timestamp(microseconds: $0) }
  }
}
