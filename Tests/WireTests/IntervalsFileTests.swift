import Grid
import Testing
import Wire

@Suite struct `A file of verified intervals` {
  static let head =
    "event_id,site_id,interval_start,interval_min,committed_kwh,delivered_kwh,level,quality,flags,"
    + "signal_price\n"

  private func faults(_ text: String) -> [String] {
    do {
      _ = try IntervalsFile.parse(Array(text.utf8), file: "i.csv")
      return []
    } catch {
      return error.list.map { "\($0)" }
    }
  }

  @Test func `is read to the joule, and what is empty is missing`() throws {
    let rows = try IntervalsFile.parse(
      Array(
        (Self.head + "E,S,2026-07-07T20:00:00Z,15,0.1675,-0.5,2,A,optedOut;x,2000.5\n"
          + "E,S,2026-07-07T20:15:00Z,15,1,0.5,2,E,,\n" + "E,S,2026-07-07T20:30:00Z,15,1,,2,M,,\n")
          .utf8), file: "i.csv")
    #expect(rows.map(\.committed.joules) == [603_000, 3_600_000, 3_600_000])
    #expect(rows.map(\.penaltyBase) == rows.map(\.committed))
    #expect(rows.map(\.reduction?.joules) == [-1_800_000, 1_800_000, nil])
    #expect(rows.map(\.status) == [.verified, .estimated, .missing])
    #expect(rows[0].flags == ["optedOut", "x"])
    #expect(rows[0].signalPrice == 2_000_500_000)
    #expect(rows[0].window.seconds == 900)
    #expect(rows.map(\.line) == [2, 3, 4])
  }

  @Test func `may be that of a report, with its other columns`() throws {
    let text =
      "run_id,event_id,site_id,interval_start,interval_min,level,commitment_j,penalty_base_j,"
      + "baseline_j,quality,reduction_j,energy_price,excusal,flags\n"
      + "E.initial,E,S,2026-07-07T20:00:00Z,15,3,100,50,7,A,-3,0.25,meterFault,\n"
    let rows = try IntervalsFile.parse(Array(text.utf8), file: "i.csv")
    #expect(rows.map(\.committed.joules) == [100])
    #expect(rows.map(\.penaltyBase.joules) == [50])
    #expect(rows.map(\.reduction?.joules) == [-3])
    #expect(rows.map(\.excusal) == ["meterFault"])
    #expect(rows.map(\.level) == [3])
  }

  @Test(arguments: [
    ("E,S,2026-07-07T20:00:00Z,15,1,1,4,A,,", "level"),
    ("E,S,2026-07-07T20:00:00Z,15,-1,1,1,A,,", "committed_kwh"),
    ("E,S,2026-07-07T20:00:00Z,15,1 kWh,1,1,A,,", "committed_kwh"),
    ("E,S,2026-07-07T20:00:00Z,15,0.00000001,1,1,A,,", "committed_kwh"),
    ("E,S,2026-07-07T20:00:00Z,15,1,1000001,1,A,,", "delivered_kwh"),
    ("E,S,2026-07-07T20:00:00,15,1,1,1,A,,", "interval_start"),
    ("E,S,2026-07-07T20:00:00Z,0,1,1,1,A,,", "interval_min"),
    ("E,S,2026-07-07T20:00:00Z,15,1,1,1,B,,", "quality"),
    ("E,S,2026-07-07T20:00:00Z,15,1,1,1,A,,-2", "signal_price"),
    (",S,2026-07-07T20:00:00Z,15,1,1,1,A,,", "event_id"),
    (
      "E,S,2026-07-07T20:00:00Z,15,1,1,1,A,,\nE,S,2026-07-07T20:00:00Z,15,1,1,1,A,,",
      "interval_start"
    ),
  ])
  func `names the one field that is wrong`(row: String, field: String) {
    let said = faults(Self.head + row + "\n")
    #expect(said.count == 1, "\(said)")
    #expect(said.first?.contains(field) == true, "\(said)")
  }

  @Test func `has commitment and reduction in one unit each`() {
    let text = "event_id,site_id,interval_start,interval_min,commitment_j,committed_kwh\n"
    #expect(faults(text).count == 2)
    let over =
      "event_id,site_id,interval_start,interval_min,commitment_j,penalty_base_j,reduction_j\n"
      + "E,S,2026-07-07T20:00:00Z,15,10,11,5\n"
    #expect(faults(over).first?.contains("penalty_base_j") == true)
  }
}

@Suite struct `A file of promises` {
  private func faults(_ text: String) -> [String] {
    do {
      _ = try PromisesFile.parse(Array(text.utf8), file: "h.csv")
      return []
    } catch {
      return error.list.map { "\($0)" }
    }
  }

  @Test func `is read with what it leaves out`() throws {
    let text =
      "site_id,owner_id,committed_kw,zone,first_year,from,to\nS,O,1.5,1,2025,2026-07-01,\n"
      + "T,P,,,,,\n"
    let rows = try PromisesFile.parse(Array(text.utf8), file: "h.csv")
    #expect(rows.map(\.committed.watts) == [1_500, 0])
    #expect(rows.map(\.zone) == ["1", nil])
    #expect(rows.map(\.vintage) == [2_025, nil])
    #expect(rows.map(\.from?.description) == ["2026-07-01", nil])
  }

  @Test(arguments: [
    ("S,O,1.5 kW,,,,", "committed_kw"), ("S,O,-1,,,,", "committed_kw"),
    ("S,O,1,,26,,", "first_year"), ("S,O,1,,,2026-7-1,", "from"),
    ("S,O,1,,,2026-07-02,2026-07-01", "to"), ("S,O,1,,,,\nS,O,1,,,,", "site_id"),
    ("S,,1,,,,", "owner_id"),
  ])
  func `names the one field that is wrong`(row: String, field: String) {
    let said = faults("site_id,owner_id,committed_kw,zone,first_year,from,to\n\(row)\n")
    #expect(said.count == 1, "\(said)")
    #expect(said.first?.contains(field) == true, "\(said)")
  }
}
