import Grid
import Signing

/// Reads the one kind of entry that a book is full of, a transfer asked for by somebody in one
/// commodity of layer 0, without making a value of it.
///
/// It knows the form of such an entry and nothing else: whatever differs, be it wrong or only rare,
/// is left to `EntryReader`, which also says what is wrong. So this may say no where the long way
/// says yes, and never the other way round.
struct TransferReader: Sendable {
  /// More sides than a settlement has; more are left to the long way.
  static let mostLegs = 16

  /// One posting as the entry states it.
  struct Posting: Sendable {
    var account: AccountID
    var amount: Int64
    var ordinal: UInt64
    var balanceAfter: Int64
    // Found in the book afterwards; the slot is -1 when it has none yet.
    var row: Int32 = -1
    var slot = -1
  }

  // Heads and letters of the texts it knows.
  private static let run: UInt64 = 0x63_72_75_6E
  private static let calc: UInt64 = 0x64_63_61_6C_63
  private static let event: UInt64 = 0x65_65_76_65_6E_74
  private static let reason: UInt64 = 0x66_72_65_61_73_6F_6E
  private static let waiver: UInt64 = 0x66_77_61_69_76_65_72

  private(set) var recordedAt: Int64 = 0
  private(set) var start: Int64 = 0
  private(set) var end: Int64 = 0
  private(set) var commodity: UInt32 = 0
  private(set) var source = RequestSource(
    author: AuthorID(0), key: IdempotencyKey(high: 0, low: 0))
  private(set) var requestHash = MerkleHash.emptyRoot
  private(set) var computedHash = MerkleHash.emptyRoot
  var postings: [Posting] = []
  // Where the accounts of the entry before were found, by the place of their posting.
  var lastRows = [Int32](repeating: 0, count: mostLegs)
  // What the request hash covers: cut out of the entry, which holds it in the same bytes.
  private var hashedCount = 0
  private var hashed: [UInt8] = Array(repeating: 0, count: 1_024)

  /// Reads all of `bytes`; false for every other entry.
  mutating func read(_ bytes: Span<UInt8>) -> Bool {
    var cursor = ByteCursor()
    guard bytes.count <= hashed.count, cursor.takes(0xA9, upTo: 0xAB, bytes) else { return false }
    let fields = Int(bytes[0] & 31)
    guard cursor.takes(number: EntryKey.version, bytes),
      cursor.takes(number: EntryKey.formatVersion, bytes),
      cursor.takes(number: EntryKey.type, bytes),
      cursor.takes(number: EntryType.transfer.rawValue, bytes),
      cursor.takes(number: EntryKey.recordedAt, bytes), let recordedAt = cursor.moment(bytes)
    else { return false }
    self.recordedAt = recordedAt
    let effective = cursor.place
    guard cursor.takes(number: EntryKey.effective, bytes), cursor.takes(0x82, bytes),
      let start = cursor.moment(bytes), let end = cursor.moment(bytes), start < end
    else { return false }
    self.start = start
    self.end = end
    hashed[1] = UInt8(EntryKey.type)
    hashed[2] = UInt8(EntryType.transfer.rawValue)
    var count = 3
    guard cursor.takes(number: EntryKey.postings, bytes), cursor.takes(0x82, upTo: 0x90, bytes)
    else {
      return false
    }
    count = keep(bytes, effective..<cursor.place, at: count)
    for number in 0..<Int(bytes[cursor.place - 1] & 31) {
      guard let end = readPosting(number, &cursor, bytes, at: count) else { return false }
      count = end
    }
    guard readSource(&cursor, bytes) else { return false }
    let rest = cursor.place
    guard let optional = readRest(&cursor, bytes), fields == 9 + optional,
      cursor.place == bytes.count
    else { return false }
    hashed[0] = 0xA0 | UInt8(4 + optional)
    count = keep(bytes, rest..<bytes.count, at: count)
    hashedCount = count
    return true
  }

