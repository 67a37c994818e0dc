import Engine
import Grid
import Ledger
import Policies
import Settlement

/// The greatest cost of one plan, and the move that sets it aside.
struct EscrowCover {
  let event: EventID
  let revision: Int64
  let utility: UtilityID
  let window: Window
  let policy: Policy
  let book: LedgerKeeper
  let toCover: Money

  let greatestCost: Money

  init(
    record: EventRecord, revision: Int64, plan: EventRecord.PlanInForce,
    policy: Policy, book: LedgerKeeper, fleet: [EnrolledBattery]
  ) {
    event = record.id
    self.revision = revision
    utility = record.utility
    window = plan.window
    self.policy = policy
    self.book = book
    let exposure = Self.exposure(of: record, in: plan.window, policy: policy, fleet: fleet)
    toCover = exposure?.toCover ?? .zero
    greatestCost = exposure?.greatestCost ?? .zero
  }

  /// What an event may cost at most, by the plan that waits for its money or the one in force.
  static func exposure(
    of record: EventRecord, in window: Window, policy: Policy, fleet: [EnrolledBattery]
  ) -> Exposure? {
    // One price holds for the whole event, so its energy may stand in one interval.
    var sites: [SiteID: Energy] = [:]
    for (row, energy) in record.greatestEnergies().enumerated() where energy > .zero {
      sites[fleet[row].site, default: .zero] += energy
    }
    if let terms = policy.eventProgramme {
      return exposure(of: record, sites, in: window, policy, terms)
    }
    let commitments = sites.values.map {
      Commitment(intervals: [CommittedInterval(rewardBase: $0, penaltyBase: $0)])
    }
    let grid = [EventInterval(window: window, level: content(of: record)?.level ?? 0)]
    return Settlement.exposure(of: commitments, intervals: grid, terms: policy.settlement)
  }

  /// The same by the rules of a programme.
  private static func exposure(
    of record: EventRecord, _ sites: [SiteID: Energy], in window: Window, _ policy: Policy,
    _ terms: ProgrammeTerms
  ) -> Exposure? {
    let content = Self.content(of: record)
    let grid = EventCase.intervals(over: window, level: content?.level ?? 0, policy: policy)
    let homes = sites.sorted { $0.key < $1.key }.map { site, energy in
      var commitment = Commitment(intervals: grid.intervals.map { _ in .none })
      commitment.intervals[0] = CommittedInterval(rewardBase: energy, penaltyBase: energy)
      return HomePerformance(
        site: site, owner: OwnerID(site.text)!, batteries: [], commitment: commitment,
        intervals: grid.intervals.map { _ in .missing() }, verdict: .verified)
    }
    var input = SettlementInput(
      run: SettlementRun(name: "", isPayable: true, payer: .escrow), event: record.id,
      window: grid.window, intervals: grid.intervals, homes: homes)
    input.signalPrice = content.flatMap(policy.signalPrice)
    return ProgrammeSettlement.exposure(
      of: PeriodCalendar(policy).event(input, signalPrice: input.signalPrice), terms: terms)
  }

  /// What the plan that waits for its money asks for, or the one in force.
  private static func content(of record: EventRecord) -> GridSignal.Content? {
    let waiting = record.revisions.last { $0.signal.revision == record.pendingPlan?.revision }
    return waiting?.signal.content ?? record.content
  }

