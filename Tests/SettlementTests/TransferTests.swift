import Grid
import Settlement
import Testing

/// Obligations that changed hands, in the commitments of an event's homes.
@Suite struct `A transfer of obligations` {
  static let hour = Window(
    start: Timestamp(seconds: 1_784_160_000), end: Timestamp(seconds: 1_784_163_600))!

  static func home(_ site: String, _ owner: String, _ joules: Int64, _ penalty: Int64? = nil)
    -> HomePerformance
  {
    HomePerformance(
      site: SiteID(site)!, owner: OwnerID(owner)!, batteries: [],
      commitment: Commitment(intervals: [
        CommittedInterval(
          rewardBase: Energy(joules: joules), penaltyBase: Energy(joules: penalty ?? joules))
      ]),
      intervals: [.verified(.zero)], verdict: .verified)
  }

  static func counted(
    _ watts: Int64, _ homes: [HomePerformance]
  ) throws(TransferFault) -> [[Int64]] {
    var input = SettlementInput(
      run: SettlementRun(name: "initial", isPayable: true, payer: .funding),
      event: EventID("E")!, window: hour, intervals: [EventInterval(window: hour, level: 1)],
      homes: homes)
    try input.count(
      ObligationTransfer(
        event: EventID("E")!, from: OwnerID("x")!, to: OwnerID("y")!, power: Power(watts: watts),
        offeredAt: hour.start))
    return input.homes.map {
      [
        $0.commitment.intervals[0].rewardBase.joules,
        $0.commitment.intervals[0].penaltyBase.joules,
      ]
    }
  }

  @Test func `divides by what each home owes, and the sum stays`() throws {
    // 2 W for an hour are 7,200 J: of 10,000 and 5,000 J two thirds and one third leave.
    let after = try Self.counted(
      2,
      [
        Self.home("b", "x", 5_000), Self.home("a", "x", 10_000), Self.home("c", "y", 0),
        Self.home("d", "y", 0), Self.home("e", "z", 7),
      ])
    #expect(after == [[2_600, 2_600], [5_200, 5_200], [3_600, 3_600], [3_600, 3_600], [7, 7]])
  }

  @Test func `moves no more of what may be punished than there was`() throws {
    let after = try Self.counted(
      1, [Self.home("a", "x", 4_000, 1_000), Self.home("c", "y", 100, 50)])
    #expect(after == [[400, 0], [3_700, 1_050]])
  }

  @Test func `needs both parties, and what is handed on`() {
    #expect(throws: TransferFault.unknownParticipant(OwnerID("y")!)) {
      try Self.counted(1, [Self.home("a", "x", 4_000)])
    }
    #expect(throws: TransferFault.unknownParticipant(OwnerID("x")!)) {
      try Self.counted(1, [Self.home("a", "y", 4_000)])
    }
    #expect(
      throws: TransferFault.beyondCommitment(
        OwnerID("x")!, Self.hour.start, owed: Energy(joules: 3_599))
    ) {
      try Self.counted(1, [Self.home("a", "x", 3_599), Self.home("c", "y", 0)])
    }
  }
}
