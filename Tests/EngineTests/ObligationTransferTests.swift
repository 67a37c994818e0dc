import Engine
import Grid
import Testing

/// Scenario E42.
@Suite struct `A transfer of an obligation` {
  static let closes = World.at("16:00")
  static let before = World.at("15:59:59")

  static func owes(
    _ name: String, _ owed: Int64, _ headroom: Int64, programme: String = "p", zone: String = "z"
  ) -> Obligation {
    Obligation(
      participant: OwnerID(name)!, programme: ProgrammeID(programme)!, zone: NodeID(zone)!,
      owed: Power(watts: owed * 1_000), headroom: Power(watts: headroom * 1_000))
  }

  static let list = [owes("x", 100, 120), owes("y", 50, 100), owes("w", 7, 7)]

  static func transfer(_ kilowatts: Int64, from: String = "x", to: String = "y")
    -> ObligationTransfer
  {
    ObligationTransfer(
      event: EventID("peak")!, from: OwnerID(from)!, to: OwnerID(to)!,
      power: Power(watts: kilowatts * 1_000), offeredAt: World.at("12:00"))
  }

  static func refusals(
    _ transfer: ObligationTransfer, signers: [String] = ["x", "y"], at now: Timestamp = before,
    list: [Obligation] = list
  ) -> [String] {
    transfer.refusals(
      among: list, signers: Set(signers.map { OwnerID($0)! }), closesAt: closes, at: now
    ).map(\.code)
  }

  @Test func `E42: 40 kW from X to Y make 60 and 90, and the sum stays 150`() {
    let transfer = Self.transfer(40)
    #expect(Self.refusals(transfer) == [])
    let after = transfer.applied(to: Self.list)
    #expect(after.map(\.owed.watts) == [60_000, 90_000, 7_000])
    #expect(after.prefix(2).reduce(0) { $0 + $1.owed.watts } == 150_000)
    #expect(after.map(\.headroom) == Self.list.map(\.headroom))
  }

  @Test func `counts up to the gate closure, and not at it`() {
    #expect(Self.refusals(Self.transfer(40), at: Self.closes) == ["gateClosed"])
    #expect(Self.refusals(Self.transfer(40), at: World.at("16:30")) == ["gateClosed"])
  }

  @Test(
    arguments: [
      (50, []), (51, ["beyondHeadroom"]), (101, ["beyondObligation", "beyondHeadroom"]),
    ] as [(Int64, [String])])
  func `goes up to what the giver owes and the taker can hold`(
    _ kilowatts: Int64, _ codes: [String]
  ) {
    #expect(Self.refusals(Self.transfer(kilowatts)) == codes)
  }

  @Test func `to himself, unsigned, or to a stranger is refused`() {
    #expect(Self.refusals(Self.transfer(40, to: "x"), signers: ["x"]) == ["toHimself"])
    #expect(Self.refusals(Self.transfer(40), signers: ["x"]) == ["notSigned"])
    #expect(Self.refusals(Self.transfer(40), signers: ["w"]) == ["notSigned", "notSigned"])
    #expect(
      Self.refusals(Self.transfer(40, to: "v"), signers: ["x", "v"]) == ["unknownParticipant"])
  }

  @Test func `stays in one programme and one zone, and names everything at once`() {
    let list = [Self.owes("x", 100, 120), Self.owes("y", 50, 60, programme: "q", zone: "k")]
    #expect(
      Self.refusals(Self.transfer(40), signers: [], at: Self.closes, list: list) == [
        "gateClosed", "notSigned", "notSigned", "otherProgramme", "otherZone", "beyondHeadroom",
      ])
  }
}
