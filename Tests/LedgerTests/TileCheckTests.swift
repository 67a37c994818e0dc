import Grid
import Ledger
import Signing
import Testing

/// The static files of a log, in memory.
struct TestFiles {
  var files: [String: [UInt8]] = [:]

  init(_ entries: [[UInt8]], note: String) {
    var tree = MerkleTree()
    for entry in entries { tree.append(entry) }
    for name in TileName.all(size: UInt64(entries.count)) {
      if name.level != nil {
        files[name.description] = tree.tile(name)
      } else {
        var bundle: [UInt8] = []
        for index in name.range { EntryBundle.append(entries[Int(index)], to: &bundle) }
        files[name.description] = bundle
      }
    }
    files["checkpoint"] = Array(note.utf8)
  }

  func check(_ policy: TrustPolicy, older: [String] = [], treeOnly: Bool = false) -> TileCheck {
    var check = TileCheck(policy: policy, treeOnly: treeOnly)
    check.run(older: older, paths: files.keys.sorted()) { files[$0] }
    return check
  }
}

extension TileCheck {
  fileprivate mutating func run(
    older: [String], paths: [String], _ read: (String) -> [UInt8]?
  ) {
    try! run(older: older, paths: paths, read: { read($0) })
  }
}

@Suite struct `A check of tiles` {
  static let policy = TrustPolicy(log: TestBook.log.verifier)

  /// 600 entries: a deposit, then one cent after the other from A to B.
  static let book: (entries: [[UInt8]], book: Book) = {
    var test = TestBook()
    var stored = test.stored
    func move(_ from: AccountID, _ to: AccountID, _ amount: Int64) {
      let request = test.transfer([TestBook.leg(from, -amount), TestBook.leg(to, amount)])
      stored.append(try! test.book.append(request, now: TestBook.at(Int64(stored.count))))
    }
    move(TestBook.bank, TestBook.ownerA, 1_000_000)
    while stored.count < 600 { move(TestBook.ownerA, TestBook.ownerB, 100) }
    return (stored.map(\.bytes), test.book)
  }()

  static func note(_ book: Book, size: Int? = nil) -> String {
    let size = size ?? Int(book.size)
    return Checkpoint(
      origin: TestBook.log.verifier.name, size: UInt64(size), root: book.tree.root(at: size)
    ).signed(with: TestBook.log).description
  }

  static let files = TestFiles(book.entries, note: note(book.book))

  @Test func `passes what nobody touched, and each older checkpoint`() {
    let older = [0, 1, 255, 256, 257, 600].map { Self.note(Self.book.book, size: $0) }
    let check = Self.files.check(Self.policy, older: older)
    #expect(check.findings == [])
    #expect(check.book.size == 600 && check.tree.root == Self.book.book.tree.root)
    #expect(check.trusted?.checkpoint.size == 600)
    // Three bundles, three tiles of leaves, one above.
    #expect(check.files == 7)
    #expect(Self.files.check(Self.policy, treeOnly: true).isSound)
  }

  @Test func `takes a full tile for a partial one, and reports those that are ahead`() {
    var files = Self.files
    let shorter = Self.note(Self.book.book, size: 300)
    files.files["checkpoint"] = Array(shorter.utf8)
    // No tile of another width stands for it above the leaves: its last hash is not there yet.
    files.files["tile/1/000.p/1"] = Array(files.files["tile/1/000.p/2"]!.prefix(32))
    let check = files.check(Self.policy)
    #expect(check.findings == [])
    #expect(check.ahead == 5 && check.book.size == 300)
  }

