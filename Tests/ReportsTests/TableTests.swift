import Grid
import Reports
import Settlement
import Testing

@Suite struct `The tables of a report` {
  private let report = Example.report()

  @Test(arguments: [
    (
      ReportFile.intervals,
      """
      run_id,run_type,policy_sha256,policy_version,event_id,site_id,battery_id,interval_start,\
      interval_min,local_date,level,commitment_j,penalty_base_j,baseline_kind,baseline_days,\
      unadjusted_j,adjustment_type,adjustment,adjustment_capped,baseline_j,actual_j,quality,\
      loss_factor,reduction_j,credited_j,credited_kwh,over_j,shortfall_j,energy_price,\
      premium_price,penalty_price,price_source,excusal,flags,input_sha256
      """
    ),
    (
      .lines,
      """
      run_id,event_or_period,site_id,line_id,line_type,policy_field,quantity,unit,rate,\
      exact_amount,amount,currency,charged,prior_amount,difference,status,reason,entry_index
      """
    ),
    (
      .parties,
      "run_id,event_or_period,site_id,party,account_id,amount,prior_amount,difference,entry_index"
    ),
  ])
  func `have these columns`(file: ReportFile, columns: String) {
    #expect(report.text(file).split(separator: "\n").first.map(String.init) == columns)
  }

  @Test func `have one row a home and interval, in order`() {
    let rows = report.rows(.intervals)
    #expect(
      rows.map { $0["site_id"]! } == ["H1", "H1", "H2", "H2", "H3", "H3", "H4", "H4", "H5", "H5"])
    let row = rows[2]
    #expect(row["interval_start"] == "2026-07-16T00:00:00Z")
    #expect(row["local_date"] == "2026-07-15")
    #expect(row["interval_min"] == "30")
    #expect(row["commitment_j"] == "1800000")
    #expect(row["baseline_j"] == "3600000")
    #expect(row["actual_j"] == "2160000")
    #expect(row["reduction_j"] == "1440000")
    #expect(row["credited_kwh"] == "0.400")
    #expect(row["shortfall_j"] == "180000")
    #expect(row["baseline_days"] == "2026-07-13;2026-07-14")
    #expect(row["adjustment_capped"] == "true")
    #expect(row["premium_price"] == "2.00")
    #expect(row["penalty_price"] == "0.40")
    #expect(row["energy_price"] == "")
    #expect(rows[1]["over_j"] == "360000")
  }

  @Test func `leave an unknown value empty, never zero`() {
    let row = report.rows(.intervals)[4]
    for column in ["baseline_j", "actual_j", "reduction_j", "over_j", "shortfall_j", "excusal"] {
      #expect(row[column] == "")
    }
    #expect(row["quality"] == "M")
    #expect(row["credited_j"] == "0")
  }

  @Test func `show computed and charged money with its reason`() {
    let lines = report.rows(.lines).filter { $0["site_id"] == "H5" }
    #expect(lines.map { $0["line_type"]! } == ["premium", "penalty"])
    #expect(lines[1]["line_id"] == "E-17.H5.penalty")
    #expect(lines[1]["quantity"] == "0.95")
    #expect(lines[1]["unit"] == "kWh")
    #expect(lines[1]["exact_amount"] == "-0.38")
    #expect(lines[1]["amount"] == "-0.38")
    #expect(lines[1]["charged"] == "0.00")
    #expect(lines[1]["reason"] == "penaltyCap")
    let refused = report.rows(.lines).first { $0["site_id"] == "H3" }
    #expect(refused?["reason"] == "tooFewDays")
    let held = report.rows(.lines).first { $0["site_id"] == "H4" }
    #expect(held?["status"] == "held")
    #expect(held?["amount"] == "2.00")
    #expect(held?["charged"] == "0.00")
  }

  @Test func `S18: add up to the event`() {
    let lines = report.rows(.lines).reduce(0) { $0 + millionths($1["charged"]) }
    let parties = report.rows(.parties).reduce(0) { $0 + millionths($1["amount"]) }
    let totals = report.settlement.totals
    #expect(Int128(lines) == totals.rewards.millionths - totals.penalties.millionths)
    #expect(parties == lines)
    let credited = report.rows(.intervals).reduce(0) { $0 + Int64($1["credited_j"]!)! }
    #expect(credited == totals.credited.joules)
  }

  @Test func `of a later run re-add from prior and difference`() {
    let first = Example.report()
    var homes = Example.homes.filter { $0.site.text != "H2" }
    homes[0].intervals[1] = .verified(Energy(wattHours: 450))
    let later = Example.report(
      homes: homes,
      run: SettlementRun(name: "recalculation", isPayable: true, payer: .funding),
      posted: first.settlement.homes.map { PostedHome($0) })
    for file in [ReportFile.lines, .parties] {
      let rows = later.rows(file)
      for row in rows {
        let now = millionths(row[file == .lines ? "charged" : "amount"])
        #expect(millionths(row["prior_amount"]) + millionths(row["difference"]) == now)
      }
      let gone = rows.filter { $0["site_id"] == "H2" }
      // 0.50 kWh earned 1.00; the penalty of 0.40 kWh at 0.40 took 0.16.
      #expect(gone.reduce(0) { $0 + millionths($1["difference"]) } == -840_000)
    }
    let posted = Settlement.difference(
      of: later.settlement, posted: first.settlement.homes.map { PostedHome($0) })
    let sum = posted.flatMap(\.netSplit).reduce(Money.zero) { $0 + $1.amount }
    #expect(later.rows(.parties).reduce(0) { $0 + millionths($1["difference"]) } == sum.millionths)
  }

  @Test func `quote a cell that holds a comma`() {
    var report = Example.report()
    report.homes[0].baseline?.kind = "a, \"b\""
    #expect(report.text(.intervals).contains(",\"a, \"\"b\"\"\","))
  }

  @Test func `write an amount that has no decimal as a fraction`() {
    var homes = [Example.home("H1", [0, 0])]
    homes[0].intervals[0] = .verified(Energy(joules: 1_000_001))
    let line = Example.report(homes: homes).rows(.lines)[0]
    #expect(line["exact_amount"] == "1000001/1800000")
    #expect(line["quantity"] == "0.277778056")
    #expect(line["amount"] == "0.56")
  }

  @Test func `are handed over in pieces that join to the same bytes`() {
    let homes = (0..<3_000).map { Example.home("H\(10_000 + $0)", [500, 500]) }
    let report = Example.report(homes: homes)
    for file in ReportFile.allCases {
      var pieces: [[UInt8]] = []
      report.write(file) { pieces.append($0) }
      #expect(pieces.flatMap { $0 } == report.bytes(of: file))
      #expect(file == .html || file == .markdown || pieces.count > 1)
    }
  }
}
