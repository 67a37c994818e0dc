import Controller
import Engine
import Grid
import Ledger
import Policies
import Settlement
import Signing
import Storage
import Verification

extension Bench {
  /// A season that is settled, and then settled again when readings of one home in a hundred were
  /// corrected: the whole entitlement of every home and event anew, and the difference posted.
  func seasonFigures() throws -> [BenchFigure] {
    let policy = try policy()
    let payable = policy.settlement.runs.filter(\.isPayable)
    guard payable.count >= 2 else {
      throw Outcome.badInput.failure(
        "\(policyFile) has \(payable.count) payable runs; allowed: two, the second of which corrects"
      )
    }
    let season = try BenchSeason(
      world: BenchBook(
        store: try SQLiteMainStore(path: folder + "/season.db"), owners: 0,
        currency: policy.settlement.currency), policy: policy)
    var times: [Double] = []
    var limits: [Double] = []
    var posted: [Int64] = []
    for (pass, run) in payable.prefix(2).enumerated() {
      let before = season.world.book.head.size
      var seconds = 0.0
      for number in 0..<events {
        try Task.checkCancellation()
        progress.show(
          "\(pass == 0 ? "settling" : "settling again") event \(number + 1) of \(events)",
          Double(pass * events + number) / Double(2 * events))
        // What is measured begins with verified energy, as in `settle`.
        let event = settledEvent("season-\(number)", day: Int64(number), policy)
        let performances = event.homes.map {
          Self.performance($0, event.intervals, event: number, isCorrected: pass > 0)
        }
        seconds += try season.settle(event, performances, run, isFirst: pass == 0)
      }
      times.append(seconds)
      posted.append(season.world.book.head.size - before)
      let entries = try season.world.entries(from: before)
      let other = try SQLiteMainStore(path: folder + "/season-\(pass).db")
      limits.append(try Stopwatch.seconds { try other.append(entries, names: [], expecting: 0) })
    }
    let limitName = "SQLite inserting the same bytes, durably"
    let name = "season-\(events)-\(batteries)"
    return [
      BenchFigure(
        name: "\(name)-settle", unit: "s", value: times[0], limit: limits[0],
        limitName: "\(limitName), \(posted[0]) entries"),
      BenchFigure(
        name: "\(name)-again", unit: "s", value: times[1], limit: limits[1],
        limitName: "\(limitName), \(posted[1]) entries of what changed"),
    ]
  }
}

/// A season in one book.
private struct BenchSeason {
  let world: BenchBook
  let policy: Policy
  private let utility = UtilityID("bench")!
  private let funding = "utility:bench:funding"

  init(world: BenchBook, policy: Policy) throws {
    self.world = world
    self.policy = policy
    try world.book.open([.init(funding, .funding)], now: world.now)
    try world.fund(funding, key: "funding")
  }

  /// Settles one event and makes it durable; what it took.
  func settle(
    _ event: EventCase, _ performances: [Performance], _ run: SettlementTerms.Run, isFirst: Bool
  ) throws -> Double {
    let book = world.book
    if isFirst {
      let escrow = "event:\(event.id):escrow"
      try book.open(
        [
          .init(escrow, .escrow),
          .init("programme:\(policy.dispatch.programme):penalty", .penalty),
        ], now: world.now)
      try world.fund(escrow, key: "deposit-\(event.id)")
    }
    return try Stopwatch.seconds {
      var account = EventAccount(
        event, policy: policy, performances: performances, run: run,
        payer: isFirst ? .escrow : .funding)
      try book.open(account.ownerAccounts, now: world.now)
      account.posted = try account.posted(in: book, utility: utility)
      let objects = account.evidence(utility: utility)
      let moving = Set(account.entries.map(\.site))
      try book.keep(
        isFirst
          ? objects : zip(event.homes, objects).filter { moving.contains($0.0.site) }.map(\.1))
      let postings = account.postings(
        in: book, utility: utility, evidence: [Evidence(.report, SHA256.hash("report"))],
        homes: account.cited(objects))
      if isFirst {
        _ = try book.post(postings, currency: policy.settlement.currency, now: world.now)
      } else {
        _ = try book.post(
          corrections: postings, funding: funding, currency: policy.settlement.currency,
          now: world.now)
      }
      _ = try book.checkpoint()
    }
  }
}
