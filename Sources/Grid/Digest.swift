/// A SHA-256 digest: 32 bytes.
///
/// Kept without an allocation, and digests side by side in an array are their bytes side by side:
/// a ledger of a million entries has two million of them.
public struct Digest: Hashable, Sendable, CustomStringConvertible {
  // Eight bytes each, as they lie in memory.
  @usableFromInline let words: (UInt64, UInt64, UInt64, UInt64)

  /// A digest of exactly 32 bytes, else nil.
  public init?(bytes: [UInt8]) {
    self.init(bytes: bytes.span)
  }

  /// A digest of exactly 32 bytes, else nil.
  @inlinable public init?(bytes: Span<UInt8>) {
    guard bytes.count == 32 else { return nil }
    self.init(
      wordsInMemory: (
        bytes.word(at: 0).bigEndian, bytes.word(at: 8).bigEndian, bytes.word(at: 16).bigEndian,
        bytes.word(at: 24).bigEndian
      ))
  }

  /// A digest of four words of eight bytes each, as they lie in memory.
  @inlinable public init(wordsInMemory: (UInt64, UInt64, UInt64, UInt64)) { words = wordsInMemory }

  /// Four words of eight bytes each, as they lie in memory.
  @inlinable public var wordsInMemory: (UInt64, UInt64, UInt64, UInt64) { words }

  /// A digest from 64 hexadecimal digits of either case, else nil.
  public init?(hex: String) {
    guard let bytes = Hex.bytes(hex) else { return nil }
    self.init(bytes: bytes)
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    func add(_ word: UInt64) {
      let word = UInt64(bigEndian: word)
      for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * shift))) }
    }
    add(words.0)
    add(words.1)
    add(words.2)
    add(words.3)
    return bytes
  }

  /// True when all 32 bytes are the same.
  @inlinable public static func == (a: Digest, b: Digest) -> Bool { a.words == b.words }

  /// Takes eight of the bytes: they are as good as chance.
  public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

  /// 64 lower-case hexadecimal digits.
  public var description: String { Hex.text(bytes) }
}

extension Span<UInt8> {
  /// The eight bytes from `place` on, the highest first.
  @inlinable @inline(__always) public func word(at place: Int) -> UInt64 {
    let eight = extracting(place..<place + 8)
    // Written out: so it becomes one load.
    return UInt64(eight[0]) << 56 | UInt64(eight[1]) << 48 | UInt64(eight[2]) << 40
      | UInt64(eight[3]) << 32 | UInt64(eight[4]) << 24 | UInt64(eight[5]) << 16
      | UInt64(eight[6]) << 8 | UInt64(eight[7])
  }
}

/// Hexadecimal text.
public enum Hex {
  /// Two lower-case digits a byte.
  public static func text(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes of an even number of digits of either case, else nil.
  public static func bytes(_ text: String) -> [UInt8]? {
    func value(_ digit: UInt8) -> UInt8? {
      switch digit {
      case 48...57: digit - 48
      case 65...70: digit - 55
      case 97...102: digit - 87
      default: nil
      }
    }
    let digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    for place in stride(from: 0, to: digits.count, by: 2) {
      guard let high = value(digits[place]), let low = value(digits[place + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }
}
