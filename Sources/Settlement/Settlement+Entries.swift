import Grid

extension SettlementResult {
  /// What the first payable run writes: for each home the reward and, if there is one, the penalty,
  /// what it gets from the pool, and fees.
  ///
  /// A run that is not payable writes nothing. Homes are in the order of their sites, a reward
  /// before its penalty; the legs of an entry sum to zero.
  public func entries() -> [SettlementEntry] {
    guard run.isPayable else { return [] }
    var entries: [SettlementEntry] = []
    entries.reserveCapacity(homes.count)
    for home in homes {
      SettlementEntry.append(
        to: &entries, site: home.site, owner: home.owner, run: run, rewards: home.rewards,
        rewardSplit: home.rewardSplit, penalties: home.penalties,
        penaltySplit: home.penalties == .zero ? [] : home.penaltySplit,
        bonusSplit: home.bonusSplit, feeSplit: home.feeSplit)
    }
    return entries
  }
}

extension SettlementEntry {
  /// Adds the entries of one home; nothing where every amount is zero.
  static func append(
    to entries: inout [SettlementEntry], site: SiteID, owner: OwnerID, run: SettlementRun,
    rewards: Money, rewardSplit: [PartyShare], penalties: Money, penaltySplit: [PartyShare],
    bonusSplit: [PartyShare] = [], feeSplit: [PartyShare] = []
  ) {
    func add(
      _ kind: EntryKind, _ account: SettlementAccount, _ amount: Money, _ split: [PartyShare]
    ) {
      var legs: [SettlementLeg] = []
      legs.reserveCapacity(split.count + 1)
      if amount != .zero { legs.append(SettlementLeg(account: account, amount: amount)) }
      var sum = amount
      for part in split where part.amount != .zero {
        let account: SettlementAccount = part.party == .owner ? .owner(owner) : .share(part.party)
        legs.append(SettlementLeg(account: account, amount: part.amount))
        sum = sum + part.amount
      }
      precondition(sum == .zero, "the legs of an entry sum to zero")
      guard !legs.isEmpty else { return }
      entries.append(
        SettlementEntry(site: site, kind: kind, key: run.name + kind.suffix, legs: legs))
    }
    let payer: SettlementAccount = run.payer == .escrow ? .escrow : .funding
    func sum(_ split: [PartyShare]) -> Money { split.reduce(.zero) { $0 + $1.amount } }
    add(.reward, payer, -rewards, rewardSplit)
    add(.penalty, .penalty, penalties, penaltySplit)
    add(.bonus, .penalty, -sum(bonusSplit), bonusSplit)
    add(.fee, payer, -sum(feeSplit), feeSplit)
  }
}
