import Engine
import FoundationEssentials
import Grid
import Ledger
import Logging
import Policies
import Reports
import Settlement
import Signing
import Storage

/// Carries out one settlement run of a recorded event: measure, settle, post, report.
///
/// Doing it again with the same readings posts nothing: every entry's key follows from event, site
/// and run. The first payable run is paid from the escrow; a later one posts what it changes, from
/// the funding account.
struct EventSettler: Sendable {
  let setup: Controller.Setup
  let record: EventRecord
  let item: RunAgenda.Item
  /// All events, for the days that are no candidates of a baseline.
  let others: [EventRecord]
  /// The last live record that counts.
  let lastRecord: Int64
  /// What sites declared, as far as the run knows it.
  var schedules = ScheduleBook([], frozen: [])

  private var run: SettlementTerms.Run { item.run }

  /// True for the first payable run, which an escrow covers.
  private func isFirst(_ policy: Policy) -> Bool {
    policy.settlement.runs.first(where: \.isPayable)?.name == run.name
  }

  /// What came of it; without homes there was nothing to settle.
  func carryOut() async throws -> FinishedRun {
    let policy = setup.policies.first { $0.hash == record.policy }
    guard let policy else { preconditionFailure("a settled event has a policy") }
    let now = setup.clock.now
    try setup.book.giveBackExpired(now: now)
    let event = EventCase(record, fleet: setup.fleet, policy: policy, others: others)?
      .declared(by: schedules, policy: policy)
    let isFirst = isFirst(policy)
    guard let event, !event.homes.isEmpty else {
      let settled = isFirst ? try close(policy, held: .zero, credited: .zero, now: now) : nil
      return FinishedRun(item: item, settled: settled)
    }
    let measurement = CaseMeasurement(
      readings: ReadingsSoFar(store: setup.readings, lastRecord: lastRecord), policy: policy,
      historyDays: setup.meterHistoryDays)
    let measured = try measurement.withControl(event, of: setup.fleet)
    let live = try measurement.liveReadings(of: measured)
    let performances = try await measurement.verify(measured, live: live)
    let earlier =
      policy.eventProgramme == nil
      ? EarlierMoney(book: setup.book, before: event.window.start, policy: policy)
      : EarlierMoney(
        of: event, among: others, policies: setup.policies, book: setup.book, policy: policy)
    let payer: SettlementRun.Payer =
      isFirst && policy.settlement.escrowRequired ? .escrow : .funding
    let released =
      run.isPayable
      ? EventAccount.released(
        measured, performances, before: run.name, policy: policy, utility: record.utility,
        in: setup.book) : []
    var account = EventAccount(
      measured, policy: policy, performances: performances, run: run, payer: payer,
      earlier: earlier,
      released: released)
    if run.isPayable {
      if policy.citesReadings {
        account.readings = try ReadingsCiter(
          setup.readings, policy: policy, lastRecord: lastRecord
        ).cite(event, performances)
      }
      try setup.book.open(
        account.ownerAccounts
          + EscrowCover.accounts(event: record.id, utility: record.utility, policy: policy),
        now: now)
      account.posted = try account.posted(in: setup.book, utility: record.utility)
      if !isFirst, let reason = shortOfFunds(account, policy) {
        return FinishedRun(item: item, blocked: reason)
      }
    }
    var around = EventAccount.Surroundings(
      event: EventFacts(record), fleet: FleetFacts(record), exceptions: record.exceptions,
      isNullEvent: record.commitment?.committed == .zero)
    around.curve = CurveFacts(record)
    around.rebound = try await measurement.rebound(after: event)
    let evidence = SHA256.hash(account.report(around).bytes(of: .intervals))
    around.inputs.evidence = evidence
    var settled: SignalAcknowledgement.Settled?
    if run.isPayable {
      try post(account, policy, evidence: evidence, into: &around, now: now)
      settled = try close(
        policy, held: Money(millionths: Int64(clamping: account.result.totals.held.millionths)),
        credited: account.result.totals.credited, now: now)
      around.ledger?.checkpoint = try setup.book.checkpoint().note
      if !isFirst, account.entries.isEmpty { settled = nil }
    }
    var report = account.report(around)
    try report.explain(measured, by: measurement, live: live)
    try ReportFolder(setup.reportsFolder).write(report)
    return FinishedRun(item: item, settled: settled)
  }

  /// What the funding account lacks for a run that it pays, or nil.
  ///
  /// An escrow covers the greatest cost of an event, and a post-paid account may go below zero.
  private func shortOfFunds(_ account: EventAccount, _ policy: Policy) -> String? {
    guard policy.settlement.escrowRequired else { return nil }
    let currency = policy.settlement.currency
    let funding = EscrowCover.Paths(event: record.id, utility: record.utility).funding
    var needed: Int128 = 0
    // What a run that was cut off has posted is paid already.
    for posting in account.postings(in: setup.book, utility: record.utility, evidence: [])
    where setup.book.entry(of: posting.key) == nil {
      for leg in posting.legs where leg.path == funding { needed -= Int128(leg.amount.millionths) }
    }
    let free = setup.book.position(of: funding, currency: currency)?.available ?? 0
    guard needed > max(0, free) else { return nil }
    let missing = MoneyTotal(millionths: needed - max(0, free)).text(in: currency)
    return "\(missing) \(currency.code) missing in \(funding); it is tried again every hour"
  }

