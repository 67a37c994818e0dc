public import Grid

/// What a home of a programme promised when it enrolled.
public struct PromiseRow: Hashable, Sendable {
  /// The home.
  public var site: SiteID
  /// Whose it is.
  public var owner: OwnerID
  /// Power that it holds ready; zero when the file does not say.
  public var committed: Power
  /// The zone of its prices, or nil.
  public var zone: String?
  /// The year of its first enrolment, or nil.
  public var vintage: Int64?
  /// First day, or nil for always.
  public var from: CivilDate?
  /// Last day, or nil.
  public var to: CivilDate?
}

/// Promises of homes as CSV: `site_id,owner_id,committed_kw,zone,first_year,from,to`; all but the
/// first two may be absent or empty.
public enum PromisesFile {
  private enum Column: Int, CSVColumn {
    case site, owner, committed, zone, vintage, from, to

    static let names = [
      "site_id", "owner_id", "committed_kw", "zone", "first_year", "from", "to",
    ]
    static let optional: [Column] = [.committed, .zone, .vintage, .from, .to]
    static let ignored: [String] = []
  }

  /// The homes of the file, in its order.
  /// - Throws: every fault; a home may stand once.
  public static func parse(_ bytes: [UInt8], file: String) throws(FileFaults) -> [PromiseRow] {
    var table = CSVTable<Column>(bytes, file: file)
    var rows: [PromiseRow] = []
    var lines: [SiteID: Int] = [:]
    while table.next() {
      let site = table.id(.site, as: SiteKind.self)
      let owner = table.id(.owner, as: OwnerKind.self)
      let committed = table.isEmpty(.committed) ? .zero : watts(&table)
      let vintage = table.isEmpty(.vintage) ? nil : table.integer(.vintage, 1_990...2_999)
      let from = date(&table, .from)
      let to = date(&table, .to)
      if let from, let to, to < from { table.fault(.to, allowed: "\(from) or later") }
      if let site, let first = lines.updateValue(table.line, forKey: site) {
        table.fault(.site, allowed: "each site once; it stands on line \(first)")
      }
      guard table.rowIsGood, let site, let owner, let committed else { continue }
      rows.append(
        PromiseRow(
          site: site, owner: owner, committed: committed,
          zone: table.isEmpty(.zone) ? nil : table.text(.zone), vintage: vintage, from: from,
          to: to))
    }
    guard table.faults.isEmpty else { throw table.faults.faults }
    return rows
  }

  private static func watts(_ table: inout CSVTable<Column>) -> Power? {
    if let watts = try? FixedDecimal.parse(table.text(.committed), places: 3, maximumDigits: 9),
      watts >= 0
    {
      return Power(watts: watts)
    }
    table.fault(.committed, allowed: "kilowatts of 0 or more with at most three decimals, no unit")
    return nil
  }

  private static func date(_ table: inout CSVTable<Column>, _ column: Column) -> CivilDate? {
    if table.isEmpty(column) { return nil }
    if let date = CivilDate(text: table.text(column)) { return date }
    table.fault(column, allowed: "a date YYYY-MM-DD")
    return nil
  }
}
