public import Grid

/// Days that are no candidates for a baseline, as CSV: `site_id,from,to`.
///
/// Outages and maintenance: local dates, both included; an empty `site_id` is every site. `why` may
/// be there and is not read.
public enum ExcludedDaysFile {
  /// The dates of one row.
  public struct Row: Hashable, Sendable {
    /// The site, or nil for all.
    public let site: SiteID?
    /// The local dates.
    public let dates: ClosedRange<CivilDate>
  }

  private enum Column: Int, CSVColumn {
    case site, from, to

    static let names = ["site_id", "from", "to"]
    static let optional: [Column] = []
    static let ignored = ["why"]
  }

  /// The rows, in the order of the file.
  public static func parse(_ bytes: [UInt8], file: String) throws(FileFaults) -> [Row] {
    var table = CSVTable<Column>(bytes, file: file)
    var rows: [Row] = []
    while table.next() {
      let site = table.isEmpty(.site) ? nil : table.id(.site, as: SiteKind.self)
      let from = date(&table, .from)
      let to = date(&table, .to)
      guard table.rowIsGood, let from, let to else { continue }
      guard from <= to else {
        table.fault(.to, allowed: "not before from")
        continue
      }
      rows.append(Row(site: site, dates: from...to))
    }
    guard table.faults.isEmpty else { throw table.faults.faults }
    return rows
  }

  private static func date(_ table: inout CSVTable<Column>, _ column: Column) -> CivilDate? {
    let date = CivilDate(text: table.text(column))
    if date == nil { table.fault(column, allowed: "a date YYYY-MM-DD") }
    return date
  }
}
