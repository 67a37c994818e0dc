import Engine
import Grid
import Testing

@testable import Controller

@Suite struct `An event's money` {
  static let evening = Window(
    start: Timestamp(rfc3339: "2026-07-15T00:00:00Z")!,
    end: Timestamp(rfc3339: "2026-07-15T02:00:00Z")!)!

  @Test
  func `E40: 35,000.00 are missing for fleet F, and once they are paid in it is accepted`() throws {
    try withFolder { folder in
      var world = try FundedWorld(
        50_000, in: folder, funded: "100000.00",
        edits: [("of: storedEnergy  ", "of: nameplateEnergy")])
      let refused = try #require(try world.signal("peak", Self.evening))
      #expect(refused.rejection?.code == .underfunded)
      #expect(refused.rejection?.found == "35000.00 USD missing of 135000.00")
      #expect(world.settled(world.funding) == "100000.00")
      #expect(world.notices == 0)

      try world.deposit("34999.99", key: 2)
      let still = try #require(try world.signal("peak", Self.evening))
      #expect(still.rejection?.found == "0.01 USD missing of 135000.00")

      try world.deposit("0.01", key: 3)
      let accepted = try #require(try world.signal("peak", Self.evening))
      #expect(accepted.status == .committed)
      #expect(accepted.commitment?.committed == Power(watts: 33_750_000))
      #expect(accepted.commitment?.batteries == 50_000)
      #expect(world.settled(world.funding) == "0.00")
      #expect(world.settled("event:peak:escrow") == "135000.00")
      let record = try #require(world.engine.event(EventID("peak")!))
      let energies = Set(record.greatestEnergies())
      #expect(energies == [Energy(wattHours: 1_350)])
    }
  }

  @Test func `comes back when the event is cancelled before anything moved, and once`() throws {
    try withFolder { folder in
      var world = try FundedWorld(1_000, in: folder, funded: "10000.00", edits: [])
      // 1.08 kWh of each of 1,000 homes at 2.00 a kWh.
      #expect(try world.signal("peak", Self.evening)?.status == .committed)
      #expect(world.settled("event:peak:escrow") == "2160.00")
      #expect(world.settled(world.funding) == "7840.00")
      func back() throws -> Money? {
        let record = try #require(world.engine.event(EventID("peak")!))
        return try EscrowCover.giveBack(
          record, policies: [world.policy], book: world.book, now: world.now)
      }
      #expect(try back() == nil, "it still stands")
      #expect(try world.signal("peak", nil, revision: 2)?.status == .cancelled)
      #expect(try back() == Money(millionths: 2_160_000_000))
      #expect(world.settled("event:peak:escrow") == "0.00")
      #expect(world.settled(world.funding) == "10000.00")
      let size = world.book.head.size
      #expect(try back() == nil)
      #expect(world.book.head.size == size)
    }
  }

  private static func evening(of day: String) -> Window {
    let start = Timestamp(rfc3339: "\(day)T00:00:00Z")!
    return Window(start: start, end: start.adding(seconds: 7_200))!
  }

  private static func budgeted(
    _ amount: String, in folder: String, per period: String = "season"
  ) throws -> FundedWorld {
    try FundedWorld(
      1_000, in: folder, funded: "200000.00",
      edits: [("  penalty:\n", "  budget: {amount: \(amount), per: \(period)}\n  penalty:\n")])
  }

  @Test(arguments: ["season", "programme"])
  func `E41: of a budget of 100,000 with 95,000 spent an event of 8,000 lacks 3,000`(
    _ period: String
  ) throws {
    try withFolder { folder in
      var world = try Self.budgeted("100000", in: folder, per: period)
      // 2,000 kW for 2 h at 2.00 a kWh.
      let cost8000 = ReductionRequest.power(Power(watts: 2_000_000))
      let first = try world.signal("first", Self.evening, request: cost8000)
      #expect(first?.status == .committed)
      #expect(world.settled("event:first:escrow") == "8000.00")
      let posted = try world.pay(
        "first", [("event:first:escrow", -8_000), (world.funding, -87_000), ("owner:o0", 95_000)])

      let day = Self.evening(of: "2026-07-20")
      let refused = try #require(try world.signal("second", day, request: cost8000))
      #expect(refused.rejection?.code == .refusedByPolicy)
      #expect(refused.rejection?.field == "budgetSpent")
      #expect(refused.rejection?.found == "3000.00 USD missing of 8000.00")
      #expect(world.settled("event:second:escrow") == nil)
      #expect(world.settled(world.funding) == "105000.00")

      // What fits to the cent is taken.
      let fits = try world.signal(
        "second", day, revision: 2, request: .power(Power(watts: 1_250_000)))
      #expect(fits?.status == .committed)
      #expect(world.settled("event:second:escrow") == "5000.00")
      // 2 Wh of each home cost less than a cent, and each home's line is rounded up.
      let none = try world.signal(
        "third", Self.evening(of: "2026-07-21"), request: .power(Power(watts: 1_000)))
      #expect(none?.rejection?.found == "10.00 USD missing of 10.00")

      // Another season has a budget of its own.
      let later = try world.signal(
        "later", Self.evening(of: "2027-01-04"), request: cost8000)
      #expect(later?.status == (period == "season" ? .committed : .rejectedParameter))

      // What was paid by mistake and taken back is there again.
      try world.reverse(posted)
      let again = try world.signal(
        "third", Self.evening(of: "2026-07-21"), revision: 2,
        request: .power(Power(watts: 1_000)))
      #expect(again?.status == .committed)
    }
  }

  @Test func `is counted for a budget as long as the event may still cost it`() throws {
    try withFolder { folder in
      var world = try Self.budgeted("10000", in: folder)
      let request = ReductionRequest.power(Power(watts: 2_000_000))
      let day = Self.evening(of: "2026-07-20")
      #expect(try world.signal("first", Self.evening, request: request)?.status == .committed)
      // A revision is measured against the budget without what it replaces.
      let more = try world.signal(
        "first", Self.evening, revision: 2, request: .power(Power(watts: 2_500_000)))
      #expect(more?.status == .committed)
      let too = try world.signal(
        "first", Self.evening, revision: 3, request: .power(Power(watts: 2_500_001)))
      #expect(too?.rejection?.found == "0.01 USD missing of 10000.01")
      let refused = try world.signal("second", day, request: request)
      #expect(refused?.rejection?.found == "8000.00 USD missing of 8000.00")
      #expect(try world.signal("first", nil, revision: 4)?.status == .cancelled)
      let taken = try world.signal("second", day, revision: 2, request: request)
      #expect(taken?.status == .committed)
    }
  }
}
