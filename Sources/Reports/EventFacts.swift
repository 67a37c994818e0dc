public import Grid

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
