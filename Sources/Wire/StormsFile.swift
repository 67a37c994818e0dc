public import Grid

/// Storm warnings as CSV: `warning_id,node_id,from,to,issued,by`.
///
/// A line is a warning for a feeder node and all below it. Lines are added at the end: a later one
/// with the same warning and node stands in place of the earlier, and without `from` and `to` it
/// withdraws it.
public enum StormsFile {
  /// Bytes of a file at most: it is kept in the logbook with each change.
  public static let byteLimit = 1 << 20

  private enum Column: Int, CSVColumn {
    case warning, node, from, to, issued, by

    static let names = ["warning_id", "node_id", "from", "to", "issued", "by"]
    static let optional: [Column] = []
    static let ignored: [String] = []
  }

  private struct Key: Hashable {
    let id: LongIdentifier
    let node: NodeID
  }

  /// The warnings that stand at the end of the file, in the order in which they were first said.
  /// - Throws: every fault.
  public static func parse(_ bytes: [UInt8], file: String) throws(FileFaults) -> [StormWarning] {
    var table = CSVTable<Column>(bytes, file: file, upTo: byteLimit)
    var order: [Key] = []
    var standing: [Key: StormWarning?] = [:]
    while table.next() {
      guard let (key, warning) = row(&table) else { continue }
      if standing.updateValue(warning, forKey: key) == nil { order.append(key) }
    }
    guard table.faults.isEmpty else { throw table.faults.faults }
    return order.compactMap { standing[$0] ?? nil }
  }

  /// A file that holds just these warnings.
  public static func encode(_ warnings: [StormWarning]) -> [UInt8] {
    var text = Column.names.joined(separator: ",") + "\n"
    for warning in warnings {
      text +=
        "\(warning.id.text),\(warning.node),\(warning.window.start),\(warning.window.end),"
        + "\(warning.issuedAt),\(warning.by)\n"
    }
    return Array(text.utf8)
  }

  private static func row(_ table: inout CSVTable<Column>) -> (Key, StormWarning?)? {
    let id = LongIdentifier(table.text(.warning))
    if id == nil { table.fault(.warning, allowed: "1 to 150 of A-Z a-z 0-9 . _ -") }
    let node = table.id(.node, as: NodeKind.self)
    let issued = table.time(.issued)
    let by = table.text(.by)
    if !(1...EnrolmentsFile.nameLimit).contains(by.utf8.count) || by.contains("\"")
      || by.contains(",")
    {
      table.fault(
        .by, allowed: "1 to \(EnrolmentsFile.nameLimit) bytes without comma and quotation mark")
    }
    let isWithdrawn = table.isEmpty(.from) && table.isEmpty(.to)
    var window: Window?
    if !isWithdrawn, let from = table.time(.from), let to = table.time(.to) {
      window = Window(start: from, end: to)
      if window == nil { table.fault(.to, allowed: "after from") }
    }
    guard table.rowIsGood, let id, let node, let issued else { return nil }
    return (
      Key(id: id, node: node),
      window.map {
        StormWarning(id: id, node: node, window: $0, issuedAt: issued, by: by)
      }
    )
  }
}
