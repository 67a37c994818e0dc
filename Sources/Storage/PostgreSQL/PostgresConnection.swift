#if PostgreSQL
  import CPostgres

  /// A value that goes into a statement, in PostgreSQL's binary form.
  enum PostgresValue {
    case integer(Int64)
    case bytes([UInt8])
    case text(String)

    var type: Oid {
      switch self {
      case .integer: 20
      case .bytes: 17
      case .text: 25
      }
    }

    var binary: [UInt8] {
      switch self {
      case .integer(let value): (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) }
      case .bytes(let bytes): bytes
      case .text(let text): Array(text.utf8)
      }
    }
  }

  /// One session with a server. One owner at a time: whoever holds the lock around it.
  ///
  /// `@unchecked Sendable`: libpq allows any thread, one at a time. Every connection lies in a
  /// `Mutex` of the store that opened it and is used inside of `withLock` only.
  @safe final class PostgresConnection: @unchecked Sendable {
    private let handle: OpaquePointer
    /// True when nobody here knows what became of a transaction.
    private(set) var isInDoubt = false

    /// Throws for a text that is no address, which no later attempt can reach.
    private static func check(_ address: LedgerAddress) throws(StoreError) {
      var words: UnsafeMutablePointer<CChar>?
      let options = unsafe PQconninfoParse(address.text, &words)
      defer {
        unsafe PQconninfoFree(options)
        unsafe PQfreemem(words)
      }
      guard unsafe options == nil else { return }
      // libpq repeats what it cannot read, and that may be the password.
      let isSecret = address.description != address.text
      let said = unsafe words.map { unsafe oneLine(String(cString: $0)) }
      throw .badAddress(
        path: address.description,
        reason: isSecret ? "it is no address" : said ?? "it is no address")
    }

    /// Connects; `address` is a URL or a list of `keyword=value`.
    init(_ address: LedgerAddress) throws(StoreError) {
      try Self.check(address)
      // What stands behind `dbname` in the list would overrule the address, so the waits stand before.
      // A server that is cut off without a word is noticed after half a minute.
      let options = [
        ("connect_timeout", "10"), ("tcp_user_timeout", "30000"), ("keepalives_idle", "10"),
        ("keepalives_interval", "5"), ("keepalives_count", "4"), ("dbname", address.text),
        ("application_name", "headroom"),
      ]
      let made = unsafe Self.withStrings(options.map(\.0)) { keys in
        unsafe Self.withStrings(options.map(\.1)) { values in
          unsafe PQconnectdbParams(keys, values, 1)
        }
      }
      guard let made = unsafe made else {
        throw .cannotOpen(path: address.description, reason: "no memory for a connection")
      }
      unsafe handle = made
      guard unsafe PQstatus(handle) == CONNECTION_OK else {
        // libpq's words name host, port and database, never the password.
        throw .cannotOpen(path: address.description, reason: message)
      }
      try run("SET client_min_messages = warning")
      try run("SET synchronous_commit = on")
    }

    deinit { unsafe PQfinish(handle) }

    private var message: String {
      let text =
        unsafe PQerrorMessage(handle).map { unsafe String(cString: $0) } ?? "no reason given"
      return Self.oneLine(text)
    }

    fileprivate static func oneLine(_ text: String) -> String {
      text.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }
        .joined(separator: "; ")
    }

    /// What a statement gave; a connection that broke meanwhile is told from a statement that did.
    private func rows(_ result: OpaquePointer?) throws(StoreError) -> PostgresRows {
      do { return try unsafe PostgresRows(result, or: message) } catch {
        guard unsafe PQstatus(handle) == CONNECTION_BAD, case .failed(let reason) = error else {
          throw error
        }
        throw .lost(reason: reason)
      }
    }

    /// Runs statements that give nothing.
    func run(_ sql: String) throws(StoreError) {
      _ = try unsafe rows(PQexec(handle, sql))
    }

    /// Runs one statement; its rows come in binary form.
    @discardableResult
    func query(_ sql: String, _ values: [PostgresValue] = []) throws(StoreError) -> PostgresRows {
      let binaries = values.map(\.binary)
      let lengths = binaries.map { Int32($0.count) }
      let types = values.map(\.type)
      let formats = values.map { _ in Int32(1) }
      // One byte more, so that an empty value has an address too: nil would be NULL.
      let joined: [UInt8] = binaries.flatMap { $0 } + [0]
      let result = unsafe joined.withUnsafeBytes { all in
        var start = 0
        var places: [UnsafePointer<CChar>?] = unsafe []
        for binary in binaries {
          unsafe places.append(
            unsafe (all.baseAddress! + start).assumingMemoryBound(to: CChar.self))
          start += binary.count
        }
        return unsafe PQexecParams(
          handle, sql, Int32(values.count), types, places, lengths, formats, 1)
      }
      return try unsafe rows(result)
    }

    /// Feeds `COPY … FROM STDIN (FORMAT binary)`; the rows are `bytes`, header and end included.
    func copy(_ sql: String, _ bytes: [UInt8]) throws(StoreError) {
      _ = try unsafe rows(PQexec(handle, sql))
      var sent: Int32 = 1
      unsafe bytes.withUnsafeBytes { bytes in
        var start = 0
        while start < bytes.count, sent == 1 {
          // libpq takes at most an Int32 at once.
          let count = min(bytes.count - start, 1 << 20)
          let piece = unsafe (bytes.baseAddress! + start).assumingMemoryBound(to: CChar.self)
          sent = unsafe PQputCopyData(handle, piece, Int32(count))
          start += count
        }
      }
      if sent == 1 { sent = unsafe PQputCopyEnd(handle, nil) }
      guard sent == 1 else { throw .lost(reason: message) }
      _ = try unsafe rows(PQgetResult(handle))
      while let rest = unsafe PQgetResult(handle) { unsafe PQclear(rest) }
    }

    /// Runs `work` in one transaction; whatever it throws, nothing is kept.
    func transaction<Value>(
      _ begin: String = "BEGIN", _ work: () throws -> Value
    ) throws(StoreError) -> Value {
      try run(begin)
      let value: Value
      do {
        value = try work()
      } catch {
        // On a broken connection this fails too.
        do throws(StoreError) { try run("ROLLBACK") } catch { isInDoubt = true }
        throw error as? StoreError ?? .failed(reason: "\(error)")
      }
      // Whether a commit that failed was kept, only the database can say.
      isInDoubt = true
      try run("COMMIT")
      isInDoubt = false
      return value
    }

    private static func withStrings<Value>(
      _ strings: [String],
      _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Value
    ) -> Value {
      let bytes = strings.map { $0.utf8CString }
      let joined = bytes.flatMap { Array($0) }
      return unsafe joined.withUnsafeBufferPointer { all in
        var start = 0
        var places: [UnsafePointer<CChar>?] = unsafe []
        for text in bytes {
          unsafe places.append(all.baseAddress! + start)
          start += text.count
        }
        unsafe places.append(nil)
        return unsafe places.withUnsafeBufferPointer { unsafe body($0.baseAddress!) }
      }
    }
  }

  /// What a statement gave, freed with the last that holds it.
  @safe final class PostgresRows {
    private let result: OpaquePointer

    init(_ result: OpaquePointer?, or message: @autoclosure () -> String) throws(StoreError) {
      guard let result = unsafe result else { throw .failed(reason: message()) }
      unsafe self.result = result
      switch unsafe PQresultStatus(result) {
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_COPY_IN: break
      default:
        let text = unsafe PQresultErrorMessage(result).map { unsafe String(cString: $0) } ?? ""
        throw .failed(reason: PostgresConnection.oneLine(text))
      }
    }

    deinit { unsafe PQclear(result) }

    var count: Int { unsafe Int(PQntuples(result)) }

    /// Lends the bytes of a value; empty for NULL.
    func withSpan<Value>(
      _ row: Int, _ column: Int32, _ body: (Span<UInt8>) throws -> Value
    ) rethrows -> Value {
      let start = unsafe PQgetvalue(result, Int32(row), column)
      let count = unsafe Int(PQgetlength(result, Int32(row), column))
      // The address is good as long as the result, and the span does not leave the closure.
      let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count)
      return unsafe try body(bytes.bindMemory(to: UInt8.self).span)
    }

    func bytes(_ row: Int, _ column: Int32) -> [UInt8] {
      withSpan(row, column) { span in span.indices.map { span[$0] } }
    }

    func text(_ row: Int, _ column: Int32) -> String {
      String(decoding: bytes(row, column), as: UTF8.self)
    }

    /// A `bigint` or `boolean`.
    func integer(_ row: Int, _ column: Int32) -> Int64 {
      withSpan(row, column) { span in
        var value: Int64 = 0
        for place in span.indices { value = value << 8 | Int64(span[place]) }
        return value
      }
    }
  }
#endif
