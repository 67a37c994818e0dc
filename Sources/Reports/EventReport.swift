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

/// The event of a report.
public struct EventFacts: Hashable, Sendable {
  /// One accepted revision of the signal.
  public struct Revision: Hashable, Sendable {
    /// Its number.
    public var number: Int64
    /// Its time.
    public var window: Window
    /// Its level 0…3, or nil when it asked otherwise.
    public var level: Int?

    /// A revision.
    public init(number: Int64, window: Window, level: Int?) {
      self.number = number
      self.window = window
      self.level = level
    }
  }

  /// The event's name.
  public var id: EventID
  /// Its time as it was in the end.
  public var window: Window
  /// Who asked for it, or nil when it is not known.
  public var utility: UtilityID?
  /// In the order of their numbers.
  public var revisions: [Revision]
  /// When it was cancelled, or nil.
  public var cancelledAt: Timestamp?
  /// Is it a test.
  public var isTest: Bool
  /// SHA-256 of its canonical form, or nil.
  public var sha256: Digest?

  /// An event.
  public init(
    id: EventID, window: Window, utility: UtilityID? = nil, revisions: [Revision] = [],
    cancelledAt: Timestamp? = nil, isTest: Bool = false, sha256: Digest? = nil
  ) {
    self.id = id
    self.window = window
    self.utility = utility
    self.revisions = revisions
    self.cancelledAt = cancelledAt
    self.isTest = isTest
    self.sha256 = sha256
  }
}

/// The policy of a report.
public struct PolicyFacts: Hashable, Sendable {
  /// `id`.
  public var id: String
  /// `title`.
  public var title: String
  /// `version`.
  public var version: String
  /// SHA-256 of the file's bytes.
  public var sha256: Digest
  /// What it says, in sentences; may be empty.
  public var sentences: [String]

  /// A policy.
  public init(
    id: String, title: String, version: String, sha256: Digest, sentences: [String] = []
  ) {
    self.id = id
    self.title = title
    self.version = version
    self.sha256 = sha256
    self.sentences = sentences
  }
}

/// What the fleet did in an event.
public struct FleetFacts: Hashable, Sendable {
  /// Energy that the signal asked for.
  public var asked: Energy
  /// Energy that the plan promised.
  public var committed: Energy
  /// Energy that the batteries reported, or nil when they did not.
  public var delivered: Energy?
  /// Batteries of the fleet.
  public var batteries: Int
  /// Batteries that could have been commanded.
  public var eligible: Int
  /// Batteries that were.
  public var commanded: Int
  /// Batteries that acknowledged it.
  public var acknowledged: Int
  /// Batteries by how the event ended for them, in the order to print.
  public var outcomes: [Outcome]

  /// How many batteries ended in one way.
  public struct Outcome: Hashable, Sendable {
    /// The way, for example `completed`.
    public var name: String
    /// How many.
    public var count: Int

    /// An outcome.
    public init(name: String, count: Int) {
      self.name = name
      self.count = count
    }
  }

  /// A fleet.
  public init(
    asked: Energy, committed: Energy, delivered: Energy? = nil, batteries: Int, eligible: Int,
    commanded: Int, acknowledged: Int, outcomes: [Outcome] = []
  ) {
    self.asked = asked
    self.committed = committed
    self.delivered = delivered
    self.batteries = batteries
    self.eligible = eligible
    self.commanded = commanded
    self.acknowledged = acknowledged
    self.outcomes = outcomes
  }
}

/// How many homes or batteries something happened to.
public struct ExceptionCount: Hashable, Sendable {
  /// What: `skipped`, `silent`, `optedOut`, `unverified`, `held`.
  public var kind: String
  /// The reason code.
  public var reason: String
  /// How many.
  public var count: Int

  /// A count.
  public init(kind: String, reason: String, count: Int) {
    self.kind = kind
    self.reason = reason
    self.count = count
  }
}

/// The inputs of a settlement by hash; nil is not known.
public struct InputHashes: Hashable, Sendable {
  /// Merkle root of the readings.
  public var readingsRoot: Digest?
  /// The enrolments.
  public var enrolments: Digest?
  /// The price table.
  public var prices: Digest?
  /// The earlier events of the month.
  public var history: Digest?
  /// Verification's results.
  public var evidence: Digest?

  /// Hashes.
  public init(
    readingsRoot: Digest? = nil, enrolments: Digest? = nil, prices: Digest? = nil,
    history: Digest? = nil, evidence: Digest? = nil
  ) {
    self.readingsRoot = readingsRoot
    self.enrolments = enrolments
    self.prices = prices
    self.history = history
    self.evidence = evidence
  }
}

/// Where a run stands in the book.
public struct LedgerFacts: Hashable, Sendable {
  /// The log's name.
  public var origin: String
  /// The run's first entry.
  public var firstIndex: Int64
  /// Its last.
  public var lastIndex: Int64
  /// The signed checkpoint that covers them, as text, or nil.
  public var checkpoint: String?
  /// The commands that check this report, one a line.
  public var commands: [String]

  /// A place in the book.
  public init(
    origin: String, firstIndex: Int64, lastIndex: Int64, checkpoint: String? = nil,
    commands: [String] = []
  ) {
    self.origin = origin
    self.firstIndex = firstIndex
    self.lastIndex = lastIndex
    self.checkpoint = checkpoint
    self.commands = commands
  }
}

/// What an event without any battery moving was credited: baseline error, to the cent.
public struct FalseCredit: Hashable, Sendable {
  /// Energy credited.
  public var credited: Energy
  /// Money paid for it.
  public var paid: Money
  /// Homes that were credited anything.
  public var homes: Int

  /// A false credit.
  public init(credited: Energy, paid: Money, homes: Int) {
    self.credited = credited
    self.paid = paid
    self.homes = homes
  }
}
