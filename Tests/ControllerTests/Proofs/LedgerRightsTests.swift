import Foundation
import Grid
import Ledger
import Signing
import Testing

@testable import Controller

/// Requests of one line each.
private func post(
  _ desk: inout LedgerDesk, by key: SigningKey = Samples.key, in pending: PendingRequests? = nil,
  _ json: String...
) throws -> [PostReceipt] {
  let requests = try PostRequest.read(
    bytes: Array(json.joined(separator: "\n").utf8), file: "r.json")
  return try desk.post(requests, key: key, waitingIn: pending, now: Samples.now)
}

private func still(_ number: UInt8, _ fields: String) -> String {
  #"{"key":"\#(Samples.idempotencyKey(number))",\#(fields)}"#
}

private func author(_ name: String) -> SigningKey {
  try! SigningKey(name: name, key: Ed25519.PrivateKey(seed: SHA256.hash(name).bytes)!)
}

private func enrol(
  _ desk: inout LedgerDesk, _ key: SigningKey, _ rights: [Right], _ state: KeyState = .enrolled
) throws {
  let request = PostRequest.statement(
    .key(vkey: "\(key.verifier)", rights, state),
    key: IdempotencyKey(bytes: RandomBytes.make(count: 16))!, place: key.verifier.name)
  _ = try desk.post([request], key: Samples.key, now: Samples.now)
}

