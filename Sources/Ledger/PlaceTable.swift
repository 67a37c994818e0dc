import Signing

/// Finds places in columns by a hash: an open table that holds nothing else.
///
/// A dictionary would hold the keys once more and cost twice as much to ask.
struct PlaceTable: Sendable {
  // Place + 1 in the lower half, some of the hash in the upper; 0 is free. Always a power of two
  // of which at most half is used.
  private var table: [UInt64] = Array(repeating: 0, count: 64)
  private(set) var count = 0
  let mixer: WordMixer

  private static let low: UInt64 = 0xFFFF_FFFF

  init() { mixer = WordMixer() }

  /// The place with this hash for which `isSame` says yes.
  @inline(__always) func find(_ hash: UInt64, where isSame: (Int) -> Bool) -> Int? {
    let table = table.span
    var slot = Int(truncatingIfNeeded: hash) & (table.count - 1)
    while table[slot] != 0 {
      if (table[slot] ^ hash) >> 32 == 0 {
        let place = Int(table[slot] & Self.low) - 1
        if isSame(place) { return place }
      }
      slot = (slot + 1) & (table.count - 1)
    }
    return nil
  }

  /// Lets the line come near at which the search for a hash begins.
  func bringNear(_ hash: UInt64) {
    MemoryHint.bring(table.span, Int(truncatingIfNeeded: hash) & (table.count - 1))
  }

  /// Adds the place `count`, which nobody has yet; `hashAt` gives the hash of an earlier one.
  mutating func add(_ hash: UInt64, hashAt: (Int) -> UInt64) {
    precondition(count < Int(Self.low) - 1, "a book has fewer than 2^32 of everything")
    if 2 * (count + 1) > table.count { grow(to: 2 * table.count, hashAt) }
    put(hash, place: count)
    count += 1
  }

  /// Forgets the place that was added last. Nothing that stays was put behind it.
  mutating func removeLast(_ hash: UInt64) {
    var slot = Int(truncatingIfNeeded: hash) & (table.count - 1)
    while table[slot] & Self.low != UInt64(count) { slot = (slot + 1) & (table.count - 1) }
    table[slot] = 0
    count -= 1
  }

  /// Makes room for `count` places in all.
  mutating func reserve(_ count: Int, hashAt: (Int) -> UInt64) {
    var size = table.count
    while size < 2 * count { size *= 2 }
    if size > table.count { grow(to: size, hashAt) }
  }

  private mutating func grow(to size: Int, _ hashAt: (Int) -> UInt64) {
    var grown: [UInt64] = []
    grown.reserveCapacity(size)
    // Not for columns that are filled from one end: there small pages are written while they are
    // still near.
    MemoryHint.wantLargePages(grown)
    grown.append(contentsOf: repeatElement(0, count: size))
    table = grown
    for place in 0..<count { put(hashAt(place), place: place) }
  }

  private mutating func put(_ hash: UInt64, place: Int) {
    var slot = Int(truncatingIfNeeded: hash) & (table.count - 1)
    while table[slot] != 0 { slot = (slot + 1) & (table.count - 1) }
    table[slot] = (hash >> 32) << 32 | UInt64(place + 1)
  }
}

/// Hashes two words: the halves of their product, folded, twice.
struct WordMixer: Sendable {
  // The seed of Swift's own dictionaries, another one in each process, so that no author can choose
  // keys that all meet in one place. Nothing but a place in a table follows from it.
  private let seed = UInt64(bitPattern: Int64(0.hashValue))

  func hash(_ first: UInt64, _ second: UInt64) -> UInt64 {
    let product = (first ^ seed).multipliedFullWidth(by: second ^ 0x9E37_79B9_7F4A_7C15)
    let again = (product.high ^ product.low ^ first).multipliedFullWidth(by: seed | 1)
    return again.high ^ again.low
  }
}
