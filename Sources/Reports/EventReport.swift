public import Grid
public import Settlement

/// Everything that a report on one run of one event says, as plain values.
///
/// The controller fills it; rendering adds nothing that is not here. The same value gives the same
/// bytes: no clock, no machine and no order of a hash table reaches a report.
public struct EventReport: Sendable {
  /// The run's name in files, for example `E-17.initial`.
  public var runID: String
  /// The event.
  public var event: EventFacts
  /// The policy.
  public var policy: PolicyFacts
  /// The policy's terms of money, which give prices and currency.
  public var terms: SettlementTerms
  /// The programme's zone, for local dates and times.
  public var zone: ZoneOffsets
  /// What the fleet did.
  public var fleet: FleetFacts
  /// The money.
  public var settlement: SettlementResult
  /// What earlier runs posted; empty in the first.
  public var posted: [PostedHome]
  /// Details of each home of the settlement, in the same order.
  public var homes: [HomeFacts]
  /// What did not go as planned and is not in the lines: skipped, silent, opted out.
  public var exceptions: [ExceptionCount]
  /// Inputs by hash.
  public var inputs: InputHashes
  /// Where the money stands in the book, or nil when nothing was posted.
  public var ledger: LedgerFacts?
  /// Findings about the data of the whole event, one sentence each.
  public var dataQuality: [String]
  /// What the batteries said while the event ran; empty when nothing was kept.
  public var curve = CurveFacts()
  /// What came back after the event; nil where nobody looked, or nothing was measured.
  public var rebound: ReboundFacts?
  /// The reduction of all homes as one meter against its own baseline, signed; nil where nobody
  /// asked, or it cannot be verified.
  public var asOneMeter: Energy?
  /// What was credited although no battery moved, or nil in a real event.
  public var falseCredit: FalseCredit?

  /// A report; traps when `homes` are not those of the settlement, in its order.
  public init(
    runID: String, event: EventFacts, policy: PolicyFacts, terms: SettlementTerms,
    zone: ZoneOffsets, fleet: FleetFacts, settlement: SettlementResult,
    posted: [PostedHome] = [], homes: [HomeFacts], exceptions: [ExceptionCount] = [],
    inputs: InputHashes = InputHashes(), ledger: LedgerFacts? = nil, dataQuality: [String] = [],
    falseCredit: FalseCredit? = nil
  ) {
    precondition(
      homes.count == settlement.homes.count
        && zip(homes, settlement.homes).allSatisfy {
          $0.site == $1.site && $0.intervals.count == $1.intervals.count
        }, "a report details exactly the homes that were settled")
    self.runID = runID
    self.event = event
    self.policy = policy
    self.terms = terms
    self.zone = zone
    self.fleet = fleet
    self.settlement = settlement
    self.posted = posted.sorted { $0.site < $1.site }
    self.homes = homes
    self.exceptions = exceptions
    self.inputs = inputs
    self.ledger = ledger
    self.dataQuality = dataQuality
    self.falseCredit = falseCredit
  }

  var currency: Currency { settlement.currency }
}
