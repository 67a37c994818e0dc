import Engine
public import Grid
import Ledger
public import Policies
public import Settlement
public import Signing
import Storage
import Verification

extension LedgerDesk {
  /// Settles the months and seasons of a programme that end in `span`.
  ///
  /// - Parameters:
  ///   - homes: As they are enrolled, with what each promised.
  ///   - today: A period that is not over is refused.
  /// - Throws: `ServedPeriod.Fault`, and `StoreError`.
  public func period(
    _ policy: Policy, run: SettlementTerms.Run, in span: ClosedRange<CivilDate>,
    homes: [ProgrammeHome], earlierEvents: Int64 = 0, today: CivilDate
  ) throws -> ServedPeriod {
    let terms = policy.programmeTerms
    guard terms.capacity != nil || terms.availability != nil || terms.flat != nil else {
      throw ServedPeriod.Fault.paysNoPeriods(policy.id.text)
    }
    guard span.upperBound < today else {
      throw ServedPeriod.Fault.notOver("\(span.lowerBound) to \(span.upperBound)")
    }
    try needAllEvidence()
    let found = try programmeEvidence(policy)
    let account: PeriodAccount
    do throws(PeriodAccount.Faults) {
      account = try PeriodAccount(
        found.events.map { ($0, $0.signalPrice) }, homes: homes, policy: policy, run: run,
        span: span,
        earlierEvents: earlierEvents)
    } catch { throw ServedPeriod.Fault.lacking(error.list.map { "\($0)" }) }
    let periods = account.input.months + account.input.seasons
    let keys = Set(periods.map(\.key))
    let mine = account.result.accounts.filter { keys.contains($0.period) }
    let author = book.logKey.flatMap { try? LedgerKeeper.author(of: $0) }
    let payable = policy.settlement.runs.filter(\.isPayable).map(\.name)
    let before = payable.firstIndex(of: run.name).map { Array(payable[...$0]) } ?? payable
    let posted = try posted(
      periods, homes, runs: before, policy, utility: found.utility, author: author)
    let difference = ProgrammeResult.difference(
      from: posted.accounts, to: mine, minimum: policy.settlement.minimumPosting)
    return ServedPeriod(
      policy: policy, run: run, account: account,
      lines: account.result.lines.filter { keys.contains($0.period) },
      posted: posted.accounts, posts: difference, isPosted: posted.runs.contains(run.name),
      evidence: found.hashes, utility: found.utility, periods: periods)
  }

  /// Each event of a policy from the newest evidence of each home.
  private func programmeEvidence(
    _ policy: Policy
  ) throws -> (events: [SettlementInput], hashes: [Digest], utility: UtilityID?) {
    let runs = policy.settlement.runs.flatMap { [$0.name, PostedRuns.decided($0.name)] }
    struct Key: Hashable {
      let event: EventID
      let site: SiteID
    }
    var newest: [Key: (rank: Int, hash: Digest, evidence: HomeEvidence)] = [:]
    try homeEvidence { hash, found in
      guard found.policy == policy.hash, let rank = runs.firstIndex(of: found.input.run.name)
      else { return true }
      let key = Key(event: found.input.event, site: found.home.site)
      if let known = newest[key], known.rank >= rank { return true }
      newest[key] = (rank, hash, found)
      return true
    }
    var events: [EventID: SettlementInput] = [:]
    let ordered = newest.sorted { $0.key.site < $1.key.site }
    for (key, each) in ordered {
      var input = events[key.event] ?? each.evidence.input
      if events[key.event] != nil { input.homes += each.evidence.input.homes }
      events[key.event] = input
    }
    return (
      events.values.sorted { ($0.window.start, $0.event) < ($1.window.start, $1.event) },
      ordered.map(\.value.hash).sorted { $0.description < $1.description },
      ordered.first?.value.evidence.utility
    )
  }

  /// What entries of the runs posted for periods and homes, and which of the runs there are.
  private func posted(
    _ periods: [ProgrammePeriod], _ homes: [ProgrammeHome], runs: [String], _ policy: Policy,
    utility: UtilityID?, author: AuthorID?
  ) throws -> (accounts: [ProgrammeAccount], runs: Set<String>) {
    guard let author, let utility = utility ?? policy.dispatch.signals.from.sorted().first else {
      return ([], [])
    }
    let salts = try salts()
    var found: [ProgrammeAccount] = []
    var there: Set<String> = []
    for period in periods {
      for home in homes {
        guard let salt = salts["owner:\(home.owner)"] else { continue }
        let names = Self.parties(utility, home.owner, policy)
        for run in runs {
          let key = Self.key(period, home, run: run, salt: salt, policy)
          guard let index = book.entry(of: RequestSource(author: author, key: key)) else {
            continue
          }
          there.insert(run)
          found.append(
            ProgrammeAccount(
              period: period.key, site: home.site,
              legs: book.legs(of: index).map { leg in
                let path = name(of: leg.account)
                return ProgrammeLeg(
                  party: names[path] ?? path, amount: Money(millionths: leg.amount))
              }))
        }
      }
    }
    return (ProgrammeResult.standing(found), there)
  }

