import Engine
import FoundationEssentials
import Grid
import Ledger
import Policies
import Reports
import Settlement
import Signing
import Storage

/// Carries out one settlement run of a recorded event: measure, settle, post, report.
///
/// Doing it again with the same readings posts nothing: every entry's key follows from event, site
/// and run.
struct EventSettler: Sendable {
  let setup: Controller.Setup
  let record: EventRecord
  let run: SettlementTerms.Run
  /// All events, for the days that are no candidates of a baseline.
  let others: [EventRecord]
  /// The last live record that counts.
  let lastRecord: Int64

  /// What came of it; without homes there was nothing to settle.
  func carryOut() async throws -> FinishedRun {
    let policy = setup.policies.first { $0.hash == record.policy }
    guard let policy else { preconditionFailure("a settled event has a policy") }
    let now = setup.clock.now
    let event = EventCase(record, fleet: setup.fleet, policy: policy, others: others)
    guard let event, !event.homes.isEmpty else {
      let settled = run.isPayable ? try close(policy, held: .zero, credited: .zero, now: now) : nil
      return FinishedRun(event: record.id, run: run.name, settled: settled)
    }
    let measurement = CaseMeasurement(
      readings: ReadingsSoFar(store: setup.readings, lastRecord: lastRecord), policy: policy,
      historyDays: setup.meterHistoryDays)
    let performances = try await measurement.verify(event)
    let earlier = EarlierMoney(book: setup.book, before: event.window.start, policy: policy)
    let payer: SettlementRun.Payer = policy.settlement.escrowRequired ? .escrow : .funding
    let account = EventAccount(
      event, policy: policy, performances: performances, run: run, payer: payer, earlier: earlier)
    var around = EventAccount.Surroundings(
      event: EventFacts(record), fleet: FleetFacts(record), exceptions: record.exceptions,
      isNullEvent: record.commitment?.committed == .zero)
    around.curve = CurveFacts(record)
    let evidence = SHA256.hash(account.report(around).bytes(of: .intervals))
    around.inputs.evidence = evidence
    var settled: SignalAcknowledgement.Settled?
    if run.isPayable {
      try post(account, policy, evidence: evidence, into: &around, now: now)
      settled = try close(
        policy, held: Money(millionths: Int64(clamping: account.result.totals.held.millionths)),
        credited: account.result.totals.credited, now: now)
      around.ledger?.checkpoint = try setup.book.checkpoint().note
    }
    try ReportFolder(setup.reportsFolder).write(account.report(around))
    return FinishedRun(event: record.id, run: run.name, settled: settled)
  }

  private func post(
    _ account: EventAccount, _ policy: Policy, evidence: Digest,
    into around: inout EventAccount.Surroundings, now: Timestamp
  ) throws {
    try setup.book.open(
      account.ownerAccounts
        + EscrowCover.accounts(event: record.id, utility: record.utility, policy: policy),
      now: now)
    let signals = record.revisions.suffix(1).map { Evidence(.signal, $0.digest) }
    let entries = account.result.entries()
    // The evidence first: an entry without it must not exist, evidence without an entry may.
    let objects = account.evidence(utility: record.utility)
    try setup.book.keep(objects)
    let indexes: [UInt64]
    do {
      indexes = try setup.book.post(
        account.postings(
          in: setup.book, utility: record.utility,
          evidence: signals + [Evidence(.report, evidence)],
          homes: account.cited(objects)), currency: policy.settlement.currency, now: now)
    } catch LedgerKeeper.Fault.refused(.keyConflict) {
      // A run that was posted before homes had evidence of their own cites the report alone.
      indexes = try setup.book.post(
        account.postings(
          in: setup.book, utility: record.utility,
          evidence: signals + [Evidence(.performance, evidence)]),
        currency: policy.settlement.currency, now: now)
    }
    for (entry, index) in zip(entries, indexes) {
      var place = around.entries[entry.site] ?? (nil, nil)
      if entry.key.hasSuffix(":penalty") {
        place.penalty = Int64(index)
      } else {
        place.reward = Int64(index)
      }
      around.entries[entry.site] = place
    }
    if let first = indexes.min(), let last = indexes.max() {
      around.ledger = LedgerFacts(
        origin: setup.book.key.verifier.name, firstIndex: Int64(first), lastIndex: Int64(last),
        commands: ["headroom ledger verify --config FILE", "headroom replay --config FILE"])
    }
  }

  /// Gives back what is left of the escrow but for what is held until it is decided, passes the
  /// penalties on, and says where it is written.
  private func close(
    _ policy: Policy, held: Money, credited: Energy, now: Timestamp
  ) throws -> SignalAcknowledgement.Settled {
    let currency = policy.settlement.currency
    let paths = EscrowCover.Paths(event: record.id, utility: record.utility)
    let penalty = "programme:\(policy.dispatch.programme):penalty"
    func move(_ from: String, run: String, keeping: Money = .zero) throws {
      guard let position = setup.book.position(of: from, currency: currency),
        position.available > Int128(keeping.millionths), let window = record.window,
        let salt = setup.book.salt(of: from)
      else { return }
      let amount = Money(millionths: Int64(clamping: position.available) - keeping.millionths)
      let key = IdempotencyKey.settlement(
        millisecondsOfEventEnd: UInt64(window.end.microseconds / 1_000), salt: salt,
        event: record.id.text, site: "", run: run)
      _ = try setup.book.post(
        [
          LedgerKeeper.Posting(
            key: key, reason: run, event: record.id, effective: window,
            legs: [(from, -amount), (paths.funding, amount)], rule: policy.hash)
        ], currency: currency, now: now)
    }
    try move(paths.escrow, run: "return", keeping: held)
    try move(penalty, run: "penalties")
    let head = setup.book.head
    _ = try setup.book.checkpoint()
    return .init(
      verifiedWh: credited.wattHoursRoundedDown, treeSize: head.size, root: head.root)
  }
}