  /// Computes the request hash of what was read.
  mutating func computeHash() {
    computedHash = SHA256.hash(hashed.span.extracting(0..<hashedCount))
  }

  private mutating func keep(_ bytes: Span<UInt8>, _ range: Range<Int>, at place: Int) -> Int {
    var span = hashed.mutableSpan
    let from = bytes.extracting(range)
    for offset in from.indices { span[place + offset] = from[offset] }
    return place + range.count
  }

  private mutating func readPosting(
    _ number: Int, _ cursor: inout ByteCursor, _ bytes: Span<UInt8>, at place: Int
  ) -> Int? {
    guard cursor.takes(0x86, bytes) else { return nil }
    let fields = cursor.place
    guard cursor.takes(0x50, bytes), let high = cursor.word(bytes), let low = cursor.word(bytes),
      let commodity = cursor.unsigned(bytes), cursor.takes(0, bytes),
      let amount = cursor.integer(bytes)
    else { return nil }
    if number == 0 {
      postings.removeAll(keepingCapacity: true)
      guard commodity > 0, commodity <= UInt32.max else { return nil }
      self.commodity = UInt32(commodity)
    } else if commodity != UInt64(self.commodity) {
      return nil
    }
    hashed[place] = 0x84
    let end = keep(bytes, fields..<cursor.place, at: place + 1)
    guard let ordinal = cursor.unsigned(bytes), let balance = cursor.integer(bytes) else {
      return nil
    }
    postings.append(
      Posting(
        account: AccountID(high: high, low: low), amount: amount, ordinal: ordinal,
        balanceAfter: balance))
    return end
  }

  private mutating func readSource(_ cursor: inout ByteCursor, _ bytes: Span<UInt8>) -> Bool {
    guard cursor.takes(number: EntryKey.idempotencyKey, bytes), cursor.takes(0x50, bytes),
      let high = cursor.word(bytes), let low = cursor.word(bytes),
      cursor.takes(number: EntryKey.requestHash, bytes), let hash = cursor.digest(bytes),
      cursor.takes(number: EntryKey.author, bytes), cursor.takes(0x48, bytes),
      let author = cursor.word(bytes)
    else { return false }
    source = RequestSource(
      author: AuthorID(author), key: IdempotencyKey(high: high, low: low))
    requestHash = hash
    return true
  }

  /// Evidence, rule and data; how many of the first two there are.
  private func readRest(_ cursor: inout ByteCursor, _ bytes: Span<UInt8>) -> Int? {
    var optional = 0
    if cursor.takes(number: EntryKey.evidence, bytes) {
      guard cursor.takes(0x81, upTo: 0x97, bytes) else { return nil }
      for _ in 0..<Int(bytes[cursor.place - 1] & 31) {
        guard cursor.takes(0x82, bytes), cursor.takes(1, upTo: 9, bytes),
          cursor.skipsDigest(bytes)
        else { return nil }
      }
      optional += 1
    }
    if cursor.takes(number: EntryKey.rule, bytes) {
      guard cursor.skipsDigest(bytes) else { return nil }
      optional += 1
    }
    guard cursor.takes(number: EntryKey.data, bytes), cursor.takes(0xA1, upTo: 0xA4, bytes) else {
      return nil
    }
    var left = Int(bytes[cursor.place - 1] & 31) - 1
    if cursor.takes(text: Self.run, bytes) {
      guard cursor.skipsText(bytes) else { return nil }
      left -= 1
    }
    if cursor.takes(text: Self.calc, bytes) {
      guard cursor.unsigned(bytes) != nil else { return nil }
      left -= 1
    }
    if cursor.takes(text: Self.event, bytes) {
      guard cursor.skipsText(bytes) else { return nil }
      left -= 1
    }
    guard left == 0, cursor.takes(text: Self.reason, bytes) else { return nil }
    // A waiver takes another right.
    var waiver = cursor
    if waiver.takes(text: Self.waiver, bytes) { return nil }
    return cursor.skipsText(bytes) ? optional : nil
  }
}
