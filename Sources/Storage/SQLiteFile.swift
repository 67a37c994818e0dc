import FoundationEssentials
import GRDB
import Glibc

/// One SQLite file in WAL mode: one writing connection, a few reading ones.
///
/// Every commit waits for the disk: what was acknowledged survives a power cut.
struct SQLiteFile: Sendable {
  let pool: DatabasePool

  /// Opens or creates `path` and brings it to the newest version.
  ///
  /// The first migration is named for what the file holds; a database of anything else is refused.
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
      if let stranger = try pool.read({ try Self.stranger($0, migrations.map(\.name)) }) {
        throw StoreError.cannotOpen(path: path, reason: stranger)
      }
      if try pool.read(migrator.hasBeenSuperseded) {
        throw StoreError.cannotOpen(
          path: path, reason: "it was written by a newer version of headroom")
      }
      try migrator.migrate(pool)
    } catch let error as StoreError {
      throw error
    } catch {
      throw .cannotOpen(path: path, reason: Self.reason(error, path))
    }
  }

  /// True when something is there that would not be made a new database of: SQLite takes an empty
  /// file for one, and one of a single byte.
  static func isThere(_ path: String) -> Bool {
    guard let found = try? FileManager.default.attributesOfItem(atPath: path) else {
      // What may not be looked at may be there: opening it says so.
      // Sound: the path is a text that outlives the call.
      return unsafe access(path, F_OK) != 0 && errno == EACCES
    }
    return found[.type] as? FileAttributeType != .typeRegular || (found[.size] as? UInt64 ?? 0) > 1
  }

  /// What a database is that is not one of these, or nil; an empty one may become one.
  private static func stranger(_ database: Database, _ migrations: [String]) throws -> String? {
    // The names of migrations begin with a number and a space.
    let wanted = migrations[0].dropFirst(2)
    let table = "grdb_migrations"
    guard try database.tableExists(table) else {
      let isEmpty = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM sqlite_schema") == 0
      return isEmpty ? nil : "it is a database of another program; allowed: \(wanted)"
    }
    let found = try String.fetchAll(
      database, sql: "SELECT identifier FROM \(table) ORDER BY identifier")
    guard let first = found.first, first != migrations[0] else { return nil }
    return "it holds \(first.dropFirst(2)); allowed: \(wanted)"
  }

  /// Why SQLite did not open a file, without its codes and statements.
  private static func reason(_ error: any Error, _ path: String) -> String {
    guard let error = error as? DatabaseError else { return "\(error)" }
    switch error.resultCode {
    case .SQLITE_NOTADB: return "it is not a database"
    case .SQLITE_FULL: return SystemReason.text(ofErrno: ENOSPC)
    case .SQLITE_CANTOPEN:
      // Sound: the path is a text that outlives the call.
      let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
      let number = errno
      if descriptor >= 0 { close(descriptor) }
      if descriptor < 0, number != ENOENT { return SystemReason.text(ofErrno: number) }
      return "its folder is not there, or takes no file"
    default: return error.message ?? "\(error)"
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
