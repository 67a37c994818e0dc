import FoundationEssentials
import GRDB
public import Grid

/// Logbook and ledger in one SQLite file; a commit waits for the disk.
public struct SQLiteMainStore: LogbookStore, LedgerStore {
  private let file: SQLiteFile

  /// Opens or creates the file at `path`.
  public init(path: String) throws(StoreError) {
    file = try SQLiteFile(
      path: path, pageBytes: 8_192,
      migrations: [
        (
          "1 logbook and ledger",
          """
          CREATE TABLE turn (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, inputs BLOB NOT NULL,
            effects BLOB NOT NULL) STRICT;
          CREATE TABLE entry (seq INTEGER PRIMARY KEY, body BLOB NOT NULL, leaf BLOB NOT NULL) STRICT;
          CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, root BLOB NOT NULL, note TEXT NOT NULL)
            STRICT;
          CREATE TABLE name (id BLOB PRIMARY KEY, path TEXT NOT NULL UNIQUE, salt BLOB NOT NULL)
            STRICT;
          CREATE TABLE evidence (hash BLOB PRIMARY KEY, kind INTEGER NOT NULL, body BLOB NOT NULL)
            STRICT;
          CREATE TRIGGER turn_u BEFORE UPDATE ON turn BEGIN SELECT RAISE(ABORT, 'append only'); END;
          CREATE TRIGGER turn_d BEFORE DELETE ON turn BEGIN SELECT RAISE(ABORT, 'append only'); END;
          CREATE TRIGGER entry_u BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'append only'); END;
          CREATE TRIGGER entry_d BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'append only'); END;
          """
        )
      ])
  }

  // MARK: Logbook

  /// As the protocol says.
  public func lastTurn() throws(StoreError) -> Int64 {
    try file.read { try Self.lastTurn($0) }
  }

  /// As the protocol says.
  public func append(_ turn: Turn) throws(StoreError) {
    try file.write { database in
      let last = try Self.lastTurn(database)
      guard turn.seq == last + 1 else {
        throw StoreError.conflict(expected: turn.seq - 1, found: last)
      }
      let statement = try database.cachedStatement(
        sql: "INSERT INTO turn (seq, at, inputs, effects) VALUES (?, ?, ?, ?)")
      try statement.execute(arguments: [
        turn.seq, turn.at.microseconds, Data(turn.inputs), Data(turn.effects),
      ])
    }
  }

  /// As the protocol says.
  public func turns(after seq: Int64, _ visit: (Turn) -> Bool) throws(StoreError) {
    try file.read { database in
      let rows = try Row.fetchCursor(
        database, sql: "SELECT seq, at, inputs, effects FROM turn WHERE seq > ? ORDER BY seq",
        arguments: [seq])
      while let row = try rows.next() {
        let turn = Turn(
          seq: row[0], at: Timestamp(microseconds: row[1]), inputs: (row[2] as Data).array,
          effects: (row[3] as Data).array)
        if !visit(turn) { return }
      }
    }
  }

  private static func lastTurn(_ database: Database) throws -> Int64 {
    try Int64.fetchOne(database, sql: "SELECT max(seq) FROM turn") ?? 0
  }

  // MARK: Ledger

  /// As the protocol says.
  public func size() throws(StoreError) -> Int64 { try file.read { try Self.size($0) } }

  /// As the protocol says.
  public func append(
    _ entries: [StoredEntry], names: [AccountPath], expecting size: Int64
  ) throws(StoreError) {
    try file.write { database in
      let found = try Self.size(database)
      guard found == size else { throw StoreError.conflict(expected: size, found: found) }
      let naming = try database.cachedStatement(
        sql: "INSERT INTO name (id, path, salt) VALUES (?, ?, ?)")
      for name in names {
        try naming.execute(arguments: [Data(name.id), name.path, Data(name.salt)])
      }
      let insert = try BareStatement(
        database, "INSERT INTO entry (seq, body, leaf) VALUES (?, ?, ?)")
      var seq = size
      for entry in entries {
        seq += 1
        try insert.run(seq, entry.body.span, entry.leaf)
      }
    }
  }

