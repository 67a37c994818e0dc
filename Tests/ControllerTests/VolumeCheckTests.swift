import Controller
import Grid
import Settlement
import Testing
import Wire

@Suite struct `Two parties' volumes` {
  private func events(
    _ rows: [(event: String, site: String, joules: Int64?)]
  ) throws -> [(input: SettlementInput, signalPrice: Int64?)] {
    let policy = try `Several events of one programme`.policy("surge-nameplate")
    return try IntervalEvents(
      rows.map { row in
        var interval = `Several events of one programme`.row(
          row.event, row.site, "2026-07-07T20:00:00Z")
        interval.reduction = row.joules.map { Energy(joules: $0) }
        interval.status = row.joules == nil ? .missing : .verified
        return interval
      }, policy: policy
    ).events
  }

  // 1.20 and 1.17 kWh differ by 2.5 % of the greater.
  @Test(arguments: [
    (Int32(100), Int64(4_320_000), Int64(4_212_000), true), (249, 4_320_000, 4_212_000, true),
    (250, 4_320_000, 4_212_000, false), (250, 4_212_000, 4_320_000, false),
    (100, 0, 0, false), (100, -3_600_000, 3_600_000, true), (10_000, 0, 5, false),
  ])
  func `are held beyond the policy's tolerance`(
    hundredths: Int32, ours: Int64, theirs: Int64, isHeld: Bool
  ) throws {
    let check = VolumeCheck(
      try events([("E", "H1", ours)]), with: try events([("E", "H1", theirs)]),
      tolerance: Percent(hundredths: hundredths)!)
    #expect(check.differences.count == (isHeld ? 1 : 0))
    #expect(check.events[0].input.homes[0].heldBy == (isHeld ? "volumesDiffer" : nil))
  }

  @Test func `wait where the other party has no value, and only there`() throws {
    let check = VolumeCheck(
      try events([("E", "H1", 5), ("E", "H2", 5), ("E", "H3", nil), ("F", "H1", 5)]),
      with: try events([("E", "H1", 5), ("E", "H2", nil), ("E", "H3", 5)]),
      tolerance: Percent(whole: 1)!)
    #expect(check.differences.map { "\($0.event) \($0.site)" } == ["E H2", "F H1"])
    #expect(check.differences.map(\.theirs) == [nil, nil])
    #expect(check.differences.map(\.ours.joules) == [5, 5])
  }
}
