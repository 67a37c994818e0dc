public import Grid

/// The feeder as CSV: `node_id,parent_id,limit_w`.
///
/// One root without parent; an empty limit does not limit. A table of a network model that has
/// `rating_kva` instead of `limit_w` is read as it is: an element's rating is its limit, at unity
/// power factor, and columns of other facts are passed over.
public enum FeederFile {
  private enum Column: Int, CSVColumn {
    case node, parent, limit, rating

    static let names = ["node_id", "parent_id", "limit_w", "rating_kva"]
    static let optional: [Column] = [.limit, .rating]
    static let ignored = [
      "kind", "phases", "length_km", "service_xfmrs", "customers", "base_load_kw",
    ]
  }

  /// The tree of the file.
  /// - Throws: every fault of the rows; when they have none, every reason why they are no tree.
  public static func parse(_ bytes: [UInt8], file: String) throws(FileFaults) -> FeederTree {
    var table = CSVTable<Column>(bytes, file: file)
    var nodes: [FeederTree.Node] = []
    var lines: [NodeID: Int] = [:]
    if table.hasHeader && !table.has(.limit) && !table.has(.rating) {
      table.fault(
        line: 1, .limit, found: "no such column", allowed: "limit_w, or rating_kva instead of it")
    } else if table.has(.limit) && table.has(.rating) {
      table.fault(
        line: 1, .rating, found: "there beside limit_w", allowed: "one of both")
    }
    while table.next() {
      let id = table.id(.node, as: NodeKind.self)
      let parent = table.isEmpty(.parent) ? nil : table.id(.parent, as: NodeKind.self)
      let limit =
        !table.isEmpty(.limit)
        ? table.integer(.limit, 0...WireLimits.signalWatts)
        : table.isEmpty(.rating) ? nil : rating(&table)
      guard table.rowIsGood, let id else { continue }
      if let first = lines[id] {
        table.fault(.node, allowed: "each node once; it stands on line \(first)")
        continue
      }
      lines[id] = table.line
      nodes.append(FeederTree.Node(id: id, parent: parent, limit: limit.map { Power(watts: $0) }))
    }
    guard table.faults.isEmpty else { throw table.faults.faults }
    do throws(FeederTree.Faults) {
      return try FeederTree(nodes)
    } catch {
      for fault in error.list { collect(fault, lines, &table) }
      throw table.faults.faults
    }
  }

  /// Kilovolt-amperes at unity power factor, rounded down to watts.
  private static func rating(_ table: inout CSVTable<Column>) -> Int64? {
    if let watts = try? FixedDecimal.parse(table.text(.rating), places: 3, maximumDigits: 9),
      watts >= 0
    {
      return watts
    }
    table.fault(.rating, allowed: "kilovolt-amperes, 0 or more, at most 3 decimals")
    return nil
  }

  private static func collect(
    _ fault: FeederTree.Fault, _ lines: [NodeID: Int], _ table: inout CSVTable<Column>
  ) {
    switch fault {
    case .roots(let ids):
      guard !ids.isEmpty else {
        table.fault(line: 1, .parent, found: "no root", allowed: "one node without parent")
        return
      }
      for id in ids {
        table.fault(
          line: lines[id] ?? 1, .parent, found: "\(ids.count) roots, one of them \(id)",
          allowed: "one node without parent")
      }
    case .duplicate(let id):
      table.fault(line: lines[id] ?? 1, .node, found: id.text, allowed: "each node once")
    case .unknownParent(let id, let parent):
      table.fault(
        line: lines[id] ?? 1, .parent, found: parent.text, allowed: "a node of this file")
    case .cycle(let ids):
      for id in ids {
        table.fault(
          line: lines[id] ?? 1, .parent, found: "no way from \(id) to the root",
          allowed: "parents that lead to the root")
      }
    case .negativeLimit(let id):
      table.fault(line: lines[id] ?? 1, .limit, found: "below 0", allowed: "0 or more")
    }
  }

  /// The file, parents before children.
  public static func encode(_ tree: FeederTree) -> [UInt8] {
    var bytes: [UInt8] = []
    FleetFile.append(["node_id", "parent_id", "limit_w"], to: &bytes)
    for (place, id) in tree.ids.enumerated() {
      let parent = tree.parents[place]
      let limit = tree.limits[place]
      FleetFile.append(
        [
          id.text, parent < 0 ? "" : tree.ids[Int(parent)].text,
          limit == .max ? "" : String(limit),
        ], to: &bytes)
    }
    return bytes
  }
}
