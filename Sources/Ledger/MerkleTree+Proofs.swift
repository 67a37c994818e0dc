public import Grid

extension MerkleTree {
  /// The hashes that lead from the leaf `index` to the root of `size` leaves, the leaf's sibling
  /// first.
  public func inclusionProof(of index: Int, size: Int) -> [Digest] {
    precondition(size <= self.size && (0..<size).contains(index), "a leaf inside of the tree")
    return path(to: index, in: 0..<size)
  }

  /// The hashes that show that the first `old` of `new` leaves are those of the older root.
  ///
  /// Empty for `old` = 0, which proves nothing, and for `old` = `new`.
  public func consistencyProof(from old: Int, to new: Int) -> [Digest] {
    precondition(new <= size && (0...new).contains(old), "an older size inside of the tree")
    return old == 0 ? [] : consistency(old, in: 0..<new, isRoot: true)
  }

  private func path(to index: Int, in range: Range<Int>) -> [Digest] {
    if range.count == 1 { return [] }
    let middle = range.lowerBound + MerkleHash.split(range.count)
    return index < middle
      ? path(to: index, in: range.lowerBound..<middle) + [subtree(middle..<range.upperBound)]
      : path(to: index, in: middle..<range.upperBound) + [subtree(range.lowerBound..<middle)]
  }

  // `old` is the absolute end of the older tree; `isRoot` while its root needs no stating.
  private func consistency(_ old: Int, in range: Range<Int>, isRoot: Bool) -> [Digest] {
    if old == range.upperBound { return isRoot ? [] : [subtree(range)] }
    let middle = range.lowerBound + MerkleHash.split(range.count)
    return old <= middle
      ? consistency(old, in: range.lowerBound..<middle, isRoot: isRoot)
        + [subtree(middle..<range.upperBound)]
      : consistency(old, in: middle..<range.upperBound, isRoot: false)
        + [subtree(range.lowerBound..<middle)]
  }
}

/// Checks proofs without the tree, as anybody outside can.
public enum MerkleProof {
  /// True when the leaf stands at `index` of the `size` leaves of `root`.
  public static func includes(
    leafHash: Digest, at index: UInt64, size: UInt64, proof: [Digest], root: Digest
  ) -> Bool {
    self.root(leafHash: leafHash, at: index, size: size, proof: proof) == root
  }

  /// The root to which the leaf at `index` of `size` leads; nil when the proof is too long or short.
  public static func root(
    leafHash: Digest, at index: UInt64, size: UInt64, proof: [Digest]
  ) -> Digest? {
    guard index < size else { return nil }
    var first = index
    var second = size - 1
    var hash = leafHash
    for sibling in proof {
      if second == 0 { return nil }
      if first & 1 == 1 || first == second {
        hash = MerkleHash.node(sibling, hash)
        while first & 1 == 0, first != 0 {
          first >>= 1
          second >>= 1
        }
      } else {
        hash = MerkleHash.node(hash, sibling)
      }
      first >>= 1
      second >>= 1
    }
    return second == 0 ? hash : nil
  }

  /// True when the `new` leaves of `newRoot` begin with the `old` leaves of `oldRoot`.
  ///
  /// The empty tree proves nothing: `old` = 0 is false.
  public static func extends(
    old: UInt64, oldRoot: Digest, new: UInt64, newRoot: Digest, proof: [Digest]
  ) -> Bool {
    if old == new { return proof.isEmpty && oldRoot == newRoot }
    guard old > 0, old < new, !proof.isEmpty else { return false }
    var hashes = proof[...]
    if old & (old - 1) == 0 { hashes = ([oldRoot] + proof)[...] }
    var first = old - 1
    var second = new - 1
    while first & 1 == 1 {
      first >>= 1
      second >>= 1
    }
    var oldHash = hashes.removeFirst()
    var newHash = oldHash
    for hash in hashes {
      if second == 0 { return false }
      if first & 1 == 1 || first == second {
        oldHash = MerkleHash.node(hash, oldHash)
        newHash = MerkleHash.node(hash, newHash)
        while first & 1 == 0, first != 0 {
          first >>= 1
          second >>= 1
        }
      } else {
        newHash = MerkleHash.node(newHash, hash)
      }
      first >>= 1
      second >>= 1
    }
    return second == 0 && oldHash == oldRoot && newHash == newRoot
  }
}
