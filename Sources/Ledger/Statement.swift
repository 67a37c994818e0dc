public import Grid

/// What an account had, got and gave in a stretch of time: *in* and *out*, never debit and credit.
///
/// Amounts in smallest units. Time is the effective end, so a late entry stands where it counts.
public struct Statement: Hashable, Sendable {
  /// One posting.
  public struct Row: Hashable, Sendable {
    /// The entry.
    public let index: UInt64
    /// The end of the time for which it counts.
    public let date: Timestamp
    /// Positive is in, negative is out.
    public let amount: Int64
    /// The balance after this row, in the order of the rows; nil for a hold.
    public let balance: Int64?
  }

  /// The balance before the first row.
  public let opening: Int64
  /// What came in.
  public let received: Int128
  /// What went out, 0 or more.
  public let sent: Int128
  /// The balance after the last row.
  public let closing: Int64
  /// What open holds would bring in.
  public let pendingReceived: Int128
  /// What open holds would take out, 0 or more.
  public let pendingSent: Int128
  /// The settled postings by effective end and index.
  public let rows: [Row]
  /// The open holds by effective end and index.
  public let pendingRows: [Row]

  /// Closing less what open holds take out.
  public var available: Int128 { Int128(closing) - pendingSent }
}

extension Book {
  /// The statement of an account over `window`, by effective end; nil for an unknown account.
  ///
  /// A row whose effective end is the start of the window belongs to it, one whose is the end does
  /// not. A view by effective time may dip below a limit; the limits follow the order of the log.
  public func statement(
    of account: AccountID, commodity: UInt32, over window: Window
  ) -> Statement? {
    guard let settled = postings(of: account, commodity: commodity),
      let pending = postings(of: account, commodity: commodity, layer: .pending)
    else { return nil }
    let dated = byDate(settled)
    let opening = dated.filter { $0.date < window.start }.reduce(Int128(0)) {
      $0 + Int128($1.posting.amount)
    }
    var balance = opening
    let rows = dated.filter { window.contains($0.date) }.map { posting, date in
      balance += Int128(posting.amount)
      return Statement.Row(
        index: posting.index, date: date, amount: posting.amount,
        balance: Int64(clamping: balance))
    }
    let held = pending.filter { posting in
      holds[posting.index].map { $0.resolvedBy == nil } ?? false
    }
    let open = byDate(held).filter { window.contains($0.date) }.map { posting, date in
      Statement.Row(index: posting.index, date: date, amount: posting.amount, balance: nil)
    }
    return Statement(
      opening: Int64(clamping: opening), received: Self.sum(rows, positive: true),
      sent: Self.sum(rows, positive: false), closing: Int64(clamping: balance),
      pendingReceived: Self.sum(open, positive: true), pendingSent: Self.sum(open, positive: false),
      rows: rows, pendingRows: open)
  }

  private func byDate(
    _ postings: [AccountPosting]
  ) -> [(posting: AccountPosting, date: Timestamp)] {
    postings.map { posting in
      guard let effective = history[Int(posting.index)].effective else {
        preconditionFailure("an entry with postings says when it counts")
      }
      return (posting, effective.end)
    }.sorted { ($0.date, $0.posting.index) < ($1.date, $1.posting.index) }
  }

  private static func sum(_ rows: [Statement.Row], positive: Bool) -> Int128 {
    rows.reduce(Int128(0)) { sum, row in
      (row.amount > 0) == positive ? sum + Int128(row.amount.magnitude) : sum
    }
  }
}
