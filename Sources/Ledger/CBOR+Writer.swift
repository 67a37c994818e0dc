public import Grid
import Signing

extension CBOR {
  /// Writes canonical values one after the other.
  ///
  /// Who writes an array or a map by hand writes as many values as its head says, and the keys of a
  /// map in the order of their encodings.
  public struct Writer: Sendable {
    // Written through spans: one check of ownership for a value, not one for each of its bytes.
    private var storage: [UInt8]
    private var count = 0
    private var marked = 0

    /// A writer of nothing so far, with room for `capacity` bytes.
    public init(capacity: Int = 64) { storage = Array(repeating: 0, count: max(16, capacity)) }

    /// What was written.
    public var bytes: [UInt8] { Array(storage[..<count]) }

    /// Forgets what was written and keeps the room.
    public mutating func removeAll() { (count, marked) = (0, 0) }

    /// Marks the place behind what was written so far.
    mutating func mark() { marked = count }

    /// Copies what another writer wrote behind its mark.
    mutating func copyMarked(of other: CBOR.Writer) {
      copy(other.storage.span.extracting(other.marked..<other.count))
    }

    /// SHA-256 of what was written.
    public var hash: Digest { SHA256.hash(storage.span.extracting(0..<count)) }

    private mutating func reserve(_ more: Int) {
      let missing = count + more - storage.count
      if missing > 0 {
        storage.append(contentsOf: repeatElement(0, count: max(missing, storage.count)))
      }
    }

    mutating func head(_ major: UInt8, _ argument: UInt64) {
      let type = major << 5
      switch argument {
      case ..<24: put(type | UInt8(truncatingIfNeeded: argument), 0, count: 0)
      case ..<0x100: put(type | 24, argument, count: 1)
      case ..<0x1_0000: put(type | 25, argument, count: 2)
      case ..<0x1_0000_0000: put(type | 26, argument, count: 4)
      default: put(type | 27, argument, count: 8)
      }
    }

    /// A byte and the last `count` bytes of a word, the highest first.
    private mutating func put(_ first: UInt8, _ word: UInt64, count length: Int) {
      reserve(9)
      storage[count] = first
      count += 1
      tail(word, count: length)
    }

    private mutating func tail(_ word: UInt64, count length: Int) {
      reserve(8)
      var place = count
      count += length
      var span = storage.mutableSpan
      var shift = UInt64(length) * 8
      while shift > 0 {
        shift -= 8
        span[place] = UInt8(truncatingIfNeeded: word >> shift)
        place += 1
      }
    }

    private mutating func copy(_ bytes: Span<UInt8>) {
      reserve(bytes.count)
      let start = count
      count += bytes.count
      var span = storage.mutableSpan
      for place in bytes.indices { span[start + place] = bytes[place] }
    }

    /// A number of 0 or above.
    public mutating func unsigned(_ value: UInt64) { head(0, value) }

    /// A number of either sign.
    public mutating func integer(_ value: Int64) {
      value < 0 ? head(1, UInt64(~value)) : head(0, UInt64(value))
    }

    /// A byte string.
    public mutating func bytes(_ value: [UInt8]) {
      head(2, UInt64(value.count))
      copy(value.span)
    }

    /// A byte string of 32 bytes.
    public mutating func digest(_ value: Digest) {
      head(2, 32)
      let words = value.wordsInMemory
      tail(UInt64(bigEndian: words.0), count: 8)
      tail(UInt64(bigEndian: words.1), count: 8)
      tail(UInt64(bigEndian: words.2), count: 8)
      tail(UInt64(bigEndian: words.3), count: 8)
    }

    /// Eight bytes that are kept as a word.
    mutating func words(_ word: UInt64) { put(0x48, word, count: 8) }

    /// Sixteen bytes that are kept as two words.
    mutating func words(_ first: UInt64, _ second: UInt64) {
      put(0x50, first, count: 8)
      tail(second, count: 8)
    }

    /// Text.
    public mutating func text(_ value: String) {
      let utf8 = value.utf8
      head(3, UInt64(utf8.count))
      copy(utf8.span)
    }

    /// The head of an array; its `count` values follow.
    public mutating func array(_ count: Int) { head(4, UInt64(count)) }
    /// The head of a map; its `count` keys follow, each with its value.
    public mutating func map(_ count: Int) { head(5, UInt64(count)) }
    /// `false` or `true`.
    public mutating func bool(_ value: Bool) { put(value ? 0xF5 : 0xF4, 0, count: 0) }
    /// Nothing where something could be.
    public mutating func null() { put(0xF6, 0, count: 0) }

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
        copy(pair.key.span)
        write(pair.value, depth: depth + 1)
      }
    }
  }
}
