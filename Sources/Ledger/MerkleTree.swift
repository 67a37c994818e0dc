public import Grid
import Signing

/// The tree over the log: RFC 6962 §2.1, without padding and without a doubled last leaf.
///
/// Keeps the hash of every perfect subtree, 64 bytes an entry, so that each root, proof and tile of
/// any size it ever had is read rather than computed again.
public struct MerkleTree: Sendable {
  /// How many leaves there are.
  public private(set) var size = 0

  // `levels[h]` holds the hashes of the perfect subtrees of 2^h leaves, side by side. Of each
  // level the last one is part of the present edge when its count is odd.
  private var levels: [[Digest]] = [[]]

  /// A tree without leaves.
  public init() {}

  /// Adds the leaf of an entry and returns its hash.
  @discardableResult
  public mutating func append(_ entry: [UInt8]) -> Digest { append(entry.span) }

  /// Adds the leaf of an entry and returns its hash.
  @discardableResult
  public mutating func append(_ entry: Span<UInt8>) -> Digest {
    let leaf = MerkleHash.leaf(entry)
    append(leafHash: leaf)
    return leaf
  }

  /// Adds a leaf by its hash.
  public mutating func append(leafHash: Digest) {
    levels[0].append(leafHash)
    // Every trailing 1 bit of the old size folds the last pair of a level.
    var level = 0
    while size >> level & 1 == 1 {
      let count = levels[level].count
      let node = MerkleHash.node(levels[level][count - 2], levels[level][count - 1])
      level += 1
      if level == levels.count { levels.append([]) }
      levels[level].append(node)
    }
    size += 1
  }

  /// Makes room for `count` leaves in all.
  mutating func reserve(_ count: Int) {
    while levels.count < 3 { levels.append([]) }
    // The levels above are small.
    for level in 0..<3 { levels[level].reserveCapacity(count >> level) }
  }

  /// Forgets the leaves from `size` on: an entry that was not taken leaves none behind.
  mutating func truncate(to size: Int) {
    precondition((0...self.size).contains(size), "a tree is cut, not grown")
    self.size = size
    for level in levels.indices { levels[level].removeLast(levels[level].count - (size >> level)) }
  }

  /// The root of all leaves; that of none is the hash of nothing.
  public var root: Digest {
    var root: Digest?
    for level in levels.indices where size >> level & 1 == 1 {
      let subtree = levels[level][(size >> level) - 1]
      root = root.map { MerkleHash.node(subtree, $0) } ?? subtree
    }
    return root ?? MerkleHash.emptyRoot
  }

  /// The root when the tree had `size` leaves, `0...size` of now.
  public func root(at size: Int) -> Digest {
    precondition((0...self.size).contains(size), "a root of leaves that are there")
    return size == self.size ? root : subtree(0..<size)
  }

  /// The hash of the leaf `index`.
  public func leafHash(_ index: Int) -> Digest {
    precondition((0..<size).contains(index), "a leaf that is there")
    return node(level: 0, index)
  }

  /// The hashes of the perfect subtrees of 2^`level` leaves, side by side; 256 of the levels 0, 8,
  /// 16 … are a tile.
  public func nodes(level: Int) -> [UInt8] {
    nodes(level: level, 0..<(levels.indices.contains(level) ? levels[level].count : 0))
  }

  /// Some of the hashes of a level, side by side; `range` is of those that are there.
  public func nodes(level: Int, _ range: Range<Int>) -> [UInt8] {
    if range.isEmpty { return [] }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count * SHA256.size)
    for digest in levels[level][range] { bytes += digest.bytes }
    return bytes
  }

  private func node(level: Int, _ number: Int) -> Digest { levels[level][number] }

  // A range that the recursion of RFC 6962 makes: it starts at a multiple of its width.
  func subtree(_ range: Range<Int>) -> Digest {
    if range.isEmpty { return MerkleHash.emptyRoot }
    if range.count & (range.count - 1) == 0 {
      let level = range.count.trailingZeroBitCount
      return node(level: level, range.lowerBound >> level)
    }
    let middle = range.lowerBound + MerkleHash.split(range.count)
    return MerkleHash.node(
      subtree(range.lowerBound..<middle), subtree(middle..<range.upperBound))
  }
}

/// The hashes of RFC 6962 §2.1.
public enum MerkleHash {
  static let leafPrefix: UInt8 = 0x00
  static let nodePrefix: UInt8 = 0x01

  /// SHA-256 of nothing.
  public static let emptyRoot = SHA256.hash([])

  /// SHA-256(0x00 || `data`).
  public static func leaf(_ data: [UInt8]) -> Digest { leaf(data.span) }

  /// SHA-256(0x00 || `data`).
  public static func leaf(_ data: Span<UInt8>) -> Digest {
    SHA256.hash(prefix: leafPrefix, data)
  }

  /// SHA-256(0x01 || `left` || `right`).
  public static func node(_ left: Digest, _ right: Digest) -> Digest {
    SHA256.hash(prefix: nodePrefix, left, right)
  }

  /// The root of a few leaves, such as the readings of a day.
  public static func root(_ leaves: [[UInt8]]) -> Digest {
    var tree = MerkleTree()
    for leaf in leaves { tree.append(leaf) }
    return tree.root
  }

  /// The largest power of two below `count`, which is 2 or more.
  static func split(_ count: Int) -> Int {
    1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
  }
}
