import Grid
import Ledger
import Signing
import Testing

@Suite struct `An owner's bundle` {
  static let policy = TrustPolicy(log: TestBook.log.verifier)

  struct World {
    var test = TestBook()
    var stored: [[UInt8]]
    var leaves: [OwnerBundle.Leaf] = []
    var snapshot = 0

    /// A gets 100, 200 … 500; then a snapshot; then a sixth.
    init() throws {
      stored = test.stored.map(\.bytes)
      for number in 1...5 { try pay(Int64(number) * 100) }
      leaves = test.book.snapshotProof(of: TestBook.ownerA)
      snapshot = stored.count
      stored.append(
        try test.book.append(test.book.snapshotRequest!, now: TestBook.at(50)).bytes)
      try pay(600)
    }

    mutating func pay(_ amount: Int64) throws {
      let request = test.transfer([
        TestBook.leg(TestBook.bank, -amount), TestBook.leg(TestBook.ownerA, amount),
      ])
      stored.append(try test.book.append(request, now: TestBook.at(Int64(stored.count))).bytes)
    }

    func item(_ index: Int) -> OwnerBundle.Item {
      let note = test.book.checkpoint!.signed(with: TestBook.log)
      let path = test.book.tree.inclusionProof(of: index, size: stored.count)
      return OwnerBundle.Item(
        entry: stored[index],
        receipt: Receipt(index: UInt64(index), path: path, checkpoint: note))
    }

    func verdict(
      without: [Int] = [], leaves: [OwnerBundle.Leaf]? = nil, snapshot: Int? = nil
    ) -> OwnerBundle.Verdict {
      let all = [16, 17, 18, 19, 20, 22]
      return OwnerBundle(
        account: TestBook.ownerA, items: all.filter { !without.contains($0) }.map(item),
        snapshot: item(snapshot ?? self.snapshot), leaves: leaves ?? self.leaves
      ).verdict(policy: `An owner's bundle`.policy)
    }
  }

  @Test func `proves that nothing is missing up to the snapshot`() throws {
    let verdict = try World().verdict()
    #expect(verdict.findings == [])
    #expect(verdict.completeUntil == 20)
    #expect(verdict.postings.map(\.place.ordinal) == [1, 2, 3, 4, 5, 6])
    #expect(verdict.sizes == [23])
  }

  @Test func `names the ordinal of an entry that was left out`() throws {
    let world = try World()
    let middle = world.verdict(without: [18])
    #expect(
      middle.findings == [
        "ordinalGap: ordinal 3 of commodity 1, layer 0 is missing, before entry 19"
      ])
    #expect(
      world.verdict(without: [17, 18]).findings == [
        "ordinalGap: ordinal 2 to 3 of commodity 1, layer 0 is missing, before entry 19"
      ])
    #expect(
      world.verdict(without: [20, 22]).findings == [
        "ordinalGap: ordinal 5 of commodity 1, layer 0 is missing at the end: the snapshot counts 5"
      ])
    #expect(
      world.verdict(without: [16, 17, 18, 19, 20, 22]).findings == [
        "ordinalGap: ordinal 1 to 5 of commodity 1, layer 0 is missing at the end: the snapshot"
          + " counts 5"
      ])
    // What comes after the snapshot is not covered by it.
    #expect(world.verdict(without: [22]).findings == [])
  }

  @Test func `is not fooled by another balance, path or entry`() throws {
    let world = try World()
    var leaf = world.leaves[0]
    leaf = OwnerBundle.Leaf(bytes: leaf.bytes, place: leaf.place + 1, path: leaf.path)
    #expect(
      world.verdict(leaves: [leaf]).findings == [
        "snapshotWrong: a balance does not lead to the snapshot's root",
        "snapshotWrong: the snapshot's balance of commodity 1, layer 0 is not here",
      ])
    #expect(
      world.verdict(snapshot: 16).findings == ["malformed: entry 16 is no snapshot"])
    let twice = OwnerBundle(
      account: TestBook.ownerA, items: [world.item(16), world.item(16), world.item(3)],
      snapshot: nil, leaves: []
    ).verdict(policy: Self.policy)
    #expect(
      twice.findings == [
        "malformed: entry 3 moves nothing",
        "ordinalGap: entry 16 repeats ordinal 1 of commodity 1, layer 0",
      ])
    #expect(twice.completeUntil == nil)
    var forged = world.stored[17]
    forged[forged.count - 1] ^= 1
    let altered = OwnerBundle(
      account: TestBook.ownerA,
      items: [world.item(16), .init(entry: forged, receipt: world.item(17).receipt)],
      snapshot: world.item(world.snapshot), leaves: world.leaves
    ).verdict(policy: Self.policy)
    #expect(altered.findings[0].hasPrefix("entry 17: leafMismatch"))
  }
}
