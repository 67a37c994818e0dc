public import Grid

/// What a home has got from all posted runs of an event together.
public struct PostedHome: Hashable, Sendable {
  /// The home.
  public var site: SiteID
  /// Whose it is.
  public var owner: OwnerID
  /// What its lines charged, in the order of the types; a line that was not there is absent.
  public var lines: [PostedLine]
  /// Rewards by party.
  public var rewardSplit: [PartyShare]
  /// Net of rewards and penalties by party.
  public var netSplit: [PartyShare]
  /// What the bonus pool gave, by party.
  public var bonusSplit: [PartyShare] = []
  /// What fees took and gave, by party.
  public var feeSplit: [PartyShare] = []

  /// What one line charged.
  public struct PostedLine: Hashable, Sendable {
    /// Its type.
    public var type: LineType
    /// The field of the policy that makes it.
    public var field: String
    /// What it charged.
    public var charged: Money

    /// A posted line.
    public init(type: LineType, field: String? = nil, charged: Money) {
      self.type = type
      self.field = field ?? type.policyField
      self.charged = charged
    }
  }

  /// What was posted, as a caller remembers it; both splits name the same parties.
  public init(
    site: SiteID, owner: OwnerID, lines: [PostedLine], rewardSplit: [PartyShare],
    netSplit: [PartyShare]
  ) {
    self.site = site
    self.owner = owner
    self.lines = lines
    self.rewardSplit = rewardSplit.sorted { $0.party < $1.party }
    self.netSplit = netSplit.sorted { $0.party < $1.party }
    precondition(
      self.rewardSplit.map(\.party) == self.netSplit.map(\.party),
      "rewards and net of a home are split over the same parties")
  }

  /// What penalties took from each party: net less reward.
  public var penaltySplit: [PartyShare] {
    zip(netSplit, rewardSplit).map { PartyShare(party: $0.party, amount: $0.amount - $1.amount) }
  }

  /// What stands when a run has been posted: its whole result, because runs post differences.
  public init(_ home: HomeSettlement) {
    self.init(
      site: home.site, owner: home.owner,
      lines: home.lines.map { PostedLine(type: $0.type, field: $0.field, charged: $0.charged) },
      rewardSplit: home.rewardSplit, netSplit: home.netSplit)
    bonusSplit = home.bonusSplit
    feeSplit = home.feeSplit
  }

  /// What each party has of all its entries.
  public var partySplit: [PartyShare] {
    guard !bonusSplit.isEmpty || !feeSplit.isEmpty else { return netSplit }
    return PartyShare.sum([netSplit, bonusSplit, feeSplit])
  }
}

/// What a later run changes for one home.
public struct HomeDifference: Hashable, Sendable {
  /// One line before and after.
  public struct Line: Hashable, Sendable {
    /// Its type.
    public let type: LineType
    /// The field of the policy that makes it.
    public let field: String
    /// What is posted.
    public let prior: Money
    /// What it is now.
    public let charged: Money
    /// What this run posts.
    public var difference: Money { charged - prior }
  }

  /// The home.
  public let site: SiteID
  /// Whose it is.
  public let owner: OwnerID
  /// Every line that is or was there, in the order of the types.
  public let lines: [Line]
  /// New less posted rewards, party by party.
  public let rewardSplit: [PartyShare]
  /// New less posted penalty parts, party by party.
  public let penaltySplit: [PartyShare]
  /// New less posted parts of the pool, party by party.
  public var bonusSplit: [PartyShare] = []
  /// New less posted fees, party by party.
  public var feeSplit: [PartyShare] = []

  /// New less posted net, party by party.
  public var netSplit: [PartyShare] {
    zip(rewardSplit, penaltySplit).map {
      PartyShare(party: $0.party, amount: $0.amount + $1.amount)
    }
  }

  /// By how much its rewards, its penalties, its part of the pool or one of its lines changes,
  /// whichever is most; not negative.
  public var greatestChange: Money {
    let sums = [rewardSplit, penaltySplit, bonusSplit].map { split in
      split.reduce(Money.zero) { $0 + $1.amount }
    }
    let fees = feeSplit.map(\.amount)
    return (sums + fees).map { max($0, -$0) }.max() ?? .zero
  }

  /// True when the run posts nothing for the home.
  public var isZero: Bool {
    [rewardSplit, penaltySplit, bonusSplit, feeSplit].allSatisfy { split in
      split.allSatisfy { $0.amount == .zero }
    }
  }
}