  /// As the protocol says.
  public func lend(
    from index: Int64, _ visit: (Int64, Span<UInt8>, Digest) -> Bool
  ) throws(StoreError) {
    try file.read { database in
      let rows = try BareStatement(
        database, "SELECT seq, body, leaf FROM entry WHERE seq > ? ORDER BY seq")
      // Whoever reads from the beginning also sees what lies before it and should not be there.
      try rows.bind(index == 0 ? Int64.min : index, at: 1)
      while try rows.step() {
        let leaf = try rows.withSpan(2) { try Self.digest($0) }
        if !rows.withSpan(1, { visit(rows.integer(0) - 1, $0, leaf) }) { return }
      }
    }
  }

  /// As the protocol says.
  public func names() throws(StoreError) -> [AccountPath] {
    try file.read { database in
      try Row.fetchAll(database, sql: "SELECT id, path, salt FROM name ORDER BY path").map {
        AccountPath(id: ($0[0] as Data).array, path: $0[1], salt: ($0[2] as Data).array)
      }
    }
  }

  /// As the protocol says.
  public func keep(_ checkpoint: StoredCheckpoint) throws(StoreError) {
    try file.write { database in
      let kept = try Row.fetchOne(
        database, sql: "SELECT root, note FROM checkpoint WHERE size = ?",
        arguments: [checkpoint.size])
      if let kept {
        guard (kept[0] as Data).array == checkpoint.root.bytes else {
          throw StoreError.conflict(expected: checkpoint.size, found: checkpoint.size)
        }
        if (kept[1] as String).utf8.count < checkpoint.note.utf8.count {
          try database.execute(
            sql: "UPDATE checkpoint SET note = ? WHERE size = ?",
            arguments: [checkpoint.note, checkpoint.size])
        }
        return
      }
      try database.execute(
        sql: "INSERT INTO checkpoint (size, root, note) VALUES (?, ?, ?)",
        arguments: [checkpoint.size, Data(checkpoint.root.bytes), checkpoint.note])
    }
  }

  /// As the protocol says.
  public func checkpoints() throws(StoreError) -> [StoredCheckpoint] {
    try file.read { database in
      try Row.fetchAll(database, sql: "SELECT size, root, note FROM checkpoint ORDER BY size").map {
        StoredCheckpoint(size: $0[0], root: try Self.digest(($0[1] as Data).array), note: $0[2])
      }
    }
  }

  /// As the protocol says.
  public func keep(_ evidence: [StoredEvidence]) throws(StoreError) {
    try file.write { database in
      let insert = try BareStatement(
        database, "INSERT INTO evidence (kind, body, hash) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
      // In the order of the index: each of its pages is found once, not once for each hash.
      let firstBytes = evidence.map { UInt64(bigEndian: $0.hash.wordsInMemory.0) }
      for place in evidence.indices.sorted(by: { firstBytes[$0] < firstBytes[$1] }) {
        let piece = evidence[place]
        try insert.run(Int64(piece.kind), piece.body.span, piece.hash)
      }
    }
  }

  /// As the protocol says.
  public func evidence(_ hash: Digest) throws(StoreError) -> [UInt8]? {
    try file.read { database in
      try Data.fetchOne(
        database, sql: "SELECT body FROM evidence WHERE hash = ?", arguments: [Data(hash.bytes)]
      )?.array
    }
  }

  /// As the protocol says.
  public func evidenceKinds() throws(StoreError) -> [(hash: Digest, kind: Int)] {
    try file.read { database in
      try Row.fetchAll(database, sql: "SELECT hash, kind FROM evidence ORDER BY hash").map {
        (try Self.digest(($0[0] as Data).array), $0[1])
      }
    }
  }

  private static func size(_ database: Database) throws -> Int64 {
    try Int64.fetchOne(database, sql: "SELECT max(seq) FROM entry") ?? 0
  }

  private static func digest(_ bytes: [UInt8]) throws -> Digest { try digest(bytes.span) }

  private static func digest(_ bytes: Span<UInt8>) throws -> Digest {
    guard let digest = Digest(bytes: bytes) else {
      throw StoreError.failed(reason: "a stored hash has \(bytes.count) bytes; allowed: 32")
    }
    return digest
  }
}
