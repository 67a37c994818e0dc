import Grid
import Ledger
import Signing
import Testing

/// Agreed stories about the book, with their numbers. L1, L4 and the file's side of the others are
/// with the tests of the verifier, of statements and of the desk.
@Suite struct `In the book` {
  typealias Book = TestBook

  /// Millionths of a dollar.
  static func cents(_ cents: Int64) -> Int64 { cents * 10_000 }

  /// L2: settling again writes nothing and gives the same entries; the same run under another
  /// policy is a conflict, not a second payment.
  @Test func `an event settled again adds nothing, and under another policy is a conflict`() throws
  {
    var test = TestBook()
    try test.pay(Book.escrow, Self.cents(1_000))
    func run(_ policy: String) -> [EntryRequest] {
      let homes: [(AccountID, String, Int64)] = [
        (Book.ownerA, "H1", 216), (Book.ownerB, "H2", 189),
      ]
      return homes.map { owner, site, amount in
        let key = IdempotencyKey.settlement(
          millisecondsOfEventEnd: 1_783_882_800_000, salt: Array(repeating: 7, count: 32),
          event: "E-17", site: site, run: "initial")
        return EntryRequest(
          .transfer(reason: "settlement", event: "E-17", run: "initial"),
          source: RequestSource(author: Book.author(Book.settlement), key: key),
          effective: Book.day,
          legs: [
            Book.leg(Book.escrow, -Self.cents(amount)), Book.leg(owner, Self.cents(amount)),
          ], rule: SHA256.hash(policy))
      }
    }
    let first = try test.book.append(run("policy"), now: Book.at(90_000))
    let (size, root) = (test.book.size, test.book.tree.root)
    let again = try test.book.append(run("policy"), now: Book.at(90_001))
    #expect(again.map(\.index) == first.map(\.index) && again.allSatisfy(\.isReplayed))
    #expect(again.map(\.leafHash) == first.map(\.leafHash))
    let refusal = #expect(throws: BatchRefusal.self) {
      try test.book.append(run("another policy"), now: Book.at(90_002))
    }
    #expect(refusal?.place == 0)
    #expect(refusal?.refusal == .keyConflict(first: first[0].index))
    #expect(test.book.size == size && test.book.tree.root == root)
    #expect(test.book.balance(Book.ownerA, commodity: Book.usd) == 2_160_000)
  }

  /// L3: B has 0.50 and owes 0.75, of which A gets 0.45 and the utility 0.30: nobody gets anything.
  @Test func `who owes more than he has pays nobody a part of it`() throws {
    var test = TestBook()
    try test.pay(Book.ownerB, Self.cents(50))
    let split = [
      Book.leg(Book.ownerB, -Self.cents(75)), Book.leg(Book.ownerA, Self.cents(45)),
      Book.leg(Book.aggregator, Self.cents(30)),
    ]
    #expect(
      test.refusal(test.transfer(split))
        == .insufficient(account: Book.ownerB, available: 500_000, asked: 750_000))
    #expect(test.book.balance(Book.ownerB, commodity: Book.usd) == 500_000)
    #expect(test.book.balance(Book.ownerA, commodity: Book.usd) == 0)
    #expect(test.book.balance(Book.aggregator, commodity: Book.usd) == 0)
    try test.pay(Book.ownerB, Self.cents(25))
    try test.write(test.transfer(split))
    #expect(test.book.balance(Book.ownerB, commodity: Book.usd) == 0)
    #expect(test.book.balance(Book.ownerA, commodity: Book.usd) == 450_000)
    #expect(test.book.balance(Book.aggregator, commodity: Book.usd) == 300_000)
  }

  /// L6: measured energy goes from and to its issuer only, so what was minted is what was metered.
  @Test func `measured energy is not handed on, and as much is minted as was metered`() throws {
    var test = TestBook()
    let metered: [(AccountID, Int64)] = [
      (Book.ownerA, 5_000), (Book.ownerB, 3_250), (Book.ownerA, 1),
    ]
    for (owner, energy) in metered {
      try test.write(
        test.transfer([
          Book.leg(Book.metering, -energy, .settled, Book.kWh),
          Book.leg(owner, energy, .settled, Book.kWh),
        ]))
    }
    #expect(
      test.refusal(
        test.transfer([
          Book.leg(Book.ownerA, -5_000, .settled, Book.kWh),
          Book.leg(Book.ownerB, 5_000, .settled, Book.kWh),
        ])) == .nonTransferable(commodity: Book.kWh))
    #expect(test.book.balance(Book.metering, commodity: Book.kWh) == -8_251)
    #expect(test.book.balance(Book.ownerA, commodity: Book.kWh) == 5_001)
    #expect(test.book.balance(Book.ownerB, commodity: Book.kWh) == 3_250)
  }

  /// L7: a reversal says when it counts; asked for twice it is there once.
  @Test func `a reversal without an effective time is refused, and a second one is the first`()
    throws
  {
    var test = TestBook()
    let paid = try test.pay(Book.ownerA, Self.cents(270))
    let reversal = EntryRequest(
      .reverse(reason: "typed twice"), source: test.source(Book.operatorA), effective: Book.day,
      legs: [Book.leg(Book.ownerA, -Self.cents(270)), Book.leg(Book.bank, Self.cents(270))],
      reference: paid)
    var undated = reversal
    undated.effective = nil
    let refusal = test.refusal(undated)
    guard case .malformed(field: "effective", _, _) = refusal else {
      Issue.record("refused for another reason: \(refusal as Any)")
      return
    }
    let first = try test.write(reversal)
    var again = reversal
    again.source = test.source(Book.operatorA)
    let second = try test.write(again)
    #expect(second.isReplayed && second.index == first.index)
    #expect(second.leafHash == first.leafHash)
    #expect(test.book.size == first.index + 1)
  }

  /// L12: what was paid and is disputed goes back to the escrow in the pending layer, and then one
  /// side gets it.
  @Test(arguments: [true, false])
  func `a payment that is disputed waits, and then one side has it`(forOwner: Bool) throws {
    var test = TestBook()
    try test.pay(Book.escrow, Self.cents(1_000))
    try test.write(
      test.transfer([Book.leg(Book.escrow, -2_160_000), Book.leg(Book.ownerA, 2_160_000)]))
    let hold = try test.write(
      test.hold([
        Book.leg(Book.ownerA, -2_160_000, .pending), Book.leg(Book.escrow, 2_160_000, .pending),
      ]))
    func owner() -> Position? { test.book.position(Book.ownerA, commodity: Book.usd) }
    #expect(owner()?.settled == 2_160_000 && owner()?.available == 0)
    #expect(owner()?.pending == -2_160_000)
    #expect(
      test.refusal(test.transfer([Book.leg(Book.ownerA, -1), Book.leg(Book.bank, 1)]))
        == .insufficient(account: Book.ownerA, available: 0, asked: 1))
    let decision =
      forOwner
      ? test.book.voiding(hold.index, .refused, effective: Book.day, source: test.source())
      : test.book.posting(
        hold.index, reason: "dispute", effective: Book.day, source: test.source())
    let decided = try test.write(#require(decision))
    let left: Int64 = forOwner ? 2_160_000 : 0
    let after = try #require(owner())
    #expect(after.settled == left && after.available == Int128(left) && after.pending == 0)
    let escrow = Self.cents(1_000) - left
    #expect(test.book.balance(Book.escrow, commodity: Book.usd) == escrow)
    let over = Window(start: Book.at(0), end: Book.at(86_401))!
    let statement = try #require(
      test.book.statement(of: Book.ownerA, commodity: Book.usd, over: over))
    #expect(statement.rows.map(\.amount) == [2_160_000] + (forOwner ? [] : [-2_160_000]))
    #expect(statement.rows.last?.index == (forOwner ? hold.index - 1 : decided.index))
    #expect(statement.closing == left && statement.pendingRows.isEmpty)
  }
}
