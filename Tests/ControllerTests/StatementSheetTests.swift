import Grid
import Ledger
import Policies
import Testing

@testable import Controller

@Suite struct `A statement sheet` {
  /// Opening 123,310; in 10,000 and 25,021, out 2,000; pending out 1,340 and in 1,500.
  static func desk(_ folder: String) throws -> LedgerDesk {
    var desk = try Samples.desk(folder)
    let expires = #""expires":"2027-01-01T00:00:00Z","#
    func move(_ number: UInt8, _ amount: Int, _ day: String, hold: Bool = false) -> String {
      Samples.transfer(
        number, [("bank:main", "USD", "\(-amount)"), ("owner:A", "USD", "\(amount)")],
        until: "\(day)T00:00:01Z", type: hold ? "reserve" : "transfer", more: hold ? expires : "")
    }
    _ = try desk.post(
      try Samples.requests(
        move(1, 123_310, "2018-06-01"), move(2, 25_021, "2019-06-12"),
        move(3, 10_000, "2019-01-12"), move(4, -2_000, "2019-03-12"),
        move(5, -1_340, "2019-07-12", hold: true), move(6, 1_500, "2019-08-12", hold: true),
        move(7, 777, "2020-01-01")), key: Samples.key, now: Samples.now)
    return desk
  }

  static let year = Window(
    start: Timestamp(rfc3339: "2019-01-01T00:00:00Z")!,
    end: Timestamp(rfc3339: "2020-01-01T00:00:00Z")!)!

  static func sheet(_ folder: String) throws -> StatementSheet {
    try #require(
      StatementSheet(try desk(folder), account: "owner:A", commodity: "USD", over: year))
  }

  /// L4, as it is given to the owner.
  @Test func `opens, adds and closes, with pending rows apart`() throws {
    try withFolder { folder in
      let sheet = try Self.sheet(folder)
      #expect(
        String(decoding: sheet.bytes(.csv), as: UTF8.self) == """
          index,date,in,out,balance,state
          11,2019-01-12T00:00:01Z,10000.00,,133310.00,settled
          12,2019-03-12T00:00:01Z,,2000.00,131310.00,settled
          10,2019-06-12T00:00:01Z,25021.00,,156331.00,settled
          13,2019-07-12T00:00:01Z,,1340.00,,pending
          14,2019-08-12T00:00:01Z,1500.00,,,pending

          """)
      let json = String(decoding: sheet.bytes(.json), as: UTF8.self)
      #expect(
        json.hasPrefix(
          #"{"account":"owner:A","commodity":"USD","from":"2019-01-01T00:00:00Z","#
            + #""to":"2020-01-01T00:00:00Z","opening":"123310.00","in":"35021.00","out":"2000.00","#
            + #""closing":"156331.00","pendingIn":"1500.00","pendingOut":"1340.00","rows":[{"index":11,"#
        ))
      let text = String(decoding: sheet.bytes(.text), as: UTF8.self)
      #expect(text.contains("   11  2019-01-12T00:00:01Z  10000.00           133310.00  settled\n"))
      #expect(
        text.hasSuffix(
          "Pending and in no balance: in 1500.00, out 1340.00; available 154991.00.\n"))
      let markdown = String(decoding: sheet.bytes(.md), as: UTF8.self)
      #expect(markdown.contains("| 12 | 2019-03-12T00:00:01Z |  | 2000.00 | 131310.00 | settled |"))
    }
  }

  @Test func `is not there for an unknown account or commodity`() throws {
    try withFolder { folder in
      let desk = try Self.desk(folder)
      #expect(StatementSheet(desk, account: "owner:Q", commodity: "USD", over: Self.year) == nil)
      #expect(StatementSheet(desk, account: "owner:A", commodity: "EUR", over: Self.year) == nil)
    }
  }

  @Test func `adds up again from its JSON`() throws {
    try withFolder { folder in
      let bytes = try Self.sheet(folder).bytes(.json)
      #expect(try StatementCheck.read(bytes: bytes, file: "s.json").findings == [])
    }
  }

  /// L4, the faulty screen.
  @Test func `with a wrong first balance and a pending one counted has exactly three findings`()
    throws
  {
    try withFolder { folder in
      let json = String(decoding: try Self.sheet(folder).bytes(.json), as: UTF8.self)
        .replacing(#""balance":"133310.00""#, with: #""balance":"121310.00""#)
        .replacing(#""out":"2000.00","closing""#, with: #""out":"3340.00","closing""#)
      let check = try StatementCheck.read(bytes: Array(json.utf8), file: "s.json")
      #expect(
        check.findings == [
          "row 1: balance 121310 should be 133310",
          "out 3340 should be 2000 (1340 pending was counted)",
          "opening 123310 + in 35021 - out 3340 = 154991 is not closing 156331",
        ])
    }
  }

  @Test func `with a wrong sum that hides in the closing is found, and a bad file is refused`()
    throws
  {
    let json = """
      {"opening":"1","in":"2","out":"0","closing":"3","pendingIn":"4","rows":[{"in":"1","balance":"2"}]}
      """
    let check = try StatementCheck.read(bytes: Array(json.utf8), file: "s.json")
    #expect(
      check.findings
        == ["in 2 should be 1", "pendingIn 4 should be 0", "closing 3 should be 2"])
    let faults = #expect(throws: YAMLFaults.self) {
      try StatementCheck.read(
        bytes: Array(#"{"opening":"x","in":"1","out":"1","rows":[{}],"more":1}"#.utf8),
        file: "s.json")
    }
    #expect(
      Set(faults?.list.map(\.path) ?? []) == ["opening", "closing", "rows[0].in", "more"])
  }
}
