import FoundationEssentials
import Grid
import Ledger
import Reports
import Settlement

/// The tables that one run of one event left.
struct RunTables {
  private let folder: String
  private let name: String

  init(_ reports: ReportFolder, event: String, run: String) {
    folder = reports.folder(event: event, run: run)
    name = "event \(event), run \(run)"
  }

  /// True when the run left tables: what an operator posted by hand has none.
  var isThere: Bool {
    FileManager.default.fileExists(atPath: "\(folder)/\(ReportFile.lines.rawValue)")
  }

  private func table(_ file: ReportFile) throws -> StoredTable {
    try StoredTable("\(folder)/\(file.rawValue)")
  }

  static func money(_ text: String) -> Money? {
    guard !text.isEmpty else { return nil }
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    guard
      let size = try? FixedDecimal.parse(
        isNegative ? String(text.dropFirst()) : text, places: 6, maximumDigits: 12)
    else { return nil }
    return Money(millionths: isNegative ? -size : size)
  }

  // MARK: Whether they agree with the book

  /// Where the tables of lines and parties are not what the entries posted; empty is in order.
  func findings(_ movements: [Movement], currency: Currency) throws -> [String] {
    let original = movements.filter { $0.type == .transfer }
    let entries = Set(original.map { "\($0.index)" })
    var book: [String: Money] = [:]
    for movement in original {
      for leg in movement.legs {
        switch (leg.role, EntryKind(reason: movement.reason)) {
        // Which line of a fee the payer owes is in no table; the parties of it are.
        case (.escrow, .fee), (.funding, .fee): break
        case (.escrow, _), (.funding, _):
          book["rewards", default: .zero] = book["rewards", default: .zero] - leg.amount
        case (.penalty, .bonus):
          book["bonuses", default: .zero] = book["bonuses", default: .zero] - leg.amount
        case (.penalty, _):
          book["penalties", default: .zero] = book["penalties", default: .zero] + leg.amount
        default:
          book[leg.role.rawValue, default: .zero] =
            book[leg.role.rawValue, default: .zero] + leg.amount
        }
      }
    }
    var tables: [String: Money] = [:]
    try table(.lines).each(
      ["entry_index", "line_type", "policy_field", "difference"], where: entries.contains
    ) {
      let amount = Self.money($0[3]) ?? .zero
      let field = $0[2]
      switch LineType(rawValue: $0[1]).map({ EntryKind(of: $0, field: field) }) {
      case .fee: break
      case .penalty:
        tables["penalties", default: .zero] = tables["penalties", default: .zero] - amount
      case .bonus: tables["bonuses", default: .zero] = tables["bonuses", default: .zero] + amount
      case .reward, nil:
        tables["rewards", default: .zero] = tables["rewards", default: .zero] + amount
      }
    }
    try table(.parties).each(["entry_index", "party", "difference"], where: entries.contains) {
      tables[$0[1], default: .zero] = tables[$0[1], default: .zero] + (Self.money($0[2]) ?? .zero)
    }
    return Set(book.keys).union(tables.keys).sorted().compactMap { what in
      let (posted, told) = (book[what] ?? .zero, tables[what] ?? .zero)
      guard posted != told else { return nil }
      return "\(name): \(what) are \(told.text(in: currency)) in the tables and "
        + "\(posted.text(in: currency)) in the ledger"
    }
  }

  // MARK: Energies

  /// Sums over homes and intervals.
  struct Energies {
    var homes = 0
    var committed = Energy.zero
    var verified = Energy.zero
    var credited = Energy.zero
  }

  func energies() throws -> Energies {
    var found = Energies()
    var last = ""
    try table(.intervals).each(["site_id", "commitment_j", "reduction_j", "credited_j"]) { cells in
      if cells[0] != last { (found.homes, last) = (found.homes + 1, cells[0]) }
      found.committed += Energy(joules: Int64(cells[1]) ?? 0)
      found.verified += Energy(joules: Int64(cells[2]) ?? 0)
      found.credited += Energy(joules: Int64(cells[3]) ?? 0)
    }
    return found
  }

  // MARK: One owner

  /// Adds to `detail` what the tables say of the homes behind `entries`.
  func fill(_ detail: inout OwnerStatement.Detail, entries: Set<String>) throws {
    var sites: Set<String> = []
    try table(.lines).each(["entry_index", "site_id"], where: entries.contains) {
      sites.insert($0[1])
    }
    detail.sites = sites.sorted().compactMap { SiteID($0) }
    try table(.lines).each(
      [
        "site_id", "line_type", "policy_field", "quantity", "rate", "amount", "charged",
        "difference", "status", "reason", "entry_index",
      ], where: sites.contains
    ) { cells in
      detail.lines.append(
        OwnerStatement.Line(
          site: cells[0], type: cells[1], field: cells[2], quantity: cells[3], rate: cells[4],
          amount: Self.money(cells[5]) ?? .zero, charged: Self.money(cells[6]) ?? .zero,
          difference: Self.money(cells[7]) ?? .zero, status: cells[8], reason: cells[9],
          entry: Int64(cells[10])))
    }
    var (asked, credited) = (Energy.zero, Energy.zero)
    var days: Set<String> = []
    try table(.intervals).each(
      ["site_id", "commitment_j", "credited_j", "baseline_days", "actual_j"],
      where: sites.contains
    ) { cells in
      asked += Energy(joules: Int64(cells[1]) ?? 0)
      credited += Energy(joules: Int64(cells[2]) ?? 0)
      for day in cells[3].split(separator: ";") { days.insert(String(day)) }
      if cells[4].isEmpty { detail.missing += 1 }
    }
    detail.asked = asked
    detail.credited = credited
    detail.baselineDays = days.sorted()
  }

  /// A line that a run posted.
  struct PostedLine {
    let site: String
    /// Its type, or its field where that tells it from others of its type.
    let name: String
    let difference: Money
    let entry: Int64?
  }

  static func name(_ type: String, _ field: String) -> String {
    LineType(rawValue: type).map { SettlementLine.name($0, field) } ?? type
  }

  /// The lines of one home.
  func lines(of site: String) throws -> [PostedLine] {
    var found: [PostedLine] = []
    try table(.lines).each(
      ["site_id", "line_type", "difference", "entry_index", "policy_field"], where: { $0 == site }
    ) {
      found.append(
        PostedLine(
          site: $0[0], name: Self.name($0[1], $0[4]), difference: Self.money($0[2]) ?? .zero,
          entry: Int64($0[3])))
    }
    return found
  }

  /// The cells of `columns` of one home, row by row.
  func cells(_ file: ReportFile, _ columns: [String], of site: String) throws -> [[String]] {
    try cells(file, columns, where: "site_id", is: site)
  }

  /// The cells of `columns` of the rows in which `column` has this value.
  func cells(
    _ file: ReportFile, _ columns: [String], where column: String, is value: String
  ) throws -> [[String]] {
    var found: [[String]] = []
    try table(file).each([column] + columns, where: { $0 == value }) {
      found.append(Array($0.dropFirst()))
    }
    return found
  }

  /// The owner's part by entry, as the table of parties has it.
  func owners(of entries: Set<String>) throws -> [Int64: Money] {
    var found: [Int64: Money] = [:]
    try table(.parties).each(["entry_index", "party", "difference"], where: entries.contains) {
      guard $0[1] == SettlementTerms.Party.owner.rawValue, let entry = Int64($0[0]) else { return }
      found[entry] = (found[entry] ?? .zero) + (Self.money($0[2]) ?? .zero)
    }
    return found
  }
}
