import Engine
public import Grid
import Ledger
public import Policies
import Reports
import Settlement
public import Signing
import Storage

extension LedgerDesk {
  /// A line that settlement itself let wait: a flag doubts the home's meter, or it was estimated.
  public struct HeldLine: Hashable, Sendable {
    /// The event.
    public let event: String
    /// The newest payable run, which holds it.
    public let run: String
    /// The home.
    public let site: String
    /// The line's type.
    public let line: String
    /// What it comes to, as decimal text; negative for a penalty.
    public let amount: String
    /// Its currency.
    public let currency: String
    /// Why it waits.
    public let reason: String
    /// How it was decided, or nil while it waits.
    public let decision: HoldDecision?
  }

  /// Every line that the newest payable run of an event holds, with what was decided of it.
  /// - Parameter event: Of this event alone.
  public func heldLines(
    _ reports: ReportFolder, event wanted: String? = nil
  ) throws -> [HeldLine] {
    var decisions: [String: HoldDecision] = [:]
    for (hash, kind) in try store.evidenceKinds()
    where kind == Int(EvidenceKind.decision.rawValue) {
      guard let decision = try store.proven(hash).flatMap({ HoldDecision(bytes: $0) }) else {
        continue
      }
      decisions["\(decision.event)/\(decision.run)/\(decision.site)"] = decision
    }
    var found: [HeldLine] = []
    for event in reports.events where wanted.map({ $0 == event }) ?? true {
      let runs = reports.runs(ofEvent: event)
      guard let run = runs.last(where: { reports.isPayable(event: event, run: $0) == true })
      else { continue }
      let tables = RunTables(reports, event: event, run: run)
      let columns = ["site_id", "line_type", "amount", "currency", "reason", "policy_field"]
      for cells in try tables.cells(.lines, columns, where: "status", is: LineStatus.held.rawValue)
      {
        found.append(
          HeldLine(
            event: event, run: run, site: cells[0], line: RunTables.name(cells[1], cells[5]),
            amount: cells[2],
            currency: cells[3], reason: cells[4],
            decision: decisions["\(event)/\(run)/\(cells[0])"]))
      }
    }
    return found
  }

  /// Decides what settlement let wait of one home in the newest payable run of an event.
  ///
  /// For the owner the home is settled again from its evidence without the hold, and posted from
  /// where the money waits; later runs settle it so too. For the utility what waited goes back.
  ///
  /// - Parameters:
  ///   - policy: The policy of a hash.
  ///   - key: The log's own, so that later runs find what was posted.
  /// - Returns: The entries.
  public mutating func release(
    _ event: String, site: String, for side: Dispute.Side, text: String, reports: ReportFolder,
    policy: (Digest) throws -> Policy, key: SigningKey, now: Timestamp
  ) throws -> [UInt64] {
    guard key.verifier == book.logKey else { throw DisputeFault.notTheLogsKey(key.verifier.name) }
    try giveBackExpired(now: now)
    let lines = try heldLines(reports, event: event).filter { $0.site == site }
    guard let first = lines.first else { throw DisputeFault.nothingHeld(event: event, site: site) }
    if first.decision != nil { throw DisputeFault.holdDecided(event: event, site: site) }
    guard var evidence = try evidence(event: event, run: first.run, site: site) else {
      throw DisputeFault.noEvidence(event: event, run: first.run, site: site)
    }
    let policy = try policy(evidence.policy)
    let waited = policy.settle(evidence.input).homes[0].held
    let run = PostedRuns.decided(first.run)
    evidence.input.run = SettlementRun(
      name: run, isPayable: true, payer: policy.settlement.escrowRequired ? .escrow : .funding)
    evidence.input.homes[0].release()
    let decision = HoldDecision(lines, for: side, text: text, decidedAt: "\(now)")
    let whole = try together(evidence, before: first.run, policy)
    let hash = SHA256.hash(decision.bytes)
    var requests: [EntryRequest] = []
    switch side {
    case .owner:
      let report = SHA256.hash(
        try reports.read(.intervals, event: event, run: first.run).bytes)
      requests = try owed(
        evidence, whole, policy, cited: [Evidence(.report, report)], hash, key)
      guard !requests.isEmpty else { throw DisputeFault.stillHeld(event: event, site: site) }
    case .utility:
      requests = try returned(waited, evidence, policy, decision: hash, key: key)
    }
    try store.keep(
      [
        StoredEvidence(
          hash: hash, kind: Int(EvidenceKind.decision.rawValue), body: decision.bytes),
        StoredEvidence(
          hash: SHA256.hash(evidence.bytes), kind: Int(EvidenceKind.performance.rawValue),
          body: evidence.bytes),
      ] + (whole.map { [$0.stored] } ?? []))
    return requests.isEmpty ? [] : try write(requests, names: [], now: now).map(\.index)
  }

