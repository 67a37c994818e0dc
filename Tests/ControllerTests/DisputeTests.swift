import Foundation
import Grid
import Ledger
import Reports
import Signing
import Storage
import Testing

@testable import Controller

@Suite struct `A dispute` {
  static let filed = Timestamp(rfc3339: "2026-07-20T10:00:00Z")!
  static let decided = Timestamp(rfc3339: "2026-07-25T10:00:00Z")!

  static func request(
    _ site: String, _ line: String, evidence: Digest? = nil
  ) -> LedgerDesk.DisputeRequest {
    LedgerDesk.DisputeRequest(
      event: "peak", run: "initial", site: site, line: line, reason: "meterFault",
      text: "The meter was exchanged.", by: .owner,
      decideBy: Timestamp(rfc3339: "2026-08-20T00:00:00Z")!, evidence: evidence)
  }

  static func open(
    _ world: ReportedPair, _ desk: inout LedgerDesk, _ request: LedgerDesk.DisputeRequest,
    now: Timestamp = filed
  ) throws -> LedgerDesk.DisputeStanding {
    try desk.open(
      request, reports: world.reports, zone: .utc, days: { _ in 60 }, key: Samples.key, now: now)
  }

  /// Settled and pending of an owner's account, in millionths.
  static func owner(_ desk: LedgerDesk, _ name: String) -> [Int64] {
    let position = desk.book.position(
      desk.accounts["owner:\(name)"]!, commodity: desk.book.commodity("USD")!)!
    return [position.settled, position.held, position.pending]
  }

  /// The policy gives the owner everything: H1 was paid 2.00, H2 0.60 less a penalty of 0.24.
  @Test(
    arguments: [
      ("H1", "premium", Dispute.Side.owner, [2_000_000, 0, 0]),
      ("H1", "premium", .utility, [0, 0, 0]),
      ("H2", "penalty", .owner, [600_000, 0, 0]),
      ("H2", "penalty", .utility, [360_000, 0, 0]),
    ] as [(String, String, Dispute.Side, [Int64])])
  func `holds one line until one side gets it`(
    _ site: String, _ line: String, _ side: Dispute.Side, _ end: [Int64]
  ) throws {
    try withFolder { folder in
      let world = try ReportedPair(folder)
      var desk = try LedgerDesk(opening: world.pair.file)
      let other = site == "H1" ? "H2" : "H1"
      let untouched = Self.owner(desk, other)
      let before = Self.owner(desk, site)
      let standing = try Self.open(world, &desk, Self.request(site, line))
      #expect(standing.state == "held")
      let waits: [Int64] =
        line == "premium" ? [2_000_000, 2_000_000, -2_000_000] : [360_000, 0, 240_000]
      #expect(Self.owner(desk, site) == waits)
      #expect(before[0] == waits[0])
      // Read again from the disk: the hold and what was said are there.
      desk = try LedgerDesk(opening: world.pair.file)
      #expect(try desk.disputes().map(\.dispute) == [standing.dispute])
      let done = try desk.decide(
        standing.hold, for: side, text: "Confirmed.", key: Samples.key, now: Self.decided)
      #expect(done.state == side.rawValue)
      #expect(Self.owner(desk, site) == end)
      #expect(Self.owner(desk, other) == untouched)
      desk = try LedgerDesk(opening: world.pair.file)
      #expect(try desk.disputes().map(\.decision?.text) == ["Confirmed."])
      #expect(throws: LedgerDesk.DisputeFault.decided(standing.hold)) {
        try desk.decide(
          standing.hold, for: side, text: "Again.", key: Samples.key, now: Self.decided)
      }
      #expect(throws: LedgerDesk.DisputeFault.noDispute(0)) {
        try desk.decide(0, for: side, text: "None.", key: Samples.key, now: Self.decided)
      }
    }
  }

  /// Nobody decided until 20 August: who has the money keeps it.
  @Test func `runs out when nobody decides`() throws {
    try withFolder { folder in
      let world = try ReportedPair(folder)
      var desk = try LedgerDesk(opening: world.pair.file)
      let standing = try Self.open(world, &desk, Self.request("H1", "premium"))
      let late = Timestamp(rfc3339: "2026-08-20T00:00:00Z")!
      #expect(throws: LedgerDesk.DisputeFault.decided(standing.hold)) {
        try desk.decide(standing.hold, for: .utility, text: "Late.", key: Samples.key, now: late)
      }
      desk = try LedgerDesk(opening: world.pair.file)
      #expect(try desk.disputes().map(\.state) == ["expired"])
      #expect(Self.owner(desk, "H1") == [2_000_000, 0, 0])
    }
  }

  @Test func `waits apart on the statement, and is in no balance`() throws {
    try withFolder { folder in
      let world = try ReportedPair(folder)
      var desk = try LedgerDesk(opening: world.pair.file)
      _ = try Self.open(world, &desk, Self.request("H1", "premium"))
      let statement = try world.statement("H1", "2026-07-01", "2026-07-31")
      #expect(statement.closing == Money(millionths: 2_000_000))
      #expect(statement.pending.map(\.amount) == [Money(millionths: -2_000_000)])
    }
  }

  @Test func `is refused when it is late, filed twice, or about nothing`() throws {
    try withFolder { folder in
      let world = try ReportedPair(folder)
      var desk = try LedgerDesk(opening: world.pair.file)
      let size = desk.book.size
      // Posted on 15 July: the 60th day after it is 13 September.
      let late = Timestamp(rfc3339: "2026-09-14T00:00:00Z")!
      #expect(
        throws: LedgerDesk.DisputeFault.late(
          until: CivilDate(text: "2026-09-13")!, now: CivilDate(text: "2026-09-14")!)
      ) { try Self.open(world, &desk, Self.request("H1", "premium"), now: late) }
      for (site, line) in [("H1", "penalty"), ("H9", "premium"), ("H1", "rounding")] {
        #expect(
          throws: LedgerDesk.DisputeFault.noLine(
            event: "peak", run: "initial", site: site, line: line)
        ) { try Self.open(world, &desk, Self.request(site, line)) }
      }
      #expect(desk.book.size == size)
      let first = try Self.open(world, &desk, Self.request("H1", "premium"))
      #expect(throws: LedgerDesk.DisputeFault.open(hold: first.hold)) {
        try Self.open(world, &desk, Self.request("H1", "premium"))
      }
      _ = try desk.decide(
        first.hold, for: .owner, text: "No.", key: Samples.key, now: Self.decided)
      #expect(throws: LedgerDesk.DisputeFault.needsNewEvidence(hold: first.hold)) {
        try Self.open(world, &desk, Self.request("H1", "premium"), now: Self.decided)
      }
      let again = try Self.open(
        world, &desk, Self.request("H1", "premium", evidence: SHA256.hash("photo")),
        now: Self.decided)
      #expect(again.hold > first.hold)
      #expect("\(LedgerDesk.DisputeFault.noAccount("owner of H1"))".contains("owner of H1"))
    }
  }
}
