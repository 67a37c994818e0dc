import Engine
import Foundation
import Grid
import Ledger
import Policies
import Reports
import Settlement
import Signing
import Storage
import Testing
import Verification

@testable import Controller

/// Fees through a controller's book: posted, reported, corrected, and settled again from evidence.
@Suite struct `A settled pair with fees` {
  static let edits = [
    (
      "splits:\n",
      """
      fees:
        - {name: commission, percentOf: premium, percent: 40, paidBy: owner, to: utility}
        - {name: wires, rate: {amount: 0.02, per: kWh}, paidBy: payer, to: grid, beforeSplit: false}
      splits:

      """
    ), ("shares: {owner: 100}", "shares: {owner: 70, aggregator: 20, utility: 7, grid: 3}"),
  ]

  static func balance(_ pair: SettledPair, _ path: String) -> String? {
    pair.book.position(of: path, currency: Samples.usd).map {
      Money(millionths: $0.settled).text(in: Samples.usd)
    }
  }

  private static func balances(_ pair: SettledPair) -> [String?] {
    let programme = pair.policy.dispatch.programme
    return [
      "owner:H1", "owner:H2", "aggregator:\(programme)", "utility:acme:share", "grid:\(programme)",
      "programme:\(programme):penalty",
    ].map { balance(pair, $0) }
  }

  /// What a packet's folder alone says of the home at `place`, as far as it is about its money.
  static func moneyCheck(of pair: SettledPair, _ place: Int) -> PacketCheck {
    let currency = pair.account.result.currency
    let rows = pair.account.result.homes[place].lines.enumerated().map { row, line in
      [
        ("line_type", line.type.rawValue), ("policy_field", line.field),
        ("amount", line.amount.text(in: currency)), ("charged", line.charged.text(in: currency)),
        ("prior_amount", "0.00"),
      ].map { "lines,\(row),\($0),\($1)\n" }.joined()
    }
    var files = [
      "policy.yaml": pair.rules, "evidence.cbor": pair.objects[place].body,
      "packet.csv": Array(rows.joined().utf8),
    ]
    let list = files.sorted { $0.key < $1.key }.map { "\(SHA256.hash($0.value))  \($0.key)\n" }
    files["FILES"] = Array(("headroom.dispute-packet/1\n" + list.joined()).utf8)
    return PacketCheck(files, trusting: TrustPolicy(log: Samples.key.verifier))
  }

  @Test func `has its fees in a packet that is checked without the ledger`() throws {
    try withFolder { folder in
      let pair = try SettledPair(folder, edits: Self.edits)
      // H2: premium, penalty, commission, wires.
      let check = Self.moneyCheck(of: pair, 1)
      #expect(check.findings == [] && check.lines == 4)
    }
  }

  /// The report's folder of the run, as a controller writes it.
  private static func report(_ pair: SettledPair, _ indexes: [UInt64], in folder: String) throws
    -> ReportFolder
  {
    var around = EventAccount.Surroundings(
      event: EventFacts(
        id: pair.account.event.id, window: Samples.hour,
        revisions: [.init(number: 1, window: Samples.hour, level: 2)]),
      fleet: FleetFacts(
        asked: Energy(wattHours: 2_000), committed: Energy(wattHours: 2_000), batteries: 2,
        eligible: 2, commanded: 2, acknowledged: 2))
    for (entry, index) in zip(pair.account.entries, indexes) {
      around.entries[entry.site, default: [:]][entry.kind] = Int64(index)
    }
    let reports = ReportFolder(folder + "/reports")
    try reports.write(pair.account.report(around))
    return reports
  }

  @Test func `has its worked cents in the ledger, and they are found again from evidence`() throws {
    try withFolder { folder in
      let pair = try SettledPair(folder, edits: Self.edits)
      try pair.keepPolicy()
      let indexes = try pair.post()
      // H1: 2.00, commission 0.80, wires 0.02. H2: 0.60, penalty 0.24, commission 0.24, wires 0.01.
      #expect(indexes.count == 5)
      #expect(Self.balances(pair) == ["0.84", "0.08", "0.27", "1.13", "0.07", "0.24"])
      #expect(Self.balance(pair, "event:peak:escrow") == "7.37")
      #expect(try pair.post() == indexes)
      let check = try EvidenceCheck(pair.file, entry: nil, source: EvidenceSource(pair.file))
      #expect(check.findings.map(\.detail) == [] && check.settled == 5)
    }
  }

