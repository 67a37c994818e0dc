import Grid
import Ledger
import Policies
import Settlement
import Signing
import Storage
import Testing
import Verification

@testable import Controller

/// What later runs post over what is there: differences of splits, found again from evidence.
@Suite struct `A correction of a settled pair` {
  /// The account of a later run in which the homes gave `wattHours` an interval.
  static func later(
    _ pair: SettledPair, _ run: String, _ wattHours: [Int64]
  ) throws -> EventAccount {
    let performances = zip(pair.account.performances, wattHours).map { performance, given in
      var performance = performance
      for place in performance.intervals.indices {
        performance.intervals[place].reduction = Energy(wattHours: given)
        performance.intervals[place].actual = Energy(wattHours: 800 - given)
      }
      return performance
    }
    let run = try #require(pair.policy.settlement.runs.first { $0.name == run })
    var account = EventAccount(
      pair.account.event, policy: pair.policy, performances: performances, run: run,
      payer: .funding)
    account.posted = try account.posted(in: pair.book, utility: SettledPair.utility)
    return account
  }

  private static let funding = "utility:\(SettledPair.utility):funding"

  static func post(_ account: EventAccount, _ pair: SettledPair) throws -> [UInt64?] {
    let objects = account.evidence(utility: SettledPair.utility)
    let whole = account.whole(objects)?.stored
    try pair.book.keep(objects + (whole.map { [$0] } ?? []))
    return try pair.book.post(
      corrections: account.postings(
        in: pair.book, utility: SettledPair.utility,
        evidence: [Evidence(.report, SHA256.hash("later"))]
          + (whole.map { [Evidence(.document, $0.hash)] } ?? []), homes: account.cited(objects)),
      funding: funding, currency: Samples.usd, now: Samples.now)
  }

  private static func balance(_ pair: SettledPair, _ path: String) -> Int128? {
    pair.book.position(of: path, currency: Samples.usd)?.available
  }

  /// H1 gave 0.6 and not 1 kWh: reward 1.20 and not 2.00, penalty (0.9 - 0.6) x 0.40 = 0.12.
  /// H2 gave 1 and not 0.3 kWh: reward 2.00 and not 0.60, no penalty instead of 0.24.
  @Test func `posts new less posted, each run over all before it`() throws {
    try withFolder { folder in
      let pair = try SettledPair(folder)
      try pair.keepPolicy()
      try pair.post()
      try pair.book.open([.init(Self.funding, .funding)], now: Samples.now)
      try Self.pay(pair, 5_000_000)
      let second = try Self.later(pair, "recalculation", [150, 250])
      #expect(
        second.posted.map { $0.lines.map(\.charged.millionths) } == [
          [2_000_000], [600_000, -240_000],
        ])
      let indexes = try Self.post(second, pair)
      #expect(indexes.count == 4 && !indexes.contains(nil))
      #expect(Self.balance(pair, "owner:H1") == 1_080_000)
      #expect(Self.balance(pair, "owner:H2") == 2_000_000)
      #expect(Self.balance(pair, Self.funding) == 4_400_000)
      // Again: the same entries, nothing new.
      let size = pair.book.head.size
      #expect(try Self.post(try Self.later(pair, "recalculation", [150, 250]), pair) == indexes)
      #expect(pair.book.head.size == size)
      // The last run finds the sum of both, and nothing to do.
      let last = try Self.later(pair, "final", [150, 250])
      #expect(
        last.posted.map { $0.lines.map(\.charged.millionths) } == [
          [1_200_000, -120_000], [2_000_000],
        ])
      #expect(last.entries.isEmpty)
      let check = try EvidenceCheck(pair.file, entry: nil, source: EvidenceSource(pair.file))
      #expect(check.findings.map(\.detail) == [] && check.settled == 7)
    }
  }

  /// A later reward entry takes 0.80 back and a penalty of 0.12 is added; H1 has spent all.
  @Test func `leaves out what an owner no longer has, and the next run asks again`() throws {
    try withFolder { folder in
      let pair = try SettledPair(folder)
      try pair.post()
      try pair.book.open([.init(Self.funding, .funding)], now: Samples.now)
      try Self.pay(pair, 5_000_000)
      try Self.move(pair, 2, [("owner:H1", -2_000_000), ("bank:main", 2_000_000)])
      let second = try Self.later(pair, "recalculation", [150, 75])
      #expect(second.entries.count == 2)
      #expect(try Self.post(second, pair) == [nil, nil])
      #expect(Self.balance(pair, "owner:H1") == 0)
      try Self.move(pair, 3, [("bank:main", -1_000_000), ("owner:H1", 1_000_000)])
      #expect(try Self.post(try Self.later(pair, "final", [150, 75]), pair).contains(nil) == false)
      #expect(Self.balance(pair, "owner:H1") == 80_000)
    }
  }

  /// The funding account is there, with money for corrections.
  static func fund(_ pair: SettledPair) throws {
    try pair.book.open([.init(funding, .funding)], now: Samples.now)
    try pay(pair, 5_000_000)
  }

  private static func pay(_ pair: SettledPair, _ millionths: Int64) throws {
    try move(pair, 7, [("bank:main", -millionths), (funding, millionths)])
  }

  private static func move(
    _ pair: SettledPair, _ key: UInt8, _ legs: [(String, Int64)]
  ) throws {
    _ = try pair.book.post(
      [
        .init(
          key: IdempotencyKey(bytes: [UInt8](repeating: key, count: 16))!, reason: "deposit",
          event: nil, effective: Samples.hour,
          legs: legs.map { ($0.0, Money(millionths: $0.1)) })
      ], currency: Samples.usd, now: Samples.now)
  }
}
