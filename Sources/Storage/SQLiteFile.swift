import FoundationEssentials
import GRDB

/// One SQLite file in WAL mode: one writing connection, a few reading ones.
///
/// Every commit waits for the disk: what was acknowledged survives a power cut.
struct SQLiteFile: Sendable {
  let pool: DatabasePool

  /// Opens or creates `path` and brings it to the newest version.
  /// - Parameter pageBytes: Of a new file; an existing one keeps its own.
  init(
    path: String, pageBytes: Int = 4_096, migrations: [(name: String, sql: String)]
  ) throws(StoreError) {
    do {
      var configuration = GRDB.Configuration()
      configuration.maximumReaderCount = 4
      configuration.busyMode = .timeout(5)
      configuration.prepareDatabase { database in
        try database.execute(sql: "PRAGMA page_size = \(pageBytes)")
        try database.execute(sql: "PRAGMA synchronous = FULL")
        try database.execute(sql: "PRAGMA cache_size = -16384")
      }
      pool = try DatabasePool(path: path, configuration: configuration)
      var migrator = DatabaseMigrator()
      for migration in migrations {
        migrator.registerMigration(migration.name) { try $0.execute(sql: migration.sql) }
      }
      if try pool.read(migrator.hasBeenSuperseded) {
        throw StoreError.cannotOpen(
          path: path, reason: "it was written by a newer version of headroom")
      }
      try migrator.migrate(pool)
    } catch let error as StoreError {
      throw error
    } catch {
      // Without the statement, which says nothing to whoever has the file.
      let said = (error as? DatabaseError).map { $0.message ?? "\($0.resultCode)" }
      throw .cannotOpen(path: path, reason: said ?? "\(error)")
    }
  }

  /// One durable transaction.
  func write<T>(_ body: (Database) throws -> T) throws(StoreError) -> T {
    do { return try pool.write(body) } catch { throw Self.storeError(error) }
  }

  /// A consistent view.
  func read<T>(_ body: (Database) throws -> T) throws(StoreError) -> T {
    do { return try pool.read(body) } catch { throw Self.storeError(error) }
  }

  private static func storeError(_ error: any Error) -> StoreError {
    switch error {
    case let error as StoreError: error
    case let error as DatabaseError where error.resultCode == .SQLITE_FULL:
      .failed(reason: "the disk is full; nothing of this was kept, make room and start again")
    case let error as DatabaseError where error.resultCode == .SQLITE_IOERR:
      .failed(
        reason: "the disk refused (\(error.message ?? "no reason given"));"
          + " look at the disk before anything is started again")
    default: .failed(reason: "\(error)")
    }
  }
}

extension Data {
  /// The bytes as an array.
  var array: [UInt8] { Array(self) }
}
