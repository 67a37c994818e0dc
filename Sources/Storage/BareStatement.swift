import GRDB
import GRDBSQLite
import Grid

/// A prepared statement that is bound and read on its handle.
///
/// An array of boxed arguments for each row would cost more than the row itself. The statement is
/// reset when this value ends, so that a cached one is ready for the next.
@safe struct BareStatement: ~Copyable {
  // Keeps the handle alive.
  private let statement: Statement
  private let handle: OpaquePointer
  private let connection: OpaquePointer?

  /// The statement `sql`, from the connection's cache.
  init(_ database: Database, _ sql: String) throws {
    statement = try database.cachedStatement(sql: sql)
    unsafe handle = statement.sqliteStatement
    unsafe connection = database.sqliteConnection
  }

  deinit {
    unsafe sqlite3_reset(handle)
    unsafe sqlite3_clear_bindings(handle)
  }

  /// Binds parameter number `place`, from 1.
  func bind(_ value: Int64, at place: Int32) throws {
    try check(unsafe sqlite3_bind_int64(handle, place, value))
  }

  /// Binds parameter number `place`, from 1; the bytes are copied.
  func bind(_ bytes: [UInt8], at place: Int32) throws {
    // SQLITE_TRANSIENT, which the importer cannot express: SQLite copies before it returns.
    let copies = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    // An empty array may have no address, and a blob without address would be NULL.
    let status =
      bytes.isEmpty
      ? unsafe sqlite3_bind_zeroblob(handle, place, 0)
      : unsafe sqlite3_bind_blob(handle, place, bytes, Int32(bytes.count), copies)
    try check(status)
  }

  /// Runs a statement that returns no rows, and makes it ready to be bound again.
  func run() throws {
    let status = unsafe sqlite3_step(handle)
    unsafe sqlite3_reset(handle)
    if status != SQLITE_DONE { try check(status) }
  }

  /// Runs an insertion of a number, bytes and a hash, lending the bytes: SQLite copies them once,
  /// into its page.
  func run(_ number: Int64, _ bytes: Span<UInt8>, _ hash: Digest) throws {
    try bind(number, at: 1)
    // Sound: the statement has run and let go of both before their closures end.
    try unsafe bytes.withUnsafeBufferPointer { bytes in
      try unsafe withUnsafeBytes(of: hash) { hash in
        try check(
          bytes.isEmpty
            ? unsafe sqlite3_bind_zeroblob(handle, 2, 0)
            : unsafe sqlite3_bind_blob(handle, 2, bytes.baseAddress, Int32(bytes.count), nil))
        try check(unsafe sqlite3_bind_blob(handle, 3, hash.baseAddress, Int32(hash.count), nil))
        let status = unsafe sqlite3_step(handle)
        unsafe sqlite3_reset(handle)
        unsafe sqlite3_clear_bindings(handle)
        if status != SQLITE_DONE { try check(status) }
      }
    }
  }

  /// Lends a column of the present row, from 0, without a copy; empty for NULL.
  func withSpan<Value>(_ column: Int32, _ body: (Span<UInt8>) throws -> Value) rethrows -> Value {
    unsafe try withBytes(column) { bytes in
      unsafe try body(bytes.bindMemory(to: UInt8.self).span)
    }
  }

  /// Goes to the next row; false when there is none.
  func step() throws -> Bool {
    let status = unsafe sqlite3_step(handle)
    if status == SQLITE_ROW { return true }
    if status != SQLITE_DONE { try check(status) }
    return false
  }

  /// A column of the present row, from 0.
  func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

  /// A copy of a column of the present row, from 0; empty for NULL.
  func bytes(_ column: Int32) -> [UInt8] {
    unsafe withBytes(column) { unsafe Array($0) }
  }

  /// Lends a column of the present row, from 0, without a copy; empty for NULL.
  func withBytes<Value>(
    _ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> Value
  ) rethrows -> Value {
    // The address is good until the next step, and the buffer does not leave the closure.
    let start = unsafe sqlite3_column_blob(handle, column)
    let count = unsafe Int(sqlite3_column_bytes(handle, column))
    return unsafe try body(UnsafeRawBufferPointer(start: start, count: count))
  }

  /// True when a column of the present row, from 0, is NULL.
  func isNull(_ column: Int32) -> Bool {
    unsafe sqlite3_column_type(handle, column) == SQLITE_NULL
  }

  private func check(_ status: Int32) throws {
    guard status != SQLITE_OK else { return }
    let message = unsafe sqlite3_errmsg(connection).map { unsafe String(cString: $0) }
    throw DatabaseError(resultCode: ResultCode(rawValue: status), message: message)
  }
}
