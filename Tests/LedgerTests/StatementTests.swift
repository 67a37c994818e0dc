import Grid
import Ledger
import Testing

@Suite struct `A statement` {
  typealias Book = TestBook

  static func window(_ day: String) -> Window {
    let start = Timestamp(zulu: "2019-\(day)T00:00:00Z")!
    return Window(start: start, end: start.adding(seconds: 1))!
  }

  // Opening 123,310; in 10,000 and 25,021, out 2,000; pending out 1,340 and in 1,500.
  static func account() throws -> TestBook {
    var test = TestBook()
    func move(_ amount: Int64, _ window: Window, hold: Bool = false) throws {
      let layer: Layer = hold ? .pending : .settled
      let legs = [Book.leg(Book.bank, -amount, layer), Book.leg(Book.ownerA, amount, layer)]
      var request = hold ? test.hold(legs) : test.transfer(legs)
      request.effective = window
      try test.write(request)
    }
    try move(123_310, Window(start: Timestamp(seconds: 0), end: Timestamp(seconds: 1))!)
    // Written in another order than it counts.
    try move(25_021, window("06-12"))
    try move(10_000, window("01-12"))
    try move(-2_000, window("03-12"))
    try move(-1_340, window("07-12"), hold: true)
    try move(1_500, window("08-12"), hold: true)
    try move(777, Window(start: Book.at(0), end: Book.at(1))!)
    return test
  }

  /// L4, in the book.
  @Test func `opens, adds and closes by the time that counts`() throws {
    let test = try Self.account()
    let year = Window(
      start: Timestamp(zulu: "2019-01-01T00:00:00Z")!,
      end: Timestamp(zulu: "2020-01-01T00:00:00Z")!)!
    let statement = try #require(
      test.book.statement(of: Book.ownerA, commodity: Book.usd, over: year))
    #expect(statement.opening == 123_310)
    #expect(statement.rows.map(\.amount) == [10_000, -2_000, 25_021])
    #expect(statement.rows.map(\.balance) == [133_310, 131_310, 156_331])
    #expect(statement.received == 35_021 && statement.sent == 2_000)
    #expect(statement.closing == 156_331)
    #expect(statement.pendingRows.map(\.amount) == [-1_340, 1_500])
    #expect(statement.pendingRows.allSatisfy { $0.balance == nil })
    #expect(statement.pendingReceived == 1_500 && statement.pendingSent == 1_340)
    #expect(statement.available == 154_991)
    #expect(
      Int128(statement.closing) + statement.pendingReceived - statement.pendingSent == 156_491)
  }

  @Test func `is not there for an account that is not, and empty for one that did nothing`() {
    let test = TestBook()
    #expect(
      test.book.statement(of: Book.account(99), commodity: Book.usd, over: Book.day) == nil)
    let empty = test.book.statement(of: Book.ownerA, commodity: Book.usd, over: Book.day)
    #expect(empty?.opening == 0 && empty?.closing == 0 && empty?.rows == [])
  }

  @Test func `leaves out a hold that was resolved`() throws {
    var (test, hold) = try `A hold`.held()
    let over = Window(start: Book.at(0), end: Book.at(86_401))!
    func statement() -> Statement? {
      test.book.statement(of: Book.ownerA, commodity: Book.usd, over: over)
    }
    #expect(statement()?.pendingSent == 60)
    try test.write(
      #require(test.book.voiding(hold, .cancelled, effective: Book.day, source: test.source())))
    #expect(statement()?.pendingSent == 0 && statement()?.pendingRows == [])
  }
}
