import Engine
import Grid
import Ledger
import Logging
import Policies
import Settlement

extension Loop {
  /// Covers the greatest cost of what was planned, and says so or what is missing.
  func escrow(_ effects: [Effect], at now: Timestamp) throws -> [Input] {
    try EscrowCover.answers(
      to: effects, engine: decider.engine, policies: setup.policies, book: setup.book,
      fleet: setup.fleet, now: now)
  }
}

/// The greatest cost of one plan, and the move that sets it aside.
struct EscrowCover {
  let event: EventID
  let revision: Int64
  let utility: UtilityID
  let window: Window
  let policy: Policy
  let book: LedgerKeeper
  let toCover: Money

  init(
    record: EventRecord, revision: Int64, plan: EventRecord.PlanInForce, level: Int,
    policy: Policy, book: LedgerKeeper, fleet: [EnrolledBattery]
  ) {
    event = record.id
    self.revision = revision
    utility = record.utility
    window = plan.window
    self.policy = policy
    self.book = book
    // One price holds for the whole event, so its energy may stand in one interval.
    var sites: [SiteID: Energy] = [:]
    for (row, energy) in record.greatestEnergies().enumerated() where energy > .zero {
      sites[fleet[row].site, default: .zero] += energy
    }
    let commitments = sites.values.map {
      Commitment(intervals: [CommittedInterval(rewardBase: $0, penaltyBase: $0)])
    }
    let grid = [EventInterval(window: plan.window, level: level)]
    toCover =
      Settlement.exposure(of: commitments, intervals: grid, terms: policy.settlement)?.toCover
      ?? .zero
  }

  /// What is told to the engine for each `holdEscrow` among `effects`.
  ///
  /// Asking again for the same event and revision finds the entry that is there and moves nothing.
  static func answers(
    to effects: [Effect], engine: Engine, policies: [Policy], book: LedgerKeeper,
    fleet: [EnrolledBattery], now: Timestamp
  ) throws -> [Input] {
    var answers: [Input] = []
    for case .holdEscrow(let event, let revision) in effects {
      guard let record = engine.event(event),
        let policy = policies.first(where: { $0.hash == record.policy }),
        let plan = record.pendingPlan
      else { preconditionFailure("escrow is asked for an event that has a plan and a policy") }
      let signal = record.revisions.last { $0.signal.revision == revision }?.signal
      let cover = EscrowCover(
        record: record, revision: revision, plan: plan, level: signal?.content?.level ?? 0,
        policy: policy, book: book, fleet: fleet)
      answers.append(try cover.hold(now: now))
    }
    return answers
  }

  func hold(now: Timestamp) throws -> Input {
    let terms = policy.settlement
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
    for party in policy.settlement.shares.keys.sorted() where party != .owner {
      let path = SettlementAccount.share(party).path(
        event: event, utility: utility, programme: policy.dispatch.programme,
        partner: policy.dispatch.programme.text)
      accounts.append(.init(path, Self.role(of: party)))
    }
    return accounts
  }

  private static func role(of party: SettlementTerms.Party) -> AccountRole {
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
