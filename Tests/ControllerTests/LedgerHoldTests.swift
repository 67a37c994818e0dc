import Grid
import Ledger
import Storage
import Testing

@testable import Controller

@Suite struct `What ran out and what is closed` {
  static let expires = Samples.now.adding(seconds: 60)

  /// 50.00 of owner A, held towards the bank until `expires`.
  static func held(_ folder: String) throws -> LedgerDesk {
    var desk = try Samples.desk(folder)
    _ = try desk.post(
      try Samples.requests(
        Samples.transfer(1, [("bank:main", "USD", "-50"), ("owner:A", "USD", "50")]),
        Samples.transfer(
          2, [("owner:A", "USD", "-50"), ("bank:main", "USD", "50")], type: "reserve",
          more: #""expires":"\#(expires)","#)), key: Samples.key, now: Samples.now)
    return desk
  }

  static let pays = Samples.transfer(3, [("owner:A", "USD", "-5"), ("owner:B", "USD", "5")])

  static func position(_ desk: LedgerDesk) -> [Int64]? {
    desk.book.position(desk.accounts["owner:A"]!, commodity: 1).map {
      [$0.settled, $0.held, $0.pending]
    }
  }

  @Test func `gives back first, and then takes what was asked for`() throws {
    try withFolder { folder in
      var desk = try Self.held(folder)
      let early = try `The desk of the ledger`.refusal(&desk, Self.pays)
      #expect(early?.lines.first?.hasPrefix("r.json:1: insufficient: ") == true)
      let size = desk.book.size
      let receipts = try desk.post(
        try Samples.requests(Self.pays), key: Samples.key, now: Self.expires)
      #expect(receipts.map(\.index) == [size + 1])
      #expect(Self.position(desk) == [45_000_000, 0, 0])
      let read = try LedgerDesk(opening: folder + "/headroom.db")
      #expect(read.book.type(of: size) == .void && read.book.tree.root == desk.book.tree.root)
    }
  }

  @Test func `is given back by a controller as well, also when what comes next is refused`() throws
  {
    try withFolder { folder in
      _ = try Self.held(folder)
      let store = try SQLiteMainStore(path: folder + "/headroom.db")
      let keeper = try LedgerKeeper(store: store, key: Samples.key, now: Self.expires)
      let size = keeper.head.size
      let tooMuch = LedgerKeeper.Posting(
        key: IdempotencyKey(bytes: [UInt8](repeating: 9, count: 16))!, reason: "test", event: nil,
        effective: Samples.hour,
        legs: [
          ("owner:A", Money(millionths: -51_000_000)), ("owner:B", Money(millionths: 51_000_000)),
        ])
      #expect(throws: LedgerKeeper.Fault.self) {
        try keeper.post([tooMuch], currency: Samples.usd, now: Self.expires)
      }
      #expect(keeper.head.size == size + 1)
      #expect(try store.size() == size + 1)
      #expect(keeper.position(of: "owner:A", currency: Samples.usd)?.available == 50_000_000)
      try keeper.giveBackExpired(now: Self.expires)
      #expect(try store.size() == size + 1)
    }
  }

  @Test func `closes with a snapshot of all balances`() throws {
    try withFolder { folder in
      var desk = try Self.held(folder)
      let size = desk.book.size
      let close =
        #"{"key":"\#(Samples.idempotencyKey(7))","type":"close","period":"2026-07","#
        + #""until":"2026-08-01T00:00:00Z"}"#
      let first = try desk.post(
        try Samples.requests(close), key: Samples.key, now: Samples.now)
      #expect(first.map(\.index) == [size] && desk.book.size == size + 2)
      #expect(desk.book.type(of: size + 1) == .snapshot)
      let again = try desk.post(
        try Samples.requests(close), key: Samples.key, now: Samples.now)
      #expect(again[0].isReplayed && desk.book.size == size + 2)
      #expect(
        try LedgerDesk(opening: folder + "/headroom.db").book.tree.root == desk.book.tree.root)
    }
  }
}
