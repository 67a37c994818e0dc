public import Grid

/// An owner's account over a time: what stood there, what came, what went, what stands there now.
public struct OwnerStatement: Hashable, Sendable {
  /// One movement.
  public struct Row: Hashable, Sendable {
    /// Ledger index of its entry.
    public var entry: Int64
    /// The local date of its effect.
    public var date: CivilDate
    /// What for, in a sentence.
    public var text: String
    /// Positive is in, negative is out.
    public var amount: Money

    /// A movement.
    public init(entry: Int64, date: CivilDate, text: String, amount: Money) {
      self.entry = entry
      self.date = date
      self.text = text
      self.amount = amount
    }
  }

  /// Why a statement cannot be given.
  public enum Fault: Error, Hashable, Sendable {
    /// The settled rows do not lead from opening to closing.
    case doesNotAdd(opening: Money, movements: Money, closing: Money)
    /// Two settled rows are not in the order of (date, entry), or are the same entry.
    case outOfOrder(entry: Int64)
  }

  /// Whose.
  public let owner: OwnerID
  /// In what.
  public let currency: Currency
  /// The first day.
  public let from: CivilDate
  /// The last day.
  public let to: CivilDate
  /// Settled balance before the first day.
  public let opening: Money
  /// Settled balance after the last day.
  public let closing: Money
  /// Settled movements in the order of (date, entry).
  public let rows: [Row]
  /// Movements that wait; never in a balance.
  public let pending: [Row]
  /// What the rows of events rest on, in the order of their first entries.
  public var details: [Detail] = []
  /// The name of the log, if the reader may ask it for proofs.
  public var origin: String?
  /// The clock of the days, and of the events as people read them.
  public var zone = ZoneOffsets.utc

  /// A statement whose figures add up, else the reason why not.
  public init(
    owner: OwnerID, currency: Currency, from: CivilDate, to: CivilDate, opening: Money,
    closing: Money, rows: [Row], pending: [Row] = []
  ) throws(Fault) {
    for (before, after) in zip(rows, rows.dropFirst())
    where (before.date, before.entry) >= (after.date, after.entry) {
      throw .outOfOrder(entry: after.entry)
    }
    let movements = rows.reduce(Money.zero) { $0 + $1.amount }
    guard opening + movements == closing else {
      throw .doesNotAdd(opening: opening, movements: movements, closing: closing)
    }
    self.owner = owner
    self.currency = currency
    self.from = from
    self.to = to
    self.opening = opening
    self.closing = closing
    self.rows = rows
    self.pending = pending
  }

  /// Sum of what came in.
  public var moneyIn: Money { rows.reduce(.zero) { $0 + max(.zero, $1.amount) } }
  /// Sum of what went out, not negative.
  public var moneyOut: Money { rows.reduce(.zero) { $0 + max(.zero, -$1.amount) } }

  func cells(_ row: Row, balance: String) -> [String] {
    let isIn = row.amount > .zero
    return [
      row.date.description, row.text, isIn ? money(row.amount) : "",
      isIn ? "" : money(-row.amount), balance, "\(row.entry)",
    ]
  }

  func money(_ amount: Money) -> String { People.money(amount, currency) }
}
