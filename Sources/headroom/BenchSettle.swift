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
  /// Verified energy of every home to money and to a durable, signed book, beside SQLite alone.
  func settleFigures() throws -> [BenchFigure] {
    let policy = try policy()
    guard let run = policy.settlement.runs.first(where: \.isPayable) else {
      throw Outcome.badInput.failure("\(policyFile) has no payable run; allowed: one or more")
    }
    let world = try BenchBook(
      store: try SQLiteMainStore(path: folder + "/0-owners.db"), owners: 0,
      currency: policy.settlement.currency)
    let utility = UtilityID("bench")!
    let evidence = [
      Evidence(.signal, SHA256.hash("signal")), Evidence(.report, SHA256.hash("report")),
    ]
    var times: [Double] = []
    var limits: [Double] = []
    for number in 0...runs {
      try Task.checkCancellation()
      let event = settledEvent("bench-\(number)", day: Int64(number), policy)
      let performances = event.homes.map { Self.performance($0, event.intervals) }
      let escrow = "event:\(event.id):escrow"
      try world.book.open(
        [
          .init(escrow, .escrow),
          .init("programme:\(policy.dispatch.programme):penalty", .penalty),
        ], now: world.now)
      try world.fund(escrow, key: "deposit-\(number)")
      let before = world.book.head.size
      let seconds = try Stopwatch.seconds {
        let account = EventAccount(
          event, policy: policy, performances: performances, run: run, payer: .escrow)
        try world.book.open(account.ownerAccounts, now: world.now)
        let objects = account.evidence(utility: utility)
        try world.book.keep(objects)
        _ = try world.book.post(
          account.postings(
            in: world.book, utility: utility, evidence: evidence, homes: account.cited(objects)),
          currency: policy.settlement.currency, now: world.now)
        _ = try world.book.checkpoint()
      }
      let entries = try world.entries(from: before)
      let other = try SQLiteMainStore(path: folder + "/other-\(number).db")
      let limit = try Stopwatch.seconds { try other.append(entries, names: [], expecting: 0) }
      times.append(seconds)
      limits.append(limit)
    }
    let limitName = "SQLite inserting the same bytes, durably"
    return [
      BenchFigure(
        name: "settle-\(batteries)", unit: "s", value: Stopwatch.median(Array(times.dropFirst())),
        limit: Stopwatch.median(Array(limits.dropFirst())), limitName: limitName),
      BenchFigure(
        name: "settle-\(batteries)-first", unit: "s", value: times[0], limit: limits[0],
        limitName: limitName + "; every owner's account is opened too"),
    ]
  }

  /// An hour of four intervals, every home committed to 1.35 kWh.
  func settledEvent(_ name: String, day: Int64, _ policy: Policy) -> EventCase {
    let start = Timestamp(seconds: 1_784_073_600 + 86_400 * day)
    let (window, intervals) = EventCase.intervals(
      over: Window(start: start, end: start.adding(seconds: 3_600))!, level: 2, policy: policy)
    let each = Energy(wattHours: 1_350 / Int64(intervals.count))
    let commitment = Commitment(
      intervals: intervals.map { _ in CommittedInterval(rewardBase: each, penaltyBase: each) })
    return EventCase(
      id: EventID(name)!, window: window, intervals: intervals, isTest: false,
      noticeAt: start.adding(seconds: -3_600),
      homes: (1...batteries).map { number in
        EventCase.Home(
          site: SiteID(Self.name("site-", number))!, owner: OwnerID(Self.name("owner-", number))!,
          batteries: [BatteryID(Self.name("bat-", number))!],
          siteMeter: MeterID(Self.name("m-", number))!, batteryMeters: [],
          ratedPower: Power(watts: 5_000), capacity: Energy(wattHours: 13_500),
          commitment: commitment)
      })
  }

  /// Most homes give what they promised, some less; every tenth gives so little that it pays.
  ///
  /// - Parameter isCorrected: One home in a hundred, another in each event, gave a twentieth more.
  static func performance(
    _ home: EventCase.Home, _ intervals: [EventInterval], event: Int = 0, isCorrected: Bool = false
  ) -> Performance {
    let number = Int64(home.site.text.suffix(7)) ?? 0
    let shifted = number + Int64(event)
    var part = number.isMultiple(of: 10) ? 30 : 80 + number % 40
    if isCorrected, shifted.isMultiple(of: 100) { part += 5 }
    return Performance(
      site: home.site, verdict: .verified,
      intervals: intervals.enumerated().map { place, interval in
        let promised = home.commitment.intervals[place].rewardBase.joules
        let baseline = Energy(joules: 3_000_000)
        let reduction = Energy(joules: promised * part / 100)
        return IntervalPerformance(
          window: interval.window, baseline: baseline, unadjusted: baseline,
          actual: baseline - reduction, reduction: reduction, quality: .actual, status: .verified)
      })
  }
}
