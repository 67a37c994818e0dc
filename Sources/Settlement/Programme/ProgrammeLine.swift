public import Grid

/// One line of a programme's money: one home or the fleet, one event or period, one type.
public struct ProgrammeLine: Sendable {
  /// What for.
  public typealias Kind = LineType

  /// The event, the month or the season.
  public let period: String
  /// The home; nil is the fleet.
  public let site: SiteID?
  /// What for.
  public let kind: Kind
  /// The field of the policy that makes the line.
  public let field: String
  /// What is priced.
  public let quantity: Fraction
  /// Of what: `kWh`, `kW`, `home`.
  public let unit: String
  /// The exact amount in the currency; negative for a penalty.
  public let exact: Fraction
  /// Rounded once to the minor unit.
  public let amount: Money
  /// What remains of it after holds and caps.
  public internal(set) var charged: Money
  /// Whether it is money yet.
  public internal(set) var status: LineStatus
  /// Why, where the numbers do not say it.
  public internal(set) var reason: String?
  /// The same for a line of an event, as an event's own settlement says it.
  var cause: LineReason? { didSet { reason = cause?.code ?? reason } }

  /// The penalties of others pay for it, or it is one.
  var isPaidByPenalties: Bool { kind == .penalty || isBonus }
  /// A part of the bonus pool.
  var isBonus: Bool { field == ProgrammeSettlement.bonusField }
}

/// The lines of one home or the fleet in one event or period, on their way to an account.
struct ProgrammeSubject {
  /// The home; nil is the fleet.
  let site: SiteID?
  var lines: [ProgrammeLine]
  /// Energy that is paid for, before the prices.
  let credited: Energy
  /// Energies of the home in its event; nil for a period.
  var home: HomeSettlement?
}

/// One party's part of a programme's money.
public struct ProgrammeLeg: Hashable, Sendable {
  /// Who: a party's name, `payer`, `penalty` or `rounding`.
  public let party: String
  /// How much, positive into the account.
  public var amount: Money

  /// A part.
  public init(party: String, amount: Money) {
    self.party = party
    self.amount = amount
  }
}

/// The legs of one home or the fleet in one event or period; they sum to zero.
public struct ProgrammeAccount: Hashable, Sendable {
  /// The event, the month or the season.
  public let period: String
  /// The home; nil is the fleet.
  public let site: SiteID?
  /// In the order of the names.
  public let legs: [ProgrammeLeg]
  /// With `unit: fleet` the owners' part over the homes, in the order of the sites.
  public let owners: [SitePart]

  /// Legs that were posted, as a caller remembers them.
  public init(period: String, site: SiteID?, legs: [ProgrammeLeg], owners: [SitePart] = []) {
    self.period = period
    self.site = site
    self.legs = legs
    self.owners = owners
  }

  /// One home's part of a fleet's money.
  public struct SitePart: Hashable, Sendable {
    /// The home.
    public let site: SiteID
    /// How much.
    public let amount: Money

    /// A part.
    public init(site: SiteID, amount: Money) {
      self.site = site
      self.amount = amount
    }
  }
}

/// An event that was not accepted because its greatest cost did not fit.
public struct BudgetRefusal: Hashable, Sendable {
  /// The event.
  public let event: EventID
  /// Its greatest cost.
  public let greatestCost: Money
  /// What is missing in the budget.
  public let missing: Money
}

/// What one run of a programme comes to.
public struct ProgrammeResult: Sendable {
  /// By event and period in the order of time, then site and type.
  public let lines: [ProgrammeLine]
  /// In the same order.
  public let accounts: [ProgrammeAccount]
  /// Events that the budget did not hold.
  public let refused: [BudgetRefusal]
  /// Energy of each settled event, in their order.
  public let energy: [EventEnergy]

  /// Energy of one event.
  public struct EventEnergy: Hashable, Sendable {
    /// The event.
    public let event: EventID
    /// What was committed.
    public let committed: Energy
    /// What was verified, signed.
    public let verified: Energy
    /// What is paid for, before the prices.
    public let credited: Energy
  }

  /// Charged money by line type, in the order of the types, where there is a line.
  public var byKind: [(kind: ProgrammeLine.Kind, charged: MoneyTotal)] {
    ProgrammeLine.Kind.allCases.compactMap { kind in
      let mine = lines.filter { $0.kind == kind }
      guard !mine.isEmpty else { return nil }
      var total = MoneyTotal()
      for line in mine { total += line.charged }
      return (kind, total)
    }
  }

  /// Money by party, in the order of the names.
  public var byParty: [(party: String, amount: MoneyTotal)] {
    var totals: [String: MoneyTotal] = [:]
    for account in accounts {
      for leg in account.legs { totals[leg.party, default: MoneyTotal()] += leg.amount }
    }
    return totals.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
