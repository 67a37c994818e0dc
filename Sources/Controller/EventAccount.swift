public import Grid
public import Policies
public import Settlement
public import Verification

/// One event from verified energy to money and report; pure values, nothing posted.
public struct EventAccount: Sendable {
  /// The event.
  public var event: EventCase
  /// The policy that settles it.
  public var policy: Policy
  /// Verification's answers, in the order of the case.
  public var performances: [Performance]
  /// What was settled.
  public let input: SettlementInput
  /// The money.
  public var result: SettlementResult
  /// The readings that each home was settled from, in the order of the case; empty where the
  /// policy does not have them cited.
  public var readings: [CitedReadings] = []
  /// What the runs before this one posted; empty in the first.
  public var posted: [PostedHome] = []

  /// Settles verified energy.
  ///
  /// - Parameters:
  ///   - run: The run of the policy.
  ///   - payer: Who pays what this run adds.
  ///   - earlier: What owners earned and lost earlier in the same month and year.
  ///   - released: Homes whose hold was decided for their owners.
  public init(
    _ event: EventCase, policy: Policy, performances: [Performance], run: SettlementTerms.Run,
    payer: SettlementRun.Payer, earlier: EarlierMoney = EarlierMoney(),
    released: Set<SiteID> = []
  ) {
    self.event = event
    self.policy = policy
    self.performances = performances
    var input = Self.input(
      event, performances: performances, run: run, payer: payer, earlier: earlier)
    for place in input.homes.indices where released.contains(input.homes[place].site) {
      input.homes[place].release()
    }
    self.input = input
    result = policy.settle(input)
  }

  /// What settlement is given of an event and of verification's answers, in the same order.
  public static func input(
    _ event: EventCase, performances: [Performance], run: SettlementTerms.Run,
    payer: SettlementRun.Payer, earlier: EarlierMoney = EarlierMoney()
  ) -> SettlementInput {
    precondition(
      event.homes.count == performances.count
        && zip(event.homes, performances).allSatisfy { $0.site == $1.site },
      "there is one performance for each home, in the same order")
    let homes = zip(event.homes, performances).map { home, performance in
      let before = earlier.of(home.site, home.owner)
      return HomePerformance(
        site: home.site, owner: home.owner, batteries: home.batteries,
        commitment: home.commitment, intervals: measured(performance, event.intervals),
        verdict: verdict(performance.verdict),
        heldBy: performance.flags.first(where: \.holdsResult)?.code,
        isNotified: home.isNotified, commandAnswered: home.commandAnswered,
        optedOutAt: home.optedOutAt, earlierInMonth: before.month,
        earlierInSeason: before.season, earlierInYear: before.year)
    }
    var input = SettlementInput(
      run: SettlementRun(name: run.name, isPayable: run.isPayable, payer: payer),
      event: event.id, window: event.window, isTest: event.isTest, intervals: event.intervals,
      homes: homes)
    input.signalPrice = event.signalPrice
    return input
  }

  /// Sites of `performances` that a flag or an estimate lets wait, and that were decided for their
  /// owners in a run before `run`.
  static func released(
    _ event: EventCase, _ performances: [Performance], before run: String, policy: Policy,
    utility: UtilityID, in book: LedgerKeeper
  ) -> Set<SiteID> {
    let earlier = PostedRuns(
      before: run, of: event.id, window: event.window, utility: utility, policy: policy)
    guard !earlier.runs.isEmpty else { return [] }
    var found: Set<SiteID> = []
    for (home, performance) in zip(event.homes, performances) {
      var mayWait = performance.flags.contains(where: \.holdsResult)
      if case .estimated = performance.verdict { mayWait = true }
      guard mayWait, let salt = book.salt(of: "owner:\(home.owner)"),
        earlier.isReleased(home.site, salt: salt, entry: book.entry(of:))
      else { continue }
      found.insert(home.site)
    }
    return found
  }

  private static func measured(
    _ performance: Performance, _ intervals: [EventInterval]
  ) -> [MeasuredInterval] {
    // A refusal that concerns the whole event may come without intervals.
    guard performance.intervals.count == intervals.count else {
      return intervals.map { _ in .missing() }
    }
    return performance.intervals.map { interval in
      guard let reduction = interval.reduction else { return .missing() }
      switch interval.status {
      case .verified: return .verified(reduction)
      case .estimated: return .estimated(reduction)
      case .missing: return .missing()
      }
    }
  }

  private static func verdict(_ verdict: Verdict) -> HomePerformance.Verdict {
    switch verdict {
    case .verified: .verified
    case .estimated: .estimated
    case .refused(let refusal): .refused(reason: refusal.code)
    }
  }
}

/// What owners earned and lost before an event, for caps of penalties.
public struct EarlierMoney: Sendable {
  /// In the same local month.
  public var month: [OwnerID: HomePerformance.Earlier] = [:]
  /// In the same season.
  public var season: [OwnerID: HomePerformance.Earlier] = [:]
  /// In the same local year.
  public var year: [OwnerID: HomePerformance.Earlier] = [:]
  /// The same home by home, where the policy counts homes and not owners.
  public var homes: [SiteID: Home]?

  /// What one home earned and lost.
  public struct Home: Hashable, Sendable {
    /// In the same local month.
    public var month = HomePerformance.Earlier()
    /// In the same season.
    public var season = HomePerformance.Earlier()
    /// In the same local year.
    public var year = HomePerformance.Earlier()

    /// Nothing.
    public init() {}
  }

  /// What counts for a home.
  func of(_ site: SiteID, _ owner: OwnerID) -> Home {
    if let homes { return homes[site] ?? Home() }
    var found = Home()
    found.month = month[owner] ?? .init()
    found.season = season[owner] ?? .init()
    found.year = year[owner] ?? .init()
    return found
  }

  /// Nothing.
  public init() {}
}

extension HomePerformance {
  /// Somebody has decided that the home's result counts: no flag holds it, and what was estimated
  /// is taken as measured.
  mutating func release() {
    heldBy = nil
    if case .estimated = verdict { verdict = .verified }
    intervals = intervals.map { interval in
      guard case .estimated = interval.status, let reduction = interval.reduction else {
        return interval
      }
      return .verified(reduction, excusal: interval.excusal)
    }
  }
}
