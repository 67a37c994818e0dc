public import Grid

/// An account of the ledger, by its role in settlement.
public enum SettlementAccount: Hashable, Sendable {
  /// The event's escrow.
  case escrow
  /// The utility's funding account.
  case funding
  /// An owner.
  case owner(OwnerID)
  /// A party that is not the owner.
  case share(SettlementTerms.Party)
  /// The programme's penalties, until the terms pass them on.
  case penalty

  /// The path of the account in the ledger.
  ///
  /// `partner` names the aggregator, grid, supplier and tax accounts.
  public func path(
    event: EventID, utility: UtilityID, programme: ProgrammeID, partner: String
  ) -> String {
    switch self {
    case .escrow: "event:\(event):escrow"
    case .funding: "utility:\(utility):funding"
    case .owner(let owner): "owner:\(owner)"
    case .share(.utility): "utility:\(utility):share"
    case .share(let party): "\(party.rawValue):\(partner)"
    case .penalty: "programme:\(programme):penalty"
    }
  }
}

/// One leg of an entry, positive into the account.
public struct SettlementLeg: Hashable, Sendable {
  /// Which account.
  public let account: SettlementAccount
  /// How much, never zero.
  public let amount: Money

  /// A leg.
  public init(account: SettlementAccount, amount: Money) {
    self.account = account
    self.amount = amount
  }
}

/// What an entry of a home is for, in the order in which they are posted.
public enum EntryKind: String, Hashable, Sendable, CaseIterable {
  /// What the payer pays for energy, by party.
  case reward
  /// What missing energy takes from each party.
  case penalty
  /// What comes out of the bonus pool.
  case bonus
  /// What fees take and give.
  case fee

  /// Its key is that of its run with this at the end.
  public var suffix: String { self == .reward ? "" : ":" + rawValue }

  /// Its reason in the ledger.
  public var reason: String { self == .reward ? "settlement" : rawValue }

  /// The kind that posts a line.
  public init(of type: LineType, field: String) {
    switch type {
    case .directReward, .premium: self = .reward
    case .additionalReward: self = field == ProgrammeSettlement.bonusField ? .bonus : .reward
    case .penalty: self = .penalty
    case .fee: self = .fee
    }
  }

  /// The kind that has this reason; nil for what is no settlement.
  public init?(reason: String) {
    guard let kind = Self.allCases.first(where: { $0.reason == reason }) else { return nil }
    self = kind
  }
}

/// What is to be written in the ledger for one home: legs that sum to zero.
public struct SettlementEntry: Hashable, Sendable {
  /// The home.
  public let site: SiteID
  /// What it is for.
  public let kind: EntryKind
  /// The run as it enters the entry's key with event and site: `initial` or `initial:penalty`.
  public let key: String
  /// At least two, no account twice.
  public let legs: [SettlementLeg]
}
