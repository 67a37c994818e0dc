import Grid
import Ledger
import Signing
import Testing

@Suite struct `A trust policy` {
  static let text = Vectors.tlog["ledger"]["trustPolicy"].text
  static let note = Vectors.tlog["ledger"]["checkpoints"].list[2]["note"].text
  static let log = Vectors.tlog["ledger"]["vkeys"]["log"].text
  static let utility = Vectors.tlog["ledger"]["vkeys"]["utility"].text
  static let grid = Vectors.tlog["ledger"]["vkeys"]["grid"].text

  @Test func `believes the published checkpoint`() throws {
    let trusted = try TrustPolicy(text: Self.text).judge(Self.note)
    #expect(trusted.checkpoint.size == 30)
    #expect(trusted.cosigned == ["utility": 1_785_542_405, "grid": 1_785_542_405])
    #expect(trusted.unchecked == [])
  }

  @Test func `wants its quorum`() throws {
    var policy = try TrustPolicy(text: Self.text)
    let lines = Self.note.split(separator: "\n", omittingEmptySubsequences: false)
    let without = lines.filter { !$0.hasPrefix("— grid") }.joined(separator: "\n")
    #expect(
      throws: TrustFault.quorumNotMet(
        needed: "both (2 of utility, grid)", cosigned: ["utility"])
    ) { try policy.judge(without) }
    policy = try TrustPolicy(text: Self.text.replacing("both all", with: "both any"))
    #expect(try policy.judge(without).cosigned.keys.sorted() == ["utility"])
    policy = try TrustPolicy(text: Self.text.replacing("quorum both", with: "quorum none"))
    let alone = lines.filter { !$0.hasPrefix("— grid") && !$0.hasPrefix("— utility") }
    #expect(try policy.judge(alone.joined(separator: "\n")).cosigned == [:])
    #expect(throws: TrustFault.checkpoint(.note(.badSignature(name: "utility.example/witness")))) {
      try policy.judge(Self.note.replacing("+DjzWQAAAABqbTcF", with: "+DjzWQAAAABqbTcG"))
    }
  }

  @Test func `believes no other log`() throws {
    let other = TrustPolicy(log: TestBook.log.verifier)
    #expect(throws: TrustFault.unknownLog(origin: "headroom.example/ledger/reference")) {
      try other.judge(Self.note)
    }
    #expect(throws: TrustFault.checkpoint(.note(.noEmptyLine))) { try other.judge("a\n") }
    let impostor = try SigningKey(
      name: "headroom.example/ledger/reference", key: .init(seed: .init(repeating: 9, count: 32))!)
    #expect(throws: TrustFault.checkpoint(.note(.noKnownKey))) {
      try TrustPolicy(log: impostor.verifier).judge(Self.note)
    }
  }

  @Test func `keeps an ML-DSA witness apart and counts it for no quorum`() throws {
    let bytes: [UInt8] = [6] + Array(repeating: 7, count: VerifierKey.mldsaKeySize)
    let id = Array(SHA256.hash(parts: Array("pq.example".utf8), [10], bytes).bytes[..<4])
    let vkey = "pq.example+\(Hex.text(id))+\(Base64.text(bytes))"
    let text =
      "log \(Self.log)\nwitness grid \(Self.grid) http://127.0.0.1:1\nwitness pq \(vkey)\n"
      + "group one any grid pq\nquorum one\n"
    let policy = try TrustPolicy(text: text)
    #expect(policy.witnesses.map(\.url) == ["http://127.0.0.1:1", nil])
    #expect(policy.witnesses[1].key == nil)
    let line = "— pq.example \(Base64.text(id + Array(repeating: 1, count: 2_428)))\n"
    #expect(try policy.judge(Self.note + line).unchecked == ["pq"])
    let only = try TrustPolicy(text: text.replacing("quorum one", with: "quorum pq"))
    #expect(throws: TrustFault.quorumNotMet(needed: "pq", cosigned: ["grid"])) {
      try only.judge(Self.note + line)
    }
  }

  @Test func `is refused with every fault and its line`() throws {
    let text = """
      # whom we believe
      logg x
      log \(Self.grid)
      log \(Self.log) url more
      witness a \(Self.log)
      witness none \(Self.grid)
      witness a \(Self.grid)
      witness b \(Self.grid)
      witness a \(Self.utility)
      group g 2 a
      group h any a a
      group i any z
      group a
      quorum y
      quorum g
      """
    let faults = #expect(throws: TrustPolicyFaults.self) { try TrustPolicy(text: text) }
    #expect(faults?.list.map(\.line) == [2, 3, 4, 5, 6, 8, 9, 10, 11, 11, 12, 13, 14, 15, 0])
    #expect(
      faults?.list.last?.description == "no log; allowed: one line log <vkey> or more")
    #expect(faults?.description.hasPrefix("line 2: 'logg'; allowed: log, witness") == true)
    let empty = #expect(throws: TrustPolicyFaults.self) { try TrustPolicy(text: "") }
    #expect(empty?.list.count == 2)
  }
}

