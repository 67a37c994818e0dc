import Grid
import Ledger
import Testing

@Suite struct `A hold` {
  typealias Book = TestBook

  static let legs = [Book.leg(Book.ownerA, -60, .pending), Book.leg(Book.bank, 60, .pending)]

  /// Owner A has 100, and 60 of them are on their way to the bank.
  static func held() throws -> (TestBook, UInt64) {
    var test = TestBook()
    try test.pay(Book.ownerA, 100)
    let index = try test.write(test.hold(legs)).index
    return (test, index)
  }

  @Test func `takes from what is available and gives nobody anything`() throws {
    var (test, index) = try Self.held()
    let owner = try #require(test.book.position(Book.ownerA, commodity: Book.usd))
    #expect(owner.settled == 100 && owner.held == 60 && owner.pending == -60)
    #expect(owner.available == 40)
    let bank = try #require(test.book.position(Book.bank, commodity: Book.usd))
    #expect(bank.settled == -100 && bank.held == 0 && bank.pending == 60)
    #expect(test.book.openHolds == [index])
    #expect(
      test.refusal(test.transfer([Book.leg(Book.ownerA, -41), Book.leg(Book.ownerB, 41)]))
        == .insufficient(account: Book.ownerA, available: 40, asked: 41))
    #expect(
      test.refusal(
        test.hold([Book.leg(Book.ownerA, -41, .pending), Book.leg(Book.ownerB, 41, .pending)]))
        == .insufficient(account: Book.ownerA, available: 40, asked: 41))
    // Incoming holds never count.
    try test.write(
      test.hold([Book.leg(Book.bank, -5, .pending), Book.leg(Book.ownerB, 5, .pending)]))
    #expect(
      test.refusal(test.transfer([Book.leg(Book.ownerB, -5), Book.leg(Book.bank, 5)]))
        == .insufficient(account: Book.ownerB, available: 0, asked: 5))
  }

  @Test func `is made final once`() throws {
    var (test, index) = try Self.held()
    let request = try #require(
      test.book.posting(index, reason: "payout", effective: Book.day, source: test.source()))
    try test.write(request)
    let owner = try #require(test.book.position(Book.ownerA, commodity: Book.usd))
    #expect(owner.settled == 40 && owner.held == 0 && owner.pending == 0)
    #expect(test.book.balance(Book.bank, commodity: Book.usd) == -40)
    #expect(test.book.openHolds == [])
    var again = request
    again.source = test.source()
    #expect(test.refusal(again) == .holdResolved(index))
  }

  @Test func `gives the rest back when less is made final`() throws {
    var (test, index) = try Self.held()
    func post(_ legs: [Leg]) -> EntryRequest {
      EntryRequest(
        .post(reason: "payout"), source: test.source(), effective: Book.day,
        legs: [
          Book.leg(Book.ownerA, 60, .pending), Book.leg(Book.bank, -60, .pending),
        ] + legs, reference: index)
    }
    #expect(
      test.refusal(post([Book.leg(Book.ownerA, -61), Book.leg(Book.bank, 61)]))
        == .exceedsHold(account: Book.ownerA, held: 60, asked: 61))
    #expect(
      test.refusal(post([Book.leg(Book.bank, -1), Book.leg(Book.ownerB, 1)]))
        == .exceedsHold(account: Book.bank, held: 0, asked: 1))
    #expect(
      test.refusal(
        post([Book.leg(Book.ownerA, -1, .promised), Book.leg(Book.bank, 1, .promised)]))
        == .layerNotAllowed(.promised, allowed: "0 or 1 in a post"))
    try test.write(post([Book.leg(Book.ownerA, -20), Book.leg(Book.bank, 20)]))
    #expect(test.book.position(Book.ownerA, commodity: Book.usd)?.available == 80)
  }

  @Test func `is given back`() throws {
    var (test, index) = try Self.held()
    var request = try #require(
      test.book.voiding(index, .refused, effective: Book.day, source: test.source()))
    request.legs = [Book.leg(Book.ownerA, 59, .pending), Book.leg(Book.bank, -59, .pending)]
    #expect(test.refusal(request) == .notANegation(of: index))
    request.legs = [Book.leg(Book.ownerA, 60), Book.leg(Book.bank, -60)]
    #expect(test.refusal(request) == .layerNotAllowed(.settled, allowed: "1 in a void"))
    request.legs = Self.legs.reversed().map { Book.leg($0.account, -$0.amount, .pending) }
    try test.write(request)
    #expect(test.book.position(Book.ownerA, commodity: Book.usd)?.available == 100)
    request.source = test.source()
    #expect(test.refusal(request) == .holdResolved(index))
    request.reference = 3
    request.source = test.source()
    #expect(test.refusal(request) == .holdUnknown(3))
    #expect(test.book.voiding(3, .refused, effective: Book.day) == nil)
  }

  @Test func `runs out and is then given back by the writer`() throws {
    var test = TestBook()
    try test.pay(Book.ownerA, 100)
    #expect(
      test.refusal(test.hold(Self.legs, expires: Book.at(1)))
        == .holdExpired(expires: Book.at(1)))
    let index = try test.write(test.hold(Self.legs, expires: Book.at(1_000))).index
    let early = test.book.voiding(index, .expired, effective: Book.day)!
    #expect(test.refusal(early) == .holdNotExpired(expires: Book.at(1_000)))
    #expect(test.book.expiredHolds(at: Book.at(999)) == [])
    #expect(test.book.voidExpired(now: Book.at(999)) == [])
    let late = try #require(
      test.book.posting(index, reason: "payout", effective: Book.day, source: test.source()))
    #expect(throws: LedgerRefusal.holdExpired(expires: Book.at(1_000))) {
      try test.book.append(late, now: Book.at(1_000))
    }
    let voided = test.book.voidExpired(now: Book.at(1_000))
    #expect(voided.count == 1)
    let entry = try Entry(voided[0].bytes)
    #expect(entry.request.source == nil && entry.request.data == .void(.expired))
    #expect(entry.request.effective?.start == Book.at(1_000))
    #expect(test.book.position(Book.ownerA, commodity: Book.usd)?.available == 100)
    #expect(test.book.voidExpired(now: Book.at(2_000)) == [])
  }

  @Test func `that ran out keeps back no other when it cannot be given back`() throws {
    var test = TestBook()
    // What is pending for owner B is 2^63 - 1 in the end; giving back what he sends would pass it.
    try test.pay(Book.ownerB, 1)
    let stuck = try test.write(
      test.hold(
        [Book.leg(Book.ownerB, -1, .pending), Book.leg(Book.funding, 1, .pending)],
        expires: Book.at(100))
    ).index
    try test.write(
      test.hold([Book.leg(Book.bank, -.max, .pending), Book.leg(Book.ownerB, .max, .pending)]))
    try test.write(
      test.hold([Book.leg(Book.escrow, 1, .pending), Book.leg(Book.noPositive, -1, .pending)]))
    try test.write(
      test.hold([Book.leg(Book.noPositive, -1, .pending), Book.leg(Book.ownerB, 1, .pending)]))
    let other = try test.write(
      test.hold(
        [Book.leg(Book.noPositive, -1, .pending), Book.leg(Book.funding, 1, .pending)],
        expires: Book.at(100))
    ).index
    #expect(test.book.expiredHolds(at: Book.at(100)) == [stuck, other])
    #expect(test.book.voidExpired(now: Book.at(100)).count == 1)
    #expect(test.book.expiredHolds(at: Book.at(100)) == [stuck])
  }

  @Test func `never lets what is held overflow`() throws {
    var test = TestBook()
    func hold() -> EntryRequest {
      test.hold([Book.leg(Book.bank, -.max, .pending), Book.leg(Book.ownerA, .max, .pending)])
    }
    try test.write(hold())
    #expect(test.refusal(hold()) == .overflow(account: Book.bank))
  }
}

