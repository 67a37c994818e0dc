import FoundationEssentials
import GRDB
public import Grid

/// A meter's local day as it was when a settlement was computed from it.
///
/// It has the form of a notarized day, and is kept apart: citing a day states nothing in the ledger
/// of itself, so it must not stand in front of what was notarized.
extension SQLiteReadingStore {
  /// Salts, roots and leaves of cited days; a day whose readings change is cited beside the old one.
  static let citedMigration = (
    "4 cited days",
    """
    CREATE TABLE cited (number INTEGER PRIMARY KEY, meter INTEGER NOT NULL,
      day INTEGER NOT NULL, zone TEXT NOT NULL, salt BLOB NOT NULL, root BLOB NOT NULL,
      starts BLOB NOT NULL, leaves BLOB NOT NULL,
      UNIQUE (day, zone, meter, root)) STRICT;
    """
  )

  /// Keeps cited days; those that are there already stay as they are.
  public func keep(cited days: [NotarizedDay]) throws(StoreError) {
    let numbers = try numbers(of: days.map(\.meter))
    try file.write { database in
      let statement = try database.cachedStatement(
        sql: """
          INSERT OR IGNORE INTO cited (meter, day, zone, salt, root, starts, leaves)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """)
      for (day, number) in zip(days, numbers) {
        try statement.execute(arguments: [
          number, day.day.dayNumber, day.zone, Data(day.salt), Data(day.root.bytes),
          day.startBytes, day.leafBytes,
        ])
      }
    }
  }

  /// The day of a meter that was cited under `root`; nil when it is not kept.
  public func cited(
    _ meter: MeterID, on day: CivilDate, zone: String, root: Digest
  ) throws(StoreError) -> NotarizedDay? {
    guard let number = number(of: meter) else { return nil }
    return try days(
      """
      SELECT meter, salt, root, starts, leaves, NULL FROM cited
      WHERE day = ? AND zone = ? AND meter = ? AND root = ?
      """, on: day, zone: zone, [number, Data(root.bytes)]
    ).first
  }

  /// The salt of each meter whose day was notarized or cited, so that one day has one root.
  public func salts(on day: CivilDate, zone: String) throws(StoreError) -> [MeterID: [UInt8]] {
    let meters = meters()
    return try file.read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT meter, salt FROM cited WHERE day = ? AND zone = ?
          UNION ALL SELECT meter, salt FROM notarized WHERE day = ? AND zone = ?
          """, arguments: [day.dayNumber, zone, day.dayNumber, zone])
      var salts: [MeterID: [UInt8]] = [:]
      while let row = try rows.next() {
        let number: Int = row[0]
        let salt: Data = row[1]
        guard meters.indices.contains(number - 1) else { continue }
        salts[meters[number - 1]] = salt.array
      }
      return salts
    }
  }
}
