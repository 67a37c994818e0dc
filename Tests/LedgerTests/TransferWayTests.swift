import Grid
import Signing
import Testing

@testable import Ledger

/// Plain transfers are replayed by a short way of their own, which must never differ from the long
/// one: neither in what it takes nor in what it makes of it.
@Suite struct `The short way of transfers` {
  /// Replays by both ways and compares after every entry; how many the short way took.
  static func compare(_ entries: [[UInt8]], _ text: Comment) -> Int {
    var (short, long) = (Book(), Book())
    var taken = 0
    for bytes in entries {
      var by = short
      let isShort = by.takeTransfer(bytes.span)
      var (shortRefusal, longRefusal): (LedgerRefusal?, LedgerRefusal?)
      do throws(LedgerRefusal) { try short.replay(bytes.span) } catch { shortRefusal = error }
      do throws(LedgerRefusal) { try long.replayInFull(bytes) } catch { longRefusal = error }
      #expect(shortRefusal == longRefusal, text)
      if isShort {
        taken += 1
        #expect(longRefusal == nil, "\(text): the short way took what the long one refuses")
        #expect(by.tree.root == long.tree.root, text)
      } else {
        #expect(
          by.tree.root == (longRefusal == nil ? long.tree.root(at: by.tree.size) : by.tree.root))
      }
      if longRefusal != nil { break }
    }
    #expect(TestBook.same(short, long), text)
    for index in 0..<min(short.size, long.size) {
      #expect(short.legs(of: index) == long.legs(of: index), text)
      #expect(short.effective(of: index) == long.effective(of: index), text)
      #expect(short.recordedAt(of: index) == long.recordedAt(of: index), text)
    }
    return taken
  }

  /// A book of mostly transfers, some of them of many sides, and of everything else now and then.
  static func book(seed: UInt64) throws -> [[UInt8]] {
    var random = Seeded(state: seed)
    var test = TestBook()
    try test.pay(TestBook.escrow, 1_000_000)
    let owners = [TestBook.ownerA, TestBook.ownerB, TestBook.aggregator, TestBook.funding]
    for number in 0..<60 {
      if Int.random(in: 0..<4, using: &random) == 0 {
        _ = try? test.write(`Any run of requests`.request(&random, &test))
        continue
      }
      let count = Int.random(in: 1...4, using: &random)
      let amounts = (0..<count).map { _ in
        Int64.random(in: -3...(number % 9 == 0 ? 5_000_000 : 500), using: &random)
      }
      var request = test.transfer(
        [TestBook.leg(TestBook.escrow, -amounts.reduce(0, +))]
          + zip(owners, amounts).map { TestBook.leg($0, $1) },
        reason: number % 13 == 0 ? "waiver" : "settlement")
      if number % 2 == 0 { request.rule = SHA256.hash("rule") }
      if number % 3 == 0 { request.evidence = [Evidence(.signal, SHA256.hash("\(number)"))] }
      if number % 5 == 0 {
        request.data = .transfer(
          reason: String(repeating: "r", count: 1 + number % 40), event: "E-\(number)",
          run: "initial", calc: number % 10 == 0 ? UInt64(number) << 30 : nil)
      }
      if number % 17 == 0 { request.reference = 1 }
      _ = try? test.write(request)
    }
    return test.stored.map(\.bytes)
  }

  @Test(arguments: UInt64(1)...12)
  func `makes the same book as the long one`(seed: UInt64) throws {
    let entries = try Self.book(seed: seed)
    let taken = Self.compare(entries, "seed \(seed)")
    #expect(taken > 10, "the short way must have been gone")
  }

  @Test(arguments: UInt64(1)...4)
  func `refuses what the long one refuses, byte by byte`(seed: UInt64) throws {
    var random = Seeded(state: 1_000 + seed)
    let entries = try Self.book(seed: seed)
    var before = Book()
    for (index, entry) in entries.enumerated() {
      for _ in 0..<(index < 16 ? 1 : 40) {
        var altered = entry
        let place = Int.random(in: 0..<altered.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: altered.remove(at: place)
        case 1: altered.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 2: altered[place] = UInt8.random(in: 0...255, using: &random)
        default: altered[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
        var (short, long) = (before, before)
        var longRefusal: LedgerRefusal?
        let isShort = short.takeTransfer(altered.span)
        do throws(LedgerRefusal) { try long.replayInFull(altered) } catch { longRefusal = error }
        if isShort {
          #expect(longRefusal == nil, "seed \(seed), entry \(index), byte \(place): \(altered)")
          #expect(short.tree.root == long.tree.root)
        } else {
          #expect(TestBook.same(short, before), "seed \(seed), entry \(index): a trace is left")
        }
      }
      try before.replay(entry)
    }
  }

  @Test func `takes the usual settlement, and an account's first posting`() throws {
    var test = TestBook()
    try test.pay(TestBook.escrow, 1_000)
    let request = test.transfer([
      TestBook.leg(TestBook.escrow, -100), TestBook.leg(TestBook.ownerA, 80),
      TestBook.leg(TestBook.aggregator, 20),
    ])
    let bytes = try test.write(request).bytes
    var book = Book()
    for entry in test.stored.dropLast() { try book.replay(entry.bytes) }
    let isTaken = book.takeTransfer(bytes.span)
    #expect(isTaken)
    #expect(TestBook.same(book, test.book))
    let isTakenAgain = book.takeTransfer(bytes.span)
    #expect(!isTakenAgain, "the same request again")
  }

  @Test func `knows every character of a text, wherever it stands`() throws {
    for length in [1, 7, 8, 9, 17] {
      for place in 0..<length {
        for character in UInt8.min...UInt8.max {
          var text = [UInt8](repeating: 0x41, count: length)
          text[place] = character
          let bytes = [0x60 | UInt8(length)] + text
          var cursor = ByteCursor()
          #expect(cursor.skipsText(bytes.span) == (0x20...0x7E).contains(character))
        }
      }
    }
  }

  @Test(arguments: [UInt64(23), 24, 255, 256, 65_535, 65_536, 1 << 32 - 1, 1 << 32, .max])
  func `reads a number at the end of the bytes and before others`(number: UInt64) {
    var writer = CBOR.Writer(capacity: 16)
    writer.unsigned(number)
    for rest in 0...8 {
      var cursor = ByteCursor()
      let bytes = writer.bytes + [UInt8](repeating: 0xFF, count: rest)
      #expect(cursor.unsigned(bytes.span) == number)
      #expect(cursor.place == writer.bytes.count)
    }
  }

  @Test func `knows its requests after many were added and taken back`() throws {
    var table = RequestTable()
    func source(_ number: Int) -> RequestSource {
      RequestSource(
        author: AuthorID(UInt64(number % 3)), key: IdempotencyKey(high: 0, low: UInt64(number / 3)))
    }
    for number in 0..<1_000 {
      table.add(source(number), index: UInt64(number), hash: SHA256.hash("\(number)"))
      if number % 100 == 99 { table.truncate(to: number - 49) }
      if number % 100 == 99 {
        for again in number - 49...number {
          #expect(table.find(source(again)) == nil)
          table.add(source(again), index: UInt64(again), hash: SHA256.hash("\(again)"))
        }
      }
    }
    for number in 0..<1_000 {
      #expect(table.find(source(number))?.index == UInt64(number))
      #expect(table.find(source(number))?.hash == SHA256.hash("\(number)"))
    }
    #expect(table.find(source(1_000)) == nil)
  }
}