  func hold(now: Timestamp) throws -> Input {
    let terms = policy.settlement
    try book.giveBackExpired(now: now)
    try book.open(Self.accounts(event: event, utility: utility, policy: policy), now: now)
    guard terms.escrowRequired else { return .escrowHeld(event, revision: revision) }
    let paths = Paths(event: event, utility: utility)
    let held = book.position(of: paths.escrow, currency: terms.currency)?.settled ?? 0
    let needed = Money(millionths: max(0, toCover.millionths - held))
    if needed == .zero { return .escrowHeld(event, revision: revision) }
    let free = book.position(of: paths.funding, currency: terms.currency)?.available ?? 0
    guard free >= Int128(needed.millionths) else {
      let missing = Money(millionths: needed.millionths - Int64(clamping: free))
      return .escrowRefused(
        event, revision: revision,
        detail: "\(missing.text(in: terms.currency)) \(terms.currency.code) missing of "
          + "\(needed.text(in: terms.currency))")
    }
    // What one revision needs on top, for a live plan or a correction, is a move of its own.
    let run = held == 0 ? "escrow:\(revision)" : "escrow:\(revision):\(held)"
    let key = IdempotencyKey.settlement(
      millisecondsOfEventEnd: UInt64(window.end.microseconds / 1_000),
      salt: book.salt(of: paths.escrow)!, event: event.text, site: "", run: run)
    _ = try book.post(
      [
        LedgerKeeper.Posting(
          key: key, reason: "escrow", event: event, effective: window,
          legs: [(paths.funding, -needed), (paths.escrow, needed)], rule: policy.hash)
      ], currency: terms.currency, now: now)
    return .escrowHeld(event, revision: revision)
  }

  /// Gives back the escrow of an event that was cancelled before anything moved: nothing can be
  /// owed for it, and no settlement run comes. Asked again it moves nothing.
  ///
  /// - Returns: What went back, or nil.
  static func giveBack(
    _ record: EventRecord, policies: [Policy], book: LedgerKeeper, now: Timestamp
  ) throws -> Money? {
    guard record.status == .cancelled, record.startedAt == nil, let window = record.window,
      let policy = policies.first(where: { $0.hash == record.policy })
    else { return nil }
    let currency = policy.settlement.currency
    let paths = Paths(event: record.id, utility: record.utility)
    guard let position = book.position(of: paths.escrow, currency: currency),
      let salt = book.salt(of: paths.escrow), position.available > 0
    else { return nil }
    let amount = Money(millionths: Int64(clamping: position.available))
    let key = IdempotencyKey.settlement(
      millisecondsOfEventEnd: UInt64(window.end.microseconds / 1_000), salt: salt,
      event: record.id.text, site: "", run: "return")
    _ = try book.post(
      [
        LedgerKeeper.Posting(
          key: key, reason: "return", event: record.id, effective: book.open(window),
          legs: [(paths.escrow, -amount), (paths.funding, amount)], rule: policy.hash)
      ], currency: currency, now: now)
    return amount
  }

  /// Names of the accounts of one event and its utility.
  struct Paths {
    let funding: String
    let escrow: String

    init(event: EventID, utility: UtilityID) {
      funding = "utility:\(utility):funding"
      escrow = "event:\(event):escrow"
    }
  }

  /// Accounts that an event needs beside its owners'.
  static func accounts(
    event: EventID, utility: UtilityID, policy: Policy
  ) -> [LedgerKeeper.NewAccount] {
    let paths = Paths(event: event, utility: utility)
    var accounts: [LedgerKeeper.NewAccount] = [
      // Without escrow the programme is post-paid, and a negative balance is the utility's debt.
      .init(
        paths.funding, .funding, flags: policy.settlement.escrowRequired ? .noNegative : []),
      .init(paths.escrow, .escrow),
      .init("programme:\(policy.dispatch.programme):penalty", .penalty),
    ]
    let parties = policy.eventProgramme?.parties ?? policy.settlement.shares.keys.sorted()
    for party in parties where party != .owner {
      let path = SettlementAccount.share(party).path(
        event: event, utility: utility, programme: policy.dispatch.programme)
      accounts.append(.init(path, Self.role(of: party)))
    }
    return accounts
  }

  static func role(of party: SettlementTerms.Party) -> AccountRole {
    switch party {
    case .aggregator: .aggregator
    case .grid: .grid
    case .owner: .owner
    case .supplier: .supplier
    case .tax: .tax
    case .utility: .utility
    }
  }
}
