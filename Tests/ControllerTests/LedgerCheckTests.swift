import Foundation
import Grid
import Ledger
import Signing
import Storage
import Testing

@testable import Controller

@Suite struct `The check of a ledger` {
  /// Bank to A, then A to B, 5,000 Wh each; and a checkpoint.
  static func ledger(_ folder: String) throws {
    var desk = try Samples.desk(folder)
    _ = try desk.post(
      try Samples.requests(
        Samples.transfer(1, [("bank:main", "kWhP", "-5"), ("owner:A", "kWhP", "5")]),
        Samples.transfer(2, [("owner:A", "kWhP", "-5.000"), ("owner:B", "kWhP", "5.000")])),
      key: Samples.key, now: Samples.now)
    _ = try desk.checkpoint(signedBy: Samples.key)
  }

  static func entry(_ index: Int64, _ file: String) throws -> StoredEntry {
    var found: StoredEntry?
    try SQLiteMainStore(path: file).entries(from: index) { _, entry in
      found = entry
      return false
    }
    return try #require(found)
  }

  @Test func `finds nothing wrong with a ledger that nobody touched`() throws {
    try withFolder { folder in
      try Self.ledger(folder)
      var told: [Int64] = []
      let check = try LedgerCheck(folder + "/headroom.db", log: Samples.key.verifier) {
        told += [$0, $1]
      }
      #expect(check.isSound && check.findings == [])
      #expect(check.entries == 11 && check.checkpoints == 1)
      #expect(check.accounts.all == 5 && check.accounts.named == 5)
      #expect(check.log == Samples.key.verifier)
      #expect(told == [11, 11])
      #expect(
        check.json.line.hasPrefix(#"{"verified":true,"origin":"example.org/ledger","logKey":"#))
      #expect(check.json.line.hasSuffix(#""findings":[]}"#))
    }
  }

  // Scenario: A sent B 5,000 Wh; in the file 5,000 becomes 5,001.
  /// L1, in the file.
  @Test func `names the entry in which 5,000 became 5,001, and both hashes`() throws {
    try withFolder { folder in
      try Self.ledger(folder)
      let file = folder + "/headroom.db"
      let entry = try Self.entry(10, file)
      // 5,000 is 0x1388 after the head of an integer of two bytes; A's -5,000 is 0x1387.
      var altered = entry.body
      let place = try #require(
        altered.indices.dropLast(2).first { Array(altered[$0...$0 + 2]) == [0x19, 0x13, 0x88] })
      altered[place + 2] = 0x89
      #expect(try Samples.alter(file, entry.body, at: place + 2, to: 0x89) == 1)
      let check = try LedgerCheck(file)
      #expect(!check.isSound)
      #expect(check.findings.map(\.code) == ["refused", "leafMismatch"])
      #expect(check.findings.allSatisfy { $0.entries == 10..<11 })
      #expect(
        check.findings.last?.description
          == "leafMismatch: entry 10: stored \(entry.leaf), computed \(Entry.leafHash(altered))")
      #expect(
        check.json.line.contains(#"{"code":"leafMismatch","entries":[10,10],"detail":"stored "#))
      #expect(throws: LedgerKeeper.Fault.self) { try LedgerDesk(opening: file) }
    }
  }

  @Test func `notices any byte of an entry`() throws {
    try withFolder { folder in
      try Self.ledger(folder)
      let file = folder + "/headroom.db"
      let whole = try Data(contentsOf: URL(fileURLWithPath: file))
      for index in [0, 4, 9] as [Int64] {
        let body = try Self.entry(index, file).body
        for place in stride(from: 0, to: body.count, by: 17) {
          try whole.write(to: URL(fileURLWithPath: file))
          #expect(try Samples.alter(file, body, at: place, to: body[place] ^ 1) == 1)
          let check = try LedgerCheck(file)
          #expect(
            check.findings.contains {
              $0.code == "leafMismatch" && $0.entries == UInt64(index)..<UInt64(index) + 1
            }, "entry \(index), byte \(place)")
        }
      }
    }
  }

  @Test func `notices an altered name, checkpoint and key`() throws {
    try withFolder { folder in
      try Self.ledger(folder)
      let file = folder + "/headroom.db"
      let store = try SQLiteMainStore(path: file)
      let root = Entry.leafHash([])
      let note = try store.checkpoints()[0].note
      try store.keep(StoredCheckpoint(size: 3, root: root, note: note))
      try store.append(
        [], names: [AccountPath(id: [UInt8](repeating: 1, count: 16), path: "owner:Z", salt: [])],
        expecting: 11)
      let stranger = try VerifierKey(name: "other", key: Samples.key.verifier.key)
      let check = try LedgerCheck(file, log: stranger)
      #expect(
        check.findings.map(\.code)
          == ["wrongLog", "badSignature", "badSignature", "rootMismatch", "nameDiffers"])
      #expect(check.findings.last?.detail.contains("owner:Z") == true)
      #expect(check.accounts.all == 5 && check.accounts.named == 6)
    }
  }

  @Test func `needs a ledger`() throws {
    try withFolder { folder in
      let file = folder + "/headroom.db"
      #expect(throws: LedgerDesk.Fault.noLedger(file: file)) { try LedgerCheck(file) }
      _ = try SQLiteMainStore(path: file)
      #expect(throws: LedgerDesk.Fault.noLedger(file: file)) { try LedgerCheck(file) }
      try write("nothing like a database, and long enough to be looked at", to: folder + "/x.db")
      let fault = #expect(throws: StoreError.self) { try LedgerCheck(folder + "/x.db") }
      guard case .cannotOpen(path: folder + "/x.db", _) = fault else {
        Issue.record("\(fault as Any)")
        return
      }
    }
  }
}
