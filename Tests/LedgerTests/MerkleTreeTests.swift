import Grid
import Ledger
import Signing
import Testing

@Suite struct `The tree` {
  static let hashing = Vectors.tlog["hashing"]
  static let leaves = hashing["leavesHex"].list.map(\.bytes)

  static func tree(_ leaves: [[UInt8]]) -> MerkleTree {
    var tree = MerkleTree()
    for leaf in leaves { tree.append(leaf) }
    return tree
  }

  @Test func `hashes leaves, nodes and roots as RFC 6962 does`() {
    #expect(MerkleTree().root == Self.hashing["emptyRoot"].digest)
    #expect(MerkleHash.leaf([]) == Self.hashing["leafHashOfEmpty"].digest)
    #expect(
      MerkleHash.leaf(Array("L123456".utf8)) == Self.hashing["leafHash"].list[0]["hash"].digest)
    #expect(
      SHA256.hash(parts: [1], Array("N123".utf8), Array("N456".utf8))
        == Self.hashing["nodeHashOfRawStrings"]["hash"].digest)
    var tree = MerkleTree()
    for (index, leaf) in Self.leaves.enumerated() {
      #expect(tree.append(leaf) == Self.hashing["leafHashes"].list[index].digest)
      #expect(tree.leafHash(index) == Self.hashing["leafHashes"].list[index].digest)
      #expect(tree.root == Self.hashing["rootsBySize"].list[index + 1].digest)
    }
    for size in 0...8 {
      #expect(tree.root(at: size) == Self.hashing["rootsBySize"].list[size].digest)
    }
  }

  @Test func `has the published roots of many leaves`() {
    var tree = MerkleTree()
    for vector in Self.hashing["leafIsBigEndianU64OfItsIndex"].list {
      while tree.size < vector["size"].int {
        let index = UInt64(tree.size)
        tree.append((0..<8).map { UInt8(truncatingIfNeeded: index >> (56 - 8 * $0)) })
      }
      #expect(tree.root == vector["root"].digest)
    }
    #expect(
      tree.root(at: 65_536) == Self.hashing["leafIsBigEndianU64OfItsIndex"].list[4]["root"].digest)
    #expect(tree.nodes(level: 8).count == 273 * 32)
    #expect(tree.nodes(level: 16).count == 32)
    #expect(tree.nodes(level: 40).isEmpty)
  }

  @Test func `takes leaves by their hashes`() {
    var tree = MerkleTree()
    for leaf in Self.leaves { tree.append(leafHash: MerkleHash.leaf(leaf)) }
    #expect(tree.root == Self.tree(Self.leaves).root)
    #expect(tree.root == MerkleHash.root(Self.leaves))
  }

  @Test func `proves the published inclusions`() {
    let tree = Self.tree(Self.leaves)
    for vector in Vectors.tlog["inclusion"]["good"].list {
      let (index, size) = (vector["index"].int, vector["size"].int)
      let proof = vector["proof"].list.map(\.digest)
      #expect(tree.inclusionProof(of: index, size: size) == proof)
      #expect(
        MerkleProof.includes(
          leafHash: MerkleHash.leaf(Self.leaves[index]), at: UInt64(index), size: UInt64(size),
          proof: proof, root: tree.root(at: size)))
    }
  }

  @Test func `believes no other inclusion`() {
    let refused = Vectors.tlog["inclusion"]["refuse"].list
    #expect(refused.count == 9)
    for vector in refused {
      // A hash of 31 bytes is no digest: it cannot even be asked about.
      let proof = vector["proof"].list.compactMap { Digest(hex: $0.text) }
      guard proof.count == vector["proof"].list.count else { continue }
      #expect(
        !MerkleProof.includes(
          leafHash: vector["leafHash"].digest, at: UInt64(vector["index"].int),
          size: UInt64(vector["size"].int), proof: proof, root: vector["root"].digest),
        "\(vector["why"].text)")
    }
  }

  @Test func `proves the published extensions`() {
    let tree = Self.tree(Self.leaves)
    for vector in Vectors.tlog["consistency"]["good"].list {
      let (old, new) = (vector["old"].int, vector["new"].int)
      let proof = vector["proof"].list.map(\.digest)
      #expect(tree.consistencyProof(from: old, to: new) == proof)
      #expect(
        MerkleProof.extends(
          old: UInt64(old), oldRoot: tree.root(at: old), new: UInt64(new),
          newRoot: tree.root(at: new), proof: proof))
    }
  }

  @Test func `believes no other extension`() {
    let refused = Vectors.tlog["consistency"]["refuse"].list
    #expect(refused.count == 9)
    for vector in refused {
      #expect(
        !MerkleProof.extends(
          old: UInt64(vector["old"].int), oldRoot: vector["oldRoot"].digest,
          new: UInt64(vector["new"].int), newRoot: vector["newRoot"].digest,
          proof: vector["proof"].list.map(\.digest)), "\(vector["why"].text)")
    }
  }

  @Test func `proves every leaf and every older size up to 70`() {
    let tree = Self.tree((0..<70).map { [UInt8($0)] })
    for size in 1...70 {
      let root = tree.root(at: size)
      for index in 0..<size {
        let proof = tree.inclusionProof(of: index, size: size)
        func holds(_ leaf: Int, _ place: Int) -> Bool {
          MerkleProof.includes(
            leafHash: tree.leafHash(leaf), at: UInt64(place), size: UInt64(size), proof: proof,
            root: root)
        }
        #expect(holds(index, index))
        if size > 1 { #expect(!holds((index + 1) % size, index)) }
      }
      for old in 1...size {
        let proof = tree.consistencyProof(from: old, to: size)
        #expect(
          MerkleProof.extends(
            old: UInt64(old), oldRoot: tree.root(at: old), new: UInt64(size), newRoot: root,
            proof: proof))
      }
      #expect(tree.consistencyProof(from: 0, to: size).isEmpty)
    }
  }

  @Test func `of the reference ledger has the published roots, proof and tile`() throws {
    let ledger = Vectors.tlog["ledger"]
    let tree = Self.tree(Vectors.entries)
    for vector in ledger["roots"].list {
      #expect(tree.root(at: vector["size"].int) == vector["root"].digest)
    }
    #expect(
      tree.consistencyProof(from: 14, to: 30) == ledger["consistency"]["proof"].list.map(\.digest))
    #expect(SHA256.hash(tree.nodes(level: 0)) == ledger["tile"]["sha256"].digest)
    let receipt = ledger["receipt"]["tlogProof"].text.split(separator: "\n")
    let proof = receipt[2...].prefix { !$0.contains(".") }.compactMap { Base64.bytes($0) }
    #expect(tree.inclusionProof(of: 21, size: 30).map(\.bytes) == proof)
  }
}
