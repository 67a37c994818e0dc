import Grid
import Ledger
import Signing
import Testing

@Suite struct `The verifier` {
  static let leaves = Vectors.entries.map(Entry.leafHash)
  static let notes = Vectors.tlog["ledger"]["checkpoints"].list.map { $0["note"].text }
  static let log = try! VerifierKey(Vectors.tlog["ledger"]["vkeys"]["log"].text)

  static func findings(
    _ entries: [[UInt8]], leaves: [Digest]? = leaves, notes: [String] = notes,
    log: VerifierKey? = log
  ) -> [Verifier.Finding] {
    var verifier = Verifier(log: log)
    for (index, entry) in entries.enumerated() {
      verifier.add(entry, storedLeaf: leaves?[index])
    }
    return verifier.finish(checkpoints: notes)
  }

  @Test func `finds nothing in the reference ledger`() {
    #expect(Self.findings(Vectors.entries) == [])
    #expect(Self.findings(Vectors.entries, leaves: nil, log: nil) == [])
    var verifier = Verifier()
    #expect(verifier.finish() == [])
  }

  @Test func `names the entry of every single altered byte`() {
    for (index, entry) in Vectors.entries.enumerated() {
      for place in stride(from: index % 7, to: entry.count, by: 7) {
        var altered = Vectors.entries
        altered[index][place] ^= 0x10
        let findings = Self.findings(altered)
        let mismatch = findings.first { $0.code == .leafMismatch }
        #expect(mismatch?.entries == UInt64(index)..<UInt64(index) + 1)
        #expect(
          mismatch?.detail
            == "stored \(Self.leaves[index]), computed \(Entry.leafHash(altered[index]))")
        // The stored leaves still fit the checkpoints, so these blame nothing else.
        #expect(!findings.contains { $0.code == .rootMismatch })
      }
    }
  }

  /// L1, in the rules.
  @Test func `names 5,000 Wh that became 5,001`() throws {
    var test = TestBook()
    try test.write(EntryRequest(.commodity(Commodity(code: "kWhP", kind: .energy, scale: 3))))
    func energy(_ from: AccountID, _ to: AccountID) -> EntryRequest {
      test.transfer([
        TestBook.leg(from, -5_000, .settled, 4), TestBook.leg(to, 5_000, .settled, 4),
      ])
    }
    try test.write(energy(TestBook.bank, TestBook.ownerA))
    try test.write(energy(TestBook.ownerA, TestBook.ownerB))
    let last = test.stored.count - 1
    var bytes = test.stored.map(\.bytes)
    // 5,000 is 0x1388; the last is the balance of B, the one before it his amount.
    let places = bytes[last].indices.dropLast().filter {
      bytes[last][$0] == 0x13 && bytes[last][$0 + 1] == 0x88
    }
    #expect(places.count == 2)
    bytes[last][places[0] + 1] = 0x89
    let findings = Self.findings(
      bytes, leaves: test.stored.map(\.leafHash), notes: [], log: TestBook.log.verifier)
    #expect(findings.map(\.code) == [.refused, .leafMismatch])
    #expect(findings.allSatisfy { $0.entries == UInt64(last)..<UInt64(last) + 1 })
    #expect(findings[0].detail == "unbalanced: commodity 4 in layer 0 sums to 1; allowed: 0")
    #expect(
      findings[1].detail
        == "stored \(test.stored[last].leafHash), computed \(Entry.leafHash(bytes[last]))")
  }

  @Test func `names the range between two checkpoints when entries and leaves agree`() {
    var altered = Vectors.entries
    // The salted name of an account is covered by nothing but the hash.
    altered[10][60] ^= 1
    let findings = Self.findings(altered, leaves: altered.map(Entry.leafHash))
    #expect(findings.map(\.code) == [.rootMismatch])
    #expect(findings.first?.entries == 0..<14)
    altered = Vectors.entries
    altered[20][altered[20].count - 1] ^= 1
    let later = Self.findings(altered, leaves: nil)
    #expect(later.map(\.code) == [.refused, .rootMismatch])
    #expect(later.first?.entries == 20..<21)
    #expect(later.first?.detail.hasPrefix("requestHashWrong: ") == true)
    #expect(later.last?.entries == 14..<30)
    #expect(later.last?.description.hasPrefix("rootMismatch: entries 14 to 29: ") == true)
  }

  @Test func `finds entries that are gone, added, doubled or swapped`() {
    let entries = Vectors.entries
    let cut = Self.findings(Array(entries.dropLast(2)))
    #expect(cut.map(\.code) == [.notAPrefix] && cut.first?.entries == 28..<30)
    for index in 0..<29 {
      var gone = entries
      gone.remove(at: index)
      #expect(!Self.findings(gone, leaves: nil).isEmpty)
      var doubled = entries
      doubled.insert(entries[index], at: index)
      #expect(!Self.findings(doubled, leaves: nil).isEmpty)
      var swapped = entries
      swapped.swapAt(index, index + 1)
      #expect(!Self.findings(swapped, leaves: nil).isEmpty)
    }
  }

  @Test func `believes no checkpoint of another key, and no log of another name`() throws {
    let stranger = TestBook.log.verifier
    let findings = Self.findings(Vectors.entries, log: stranger)
    #expect(findings.map(\.code) == [.wrongLog, .badSignature, .badSignature, .badSignature])
    let spoilt = Self.notes[2].replacing("\n30\n", with: "\n29\n")
    #expect(Self.findings(Vectors.entries, notes: [spoilt]).map(\.code) == [.badSignature])
    #expect(Self.findings([], notes: ["x"], log: nil).map(\.code) == [.badSignature])
  }

  @Test func `finds a rewritten history that the real key signed by an older checkpoint`() throws {
    // The operator leaves the last two entries out and signs what remains.
    let book = try Vectors.book(28)
    let key = `A checkpoint`.log
    let signed = book.checkpoint!.signed(with: key).description
    let rest = Array(Vectors.entries.dropLast(2))
    #expect(Self.findings(rest, notes: [signed]) == [])
    #expect(Self.findings(rest, notes: [signed, Self.notes[2]]).map(\.code) == [.notAPrefix])
  }

  @Test func `compares the balances that a store keeps`() throws {
    let book = try Vectors.book()
    var balances: [Verifier.StoredBalance] = []
    for id in book.accountIDs {
      for commodity in UInt32(1)...2 {
        for layer in Layer.allCases {
          let postings = try #require(book.postings(of: id, commodity: commodity, layer: layer))
          guard let last = postings.last else { continue }
          balances.append(
            .init(
              account: id, commodity: commodity, layer: layer, ordinal: last.ordinal,
              balance: last.balanceAfter))
        }
      }
    }
    func findings(_ balances: [Verifier.StoredBalance]) -> [Verifier.Code] {
      var verifier = Verifier()
      for entry in Vectors.entries { verifier.add(entry) }
      return verifier.finish(balances: balances).map(\.code)
    }
    #expect(balances.count == 9)
    #expect(findings(balances) == [])
    #expect(findings(Array(balances.dropLast())) == [.projectionDiffers])
    let first = balances[0]
    balances[0] = .init(
      account: first.account, commodity: first.commodity, layer: first.layer,
      ordinal: first.ordinal, balance: first.balance + 1)
    #expect(findings(balances) == [.projectionDiffers])
    balances[0] = balances[1]
    #expect(findings(balances) == [.projectionDiffers])
  }

  @Test func `keeps a thousand findings and counts the rest`() {
    var verifier = Verifier()
    for number in 0..<1_200 {
      verifier.add([UInt8(number & 255)], storedLeaf: MerkleHash.emptyRoot)
    }
    #expect(verifier.findings.count == 1_000)
    #expect(verifier.findingCount == 1_201)
  }
}