extension SettlementResult {
  /// The entries of a run over what the runs before it posted: everything in the first, then new
  /// less posted.
  ///
  /// - Parameter minimum: A home of which neither rewards nor penalties change by so much has no
  ///   entry; the next run finds the difference again, because it compares with what was posted.
  public func entries(
    over posted: [PostedHome], minimum: Money = .zero
  ) -> [SettlementEntry] {
    guard !posted.isEmpty else { return entries() }
    let differences = Settlement.difference(of: self, posted: posted)
    return Settlement.entries(differences.filter { $0.greatestChange >= minimum }, run: run)
  }
}

extension Settlement {
  /// What a later run posts: the difference of the results, never the result of the difference.
  ///
  /// The posted split is taken off the new split, party by party. A home that is posted and no
  /// longer in the result gives everything back. Homes without a change are left out, so the same
  /// run with the same inputs posts nothing.
  ///
  /// - Parameters:
  ///   - posted: In any order, no home twice.
  /// - Returns: In the order of the sites' bytes.
  public static func difference(
    of new: SettlementResult, posted: [PostedHome]
  ) -> [HomeDifference] {
    let posted = posted.sorted { $0.site < $1.site }
    var differences: [HomeDifference] = []
    var old = 0
    for home in new.homes {
      while old < posted.count, posted[old].site < home.site {
        differences.append(difference(nil, posted[old]))
        old += 1
      }
      if old < posted.count, posted[old].site == home.site {
        differences.append(difference(home, posted[old]))
        old += 1
      } else {
        differences.append(difference(home, nil))
      }
    }
    while old < posted.count {
      differences.append(difference(nil, posted[old]))
      old += 1
    }
    return differences.filter { !$0.isZero || $0.lines.contains { $0.difference != .zero } }
  }

  private static func difference(_ new: HomeSettlement?, _ old: PostedHome?) -> HomeDifference {
    guard let site = new?.site ?? old?.site, let owner = new?.owner ?? old?.owner else {
      preconditionFailure("a difference has a new or an old side")
    }
    precondition(
      old == nil || new == nil || old?.owner == new?.owner,
      "an event's home keeps the owner of the event's date")
    var lines: [HomeDifference.Line] = []
    for pair in LinePair.all(new, old) {
      lines.append(
        HomeDifference.Line(
          type: pair.type, field: pair.field, prior: pair.posted?.charged ?? .zero,
          charged: pair.line?.charged ?? .zero))
    }
    let rewards = subtract(new?.rewardSplit ?? [], old?.rewardSplit ?? [])
    let net = subtract(new?.netSplit ?? [], old?.netSplit ?? [])
    return HomeDifference(
      site: site, owner: owner, lines: lines, rewardSplit: rewards,
      penaltySplit: subtract(net, rewards),
      bonusSplit: subtract(new?.bonusSplit ?? [], old?.bonusSplit ?? []),
      feeSplit: subtract(new?.feeSplit ?? [], old?.feeSplit ?? []))
  }

  /// New less old over every party that has a part in one of them, in the order of the names.
  private static func subtract(_ new: [PartyShare], _ old: [PartyShare]) -> [PartyShare] {
    func amount(_ party: SettlementTerms.Party, in split: [PartyShare]) -> Money? {
      split.first { $0.party == party }?.amount
    }
    return SettlementTerms.Party.allCases.sorted().compactMap { party in
      let after = amount(party, in: new)
      let before = amount(party, in: old)
      if after == nil, before == nil { return nil }
      return PartyShare(party: party, amount: (after ?? .zero) - (before ?? .zero))
    }
  }

  /// The entries of a later run.
  public static func entries(
    _ differences: [HomeDifference], run: SettlementRun
  ) -> [SettlementEntry] {
    guard run.isPayable else { return [] }
    var entries: [SettlementEntry] = []
    for home in differences {
      let rewards = home.rewardSplit.reduce(Money.zero) { $0 + $1.amount }
      let penalties = home.penaltySplit.reduce(Money.zero) { $0 - $1.amount }
      SettlementEntry.append(
        to: &entries, site: home.site, owner: home.owner, run: run, rewards: rewards,
        rewardSplit: home.rewardSplit, penalties: penalties, penaltySplit: home.penaltySplit,
        bonusSplit: home.bonusSplit, feeSplit: home.feeSplit)
    }
    return entries
  }
}
