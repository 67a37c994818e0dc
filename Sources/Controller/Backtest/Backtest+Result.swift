import Engine
import Grid
import Policies
import Settlement
import Verification
import Wire

extension Backtest {
  /// Puts plans and money together.
  ///
  /// - Parameters:
  ///   - world: What happened, or what is said to have happened.
  ///   - idle: The same events with no battery moving, or nil.
  ///   - reason: Why the policy settles nothing at all.
  func result(
    _ policy: Policy, _ plans: [Planned], _ world: World?, _ idle: World?, reason: String? = nil
  ) -> BacktestResult {
    var place = 0
    let events = plans.map { planned -> BacktestResult.Event in
      switch planned {
      case .refused(let row, let why):
        return .init(id: row.event, window: row.window, outcome: .notSettled(why))
      case .taken(let plan):
        defer { place += 1 }
        guard let world else {
          return .init(id: plan.row.event, window: plan.row.window, outcome: .notSettled(reason!))
        }
        if let why = world.money.refused[plan.row.event] {
          return .init(id: plan.row.event, window: plan.row.window, outcome: .notSettled(why))
        }
        return .init(
          id: plan.row.event, window: plan.row.window,
          outcome: .settled(settled(plan, at: place, world, idle)))
      }
    }
    return BacktestResult(policy: policy, events: events, periods: world?.money.periods ?? [])
  }

  private func settled(
    _ plan: Planned.Plan, at place: Int, _ world: World, _ idle: World?
  ) -> BacktestResult.Settled {
    var settled = BacktestResult.Settled()
    settled.asked = plan.rehearsal.plan.requested.held(forSeconds: plan.rehearsal.plan.seconds)
    var skips: [String: Int] = [:]
    for case let reason? in plan.rehearsal.plan.skipped { skips[reason.rawValue, default: 0] += 1 }
    settled.skipped = skips.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    let parts = world.money.homes[place]
    for (home, performance) in zip(plan.event.homes, world.measured[place].performances) {
      var found = BacktestResult.Home(site: home.site)
      found.committed = home.commitment.intervals.reduce(.zero) { $0 + $1.rewardBase }
      found.fill(performance)
      found.fill(parts[home.site] ?? .init())
      if let idle { found.forNothing = idle.money.homes[place][home.site]?.paid ?? .zero }
      settled.homes.append(found)
    }
    if let part = world.money.fleet[place] {
      var found = BacktestResult.Home(site: SiteID("fleet")!)
      found.fill(part)
      if let idle { found.forNothing = idle.money.fleet[place]?.paid ?? .zero }
      settled.fleet = found
    }
    return settled
  }
}

extension BacktestResult.Home {
  fileprivate mutating func fill(_ performance: Performance) {
    if case .refused(let refusal) = performance.verdict {
      doubt = "refused \(refusal.code)"
      return
    }
    for case let reduction? in performance.intervals.map(\.reduction) { verified += reduction }
    if let flag = performance.flags.first(where: \.holdsResult) { doubt = "held \(flag.code)" }
  }

  fileprivate mutating func fill(_ part: BacktestMoney.Part) {
    paid = part.paid
    penalty = part.penalty
    held = part.held
    owner = part.owner
  }
}
