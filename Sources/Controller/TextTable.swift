/// Columns for a terminal: as wide as their widest cell, two spaces between them.
public struct TextTable: Sendable {
  private var rows: [[String]]
  private let right: Set<Int>

  /// A table with a head; the columns in `right` are flush right.
  public init(_ head: [String], right: Set<Int> = []) {
    rows = [head]
    self.right = right
  }

  /// Adds a row of as many cells as the head has.
  public mutating func add(_ row: [String]) {
    precondition(row.count == rows[0].count, "a row has the columns of its table")
    rows.append(row)
  }

  /// One line a row.
  public var text: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let gap = String(repeating: " ", count: widths[column] - cell.count)
        line += (column > 0 ? "  " : "") + (right.contains(column) ? gap + cell : cell + gap)
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}
