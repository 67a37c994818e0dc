import Grid
import Ledger
import Signing
import Storage
import Testing

@testable import Controller

@Suite struct `The desk of the ledger` {
  static func refusal(
    _ desk: inout LedgerDesk, _ json: String..., opensAccounts: Bool = false,
    key: SigningKey = Samples.key
  ) throws -> (lines: [String], isRefusal: Bool)? {
    do {
      let requests = try PostRequest.read(
        bytes: Array(json.joined(separator: "\n").utf8), file: "r.json")
      _ = try desk.post(requests, key: key, opensAccounts: opensAccounts, now: Samples.now)
      return nil
    } catch let error as PostFaults {
      return (error.lines, error.isRefusal)
    }
  }

  @Test func `takes a utility's deposit that the controller then finds`() throws {
    try withFolder { folder in
      let file = folder + "/headroom.db"
      var desk = try LedgerDesk(founding: file, key: Samples.key, now: Samples.now)
      #expect(desk.book.size == 2)
      let deposit = try Samples.requests(`Requests to the ledger`.deposit)
      let receipts = try desk.post(
        deposit, key: Samples.key, opensAccounts: true, now: Samples.now)
      #expect(receipts.map(\.index) == [5] && !receipts[0].isReplayed)
      let again = try desk.post(deposit, key: Samples.key, opensAccounts: true, now: Samples.now)
      #expect(again == [receipts[0].asReplayed] && desk.book.size == 6)
      let keeper = try LedgerKeeper(
        store: try SQLiteMainStore(path: file), key: Samples.key, now: Samples.now)
      let funding = keeper.position(of: "utility:acme:funding", currency: Samples.usd)
      #expect(funding?.settled == 5_000_000_000)
      #expect(try LedgerDesk(opening: file).book.tree.root == keeper.head.root)
    }
  }

