import Grid
import Signing
import Testing

@testable import Ledger

@Suite struct `A request` {
  typealias Book = TestBook

  @Test func `of the same author under the same key is written once`() throws {
    var test = TestBook()
    let request = test.transfer([Book.leg(Book.bank, -5), Book.leg(Book.ownerA, 5)])
    let first = try test.write(request)
    #expect(!first.isReplayed && first.leafHash == Entry.leafHash(first.bytes))
    let again = try test.write(request)
    #expect(again.isReplayed && again.index == first.index && again.leafHash == first.leafHash)
    var other = request
    other.legs = [Book.leg(Book.bank, -6), Book.leg(Book.ownerA, 6)]
    #expect(test.refusal(other) == .keyConflict(first: first.index))
    // The same key of another author is another request.
    other.source = RequestSource(author: Book.author(Book.operatorA), key: request.source!.key)
    #expect(try test.write(other).index == first.index + 1)
  }

  @Test func `is refused when its author may not`() throws {
    var test = TestBook()
    let legs = [Book.leg(Book.bank, -5), Book.leg(Book.ownerA, 5)]
    let operatorB = Book.author(Book.operatorB)
    #expect(test.refusal(test.transfer(legs, by: Book.operatorB)) == .notAllowed(operatorB, .post))
    let stranger = Book.key("stranger.example")
    #expect(
      test.refusal(test.transfer(legs, by: stranger))
        == .notAllowed(Book.author(stranger), .post))
    #expect(
      test.refusal(test.transfer(legs, reason: "waiver"))
        == .notAllowed(Book.author(Book.settlement), .waive))
    var unsigned = test.transfer(legs)
    unsigned.source = nil
    #expect(test.refusal(unsigned) == .notAllowed(nil, .post))
    #expect(
      test.refusal(EntryRequest(.close(period: "2026-07", until: Book.at(1))))
        == .notAllowed(nil, .close))
    #expect(test.book.allows(operatorB, .activate) && !test.book.allows(operatorB, .post))
    #expect(test.book.key(operatorB) == Book.operatorB.verifier)
  }

  @Test func `to grant a right needs that right, and a revoked key has none`() throws {
    var test = TestBook()
    let author = Book.author(Book.operatorA)
    let fresh = Book.key("new.example")
    var grant = Book.enrol(fresh, [.post, .waive])
    grant.source = test.source(Book.operatorA)
    #expect(test.refusal(grant) == .notAllowed(author, .waive))
    grant = Book.enrol(fresh, [.post])
    grant.source = test.source(Book.operatorA)
    try test.write(grant)
    // Since the first request the writer enrols nobody by itself.
    #expect(test.refusal(Book.enrol(fresh, [.post])) == .notAllowed(nil, .enrol))
    let legs = [Book.leg(Book.bank, -5), Book.leg(Book.ownerA, 5)]
    let paid = test.transfer(legs, by: fresh)
    try test.write(paid)
    var revoked = Book.enrol(fresh, [], .revoked)
    revoked.source = test.source(Book.operatorA)
    try test.write(revoked)
    #expect(
      test.refusal(test.transfer(legs, by: fresh)) == .notAllowed(Book.author(fresh), .post))
    // What it did before stays, also for who asks again.
    #expect(try test.write(paid).isReplayed)
  }

  @Test func `waits for as many keys as its right needs`() throws {
    var test = TestBook()
    try test.write(EntryRequest(.note(.quorum(right: .activate, needs: 2))))
    #expect(test.book.quorum(.activate) == 2 && test.book.quorum(.post) == 0)
    var request = EntryRequest(
      .note(.policy(name: "summer")), source: test.source(Book.operatorA), rule: Book.who(1))
    #expect(test.refusal(request) == .pending(approvals: 0, needed: 2))
    func approval(_ key: SigningKey) -> Approval {
      Approval(
        key: Book.author(key), signature: key.sign(Approval.message(requestHash: request.hash)))
    }
    request.approvals = [approval(Book.operatorA)]
    #expect(test.refusal(request) == .pending(approvals: 1, needed: 2))
    request.approvals = [approval(Book.operatorA), approval(Book.operatorA)]
    #expect(test.refusal(request)?.code == "malformed")
    request.approvals = [approval(Book.operatorA), approval(Book.settlement)]
    #expect(test.refusal(request) == .notAllowed(Book.author(Book.settlement), .activate))
    let wrong = Approval(
      key: Book.author(Book.operatorB), signature: Book.operatorB.sign(Array("other".utf8)))
    request.approvals = [approval(Book.operatorA), wrong]
    #expect(test.refusal(request) == .badSignature(Book.author(Book.operatorB)))
    request.approvals = [approval(Book.operatorA), approval(Book.operatorB)]
    let appended = try test.write(request)
    #expect(try Entry(appended.bytes).request.approvals.count == 2)
  }

  @Test func `is recorded after the last, also when the clock goes back`() throws {
    var test = TestBook()
    let last = test.book.lastRecordedAt!
    let request = test.transfer([Book.leg(Book.bank, -5), Book.leg(Book.ownerA, 5)])
    let entry = try Entry(test.book.append(request, now: Book.at(-500)).bytes)
    #expect(entry.recordedAt.microseconds == last.microseconds + 1)
    let legs = [Book.leg(Book.bank, -5), Book.leg(Book.ownerA, 5)]
    let refusal = #expect(throws: LedgerRefusal.self) {
      try test.book.append(test.transfer(legs), now: Timestamp(microseconds: .max))
    }
    #expect(refusal?.code == "malformed")
  }

  @Test func `for a closed period is refused, and a period is closed once`() throws {
    var test = TestBook()
    let index = try test.pay(Book.ownerA, 5)
    func close(_ until: Timestamp) -> EntryRequest {
      EntryRequest(.close(period: "2026-07-01", until: until), source: test.source(Book.operatorA))
    }
    let end = Book.day.end
    try test.write(close(end))
    #expect(test.book.closedUntil == end)
    let legs = [Book.leg(Book.bank, -5), Book.leg(Book.ownerA, 5)]
    #expect(test.refusal(test.transfer(legs)) == .periodClosed(until: end))
    #expect(test.refusal(close(end)) == .periodClosed(until: end))
    let into = test.book.reversing(
      index, reason: "late", effective: Book.day, source: test.source(Book.operatorA))!
    #expect(test.refusal(into) == .periodClosed(until: end))
    // A correction is effective in the open period and refers to the old entry.
    var correction = test.transfer([Book.leg(Book.ownerA, -5), Book.leg(Book.bank, 5)])
    correction.effective = Window(start: end, end: end.adding(seconds: 1))
    correction.reference = index
    try test.write(correction)
    #expect(try test.write(close(end.adding(seconds: 5))).isReplayed == false)
  }

  @Test func `for a snapshot states the balances before it`() throws {
    var test = TestBook()
    try test.pay(Book.ownerA, 5)
    guard case .snapshot(let asOf, let count, let root)? = test.book.snapshotRequest?.data else {
      Issue.record("no snapshot")
      return
    }
    #expect(count == 2)
    #expect(
      test.refusal(EntryRequest(.snapshot(asOf: asOf - 1, count: 2, root: root)))
        == .snapshotWrong(field: "asOf"))
    #expect(
      test.refusal(EntryRequest(.snapshot(asOf: asOf, count: 3, root: root)))
        == .snapshotWrong(field: "count"))
    #expect(
      test.refusal(EntryRequest(.snapshot(asOf: asOf, count: 2, root: Book.who(1))))
        == .snapshotWrong(field: "root"))
    try test.write(test.book.snapshotRequest!)
  }

  @Test func `in a batch is written with all others or not at all`() throws {
    var test = TestBook()
    let before = test.book
    let now = Book.at(100)
    let deposit = test.transfer([Book.leg(Book.bank, -100), Book.leg(Book.funding, 100)])
    let hold = test.hold([
      Book.leg(Book.funding, -60, .pending), Book.leg(Book.ownerA, 60, .pending),
    ])
    let tooMuch = test.transfer([Book.leg(Book.funding, -41), Book.leg(Book.ownerA, 41)])
    var close = EntryRequest(
      .close(period: "2026-07", until: Book.at(86_000)), source: test.source(Book.operatorA))
    let defining = [
      Book.open(Book.account(50), .owner),
      EntryRequest(.commodity(Commodity(code: "PTS", kind: .points, scale: 0))),
      Book.open(Book.ownerB, .owner, []), EntryRequest(.note(.quorum(right: .post, needs: 1))),
      Book.enrol(Book.settlement, [], .revoked),
    ]
    let refusal = #expect(throws: BatchRefusal.self) {
      try test.book.append([deposit, hold, close, tooMuch], now: now)
    }
    #expect(
      refusal
        == BatchRefusal(
          place: 3,
          refusal: .insufficient(account: Book.funding, available: 40, asked: 41)))
    #expect(Book.same(before, test.book))
    let late = #expect(throws: BatchRefusal.self) {
      try test.book.append(defining + [tooMuch], now: now)
    }
    #expect(late?.place == 5)
    #expect(Book.same(before, test.book))
    #expect(test.book.quorum(.post) == 0)
    #expect(test.book.allows(Book.author(Book.settlement), .post))
    let appended = try test.book.append([deposit, hold, deposit], now: now)
    #expect(appended.map(\.isReplayed) == [false, false, true])
    #expect(appended[2].index == appended[0].index)
    close.source = test.source(Book.operatorA)
    try test.write(close)
    // The same key for two different requests, both within one batch.
    let one = test.transfer([Book.leg(Book.bank, -1), Book.leg(Book.funding, 1)])
    var two = one
    two.legs = [Book.leg(Book.bank, -2), Book.leg(Book.funding, 2)]
    let conflict = #expect(throws: BatchRefusal.self) {
      try test.book.append([one, two], now: now)
    }
    #expect(conflict?.refusal == .keyConflict(first: test.book.size))
  }
}
