import Signing

extension MerkleTree {
  /// The bytes of a tile of hashes that this tree has in full: 32 for each hash.
  public func tile(_ name: TileName) -> [UInt8] {
    guard let level = name.level else { preconditionFailure("an entry bundle holds no hashes") }
    precondition(
      level < 8 && name.range.upperBound <= UInt64(size) >> (8 * level),
      "a tile of hashes that are there")
    let range = name.range
    return Array(
      nodes(level: 8 * level)[
        Int(range.lowerBound) * SHA256.size..<Int(range.upperBound) * SHA256.size])
  }
}
