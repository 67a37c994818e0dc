import Engine
import Grid
import Ledger
import Policies
import Settlement
import Storage
import Synchronization

/// Answers the engine when it asks for an event's money: is it within the budget, and is it there?
struct Cashier {
  /// What was paid, for budgets; read when a programme with a budget first asks.
  private var paid = PaidByEvent()

  /// What is told to the engine for each `holdEscrow` among `effects`.
  ///
  /// Asking again for the same event and revision finds the entry that is there and moves nothing.
  mutating func answers(
    to effects: [Effect], engine: Engine, policies: [Policy], book: LedgerKeeper,
    fleet: [EnrolledBattery], now: Timestamp
  ) throws -> [Input] {
    var answers: [Input] = []
    // Within one turn the first that asks is served first.
    var granted: [EventID: Money] = [:]
    for case .holdEscrow(let event, let revision) in effects {
      guard let record = engine.event(event),
        let policy = policies.first(where: { $0.hash == record.policy }),
        let plan = record.pendingPlan
      else { preconditionFailure("escrow is asked for an event that has a plan and a policy") }
      let cover = EscrowCover(
        record: record, revision: revision, plan: plan, policy: policy, book: book, fleet: fleet)
      if let budget = policy.programmeTerms.budget {
        try paid.catchUp(book)
        let used = spent(
          beside: record, budget, granted, engine: engine, policies: policies, policy: policy,
          book: book, fleet: fleet)
        let missing = MoneyTotal(
          millionths: used.millionths + Int128(cover.greatestCost.millionths)
            - Int128(budget.amount.millionths))
        if missing.millionths > 0 {
          let currency = policy.settlement.currency
          answers.append(
            .budgetSpent(
              event, revision: revision,
              detail: "\(missing.text(in: currency)) \(currency.code) missing of "
                + "\(cover.greatestCost.text(in: currency))"))
          continue
        }
      }
      let answer = try cover.hold(now: now)
      if case .escrowHeld = answer { granted[event] = cover.greatestCost }
      answers.append(answer)
    }
    return answers
  }

  /// What the other events of the budget's season or programme have cost, or may still cost.
  ///
  /// A settled event counts with what was paid for it and what still waits in its escrow, one that
  /// is not settled with its greatest cost, and one that waits for its own money not at all.
  private func spent(
    beside record: EventRecord, _ budget: ProgrammeTerms.Budget, _ granted: [EventID: Money],
    engine: Engine, policies: [Policy], policy: Policy, book: LedgerKeeper,
    fleet: [EnrolledBattery]
  ) -> MoneyTotal {
    let calendar = PeriodCalendar(policy)
    func season(_ record: EventRecord) -> String? {
      (record.content ?? record.revisions.last?.signal.content).flatMap {
        calendar.seasonKey(of: $0.window.start)
      }
    }
    let own = season(record)
    var sum = MoneyTotal()
    for other in engine.events where other.id != record.id {
      guard other.terms?.programme == record.terms?.programme, other.status != .refused,
        !budget.isSeasonal || season(other) == own
      else { continue }
      if let money = granted[other.id] {
        sum += money
      } else if other.settled != nil || paid[other.id] != nil {
        let escrow = EscrowCover.Paths(event: other.id, utility: other.utility).escrow
        let left = book.position(of: escrow, currency: policy.settlement.currency)?.settled ?? 0
        sum.millionths += (paid[other.id]?.millionths ?? 0) + Int128(left)
      } else if let window = other.window {
        let terms = policies.first { $0.hash == other.policy } ?? policy
        let exposure = EscrowCover.exposure(of: other, in: window, policy: terms, fleet: fleet)
        sum += exposure?.greatestCost ?? .zero
      }
    }
    return sum
  }
}

/// What settlement runs paid as rewards for each event, as the ledger has it.
struct PaidByEvent {
  private var next: Int64 = 0
  private var sums: [String: MoneyTotal] = [:]

  /// Nil when nothing was paid.
  subscript(event: EventID) -> MoneyTotal? { sums[event.text] }

  /// Reads what was written since it last looked.
  mutating func catchUp(_ book: LedgerKeeper) throws {
    try book.rewards(from: next) { index, event, amount in
      next = index + 1
      guard let event else { return }
      sums[event, default: MoneyTotal()] += amount
    }
  }
}

extension LedgerKeeper {
  /// Visits entries from `first` on: the event that each rewards, or nil, and what left its escrow or
  /// a funding account. A reward that was reversed comes back; fees are no rewards.
  func rewards(
    from first: Int64, _ visit: (_ index: Int64, _ event: String?, _ amount: Money) -> Void
  ) throws {
    var failure: LedgerRefusal?
    var reversed: [(index: Int64, entry: UInt64)] = []
    func event(_ entry: Entry) -> String? {
      guard case .transfer(let reason, let event?, _?, _) = entry.request.data,
        reason != EntryKind.fee.reason
      else { return nil }
      return event
    }
    func paid(_ entry: Entry) -> Money {
      state.withLock { state in
        entry.request.legs.reduce(.zero) { sum, leg in
          switch state.book.account(leg.account)?.role {
          case .escrow, .funding: sum - Money(millionths: leg.amount)
          default: sum
          }
        }
      }
    }
    try store.lend(from: first) { index, bytes, _ in
      do throws(LedgerRefusal) {
        let entry = try Entry(bytes)
        if case .reverse = entry.request.data, let original = entry.request.reference {
          reversed.append((index, original))
        }
        visit(index, event(entry), paid(entry))
        return true
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw Fault.refused(failure) }
    for (index, original) in reversed {
      try store.lend(from: Int64(original)) { _, bytes, _ in
        if let entry = try? Entry(bytes), let event = event(entry) {
          visit(index, event, .zero - paid(entry))
        }
        return false
      }
    }
  }
}