  @Test func `splits to the cent, and drops who gets nothing`() throws {
    try withFolder { folder in
      var desk = try Samples.desk(folder)
      func split(_ number: UInt8, _ amount: String, _ to: [(String, Int)]) -> String {
        let list = to.map { #"{"account":"\#($0.0)","weight":\#($0.1)}"# }.joined(separator: ",")
        return #"{"key":"\#(Samples.idempotencyKey(number))","type":"transfer","reason":"split","#
          + #""effective":["2026-07-12T17:00:00Z","2026-07-12T18:00:00Z"],"#
          + #""split":{"from":"bank:main","commodity":"USD","amount":"\#(amount)","to":[\#(list)]}}"#
      }
      let thirds = [("owner:A", 1), ("owner:B", 1), ("owner:C", 1)]
      let requests = try Samples.requests(split(1, "100.00", thirds), split(2, "0.01", thirds))
      _ = try desk.post(requests, key: Samples.key, opensAccounts: true, now: Samples.now)
      let held = ["owner:A", "owner:B", "owner:C"].map {
        desk.book.balance(desk.accounts[$0]!, commodity: 1)
      }
      #expect(held == [33_350_000, 33_330_000, 33_330_000])
      let twice = try Self.refusal(&desk, split(3, "1.00", [("owner:A", 1), ("owner:A", 1)]))
      #expect(twice?.isRefusal == true)
      #expect(
        twice?.lines == [
          "r.json:1: duplicatePosting: account owner:A occurs twice in commodity 1, layer 0"
        ])
      let uneven = try Self.refusal(&desk, split(4, "1.005", thirds))
      #expect(
        uneven?.lines
          == ["r.json:1: split.amount is 1.005; allowed: whole units of 0.01 USD, not 0"])
      #expect(uneven?.isRefusal == false)
    }
  }

  // Five kilowatt-hours at 0.15: B owes 0.75 and has 0.50.
  @Test func `refuses the whole batch when one request asks too much, with names and decimals`()
    throws
  {
    try withFolder { folder in
      var desk = try Samples.desk(folder)
      _ = try desk.post(
        try Samples.requests(
          Samples.transfer(1, [("bank:main", "USD", "-0.50"), ("owner:B", "USD", "0.50")])),
        key: Samples.key, now: Samples.now)
      let before = desk.book.tree.root
      let refused = try Self.refusal(
        &desk,
        Samples.transfer(2, [("bank:main", "USD", "-1"), ("owner:A", "USD", "1")]),
        Samples.transfer(3, [("owner:B", "USD", "-0.75"), ("owner:A", "USD", "0.75")]))
      #expect(
        refused?.lines == [
          "r.json:2: insufficient: account owner:B has 0.50 USD available and was asked for 0.75 USD"
        ])
      #expect(refused?.isRefusal == true && desk.book.tree.root == before)
      #expect(try LedgerDesk(opening: folder + "/headroom.db").book.tree.root == before)
    }
  }

  @Test func `says everything that is wrong with names, amounts and keys`() throws {
    try withFolder { folder in
      var desk = try Samples.desk(folder)
      let unknown = try Self.refusal(
        &desk, Samples.transfer(1, [("bank:main", "USD", "-1"), ("owner:X", "USD", "1")]),
        Samples.transfer(2, [("bank:main", "EUR", "-1"), ("owner:A", "EUR", "1")]))
      #expect(
        unknown?.lines == [
          "r.json:1: unknownAccount: no account owner:X; open it with a chart or with --open-accounts",
          "r.json:2: unknownCommodity: no commodity EUR; there are: USD, kWhP",
        ])
      #expect(unknown?.isRefusal == true)
      let fine = try Self.refusal(
        &desk, Samples.transfer(1, [("bank:main", "kWhP", "-0.0001"), ("owner:A", "kWhP", "x")]))
      #expect(
        fine?.lines
          == ["r.json:1: amount is -0.0001; allowed: a decimal with at most 12 digits and 3 places"]
      )
      #expect(fine?.isRefusal == false)
      let stranger = try SigningKey(name: "stranger", key: .make())
      let legs = [("bank:main", "USD", "-1"), ("owner:A", "USD", "1")]
      let foreign = try Self.refusal(&desk, Samples.transfer(1, legs), key: stranger)
      #expect(foreign?.lines.first?.hasPrefix("r.json:1: notAllowed: ") == true)
    }
  }

  /// L7, as a request.
  @Test func `reverses once, in a time that is named, and gives the first receipt again`() throws {
    try withFolder { folder in
      var desk = try Samples.desk(folder)
      let legs = [("bank:main", "USD", "-1"), ("owner:A", "USD", "1")]
      let paid = try desk.post(
        try Samples.requests(Samples.transfer(1, legs)), key: Samples.key, now: Samples.now)[0]
      func reversal(_ key: UInt8, _ window: Window) throws -> PostReceipt {
        let request = PostRequest.reversal(
          of: paid.index!, reason: "test", effective: window,
          key: IdempotencyKey(bytes: [UInt8](repeating: key, count: 16))!, place: "entry")
        return try desk.post([request], key: Samples.key, now: Samples.now)[0]
      }
      let early = Window(
        start: Timestamp(rfc3339: "2009-01-01T00:00:00Z")!,
        end: Timestamp(rfc3339: "2009-01-02T00:00:00Z")!)!
      let tooEarly = #expect(throws: PostFaults.self) { try reversal(8, early) }
      #expect(tooEarly?.lines.first?.hasPrefix("entry: endsBeforeOriginal: ") == true)
      let first = try reversal(9, Samples.hour)
      let again = try reversal(10, Samples.hour)
      #expect(again.index == first.index && again.leafHash == first.leafHash && again.isReplayed)
      #expect(desk.book.balance(desk.accounts["owner:A"]!, commodity: 1) == 0)
      let nothing = try Self.refusal(
        &desk,
        #"{"key":"\#(Samples.idempotencyKey(11))","type":"post","reason":"x","reference":0,"#
          + #""effective":["2026-07-12T17:00:00Z","2026-07-12T18:00:00Z"]}"#)
      #expect(nothing?.lines == ["r.json:1: holdUnknown: entry 0 is no hold"])
    }
  }

  @Test func `gives way to whoever wrote first`() throws {
    try withFolder { folder in
      var slow = try Samples.desk(folder)
      var quick = try LedgerDesk(opening: folder + "/headroom.db")
      let legs = [("bank:main", "USD", "-1"), ("owner:A", "USD", "1")]
      let requests = try Samples.requests(Samples.transfer(1, legs))
      _ = try quick.post(requests, key: Samples.key, now: Samples.now)
      let size = Int64(slow.book.size)
      #expect(throws: StoreError.conflict(expected: size, found: size + 1)) {
        try slow.post(requests, key: Samples.key, now: Samples.now)
      }
      #expect(Int64(slow.book.size) == size)
    }
  }

  @Test func `needs a ledger, makes none over another, and looks back`() throws {
    try withFolder { folder in
      let file = folder + "/headroom.db"
      #expect(throws: LedgerDesk.Fault.noLedger(file: file)) { try LedgerDesk(opening: file) }
      _ = try SQLiteMainStore(path: file)
      #expect(throws: LedgerDesk.Fault.noLedger(file: file)) { try LedgerDesk(opening: file) }
      var desk = try Samples.desk(folder)
      #expect(throws: LedgerDesk.Fault.exists(file: file, entries: 9)) { try Samples.desk(folder) }
      let legs = [("bank:main", "USD", "-1"), ("owner:A", "USD", "1")]
      let later = Samples.now.adding(seconds: 3_600)
      _ = try desk.post(
        try Samples.requests(Samples.transfer(1, legs)), key: Samples.key, now: later)
      let before = try LedgerDesk(opening: file, asOf: .time(later.adding(seconds: -1)))
      #expect(before.book.size == 9)
      #expect(before.book.balance(before.accounts["owner:A"]!, commodity: 1) == 0)
      let founding = try LedgerDesk(opening: file, asOf: .entry(3))
      #expect(founding.book.size == 4 && founding.accounts.isEmpty)
      #expect(try LedgerDesk(opening: file, asOf: .entry(9)).book.size == 10)
    }
  }

  @Test func `signs only what extends everything signed before`() throws {
    try withFolder { folder in
      let desk = try Samples.desk(folder)
      let stranger = try SigningKey(name: Samples.origin, key: .make())
      #expect(throws: LedgerKeeper.Fault.self) { try desk.checkpoint(signedBy: stranger) }
      let head = try desk.checkpoint(signedBy: Samples.key)
      #expect(head.size == 9 && head.note.hasPrefix("\(Samples.origin)\n9\n"))
      #expect(try desk.checkpoint(signedBy: Samples.key) == head)
      let other = Entry.leafHash([])
      let store = try SQLiteMainStore(path: folder + "/headroom.db")
      let forged = Checkpoint(origin: Samples.origin, size: 4, root: other)
      try store.keep(
        StoredCheckpoint(
          size: 4, root: other, note: forged.signed(with: Samples.key).description))
      #expect(
        throws: LedgerDesk.Fault.notAPrefix(
          size: 4, signed: other, computed: desk.book.tree.root(at: 4))
      ) { try desk.checkpoint(signedBy: Samples.key) }
    }
  }
}

extension PostReceipt {
  /// The same receipt, given again.
  var asReplayed: PostReceipt {
    PostReceipt(key: key, index: index, leafHash: leafHash, isReplayed: true)
  }
}