  private func post(
    _ account: EventAccount, _ policy: Policy, evidence: Digest,
    into around: inout EventAccount.Surroundings, now: Timestamp
  ) throws {
    let signals = record.revisions.suffix(1).map { Evidence(.signal, $0.digest) }
    let entries = account.entries
    // The evidence first: an entry without it must not exist, evidence without an entry may.
    let objects = account.evidence(utility: record.utility)
    // What waits is decided by its evidence later.
    let held = account.result.homes.filter { home in home.lines.contains { $0.status == .held } }
    let whole = account.whole(objects)
    if let whole { try setup.book.keep([whole.stored]) }
    let moving = Set(entries.map(\.site)).union(held.map(\.site))
    // A month's mean asks for every home, also where the event's own money stays.
    let isOfMonths = policy.programme != nil
    try setup.book.keep(
      account.posted.isEmpty || isOfMonths
        ? objects : zip(account.event.homes, objects).filter { moving.contains($0.0.site) }.map(\.1)
    )
    let postings = account.postings(
      in: setup.book, utility: record.utility,
      evidence: signals + [Evidence(.report, evidence)]
        + (whole.map { [Evidence(.document, $0.stored.hash)] } ?? []),
      homes: account.cited(objects))
    let indexes: [UInt64?]
    if account.posted.isEmpty {
      do {
        indexes = try setup.book.post(
          postings, currency: policy.settlement.currency, now: now)
      } catch LedgerKeeper.Fault.refused(.keyConflict) {
        // A run that was posted before homes had evidence of their own cites the report alone.
        indexes = try setup.book.post(
          account.postings(
            in: setup.book, utility: record.utility,
            evidence: signals + [Evidence(.performance, evidence)]),
          currency: policy.settlement.currency, now: now)
      } catch LedgerKeeper.Fault.refused(.insufficient) {
        // A fee or a penalty is more than somebody has: the next run asks for it again.
        indexes = try post(differences: postings, policy, now: now)
      }
    } else {
      indexes = try post(differences: postings, policy, now: now)
    }
    for case (let entry, let index?) in zip(entries, indexes) {
      around.entries[entry.site, default: [:]][entry.kind] = Int64(index)
    }
    let written = indexes.compactMap { $0 }
    if let first = written.min(), let last = written.max() {
      around.ledger = LedgerFacts(
        origin: setup.book.key.verifier.name, firstIndex: Int64(first), lastIndex: Int64(last),
        commands: ["headroom ledger verify --config FILE", "headroom replay --config FILE"])
    }
  }

  /// Posts what a later run changes, and says whose account had not the money for it.
  private func post(
    differences postings: [LedgerKeeper.Posting], _ policy: Policy, now: Timestamp
  ) throws -> [UInt64?] {
    let funding = EscrowCover.Paths(event: record.id, utility: record.utility).funding
    let indexes = try setup.book.post(
      corrections: postings, funding: funding, currency: policy.settlement.currency, now: now)
    for (posting, index) in zip(postings, indexes) where index == nil {
      let owner = posting.legs.first { $0.path.hasPrefix("owner:") }?.path
      setup.logger.warning(
        "a correction could not be posted: an account has not the money",
        metadata: [
          "event": "\(record.id)", "run": "\(run.name)", "of": "\(owner ?? "another party")",
        ])
    }
    return indexes
  }

  /// Gives back what is left of the escrow but for what is held until it is decided, passes the
  /// penalties on or takes back what was too much, and says where it is written.
  private func close(
    _ policy: Policy, held: Money, credited: Energy, now: Timestamp
  ) throws -> SignalAcknowledgement.Settled {
    let currency = policy.settlement.currency
    let paths = EscrowCover.Paths(event: record.id, utility: record.utility)
    let penalty = "programme:\(policy.dispatch.programme):penalty"
    let isFirst = isFirst(policy)
    func move(_ from: String, _ reason: String, keeping: Money = .zero) throws {
      guard let position = setup.book.position(of: from, currency: currency),
        let window = record.window, let salt = setup.book.salt(of: from)
      else { return }
      let amount = Money(millionths: Int64(clamping: position.available) - keeping.millionths)
      if amount == .zero { return }
      if amount < .zero {
        let free = setup.book.position(of: paths.funding, currency: currency)?.available ?? 0
        let isCovered = !policy.settlement.escrowRequired || free >= -Int128(amount.millionths)
        guard from == penalty, isCovered else { return }
      }
      let run = isFirst ? reason : "\(reason):\(run.name)"
      let key = IdempotencyKey.settlement(
        millisecondsOfEventEnd: UInt64(window.end.microseconds / 1_000), salt: salt,
        event: record.id.text, site: "", run: run)
      _ = try setup.book.post(
        [
          LedgerKeeper.Posting(
            key: key, reason: reason, event: record.id, effective: setup.book.open(window),
            legs: [(from, -amount), (paths.funding, amount)], rule: policy.hash)
        ], currency: currency, now: now)
    }
    try move(paths.escrow, "return", keeping: held)
    try move(penalty, "penalties")
    let head = setup.book.head
    _ = try setup.book.checkpoint()
    return .init(
      verifiedWh: credited.wattHoursRoundedDown, treeSize: head.size, root: head.root)
  }
}
