import Grid
import Ledger
import Signing
import Storage
import Testing

@testable import Controller

@Suite struct `The keeper of the ledger` {
  static func keeper(_ store: SQLiteMainStore, _ key: SigningKey = Samples.key) throws
    -> LedgerKeeper
  {
    try LedgerKeeper(store: store, key: key, now: Samples.now)
  }

  static func deposit(_ amount: Int64, key: UInt8 = 1) -> LedgerKeeper.Posting {
    let money = Money(millionths: amount * 1_000_000)
    return LedgerKeeper.Posting(
      key: IdempotencyKey(bytes: [UInt8](repeating: key, count: 16))!, reason: "deposit",
      event: nil, effective: Samples.hour,
      legs: [("bank:main", -money), ("utility:acme:funding", money)])
  }

  static let accounts: [LedgerKeeper.NewAccount] = [
    .init("bank:main", .bank), .init("utility:acme:funding", .funding),
  ]

  @Test func `founds a ledger, and opens it again as it was`() throws {
    try withFolder { folder in
      let store = try SQLiteMainStore(path: folder + "/headroom.db")
      let first = try Self.keeper(store)
      #expect(first.head.size == 2)
      try first.open(Self.accounts, now: Samples.now)
      try first.open(Self.accounts, now: Samples.now)
      #expect(first.head.size == 4)
      #expect(try first.post([Self.deposit(500)], currency: Samples.usd, now: Samples.now) == [5])
      let again = try Self.keeper(store)
      #expect(again.head == first.head)
      #expect(again.salt(of: "bank:main") == first.salt(of: "bank:main"))
      let funding = again.position(of: "utility:acme:funding", currency: Samples.usd)
      #expect(funding?.settled == 500_000_000)
      #expect(again.position(of: "owner:nobody", currency: Samples.usd) == nil)
      let note = try again.checkpoint()
      #expect(note.size == 6 && note.root == first.head.root)
      #expect(try again.checkpoint() == note)
    }
  }

  /// L2, in the file.
  @Test func `writes the same request once, and another under its key never`() throws {
    try withFolder { folder in
      let store = try SQLiteMainStore(path: folder + "/headroom.db")
      let keeper = try Self.keeper(store)
      try keeper.open(Self.accounts, now: Samples.now)
      let first = try keeper.post([Self.deposit(500)], currency: Samples.usd, now: Samples.now)
      let size = keeper.head.size
      #expect(
        try keeper.post([Self.deposit(500)], currency: Samples.usd, now: Samples.now) == first)
      #expect(keeper.head.size == size)
      let refused = #expect(throws: LedgerKeeper.Fault.self) {
        try keeper.post([Self.deposit(501)], currency: Samples.usd, now: Samples.now)
      }
      guard case .refused(.keyConflict(first: first[0])) = refused else {
        Issue.record("\(refused as Any)")
        return
      }
      #expect(try store.size() == size)
    }
  }

  @Test func `refuses what moves too much, and writes nothing of the batch`() throws {
    try withFolder { folder in
      let keeper = try Self.keeper(try SQLiteMainStore(path: folder + "/headroom.db"))
      try keeper.open(Self.accounts, now: Samples.now)
      let refused = #expect(throws: LedgerKeeper.Fault.self) {
        try keeper.post(
          [Self.deposit(5), Self.deposit(-6, key: 2)], currency: Samples.usd, now: Samples.now)
      }
      guard case .refused(.insufficient(_, available: 5_000_000, asked: 6_000_000)) = refused
      else {
        Issue.record("\(refused as Any)")
        return
      }
      #expect(keeper.position(of: "bank:main", currency: Samples.usd)?.settled == 0)
    }
  }

  @Test func `does not open the ledger of another`() throws {
    try withFolder { folder in
      let store = try SQLiteMainStore(path: folder + "/headroom.db")
      _ = try Self.keeper(store)
      let other = try SigningKey(name: "other.example/ledger", key: .make())
      let fault = #expect(throws: LedgerKeeper.Fault.self) { try Self.keeper(store, other) }
      guard case .otherOrigin(let found, let expected) = fault,
        found == Samples.key.verifier.description, expected == other.verifier.description
      else {
        Issue.record("\(fault as Any)")
        return
      }
    }
  }

  @Test func `does not open a store that was altered, and names the entry`() throws {
    try withFolder { folder in
      let store = try SQLiteMainStore(path: folder + "/headroom.db")
      _ = try Self.keeper(store)
      var body: [UInt8] = []
      try store.entries(from: 1) { _, entry in
        body = entry.body
        return true
      }
      // An entry that is no entry, and one whose leaf is that of another.
      try store.append(
        [StoredEntry(body: [0xA0], leaf: Entry.leafHash([0xA0]))], names: [], expecting: 2)
      let damaged = #expect(throws: LedgerKeeper.Fault.self) { try Self.keeper(store) }
      guard case .damaged(index: 2, _) = damaged else {
        Issue.record("\(damaged as Any)")
        return
      }
      let other = try SQLiteMainStore(path: folder + "/other.db")
      try store.entries(from: 0) { index, entry in
        let leaf = index == 1 ? Entry.leafHash([0]) : entry.leaf
        if index < 2 {
          try? other.append(
            [StoredEntry(body: entry.body, leaf: leaf)], names: [], expecting: index)
        }
        return true
      }
      let altered = #expect(throws: LedgerKeeper.Fault.self) { try Self.keeper(other) }
      guard case .altered(index: 1, stored: let stored, computed: let computed) = altered else {
        Issue.record("\(altered as Any)")
        return
      }
      #expect(stored == Entry.leafHash([0]) && computed == Entry.leafHash(body))
    }
  }
}
