public import Grid

/// During which part of a day a home was heard.
public struct HeardRow: Hashable, Sendable {
  /// The home.
  public var site: SiteID
  /// The local day.
  public var date: CivilDate
  /// How much of it.
  public var share: Percent
}

/// How much homes were heard, as CSV: `site_id,date,heard_percent`.
public enum HeardFile {
  private enum Column: Int, CSVColumn {
    case site, date, share

    static let names = ["site_id", "date", "heard_percent"]
    static let optional: [Column] = []
    static let ignored: [String] = []
  }

  /// The rows of the file, in its order.
  /// - Throws: every fault; a day of a home may stand once.
  public static func parse(_ bytes: [UInt8], file: String) throws(FileFaults) -> [HeardRow] {
    struct Key: Hashable {
      let site: SiteID
      let date: CivilDate
    }
    var table = CSVTable<Column>(bytes, file: file)
    var rows: [HeardRow] = []
    var lines: [Key: Int] = [:]
    while table.next() {
      let site = table.id(.site, as: SiteKind.self)
      let date = CivilDate(text: table.text(.date))
      if date == nil { table.fault(.date, allowed: "a date YYYY-MM-DD") }
      let share = table.percent(.share)
      if let site, let date,
        let first = lines.updateValue(table.line, forKey: Key(site: site, date: date))
      {
        table.fault(.date, allowed: "each day of a home once; it stands on line \(first)")
      }
      guard table.rowIsGood, let site, let date, let share else { continue }
      rows.append(HeardRow(site: site, date: date, share: share))
    }
    guard table.faults.isEmpty else { throw table.faults.faults }
    return rows
  }
}
