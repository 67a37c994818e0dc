import Grid
import Ledger
import Testing

@testable import Controller

/// Scenario V18: certificates prove generation.
@Suite struct `A certificate` {
  static let chart = """
    commodities:
      - {code: GO, kind: certificate}
    accounts:
      - path: owner:A
      - path: metering:roof

    """

  static func desk(_ folder: String) throws -> LedgerDesk {
    try LedgerDesk(
      founding: folder + "/headroom.db", key: Samples.key,
      chart: try LedgerChart.read(bytes: Array(chart.utf8), file: "chart.yaml"), now: Samples.now)
  }

  private static func mint(_ number: UInt8, _ more: String = "") throws -> [PostRequest] {
    try Samples.requests(
      Samples.transfer(
        number, [("metering:roof", "GO", "-1.08"), ("owner:A", "GO", "1.08")], more: more))
  }

  @Test(arguments: [
    #""event":"peak","run":"initial","#,
    #""evidence":[{"kind":6,"sha256":"\#(String(repeating: "ab", count: 32))"}],"#,
    #""evidence":[{"kind":7,"sha256":"\#(String(repeating: "ab", count: 32))"}],"#,
  ])
  func `V18: is never minted by a battery's discharge`(more: String) throws {
    try withFolder { folder in
      var desk = try Self.desk(folder)
      let fault = #expect(throws: PostFaults.self) {
        try desk.post(try Self.mint(1, more), key: Samples.key, now: Samples.now)
      }
      #expect(fault?.isRefusal == true)
      #expect(fault?.description.contains("certificateOfEvent: GO proves generation") == true)
      let number = desk.book.commodity("GO")!
      #expect(desk.book.position(desk.accounts["owner:A"]!, commodity: number)?.settled == 0)
    }
  }

  @Test func `is minted on generation`() throws {
    try withFolder { folder in
      var desk = try Self.desk(folder)
      _ = try desk.post(try Self.mint(1), key: Samples.key, now: Samples.now.adding(seconds: 1))
      let number = desk.book.commodity("GO")!
      #expect(desk.book.position(desk.accounts["owner:A"]!, commodity: number)?.settled == 1_080)
    }
  }

  @Test func `V18: does not come of a settled event`() throws {
    try withFolder { folder in
      let world = try ReportedPair(folder)
      let desk = try LedgerDesk(opening: world.pair.file)
      #expect(!world.entries.isEmpty)
      #expect(desk.book.commodities.allSatisfy { $0.kind == .money })
    }
  }
}
