public import Grid
import Ledger
public import Reports
import Settlement

extension PeriodReader {
  /// The statement of an owner over local days, both included.
  ///
  /// A movement belongs to the day on which it was written, so that a statement that was handed
  /// over stays true: what a later run changes stands in the month in which it was posted.
  public func statement(
    of owner: OwnerID, from first: CivilDate, to last: CivilDate
  ) throws -> OwnerStatement {
    let path = "owner:\(owner)"
    guard let account = desk.accounts[path],
      let settled = desk.book.postings(of: account, commodity: commodity),
      let waiting = desk.book.postings(of: account, commodity: commodity, layer: .pending)
    else { throw Fault.noOwner(owner.text) }
    func date(_ index: UInt64) -> CivilDate { zone.date(at: desk.book.recordedAt(of: index)) }
    let before = settled.filter { date($0.index) < first }
    let during = settled.filter { (first...last).contains(date($0.index)) }
    let open = Set(desk.book.openHolds)
    let held = waiting.filter { open.contains($0.index) && date($0.index) <= last }
    let movements = try desk.movements(during.map(\.index))
    let rows = zip(during, movements).map { posting, movement in
      OwnerStatement.Row(
        entry: Int64(posting.index), date: date(posting.index), text: Self.text(movement, zone),
        amount: Money(millionths: posting.amount))
    }
    let pending = zip(held, try desk.movements(held.map(\.index))).map { posting, movement in
      OwnerStatement.Row(
        entry: Int64(posting.index), date: date(posting.index), text: Self.text(movement, zone),
        amount: Money(millionths: posting.amount))
    }
    let opening = before.reduce(Money.zero) { $0 + Money(millionths: $1.amount) }
    let closing = during.reduce(opening) { $0 + Money(millionths: $1.amount) }
    var statement = try OwnerStatement(
      owner: owner, currency: currency, from: first, to: last, opening: opening,
      closing: closing, rows: rows, pending: pending)
    statement.origin = desk.book.origin
    statement.zone = zone
    statement.details = try details(
      movements, amounts: rows.map(\.amount), earlier: before.map(\.index))
    return statement
  }

  /// One detail an event and run, in the order of their first entries.
  private func details(
    _ movements: [Movement], amounts: [Money], earlier: [UInt64]
  ) throws -> [OwnerStatement.Detail] {
    var seen = Set(try desk.movements(earlier).compactMap(\.event))
    var order: [Key] = []
    var groups: [Key: [(movement: Movement, amount: Money)]] = [:]
    for (movement, amount) in zip(movements, amounts) {
      guard let event = movement.event, let run = movement.run else { continue }
      let key = Key(event: event, run: run)
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append((movement, amount))
    }
    var findings: [String] = []
    let details = try order.map { key -> OwnerStatement.Detail in
      let parts = groups[key]!
      var detail = OwnerStatement.Detail(
        event: key.event, window: parts[0].movement.effective, run: key.run,
        isCorrection: !seen.insert(key.event).inserted,
        amount: parts.reduce(.zero) { $0 + $1.amount })
      let tables = RunTables(reports, event: key.event, run: key.run)
      let own = parts.filter { $0.movement.type == .transfer }
      guard tables.isThere, !own.isEmpty else { return detail }
      let entries = Set(own.map { "\($0.movement.index)" })
      try tables.fill(&detail, entries: entries)
      let told = try tables.owners(of: entries)
      for (movement, amount) in own where (told[Int64(movement.index)] ?? .zero) != amount {
        let table = (told[Int64(movement.index)] ?? .zero).text(in: currency)
        findings.append(
          "event \(key.event), run \(key.run): the owner's part of entry \(movement.index) is "
            + "\(table) in the tables and \(amount.text(in: currency)) in the ledger")
      }
      return detail
    }
    guard findings.isEmpty else { throw Fault.disagrees(findings) }
    return details
  }

  /// What an entry was for.
  private static func text(_ movement: Movement, _ zone: ZoneOffsets) -> String {
    let event = movement.event.map { event in
      "event \(event) of \(zone.date(at: movement.effective.start))"
    }
    let run = movement.run.map { ", run \($0)" } ?? ""
    switch movement.type {
    case .reverse: return "Taken back, \(movement.reason)" + (event.map { ": " + $0 + run } ?? "")
    case .reserve: return "Held: \(movement.reason)"
    case .post: return "Decided: \(movement.reason)" + (event.map { ": " + $0 + run } ?? "")
    case .void: return "Hold given back: \(movement.reason)"
    case .transfer, .commodity, .account, .close, .snapshot, .key, .note:
      let what = movement.reason == "settlement" ? "Reward" : movement.reason.capitalizedFirst
      return what + (event.map { ", " + $0 + run } ?? "")
    }
  }
}

extension String {
  /// `penalty` as `Penalty`.
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
