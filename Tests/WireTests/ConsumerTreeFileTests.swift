import Grid
import Testing
import Wire

@Suite struct `A file of a consumer tree` {
  static let header = "node_id,parent_id,kind,from,to\n"

  static func parse(_ rows: [String]) throws -> ConsumerTree {
    try ConsumerTreeFile.parse(
      Array((header + rows.map { $0 + "\n" }.joined()).utf8), file: "t.csv")
  }

  static func upper(_ tree: ConsumerTree, _ node: String, _ day: String) -> [String] {
    tree.meters(of: ConsumerID(node)!, on: CivilDate(text: day)!).upper.map(\.text)
  }

  @Test func `says day by day which meters a node has`() throws {
    let tree = try Self.parse([
      "m-2,p-2,meter,2025-05-11,", "acme,,company,2025-01-01,", "north,acme,site,2025-01-01,",
      "south,acme,site,2025-01-01,", "p-1,north,deliveryPoint,2025-01-01,",
      "p-2,south,deliveryPoint,2025-01-01,", "m-1,p-1,meter,2025-01-01,",
      "m-2,p-1,meter,2025-01-01,2025-05-10", "m-3,m-1,meter,2025-05-01,2025-05-31",
    ])
    #expect(Self.upper(tree, "acme", "2025-05-10") == ["m-1", "m-2"])
    #expect(Self.upper(tree, "north", "2025-05-10") == ["m-1", "m-2"])
    #expect(Self.upper(tree, "north", "2025-05-11") == ["m-1"])
    #expect(Self.upper(tree, "south", "2025-05-10") == [])
    #expect(Self.upper(tree, "south", "2025-05-11") == ["m-2"])
    #expect(Self.upper(tree, "acme", "2024-12-31") == [])
    let meters = tree.meters(of: ConsumerID("acme")!, on: CivilDate(text: "2025-05-31")!)
    #expect(meters.lower.map(\.text) == ["m-2", "m-3"])
  }

  @Test(arguments: [
    // A cycle, also one of a single day and of a node below itself.
    (["a,b,site,2025-01-01,", "b,a,site,2025-01-01,"], ["2 parent_id", "3 parent_id"]),
    (["a,a,site,2025-01-01,"], ["2 parent_id"]),
    (
      [
        "a,,site,2025-01-01,2025-03-01", "a,b,site,2025-03-02,", "b,a,site,2025-01-01,2025-03-02",
        "b,,site,2025-03-03,",
      ], ["3 parent_id"]
    ),
    // Two places at a time, a parent unknown or not there on all days, a place that ends first.
    (["a,,site,2025-01-01,", "a,,site,2025-03-01,"], ["3 from"]),
    (["a,,site,2025-01-01,2025-02-28", "a,,company,2025-03-01,"], ["3 kind"]),
    (["m,a,meter,2025-01-01,"], ["2 parent_id"]),
    (["a,,site,2025-01-01,2025-02-01", "m,a,meter,2025-01-01,"], ["3 parent_id"]),
    (["a,,site,2025-02-01,2025-01-01"], ["2 to"]),
    // A site below a meter, and cells that say nothing.
    (["m,,meter,2025-01-01,", "a,m,site,2025-01-01,"], ["3 parent_id"]),
    (
      ["a b,,site,2025-01-01,", "c,,house,2025-01-01,", "d,,site,1 May,"],
      ["2 node_id", "3 kind", "4 from"]
    ),
    (["c,d d,site,2025-01-01,x"], ["2 parent_id", "2 to"]),
  ]) func `is refused with every line and field`(_ rows: [String], _ expected: [String]) {
    let faults = #expect(throws: FileFaults.self) { try Self.parse(rows) }
    #expect(faults?.list.map { "\($0.line) \($0.field)" } == expected)
  }

  @Test func `may be 32 levels deep and no deeper`() throws {
    func chain(_ levels: Int) -> [String] {
      (1...levels).map { "n\($0),\($0 == 1 ? "" : "n\($0 - 1)"),company,2025-01-01," }
    }
    _ = try Self.parse(chain(32))
    let faults = #expect(throws: FileFaults.self) { try Self.parse(chain(33)) }
    #expect(
      faults?.list.map(\.description) == [
        "t.csv:34: parent_id is n32; allowed: no cycle, at most 32 levels"
      ])
  }
}
