public import Grid
public import Ledger

/// The statement of one account and commodity, ready to be handed over.
public struct StatementSheet: Sendable {
  /// How it is written.
  public enum Format: String, CaseIterable, Sendable {
    /// Columns for a terminal.
    case text
    /// One row a posting.
    case csv
    /// Everything; what `verify --statement` reads.
    case json
    /// A table for a ticket.
    case md
  }

  /// The account's name.
  public var account: String
  /// What is counted.
  public var commodity: Commodity
  /// The stretch of time, by effective end.
  public var window: Window
  /// The figures.
  public var statement: Statement

  /// The sheet of an account; nil when the desk does not know the account or the commodity.
  public init?(_ desk: LedgerDesk, account: String, commodity code: String, over window: Window) {
    guard let id = desk.accounts[account], let (number, commodity) = desk.commodity(code),
      let statement = desk.book.statement(of: id, commodity: number, over: window)
    else { return nil }
    self.account = account
    self.commodity = commodity
    self.window = window
    self.statement = statement
  }

  /// The bytes of a format.
  public func bytes(_ format: Format) -> [UInt8] {
    switch format {
    case .text: Array(text.utf8)
    case .csv: Array(csv.utf8)
    case .json: Array((json.line + "\n").utf8)
    case .md: Array(markdown.utf8)
    }
  }

  private typealias Cells = (
    index: String, date: String, received: String, sent: String, balance: String
  )

  /// Settled rows, then pending ones.
  private var rows: [(row: Statement.Row, state: String)] {
    statement.rows.map { ($0, "settled") } + statement.pendingRows.map { ($0, "pending") }
  }

  private func cells(_ row: Statement.Row) -> Cells {
    let amount = commodity.text(Int128(row.amount.magnitude))
    return (
      "\(row.index)", "\(row.date)", row.amount > 0 ? amount : "", row.amount < 0 ? amount : "",
      row.balance.map(commodity.text) ?? ""
    )
  }

  private var sums: [(name: String, amount: Int128)] {
    [
      ("opening", Int128(statement.opening)), ("in", statement.received),
      ("out", statement.sent), ("closing", Int128(statement.closing)),
      ("pendingIn", statement.pendingReceived), ("pendingOut", statement.pendingSent),
    ]
  }

  private var json: JSONResult {
    .object(
      [
        ("account", .text(account)), ("commodity", .text(commodity.code)),
        ("from", .text("\(window.start)")), ("to", .text("\(window.end)")),
      ] + sums.map { ($0.name, .text(commodity.text($0.amount))) } + [
        (
          "rows",
          .array(
            rows.map { row, state in
              let cells = cells(row)
              let side: (String, JSONResult) =
                row.amount > 0 ? ("in", .text(cells.received)) : ("out", .text(cells.sent))
              return .object([
                ("index", .integer(Int64(row.index))), ("date", .text(cells.date)), side,
                ("balance", row.balance == nil ? .null : .text(cells.balance)),
                ("state", .text(state)),
              ])
            })
        )
      ])
  }

  private var csv: String {
    var text = "index,date,in,out,balance,state\n"
    for (row, state) in rows {
      let cells = cells(row)
      text +=
        "\(cells.index),\(cells.date),\(cells.received),\(cells.sent),\(cells.balance),\(state)\n"
    }
    return text
  }

  private var markdown: String {
    var text = "# \(account), \(commodity.code)\n\n\(window.start) to \(window.end)\n\n"
    text += "| entry | counts until | in | out | balance | state |\n"
    text += "| ---: | --- | ---: | ---: | ---: | --- |\n"
    text += "| | opening | | | \(commodity.text(statement.opening)) | |\n"
    for (row, state) in rows {
      let cells = cells(row)
      text +=
        "| \(cells.index) | \(cells.date) | \(cells.received) | \(cells.sent)"
        + " | \(cells.balance) | \(state) |\n"
    }
    text +=
      "| | closing | \(commodity.text(statement.received)) | \(commodity.text(statement.sent))"
      + " | \(commodity.text(statement.closing)) | |\n\n"
    return text + pending
  }

  private var pending: String {
    "Pending and in no balance: in \(commodity.text(statement.pendingReceived)),"
      + " out \(commodity.text(statement.pendingSent));"
      + " available \(commodity.text(statement.available)).\n"
  }

  private var text: String {
    var table = TextTable(
      ["entry", "counts until", "in", "out", "balance", "state"], right: [0, 2, 3, 4])
    table.add(["", "opening", "", "", commodity.text(statement.opening), ""])
    for (row, state) in rows {
      let cells = cells(row)
      table.add([cells.index, cells.date, cells.received, cells.sent, cells.balance, state])
    }
    table.add([
      "", "closing", commodity.text(statement.received), commodity.text(statement.sent),
      commodity.text(statement.closing), "",
    ])
    return
      "\(account), \(commodity.code), \(window.start) to \(window.end)\n\n\(table.text)\n\(pending)"
  }
}
