extension CBOR {
  /// Writes canonical values one after the other.
  ///
  /// Who writes an array or a map by hand writes as many values as its head says, and the keys of a
  /// map in the order of their encodings.
  struct Writer {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func head(_ major: UInt8, _ argument: UInt64) {
      let type = major << 5
      switch argument {
      case ..<24: bytes.append(type | UInt8(truncatingIfNeeded: argument))
      case ..<0x100: append(type | 24, argument, count: 1)
      case ..<0x1_0000: append(type | 25, argument, count: 2)
      case ..<0x1_0000_0000: append(type | 26, argument, count: 4)
      default: append(type | 27, argument, count: 8)
      }
    }

    private mutating func append(_ head: UInt8, _ argument: UInt64, count: Int) {
      bytes.append(head)
      for place in stride(from: (count - 1) * 8, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: argument >> UInt64(place)))
      }
    }

    mutating func unsigned(_ value: UInt64) { head(0, value) }

    mutating func integer(_ value: Int64) {
      value < 0 ? head(1, UInt64(~value)) : head(0, UInt64(value))
    }

    mutating func bytes(_ value: [UInt8]) {
      head(2, UInt64(value.count))
      bytes.append(contentsOf: value)
    }

    /// Eight or sixteen bytes that are kept as words.
    mutating func words(_ first: UInt64, _ second: UInt64? = nil) {
      head(2, second == nil ? 8 : 16)
      append(first)
      if let second { append(second) }
    }

    private mutating func append(_ word: UInt64) {
      for place in stride(from: UInt64(56), through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> place))
      }
    }

    mutating func text(_ value: String) {
      let utf8 = value.utf8
      head(3, UInt64(utf8.count))
      bytes.append(contentsOf: utf8)
    }

    mutating func array(_ count: Int) { head(4, UInt64(count)) }
    mutating func map(_ count: Int) { head(5, UInt64(count)) }
    mutating func bool(_ value: Bool) { bytes.append(value ? 0xF5 : 0xF4) }
    mutating func null() { bytes.append(0xF6) }

    mutating func write(_ value: Value, depth: Int = 0) {
      precondition(depth <= CBOR.maximumDepth, "a value lies deeper than the codec allows")
      switch value {
      case .unsigned(let value): unsigned(value)
      case .negative(let value):
        precondition(value < 0, "a negative value is below zero")
        integer(value)
      case .bytes(let value): bytes(value)
      case .text(let value): text(value)
      case .array(let values):
        array(values.count)
        for value in values { write(value, depth: depth + 1) }
      case .map(let pairs): write(pairs, depth: depth)
      case .bool(let value): bool(value)
      case .null: null()
      }
    }

    private mutating func write(_ pairs: [Pair], depth: Int) {
      map(pairs.count)
      let sorted = pairs.map { pair in
        switch pair.key {
        case .unsigned, .negative, .text: break
        case .bytes, .array, .map, .bool, .null:
          preconditionFailure("a map key is an integer or text")
        }
        return (key: CBOR.encode(pair.key), value: pair.value)
      }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      for (place, pair) in sorted.enumerated() {
        precondition(place == 0 || sorted[place - 1].key != pair.key, "a map has a key once")
        bytes.append(contentsOf: pair.key)
        write(pair.value, depth: depth + 1)
      }
    }
  }
}
