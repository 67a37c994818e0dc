import Grid

/// A place in canonical bytes, and how to take the next value there.
///
/// What is not as asked for is answered with false or nil, without saying why.
struct ByteCursor {
  private(set) var place = 0

  /// Goes over one byte that must be `byte`.
  @inline(__always) mutating func takes(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
    takes(byte, upTo: byte, bytes)
  }

  /// Goes over one small number, such as a field's.
  @inline(__always) mutating func takes(number: UInt64, _ bytes: Span<UInt8>) -> Bool {
    takes(UInt8(truncatingIfNeeded: number), bytes)
  }

  /// Goes over one byte that must lie in a range.
  @inline(__always) mutating func takes(
    _ least: UInt8, upTo most: UInt8, _ bytes: Span<UInt8>
  ) -> Bool {
    guard place < bytes.count, bytes[place] >= least, bytes[place] <= most else { return false }
    place += 1
    return true
  }

  /// Goes over the bytes of `word` behind its leading zeros: the head of a short text and the text.
  @inline(__always) mutating func takes(text word: UInt64, _ bytes: Span<UInt8>) -> Bool {
    let count = 8 - word.leadingZeroBitCount / 8
    guard place + count <= bytes.count else { return false }
    var found: UInt64 = 0
    for offset in place..<place + count { found = found << 8 | UInt64(bytes[offset]) }
    guard found == word else { return false }
    place += count
    return true
  }

  /// An unsigned number in its shortest form.
  @inline(__always) mutating func unsigned(_ bytes: Span<UInt8>) -> UInt64? {
    argument(of: 0, bytes)
  }

  /// A number of either sign in its shortest form.
  @inline(__always) mutating func integer(_ bytes: Span<UInt8>) -> Int64? {
    guard place < bytes.count else { return nil }
    if bytes[place] < 0x20 { return argument(of: 0, bytes).flatMap(Int64.init(exactly:)) }
    return argument(of: 1, bytes).flatMap(Int64.init(exactly:)).map { ~$0 }
  }

  /// Microseconds from 0 to 2^63 - 2: the next entry needs a later one.
  @inline(__always) mutating func moment(_ bytes: Span<UInt8>) -> Int64? {
    guard let number = argument(of: 0, bytes), number < UInt64(Int64.max) else { return nil }
    return Int64(number)
  }

  @inline(__always) private mutating func argument(
    of major: UInt8, _ bytes: Span<UInt8>
  ) -> UInt64? {
    guard place < bytes.count else { return nil }
    let first = bytes[place]
    guard first >> 5 == major else { return nil }
    let low = first & 31
    if low < 24 {
      place += 1
      return UInt64(low)
    }
    guard low < 28 else { return nil }
    let count = 1 << Int(low - 24)
    guard place + count < bytes.count else { return nil }
    var argument: UInt64 = 0
    if place + 8 < bytes.count {
      argument = bytes.word(at: place + 1) >> UInt64(64 - 8 * count)
    } else {
      for offset in 1...count { argument = argument << 8 | UInt64(bytes[place + offset]) }
    }
    guard argument >= (count == 1 ? 24 : 1 << UInt64(count * 4)) else { return nil }
    place += 1 + count
    return argument
  }

  /// Eight bytes, the highest first.
  @inline(__always) mutating func word(_ bytes: Span<UInt8>) -> UInt64? {
    guard place + 8 <= bytes.count else { return nil }
    let word = bytes.word(at: place)
    place += 8
    return word
  }

  /// A byte string of 32 bytes.
  @inline(__always) mutating func digest(_ bytes: Span<UInt8>) -> Digest? {
    let start = place + 2
    guard skipsDigest(bytes) else { return nil }
    return Digest(bytes: bytes.extracting(start..<start + 32))
  }

  /// Goes over a byte string of 32 bytes.
  @inline(__always) mutating func skipsDigest(_ bytes: Span<UInt8>) -> Bool {
    guard place + 34 <= bytes.count, bytes[place] == 0x58, bytes[place + 1] == 32 else {
      return false
    }
    place += 34
    return true
  }

  /// Goes over a text of 1 to 255 printable ASCII characters.
  @inline(__always) mutating func skipsText(_ bytes: Span<UInt8>) -> Bool {
    guard let count = argument(of: 3, bytes), count > 0, count < EntryLimits.text,
      place + Int(count) <= bytes.count
    else { return false }
    let end = place + Int(count)
    // Bit 7 of each byte that is none of 0x20 to 0x7E, or that lies above such a one.
    var odd: UInt64 = 0
    while place + 8 <= end {
      let word = bytes.word(at: place)
      odd |= (word &+ 0x0101_0101_0101_0101) | (word &- 0x2020_2020_2020_2020) | word
      place += 8
    }
    while place < end {
      let byte = UInt64(bytes[place])
      odd |= (byte &+ 1) | (byte &- 0x20)
      place += 1
    }
    return odd & 0x8080_8080_8080_8080 == 0
  }
}
