public import Grid
public import Settlement

/// The money and energy of a month, or of a programme's months: a row an event and run.
///
/// Everything adds: rows give events, events give months, months give the programme. Energies of a
/// row are what its run changed, so that a correction does not count an event twice.
public struct PeriodReport: Hashable, Sendable {
  /// What one run of one event posted.
  public struct Row: Hashable, Sendable {
    /// The month of the event's start, `2026-07`.
    public var month: String
    /// The event.
    public var event: String
    /// Its time.
    public var window: Window
    /// The run.
    public var run: String
    /// The first of its entries.
    public var firstEntry: Int64
    /// The last of its entries.
    public var lastEntry: Int64
    /// How many there are; entries of other homes may stand between them.
    public var entries: Int
    /// Homes that the run settled; nil without its tables.
    public var homes: Int?
    /// Energy promised; nil without its tables.
    public var committed: Energy?
    /// Energy verified, signed.
    public var verified: Energy?
    /// Energy that counts.
    public var credited: Energy?
    /// What the payer paid.
    public var rewards: Money
    /// What was paid as penalties.
    public var penalties: Money
    /// What each party got, by name.
    public var parties: [String: Money]

    /// A row.
    public init(
      month: String, event: String, window: Window, run: String,
      firstEntry: Int64, lastEntry: Int64, entries: Int, homes: Int? = nil,
      committed: Energy? = nil, verified: Energy? = nil, credited: Energy? = nil, rewards: Money,
      penalties: Money, parties: [String: Money]
    ) {
      self.month = month
      self.event = event
      self.window = window
      self.run = run
      self.firstEntry = firstEntry
      self.lastEntry = lastEntry
      self.entries = entries
      self.homes = homes
      self.committed = committed
      self.verified = verified
      self.credited = credited
      self.rewards = rewards
      self.penalties = penalties
      self.parties = parties
    }
  }

  /// Sums of rows.
  public struct Sums: Hashable, Sendable {
    /// Energy promised.
    public var committed = Energy.zero
    /// Energy verified, signed.
    public var verified = Energy.zero
    /// Energy that counts.
    public var credited = Energy.zero
    /// What the payer paid.
    public var rewards = MoneyTotal()
    /// What was paid as penalties.
    public var penalties = MoneyTotal()
    /// What each party got.
    public var parties: [String: MoneyTotal] = [:]

    /// Nothing.
    public init() {}

    mutating func add(_ row: Row) {
      committed += row.committed ?? .zero
      verified += row.verified ?? .zero
      credited += row.credited ?? .zero
      rewards += row.rewards
      penalties += row.penalties
      for (party, amount) in row.parties { parties[party, default: MoneyTotal()] += amount }
    }
  }

  /// `July 2026`, or the programme.
  public var title: String
  /// In what.
  public var currency: Currency
  /// The clock of months and days.
  public var zone: ZoneOffsets
  /// In the order of time, event and entries.
  public var rows: [Row]
  /// Settlement entries that count for this time and belong to no event.
  public var others: [String: Int]
  /// The log's name, its size and its signed head, where there is one.
  public var ledger: LedgerFacts?

  /// A report.
  public init(
    title: String, currency: Currency, zone: ZoneOffsets, rows: [Row], others: [String: Int] = [:],
    ledger: LedgerFacts? = nil
  ) {
    self.title = title
    self.currency = currency
    self.zone = zone
    self.rows = rows
    self.others = others
    self.ledger = ledger
  }

  /// All rows together.
  public var total: Sums { sums(rows) }

  /// The months in their order, each with its events in theirs, each with its rows.
  public var months: [(month: String, sums: Sums, events: [(event: String, rows: [Row])])] {
    var found: [(month: String, sums: Sums, events: [(event: String, rows: [Row])])] = []
    for month in Set(rows.map(\.month)).sorted() {
      let own = rows.filter { $0.month == month }
      var events: [(event: String, rows: [Row])] = []
      for row in own {
        if let place = events.firstIndex(where: { $0.event == row.event }) {
          events[place].rows.append(row)
        } else {
          events.append((row.event, [row]))
        }
      }
      found.append((month, sums(own), events))
    }
    return found
  }

  /// Every party of the rows, by name.
  public var parties: [String] { Set(rows.flatMap(\.parties.keys)).sorted() }

  func sums(_ rows: [Row]) -> Sums {
    rows.reduce(into: Sums()) { $0.add($1) }
  }
}
