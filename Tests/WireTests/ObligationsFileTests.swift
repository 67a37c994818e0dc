import Grid
import Testing
import Wire

@Suite struct `Obligations` {
  static let csv = """
    participant_id,programme_id,zone_id,obligation_w,headroom_w
    x,p,z,100000,120000
    y,p,z,50000,100000

    """

  @Test func `are read and written alike`() throws {
    let read = try ObligationsFile.parse(Array(Self.csv.utf8), file: "o.csv")
    #expect(read.map(\.owed.watts) == [100_000, 50_000])
    #expect(ObligationsFile.write(read) == Self.csv)
  }

  @Test func `name every fault at once`() {
    let bad = Self.csv + "x,p,z,1,2\nw,p,z,3,2\nv,p,z,-1,kW\n"
    let faults = #expect(throws: FileFaults.self) {
      try ObligationsFile.parse(Array(bad.utf8), file: "o.csv")
    }
    #expect(faults?.list.map(\.line) == [4, 5, 6, 6])
    #expect(
      faults?.list.map(\.field)
        == ["participant_id", "obligation_w", "obligation_w", "headroom_w"])
  }

  static let text = """
    headroom.obligation-transfer/1
    event peak-0915
    from x
    to y
    watts 40000
    offered 2026-09-15T10:00:00Z

    """

  @Test func `in a transfer's text are read and written alike`() throws {
    let transfer = try ObligationTransferText.parse(Self.text, file: "t.note")
    #expect(transfer.power == Power(watts: 40_000))
    #expect(transfer.from == OwnerID("x"))
    #expect(ObligationTransferText.write(transfer) == Self.text)
  }

  @Test(
    arguments: [
      ("transfer/1", "transfer/2", "schema"), ("watts 40000", "watts 0", "watts"),
      ("watts 40000", "watts +40000", "watts"), ("to y", "to y y", "to"),
      ("from x", "form x", "from"), ("10:00:00Z", "10:00:00+01:00", "text"),
      ("event peak-0915", "event", "event"), ("offered", "note a\noffered", "offered"),
      ("00Z\n", "00Z\nmore\n", "text"),
    ])
  func `in a text with a fault are refused by the line's name`(
    _ from: String, _ to: String, _ field: String
  ) {
    let text = Self.text.replacing(from, with: to)
    let faults = #expect(throws: FileFaults.self) {
      try ObligationTransferText.parse(text, file: "t.note")
    }
    #expect(faults?.list.map(\.field) == [field])
  }
}
