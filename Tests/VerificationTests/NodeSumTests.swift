import Grid
import Testing
import Verification

@Suite struct `Sums of a node` {
  static func place(
    _ node: String, _ parent: String?, _ kind: ConsumerPlace.Kind, _ from: String = "2025-01-01",
    _ to: String? = nil
  ) -> ConsumerPlace {
    ConsumerPlace(
      node: ConsumerID(node)!, parent: parent.map { ConsumerID($0)! }, kind: kind,
      from: Samples.date(from), to: to.map(Samples.date))
  }

  /// The energy of an hour that starts at `start`.
  static func hour(_ meter: String, _ start: String, kWh: Int64?, out: Int64 = 0) -> Reading {
    let start = Timestamp(rfc3339: start)!
    return Reading(
      meter: MeterID(meter)!, window: Window(start: start, end: start.adding(seconds: 3_600))!,
      imported: kWh.map { Energy(wattHours: $0 * 1_000) },
      exported: kWh.map { _ in Energy(wattHours: out * 1_000) },
      quality: kWh == nil ? .missing : .actual)
  }

  static func sum(
    _ node: String, _ places: [ConsumerPlace], _ readings: [Reading], _ borders: [String],
    zone: ZoneOffsets = Zones.tokyo
  ) throws -> [NodeSum] {
    NodeSum.sums(
      of: ConsumerID(node)!, in: try ConsumerTree(places), readings,
      borders: borders.map { Timestamp(rfc3339: $0)! }, zone: zone)
  }

  static let plant = [
    place("plant", nil, .site), place("main", "plant", .meter), place("own", "main", .meter),
    place("transit", "main", .meter),
  ]
  static let ten = "2025-05-01T10:00:00Z"
  static let hours = [ten, "2025-05-01T11:00:00Z"]

  /// Parent 365, own 315, transit 50: nothing is lost. Children of 362: 3 are. Never counted twice.
  @Test(arguments: [(315, 50, 0), (312, 50, 3), (316, 50, -1)] as [(Int64, Int64, Int64)])
  func `tell what is lost below a meter`(_ own: Int64, _ transit: Int64, _ loss: Int64) throws {
    let readings = [
      Self.hour("main", Self.ten, kWh: 365), Self.hour("own", Self.ten, kWh: own),
      Self.hour("transit", Self.ten, kWh: transit), Self.hour("other", Self.ten, kWh: 7),
    ]
    for node in ["plant", "main"] {
      let sums = try Self.sum(node, Self.plant, readings, Self.hours)
      #expect(sums.map(\.total.imported) == [Energy(wattHours: 365_000)])
      #expect(sums.map(\.parts.imported) == [Energy(wattHours: (own + transit) * 1_000)])
      #expect(sums.map(\.loss) == [Energy(wattHours: loss * 1_000)])
    }
    let leaf = try Self.sum("transit", Self.plant, readings, Self.hours)
    #expect(leaf.map(\.total.imported) == [Energy(wattHours: 50_000)])
    #expect(leaf.map(\.loss) == [nil] && leaf.map(\.hasParts) == [false])
  }

  @Test func `have no loss while a part is missing`() throws {
    for missing in ["main", "own"] {
      let readings = ["main", "own", "transit"].map {
        Self.hour($0, Self.ten, kWh: $0 == missing ? nil : 50)
      }
      let sums = try Self.sum("plant", Self.plant, readings, Self.hours)
      #expect(sums.map(\.loss) == [nil])
      #expect(sums.map(\.total.isWhole) == [missing != "main"])
    }
    let absent = try Self.sum("plant", Self.plant, [], Self.hours)
    #expect(absent.map(\.total.quality) == [.missing])
    #expect(absent.map(\.total.wantedSeconds) == [3_600])
  }

  @Test func `count a net that is given back`() throws {
    let readings = [
      Self.hour("main", Self.ten, kWh: 0, out: 4), Self.hour("own", Self.ten, kWh: 1),
      Self.hour("transit", Self.ten, kWh: 0, out: 5),
    ]
    #expect(try Self.sum("plant", Self.plant, readings, Self.hours).map(\.loss) == [.zero])
  }

  /// The meter moves on the local day 2025-05-02, which begins at 15:00 of UTC in Tokyo.
  @Test func `V9: count a moved meter where it was`() throws {
    let places = [
      Self.place("acme", nil, .company), Self.place("north", "acme", .site),
      Self.place("south", "acme", .site),
      Self.place("m", "north", .meter, "2025-01-01", "2025-05-01"),
      Self.place("m", "south", .meter, "2025-05-02"),
    ]
    let readings = [
      Self.hour("m", "2025-05-01T14:00:00Z", kWh: 1),
      Self.hour("m", "2025-05-01T15:00:00Z", kWh: 2),
    ]
    let borders = ["2025-05-01T14:00:00Z", "2025-05-01T16:00:00Z"]
    func known(_ node: String) throws -> [Int64] {
      let sums = try Self.sum(node, places, readings, borders)
      #expect(sums.allSatisfy { $0.total.isWhole })
      return sums.map { $0.total.imported.joules / 3_600_000 }
    }
    #expect(try known("north") == [1])
    #expect(try known("south") == [2])
    #expect(try known("acme") == [3])
  }

  @Test func `leave out a reading that crosses a border`() throws {
    let readings = [Self.hour("transit", "2025-05-01T10:30:00Z", kWh: 1)]
    let sums = try Self.sum("transit", Self.plant, readings, Self.hours + ["2025-05-01T12:00:00Z"])
    #expect(sums.map(\.total.knownSeconds) == [0, 0])
  }

  @Test func `know which meters measure a part of each other, on a day`() throws {
    let tree = try ConsumerTree(
      Self.plant + [
        Self.place("deep", "own", .meter, "2025-01-01", "2025-05-10"),
        Self.place("deep", "plant", .meter, "2025-05-11"),
      ])
    func nested(_ a: String, _ b: String, _ day: String = "2025-05-01") -> Bool {
      let (one, other) = (MeterID(a)!, MeterID(b)!)
      let found = tree.areNested(one, other, on: Samples.date(day))
      #expect(found == tree.areNested(other, one, on: Samples.date(day)))
      return found
    }
    #expect(nested("main", "main") && nested("main", "own") && nested("main", "deep"))
    #expect(!nested("own", "transit"), "beside each other")
    #expect(!nested("main", "deep", "2025-05-11"), "it has moved")
    #expect(!nested("main", "stranger") && nested("stranger", "stranger"))
  }
}
