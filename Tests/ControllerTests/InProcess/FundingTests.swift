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
}
