public import Grid

/// A consumer tree as CSV: `node_id,parent_id,kind,from,to`.
///
/// A line is where a node hangs, from one local day to another, both included; an empty `parent_id`
/// is the top, an empty `to` no end. `kind` is `company`, `site`, `deliveryPoint` or `meter`; a meter
/// has its own name. Whoever moves gets an end in one line and another line.
public enum ConsumerTreeFile {
  private enum Column: Int, CSVColumn {
    case node, parent, kind, from, to

    static let names = ["node_id", "parent_id", "kind", "from", "to"]
    static let optional: [Column] = [.to]
    static let ignored = ["name"]
  }

  /// The tree of the file.
  /// - Throws: every fault, also of places that cannot be.
  public static func parse(_ bytes: [UInt8], file: String) throws(FileFaults) -> ConsumerTree {
    var table = CSVTable<Column>(bytes, file: file)
    var places: [ConsumerPlace] = []
    var lines: [Int] = []
    while table.next() {
      guard let place = row(&table) else { continue }
      places.append(place)
      lines.append(table.line)
    }
    guard table.faults.isEmpty else { throw table.faults.faults }
    do throws(ConsumerTree.Faults) {
      return try ConsumerTree(places)
    } catch {
      for fault in error.list {
        let column: Column =
          switch fault.field {
          case .parent: .parent
          case .kind: .kind
          case .from: .from
          case .to: .to
          }
        table.fault(line: lines[fault.place], column, found: fault.found, allowed: fault.allowed)
      }
      throw table.faults.faults
    }
  }

  private static func row(_ table: inout CSVTable<Column>) -> ConsumerPlace? {
    let node = table.id(.node, as: ConsumerKind.self)
    let parent = table.isEmpty(.parent) ? nil : table.id(.parent, as: ConsumerKind.self)
    let kind = ConsumerPlace.Kind(rawValue: table.text(.kind))
    if kind == nil {
      let words = ConsumerPlace.Kind.allCases.map(\.rawValue).joined(separator: ", ")
      table.fault(.kind, allowed: words)
    }
    let from = date(.from, &table)
    let to = table.isEmpty(.to) ? nil : date(.to, &table)
    guard table.rowIsGood, let node, let kind, let from else { return nil }
    return ConsumerPlace(node: node, parent: parent, kind: kind, from: from, to: to)
  }

  private static func date(_ column: Column, _ table: inout CSVTable<Column>) -> CivilDate? {
    if let date = CivilDate(text: table.text(column)) { return date }
    table.fault(column, allowed: "a date YYYY-MM-DD")
    return nil
  }
}
