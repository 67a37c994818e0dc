import Foundation
import Grid
import Ledger
import Signing
import Testing

@testable import Controller

@Suite struct `A listing of the ledger` {
  /// A transfer, a hold, a void of kWh and dollars; account names that journals do not like.
  static func desk(_ folder: String) throws -> LedgerDesk {
    var desk = try Samples.desk(folder)
    _ = try desk.post(
      try Samples.requests(
        Samples.transfer(1, [("bank:main", "USD", "-5"), ("owner:A", "USD", "5")]),
        Samples.transfer(
          2, [("owner:A", "USD", "-2"), ("owner:a; b", "USD", "2")], type: "reserve",
          more: #""expires":"2030-01-01T00:00:00Z","#),
        Samples.transfer(3, [("bank:main", "kWhP", "-1.5"), ("owner:a", "kWhP", "1.5")])),
      key: Samples.key, opensAccounts: true, now: Samples.now)
    return desk
  }

  static func text(
    _ desk: LedgerDesk, _ format: LedgerListing.Format,
    filter: LedgerListing.Filter = .init(), pseudonyms: Bool = false
  ) throws -> String {
    var text = ""
    try LedgerListing(desk, filter: filter, pseudonyms: pseudonyms).write(format) { text += $0 }
    return text
  }

  static func leaf(_ desk: LedgerDesk, _ index: Int) -> String {
    "\(desk.book.tree.leafHash(index))"
  }

  @Test func `is a journal of hledger with an assertion a posting`() throws {
    try withFolder { folder in
      let desk = try Self.desk(folder)
      let text = try Self.text(desk, .hledger)
      let book = desk.book
      #expect(
        text == """
          ; example.org/ledger, 14 entries, root \(book.tree.root)

          commodity 1000.000000 USD
          commodity 1000.000 kWhP
          account bank:main
          account owner:A
          account owner:B
          account utility:acme:funding
          account metering:test
          account owner:a%3b%20b
          account owner:a
          account pending:bank:main
          account pending:owner:A
          account pending:owner:B
          account pending:utility:acme:funding
          account pending:metering:test
          account pending:owner:a%3b%20b
          account pending:owner:a

          2026-07-15 * (11) transfer test  ; index:11, from:2010-07-12T17:00:00Z, \
          to:2026-07-12T18:00:00Z, leaf:\(Self.leaf(desk, 11))
              bank:main             -5.000000 USD = -5.000000 USD  ; ordinal:1
              owner:A                5.000000 USD = 5.000000 USD  ; ordinal:1

          2026-07-15 * (12) reserve test  ; index:12, from:2010-07-12T17:00:00Z, \
          to:2026-07-12T18:00:00Z, leaf:\(Self.leaf(desk, 12))
              [pending:owner:A]         -2.000000 USD = -2.000000 USD  ; ordinal:1
              [pending:owner:a%3b%20b]   2.000000 USD = 2.000000 USD  ; ordinal:1

          2026-07-15 * (13) transfer test  ; index:13, from:2010-07-12T17:00:00Z, \
          to:2026-07-12T18:00:00Z, leaf:\(Self.leaf(desk, 13))
              bank:main             -1.500 kWhP = -1.500 kWhP  ; ordinal:1
              owner:a                1.500 kWhP = 1.500 kWhP  ; ordinal:1

          """)
    }
  }

