import Grid

extension Book {
  /// The leaves of a snapshot of now, in their order: one for each account, commodity and layer that
  /// ever had a posting, also when its balance is zero.
  public var snapshotLeaves: [[UInt8]] {
    var leaves: [[UInt8]] = []
    for slot in 0..<slots.count where slots.ordinal[slot] > 0 {
      let id = accounts.id[Int(slots.account[slot])]
      var writer = CBOR.Writer(capacity: 64)
      writer.array(6)
      writer.text("hr/bal1")
      writer.words(id.high, id.low)
      writer.unsigned(UInt64(slots.commodity[slot]))
      writer.unsigned(UInt64(slots.layer[slot].rawValue))
      writer.unsigned(slots.ordinal[slot])
      writer.integer(slots.balance[slot])
      leaves.append(writer.bytes)
    }
    return leaves.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// The request of a snapshot of now; nil before the first entry.
  public var snapshotRequest: EntryRequest? {
    guard size > 0 else { return nil }
    let leaves = snapshotLeaves
    return EntryRequest(
      .snapshot(
        asOf: size - 1, count: UInt64(leaves.count), root: MerkleHash.root(leaves)))
  }

  // *Interpretation:* a snapshot counts every entry before it, so that replay can check it at once.
  func checkSnapshot(
    _ asOf: UInt64, _ count: UInt64, _ root: Digest
  ) throws(LedgerRefusal) {
    guard asOf == size - 1 else { throw .snapshotWrong(field: "asOf") }
    let leaves = snapshotLeaves
    guard count == UInt64(leaves.count) else { throw .snapshotWrong(field: "count") }
    guard root == MerkleHash.root(leaves) else { throw .snapshotWrong(field: "root") }
  }
}
