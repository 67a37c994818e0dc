import Grid
import Testing

@Suite struct `A feeder tree` {
  static func id(_ text: String) -> NodeID { NodeID(text)! }

  static func node(_ name: String, _ parent: String?, _ limit: Int64? = nil) -> FeederTree.Node {
    .init(id: id(name), parent: parent.map(id), limit: limit.map { Power(watts: $0) })
  }

  static func faults(_ rows: [FeederTree.Node]) -> [FeederTree.Fault] {
    do throws(FeederTree.Faults) {
      _ = try FeederTree(rows)
      return []
    } catch { return error.list }
  }

  @Test func `puts parents before children, whatever the order of the rows`() throws {
    let rows = [
      Self.node("c", "b", 5), Self.node("b", "a"), Self.node("a", nil, 9), Self.node("d", "a"),
    ]
    let tree = try FeederTree(rows)
    #expect(tree.ids.map(\.text) == ["a", "b", "d", "c"])
    #expect(tree.parents == [-1, 0, 0, 1])
    #expect(tree.limits == [9, .max, .max, 5])
    #expect(tree.place(of: Self.id("c")) == 3)
    #expect(tree.place(of: Self.id("x")) == nil)
    #expect(try FeederTree(rows.reversed()) == tree)
  }

  @Test func `has exactly one root`() {
    #expect(Self.faults([]) == [.roots([])])
    #expect(
      Self.faults([Self.node("a", nil), Self.node("b", nil)])
        == [.roots([Self.id("a"), Self.id("b")])])
  }

  @Test func `says every fault at once`() {
    let rows = [
      Self.node("a", nil, -1), Self.node("b", "a"), Self.node("b", "a"), Self.node("c", "x"),
    ]
    #expect(
      Self.faults(rows) == [
        .negativeLimit(Self.id("a")), .duplicate(Self.id("b")),
        .unknownParent(Self.id("c"), parent: Self.id("x")),
      ])
  }

  @Test func `has no circle`() {
    let rows = [
      Self.node("a", nil), Self.node("b", "c"), Self.node("c", "b"), Self.node("d", "d"),
    ]
    #expect(Self.faults(rows) == [.cycle([Self.id("b"), Self.id("c"), Self.id("d")])])
  }

  @Test func `may be one node that limits nothing`() {
    let tree = FeederTree.unlimited(Self.id("all"))
    #expect(tree.parents == [-1])
    #expect(tree.limits == [.max])
    #expect(tree.place(of: Self.id("all")) == 0)
  }
}

@Suite struct `A rejection` {
  @Test func `is one line with what was found and what is allowed`() {
    let full = Rejection(.badField, field: "durationS", found: "45", allowed: "60 or 300")
    #expect(full.description == "badField: durationS is 45; allowed: 60 or 300")
    #expect(Rejection(.malformed, found: "x").description == "malformed: x")
    #expect(Rejection(.late).description == "late")
  }

  @Test func `has a status for a signal, or none`() {
    let statuses = Rejection.Code.allCases.map(\.status)
    #expect(statuses.count { $0 == .rejectedInvalid } == 9)
    #expect(statuses.count { $0 == .rejectedLate } == 2)
    #expect(statuses.count { $0 == .rejectedParameter } == 7)
    #expect(statuses.count { $0 == nil } == 8)
  }
}

@Suite struct `An enrolled battery` {
  @Test func `names its meters after site and battery unless said`() {
    func battery(_ site: MeterID?, _ own: MeterID?) -> EnrolledBattery {
      EnrolledBattery(
        battery: BatteryID("b")!, gateway: GatewayID("g")!, site: SiteID("s")!,
        owner: OwnerID("o")!, node: NodeID("n")!, capacity: Energy(wattHours: 1),
        maxDischarge: Power(watts: 1), maxCharge: Power(watts: 1), dischargeEfficiency: .hundred,
        reserve: .zero, exportLimit: nil, charge: nil, siteMeter: site, batteryMeter: own)
    }
    #expect(battery(nil, nil).siteMeter.text == "s")
    #expect(battery(nil, nil).batteryMeter.text == "b")
    #expect(battery(MeterID("m1"), MeterID("m2")).siteMeter.text == "m1")
    #expect(battery(MeterID("m1"), MeterID("m2")).batteryMeter.text == "m2")
  }
}