  @Test func `is found where a fee was posted to another than its evidence says`() throws {
    try withFolder { folder in
      let pair = try SettledPair(folder, edits: Self.edits)
      try pair.keepPolicy()
      let indexes = try pair.post { postings in
        let more = Money(millionths: 10_000)
        postings[1].legs[0].amount = postings[1].legs[0].amount - more
        postings[1].legs[1].amount = postings[1].legs[1].amount + more
      }
      #expect(try pair.found() == ["postingsDiffer \(indexes[1])"])
    }
  }

  @Test func `adds up in the reports of the event, the owner and the month`() throws {
    try withFolder { folder in
      let pair = try SettledPair(folder, edits: Self.edits)
      let indexes = try pair.post()
      let reports = try Self.report(pair, indexes, in: folder)
      let reader = try PeriodReader(
        try LedgerDesk(opening: pair.file), reports: reports, zone: .utc)
      let row = try #require(try reader.report(title: "July").rows.first)
      #expect(row.rewards == Money(millionths: 2_630_000))
      #expect(row.penalties == Money(millionths: 240_000))
      #expect(
        row.parties.mapValues { $0.text(in: Samples.usd) } == [
          "owner": "0.92", "aggregator": "0.27", "utility": "1.13", "grid": "0.07",
        ])
      let day = CivilDate(text: "2026-01-01")!
      let statement = try reader.statement(
        of: OwnerID("H2")!, from: day, to: day.adding(days: 364))
      #expect(statement.rows.map { $0.amount.text(in: Samples.usd) } == ["0.42", "-0.17", "-0.17"])
      #expect(
        statement.rows.map { String($0.text.prefix(7)) } == ["Reward,", "Penalty", "Fee, ev"])
      let lines = try #require(statement.details.first?.lines)
      #expect(
        lines.map(\.field) == [
          "reward.premium", "reward.penalty", "fees.commission", "fees.wires",
        ])
      #expect(
        lines[3].sentence(in: Samples.usd)
          == "Fee wires: 0.3 kWh, at 0.02 USD a kWh (fees.wires).")
    }
  }

  @Test func `posts in a later run the difference of the splits, fees too`() throws {
    try withFolder { folder in
      let pair = try SettledPair(folder, edits: Self.edits)
      try pair.keepPolicy()
      try pair.post()
      try `A correction of a settled pair`.fund(pair)
      // H1 gave 0.6 kWh: 1.20, penalty 0.12, commission 0.48, wires 0.01. H2 gave 1 kWh.
      let second = try `A correction of a settled pair`.later(pair, "recalculation", [150, 250])
      #expect(second.posted.map { $0.lines.count } == [3, 4])
      let indexes = try `A correction of a settled pair`.post(second, pair)
      #expect(!indexes.contains(nil))
      // What is there is what 150 and 250 alone come to.
      #expect(Self.balances(pair) == ["0.42", "0.84", "0.36", "1.40", "0.09", "0.12"])
      let last = try `A correction of a settled pair`.later(pair, "final", [150, 250])
      #expect(last.entries.isEmpty)
      let check = try EvidenceCheck(pair.file, entry: nil, source: EvidenceSource(pair.file))
      #expect(check.findings.map(\.detail) == [])
    }
  }

  @Test func `caps a home's month by what earlier events left of it`() throws {
    try withFolder { folder in
      let pair = try SettledPair(
        folder,
        edits: [("  excusals: [grid", "  caps: {homePerMonth: 1.50}\n  excusals: [grid")])
      try pair.keepPolicy()
      let indexes = try pair.post()
      #expect(pair.account.result.homes.map(\.rewards.millionths) == [1_500_000, 600_000])
      #expect(pair.account.result.homes[0].lines[0].reason == .rewardCap(.homePerMonth))
      #expect(indexes.count == 3)
      let check = try EvidenceCheck(pair.file, entry: nil, source: EvidenceSource(pair.file))
      #expect(check.findings.map(\.detail) == [] && check.settled == 3)
    }
  }
}