  @Test func `names the entry with both hashes`() {
    var files = Self.files
    let entry = Self.book.entries[300]
    var altered = entry
    altered[altered.count - 3] ^= 1
    let bundle = files.files["tile/entries/001"]!
    let place = bundle.firstRange(of: entry)!.lowerBound
    files.files["tile/entries/001"]![place + entry.count - 3] ^= 1
    let check = files.check(Self.policy)
    #expect(check.findings.first?.code == .leafMismatch)
    #expect(check.findings.first?.entries == 300..<301)
    #expect(
      check.findings.first?.detail
        == "tile/0/001 has \(Entry.leafHash(entry)), the bytes in tile/entries/001 hash to "
        + "\(Entry.leafHash(altered))")
    #expect(check.findings.allSatisfy { $0.entries.contains(300) })
  }

  @Test func `names the hash of a tile and the entries below it`() {
    var files = Self.files
    files.files["tile/1/000.p/2"]![40] ^= 1
    #expect(files.check(Self.policy).findings.map(\.code) == [.tileMismatch])
    #expect(files.check(Self.policy).findings[0].entries == 256..<512)
    files = Self.files
    files.files["tile/0/002.p/88"]![33] ^= 1
    let check = files.check(Self.policy)
    // The checkpoint vouches for the entry, so nothing but the tile is wrong.
    #expect(check.findings.map(\.code) == [.leafMismatch])
    #expect(check.findings[0].entries == 513..<514)
  }

  @Test func `names files that are missing, cut, or do not belong there`() {
    var files = Self.files
    files.files["tile/0/001"] = nil
    files.files["tile/entries/002.p/88"]!.removeLast()
    files.files["tile/1/000.p/2"]!.append(0)
    files.files["tile/7/000"] = []
    files.files["notes.txt"] = []
    let check = files.check(Self.policy)
    #expect(
      check.findings.map(\.code) == [.missing, .malformed, .malformed, .unexpected])
    #expect(check.findings[0].entries == 256..<512)
    #expect(check.findings[1].entries == 512..<600)
    #expect(check.findings[3].detail == "notes.txt is no file of a log")
    files.files["checkpoint"] = nil
    #expect(files.check(Self.policy).findings.map(\.code) == [.missing])
    // A size that is nowhere near ends the search early.
    let far = Checkpoint(
      origin: TestBook.log.verifier.name, size: 1 << 60, root: MerkleHash.emptyRoot)
    files.files["checkpoint"] = Array(far.signed(with: TestBook.log).description.utf8)
    #expect(files.check(Self.policy).findings.count < 40)
  }

  @Test func `wants the stale partial tiles to be what they were`() {
    var files = Self.files
    for name in TileName.all(size: 300) where !name.isFull {
      files.files[name.description] =
        TestFiles(
          Array(Self.book.entries[..<300]), note: ""
        ).files[name.description]
    }
    #expect(files.check(Self.policy).findings == [])
    files.files["tile/entries/001.p/44"]![9] ^= 1
    files.files["tile/0/001.p/44"]![1_000] ^= 1
    #expect(
      Set(files.check(Self.policy).findings.map(\.code)) == [.leafMismatch, .tileMismatch])
    files.files["tile/entries/001.p/44"]!.removeLast()
    #expect(files.check(Self.policy).findings.contains { $0.code == .malformed })
  }

  @Test func `refuses a history that was rewritten and signed again`() throws {
    // A got 200 less in entry 100, and every later balance was written again.
    var test = TestBook()
    var entries = test.stored.map(\.bytes)
    for entry in Self.book.entries[16...] {
      let old = try Entry(entry)
      var request = old.request
      if entries.count == 100 {
        request.legs = request.legs.map {
          Leg(
            account: $0.account, commodity: $0.commodity, layer: $0.layer, amount: $0.amount * 2)
        }
      }
      entries.append(try test.book.append(request, now: old.recordedAt).bytes)
    }
    let rewritten = TestFiles(entries, note: Self.note(test.book))
    // Whoever has nothing but the key believes it.
    #expect(rewritten.check(Self.policy).findings == [])
    // Whoever kept one checkpoint does not.
    let kept = Self.note(Self.book.book, size: 400)
    let findings = rewritten.check(Self.policy, older: [kept]).findings
    #expect(findings.map(\.code) == [.notAPrefix])
    #expect(findings[0].entries == 0..<400)
    // Nor does a witness.
    let proof = test.book.tree.consistencyProof(from: 400, to: 600)
    let body = WitnessRequest(old: 400, proof: proof, note: Self.note(test.book)).body
    let judge = WitnessJudge(logs: [TestBook.log.verifier])
    let stored = (size: UInt64(400), root: Self.book.book.tree.root(at: 400))
    #expect(judge.judge(body: body, stored: stored).status == 422)
    // And replay names the place when only the entry itself was rewritten.
    var lazy = Self.book.entries
    lazy[100] = entries[100]
    var tree = MerkleTree()
    for entry in lazy { tree.append(entry) }
    let note = Checkpoint(origin: "log.example/test", size: 600, root: tree.root)
      .signed(with: TestBook.log)
    let replayed = TestFiles(lazy, note: note.description).check(Self.policy).findings
    #expect(replayed.map(\.code) == [.refused])
    #expect(replayed[0].entries == 101..<102)
    #expect(replayed[0].detail.hasPrefix("balanceWrong"))
  }

  @Test func `refuses a shorter log, an unsigned one, and one of another key`() throws {
    let shorter = TestFiles(
      Array(Self.book.entries[..<500]), note: Self.note(Self.book.book, size: 500))
    let findings = shorter.check(Self.policy, older: [Self.note(Self.book.book)]).findings
    #expect(findings.map(\.code) == [.notAPrefix] && findings[0].entries == 500..<600)
    let stranger = TrustPolicy(log: TestBook.settlement.verifier)
    #expect(Self.files.check(stranger).findings.map(\.code) == [.badSignature])
    let both = try TrustPolicy(
      text: "log \(TestBook.log.verifier)\nwitness g \(`A trust policy`.grid)\nquorum g\n")
    #expect(Self.files.check(both).findings.map(\.code) == [.quorumNotMet])
    #expect(
      Self.files.check(Self.policy, older: ["nonsense\n"]).findings.map(\.code) == [.badSignature])
  }

  /// The same kinds of damage as `scripts/tamper-test`, from one seed.
  @Test func `finds every one of 60 random alterations and names a place`() {
    var seed: UInt64 = 7
    func random(_ limit: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(seed >> 33) % limit
    }
    let paths = Self.files.files.keys.sorted()
    for number in 0..<60 {
      var files = Self.files
      let path = paths[random(paths.count)]
      var bytes = files.files[path]!
      let place = random(bytes.count)
      switch number % 5 {
      case 0: bytes[place] ^= UInt8(1 + random(255))
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(UInt8(random(256)), at: place)
      case 3: bytes.removeSubrange(place...)
      default:
        let other = random(bytes.count)
        if bytes[place] == bytes[other] { bytes[place] ^= 0x80 } else { bytes.swapAt(place, other) }
      }
      files.files[path] = bytes
      let findings = files.check(Self.policy).findings
      #expect(!findings.isEmpty, "alteration \(number) of \(path) at \(place)")
    }
  }
}
