public import Grid
import Signing

/// The tree over the log: RFC 6962 §2.1, without padding and without a doubled last leaf.
///
/// Keeps the hash of every perfect subtree, 64 bytes an entry, so that each root, proof and tile of
/// any size it ever had is read rather than computed again.
public struct MerkleTree: Sendable {
  /// How many leaves there are.
  public private(set) var size = 0

  // `levels[h]` holds the hashes of the perfect subtrees of 2^h leaves, side by side.
  private var levels: [[UInt8]] = [[]]
  // The perfect subtrees of the present size, largest first: what an append and a root need.
  private var spine: [UInt8] = []

  /// A tree without leaves.
  public init() {}

  /// Adds the leaf of an entry and returns its hash.
  @discardableResult
  public mutating func append(_ entry: [UInt8]) -> Digest {
    SHA256.append(hashOf: MerkleHash.leafPrefix, entry.span, to: &spine)
    let leaf = Digest(bytes: Array(spine.suffix(SHA256.size)))!
    grow()
    return leaf
  }

  /// Adds a leaf by its hash.
  public mutating func append(leafHash: Digest) {
    spine.append(contentsOf: leafHash.bytes)
    grow()
  }

  // The leaf is at the end of the spine; every trailing 1 bit of the old size folds a pair.
  private mutating func grow() {
    var level = 0
    levels[0].append(contentsOf: spine.suffix(SHA256.size))
    while size >> level & 1 == 1 {
      SHA256.condense(&spine, from: spine.count - 2 * SHA256.size, prefix: MerkleHash.nodePrefix)
      level += 1
      if level == levels.count { levels.append([]) }
      levels[level].append(contentsOf: spine.suffix(SHA256.size))
    }
    size += 1
  }

  /// Forgets the leaves from `size` on: an entry that was not taken leaves none behind.
  mutating func truncate(to size: Int) {
    precondition((0...self.size).contains(size), "a tree is cut, not grown")
    self.size = size
    spine.removeAll(keepingCapacity: true)
    for level in levels.indices.reversed() {
      let count = size >> level
      levels[level].removeLast(levels[level].count - count * SHA256.size)
      if count & 1 == 1 { spine.append(contentsOf: levels[level].suffix(SHA256.size)) }
    }
  }

  /// The root of all leaves; that of none is the hash of nothing.
  public var root: Digest {
    if size == 0 { return MerkleHash.emptyRoot }
    var fold = spine
    while fold.count > SHA256.size {
      SHA256.condense(&fold, from: fold.count - 2 * SHA256.size, prefix: MerkleHash.nodePrefix)
    }
    return Digest(bytes: fold)!
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
  public func nodes(level: Int) -> [UInt8] { levels.indices.contains(level) ? levels[level] : [] }

  private func node(level: Int, _ number: Int) -> Digest {
    let start = number * SHA256.size
    return Digest(bytes: Array(levels[level][start..<start + SHA256.size]))!
  }

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
  public static func leaf(_ data: [UInt8]) -> Digest { SHA256.hash(parts: [leafPrefix], data) }

  /// SHA-256(0x01 || `left` || `right`).
  public static func node(_ left: Digest, _ right: Digest) -> Digest {
    SHA256.hash(parts: [nodePrefix], left.bytes, right.bytes)
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
