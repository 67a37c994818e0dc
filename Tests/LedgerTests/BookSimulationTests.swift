import Grid
import Ledger
import Testing

/// A generator of repeatable numbers (SplitMix64).
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite struct `Any run of requests` {
  typealias Book = TestBook

  static let accounts = [
    Book.bank, Book.funding, Book.escrow, Book.ownerA, Book.ownerB, Book.aggregator,
  ]

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `keeps every sum at zero, every limit, and replays to itself`(seed: UInt64) throws {
    var random = Seeded(state: seed)
    var test = TestBook()
    var stored: [[UInt8]] = []
    var model: [AccountID: Int64] = [:]
    var taken = 0
    for _ in 0..<300 {
      let request = Self.request(&random, &test)
      let before = test.book
      do throws(LedgerRefusal) {
        let appended = try test.write(request)
        guard !appended.isReplayed else { continue }
        taken += 1
        #expect(appended.index == before.size)
        stored.append(appended.bytes)
        for leg in request.legs where leg.layer == .settled {
          model[leg.account, default: 0] += leg.amount
        }
      } catch {
        #expect(Book.same(before, test.book), "seed \(seed): \(error)")
      }
      for layer in Layer.allCases {
        #expect(test.book.total(commodity: Book.usd, layer: layer) == 0)
      }
    }
    #expect(taken > 60)
    var replayed = TestBook().book
    for bytes in stored { try replayed.replay(bytes) }
    #expect(Book.same(test.book, replayed))
    for account in Self.accounts {
      let position = try #require(replayed.position(account, commodity: Book.usd))
      #expect(position.settled == model[account] ?? 0)
      if account != Book.bank { #expect(position.available >= 0) }
      let postings = try #require(replayed.postings(of: account, commodity: Book.usd))
      #expect(postings.map(\.ordinal) == (0..<UInt64(postings.count)).map { $0 + 1 })
    }
  }

  static func request(_ random: inout Seeded, _ test: inout TestBook) -> EntryRequest {
    let amount = Int64.random(in: -5...200, using: &random)
    let from = Bool.random(using: &random) ? Book.bank : accounts.randomElement(using: &random)!
    let to = accounts.randomElement(using: &random)!
    let hold = test.book.openHolds.randomElement(using: &random)
    switch Int.random(in: 0..<10, using: &random) {
    case 0, 1:
      return test.hold([Book.leg(from, -amount, .pending), Book.leg(to, amount, .pending)])
    case 2:
      if let hold {
        return test.book.posting(
          hold, reason: "x", effective: Book.day, source: test.source(Book.operatorA))!
      }
    case 3:
      if let hold {
        return test.book.voiding(
          hold, .cancelled, effective: Book.day, source: test.source(Book.operatorA))!
      }
    case 4:
      let index = UInt64.random(in: 0..<test.book.size, using: &random)
      if let request = test.book.reversing(
        index, reason: "x", effective: Book.day, source: test.source(Book.operatorA))
      {
        return request
      }
    case 5: return test.book.snapshotRequest!
    case 6:
      return EntryRequest(
        .transfer(reason: "x"), source: test.source(), effective: Book.day,
        legs: [Book.leg(from, -amount), Book.leg(to, amount - 1), Book.leg(Book.escrow, 1)])
    default: break
    }
    return test.transfer([Book.leg(from, -amount), Book.leg(to, amount)])
  }

  @Test func `over 300 one-bit changes of the log, none passes`() throws {
    var random = Seeded(state: 7)
    for _ in 0..<300 {
      var entries = Vectors.entries
      let index = Int.random(in: 0..<entries.count, using: &random)
      let place = Int.random(in: 0..<entries[index].count, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: entries[index][place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: entries[index].remove(at: place)
      default: entries[index].insert(UInt8.random(in: 0...255, using: &random), at: place)
      }
      guard entries[index] != Vectors.entries[index] else { continue }
      #expect(!`The verifier`.findings(entries, leaves: nil).isEmpty)
    }
  }
}
