import Grid
import Signing

/// Reads the one kind of entry that a book is full of, a transfer asked for by somebody in one
/// commodity of layer 0, without making a value of it.
///
/// It knows the form of such an entry and nothing else: whatever differs, be it wrong or only rare,
/// is left to `EntryReader`, which also says what is wrong. So this may say no where the long way
/// says yes, and never the other way round.
struct TransferReader: Sendable {
  /// One posting as the entry states it.
  struct Posting: Sendable {
    var account = AccountID(high: 0, low: 0)
    var amount: Int64 = 0
    var ordinal: UInt64 = 0
    var balanceAfter: Int64 = 0
    // Found in the book afterwards; the slot is -1 when it has none yet.
    var row: Int32 = 0
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
  // The first `count` of them. Those of the entry before keep the rows in which their accounts
  // were found: the entries of an event all pay from one escrow, in one place.
  private(set) var count = 0
  var postings = InlineArray<16, Posting>(repeating: Posting())
  // What the request hash covers: cut out of the entry, which holds it in the same bytes.
  private var hashed = SHA256.Message()

  /// Reads all of `bytes`; false for every other entry.
  mutating func read(_ bytes: Span<UInt8>) -> Bool {
    var cursor = ByteCursor()
    guard bytes.count <= SHA256.Message.limit, cursor.takes(0xA9, upTo: 0xAB, bytes) else {
      return false
    }
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
    // The head follows when it is known how many fields there are.
    hashed.begin(0)
    hashed.append(UInt8(EntryKey.type))
    hashed.append(UInt8(EntryType.transfer.rawValue))
    // More sides than a settlement has are left to the long way.
    guard cursor.takes(number: EntryKey.postings, bytes), cursor.takes(0x82, upTo: 0x90, bytes)
    else {
      return false
    }
    hashed.append(bytes.extracting(effective..<cursor.place))
    count = Int(bytes[cursor.place - 1] & 31)
    for number in 0..<count {
      guard readPosting(number, &cursor, bytes) else { return false }
    }
    guard readSource(&cursor, bytes) else { return false }
    let rest = cursor.place
    guard let optional = readRest(&cursor, bytes), fields == 9 + optional,
      cursor.place == bytes.count
    else { return false }
    hashed.setFirst(0xA0 | UInt8(4 + optional))
    hashed.append(bytes.extracting(rest..<bytes.count))
    return true
  }

  /// Computes the request hash of what was read.
  mutating func computeHash() {
    computedHash = hashed.hash()
  }

  private mutating func readPosting(
    _ number: Int, _ cursor: inout ByteCursor, _ bytes: Span<UInt8>
  ) -> Bool {
    guard cursor.takes(0x86, bytes) else { return false }
    let fields = cursor.place
    guard cursor.takes(0x50, bytes), let high = cursor.word(bytes), let low = cursor.word(bytes),
      let commodity = cursor.unsigned(bytes), cursor.takes(0, bytes),
      let amount = cursor.integer(bytes)
    else { return false }
    if number == 0 {
      guard commodity > 0, commodity <= UInt32.max else { return false }
      self.commodity = UInt32(commodity)
    } else if commodity != UInt64(self.commodity) {
      return false
    }
    hashed.append(0x84)
    hashed.append(bytes.extracting(fields..<cursor.place))
    guard let ordinal = cursor.unsigned(bytes), let balance = cursor.integer(bytes) else {
      return false
    }
    postings[number].account = AccountID(high: high, low: low)
    postings[number].amount = amount
    postings[number].ordinal = ordinal
    postings[number].balanceAfter = balance
    return true
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
