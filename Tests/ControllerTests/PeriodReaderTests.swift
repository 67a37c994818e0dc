import Engine
import Foundation
import Grid
import Ledger
import Reports
import Settlement
import Testing

@testable import Controller

/// The pair of homes with its run posted and its tables written.
struct ReportedPair {
  let pair: SettledPair
  let entries: [UInt64]
  let reports: ReportFolder

  init(_ folder: String) throws {
    pair = try SettledPair(folder)
    entries = try pair.post()
    reports = ReportFolder(folder + "/reports")
    var around = EventAccount.Surroundings(
      event: EventFacts(
        id: pair.account.event.id, window: Samples.hour,
        revisions: [.init(number: 1, window: Samples.hour, level: 2)]),
      fleet: FleetFacts(
        asked: Energy(wattHours: 2_000), committed: Energy(wattHours: 2_000), batteries: 2,
        eligible: 2, commanded: 2, acknowledged: 2))
    around.entries = [
      SiteID("H1")!: [.reward: Int64(entries[0])],
      SiteID("H2")!: [.reward: Int64(entries[1]), .penalty: Int64(entries[2])],
    ]
    try reports.write(pair.account.report(around))
  }

  func reader() throws -> PeriodReader {
    try PeriodReader(try LedgerDesk(opening: pair.file), reports: reports, zone: .utc)
  }

  func statement(_ owner: String, _ from: String, _ to: String) throws -> OwnerStatement {
    try reader().statement(
      of: OwnerID(owner)!, from: CivilDate(text: from)!, to: CivilDate(text: to)!)
  }

  /// July is closed: a later run posts 0.50 more for the second home, and it counts for August.
  func correct() throws {
    _ = try pair.book.post(
      [
        .init(
          key: IdempotencyKey(bytes: [UInt8](repeating: 7, count: 16))!, reason: "settlement",
          event: EventID("peak"), run: "recalculation",
          effective: Window(
            start: Timestamp(rfc3339: "2026-08-01T00:00:00Z")!,
            end: Timestamp(rfc3339: "2026-08-01T00:00:01Z")!)!,
          legs: [
            ("event:peak:escrow", Money(millionths: -500_000)),
            ("owner:H2", Money(millionths: 500_000)),
          ])
      ], currency: Samples.usd, now: Timestamp(rfc3339: "2026-08-14T10:00:00Z")!)
  }

  func edit(_ file: ReportFile, _ old: String, _ new: String) throws {
    let path =
      reports.folder(event: "peak", run: pair.account.result.run.name) + "/\(file.rawValue)"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try #require(text.contains(old), "\(text)")
    try write(text.replacingOccurrences(of: old, with: new), to: path)
  }
}

@Suite struct `Reports of a period` {
  @Test func `rows add up to event, month and ledger, exactly`() throws {
    try withFolder { folder in
      let world = try ReportedPair(folder)
      try world.correct()
      let report = try world.reader().report(title: "Programme")
      // 2.00 and 0.60 of rewards, 0.24 of penalty; 1 kWh and 0.3 kWh of 1 kWh each.
      #expect(report.rows.map(\.rewards.millionths) == [2_600_000, 500_000])
      #expect(report.rows.map(\.penalties.millionths) == [240_000, 0])
      #expect(report.rows[0].credited == Energy(wattHours: 1_300))
      #expect(report.rows[0].committed == Energy(wattHours: 2_000))
      #expect(report.rows[0].homes == 2 && report.rows[0].entries == 3)
      // Without tables of its own a run says nothing of energy.
      #expect(report.rows[1].committed == nil)
      let months = report.months
      #expect(months.map(\.month) == [String("\(Samples.hour.start)".prefix(7))])
      #expect(months[0].events.map(\.rows.count) == [2])
      #expect(months[0].sums == report.total)
      // The owners' accounts of the ledger hold what the rows say they got.
      let desk = try LedgerDesk(opening: world.pair.file)
      let number = desk.book.commodity("USD")!
      let held = ["owner:H1", "owner:H2"].map {
        desk.book.balance(desk.accounts[$0]!, commodity: number)!
      }
      #expect(report.total.parties["owner"]?.millionths == Int128(held.reduce(0, +)))
      let legs = report.total.parties.values.reduce(Int128(0)) { $0 + $1.millionths }
      #expect(legs == report.total.rewards.millionths - report.total.penalties.millionths)
      // And so does the file, cell by cell.
      let rows = String(decoding: report.bytes(.csv), as: UTF8.self).split(separator: "\n")
        .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
      let column = try #require(rows[0].firstIndex(of: "owner"))
      let owners = rows.dropFirst().map {
        try! FixedDecimal.parse($0[column], places: 6, maximumDigits: 9)
      }
      #expect(owners.reduce(0, +) == held.reduce(0, +))
    }
  }

