import ArgumentParser
import Controller
import Grid
import Ledger

/// What accounts hold.
struct LedgerBalanceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "balance", abstract: "What accounts hold: settled, held, available, pending.",
    discussion: """
      Without ACCOUNT, every account that holds something. Available is settled less what open \
      holds take out; pending is the sum of open holds; promised, where there is any, is obligations. An account whose name was erased is shown \
      by its 16 bytes. An unknown account is an error, never an empty answer.

      EXAMPLE
        headroom ledger balance owner:H1 --config config/headroom.yaml
        headroom ledger balance --as-of 2026-07-31T22:00:00Z --json \\
          --ledger data/headroom.db
      """)

  @Argument(help: "Names of accounts, such as owner:H1.") var accounts: [String] = []
  @OptionGroup var place: LedgerPlace
  @Option(help: "Index of an entry, or a time: what the ledger said then.") var asOf: String?
  @Option(
    help: "What counted up to a time, or with a day all of it: settled postings by effective end.")
  var effective: String?
  @Flag(help: "Print account,commodity,amount: what `ledger opening` reads.") var csv = false
  @Flag(help: "Print the result as JSON.") var json = false

  private struct Row {
    var account: String
    var id: AccountID
    var commodity: Commodity
    var position: Position

    var cells: [String] {
      [
        account, commodity.code, commodity.text(position.settled), commodity.text(position.held),
        commodity.text(position.available), commodity.text(position.pending),
        commodity.text(position.promised),
      ]
    }
  }

  func run() throws {
    let desk = try place.desk(asOf: try moment())
    let rows = try rows(desk)
    if let effective { return try print(rows, until: effective, desk) }
    if csv {
      let lines = rows.filter { $0.position.settled != 0 }.map {
        "\($0.account),\($0.commodity.code),\($0.commodity.text($0.position.settled))\n"
      }
      Console.result("account,commodity,amount\n" + lines.joined())
      return
    }
    // Obligations stand in a layer of their own, which most ledgers do not use.
    let names =
      ["account", "commodity", "settled", "held", "available", "pending"]
      + (rows.contains { $0.position.promised != 0 } ? ["promised"] : [])
    if json {
      let result = JSONResult.object([
        ("entries", .integer(Int64(desk.book.size))),
        ("rootHash", .text("\(desk.book.tree.root)")),
        (
          "balances",
          .array(
            rows.map { row -> JSONResult in
              .object(zip(names, row.cells).map { ($0, .text($1)) })
            })
        ),
      ])
      Console.result(result.line)
      return
    }
    var table = TextTable(names, right: Set(2..<names.count))
    for row in rows { table.add(Array(row.cells.prefix(names.count))) }
    Console.result(table.text)
    Console.note("\(desk.book.size) entries, root \(desk.book.tree.root)")
  }

  /// Balances by the time for which entries count; they may dip below a limit that never broke.
  private func print(_ rows: [Row], until text: String, _ desk: LedgerDesk) throws {
    let end = try TimeArgument.end(text, "--effective")
    // A moment is meant with itself, a day with all of it.
    let isDay = CivilDate(text: text) != nil
    let found = rows.map { row in
      let number = desk.commodity(row.commodity.code)!.number
      let postings = desk.book.postings(of: desk.accounts[row.account] ?? row.id, commodity: number)
      let sum = (postings ?? []).reduce(Int128(0)) { sum, posting in
        guard let until = desk.book.effective(of: posting.index)?.end else { return sum }
        return until < end || (!isDay && until == end) ? sum + Int128(posting.amount) : sum
      }
      return (row.account, row.commodity.code, row.commodity.text(sum))
    }
    if json {
      let balances = found.map { account, code, settled -> JSONResult in
        .object([
          ("account", .text(account)), ("commodity", .text(code)), ("settled", .text(settled)),
        ])
      }
      let result = JSONResult.object([
        ("entries", .integer(Int64(desk.book.size))), ("effective", .text(text)),
        ("balances", .array(balances)),
      ])
      return Console.result(result.line)
    }
    if csv {
      return Console.result(
        "account,commodity,amount\n" + found.map { "\($0),\($1),\($2)\n" }.joined())
    }
    var table = TextTable(["account", "commodity", "settled"], right: [2])
    for (account, code, settled) in found { table.add([account, code, settled]) }
    Console.result(table.text)
    Console.note("by effective time until \(text); limits follow the order of the log")
  }

  private func moment() throws -> LedgerDesk.Moment? {
    guard let asOf else { return nil }
    if let index = UInt64(asOf) { return .entry(index) }
    guard let time = Timestamp(rfc3339: asOf) else {
      throw Outcome.badInput.failure(
        "--as-of is \(asOf); allowed: the index of an entry, or a time like 2026-07-12T19:00:00Z")
    }
    return .time(time)
  }

  private func rows(_ desk: LedgerDesk) throws -> [Row] {
    if case .entry(let index) = try moment(), index >= desk.book.size {
      throw Outcome.badInput.failure(
        "--as-of is \(index); allowed: an entry of 0…\(desk.book.size - 1)")
    }
    let unknown = accounts.filter { desk.accounts[$0] == nil }
    guard unknown.isEmpty else {
      throw Outcome.badInput.failure(
        unknown.map { "\($0): no such account; `headroom ledger balance` lists those that hold" }
          .joined(separator: "\n"))
    }
    let wanted =
      accounts.isEmpty
      ? desk.book.accountIDs.map { (desk.name(of: $0), $0) }.sorted { $0.0 < $1.0 }
      : accounts.map { ($0, desk.accounts[$0]!) }
    var rows: [Row] = []
    for (name, id) in wanted {
      for (place, commodity) in desk.book.commodities.enumerated() {
        guard let position = desk.book.position(id, commodity: UInt32(place + 1)) else { continue }
        let isEmpty =
          position.settled == 0 && position.held == 0 && position.pending == 0
          && position.promised == 0
        // Seen by another time it may have held something.
        if accounts.isEmpty, isEmpty, effective == nil { continue }
        rows.append(Row(account: name, id: id, commodity: commodity, position: position))
      }
    }
    return rows
  }
}
