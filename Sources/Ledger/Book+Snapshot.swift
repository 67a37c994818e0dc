import Grid

extension Book {
  /// The leaves of a snapshot of now, in their order: one for each account, commodity and layer
  /// that ever had a posting, also when its balance is zero.
  public var snapshotLeaves: [[UInt8]] {
    var leaves: [[UInt8]] = []
    for slot in 0..<slots.count where slots[slot].ordinal > 0 {
      leaves.append(
        Self.snapshotLeaf(
          accounts[Int(slots[slot].account)].id, slots[slot].commodity, slots[slot].layer,
          slots[slot].ordinal, slots[slot].balance))
    }
    return leaves.sorted { $0.lexicographicallyPrecedes($1) }
  }

  static func snapshotLeaf(
    _ account: AccountID, _ commodity: UInt32, _ layer: Layer, _ ordinal: UInt64, _ balance: Int64
  ) -> [UInt8] {
    var writer = CBOR.Writer(capacity: 64)
    writer.array(6)
    writer.text("hr/bal1")
    writer.words(account.high, account.low)
    writer.unsigned(UInt64(commodity))
    writer.unsigned(UInt64(layer.rawValue))
    writer.unsigned(ordinal)
    writer.integer(balance)
    return writer.bytes
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
