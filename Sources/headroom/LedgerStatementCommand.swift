public import ArgumentParser
public import Controller
import Grid
import Ledger

extension StatementSheet.Format: ExpressibleByArgument {}

/// The history of one account.
struct LedgerStatementCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "statement", abstract: "What came into an account, what went out, what is left.",
    discussion: """
      Rows stand in the order of the time for which they count (effective end), then of the log. \
      Dates are days of UTC, both included; times are exact and the second is not included. \
      Pending rows are listed after the settled ones and are in no balance.

      EXAMPLE
        headroom ledger statement owner:H1 --from 2026-07-01 --to 2026-07-31 \\
          --config config/headroom.yaml
      """)

  @Argument(help: "Name of the account, such as owner:H1.") var account: String
  @OptionGroup var place: LedgerPlace
  @Option(help: "First day or moment; by default the beginning.") var from: String?
  @Option(help: "Last day, or first moment after; by default everything.") var to: String?
  @Option(help: "Code of the commodity; needed when the account has several.")
  var commodity: String?
  @Option(help: "text, csv, json or md.") var format = StatementSheet.Format.text
  @Flag(help: "The same as --format json.") var json = false

  func run() throws {
    let start = try from.map { try TimeArgument.start($0, "--from") } ?? Timestamp(seconds: 0)
    let end =
      try to.map { try TimeArgument.end($0, "--to") } ?? Timestamp(rfc3339: "9999-12-31T23:59:59Z")!
    guard let window = Window(start: start, end: end) else {
      throw Outcome.badInput.failure("--to is \(end); allowed: after --from, \(start)")
    }
    let desk = try place.desk()
    guard let id = desk.accounts[account] else {
      throw Outcome.badInput.failure(
        "\(account): no such account; `headroom ledger balance` lists those that hold")
    }
    let code = try commodity ?? onlyCommodity(of: id, desk)
    guard let sheet = StatementSheet(desk, account: account, commodity: code, over: window) else {
      throw Outcome.badInput.failure(
        "--commodity is \(code); allowed: \(codes(desk.book.commodities))")
    }
    Console.result(sheet.bytes(json ? .json : format))
  }

  private func onlyCommodity(of account: AccountID, _ desk: LedgerDesk) throws -> String {
    let all = desk.book.commodities
    let moved = all.indices.filter { place in
      [Layer.settled, .pending].contains { layer in
        let postings = desk.book.postings(of: account, commodity: UInt32(place + 1), layer: layer)
        return !(postings ?? []).isEmpty
      }
    }.map { all[$0] }
    let choice = moved.isEmpty ? all : moved
    guard choice.count == 1 else {
      throw Outcome.badInput.failure("--commodity is missing; allowed: \(codes(choice))")
    }
    return choice[0].code
  }

  private func codes(_ commodities: [Commodity]) -> String {
    commodities.isEmpty ? "none yet" : commodities.map(\.code).joined(separator: ", ")
  }
}
