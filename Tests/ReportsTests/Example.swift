import Grid
import Reports
import Settlement

/// A small event with one home of each kind: 17:00 to 18:00 in two half hours.
enum Example {
  static let start = Timestamp(rfc3339: "2026-07-15T17:00:00-07:00")!
  static let dollars = Currency(code: "USD", digits: 2)!
  static let policy = Digest(bytes: Array(repeating: 7, count: 32))!
  static let zone = ZoneOffsets(
    name: "America/Los_Angeles", before: -7 * 3_600, transitions: [])

  static var terms: SettlementTerms {
    SettlementTerms(
      policy: policy, policyVersion: "1.0", programme: ProgrammeID("example")!,
      currency: dollars, netting: .interval,
      premium: .init(rate: .flat(Money(millionths: 2_000_000))),
      penalty: .init(
        price: .rate(.flat(Money(millionths: 400_000))), netting: .interval,
        caps: [.init(basis: .rewardsOfMonth, percent: 100)]),
      excusals: [.gridOutage],
      shares: [.owner: Percent(whole: 80)!, .aggregator: Percent(whole: 20)!],
      escrowRequired: true,
      runs: [SettlementTerms.Run(name: "initial", afterDays: 7, isPayable: true)])
  }

  static let window = Window(start: start, end: start.adding(seconds: 3_600))!
  static let intervals = [0, 1].map { place in
    EventInterval(
      window: Window(
        start: start.adding(seconds: place * 1_800),
        end: start.adding(seconds: place * 1_800 + 1_800))!,
      level: 2)
  }

  static func home(_ site: String, _ delivered: [Int64]) -> HomePerformance {
    HomePerformance(
      site: SiteID(site)!, owner: OwnerID("O-" + site)!, batteries: [BatteryID("B-" + site)!],
      commitment: Commitment(over: intervals, promised: Power(watts: 1_000)),
      intervals: delivered.map { .verified(Energy(wattHours: $0)) }, verdict: .verified)
  }

  static var homes: [HomePerformance] {
    var refused = home("H3", [500, 500])
    refused.verdict = .refused(reason: "tooFewDays")
    var held = home("H4", [500, 500])
    held.heldBy = "meterSuspect"
    return [home("H1", [500, 600]), home("H2", [400, 100]), refused, held, home("H5", [-50, 0])]
  }

  static func facts(_ home: HomePerformance) -> HomeFacts {
    let isMeasured = home.verdict == .verified
    return HomeFacts(
      site: home.site, batteries: home.batteries,
      intervals: zip(home.commitment.intervals, home.intervals).map { commitment, measured in
        HomeFacts.Interval(
          commitment: commitment, unadjusted: isMeasured ? Energy(wattHours: 900) : nil,
          baseline: isMeasured ? Energy(wattHours: 1_000) : nil,
          actual: isMeasured ? Energy(wattHours: 1_000) - measured.reduction! : nil,
          quality: isMeasured ? .actual : .missing,
          reduction: isMeasured ? measured.reduction : nil, excusal: measured.excusal)
      },
      baseline: isMeasured
        ? HomeFacts.Baseline(
          kind: "dayMatching high 5 of 10",
          days: [CivilDate(text: "2026-07-13")!, CivilDate(text: "2026-07-14")!],
          adjustmentType: "additive", adjustment: "200 Wh", isAdjustmentCapped: true) : nil,
      lossFactorMillionths: 1_000_000, flags: home.heldBy.map { [$0] } ?? [],
      entries: isMeasured ? [.reward: 40] : [:])
  }

  static func report(
    homes: [HomePerformance] = homes, run: SettlementRun? = nil, posted: [PostedHome] = [],
    isTest: Bool = false, terms: SettlementTerms = terms, title: String = "Surge premium"
  ) -> EventReport {
    let run = run ?? SettlementRun(name: "initial", isPayable: true, payer: .escrow)
    let settlement = Settlement.settle(
      SettlementInput(
        run: run, event: EventID("E-17")!, window: window, isTest: isTest, intervals: intervals,
        homes: homes), terms: terms)
    return EventReport(
      runID: "E-17.\(run.name)",
      event: EventFacts(
        id: EventID("E-17")!, window: window, utility: UtilityID("U")!,
        revisions: [EventFacts.Revision(number: 1, window: window, level: 2)], isTest: isTest),
      policy: PolicyFacts(
        id: "surge", title: title, version: "1.0", sha256: policy,
        sentences: ["Each verified kWh up to the commitment earns 2.00 USD."]),
      terms: terms, zone: zone,
      fleet: FleetFacts(
        asked: Energy(wattHours: 6_000), committed: Energy(wattHours: 5_000),
        delivered: Energy(wattHours: 3_100), batteries: 8, eligible: 6, commanded: 5,
        acknowledged: 5, outcomes: [.init(name: "completed", count: 5)]),
      settlement: settlement, posted: posted,
      homes: homes.sorted { $0.site < $1.site }.map(facts),
      exceptions: [ExceptionCount(kind: "skipped", reason: "notHeard", count: 2)],
      ledger: LedgerFacts(
        origin: "ledger.example/vpp", firstIndex: 40, lastIndex: 43,
        checkpoint: "ledger.example/vpp\n44\nhash=\n\n— sig",
        commands: ["headroom ledger verify", "headroom replay"]),
      dataQuality: ["One meter repeats its values."])
  }
}

extension EventReport {
  func text(_ file: ReportFile) -> String { String(decoding: bytes(of: file), as: UTF8.self) }

  /// The cells of a table whose cells hold no comma.
  func rows(_ file: ReportFile) -> [[String: String]] {
    let lines = text(file).split(separator: "\n")
    let head = lines[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    return lines.dropFirst().map { line in
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      precondition(cells.count == head.count, "a row has as many cells as the head")
      return Dictionary(uniqueKeysWithValues: zip(head, cells))
    }
  }
}

/// Decimal text in millionths.
func millionths(_ text: String?) -> Int64 { try! FixedDecimal.parse(text ?? "", places: 6) }