@Suite struct `A reversal` {
  typealias Book = TestBook

  func reversing(
    _ test: inout TestBook, _ index: UInt64, _ effective: Window = Book.day
  ) -> EntryRequest? {
    test.book.reversing(
      index, reason: "typed twice", effective: effective, source: test.source(Book.operatorA))
  }

  @Test func `takes an entry back once and then gives the first receipt`() throws {
    var test = TestBook()
    let index = try test.pay(Book.ownerA, 100)
    let first = try test.write(#require(reversing(&test, index)))
    #expect(test.book.balance(Book.ownerA, commodity: Book.usd) == 0)
    let size = test.book.size
    let second = try test.write(#require(reversing(&test, index)))
    #expect(second.isReplayed && second.index == first.index)
    #expect(second.leafHash == first.leafHash && second.bytes.isEmpty)
    #expect(test.book.size == size)
    // In a log that holds it twice it is refused.
    let later = test.book.lastRecordedAt!.microseconds + 1
    let twice = Book.replacing(
      Book.replacing(first.bytes, 2, with: .integer(later)), 5,
      with: .bytes(Array(repeating: 9, count: 16)))
    #expect(throws: LedgerRefusal.notReversible(index, by: first.index)) {
      try test.book.replay(twice)
    }
  }

  @Test func `is exact, and not earlier than what it reverses`() throws {
    var test = TestBook()
    let index = try test.pay(Book.ownerA, 100)
    var request = try #require(reversing(&test, index))
    request.legs = [Book.leg(Book.ownerA, -99), Book.leg(Book.bank, 99)]
    #expect(test.refusal(request) == .notANegation(of: index))
    request.legs = [Book.leg(Book.ownerA, -100, .promised), Book.leg(Book.bank, 100, .promised)]
    #expect(test.refusal(request) == .layerNotAllowed(.promised, allowed: "0 in a reversal"))
    let early = Window(start: Book.at(0), end: Book.at(86_399))!
    #expect(
      test.refusal(try #require(reversing(&test, index, early)))
        == .endsBeforeOriginal(end: Book.at(86_400)))
  }

  @Test func `obeys the limits: what is gone becomes a claim`() throws {
    var test = TestBook()
    let index = try test.pay(Book.ownerA, 100)
    try test.write(test.transfer([Book.leg(Book.ownerA, -30), Book.leg(Book.ownerB, 30)]))
    #expect(
      test.refusal(try #require(reversing(&test, index)))
        == .insufficient(account: Book.ownerA, available: 70, asked: 100))
  }

  @Test func `is not for reversals, holds and what moved nothing settled`() throws {
    var test = TestBook()
    let index = try test.pay(Book.ownerA, 100)
    let reversal = try test.write(#require(reversing(&test, index))).index
    #expect(
      test.refusal(try #require(reversing(&test, reversal)))
        == .notReversible(reversal, by: nil))
    try test.pay(Book.ownerA, 100)
    let hold = try test.write(test.hold(`A hold`.legs)).index
    #expect(reversing(&test, hold) == nil)
    let request = EntryRequest(
      .reverse(reason: "x"), source: test.source(Book.operatorA), effective: Book.day,
      legs: [Book.leg(Book.ownerA, -1), Book.leg(Book.bank, 1)], reference: hold)
    #expect(test.refusal(request) == .notReversible(hold, by: nil))
    #expect(reversing(&test, 99_999) == nil)
  }

  @Test func `of a post moves the money back`() throws {
    var (test, hold) = try `A hold`.held()
    let post = try test.write(
      #require(
        test.book.posting(hold, reason: "payout", effective: Book.day, source: test.source())))
    try test.write(#require(reversing(&test, post.index)))
    #expect(test.book.position(Book.ownerA, commodity: Book.usd)?.available == 100)
  }
}