@Suite struct `A request that moves nothing` {
  @Test func `closes a period`() throws {
    try withFolder { folder in
      var desk = try Samples.desk(folder)
      _ = try post(
        &desk,
        still(1, #""type":"close","period":"2026-07","until":"2026-07-31T22:00:00Z""#))
      #expect(desk.book.closedUntil == Timestamp(rfc3339: "2026-07-31T22:00:00Z"))
      let late = Samples.transfer(2, [("bank:main", "USD", "-1"), ("owner:A", "USD", "1")])
      let faults = #expect(throws: PostFaults.self) { try post(&desk, late) }
      #expect(faults?.lines[0].contains("periodClosed") == true)
      // Effective time is said by whoever moves something, and never assumed.
      #expect(throws: (any Error).self) {
        try post(&desk, still(3, #""type":"transfer","reason":"x","postings":[]"#))
      }
    }
  }

  @Test func `states all balances, so that an owner's bundle is complete`() throws {
    try withFolder { folder in
      var desk = try ProofWorld.desk(folder)
      let receipt = try post(&desk, still(99, #""type":"snapshot""#))
      #expect(receipt[0].index == 19)
      _ = try desk.checkpoint(signedBy: Samples.key)
      let owner = try #require(desk.accounts["owner:B"])
      let bundle = try desk.ownerBundle(of: owner)
      let verdict = bundle.verdict(policy: ProofWorld.policy)
      #expect(verdict.findings == [] && verdict.completeUntil == 18)
      // Through the folder, too.
      let card = OwnerFolder.Card(
        path: "owner:B", account: owner, commodities: [(1, "USD", 6)])
      try OwnerFolder(card: card, bundle: bundle).write(to: folder + "/b")
      try FileManager.default.removeItem(atPath: folder + "/b/18.entry")
      let cut = try OwnerFolder(reading: folder + "/b").bundle
      #expect(
        cut.verdict(policy: ProofWorld.policy).findings == [
          "ordinalGap: ordinal 9 of commodity 1, layer 0 is missing at the end: the snapshot"
            + " counts 9"
        ])
      try FileManager.default.removeItem(atPath: folder + "/b/19.entry")
      #expect(throws: OwnerFolder.Fault.self) { try OwnerFolder(reading: folder + "/b") }
    }
  }

  @Test func `closes an account that is empty, and defines what is counted`() throws {
    try withFolder { folder in
      var desk = try ProofWorld.desk(folder)
      let close = #""type":"account","flags":["noNegative","closed"],"account":"#
      let faults = #expect(throws: PostFaults.self) {
        try post(&desk, still(200, close + #""owner:B""#))
      }
      #expect(faults?.lines[0].contains("accountNotEmpty") == true)
      _ = try post(
        &desk, still(201, close + #""metering:test""#),
        still(202, #""type":"commodity","code":"PTS","kind":"points""#),
        still(203, #""type":"commodity","code":"kWhFlex","kind":"obligation""#))
      #expect(desk.commodity("PTS")?.commodity.scale == 0)
      #expect(desk.commodity("kWhFlex")?.commodity.kind == .obligation)
      let into = Samples.transfer(
        204, [("metering:test", "PTS", "-5"), ("owner:A", "PTS", "5")])
      let closed = #expect(throws: PostFaults.self) { try post(&desk, into) }
      #expect(closed?.lines[0].contains("accountClosed") == true)
      let points = Samples.transfer(205, [("bank:main", "PTS", "-5"), ("owner:A", "PTS", "5")])
      #expect(try post(&desk, points).count == 1)
    }
  }
}

// Scenario C13 and ledger §14: two operators.
@Suite struct `A request that needs two keys` {
  @Test func `waits beside the ledger until the second one approves`() throws {
    try withFolder { folder in
      var desk = try ProofWorld.desk(folder)
      let (anna, ben) = (author("anna"), author("ben"))
      try enrol(&desk, anna, [.waive, .activate])
      try enrol(&desk, ben, [.post])
      let pending = try #require(PendingRequests(besideLedger: folder + "/headroom.db"))
      #expect(PendingRequests(besideLedger: "postgresql://me@db.example/x") == nil)
      _ = try post(&desk, still(111, #""type":"quorum","right":"waive","needs":2"#))
      #expect(desk.book.quorumRules.map(\.needs) == [2])
      let waiver = Samples.transfer(
        250, [("bank:main", "USD", "-3"), ("owner:B", "USD", "3")]
      ).replacing(#""reason":"test""#, with: #""reason":"waiver""#)
      let size = desk.book.size
      let waiting = try post(&desk, in: pending, waiver)[0]
      #expect(desk.book.size == size && waiting.index == nil)
      let hash = try #require(waiting.waiting?.hash)
      #expect(waiting.waiting?.approvals == 1 && waiting.waiting?.needed == 2)
      #expect(pending.hashes == [hash])
      // The same key again is still one.
      #expect(
        try desk.approve(hash, by: Samples.key, in: pending, now: Samples.now).waiting?.approvals
          == 1)
      #expect(throws: PendingRequests.Fault.mayNot(key: "ben", right: .waive)) {
        try desk.approve(hash, by: ben, in: pending, now: Samples.now)
      }
      let other = SHA256.hash("other")
      #expect(throws: PendingRequests.Fault.unknown(hash: other, known: [hash])) {
        try desk.approve(other, by: anna, in: pending, now: Samples.now)
      }
      let written = try desk.approve(hash, by: anna, in: pending, now: Samples.now)
      #expect(written.index == size && pending.hashes == [])
      let entry = try Entry(desk.entries([size])[0])
      #expect(entry.request.approvals.count == 2 && entry.requestHash == hash)
      // It is replayed as every other one.
      #expect(try LedgerDesk(opening: folder + "/headroom.db").book.size == size + 1)
      // Asked for again: the first receipt.
      #expect(try post(&desk, in: pending, waiver)[0].isReplayed)
    }
  }

  @Test func `is posted alone, and not without a place to wait`() throws {
    try withFolder { folder in
      var desk = try ProofWorld.desk(folder)
      let pending = try #require(PendingRequests(besideLedger: folder + "/headroom.db"))
      _ = try post(&desk, still(111, #""type":"quorum","right":"activate","needs":2"#))
      let rule = SHA256.hash("policy")
      let activation = still(112, #""type":"policy","name":"surge","rule":"\#(rule)""#)
      let faults = #expect(throws: PostFaults.self) {
        try post(&desk, in: pending, activation, still(113, #""type":"snapshot""#))
      }
      #expect(faults?.lines[0].contains("posted alone") == true)
      let refused = #expect(throws: PostFaults.self) { try post(&desk, activation) }
      #expect(refused?.lines[0].contains("pending: 0 of 2 approvals") == true)
      let hash = try #require(try post(&desk, in: pending, activation)[0].waiting?.hash)
      let path = "\(pending.folder)/\(hash)"
      try write("nonsense", to: path)
      #expect(throws: PendingRequests.Fault.altered(path: path)) {
        try desk.approve(hash, by: Samples.key, in: pending, now: Samples.now)
      }
      #expect(throws: (any Error).self) {
        try post(&desk, still(114, #""type":"policy","name":"surge""#))
      }
    }
  }
}

// Scenario L8: what a key wrote before it was revoked stays valid.
@Suite struct `An author's key` {
  @Test func `writes until it is revoked, and its successor afterwards`() throws {
    try withFolder { folder in
      var desk = try ProofWorld.desk(folder)
      let (old, new) = (author("anna"), author("anna-2027"))
      let pay = [("bank:main", "USD", "-1"), ("owner:A", "USD", "1")]
      let unknown = #expect(throws: PostFaults.self) {
        try post(&desk, by: old, Samples.transfer(101, pay))
      }
      #expect(unknown?.lines[0].contains("notAllowed") == true)
      try enrol(&desk, old, [.post])
      _ = try post(&desk, by: old, Samples.transfer(102, pay))
      try enrol(&desk, new, [.post])
      try enrol(&desk, old, [.post], .revoked)
      #expect(throws: PostFaults.self) { try post(&desk, by: old, Samples.transfer(103, pay)) }
      _ = try post(&desk, by: new, Samples.transfer(103, pay))
      #expect(
        desk.book.keyStandings.filter { $0.verifier.name.hasPrefix("anna") }.map(\.state) == [
          .revoked, .enrolled,
        ])
      // The whole history still verifies.
      #expect(try LedgerDesk(opening: folder + "/headroom.db").book.size == desk.book.size)
      // Nobody grants what he lacks.
      let faults = #expect(throws: PostFaults.self) {
        let request = PostRequest.statement(
          .key(vkey: "\(old.verifier)", [.waive], .enrolled),
          key: IdempotencyKey(bytes: RandomBytes.make(count: 16))!, place: "anna")
        _ = try desk.post([request], key: new, now: Samples.now)
      }
      #expect(faults?.lines[0].contains("notAllowed") == true)
    }
  }
}

@Suite struct `Opening balances` {
  static let window = Window(
    start: Timestamp(rfc3339: "2026-12-31T23:00:00Z")!,
    end: Timestamp(rfc3339: "2027-01-01T00:00:00Z")!)!

  static func read(_ text: String) throws(OpeningBalances.Faults) -> OpeningBalances {
    try .read(bytes: Array(text.utf8), file: "b.csv")
  }

  @Test func `are taken over once, and opening ends at zero`() throws {
    try withFolder { folder in
      var desk = try Samples.desk(folder)
      let balances = try Self.read(
        """
        account,commodity,amount
        bank:main,USD,-12.50
        owner:A,USD,12.345678
        owner:B,USD,0.154322
        metering:test,kWhP,-3
        owner:A,kWhP,3.000
        owner:C,USD,0

        """)
      let head = Checkpoint(origin: "old.example/2026", size: 9, root: Entry.leafHash([1]))
      let requests = balances.requests(effective: Self.window, continues: head)
      let receipts = try desk.post(
        requests, key: Samples.key, opensAccounts: true, now: Samples.now)
      #expect(receipts.count == 2)
      func settled(_ path: String, _ code: UInt32) -> Int64? {
        desk.accounts[path].flatMap { desk.book.balance($0, commodity: code) }
      }
      #expect(settled("owner:A", 1) == 12_345_678 && settled("owner:B", 1) == 154_322)
      #expect(settled("owner:A", 2) == 3_000 && settled("opening", 1) ?? 0 == 0)
      #expect(
        try desk.post(requests, key: Samples.key, opensAccounts: true, now: Samples.now)
          .allSatisfy(\.isReplayed))
    }
  }

  @Test func `come from a spreadsheet as well`() throws {
    let rows = try Self.read(
      "\u{FEFF}account,commodity,amount\r\nowner:A,USD,1\r\nbank:x,USD,-1\r\n"
    )
    .rows
    #expect(rows.map(\.account) == ["owner:A", "bank:x"] && rows.map(\.amount) == ["1", "-1"])
  }

  @Test func `are refused with every fault`() throws {
    let faults = #expect(throws: OpeningBalances.Faults.self) {
      try Self.read(
        "account,commodity,sum\nowner,USD,1\nowner:A,USD\nowner:A,USD,x\nowner:B,USD,1\nowner:B,USD,1\n"
          + "opening,EUR,0.0000001\n")
    }
    #expect(
      faults?.lines.map { $0.prefix { $0 != " " } } == [
        "b.csv:1:", "b.csv:2:", "b.csv:3:", "b.csv:4:", "b.csv:6:", "b.csv:7:", "b.csv:7:",
      ])
    #expect(
      faults?.lines.first
        == "b.csv:1: header is 'account,commodity,sum'; allowed: account,commodity,amount")
    func only(_ rows: String) -> [String]? {
      #expect(throws: OpeningBalances.Faults.self) {
        try Self.read("account,commodity,amount\n" + rows)
      }?.lines
    }
    #expect(
      only("owner:A,USD,3\nowner:A,EUR,-1\n") == [
        "b.csv: EUR sums to -1; allowed: 0, with what lies outside as bank:NAME",
        "b.csv: USD sums to 3; allowed: 0, with what lies outside as bank:NAME",
      ])
    #expect(
      only("owner:A,,1\nbank:x,US1,-1\n") == [
        "b.csv:2: commodity is ''; allowed: 1 to 16 letters",
        "b.csv:3: commodity is 'US1'; allowed: 1 to 16 letters",
      ])
    #expect(
      only("owner:A,USD,99999999999999999999\n") == [
        "b.csv:2: amount is '99999999999999999999'; allowed: a decimal with at most 12 digits and 6"
          + " places"
      ])
    #expect(throws: OpeningBalances.Faults(lines: ["b.csv: no balance; allowed: one or more"])) {
      try Self.read("account,commodity,amount\n")
    }
  }
}
