import Grid
import Ledger
import Signing
import Testing

@Suite struct `The reference ledger` {
  @Test func `has 30 entries that read, write and hash as published`() throws {
    let entries = Vectors.cbor["ledger"]["entries"].list
    #expect(entries.count == 30)
    for vector in entries {
      let bytes = vector["hex"].bytes
      let entry = try Entry(bytes)
      #expect(entry.bytes == bytes)
      #expect(Entry.leafHash(bytes) == vector["leafHash"].digest)
      #expect(try CBOR.decode(bytes).description == vector["value"].text)
      #expect(entry.requestHash == (entry.request.source == nil ? nil : entry.request.hash))
    }
  }

  @Test func `replays to the published root and balances`() throws {
    let book = try Vectors.book()
    #expect(book.size == 30)
    #expect(book.origin == "headroom.example/ledger/reference")
    #expect(book.tree.root == Vectors.cbor["ledger"]["root"].digest)
    let balances = Vectors.cbor["ledger"]["balances"].list
    #expect(balances.count == 9)
    for vector in balances {
      let account = Vectors.account(vector["account"].text)
      let layer = Layer(rawValue: UInt8(vector["layer"].int))!
      let commodity = UInt32(vector["commodity"].int)
      #expect(
        book.balance(account, commodity: commodity, layer: layer) == vector["balance"].number)
      let postings = try #require(book.postings(of: account, commodity: commodity, layer: layer))
      #expect(postings.count == vector["ordinal"].int)
      #expect(postings.last?.balanceAfter == vector["balance"].number)
    }
    for commodity in UInt32(1)...2 {
      for layer in Layer.allCases { #expect(book.total(commodity: commodity, layer: layer) == 0) }
    }
  }

  @Test func `is written by requests to the same bytes`() throws {
    var book = Book()
    for bytes in Vectors.entries {
      let entry = try Entry(bytes)
      let appended = try book.append(entry.request, now: entry.recordedAt)
      #expect(appended.bytes == bytes)
      #expect(appended.leafHash == Entry.leafHash(bytes) && !appended.isReplayed)
    }
    #expect(book.tree.root == Vectors.cbor["ledger"]["root"].digest)
  }

  @Test func `refuses on replay what was altered, with the published code`() throws {
    let items = Vectors.cbor["ledger"]["refuseOnReplay"]["items"].list
    #expect(items.count == 6)
    for item in items {
      var book = try Vectors.book(item["index"].int)
      let root = book.tree.root
      let refusal = #expect(throws: LedgerRefusal.self, "\(item["why"].text)") {
        try book.replay(item["hex"].bytes)
      }
      #expect(refusal?.code == item["code"].text)
      #expect(book.tree.root == root)
      try book.replay(Vectors.entries[item["index"].int])
    }
  }

  @Test func `hashes the published request`() throws {
    let request = try Entry(Vectors.entries[21]).request
    #expect(request.hashedBytes == Vectors.cbor["requestHash"]["hex"].bytes)
    #expect(request.hash == Vectors.cbor["requestHash"]["sha256"].digest)
  }

  @Test func `has the published snapshot`() throws {
    let book = try Vectors.book(29)
    #expect(book.snapshotLeaves == Vectors.cbor["snapshot"]["leavesHex"].list.map(\.bytes))
    let root = Vectors.cbor["snapshot"]["root"].digest
    #expect(book.snapshotRequest?.data == .snapshot(asOf: 28, count: 9, root: root))
  }

  @Test func `is approved by two operators`() throws {
    let vector = Vectors.cbor["approval"]
    let entry = try Entry(Vectors.entries[14])
    #expect(entry.requestHash == vector["requestHash"].digest)
    let message = Approval.message(requestHash: vector["requestHash"].digest)
    for (approval, published) in zip(entry.request.approvals, vector["approvals"].list) {
      let key = try VerifierKey(published["vkey"].text)
      #expect(approval.key == AuthorID(bytes: published["keyId8"].bytes))
      #expect(approval.key.bytes == key.authorID)
      #expect(approval.signature == published["signature"].bytes)
      #expect(key.key.verify(approval.signature, of: message))
    }
  }

  @Test func `names its owner by a salted hash`() throws {
    let who = Vectors.cbor["ledger"]["who"]
    let name = try #require(AccountName(path: who["of"].text, salt: who["salt"].bytes))
    #expect(name.who == who["hash"].digest)
    let book = try Vectors.book()
    #expect(book.account(Vectors.account("owner:H1"))?.who == name.who)
    #expect(AccountName(path: "", salt: who["salt"].bytes) == nil)
    #expect(AccountName(path: "owner:H1", salt: [1]) == nil)
  }

  @Test func `has the published key of a settlement`() {
    let vector = Vectors.cbor["idempotencyKey"]
    let salt = Vectors.cbor["ledger"]["who"]["salt"].bytes
    let key = IdempotencyKey.settlement(
      millisecondsOfEventEnd: UInt64(vector["milliseconds"].int), salt: salt, event: "E-17",
      site: "S-1", run: "initial")
    #expect(key.description == vector["key"].text)
  }
}

@Suite struct `Notarized readings` {
  @Test func `have the published leaves and roots`() throws {
    let vector = Vectors.cbor["readings"]
    let salt = vector["daySalt"].bytes
    let meter = try #require(MeterID(vector["meterId"].text))
    var leaves: [[UInt8]] = []
    for (number, reading) in vector["readings"].list.enumerated() {
      let start = Timestamp(microseconds: reading["start"].number!)
      let quality: Quality =
        switch reading["quality"].text {
        case "A": .actual
        case "E": .estimated
        default: .missing
        }
      let value = Reading(
        meter: meter, window: Window(start: start, end: start.adding(seconds: 1_800))!,
        imported: reading["importJ"].number.map { Energy(joules: $0) },
        exported: reading["exportJ"].number.map { Energy(joules: $0) }, quality: quality)
      #expect(
        NotarizedReadings.salt(daySalt: salt, number: UInt32(number)) == reading["salt"].bytes)
      leaves.append(NotarizedReadings.leaf(value, number: UInt32(number), daySalt: salt))
      #expect(leaves.last == reading["leafHex"].bytes)
    }
    #expect(leaves.count == 5)
    let root = NotarizedReadings.meterRoot(leaves)
    #expect(root == vector["meterDayRoot"].digest)
    #expect(NotarizedReadings.meterKey(daySalt: salt, meter: meter) == vector["meterKey"].bytes)
    let day = try #require(CivilDate(text: vector["day"].text))
    #expect(
      NotarizedReadings.dayLeaf(daySalt: salt, meter: meter, day: day, count: 5, root: root)
        == vector["dayLeafHex"].bytes)
    let dayLeaves = vector["dayLeavesHex"].list.map(\.bytes)
    #expect(NotarizedReadings.dayRoot(dayLeaves.reversed()) == vector["dayRoot"].digest)
  }
}