  @Test(
    arguments: [
      (
        ReportFile.lines, ",2.00,", ",2.01,",
        ["event peak, run initial: rewards are 2.61 in the tables and 2.60 in the ledger"]
      ),
      (
        .parties, "H1,owner,,", "H1,tax,,",
        [
          "event peak, run initial: owner are 0.36 in the tables and 2.36 in the ledger",
          "event peak, run initial: tax are 2.00 in the tables and 0.00 in the ledger",
        ]
      ),
    ] as [(ReportFile, String, String, [String])])
  func `tables that do not agree with the ledger are named`(
    _ file: ReportFile, _ old: String, _ new: String, _ findings: [String]
  ) throws {
    try withFolder { folder in
      let world = try ReportedPair(folder)
      try world.edit(file, old, new)
      #expect(throws: PeriodReader.Fault.disagrees(findings)) {
        try world.reader().report(title: "Programme")
      }
      guard file == .parties else { return }
      #expect(throws: PeriodReader.Fault.self) {
        try world.statement("H1", "2026-07-01", "2026-07-31")
      }
    }
  }

  @Test func `an owner's month stays as it was when a later run corrects it`() throws {
    try withFolder { folder in
      let world = try ReportedPair(folder)
      let before = try world.statement("H2", "2026-07-01", "2026-07-31")
      try world.correct()
      let july = try world.statement("H2", "2026-07-01", "2026-07-31")
      #expect(july == before)
      #expect(july.opening == .zero)
      #expect(july.rows.count == 2)
      let detail = try #require(july.details.first)
      #expect(detail.asked == Energy(wattHours: 1_000) && !detail.isCorrection)
      #expect(detail.credited == Energy(wattHours: 300))
      let rules = detail.lines.map { $0.sentence(in: Samples.usd) }
      #expect(
        rules == [
          "Surge premium: 0.3 kWh that count, at 2.00 USD a kWh (reward.premium).",
          "Penalty: 0.6 kWh short of what was promised, at 0.40 USD a kWh (reward.penalty).",
        ])
      let august = try world.statement("H2", "2026-08-01", "2026-08-31")
      #expect(august.opening == july.closing)
      #expect(august.closing == july.closing + Money(millionths: 500_000))
      #expect(august.details.map(\.isCorrection) == [true])
      let text = String(decoding: august.bytes(.md), as: UTF8.self)
      #expect(text.contains("## Corrections of earlier runs"))
      #expect(text.contains("headroom ledger prove \(august.rows[0].entry)"))
      let page = String(decoding: july.bytes(.html), as: UTF8.self)
      #expect(!page.contains("<script") && !page.contains("src=") && page.contains("Proofs"))
      let csv = String(decoding: july.bytes(.csv), as: UTF8.self)
      #expect(csv.contains("opening,2026-07-01,,,,0.00,USD"))
    }
  }

  @Test func `an owner whom nobody knows, and a ledger without money, are named`() throws {
    try withFolder { folder in
      let world = try ReportedPair(folder)
      #expect(throws: PeriodReader.Fault.noOwner("H9")) {
        try world.statement("H9", "2026-07-01", "2026-07-31")
      }
      #expect(throws: PeriodReader.Fault.noCurrency) {
        try PeriodReader(
          try LedgerDesk(opening: world.pair.file), reports: world.reports, zone: .utc,
          currency: "EUR")
      }
      #expect(throws: StoredTable.Fault.missing(path: "nowhere")) { try StoredTable("nowhere") }
      let path = folder + "/t.csv"
      try write("a,b\n1,\"x,\"\"y\"\"\"\n2\n", to: path)
      let table = try StoredTable(path)
      #expect(throws: StoredTable.Fault.noColumn(path: path, name: "c")) {
        try table.each(["c"]) { _ in }
      }
      var cells: [[String]] = []
      #expect(throws: StoredTable.Fault.cells(path: path, line: 3, found: 1, expected: 2)) {
        try table.each(["b"]) { cells.append($0) }
      }
      #expect(cells == [["x,\"y\""]])
    }
  }
}
