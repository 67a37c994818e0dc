public import Grid
import Ledger
public import Reports
import Settlement

/// Reports of a month from the book, with the tables of the settlement runs beside it.
///
/// The book says what was paid; the tables say for what. Where they do not agree to the cent
/// nothing is reported.
public struct PeriodReader {
  /// Why there is no report.
  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The book has no such owner.
    case noOwner(String)
    /// The book has no money yet.
    case noCurrency
    /// Book and tables, or balances, do not agree.
    case disagrees([String])

    /// What was found and what is allowed.
    public var description: String {
      switch self {
      case .noOwner(let owner):
        "owner \(owner): no such account; allowed: one that `headroom ledger balance` lists"
      case .noCurrency: "the ledger has no currency yet: nothing was settled"
      case .disagrees(let findings): findings.joined(separator: "\n")
      }
    }
  }

  let desk: LedgerDesk
  let reports: ReportFolder
  let zone: ZoneOffsets
  let currency: Currency
  let commodity: UInt32

  /// A reader of one currency of the book.
  /// - Parameter code: Its code; nil takes the only one.
  public init(
    _ desk: LedgerDesk, reports: ReportFolder, zone: ZoneOffsets, currency code: String? = nil
  ) throws(Fault) {
    self.desk = desk
    self.reports = reports
    self.zone = zone
    let money = desk.book.commodities.filter { $0.kind == .money && (code ?? $0.code) == $0.code }
    guard let found = money.first,
      let currency = Currency(code: found.code, digits: found.minor ?? 2),
      let number = desk.book.commodity(found.code)
    else { throw .noCurrency }
    self.currency = currency
    commodity = number
  }

  /// `2026-07` of the local date of `moment`.
  func month(of moment: Timestamp) -> String {
    String("\(zone.date(at: moment))".prefix(7))
  }

  /// Where the log stands.
  func facts() throws -> LedgerFacts {
    let head = try desk.newestCheckpoint()
    return LedgerFacts(
      origin: desk.book.origin ?? "", firstIndex: 0, lastIndex: Int64(desk.book.size) - 1,
      checkpoint: head.map { "\($0.note)" })
  }

  // MARK: Months

  /// Every event that began in the months from `first` to `last`, both like `2026-07`; nil is open.
  public func report(
    title: String, from first: String? = nil, to last: String? = nil
  ) throws -> PeriodReport {
    let ever = Window(start: Timestamp(seconds: 0), end: Timestamp(seconds: 1 << 40))!
    var groups: [Key: [Movement]] = [:]
    var others: [String: Int] = [:]
    let movements = try desk.movements(in: ever)
    // A correction of a closed period counts for a later time; the event stays where it was.
    var windows: [String: Window] = [:]
    for movement in movements {
      guard let event = movement.event, movement.run != nil, windows[event] == nil else { continue }
      windows[event] = movement.effective
    }
    for movement in movements {
      let window = movement.event.flatMap { windows[$0] } ?? movement.effective
      let month = month(of: window.start)
      guard (first.map { $0 <= month } ?? true) && (last.map { month <= $0 } ?? true) else {
        continue
      }
      if let event = movement.event, let run = movement.run {
        groups[Key(event: event, run: run), default: []].append(movement)
      } else {
        others[movement.reason, default: 0] += 1
      }
    }
    var rows: [PeriodReport.Row] = []
    var findings: [String] = []
    var energies: [String: RunTables.Energies] = [:]
    let ordered = groups.sorted {
      let (a, b) = (windows[$0.key.event]!.start, windows[$1.key.event]!.start)
      return (a, $0.key.event, $0.value[0].index) < (b, $1.key.event, $1.value[0].index)
    }
    for (key, movements) in ordered {
      var row = row(key, movements, windows[key.event]!)
      let tables = RunTables(reports, event: key.event, run: key.run)
      if tables.isThere {
        findings += try tables.findings(movements, currency: currency)
        let now = try tables.energies()
        let before = energies[key.event] ?? .init()
        row.homes = now.homes
        row.committed = now.committed - before.committed
        row.verified = now.verified - before.verified
        row.credited = now.credited - before.credited
        energies[key.event] = now
      }
      rows.append(row)
    }
    guard findings.isEmpty else { throw Fault.disagrees(findings) }
    return PeriodReport(
      title: title, currency: currency, zone: zone, rows: rows, others: others,
      ledger: try facts())
  }

  struct Key: Hashable {
    let event: String
    let run: String
  }

  private func row(
    _ key: Key, _ movements: [Movement], _ window: Window
  ) -> PeriodReport.Row {
    var rewards = Money.zero
    var penalties = Money.zero
    var parties: [String: Money] = [:]
    for leg in movements.flatMap(\.legs) where leg.layer == .settled {
      switch leg.role {
      case .escrow, .funding: rewards = rewards - leg.amount
      case .penalty: penalties = penalties + leg.amount
      default:
        parties[leg.role.rawValue, default: .zero] =
          parties[leg.role.rawValue, default: .zero] + leg.amount
      }
    }
    let first = movements[0]
    return PeriodReport.Row(
      month: month(of: window.start), event: key.event, window: window,
      run: key.run, firstEntry: Int64(first.index), lastEntry: Int64(movements.last!.index),
      entries: movements.count, rewards: rewards, penalties: penalties, parties: parties)
  }
}
