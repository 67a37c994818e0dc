#if PostgreSQL
  public import Grid
  import Synchronization

  /// The ledger in a PostgreSQL database, in a schema of its own.
  ///
  /// Two sessions: one reads and one writes. The first write makes this store the writer: it takes
  /// an advisory lock, which the server gives to one session only, and a higher fencing number than
  /// any writer before. Every transaction finds its number in the `writer` row, locked until the
  /// commit, or writes nothing: a writer that lost its lock without knowing can never append.
  /// When a commit failed, or the connection, or another has taken over, this store writes no more:
  /// open it again, which reads what the database has.
  public final class PostgresLedgerStore: LedgerStore {
    private struct Writer {
      var connection: PostgresConnection?
      var fence: Int64 = 0
      /// Why it stopped.
      var stopped: String?
    }

    private let address: LedgerAddress
    private let schema: String
    private let reader: Mutex<PostgresConnection>
    private let writer = Mutex(Writer())

    /// Opens the ledger, or with `creates` makes the tables of a new one.
    /// - Parameter schema: Letters and underscores.
    public init(
      _ address: LedgerAddress, schema: String = "headroom", creates: Bool = true
    ) throws(StoreError) {
      precondition(schema.utf8.allSatisfy { $0 == 95 || (97...122).contains($0) }, "a plain name")
      self.address = address
      self.schema = schema
      let connection = try PostgresConnection(address)
      try Self.prepare(connection, schema, address, creates)
      reader = Mutex(connection)
    }

    private static func prepare(
      _ connection: PostgresConnection, _ schema: String, _ address: LedgerAddress, _ creates: Bool
    ) throws(StoreError) {
      let table = "\(schema).writer"
      func exists() throws(StoreError) -> Bool {
        try connection.query(
          "SELECT to_regclass($1) IS NOT NULL", [.text(table)]
        ).integer(0, 0) == 1
      }
      if try !exists() {
        guard creates else {
          throw .noLedger(path: address.description)
        }
        // Two that found at once: one waits here and then finds the tables.
        try connection.transaction {
          try connection.query("SELECT pg_advisory_xact_lock($1)", [.integer(lockNumber(schema))])
          if try !exists() { try connection.run(PostgresSchema.creating(schema)) }
        }
      }
      try connection.run("SET search_path = \(schema)")
      let version = try connection.query("SELECT version FROM writer").integer(0, 0)
      guard version == PostgresSchema.version else {
        throw .cannotOpen(
          path: address.description,
          reason: "its tables have version \(version); allowed: \(PostgresSchema.version)")
      }
    }

    /// "hr" and the schema's name: another schema is another ledger.
    private static func lockNumber(_ schema: String) -> Int64 {
      var number: UInt64 = 0x6872_0000_0000_0000
      for byte in schema.utf8 { number = (number &* 31 &+ UInt64(byte)) & 0x0000_FFFF_FFFF_FFFF }
      return Int64(bitPattern: number | 0x6872_0000_0000_0000)
    }

    // MARK: Writing

    /// Runs `work` in a transaction of the one writer.
    private func write<Value: Sendable>(
      _ work: (PostgresConnection) throws -> Value
    ) throws(StoreError) -> Value {
      let done: Result<Value, StoreError> = writer.withLock { writer in
        do throws(StoreError) {
          return .success(try write(&writer, work))
        } catch {
          return .failure(error)
        }
      }
      return try done.get()
    }

    private func write<Value: Sendable>(
      _ writer: inout Writer, _ work: (PostgresConnection) throws -> Value
    ) throws(StoreError) -> Value {
      if let stopped = writer.stopped { throw .failed(reason: stopped) }
      if writer.connection == nil { try begin(&writer) }
      let connection = writer.connection!
      do throws(StoreError) {
        return try connection.transaction {
          let found = try connection.query("SELECT fence FROM writer FOR UPDATE").integer(0, 0)
          guard found == writer.fence else {
            throw StoreError.fenced(own: writer.fence, found: found)
          }
          return try work(connection)
        }
      } catch {
        var isOver = connection.isInDoubt
        if case .fenced = error { isOver = true }
        if isOver {
          writer.stopped = "it stopped after: \(error)"
          writer.connection = nil
        }
        throw error
      }
    }

    private func begin(_ writer: inout Writer) throws(StoreError) {
      let connection = try PostgresConnection(address)
      try connection.run("SET search_path = \(schema)")
      let locked = try connection.query(
        "SELECT pg_try_advisory_lock($1)", [.integer(Self.lockNumber(schema))])
      guard locked.integer(0, 0) == 1 else { throw .hasWriter(path: address.description) }
      guard try connection.query("SHOW fsync").text(0, 0) == "on" else {
        throw .cannotOpen(
          path: address.description,
          reason: "its server has fsync off, so nothing it acknowledges is durable; allowed: on")
      }
      writer.fence = try connection.query(
        "UPDATE writer SET fence = fence + 1 RETURNING fence"
      ).integer(0, 0)
      writer.connection = connection
    }

    /// As the protocol says.
    public func append(
      _ entries: [StoredEntry], names: [AccountPath], expecting size: Int64
    ) throws(StoreError) {
      try write { connection in
        let found = try Self.size(connection)
        guard found == size else { throw StoreError.conflict(expected: size, found: found) }
        for name in names {
          try connection.query(
            "INSERT INTO name (id, path, salt) VALUES ($1, $2, $3)",
            [.bytes(name.id), .text(name.path), .bytes(name.salt)])
        }
        if !entries.isEmpty {
          try connection.copy(
            "COPY entry (seq, body, leaf) FROM STDIN (FORMAT binary)",
            PostgresSchema.rows(entries, from: size + 1))
        }
      }
    }

    /// As the protocol says.
    public func keep(_ checkpoint: StoredCheckpoint) throws(StoreError) {
      try write { connection in
        let kept = try connection.query(
          "SELECT root, note FROM checkpoint WHERE size = $1", [.integer(checkpoint.size)])
        if kept.count > 0 {
          guard kept.bytes(0, 0) == checkpoint.root.bytes else {
            throw StoreError.conflict(expected: checkpoint.size, found: checkpoint.size)
          }
          if kept.text(0, 1).utf8.count < checkpoint.note.utf8.count {
            _ = try connection.query(
              "UPDATE checkpoint SET note = $1 WHERE size = $2",
              [.text(checkpoint.note), .integer(checkpoint.size)])
          }
          return
        }
        _ = try connection.query(
          "INSERT INTO checkpoint (size, root, note) VALUES ($1, $2, $3)",
          [.integer(checkpoint.size), .bytes(checkpoint.root.bytes), .text(checkpoint.note)])
      }
    }

    /// As the protocol says.
    public func keep(_ evidence: [StoredEvidence]) throws(StoreError) {
      try write { connection in
        for piece in evidence {
          _ = try connection.query(
            "INSERT INTO evidence (hash, kind, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            [.bytes(piece.hash.bytes), .integer(Int64(piece.kind)), .bytes(piece.body)])
        }
      }
    }

    // MARK: Reading

    private func read<Value: Sendable>(
      _ work: (PostgresConnection) throws -> Value
    ) throws(StoreError) -> Value {
      let done: Result<Value, StoreError> = reader.withLock { connection in
        do {
          return .success(try work(connection))
        } catch {
          return .failure(error as? StoreError ?? .failed(reason: "\(error)"))
        }
      }
      return try done.get()
    }

    private static func size(_ connection: PostgresConnection) throws(StoreError) -> Int64 {
      try connection.query("SELECT coalesce(max(seq), 0) FROM entry").integer(0, 0)
    }

    /// As the protocol says.
    public func size() throws(StoreError) -> Int64 { try read { try Self.size($0) } }

    /// As the protocol says; 2,000 at a time, all of one moment.
    public func lend(
      from index: Int64, _ visit: (Int64, Span<UInt8>, Digest) -> Bool
    ) throws(StoreError) {
      try read { connection in
        try connection.transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") {
          try connection.query(
            "DECLARE entries BINARY CURSOR FOR SELECT seq, body, leaf FROM entry"
              // From the beginning also what lies before it and should not be there.
              + (index == 0 ? "" : " WHERE seq > \(index)") + " ORDER BY seq")
          while true {
            let rows = try connection.query("FETCH 2000 FROM entries")
            if rows.count == 0 { return }
            for row in 0..<rows.count {
              let leaf = try Self.digest(rows, row, 2)
              let wantsMore = rows.withSpan(row, 1) { visit(rows.integer(row, 0) - 1, $0, leaf) }
              if !wantsMore { return }
            }
          }
        }
      }
    }

    /// As the protocol says.
    public func names() throws(StoreError) -> [AccountPath] {
      try read { connection in
        let rows = try connection.query(
          "SELECT id, path, salt FROM name ORDER BY path COLLATE \"C\"")
        return (0..<rows.count).map {
          AccountPath(id: rows.bytes($0, 0), path: rows.text($0, 1), salt: rows.bytes($0, 2))
        }
      }
    }

    /// As the protocol says.
    public func checkpoints() throws(StoreError) -> [StoredCheckpoint] {
      try read { connection in
        let rows = try connection.query("SELECT size, root, note FROM checkpoint ORDER BY size")
        return try (0..<rows.count).map {
          StoredCheckpoint(
            size: rows.integer($0, 0), root: try Self.digest(rows, $0, 1), note: rows.text($0, 2))
        }
      }
    }

    /// As the protocol says.
    public func evidence(_ hash: Digest) throws(StoreError) -> [UInt8]? {
      try read { connection in
        let rows = try connection.query(
          "SELECT body FROM evidence WHERE hash = $1", [.bytes(hash.bytes)])
        return rows.count == 0 ? nil : rows.bytes(0, 0)
      }
    }

    /// As the protocol says.
    public func evidenceKinds() throws(StoreError) -> [(hash: Digest, kind: Int)] {
      try read { connection in
        let rows = try connection.query("SELECT hash, kind FROM evidence ORDER BY hash")
        return try (0..<rows.count).map {
          (try Self.digest(rows, $0, 0), Int(rows.integer($0, 1)))
        }
      }
    }

    private static func digest(
      _ rows: PostgresRows, _ row: Int, _ column: Int32
    ) throws(StoreError) -> Digest {
      let (digest, count) = rows.withSpan(row, column) { (Digest(bytes: $0), $0.count) }
      guard let digest else {
        throw .failed(reason: "a stored hash has \(count) bytes; allowed: 32")
      }
      return digest
    }

    /// Removes a schema that a measurement or a test has made, with everything in it.
    public func removeAll() throws(StoreError) {
      try read { try $0.run("DROP SCHEMA \(schema) CASCADE") }
    }
  }
#endif
