import Grid
import Signing
import Testing

@testable import Ledger

@Suite struct `A posting` {
  typealias Book = TestBook

  @Test func `moves amounts and counts them`() throws {
    var test = TestBook()
    let index = try test.pay(Book.funding, 2_000_000_000)
    try test.write(
      test.transfer([
        Book.leg(Book.funding, -2_000_000_000), Book.leg(Book.ownerA, 1_000_000_000),
        Book.leg(Book.ownerB, 1_000_000_000),
      ]))
    #expect(test.book.balance(Book.bank, commodity: Book.usd) == -2_000_000_000)
    #expect(test.book.balance(Book.funding, commodity: Book.usd) == 0)
    #expect(test.book.balance(Book.ownerA, commodity: Book.usd) == 1_000_000_000)
    #expect(test.book.balance(Book.ownerB, commodity: Book.usd) == 1_000_000_000)
    #expect(test.book.total(commodity: Book.usd) == 0)
    #expect(
      test.book.postings(of: Book.funding, commodity: Book.usd) == [
        AccountPosting(
          index: index, ordinal: 1, amount: 2_000_000_000, balanceAfter: 2_000_000_000),
        AccountPosting(index: index + 1, ordinal: 2, amount: -2_000_000_000, balanceAfter: 0),
      ])
    #expect(test.book.balance(Book.account(99), commodity: Book.usd) == nil)
    #expect(test.book.position(Book.account(99), commodity: Book.usd) == nil)
    #expect(test.book.postings(of: Book.account(99), commodity: Book.usd) == nil)
    #expect(test.book.balance(Book.retired, commodity: Book.kWh) == 0)
  }

  @Test func `is refused when the legs are wrong`() throws {
    var test = TestBook()
    try test.pay(Book.funding, 100)
    func refusal(_ legs: [Leg]) -> LedgerRefusal? { test.refusal(test.transfer(legs)) }
    #expect(
      refusal([Book.leg(Book.funding, -10), Book.leg(Book.ownerA, 9)])
        == .unbalanced(commodity: Book.usd, layer: .settled, sum: -1))
    #expect(
      refusal([Book.leg(Book.funding, -10), Book.leg(Book.ownerA, 10, .promised)])
        == .unbalanced(commodity: Book.usd, layer: .settled, sum: -10))
    #expect(
      refusal([Book.leg(Book.funding, -10), Book.leg(Book.ownerA, 10), Book.leg(Book.ownerB, 0)])
        == .zeroAmount(account: Book.ownerB))
    #expect(
      refusal([Book.leg(Book.funding, -10), Book.leg(Book.ownerA, 5), Book.leg(Book.ownerA, 5)])
        == .duplicatePosting(account: Book.ownerA, commodity: Book.usd, layer: .settled))
    #expect(
      refusal([Book.leg(Book.funding, -10), Book.leg(Book.account(99), 10)])
        == .unknownAccount(Book.account(99)))
    #expect(
      refusal([Book.leg(Book.funding, -10, .settled, 4), Book.leg(Book.ownerA, 10, .settled, 4)])
        == .unknownCommodity(4))
    #expect(
      refusal([Book.leg(Book.funding, -10, .settled, 0), Book.leg(Book.ownerA, 10, .settled, 0)])
        == .unknownCommodity(0))
  }

  @Test func `never overflows, neither in a balance nor in a sum`() throws {
    var test = TestBook()
    try test.pay(Book.funding, .max)
    #expect(
      test.refusal(test.transfer([Book.leg(Book.bank, -2), Book.leg(Book.funding, 2)]))
        == .overflow(account: Book.bank))
    #expect(
      test.refusal(
        test.transfer([
          Book.leg(Book.bank, .min), Book.leg(Book.ownerA, .max), Book.leg(Book.ownerB, .max),
        ])) == .unbalanced(commodity: Book.usd, layer: .settled, sum: Int128(Int64.max) - 1))
    #expect(
      test.refusal(
        test.transfer([
          Book.leg(Book.funding, -.max), Book.leg(Book.ownerA, .max - 1),
          Book.leg(Book.aggregator, 1),
        ])) == nil)
    #expect(test.book.balance(Book.ownerA, commodity: Book.usd) == Int64.max - 1)
  }

  @Test func `obeys the limits of its accounts`() throws {
    var test = TestBook()
    try test.pay(Book.ownerB, 500_000)
    // 5 kWh at 0.15, commission 40 %: B has only 0.50.
    let sale = test.transfer([
      Book.leg(Book.ownerB, -750_000), Book.leg(Book.ownerA, 450_000),
      Book.leg(Book.aggregator, 300_000),
    ])
    #expect(
      test.refusal(sale)
        == .insufficient(account: Book.ownerB, available: 500_000, asked: 750_000))
    try test.pay(Book.ownerB, 250_000)
    #expect(try test.write(sale).isReplayed == false)
    #expect(try test.write(sale).isReplayed)
    #expect(test.book.balance(Book.ownerB, commodity: Book.usd) == 0)
    #expect(
      test.refusal(test.transfer([Book.leg(Book.bank, -1), Book.leg(Book.noPositive, 1)]))
        == .insufficient(account: Book.noPositive, available: 0, asked: 1))
    try test.write(test.transfer([Book.leg(Book.noPositive, -5), Book.leg(Book.bank, 5)]))
    #expect(
      test.refusal(test.transfer([Book.leg(Book.bank, -6), Book.leg(Book.noPositive, 6)]))
        == .insufficient(account: Book.noPositive, available: 5, asked: 6))
  }

  @Test func `never leaves a sink`() throws {
    var test = TestBook()
    try test.pay(Book.retired, 10)
    #expect(
      test.refusal(test.transfer([Book.leg(Book.retired, -1), Book.leg(Book.bank, 1)]))
        == .sinkOnly(Book.retired))
    #expect(
      test.refusal(
        test.transfer([Book.leg(Book.retired, -1, .promised), Book.leg(Book.bank, 1, .promised)]))
        == .sinkOnly(Book.retired))
    #expect(
      test.refusal(
        test.hold([Book.leg(Book.retired, -1, .pending), Book.leg(Book.bank, 1, .pending)]))
        == .sinkOnly(Book.retired))
  }

  @Test func `of measured energy starts and ends at its issuer`() throws {
    var test = TestBook()
    func energy(_ from: AccountID, _ to: AccountID) -> EntryRequest {
      test.transfer([
        Book.leg(from, -900, .settled, Book.kWh), Book.leg(to, 900, .settled, Book.kWh),
      ])
    }
    try test.write(energy(Book.metering, Book.ownerA))
    #expect(
      test.refusal(energy(Book.ownerA, Book.ownerB)) == .nonTransferable(commodity: Book.kWh))
    try test.write(energy(Book.ownerA, Book.metering))
    #expect(
      test.refusal(energy(Book.bank, Book.ownerA)) == .nonTransferable(commodity: Book.kWh))
  }

  @Test func `stands in the layer of its kind`() throws {
    var test = TestBook()
    try test.pay(Book.funding, 100)
    func legs(_ layer: Layer, _ commodity: UInt32 = Book.usd) -> [Leg] {
      [Book.leg(Book.funding, -1, layer, commodity), Book.leg(Book.ownerA, 1, layer, commodity)]
    }
    #expect(
      test.refusal(test.transfer(legs(.pending)))
        == .layerNotAllowed(.pending, allowed: "0 or 2 in a transfer"))
    #expect(
      test.refusal(test.transfer(legs(.settled, Book.flex)))
        == .layerNotAllowed(.settled, allowed: "2 for an obligation"))
    for layer in [Layer.settled, .promised] {
      #expect(
        test.refusal(test.hold(legs(layer))) == .layerNotAllowed(layer, allowed: "1 in a hold"))
    }
    try test.write(test.transfer(legs(.promised, Book.flex)))
    #expect(test.book.position(Book.funding, commodity: Book.flex)?.promised == -1)
  }

  /// 7 in and 7 out are pending: together nothing, and neither could ever be resolved.
  @Test func `waits on an account in both directions, which is then not closed`() throws {
    var test = TestBook()
    try test.write(
      test.hold([Book.leg(Book.bank, -7, .pending), Book.leg(Book.noPositive, 7, .pending)]))
    let out = try test.write(
      test.hold([Book.leg(Book.noPositive, -7, .pending), Book.leg(Book.bank, 7, .pending)])
    ).index
    #expect(test.book.balance(Book.noPositive, commodity: Book.usd, layer: .pending) == 0)
    let closing = Book.open(Book.noPositive, .utility, [.noPositive, .closed])
    #expect(
      test.refusal(closing) == .accountNotEmpty(Book.noPositive, commodity: Book.usd, balance: 7))
    try test.write(
      #require(test.book.voiding(out, .refused, effective: Book.day, source: test.source())))
    #expect(
      test.refusal(closing) == .accountNotEmpty(Book.noPositive, commodity: Book.usd, balance: 7))
  }

  @Test func `meets no limit that its account has passed before`() throws {
    var test = TestBook()
    try test.write(Book.open(Book.funding, .funding, []))
    try test.write(test.transfer([Book.leg(Book.funding, -5), Book.leg(Book.ownerA, 5)]))
    #expect(
      test.refusal(Book.open(Book.funding, .funding))
        == .limitPassed(Book.funding, commodity: Book.usd, available: -5))
    #expect(
      test.refusal(Book.open(Book.ownerA, .owner, .noPositive))
        == .limitPassed(Book.ownerA, commodity: Book.usd, available: 5))
    try test.pay(Book.funding, 5)
    try test.write(Book.open(Book.funding, .funding))
    try test.write(
      test.hold([Book.leg(Book.bank, -1, .pending), Book.leg(Book.ownerA, 1, .pending)]))
    #expect(
      test.refusal(Book.open(Book.bank, .bank, .noNegative))
        == .limitPassed(Book.bank, commodity: Book.usd, available: -6))
  }

  @Test func `of an account that is closed is refused`() throws {
    var test = TestBook()
    try test.pay(Book.ownerA, 7)
    let closing = Book.open(Book.ownerA, .owner, [.noNegative, .closed])
    #expect(
      test.refusal(closing) == .accountNotEmpty(Book.ownerA, commodity: Book.usd, balance: 7))
    try test.write(test.transfer([Book.leg(Book.ownerA, -7), Book.leg(Book.bank, 7)]))
    try test.write(closing)
    #expect(
      test.refusal(test.transfer([Book.leg(Book.bank, -1), Book.leg(Book.ownerA, 1)]))
        == .accountClosed(Book.ownerA))
    #expect(test.book.account(Book.ownerA)?.flags == [.noNegative, .closed])
  }
}

