import Foundation
import Grid
import Ledger
import Policies
import Reports
import Settlement
import Signing
import Storage
import Testing

@testable import Controller

/// A month of a served programme: what the events came to, from their evidence, and its posting.
@Suite struct `A month of a served programme` {
  /// 7.00 for each kilowatt of the mean, 2.00 for each that is promised.
  private static let edits = [
    (
      "\nreward:\n",
      "\nreward:\n  capacity: {rate: {amount: 7, per: kW-month}, average: month, source: project}\n"
        + "  availability: {rate: {amount: 2, per: kW-month}, source: project}\n"
    )
  ]
  private static let july = CivilDate(text: "2026-07-01")!...CivilDate(text: "2026-07-31")!
  private static let august = CivilDate(text: "2026-08-07")!
  private static let homes = ["H1", "H2"].map {
    ProgrammeHome(site: SiteID($0)!, owner: OwnerID($0)!, committed: Power(watts: 5_000))
  }

  private static func run(_ pair: SettledPair, _ name: String) -> SettlementTerms.Run {
    pair.policy.settlement.runs.first { $0.name == name }!
  }

  private static func settle(
    _ pair: SettledPair, _ name: String = "initial", homes: [ProgrammeHome] = homes,
    today: CivilDate = august
  ) throws -> ServedPeriod {
    try LedgerDesk(opening: pair.file).period(
      pair.policy, run: run(pair, name), in: july, homes: homes, today: today)
  }

  private static func post(_ pair: SettledPair, _ period: ServedPeriod) throws -> [UInt64] {
    var desk = try LedgerDesk(opening: pair.file)
    return try desk.post(
      period, key: Samples.key, now: Timestamp(rfc3339: "2026-08-07T10:00:00Z")!)
  }

  /// The owner's part of each home.
  private static func owners(_ posts: [ProgrammeAccount]) -> [String] {
    posts.map { account in
      let part = account.legs.first { $0.party == "owner" }?.amount ?? .zero
      return "\(account.site?.text ?? "fleet") \(part.text(in: Samples.usd))"
    }
  }

  private static func balance(_ pair: SettledPair, _ path: String) throws -> Int64 {
    let desk = try LedgerDesk(opening: pair.file)
    let account = try #require(desk.accounts[path])
    return desk.book.position(account, commodity: desk.book.commodity("USD")!)?.settled ?? 0
  }

  @Test func `is settled from the evidence of its events, posted once, and corrected later`() throws
  {
    try withFolder { folder in
      let pair = try SettledPair(folder, edits: Self.edits)
      try pair.keepPolicy()
      let events = try pair.post()
      // Means of 1 and 0.3 kW: 7.00 and 2.10, and 10.00 each for 5 kW.
      let first = try Self.settle(pair)
      #expect(
        first.lines.map { "\($0.field) \($0.charged.text(in: Samples.usd))" }.sorted() == [
          "reward.availability 10.00", "reward.availability 10.00", "reward.capacity 2.10",
          "reward.capacity 7.00",
        ])
      #expect(Self.owners(first.posts) == ["H1 17.00", "H2 12.10"])
      #expect(!first.isPosted && first.posted.isEmpty)

      // Nothing is written while the funding account has not the money.
      let size = pair.book.head.size
      #expect(throws: (any Error).self) { try Self.post(pair, first) }
      #expect(pair.book.head.size == size)
      let funding = "utility:acme:funding"
      try pair.book.open([.init(funding, .funding)], now: Samples.now)
      let money = Money(millionths: 100_000_000)
      _ = try pair.book.post(
        [
          .init(
            key: IdempotencyKey(bytes: [UInt8](repeating: 3, count: 16))!, reason: "deposit",
            event: nil, effective: Samples.hour, legs: [("bank:main", -money), (funding, money)])
        ], currency: Samples.usd, now: Samples.now)
      let before = try ["owner:H1", "owner:H2"].map { try Self.balance(pair, $0) }
      #expect(try Self.post(pair, first).count == 2)
      let after = try ["owner:H1", "owner:H2"].map { try Self.balance(pair, $0) }
      #expect(zip(after, before).map(-) == [17_000_000, 12_100_000])
      #expect(try Self.balance(pair, funding) == 70_900_000)

      // The same again posts nothing.
      let again = try Self.settle(pair)
      #expect(again.isPosted && again.posts.isEmpty)
      #expect(try Self.post(pair, again) == [])

      // H2 gave 0.5 kW after all: the recalculation finds 1.40 more, for it alone.
      var evidence = try HomeEvidence(bytes: pair.objects[1].body)
      evidence.input.run = SettlementRun(name: "recalculation", isPayable: true, payer: .funding)
      evidence.input.homes[0].intervals = evidence.home.intervals.map { _ in
        .verified(Energy(wattHours: 125))
      }
      try pair.store.keep([
        StoredEvidence(
          hash: SHA256.hash(evidence.bytes),
          kind: Int(EvidenceKind.performance.rawValue), body: evidence.bytes)
      ])
      let changed = try Self.settle(pair)
      #expect(throws: ServedPeriod.Fault.runPosted(run: "initial", period: "2026-07")) {
        try Self.post(pair, changed)
      }
      let later = try Self.settle(pair, "recalculation")
      #expect(Self.owners(later.posts) == ["H2 1.40"])
      #expect(try Self.post(pair, later).count == 1)
      #expect(try Self.settle(pair, "final").posts.isEmpty)
      #expect(try Self.balance(pair, funding) == 69_500_000)

