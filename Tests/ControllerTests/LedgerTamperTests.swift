import Foundation
import Grid
import Ledger
import Signing
import Testing

@testable import Controller
@testable import Storage

/// What somebody with an SQL shell does to the tables beside the entries.
@Suite struct `An altered table` {
  static func run(_ sql: String, _ file: String) throws {
    // A migration that forgets at once that it ran.
    let forgets =
      "CREATE TRIGGER IF NOT EXISTS forgets AFTER INSERT ON grdb_migrations"
      + " BEGIN DELETE FROM grdb_migrations WHERE identifier = 'x'; END;"
    _ = try SQLiteFile(
      path: file, migrations: [("1 logbook and ledger", ""), ("x", forgets + sql)])
  }

  static func codes(_ file: String) throws -> [String] {
    try LedgerCheck(file).findings.map(\.code)
  }

  static func file(_ folder: String) throws -> String {
    try `The check of a ledger`.ledger(folder)
    return folder + "/headroom.db"
  }

  /// Money would go to whoever has the other's name.
  @Test func `of names is refused by everybody who would post`() throws {
    try withFolder { folder in
      let file = try Self.file(folder)
      try Self.run(
        """
        UPDATE name SET path = 'x' WHERE path = 'owner:A';
        UPDATE name SET path = 'owner:A' WHERE path = 'owner:B';
        UPDATE name SET path = 'owner:B' WHERE path = 'x'
        """, file)
      #expect(try Self.codes(file) == ["nameDiffers", "nameDiffers"])
      let desk = #expect(throws: LedgerKeeper.Fault.self) { try LedgerDesk(opening: file) }
      guard case .nameDiffers(let detail) = desk else {
        Issue.record("\(desk as Any)")
        return
      }
      #expect(detail.hasPrefix("the name owner:A is not that of account "))
      let store = try SQLiteMainStore(path: file)
      let keeper = #expect(throws: LedgerKeeper.Fault.self) {
        try LedgerKeeper(store: store, key: Samples.key, now: Samples.now)
      }
      #expect(keeper?.description == detail)
    }
  }

  @Test(arguments: [
    ("salt = x'00' WHERE path = 'owner:A'", "is not that of account "),
    ("id = x'00' WHERE path = 'owner:A'", "is not that of account 00: allowed: 16 bytes"),
  ])
  func `of names, whatever was changed in it`(_ change: String, _ detail: String) throws {
    try withFolder { folder in
      let file = try Self.file(folder)
      try Self.run("UPDATE name SET " + change, file)
      let check = try LedgerCheck(file)
      #expect(check.findings.map(\.code) == ["nameDiffers"])
      #expect(check.findings[0].detail.contains("the name owner:A " + detail))
      #expect(throws: LedgerKeeper.Fault.self) { try LedgerDesk(opening: file) }
    }
  }

  @Test func `of names is left when a name was only erased`() throws {
    try withFolder { folder in
      let file = try Self.file(folder)
      try Self.run("DELETE FROM name WHERE path = 'owner:A'", file)
      #expect(try Self.codes(file) == [])
      #expect(try LedgerDesk(opening: file).accounts["owner:A"] == nil)
    }
  }

  @Test(arguments: [
    ("note = 'x'", ["badSignature"], "cannot be read: the note does not end with a newline"),
    ("size = -5", ["rootMismatch"], "of size -5 is kept with"),
    ("size = 9", ["rootMismatch"], "its note says size 11"),
    ("root = zeroblob(32)", ["rootMismatch"], "is kept with 0000"),
    (
      "note = replace(note, '\n11\n', '\n10\n')", ["badSignature", "rootMismatch"],
      "its note says size 10"
    ),
  ])
  func `of checkpoints signs and proves nothing`(
    _ change: String, _ codes: [String], _ detail: String
  ) throws {
    try withFolder { folder in
      let file = try Self.file(folder)
      try Self.run("UPDATE checkpoint SET " + change, file)
      #expect(try Self.codes(file) == codes)
      let desk = try LedgerDesk(opening: file)
      for refused in [
        { _ = try desk.checkpoint(signedBy: Samples.key) }, { _ = try desk.receipts([3]) },
        { _ = try desk.checkpoints() },
        { _ = try desk.export(to: TileFolder(folder + "/tiles")) },
      ] as [() throws -> Void] {
        let fault = #expect(throws: LedgerDesk.Fault.self, performing: refused)
        guard case .checkpointAltered(let found) = fault else {
          Issue.record("\(fault as Any)")
          return
        }
        #expect(found.contains(detail), "\(found)")
      }
    }
  }

  @Test func `of checkpoints is not published with a signature that does not verify`() throws {
    try withFolder { folder in
      let file = try Self.file(folder)
      let stranger = try SigningKey(name: Samples.origin, key: .make())
      let kept = try SQLiteMainStore(path: file).checkpoints()[0]
      var note = Note(text: try Note(kept.note).text)
      note.sign(with: stranger)
      try Self.run("UPDATE checkpoint SET note = '\(note)'", file)
      let desk = try LedgerDesk(opening: file)
      let fault = #expect(throws: LedgerDesk.Fault.self) {
        try desk.export(to: TileFolder(folder + "/tiles"))
      }
      #expect(fault?.description.contains("no key that is known signed it") == true)
    }
  }

  @Test func `that cannot be read is named itself, not an entry`() throws {
    try withFolder { folder in
      let file = try Self.file(folder)
      try Self.run("UPDATE checkpoint SET root = x'00'; DROP TABLE name", file)
      #expect(
        try LedgerCheck(file).findings.map(\.description) == [
          "unreadable: the signed checkpoints: the store failed: a stored hash has 1 bytes; allowed: 32",
          "unreadable: the names of accounts: the store failed: SQLite error 1: no such table: name"
            + " - while executing `SELECT id, path, salt FROM name ORDER BY path`",
        ])
    }
  }

  @Test func `of entries has no row before the first, and names none for what follows`() throws {
    try withFolder { folder in
      let file = try Self.file(folder)
      try Self.run("INSERT INTO entry SELECT 0, body, leaf FROM entry WHERE seq = 1", file)
      #expect(
        try LedgerCheck(file).findings.map(\.description) == [
          "unexpected: 1 rows lie before the first entry; allowed: seq from 1"
        ])
      #expect(throws: LedgerKeeper.Fault.self) { try LedgerDesk(opening: file) }
      try Self.run("DROP TRIGGER entry_d; DELETE FROM entry WHERE seq < 2", file)
      #expect(
        try LedgerCheck(file).findings.map(\.description) == [
          "missing: entry 0: the entries are gone from the file",
          "badSignature: no key of the log is known to check 1 checkpoints",
        ])
    }
  }

  @Test func `of migrations is refused in a sentence`() throws {
    try withFolder { folder in
      let file = try Self.file(folder)
      try Self.run("DELETE FROM grdb_migrations", file)
      #expect(
        throws: StoreError.cannotOpen(path: file, reason: "table turn already exists")
      ) { try LedgerCheck(file) }
    }
  }

  /// Same name, another key: what it signed nobody could ever check.
  @Test func `is nothing to the key, which must be the log's own`() throws {
    try withFolder { folder in
      let file = try Self.file(folder)
      let store = try SQLiteMainStore(path: file)
      let replaced = try SigningKey(name: Samples.origin, key: .make())
      let fault = #expect(throws: LedgerKeeper.Fault.self) {
        try LedgerKeeper(store: store, key: replaced, now: Samples.now)
      }
      #expect(
        fault?.description
          == "the key of the ledger is \(Samples.key.verifier), the one at hand is"
          + " \(replaced.verifier); allowed: the ledger's")
    }
  }
}