@Suite struct `A definition` {
  typealias Book = TestBook

  @Test func `stands once`() throws {
    var test = TestBook()
    #expect(
      test.refusal(EntryRequest(.commodity(.measuredEnergy))) == .commodityExists(code: "kWh"))
    #expect(test.refusal(Book.open(Book.ownerA, .bank)) == .accountDiffers(Book.ownerA))
    let other = EntryRequest(
      .account(id: Book.ownerA, role: .owner, flags: .noNegative, who: Book.who(99)))
    #expect(test.refusal(other) == .accountDiffers(Book.ownerA))
    try test.write(Book.open(Book.ownerA, .owner, []))
    #expect(test.book.account(Book.ownerA)?.flags == [])
    #expect(test.book.commodity("kWh") == 2)
    #expect(test.book.commodity("EUR") == nil)
  }

  @Test func `of every role has its flags and path`() {
    let table: [(AccountRole, UInt64, String)] = [
      (.bank, 0, "bank:x"), (.funding, 1, "utility:x:funding"), (.escrow, 1, "event:x:escrow"),
      (.owner, 1, "owner:x"), (.aggregator, 1, "aggregator:x"), (.grid, 1, "grid:x"),
      (.supplier, 1, "supplier:x"), (.tax, 1, "tax:x"), (.utility, 1, "utility:x:share"),
      (.penalty, 0, "programme:x:penalty"), (.rounding, 0, "rounding:x"),
      (.issuer, 10, "metering:x"), (.retired, 5, "retired:x"), (.opening, 0, "opening"),
    ]
    #expect(table.count == AccountRole.allCases.count)
    for (role, flags, path) in table {
      #expect(role.defaultFlags.rawValue == flags)
      #expect(AccountName.path(role, "x") == path)
    }
  }

  @Test func `in the first entry is that of the log`() throws {
    var book = Ledger.Book()
    #expect(book.checkpoint == nil && book.snapshotRequest == nil)
    let early = #expect(throws: LedgerRefusal.self) {
      try book.append(Book.open(Book.bank, .bank), now: Book.at(0))
    }
    #expect(early?.code == "malformed")
    let unsaid = #expect(throws: LedgerRefusal.self) {
      try book.append(Book.enrol(Book.operatorA, [.post]), now: Book.at(0))
    }
    #expect(unsaid?.code == "malformed")
    _ = try book.append(Book.enrol(Book.log, [.log]), now: Book.at(0))
    #expect(book.logKey == Book.log.verifier && book.origin == "log.example/test")
    #expect(throws: LedgerRefusal.notAllowed(nil, .log)) {
      try book.append(Book.enrol(Book.operatorA, [.log]), now: Book.at(0))
    }
  }
}