  /// Posts what a period's run changes, all of it or nothing.
  ///
  /// - Parameter key: The log's own, so that later runs find what was posted.
  /// - Returns: The entries, none where nothing changes.
  public mutating func post(
    _ period: ServedPeriod, key: SigningKey, now: Timestamp
  ) throws -> [UInt64] {
    guard key.verifier == book.logKey else {
      throw ServedPeriod.Fault.notTheLogsKey(key.verifier.name)
    }
    let policy = period.policy
    guard !period.posts.isEmpty else { return [] }
    guard !period.isPosted else {
      throw ServedPeriod.Fault.runPosted(run: period.run.name, period: period.periods[0].key)
    }
    try giveBackExpired(now: now)
    let utility = period.utility ?? policy.dispatch.signals.from.sorted()[0]
    let homes = Dictionary(
      period.account.input.homes.map { ($0.site, $0) }, uniquingKeysWith: { first, _ in first })
    let periods = Dictionary(
      period.periods.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    let document = CanonicalDocument.bytes(ServedPeriodDocument(period))
    let hash = SHA256.hash(document)
    var requests: [EntryRequest] = []
    var opening = Opening(desk: self)
    var salts = try salts()
    let currency = policy.settlement.currency
    // It is there once anything was settled.
    guard let commodity = commodity(currency.code)?.number else {
      throw DisputeFault.noAccount(currency.code)
    }
    for account in period.posts {
      guard let home = account.site.flatMap({ homes[$0] }), let month = periods[account.period]
      else { preconditionFailure("a served period pays homes") }
      let names = Self.parties(utility, home.owner, policy)
      let paths = Dictionary(names.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
      let owner = "owner:\(home.owner)"
      _ = try opening.open(owner, .owner)
      if let opened = opening.names.last, opened.path == owner { salts[owner] = opened.salt }
      let legs = try account.legs.map { leg in
        guard let path = paths[leg.party] else {
          preconditionFailure("\(leg.party) has an account")
        }
        return Leg(
          account: try opening.open(path, Self.role(of: leg.party)), commodity: commodity,
          amount: leg.amount.millionths)
      }
      let zone = policy.measurement.calendar.zone
      let end = zone.startOfDay(month.to.adding(days: 1))
      requests.append(
        EntryRequest(
          .transfer(
            reason: "settlement", event: ServedPeriod.event(month.key), run: period.run.name),
          source: RequestSource(
            author: authorID(of: key),
            key: Self.key(month, home, run: period.run.name, salt: salts[owner]!, policy)),
          // In the last second of the period: no event's cap looks at it.
          effective: open(Window(start: end.adding(seconds: -1), end: end)!), legs: legs,
          evidence: [Evidence(.document, hash)], rule: policy.hash))
    }
    try store.keep(
      evidence: document, kind: Int(EvidenceKind.document.rawValue), hash: hash)
    let taken = try write(opening.requests + requests, names: opening.names, now: now)
    return taken.suffix(requests.count).map(\.index)
  }

  private func salts() throws(StoreError) -> [String: [UInt8]] {
    Dictionary(
      try store.names().map { ($0.path, $0.salt) }, uniquingKeysWith: { first, _ in first })
  }

  /// A window of a closed accounting period counts in the first second of the open one.
  private func open(_ window: Window) -> Window {
    guard let closed = book.closedUntil, window.end <= closed else { return window }
    return Window(start: closed, end: closed.adding(seconds: 1))!
  }

  private static func key(
    _ period: ProgrammePeriod, _ home: ProgrammeHome, run: String, salt: [UInt8], _ policy: Policy
  ) -> IdempotencyKey {
    let end = policy.measurement.calendar.zone.startOfDay(period.to.adding(days: 1))
    return .settlement(
      millisecondsOfEventEnd: UInt64(end.microseconds / 1_000), salt: salt,
      event: ServedPeriod.event(period.key), site: home.site.text, run: run)
  }

  /// The accounts of a home's money by their names, and whose part each has.
  private static func parties(
    _ utility: UtilityID, _ owner: OwnerID, _ policy: Policy
  ) -> [String: String] {
    let programme = policy.dispatch.programme
    func path(_ account: SettlementAccount) -> String {
      // The event's escrow is not among them.
      account.path(
        event: EventID("none")!, utility: utility, programme: programme)
    }
    var names = [path(.funding): "payer", path(.penalty): "penalty", "owner:\(owner)": "owner"]
    for party in SettlementTerms.Party.allCases where party != .owner {
      names[path(.share(party))] = party.rawValue
    }
    return names
  }

  private static func role(of party: String) -> AccountRole {
    switch party {
    case "payer": .funding
    case "penalty": .penalty
    default: SettlementTerms.Party(rawValue: party).map(EscrowCover.role) ?? .rounding
    }
  }
}
