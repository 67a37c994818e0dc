extension CBOR {
  /// Reads canonical values one after the other and stops at the first that is not.
  struct Reader {
    let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var remaining: Int { bytes.count - position }

    func fault(_ reason: Reason, at offset: Int) -> Fault { Fault(offset: offset, reason: reason) }

    /// Throws unless every byte was read.
    func end() throws(Fault) {
      guard remaining == 0 else { throw fault(.trailing, at: position) }
    }

    /// Major type and argument of the next head; a simple value has its number as argument.
    mutating func head() throws(Fault) -> (major: UInt8, argument: UInt64) {
      let start = position
      guard start < bytes.count else { throw fault(.cutShort, at: start) }
      let first = bytes[start]
      let major = first >> 5
      let low = first & 31
      if major >= 6 { try check(major: major, low: low, at: start) }
      position += 1
      if low < 24 { return (major, UInt64(low)) }
      guard low < 28 else { throw fault(low == 31 ? .indefinite : .reserved, at: start) }
      let count = 1 << Int(low - 24)
      guard remaining >= count else { throw fault(.cutShort, at: start) }
      var argument: UInt64 = 0
      for _ in 0..<count {
        argument = argument << 8 | UInt64(bytes[position])
        position += 1
      }
      let least: UInt64 = count == 1 ? 24 : 1 << UInt64(count * 4)
      guard argument >= least else { throw fault(.notShortest, at: start) }
      return (major, argument)
    }

    private func check(major: UInt8, low: UInt8, at start: Int) throws(Fault) {
      if major == 6 { throw fault(.tag, at: start) }
      switch low {
      case 20, 21, 22: return
      case 25, 26, 27: throw fault(.float, at: start)
      case 28, 29, 30: throw fault(.reserved, at: start)
      case 31: throw fault(.indefinite, at: start)
      default: throw fault(.simple, at: start)
      }
    }

    /// The argument of the next head, which must be of `major`.
    mutating func argument(of major: UInt8) throws(Fault) -> UInt64 {
      let start = position
      let head = try head()
      guard head.major == major else { throw fault(.wrongKind, at: start) }
      return head.argument
    }

    mutating func unsigned() throws(Fault) -> UInt64 { try argument(of: 0) }

    mutating func integer() throws(Fault) -> Int64 {
      let start = position
      let (major, argument) = try head()
      switch major {
      case 0:
        guard let value = Int64(exactly: argument) else { throw fault(.wrongKind, at: start) }
        return value
      case 1: return try negative(argument, at: start)
      default: throw fault(.wrongKind, at: start)
      }
    }

    private func negative(_ argument: UInt64, at start: Int) throws(Fault) -> Int64 {
      guard let value = Int64(exactly: argument) else { throw fault(.belowInt64, at: start) }
      return ~value
    }

    /// The next byte string, of `count` bytes if one is given.
    mutating func bytes(count expected: Int? = nil) throws(Fault) -> [UInt8] {
      let start = position
      let range = try take(argument(of: 2), at: start)
      if let expected, range.count != expected { throw fault(.wrongKind, at: start) }
      return Array(bytes[range])
    }

    /// The next byte string of eight bytes as a big-endian word.
    mutating func word() throws(Fault) -> UInt64 {
      let start = position
      let range = try take(argument(of: 2), at: start)
      guard range.count == 8 else { throw fault(.wrongKind, at: start) }
      return word(at: range.lowerBound)
    }

    /// The next byte string of sixteen bytes as two big-endian words.
    mutating func words() throws(Fault) -> (UInt64, UInt64) {
      let start = position
      let range = try take(argument(of: 2), at: start)
      guard range.count == 16 else { throw fault(.wrongKind, at: start) }
      return (word(at: range.lowerBound), word(at: range.lowerBound + 8))
    }

    private func word(at start: Int) -> UInt64 {
      var word: UInt64 = 0
      for place in start..<start + 8 { word = word << 8 | UInt64(bytes[place]) }
      return word
    }

    mutating func text() throws(Fault) -> String {
      let start = position
      return try text(of: argument(of: 3), at: start)
    }

    private mutating func text(of count: UInt64, at start: Int) throws(Fault) -> String {
      let range = try take(count, at: start)
      // ASCII, which all text of entries is, needs no validating and decodes several times faster.
      if bytes[range].allSatisfy({ $0 < 0x80 }) {
        return String(decoding: bytes[range], as: UTF8.self)
      }
      guard let text = String(validating: bytes[range], as: UTF8.self) else {
        throw fault(.notUTF8, at: start)
      }
      return text
    }

    private mutating func take(_ count: UInt64, at start: Int) throws(Fault) -> Range<Int> {
      guard count <= UInt64(remaining) else { throw fault(.cutShort, at: start) }
      let range = position..<position + Int(count)
      position = range.upperBound
      return range
    }

    /// The count of the next array, which fits into what remains.
    mutating func array() throws(Fault) -> Int { try count(argumentOf: 4, bytesEach: 1) }

    /// The count of pairs of the next map, which fits into what remains.
    mutating func map() throws(Fault) -> Int { try count(argumentOf: 5, bytesEach: 2) }

    private mutating func count(argumentOf major: UInt8, bytesEach: Int) throws(Fault) -> Int {
      let start = position
      return try count(argument(of: major), bytesEach: bytesEach, at: start)
    }

    // Checked before anything is reserved: a head of nine bytes must not cost gigabytes.
    private func count(_ count: UInt64, bytesEach: Int, at start: Int) throws(Fault) -> Int {
      guard count <= UInt64(remaining / bytesEach) else { throw fault(.cutShort, at: start) }
      return Int(count)
    }

    mutating func value(depth: Int = 0) throws(Fault) -> Value {
      let start = position
      guard depth <= CBOR.maximumDepth else { throw fault(.tooDeep, at: start) }
      let (major, argument) = try head()
      switch major {
      case 0: return .unsigned(argument)
      case 1: return .negative(try negative(argument, at: start))
      case 2: return .bytes(Array(bytes[try take(argument, at: start)]))
      case 3: return .text(try text(of: argument, at: start))
      case 4:
        var values: [Value] = []
        for _ in 0..<(try count(argument, bytesEach: 1, at: start)) {
          values.append(try value(depth: depth + 1))
        }
        return .array(values)
      case 5: return .map(try pairs(count(argument, bytesEach: 2, at: start), depth: depth))
      default: return argument == 22 ? .null : .bool(argument == 21)
      }
    }

    /// `count` pairs whose keys stand in canonical order.
    mutating func pairs(_ count: Int, depth: Int) throws(Fault) -> [Pair] {
      var pairs: [Pair] = []
      pairs.reserveCapacity(count)
      var last: Range<Int>?
      for _ in 0..<count {
        let start = position
        let key = try key(depth: depth + 1)
        let range = start..<position
        if let last {
          if bytes[range].elementsEqual(bytes[last]) { throw fault(.keyTwice, at: start) }
          guard bytes[last].lexicographicallyPrecedes(bytes[range]) else {
            throw fault(.keyOrder, at: start)
          }
        }
        last = range
        pairs.append(Pair(key, try value(depth: depth + 1)))
      }
      return pairs
    }

    private mutating func key(depth: Int) throws(Fault) -> Value {
      let start = position
      let key = try value(depth: depth)
      switch key {
      case .unsigned, .negative, .text: return key
      case .bytes, .array, .map, .bool, .null: throw fault(.keyType, at: start)
      }
    }
  }
}
