public import Grid
public import Policies
public import Settlement

/// What recorded events come to under one policy.
public struct BacktestResult: Sendable {
  /// One home in one event.
  public struct Home: Hashable, Sendable {
    /// The home.
    public let site: SiteID
    /// What it was asked for.
    public var committed = Energy.zero
    /// What was verified, signed; zero where it was refused.
    public var verified = Energy.zero
    /// Why it is not simply paid: `refused …` or `held …`, each with its code; else nil.
    public var doubt: String?
    /// Rewards charged to the payer.
    public var paid = Money.zero
    /// Penalties charged to the home, not negative.
    public var penalty = Money.zero
    /// Rewards that wait until a hold is decided.
    public var held = Money.zero
    /// The owner's part of it all.
    public var owner = Money.zero
    /// Rewards of the same event had no battery moved; nil where that is not known.
    public var forNothing: Money?

    init(site: SiteID) { self.site = site }
  }

  /// One event that the policy takes, settled.
  public struct Settled: Sendable {
    /// What was asked of the fleet.
    public var asked = Energy.zero
    /// Batteries that were not asked, by reason in the order of the names.
    public var skipped: [(reason: String, count: Int)] = []
    /// Homes that were asked, in the order of their sites.
    public var homes: [Home] = []
    /// Money that is nobody's alone but the fleet's (`unit: fleet`), else nil.
    public var fleet: Home?
  }

  /// One event.
  public struct Event: Sendable {
    /// The event.
    public let id: EventID
    /// When.
    public let window: Window
    /// What it came to, or why the policy does not settle it.
    public let outcome: Outcome

    /// Settled, or not and why.
    public enum Outcome: Sendable {
      case settled(Settled)
      case notSettled(String)
    }
  }

  /// The policy, as it was read.
  public let policy: Policy
  /// In the order in which they were given.
  public let events: [Event]
  /// Money of months and seasons, which belongs to no event.
  public var periods: [(period: String, paid: MoneyTotal)] = []

  /// The sums of all events.
  public var sums: BacktestSums { BacktestSums(homes, fleet: settled.compactMap(\.fleet)) }

  /// The settled events.
  public var settled: [Settled] {
    events.compactMap { if case .settled(let part) = $0.outcome { part } else { nil } }
  }

  /// Each home over all events, in the order of the sites.
  public var homes: [Home] {
    var sums: [SiteID: Home] = [:]
    for home in settled.flatMap(\.homes) {
      sums[home.site, default: Home(site: home.site)].add(home)
    }
    return sums.values.sorted { $0.site < $1.site }
  }
}

extension BacktestResult.Home {
  fileprivate mutating func add(_ other: Self) {
    committed += other.committed
    verified += other.verified
    paid = paid + other.paid
    penalty = penalty + other.penalty
    held = held + other.held
    owner = owner + other.owner
    if let more = other.forNothing { forNothing = (forNothing ?? .zero) + more }
  }
}

/// Sums and spread of some homes.
public struct BacktestSums: Sendable {
  /// Energy asked of them.
  public var committed = Energy.zero
  /// Energy verified, signed.
  public var verified = Energy.zero
  /// Rewards.
  public var paid = MoneyTotal()
  /// Penalties, not negative.
  public var penalties = MoneyTotal()
  /// Rewards that wait.
  public var held = MoneyTotal()
  /// Rewards had no battery moved; nil where that is not known.
  public var forNothing: MoneyTotal?
  /// Least, median and most of what an owner gets; nil without homes. The median of an even
  /// number of homes is the lower of the two in the middle, so that it is a home's own amount.
  public var spread: (least: Money, median: Money, most: Money)?
  /// The same of the verified energy.
  public var energySpread: (least: Energy, median: Energy, most: Energy)?

  /// Sums of homes, and of the fleet as one where money is its own.
  public init(_ homes: [BacktestResult.Home], fleet: [BacktestResult.Home] = []) {
    for home in homes + fleet {
      committed += home.committed
      verified += home.verified
      paid += home.paid
      penalties += home.penalty
      held += home.held
      if let part = home.forNothing {
        forNothing = forNothing ?? MoneyTotal()
        forNothing? += part
      }
    }
    guard !homes.isEmpty else { return }
    let amounts = homes.map(\.owner).sorted()
    let energies = homes.map(\.verified).sorted()
    let middle = (homes.count - 1) / 2
    spread = (amounts[0], amounts[middle], amounts[homes.count - 1])
    energySpread = (energies[0], energies[middle], energies[homes.count - 1])
  }

  /// Rewards less penalties for each verified kilowatt-hour, in millionths of the currency, a half
  /// away from zero; nil where nothing was verified.
  public var perKilowattHour: Int128? {
    guard verified > .zero else { return nil }
    let cost = (paid.millionths - penalties.millionths) * 3_600_000
    let half = Int128(verified.joules) / 2
    return (cost < 0 ? cost - half : cost + half) / Int128(verified.joules)
  }
}
