public import Grid

extension ProgrammeResult {
  private struct Key: Hashable {
    let period: String
    let site: SiteID?
  }

  /// What a later run posts: the posted legs are taken off the new ones, party by party.
  ///
  /// Accounts of which no leg changes by `minimum` or more are left out, and so are carried by the
  /// next run. The same run again posts nothing.
  public func difference(
    to posted: [ProgrammeAccount], minimum: Money = .zero
  ) -> [ProgrammeAccount] {
    Self.difference(from: posted, to: accounts, minimum: minimum)
  }

  /// The same for some of the accounts.
  public static func difference(
    from posted: [ProgrammeAccount], to accounts: [ProgrammeAccount], minimum: Money = .zero
  ) -> [ProgrammeAccount] {
    var old: [Key: ProgrammeAccount] = [:]
    let posted = standing(posted)
    for account in posted { old[Key(period: account.period, site: account.site)] = account }
    var found: [ProgrammeAccount] = []
    func add(_ after: ProgrammeAccount?, _ before: ProgrammeAccount?) {
      guard let either = after ?? before else { return }
      let change = change(from: before, to: after)
      let most = change.legs.map { max($0.amount, -$0.amount) }.max() ?? .zero
      guard !change.legs.isEmpty || !change.owners.isEmpty, most >= minimum else { return }
      found.append(
        ProgrammeAccount(
          period: either.period, site: either.site, legs: change.legs, owners: change.owners))
    }
    for account in standing(accounts) {
      add(account, old.removeValue(forKey: Key(period: account.period, site: account.site)))
    }
    for account in posted where old[Key(period: account.period, site: account.site)] != nil {
      add(nil, account)
    }
    return found
  }

  private static func change(
    from before: ProgrammeAccount?, to after: ProgrammeAccount?
  ) -> (legs: [ProgrammeLeg], owners: [ProgrammeAccount.SitePart]) {
    var legs: [String: Money] = [:]
    var owners: [SiteID: Money] = [:]
    for leg in after?.legs ?? [] { legs[leg.party] = leg.amount }
    for leg in before?.legs ?? [] { legs[leg.party] = (legs[leg.party] ?? .zero) - leg.amount }
    for part in after?.owners ?? [] { owners[part.site] = part.amount }
    for part in before?.owners ?? [] {
      owners[part.site] = (owners[part.site] ?? .zero) - part.amount
    }
    return (sorted(legs), sorted(owners))
  }

  /// What stands posted when `changes` were posted over `posted`, one account a period and home.
  public static func standing(
    _ posted: [ProgrammeAccount], with changes: [ProgrammeAccount] = []
  ) -> [ProgrammeAccount] {
    var sums: [Key: (legs: [String: Money], owners: [SiteID: Money])] = [:]
    var order: [Key] = []
    for account in posted + changes {
      let key = Key(period: account.period, site: account.site)
      if sums[key] == nil { order.append(key) }
      var sum = sums[key] ?? ([:], [:])
      for leg in account.legs { sum.legs[leg.party] = (sum.legs[leg.party] ?? .zero) + leg.amount }
      for part in account.owners {
        sum.owners[part.site] = (sum.owners[part.site] ?? .zero) + part.amount
      }
      sums[key] = sum
    }
    return order.map { key in
      ProgrammeAccount(
        period: key.period, site: key.site, legs: sorted(sums[key]!.legs),
        owners: sorted(sums[key]!.owners))
    }
  }

  private static func sorted(_ legs: [String: Money]) -> [ProgrammeLeg] {
    legs.filter { $0.value != .zero }.sorted { $0.key < $1.key }
      .map { ProgrammeLeg(party: $0.key, amount: $0.value) }
  }

  private static func sorted(_ owners: [SiteID: Money]) -> [ProgrammeAccount.SitePart] {
    owners.filter { $0.value != .zero }.sorted { $0.key < $1.key }
      .map { ProgrammeAccount.SitePart(site: $0.key, amount: $0.value) }
  }
}