  /// The evidence that a run kept of a home.
  private func evidence(event: String, run: String, site: String) throws -> HomeEvidence? {
    var wanted: HomeEvidence?
    try homeEvidence { _, found in
      guard found.input.event.text == event, found.input.run.name == run,
        found.home.site.text == site
      else { return true }
      wanted = found
      return false
    }
    return wanted
  }

  /// The homes of the event with the decided one as it counts from here on; nil where homes do not
  /// depend on each other.
  private func together(
    _ evidence: HomeEvidence, before run: String, _ policy: Policy
  ) throws -> WholeEvent? {
    guard policy.needsWholeEvent else { return nil }
    let input = evidence.input
    guard
      let known = try wholeEvent(policy: policy.hash, event: input.event, run: run)?.hashes
    else {
      throw DisputeFault.noEvidence(
        event: input.event.text, run: run, site: evidence.home.site.text)
    }
    let homes = try known.map { hash in
      let found = try store.proven(hash).flatMap { try? HomeEvidence(bytes: $0) }
      return found?.home.site == evidence.home.site ? SHA256.hash(evidence.bytes) : hash
    }
    return WholeEvent(policy: policy.hash, event: input.event, run: input.run.name, homes: homes)
  }

  /// The entries of a home that is settled without its hold.
  private func owed(
    _ evidence: HomeEvidence, _ whole: WholeEvent?, _ policy: Policy, cited: [Evidence],
    _ decision: Digest, _ key: SigningKey
  ) throws -> [EntryRequest] {
    let home = evidence.home
    guard let salt = try salt(of: "owner:\(home.owner)") else {
      throw DisputeFault.noAccount("owner:\(home.owner)")
    }
    let input = evidence.input
    var cited = cited
    var together = input
    if let whole {
      let own = SHA256.hash(evidence.bytes)
      let all = try whole.input(for: evidence) { hash in
        hash == own ? evidence.bytes : try store.proven(hash)
      }
      guard let all else {
        throw DisputeFault.noEvidence(
          event: input.event.text, run: input.run.name, site: home.site.text)
      }
      together = all
      cited.append(Evidence(.document, whole.stored.hash))
    }
    let result = policy.settle(together).alone(home.site)
    let currency = policy.settlement.currency
    guard let commodity = commodity(currency.code)?.number else {
      throw DisputeFault.noAccount(currency.code)
    }
    return try result.entries().map { entry in
      let legs = try entry.legs.map { leg in
        let path = leg.account.path(
          event: input.event, utility: evidence.utility, programme: policy.dispatch.programme)
        guard let account = accounts[path] else { throw DisputeFault.noAccount(path) }
        return Leg(account: account, commodity: commodity, amount: leg.amount.millionths)
      }
      return EntryRequest(
        .transfer(
          reason: entry.kind.reason, event: input.event.text, run: input.run.name),
        source: RequestSource(
          author: authorID(of: key),
          key: .settlement(
            millisecondsOfEventEnd: UInt64(input.window.end.microseconds / 1_000), salt: salt,
            event: input.event.text, site: home.site.text, run: entry.key)),
        effective: input.window, legs: legs,
        evidence: cited + [
          Evidence(.performance, SHA256.hash(evidence.bytes)), Evidence(.decision, decision),
        ], rule: policy.hash)
    }
  }

  /// What waited in the event's escrow goes back to the utility; nothing where there is none.
  private func returned(
    _ waited: Money, _ evidence: HomeEvidence, _ policy: Policy, decision: Digest,
    key: SigningKey
  ) throws -> [EntryRequest] {
    let input = evidence.input
    let escrow = SettlementAccount.escrow.path(
      event: input.event, utility: evidence.utility, programme: policy.dispatch.programme)
    let funding = SettlementAccount.funding.path(
      event: input.event, utility: evidence.utility, programme: policy.dispatch.programme)
    guard policy.settlement.escrowRequired, let from = accounts[escrow],
      let salt = try salt(of: escrow),
      let commodity = commodity(policy.settlement.currency.code)?.number
    else { return [] }
    guard let to = accounts[funding] else { throw DisputeFault.noAccount(funding) }
    guard waited > .zero else { return [] }
    return [
      EntryRequest(
        .transfer(reason: "return", event: input.event.text),
        source: RequestSource(
          author: authorID(of: key),
          key: .settlement(
            millisecondsOfEventEnd: UInt64(input.window.end.microseconds / 1_000), salt: salt,
            event: input.event.text, site: evidence.home.site.text,
            run: input.run.name + ":return")),
        effective: input.window,
        legs: [
          Leg(account: from, commodity: commodity, amount: -waited.millionths),
          Leg(account: to, commodity: commodity, amount: waited.millionths),
        ], evidence: [Evidence(.decision, decision)], rule: policy.hash)
    ]
  }

  private func salt(of path: String) throws -> [UInt8]? {
    try store.names().first { $0.path == path }?.salt
  }
}