      // Events are settled again from their evidence as before, and periods are no events.
      let check = try EvidenceCheck(pair.file, entry: nil, source: EvidenceSource(pair.file))
      #expect(check.findings.map(\.detail) == [])
      #expect(check.settled == events.count)
      // The month's report has a row for it, and adds up to the ledger.
      let report = try PeriodReader(
        try LedgerDesk(opening: pair.file), reports: ReportFolder(folder + "/reports"), zone: .utc
      ).report(title: "Programme")
      #expect(report.rows.map(\.event).contains("period:2026-07"))
    }
  }

  /// A home whose evidence is gone would be a home that earned nothing.
  @Test func `is computed from evidence that is whole, or not at all`() throws {
    try withFolder { folder in
      let pair = try SettledPair(folder, edits: Self.edits)
      try pair.keepPolicy()
      _ = try pair.post()
      let hash = pair.objects[1].hash
      try `An altered table`.run(
        "UPDATE evidence SET body = x'A0' WHERE hash = x'\(hash)'", pair.file)
      let altered = #expect(throws: LedgerKeeper.Fault.self) { try Self.settle(pair) }
      guard case .evidenceAltered(hash, _) = altered else {
        Issue.record("\(altered as Any)")
        return
      }
      #expect(
        altered?.description
          == "the evidence \(hash) was altered: its hash is \(SHA256.hash([0xA0]));"
          + " nothing is computed from it")
      #expect(throws: LedgerKeeper.Fault.self) {
        try LedgerCopy(from: pair.file, to: folder + "/copy.db")
      }
      try `An altered table`.run("DELETE FROM evidence WHERE hash = x'\(hash)'", pair.file)
      let missing = #expect(throws: LedgerKeeper.Fault.self) { try Self.settle(pair) }
      guard case .evidenceMissing(_, hash) = missing else {
        Issue.record("\(missing as Any)")
        return
      }
    }
  }

  @Test func `is refused before it is over, without promises, and for a policy of events alone`()
    throws
  {
    try withFolder { folder in
      let pair = try SettledPair(folder, edits: Self.edits)
      #expect(throws: ServedPeriod.Fault.notOver("2026-07-01 to 2026-07-31")) {
        try Self.settle(pair, today: Self.july.upperBound)
      }
      let silent = Self.homes.map { ProgrammeHome(site: $0.site, owner: $0.owner) }
      #expect(
        throws: ServedPeriod.Fault.lacking(
          ["H1", "H2"].map {
            "site \($0) has no committed power; allowed: committed_kw, for reward.availability"
          })
      ) { try Self.settle(pair, homes: silent) }
      let period = try Self.settle(pair)
      var desk = try LedgerDesk(opening: pair.file)
      let stranger = try SigningKey(name: "stranger", key: .make())
      #expect(throws: ServedPeriod.Fault.notTheLogsKey("stranger")) {
        try desk.post(period, key: stranger, now: Samples.now)
      }
    }
    try withFolder { folder in
      let pair = try SettledPair(folder)
      let fault = ServedPeriod.Fault.paysNoPeriods(pair.policy.id.text)
      #expect(throws: fault) { try Self.settle(pair) }
      #expect("\(fault)".contains("allowed: capacity, availability or flat"))
    }
  }
}
