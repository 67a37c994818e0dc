import Grid
import Ledger
import Storage
import Synchronization
import Testing

@testable import Controller

/// An operator who posts while a controller runs.
@Suite struct `Two who write one ledger` {
  static func keeper(_ store: any LedgerStore) throws -> LedgerKeeper {
    try LedgerKeeper(store: store, key: Samples.key, now: Samples.now)
  }

  static func post(_ amount: Int64, key: UInt8, _ keeper: LedgerKeeper) throws -> [UInt64] {
    try keeper.post(
      [`The keeper of the ledger`.deposit(amount, key: key)], currency: Samples.usd,
      now: Samples.now)
  }

  static func funding(_ keeper: LedgerKeeper) -> Int64? {
    keeper.position(of: "utility:acme:funding", currency: Samples.usd)?.settled
  }

  @Test func `take over what the other one wrote before they go on`() throws {
    try withFolder { folder in
      let store = try SQLiteMainStore(path: folder + "/headroom.db")
      let (first, second) = (try Self.keeper(store), try Self.keeper(store))
      try second.open(`The keeper of the ledger`.accounts, now: Samples.now)
      // Both accounts are there already: their names and numbers are taken over.
      try first.open(`The keeper of the ledger`.accounts, now: Samples.now)
      #expect(first.head == second.head && first.head.size == 4)
      #expect(first.salt(of: "bank:main") == second.salt(of: "bank:main"))
      #expect(try Self.post(500, key: 1, second) == [5])
      #expect(try Self.post(500, key: 1, first) == [5])
      #expect(try Self.post(20, key: 2, first) == [6])
      #expect(try Self.post(3, key: 3, second) == [7])
      #expect(Self.funding(second) == 523_000_000)
      // The first one signs the newest head, not the last one that it wrote.
      #expect(try first.checkpoint().size == 8)
      #expect(first.head == second.head)
    }
  }

  @Test func `write once more what the other one came before`() throws {
    try withFolder { folder in
      let store = try SQLiteMainStore(path: folder + "/headroom.db")
      try Self.keeper(store).open(`The keeper of the ledger`.accounts, now: Samples.now)
      let other = try Self.keeper(store)
      let busy = InterruptedStore(store)
      let keeper = try Self.keeper(busy)
      _ = try keeper.commodity(Samples.usd, now: Samples.now)
      busy.before = { _ = try? Self.post(500, key: 1, other) }
      #expect(try Self.post(20, key: 2, keeper) == [6])
      #expect(Self.funding(keeper) == 520_000_000)
      #expect(try store.size() == 7)
      #expect(try LedgerKeeper.replay(store).tree.root == keeper.head.root)
    }
  }

  @Test func `write nothing more when the store refuses and nobody else wrote`() throws {
    try withFolder { folder in
      let store = try SQLiteMainStore(path: folder + "/headroom.db")
      let broken = InterruptedStore(store)
      let keeper = try Self.keeper(broken)
      broken.fails = true
      for _ in 0..<2 {
        let fault = #expect(throws: LedgerKeeper.Fault.self) {
          try keeper.open(`The keeper of the ledger`.accounts, now: Samples.now)
        }
        guard case .notWritten(reason: let reason) = fault else {
          Issue.record("\(fault as Any)")
          return
        }
        #expect(reason == "\(StoreError.failed(reason: "no room"))")
        // Memory is ahead of the disk: even with room again only a new start may go on.
        broken.fails = false
      }
      #expect(try store.size() == 2)
    }
  }

  @Test func `believe no entry that breaks a rule`() throws {
    try withFolder { folder in
      let store = try SQLiteMainStore(path: folder + "/headroom.db")
      let keeper = try Self.keeper(store)
      try store.append(
        [StoredEntry(body: [0xA0], leaf: Entry.leafHash([0xA0]))], names: [], expecting: 2)
      let fault = #expect(throws: LedgerKeeper.Fault.self) {
        try keeper.open(`The keeper of the ledger`.accounts, now: Samples.now)
      }
      guard case .damaged(index: 2, _) = fault else {
        Issue.record("\(fault as Any)")
        return
      }
      #expect(try store.size() == 3)
    }
  }
}

/// A store in which something happens before an append.
final class InterruptedStore: LedgerStore {
  private let store: SQLiteMainStore
  private let state = Mutex((before: (@Sendable () -> Void)?.none, fails: false))

  init(_ store: SQLiteMainStore) { self.store = store }

  /// Done once, before the next append.
  var before: (@Sendable () -> Void)? {
    get { state.withLock { $0.before } }
    set { state.withLock { $0.before = newValue } }
  }
  /// Every append fails.
  var fails: Bool {
    get { state.withLock { $0.fails } }
    set { state.withLock { $0.fails = newValue } }
  }

  func append(
    _ entries: [StoredEntry], names: [AccountPath], expecting size: Int64
  ) throws(StoreError) {
    if fails { throw .failed(reason: "no room") }
    let interruption = before
    before = nil
    interruption?()
    try store.append(entries, names: names, expecting: size)
  }
  func size() throws(StoreError) -> Int64 { try store.size() }
  func lend(
    from index: Int64, _ visit: (Int64, Span<UInt8>, Digest) -> Bool
  ) throws(StoreError) { try store.lend(from: index, visit) }
  func names() throws(StoreError) -> [AccountPath] { try store.names() }
  func keep(_ checkpoint: StoredCheckpoint) throws(StoreError) { try store.keep(checkpoint) }
  func checkpoints() throws(StoreError) -> [StoredCheckpoint] { try store.checkpoints() }
  func keep(_ evidence: [StoredEvidence]) throws(StoreError) { try store.keep(evidence) }
  func evidence(_ hash: Digest) throws(StoreError) -> [UInt8]? { try store.evidence(hash) }
  func evidenceKinds() throws(StoreError) -> [(hash: Digest, kind: Int)] {
    try store.evidenceKinds()
  }
}
