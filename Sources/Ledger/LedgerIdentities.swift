import Grid
import Signing

/// An account: 16 random bytes, chosen once and written into the log.
public struct AccountID: Hashable, Comparable, Sendable, CustomStringConvertible {
  let high: UInt64
  let low: UInt64

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The account of exactly 16 bytes, else nil.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    self.init(high: word(bytes[..<8]), low: word(bytes[8...]))
  }

  /// The 16 bytes.
  public var bytes: [UInt8] { bigEndian(high) + bigEndian(low) }

  /// Orders by bytes.
  public static func < (a: AccountID, b: AccountID) -> Bool {
    a.high != b.high ? a.high < b.high : a.low < b.low
  }

  /// 32 lower-case hexadecimal digits.
  public var description: String { hex(bytes) }
}

/// Who asked for an entry: the first 8 bytes of the hash of a vkey's name, type and key.
public struct AuthorID: Hashable, Sendable, CustomStringConvertible {
  let value: UInt64

  init(_ value: UInt64) { self.value = value }

  /// The author of exactly 8 bytes, else nil.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 8 else { return nil }
    value = word(bytes[...])
  }

  /// The 8 bytes.
  public var bytes: [UInt8] { bigEndian(value) }

  /// 16 lower-case hexadecimal digits.
  public var description: String { hex(bytes) }
}

/// The name of one request of one author: the same name never makes two entries.
public struct IdempotencyKey: Hashable, Sendable, CustomStringConvertible {
  let high: UInt64
  let low: UInt64

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The key of exactly 16 bytes, else nil; the first six are milliseconds by custom, unchecked.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    self.init(high: word(bytes[..<8]), low: word(bytes[8...]))
  }

  /// The key of one run of a settlement, so that settling again adds nothing.
  ///
  /// - Parameters:
  ///   - millisecondsOfEventEnd: The end of the event since 1970, below 2^48.
  ///   - salt: The 32 bytes that hide the owner's account; with an empty site those of the escrow.
  ///   - event: The event's name.
  ///   - site: The site's name, or nothing for a step of the whole event.
  ///   - run: `initial`, `initial:penalty`, `recalculation`, `escrow`, `return` …
  public static func settlement(
    millisecondsOfEventEnd milliseconds: UInt64, salt: [UInt8], event: String, site: String,
    run: String
  ) -> IdempotencyKey {
    precondition(milliseconds < 1 << 48, "48 bits of milliseconds reach the year 10889")
    precondition(salt.count == 32, "the salt of an account has 32 bytes")
    let hashed = CBOR.encode(
      .array([.text("hr/idem1"), .bytes(salt), .text(event), .text(site), .text(run)]))
    let hash = SHA256.hash(hashed).bytes
    return IdempotencyKey(bytes: Array(bigEndian(milliseconds)[2...]) + hash[..<10])!
  }

  /// The 16 bytes.
  public var bytes: [UInt8] { bigEndian(high) + bigEndian(low) }

  /// 32 lower-case hexadecimal digits.
  public var description: String { hex(bytes) }
}

func hex(_ bytes: [UInt8]) -> String { Hex.text(bytes) }

func bigEndian(_ word: UInt64) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }
}

private func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
  var word: UInt64 = 0
  for byte in bytes { word = word << 8 | UInt64(byte) }
  return word
}
