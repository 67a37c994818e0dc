#if PostgreSQL
  import Controller
  import Foundation
  import Grid
  import Ledger
  import Signing
  import Testing

  @testable import Storage

  private func withServer(_ body: (PostgresServer) throws -> Void) throws {
    let server = try PostgresServer()
    defer { server.stop() }
    try server.wait { (try? PostgresConnection(LedgerAddress(server.url()))) != nil }
    try body(server)
  }

  @Suite(
    .enabled(if: PostgresServer.programs != nil, "needs a PostgreSQL server (apt: postgresql)"),
    .serialized)
  struct `PostgreSQL stores` {
    @Test func `keep the ledger, for one writer, append only`() throws {
      try withServer { server in
        let address = LedgerAddress(server.url())
        #expect(throws: StoreError.noLedger(path: address.description)) {
          try PostgresLedgerStore(address, creates: false)
        }
        try StoreConformance.ledger { try PostgresLedgerStore(address) }

        // Another ledger in the same database, and rows of every size.
        let store = try PostgresLedgerStore(address, schema: "other")
        let leaf = SHA256.hash("leaf")
        let entries = [0, 1, 300, 65_535].map {
          StoredEntry(body: Array(repeating: 0xA5, count: $0), leaf: leaf)
        }
        try store.append(entries, names: [], expecting: 0)
        var found: [StoredEntry] = []
        try store.entries(from: 0) { _, entry in
          found.append(entry)
          return true
        }
        #expect(found == entries)
        #expect(try store.evidenceKinds().isEmpty)

        // Nobody changes what is written, not even who owns the tables.
        let owner = try PostgresConnection(address)
        for table in ["entry", "checkpoint"] {
          for change in [
            "UPDATE headroom.\(table) SET \(table == "entry" ? "body" : "root") = ''",
            "DELETE FROM headroom.\(table)", "TRUNCATE headroom.\(table)",
          ] {
            let error = #expect(throws: StoreError.self) { try owner.run(change) }
            #expect(error?.description.contains("append only") == true)
          }
        }
        try store.removeAll()
        try owner.run("UPDATE headroom.writer SET version = 2")
        #expect(throws: StoreError.self) { try PostgresLedgerStore(address) }
      }
    }

    @Test func `refuse a second writer, and an older one that slept`() throws {
      try withServer { server in
        let address = LedgerAddress(server.url())
        let entry = StoredEntry(body: [1], leaf: SHA256.hash("leaf"))
        let first = try PostgresLedgerStore(address)
        let second = try PostgresLedgerStore(address)
        try first.append([entry], names: [], expecting: 0)
        #expect(throws: StoreError.hasWriter(path: address.description)) {
          try second.append([entry], names: [], expecting: 1)
        }
        #expect(try second.size() == 1, "whoever may not write may read")

        // The first sleeps; the server takes its session for dead, and the second takes over.
        let owner = try PostgresConnection(address)
        try owner.run(
          "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        var isWriter = false
        for _ in 0..<100 where !isWriter {
          do {
            try second.append([entry], names: [], expecting: 1)
            isWriter = true
          } catch StoreError.hasWriter { Thread.sleep(forTimeInterval: 0.1) }
        }
        #expect(isWriter)
        let lost = #expect(throws: StoreError.self) {
          try first.append([entry], names: [], expecting: 1)
        }
        guard case .lost(let reason) = lost else {
          Issue.record("\(lost as Any)")
          return
        }
        #expect(reason.contains("connection") && !reason.contains("\t"))
        #expect(throws: StoreError.self, "it stays stopped, whatever size it asks for") {
          try first.append([entry], names: [], expecting: 2)
        }
        #expect(try second.size() == 2)

        // The number alone: a writer whose lock was lost without its session.
        try owner.run("UPDATE headroom.writer SET fence = fence + 1")
        #expect(throws: StoreError.fenced(own: 2, found: 3)) {
          try second.append([entry], names: [], expecting: 2)
        }
        #expect(throws: StoreError.self) {
          try second.keep(StoredCheckpoint(size: 2, root: entry.leaf, note: "x"))
        }
        let third = try PostgresLedgerStore(address)
        #expect(try third.size() == 2)
        #expect(throws: StoreError.conflict(expected: 1, found: 2)) {
          try third.append([entry], names: [], expecting: 1)
        }
        try third.append([entry], names: [], expecting: 2)
      }
    }

    @Test func `let a writer's role insert and nothing else`() throws {
      try withServer { server in
        let address = LedgerAddress(server.url())
        let owner = try PostgresConnection(address)
        let entry = StoredEntry(body: [1], leaf: SHA256.hash("leaf"))
        _ = try PostgresLedgerStore(address)
        try owner.run("CREATE ROLE clerk LOGIN")
        try owner.run(PostgresSchema.granting("clerk", on: "headroom"))
        let clerk = try PostgresLedgerStore(LedgerAddress(server.url(user: "clerk")))
        try clerk.append([entry], names: [], expecting: 0)
        try clerk.keep(StoredCheckpoint(size: 1, root: entry.leaf, note: "x"))
        #expect(try clerk.size() == 1)
        let session = try PostgresConnection(LedgerAddress(server.url(user: "clerk")))
        for change in [
          "UPDATE headroom.entry SET leaf = ''", "DELETE FROM headroom.entry",
          "TRUNCATE headroom.entry", "DROP TABLE headroom.entry",
          "ALTER TABLE headroom.entry DISABLE TRIGGER ALL",
        ] {
          let error = #expect(throws: StoreError.self) { try session.run(change) }
          #expect(
            error?.description.contains("permission denied") == true
              || error?.description.contains("must be owner") == true, "\(change): \(error as Any)")
        }
      }
    }

    @Test func `L11: hold the same ledger as a file, there and back`() throws {
      try withServer { server in
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
          UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (file, back) = (folder.path + "/a.db", folder.path + "/b.db")
        let store = try SQLiteMainStore(path: file)
        let key = try SigningKey(name: "headroom.test/ledger", key: .make())
        let now = Timestamp(seconds: 1_784_073_600)
        let keeper = try LedgerKeeper(store: store, key: key, now: now)
        try keeper.open((1...3_000).map { .init("owner:H\($0)", .owner) }, now: now)
        _ = try keeper.checkpoint()
        try store.keep(evidence: [1, 2, 3], kind: 6, hash: SHA256.hash([1, 2, 3]))

        let first = try LedgerCopy(from: file, to: server.url())
        #expect(first.copied == 3_002 && first.root == keeper.head.root)
        // The source goes on; the copy is brought up to date.
        try keeper.open([.init("owner:late", .owner)], now: now)
        _ = try keeper.checkpoint()
        let second = try LedgerCopy(from: file, to: server.url())
        #expect(second.copied == 1 && second.entries == 3_003)
        let third = try LedgerCopy(from: server.url(), to: back)
        #expect(third.root == keeper.head.root && third.checkpoints == 2)

        let returned = try SQLiteMainStore(path: back)
        #expect(try returned.checkpoints() == store.checkpoints())
        #expect(try returned.names() == store.names())
        #expect(try returned.evidence(SHA256.hash([1, 2, 3])) == [1, 2, 3])
        #expect(try LedgerCheck(back).isSound)
        let check = try LedgerCheck(server.url())
        #expect(check.isSound && check.entries == 3_003 && check.checkpoints == 2)
        // It is a ledger like any other: the desk writes in it.
        let desk = try LedgerDesk(opening: server.url())
        #expect(desk.book.tree.root == keeper.head.root)
        #expect(try desk.checkpoint(signedBy: key) == store.checkpoints()[1])
        #expect(throws: LedgerDesk.Fault.self) { try LedgerDesk.refuseExisting(server.url()) }
      }
    }

    @Test func `write nothing where the server does not wait for its disk`() throws {
      try withServer { server in
        let address = LedgerAddress(server.url())
        let store = try PostgresLedgerStore(address)
        let owner = try PostgresConnection(address)
        try owner.run("ALTER SYSTEM SET fsync = off")
        try owner.run("SELECT pg_reload_conf()")
        let entry = StoredEntry(body: [1], leaf: SHA256.hash("leaf"))
        var fault: StoreError?
        for _ in 0..<100 where fault == nil {
          let connection = try PostgresConnection(address)
          if try connection.query("SHOW fsync").text(0, 0) == "off" {
            fault = #expect(throws: StoreError.self) {
              try store.append([entry], names: [], expecting: 0)
            }
          } else {
            Thread.sleep(forTimeInterval: 0.1)
          }
        }
        #expect(fault?.description.contains("fsync off") == true)
        #expect(try store.size() == 0)
      }
    }

    /// What an SQL shell puts before the first entry no reader may pass over.
    @Test func `lend from the beginning also what should not be there`() throws {
      try withServer { server in
        let address = LedgerAddress(server.url())
        let store = try PostgresLedgerStore(address)
        try PostgresConnection(address).run(
          "INSERT INTO headroom.entry VALUES (-4, '\\x01', decode(repeat('00', 32), 'hex'))")
        var found: [Int64] = []
        try store.lend(from: 0) { index, _, _ in
          found.append(index)
          return true
        }
        #expect(found == [-5])
      }
    }

    @Test(arguments: [
      "postgresql://me:secret@[", "postgresql://me:secret@db.example/x?port=1&colour=red",
    ])
    func `say which address cannot be meant, without the password`(_ text: String) throws {
      let error = #expect(throws: StoreError.self) { try PostgresLedgerStore(LedgerAddress(text)) }
      guard case .badAddress(_, let reason) = error else {
        Issue.record("\(error as Any)")
        return
      }
      #expect(!reason.isEmpty && error?.description.contains("secret") == false, "\(reason)")
    }

    @Test func `say what cannot be reached, without the password`() throws {
      let address = LedgerAddress("postgresql://me:secret@127.0.0.1:1/x?connect_timeout=2")
      let error = #expect(throws: StoreError.self) { try PostgresLedgerStore(address) }
      #expect(error?.description.contains("127.0.0.1") == true)
      #expect(error?.description.contains("secret") == false)
    }
  }
#endif
