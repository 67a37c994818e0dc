import Engine
import Grid
import Ledger
import Policies
import Settlement
import Verification

extension EarlierMoney {
  /// What each home of an event earned and lost by events of its programme that began earlier in the
  /// same month, season and year, as far as the policy counts it.
  ///
  /// The legs of those events' own entries say it: rewards and penalties, without fees and without
  /// what came from a pool.
  init(
    of event: EventCase, among records: [EventRecord], policies: [Policy], book: LedgerKeeper,
    policy: Policy
  ) {
    self.init()
    let counted = policy.countedPeriods
    let periods = Self.periods(before: event.window.start, in: policy.measurement.calendar)
    var homes: [SiteID: Home] = [:]
    for record in records where record.id != event.id {
      guard record.terms?.programme == policy.dispatch.programme, let start = record.window?.start,
        let own = policies.first(where: { $0.hash == record.policy }),
        let window = EventCase.window(of: record, policy: own)
      else { continue }
      func holds(_ period: Window?, _ basis: SettlementTerms.Penalty.CapBasis) -> Bool {
        counted.contains(basis) && period?.contains(start) == true
      }
      let (month, season, year) = (
        holds(periods.month, .rewardsOfMonth), holds(periods.season, .rewardsOfSeason),
        holds(periods.year, .rewardsOfYear)
      )
      guard month || season || year else { continue }
      let runs = PostedRuns(
        of: record.id, window: window, utility: record.utility, policy: own)
      for home in event.homes {
        guard let salt = book.salt(of: "owner:\(home.owner)"),
          let posted = runs.home(
            home.site, owner: home.owner, salt: salt, entry: book.entry(of:), legs: book.legs(of:))
        else { continue }
        let sum = HomePerformance.Earlier(
          rewards: posted.home.rewardSplit.reduce(.zero) { $0 + $1.amount },
          penalties: posted.home.penaltySplit.reduce(.zero) { $0 - $1.amount })
        var found = homes[home.site] ?? Home()
        if month { found.month.add(sum) }
        if season { found.season.add(sum) }
        if year { found.year.add(sum) }
        homes[home.site] = found
      }
    }
    self.homes = homes
  }
}

extension HomePerformance.Earlier {
  fileprivate mutating func add(_ other: Self) {
    rewards = rewards + other.rewards
    penalties = penalties + other.penalties
  }
}

extension Policy {
  /// The periods whose earlier events an event's caps count.
  var countedPeriods: Set<SettlementTerms.Penalty.CapBasis> {
    var found = Set((programmeTerms.penalty?.rules.caps ?? []).map(\.basis))
    found.formUnion((settlement.penalty?.caps ?? []).map(\.basis))
    if programmeTerms.caps.homePerMonth != nil { found.insert(.rewardsOfMonth) }
    if programmeTerms.caps.homePerSeason != nil { found.insert(.rewardsOfSeason) }
    return found
  }
}
