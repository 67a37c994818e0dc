/// Unpacks DEFLATE streams (RFC 1951) in memory, with a limit on what comes out.
///
/// Strangers send packed files, so this reads with bounds checks and allocates nothing that the
/// stream asks for: only what it has already proved to hold, up to `limit`.
struct Inflate {
  /// Why a stream was not unpacked.
  enum Fault: Error, Hashable {
    /// It ends before its last block does.
    case cut
    /// Its bits are no DEFLATE stream.
    case malformed
    /// It would be longer than allowed.
    case tooLong
  }

  private let bytes: [UInt8]
  private let end: Int
  private let limit: Int
  /// The next byte to read.
  private(set) var place: Int
  private var bits: UInt32 = 0
  private var bitCount = 0
  private var output: [UInt8] = []

  /// The unpacked bytes of the stream that begins at `start`, and where the stream ends.
  static func unpack(
    _ bytes: [UInt8], from start: Int, to end: Int, limit: Int
  ) throws(Fault) -> (output: [UInt8], end: Int) {
    var inflate = Inflate(bytes: bytes, start: start, end: end, limit: limit)
    try inflate.run()
    // Whole bytes that were only looked at belong to what follows.
    return (inflate.output, inflate.place - inflate.bitCount / 8)
  }

  private init(bytes: [UInt8], start: Int, end: Int, limit: Int) {
    self.bytes = bytes
    self.end = end
    self.limit = limit
    place = start
    output.reserveCapacity(min(limit, (end - start) * 4))
  }

  private mutating func run() throws(Fault) {
    var isLast = false
    while !isLast {
      isLast = try take(1) == 1
      switch try take(2) {
      case 0: try stored()
      case 1: try coded(Self.fixedLiterals, Self.fixedDistances)
      case 2:
        let (literals, distances) = try tables()
        try coded(literals, distances)
      default: throw .malformed
      }
    }
  }

  private mutating func take(_ count: Int) throws(Fault) -> Int {
    while bitCount < count {
      guard place < end else { throw .cut }
      bits |= UInt32(bytes[place]) << UInt32(bitCount)
      place += 1
      bitCount += 8
    }
    let value = bits & ((1 << UInt32(count)) - 1)
    bits >>= UInt32(count)
    bitCount -= count
    return Int(value)
  }

  private mutating func stored() throws(Fault) {
    place -= bitCount / 8
    bits = 0
    bitCount = 0
    guard place + 4 <= end else { throw .cut }
    let count = Int(bytes[place]) | Int(bytes[place + 1]) << 8
    let check = Int(bytes[place + 2]) | Int(bytes[place + 3]) << 8
    guard count == ~check & 0xFFFF else { throw .malformed }
    place += 4
    guard place + count <= end else { throw .cut }
    guard output.count + count <= limit else { throw .tooLong }
    output += bytes[place..<place + count]
    place += count
  }

  private mutating func coded(_ literals: Huffman, _ distances: Huffman) throws(Fault) {
    while true {
      let symbol = try decode(literals)
      if symbol < 256 {
        guard output.count < limit else { throw .tooLong }
        output.append(UInt8(symbol))
        continue
      }
      if symbol == 256 { return }
      guard symbol <= 285 else { throw .malformed }
      let length = Self.lengthBase[symbol - 257] + (try take(Self.lengthExtra[symbol - 257]))
      let code = try decode(distances)
      guard code < 30 else { throw .malformed }
      let distance = Self.distanceBase[code] + (try take(Self.distanceExtra[code]))
      guard distance <= output.count else { throw .malformed }
      guard output.count + length <= limit else { throw .tooLong }
      var from = output.count - distance
      for _ in 0..<length {
        output.append(output[from])
        from += 1
      }
    }
  }

  private mutating func decode(_ code: Huffman) throws(Fault) -> Int {
    // Canonical codes: shorter ones come first, and those of one length follow each other.
    var value = 0
    var first = 0
    var index = 0
    for length in 1...15 {
      value |= try take(1)
      let count = code.counts[length]
      if value - count < first { return Int(code.symbols[index + value - first]) }
      index += count
      first = (first + count) << 1
      value <<= 1
    }
    throw .malformed
  }

  private mutating func tables() throws(Fault) -> (Huffman, Huffman) {
    let literalCount = try take(5) + 257
    let distanceCount = try take(5) + 1
    let lengthCount = try take(4) + 4
    guard literalCount <= 286, distanceCount <= 30 else { throw .malformed }
    var lengths = [UInt8](repeating: 0, count: 19)
    for place in 0..<lengthCount { lengths[Self.order[place]] = UInt8(try take(3)) }
    guard let code = Huffman(lengths) else { throw .malformed }
    lengths.removeAll(keepingCapacity: true)
    while lengths.count < literalCount + distanceCount {
      let symbol = try decode(code)
      var value: UInt8 = 0
      var count = 1
      switch symbol {
      case 0..<16: value = UInt8(symbol)
      case 16:
        guard let last = lengths.last else { throw .malformed }
        value = last
        count = 3 + (try take(2))
      case 17: count = 3 + (try take(3))
      default: count = 11 + (try take(7))
      }
      guard lengths.count + count <= literalCount + distanceCount else { throw .malformed }
      for _ in 0..<count { lengths.append(value) }
    }
    guard lengths[256] > 0, let literals = Huffman(Array(lengths[..<literalCount])),
      let distances = Huffman(Array(lengths[literalCount...]), mayBeIncomplete: true)
    else { throw .malformed }
    return (literals, distances)
  }

  private static let order = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
  ]
  private static let lengthBase = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
    163, 195, 227, 258,
  ]
  private static let lengthExtra = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  private static let distanceBase = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1_025, 1_537,
    2_049, 3_073, 4_097, 6_145, 8_193, 12_289, 16_385, 24_577,
  ]
  private static let distanceExtra = [
    0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13,
    13,
  ]
  private static let fixedLiterals = Huffman(
    (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })!
  private static let fixedDistances = Huffman(
    [UInt8](repeating: 5, count: 30), mayBeIncomplete: true)!
}

/// A canonical Huffman code, by lengths.
private struct Huffman {
  /// How many codes there are of each length, 0…15.
  private(set) var counts = [Int](repeating: 0, count: 16)
  /// Symbols in order of their codes.
  private(set) var symbols: [UInt16]

  /// Nil when the lengths make no code.
  init?(_ lengths: [UInt8], mayBeIncomplete: Bool = false) {
    for length in lengths { counts[Int(length)] += 1 }
    counts[0] = 0
    var left = 1
    for length in 1...15 {
      left = left << 1 - counts[length]
      if left < 0 { return nil }
    }
    // One distance code of one bit is allowed to leave the other unused.
    if left > 0, !mayBeIncomplete, counts[1...].reduce(0, +) != 1 { return nil }
    var offsets = [Int](repeating: 0, count: 17)
    for length in 1...15 { offsets[length + 1] = offsets[length] + counts[length] }
    symbols = [UInt16](repeating: 0, count: lengths.count)
    for (symbol, length) in lengths.enumerated() where length > 0 {
      symbols[offsets[Int(length)]] = UInt16(symbol)
      offsets[Int(length)] += 1
    }
  }
}