  @Test func `is a journal of Beancount with every balance at its end`() throws {
    try withFolder { folder in
      let desk = try Self.desk(folder)
      let text = try Self.text(desk, .beancount)
      let other = "\(desk.accounts["owner:a"]!)".prefix(8)
      #expect(
        text == """
          ; example.org/ledger, 14 entries, root \(desk.book.tree.root)
          option "title" "example.org/ledger"

          2026-07-15 open Equity:Bank:Main
          2026-07-15 open Assets:Owner:A
          2026-07-15 open Assets:Pending:Owner:A
          2026-07-15 open Assets:Pending:Owner:A-3b-20b
          2026-07-15 open Assets:Owner:A-\(other)

          2026-07-15 * "transfer test"
            index: 11
            from: "2010-07-12T17:00:00Z"
            to: "2026-07-12T18:00:00Z"
            leaf: "\(Self.leaf(desk, 11))"
            Equity:Bank:Main  -5.000000 USD
              ordinal: 1
            Assets:Owner:A  5.000000 USD
              ordinal: 1

          2026-07-15 * "reserve test"
            index: 12
            from: "2010-07-12T17:00:00Z"
            to: "2026-07-12T18:00:00Z"
            leaf: "\(Self.leaf(desk, 12))"
            Assets:Pending:Owner:A  -2.000000 USD
              ordinal: 1
            Assets:Pending:Owner:A-3b-20b  2.000000 USD
              ordinal: 1

          2026-07-15 * "transfer test"
            index: 13
            from: "2010-07-12T17:00:00Z"
            to: "2026-07-12T18:00:00Z"
            leaf: "\(Self.leaf(desk, 13))"
            Equity:Bank:Main  -1.500 KWHP
              ordinal: 1
            Assets:Owner:A-\(other)  1.500 KWHP
              ordinal: 1

          2026-07-16 balance Equity:Bank:Main  -5.000000 ~ 0 USD
          2026-07-16 balance Assets:Owner:A  5.000000 ~ 0 USD
          2026-07-16 balance Assets:Pending:Owner:A  -2.000000 ~ 0 USD
          2026-07-16 balance Assets:Pending:Owner:A-3b-20b  2.000000 ~ 0 USD
          2026-07-16 balance Equity:Bank:Main  -1.500 ~ 0 KWHP
          2026-07-16 balance Assets:Owner:A-\(other)  1.500 ~ 0 KWHP

          """)
    }
  }

  @Test func `is a table with a row a posting, or objects a line`() throws {
    try withFolder { folder in
      let desk = try Self.desk(folder)
      var filter = LedgerListing.Filter()
      filter.account = desk.accounts["owner:A"]
      filter.commodity = desk.commodity("USD")?.number
      #expect(
        try Self.text(desk, .csv, filter: filter) == """
          index,recorded_at,effective_from,effective_to,type,reason,account,commodity,layer,amount,\
          ordinal,balance_after,reference,policy_sha256,leaf_hash
          11,\(desk.book.recordedAt(of: 11)),2010-07-12T17:00:00Z,2026-07-12T18:00:00Z,transfer,\
          test,owner:A,USD,0,5.000000,1,5.000000,,,\(Self.leaf(desk, 11))
          12,\(desk.book.recordedAt(of: 12)),2010-07-12T17:00:00Z,2026-07-12T18:00:00Z,reserve,\
          test,owner:A,USD,1,-2.000000,1,-2.000000,,,\(Self.leaf(desk, 12))

          """)
      let lines = try Self.text(desk, .json).split(separator: "\n")
      #expect(lines.count == 14)
      #expect(lines[0].contains(#""type":"key","#))
      let id = "\(desk.accounts["owner:A"]!)"
      #expect(
        lines[11].contains(
          #"{"account":"owner:A","commodity":"USD","layer":0,"amount":"5.000000","ordinal":1,"#
            + #""balanceAfter":"5.000000"}]"#))
      #expect(lines[11].hasSuffix(#""leafHash":"\#(Self.leaf(desk, 11))"}"#))
      #expect(lines[12].contains(#""data":{"reason":"test","expires":1893456000000000}"#))
      let blind = try Self.text(desk, .json, pseudonyms: true)
      #expect(!blind.contains("owner:A") && blind.contains(#""account":"\#(id)""#))
    }
  }

  @Test func `of a part asserts nothing`() throws {
    try withFolder { folder in
      let desk = try Self.desk(folder)
      var filter = LedgerListing.Filter()
      filter.from = Timestamp(rfc3339: "2026-07-12T18:00:00Z")
      #expect(!filter.isEverything)
      #expect(try Self.text(desk, .csv, filter: filter).split(separator: "\n").count == 7)
      filter.to = filter.from
      #expect(try Self.text(desk, .csv, filter: filter).split(separator: "\n").count == 1)
      filter.to = Timestamp(rfc3339: "2026-07-12T18:00:01Z")
      #expect(try !Self.text(desk, .hledger, filter: filter).contains(" = "))
      #expect(try !Self.text(desk, .beancount, filter: filter).contains("balance"))
    }
  }
}
