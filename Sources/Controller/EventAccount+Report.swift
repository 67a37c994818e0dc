public import Grid
import Policies
public import Reports
public import Settlement
import Verification

extension EventAccount {
  /// What only the caller knows of an event.
  public struct Surroundings: Sendable {
    /// Who asked, and how it went.
    public var event: EventFacts
    /// What the fleet did.
    public var fleet: FleetFacts
    /// Skipped, silent, opted out.
    public var exceptions: [ExceptionCount]
    /// Inputs by hash.
    public var inputs: InputHashes
    /// Where the money stands, once it is posted.
    public var ledger: LedgerFacts?
    /// Entry indexes by site.
    public var entries: [SiteID: [EntryKind: Int64]]
    /// What the batteries said while it ran.
    public var curve = CurveFacts()
    /// What came back after it.
    public var rebound: ReboundFacts?
    /// True when no battery was asked to move: everything credited is then baseline error.
    public var isNullEvent: Bool

    /// Surroundings.
    public init(
      event: EventFacts, fleet: FleetFacts, exceptions: [ExceptionCount] = [],
      inputs: InputHashes = InputHashes(), ledger: LedgerFacts? = nil,
      entries: [SiteID: [EntryKind: Int64]] = [:], isNullEvent: Bool = false
    ) {
      self.event = event
      self.fleet = fleet
      self.exceptions = exceptions
      self.inputs = inputs
      self.ledger = ledger
      self.entries = entries
      self.isNullEvent = isNullEvent
    }
  }

  /// The report of this account.
  public func report(_ around: Surroundings) -> EventReport {
    let homes = zip(zip(event.homes, performances), result.homes).map { pair, settled in
      facts(pair.0, pair.1, around.entries[settled.site])
    }
    var report = EventReport(
      runID: "\(event.id).\(result.run.name)", event: around.event,
      policy: PolicyFacts(
        id: policy.id.text, title: policy.title, version: policy.version, sha256: policy.hash,
        sentences: policy.explain().lines.map(\.sentence)),
      terms: policy.terms(of: input), zone: policy.measurement.calendar.zone, fleet: around.fleet,
      settlement: result, posted: posted, homes: homes, exceptions: around.exceptions,
      inputs: around.inputs, ledger: around.ledger, dataQuality: dataQuality,
      falseCredit: around.isNullEvent ? falseCredit : nil)
    report.curve = around.curve
    report.rebound = around.rebound
    return report
  }

  private func facts(
    _ home: EventCase.Home, _ performance: Performance,
    _ entries: [EntryKind: Int64]?
  ) -> HomeFacts {
    let baseline = policy.measurement.baseline
    let measured = performance.intervals.count == event.intervals.count
    let intervals = event.intervals.indices.map { place in
      let interval = measured ? performance.intervals[place] : nil
      return HomeFacts.Interval(
        commitment: home.commitment.intervals[place], unadjusted: interval?.unadjusted,
        baseline: interval?.baseline, actual: interval?.actual,
        quality: interval?.quality ?? .missing, reduction: interval?.reduction)
    }
    return HomeFacts(
      site: home.site, batteries: home.batteries, intervals: intervals,
      baseline: .init(
        kind: baseline.kind.rawValue, days: performance.days,
        adjustmentType: performance.adjustment == nil
          ? "none" : baseline.adjustment?.kind.rawValue ?? "none",
        adjustment: performance.adjustment.map { Self.text($0.used) } ?? "",
        isAdjustmentCapped: performance.adjustment?.isCapped),
      lossFactorMillionths: policy.measurement.lossFactorMillionths,
      flags: performance.flags.map(\.code), entries: entries ?? [:])
  }

  /// An adjustment as text with its unit.
  static func text(_ change: AppliedAdjustment.Change) -> String {
    switch change {
    case .factor(let factor): "\(factor)"
    case .offset(let offset): "\(offset) J"
    }
  }

  /// One sentence a kind of flag, and one a doubt about meters, which need not be a flag.
  private var dataQuality: [String] {
    var counts: [String: Int] = [:]
    for performance in performances {
      for code in Set(performance.flags.map(\.code)) { counts[code, default: 0] += 1 }
    }
    var doubted: [MeterHealth.Code: Int] = [:]
    for performance in performances {
      for code in performance.meterFindings { doubted[code, default: 0] += 1 }
    }
    return counts.sorted { $0.key < $1.key }.map {
      "\($0.key): \($0.value) of \(performances.count) homes."
    }
      + doubted.sorted { $0.key < $1.key }.map {
        "Meters with \($0.key.rawValue): \($0.value) of \(performances.count) homes."
      }
  }

  private var falseCredit: FalseCredit {
    var credited = Energy.zero
    var homes = 0
    for home in result.homes where home.credited > .zero {
      credited += home.credited
      homes += 1
    }
    return FalseCredit(
      credited: credited,
      paid: Money(millionths: Int64(clamping: result.totals.rewards.millionths)), homes: homes)
  }
}