@Suite struct `A receipt` {
  static let text = Vectors.tlog["ledger"]["receipt"]["tlogProof"].text

  @Test func `is the published one and proves offline`() throws {
    let policy = try TrustPolicy(text: `A trust policy`.text)
    let receipt = try Receipt(text: Self.text)
    #expect(receipt.text == Self.text && receipt.index == 21)
    let trusted = try receipt.verify(entry: Vectors.entries[21], policy: policy)
    #expect(trusted.checkpoint.size == 30)
    let tree = try Vectors.book().tree
    #expect(receipt.path == tree.inclusionProof(of: 21, size: 30))
    let extra = Self.text.replacing("@v1\n", with: "@v1\nextra AAAA\n")
    #expect(try Receipt(text: extra) == receipt)
  }

  @Test func `proves no other entry, place or log`() throws {
    let policy = try TrustPolicy(text: `A trust policy`.text)
    let receipt = try Receipt(text: Self.text)
    for place in stride(from: 0, to: Vectors.entries[21].count, by: 5) {
      var entry = Vectors.entries[21]
      entry[place] ^= 1
      #expect(
        throws: ReceiptFault.notIncluded(index: 21, leaf: Entry.leafHash(entry), size: 30)
      ) { try receipt.verify(entry: entry, policy: policy) }
    }
    let moved = Receipt(index: 20, path: receipt.path, checkpoint: receipt.checkpoint)
    #expect(throws: ReceiptFault.self) {
      try moved.verify(entry: Vectors.entries[21], policy: policy)
    }
    #expect(
      throws: ReceiptFault.trust(.unknownLog(origin: "headroom.example/ledger/reference"))
    ) {
      try receipt.verify(
        entry: Vectors.entries[21], policy: TrustPolicy(log: TestBook.log.verifier))
    }
  }

  @Test func `is refused in any other form`() throws {
    let huge = String(repeating: "A", count: Receipt.maximumBytes + 1)
    #expect(throws: ReceiptFault.tooLong(bytes: huge.utf8.count)) { try Receipt(text: huge) }
    #expect(throws: ReceiptFault.notAReceipt) { try Receipt(text: "index 1\n") }
    for (old, new, line) in [
      ("index 21", "index 021", 2), ("index 21", "indx 21", 2), ("eYlo00ft", "eYlo", 3),
      ("@v1\n", "@v1\nextra ?\n", 2),
    ] {
      #expect(throws: ReceiptFault.badLine(line)) {
        try Receipt(text: Self.text.replacing(old, with: new))
      }
    }
    #expect(throws: ReceiptFault.noCheckpoint(nil)) {
      try Receipt(text: "\(Receipt.header)\nindex 0")
    }
    #expect(throws: ReceiptFault.noCheckpoint(.noFinalNewline)) {
      try Receipt(text: String(Self.text.dropLast()))
    }
    let long = Receipt(
      index: 1, path: Array(repeating: MerkleHash.emptyRoot, count: 64),
      checkpoint: try Receipt(text: Self.text).checkpoint)
    #expect(throws: ReceiptFault.badLine(66)) { try Receipt(text: long.text) }
  }
}
