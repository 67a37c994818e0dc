import Grid
import Policies
import Settlement
import Verification

/// The money of measured events in the order in which they were, each knowing what went before.
struct BacktestMoney {
  /// One measured event.
  struct Measured {
    let event: EventCase
    let performances: [Performance]
  }

  /// What one home or the fleet comes to.
  struct Part {
    var paid = Money.zero
    var penalty = Money.zero
    var held = Money.zero
    var owner = Money.zero
  }

  /// By home in each event, in the order of the events.
  private(set) var homes: [[SiteID: Part]] = []
  /// The fleet's own in each event; nil where homes are settled for themselves.
  private(set) var fleet: [Part?] = []
  /// Money of months and seasons.
  private(set) var periods: [(period: String, paid: MoneyTotal)] = []
  /// Why an event is left out: the budget, or what the policy asks for and nobody recorded.
  private(set) var refused: [EventID: String] = [:]

  /// Settles `events`, which are in the order of time, by the first payable run.
  ///
  /// - Parameter homes: What homes have promised, where the policy pays that.
  init(
    _ events: [Measured], homes: [ProgrammeHome]?, policy: Policy, run: SettlementTerms.Run
  ) {
    if policy.programme != nil {
      settle(events, homes, policy, programme: run)
    } else {
      settle(events, policy, run)
    }
  }

  private mutating func settle(
    _ events: [Measured], _ policy: Policy, _ run: SettlementTerms.Run
  ) {
    var before: [(start: Timestamp, owner: OwnerID, part: Part)] = []
    for each in events {
      let start = each.event.window.start
      let periods = EarlierMoney.periods(before: start, in: policy.measurement.calendar)
      var earlier = EarlierMoney()
      for entry in before {
        Self.add(entry, to: &earlier.month, in: periods.month)
        Self.add(entry, to: &earlier.season, in: periods.season)
        Self.add(entry, to: &earlier.year, in: periods.year)
      }
      let account = EventAccount(
        each.event, policy: policy, performances: each.performances, run: run, payer: .funding,
        earlier: earlier)
      var parts: [SiteID: Part] = [:]
      for home in account.result.homes {
        let owner = home.netSplit.first { $0.party == .owner }?.amount ?? .zero
        let part = Part(
          paid: home.rewards, penalty: home.penalties, held: home.held, owner: owner)
        parts[home.site] = part
        before.append((start, home.owner, part))
      }
      homes.append(parts)
      fleet.append(nil)
    }
  }

  private static func add(
    _ entry: (start: Timestamp, owner: OwnerID, part: Part),
    to sums: inout [OwnerID: HomePerformance.Earlier], in window: Window?
  ) {
    guard let window, window.contains(entry.start) else { return }
    var sum = sums[entry.owner] ?? .init()
    sum.rewards = sum.rewards + entry.part.paid
    sum.penalties = sum.penalties + entry.part.penalty
    sums[entry.owner] = sum
  }

  private mutating func settle(
    _ events: [Measured], _ enrolled: [ProgrammeHome]?, _ policy: Policy,
    programme run: SettlementTerms.Run
  ) {
    let inputs = events.map { each in
      (
        input: EventAccount.input(
          each.event, performances: each.performances, run: run, payer: .funding),
        signalPrice: Int64?.none
      )
    }
    let result: ProgrammeResult
    do throws(PeriodAccount.Faults) {
      result = try PeriodAccount(inputs, homes: enrolled, policy: policy, run: run).result
    } catch {
      // What nobody recorded, such as promised power, is not paid as if it were nothing.
      for each in events {
        refused[each.event.id] = "\(error.list[0])"
        homes.append([:])
        fleet.append(nil)
      }
      return
    }
    for refusal in result.refused {
      let missing = MoneyTotal(millionths: Int128(refusal.missing.millionths))
      refused[refusal.event] =
        "budgetSpent: \(missing.text(in: policy.settlement.currency)) is missing"
    }
    var found: [String: [SiteID?: Part]] = [:]
    for line in result.lines {
      var part = found[line.period]?[line.site] ?? Part()
      switch line.kind {
      case .directReward, .additionalReward, .premium:
        part.paid = part.paid + line.charged
        if line.status == .held { part.held = part.held + line.amount }
      case .penalty: part.penalty = part.penalty - line.charged
      case .fee: break
      }
      found[line.period, default: [:]][line.site] = part
    }
    for account in result.accounts {
      for leg in account.legs where leg.party == SettlementTerms.Party.owner.rawValue {
        found[account.period, default: [:]][account.site, default: Part()].owner = leg.amount
      }
      for owner in account.owners {
        found[account.period, default: [:]][owner.site, default: Part()].owner = owner.amount
      }
    }
    for each in events {
      let own = found.removeValue(forKey: each.event.id.text) ?? [:]
      fleet.append(own[nil])
      homes.append(
        own.reduce(into: [:]) { parts, entry in
          if let site = entry.key { parts[site] = entry.value }
        })
    }
    periods = found.sorted { $0.key < $1.key }.map { period, parts in
      var total = MoneyTotal()
      for part in parts.values { total += part.paid - part.penalty }
      return (period, total)
    }
  }
}
