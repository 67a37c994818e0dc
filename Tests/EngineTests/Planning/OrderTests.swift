import Grid
import Testing

@testable import Engine

@Suite struct `An order of merit` {
  static let feeder = try! FeederTree([
    .init(id: NodeID("root")!, parent: nil, limit: nil),
    .init(id: NodeID("N")!, parent: NodeID("root")!, limit: Power(watts: 7_000)),
  ])

  static func plan(
    _ merit: [Int64], target: Int64, nodes: [Int32] = [], minimum: Int64 = 0,
    fairness: DispatchTerms.Fairness = .meritOrder
  ) -> Plan {
    var fleet = PlanningFleet(
      merit.indices.map {
        Sample(name: "bat-\($0)", charge: 10_000, node: nodes.isEmpty ? 0 : nodes[$0])
      })
    fleet.merit = merit
    return Planner.plan(
      fleet, .target(Power(watts: target)), feeder: feeder, fairness: fairness, minimum: minimum)
  }

  @Test func `serves one after the other, equal ones equally, the spare watt by name`() {
    let plan = Self.plan([5, 9, 5, 1], target: 8_001)
    #expect(plan.setpointW == [1_501, 5_000, 1_500, 0])
    #expect(plan.bound[1] == .ratedPower)
    #expect(plan.bound[0] == .request)
    #expect(plan.skipped == [nil, nil, nil, .noShare])
    #expect(plan.committed.watts == 8_001)
  }

  @Test func `leaves later ones what nodes still carry`() {
    let plan = Self.plan([3, 2, 1, 0], target: 20_000, nodes: [1, 1, 1, 0])
    #expect(plan.setpointW == [5_000, 2_000, 0, 5_000])
    #expect(plan.bound[1] == .node(1))
    #expect(plan.bound[2] == .node(1))
    #expect(plan.bindingNodes == [1])
    #expect(plan.shortfall.watts == 8_000)
  }

  @Test func `sends nothing below the minimum`() {
    let plan = Self.plan([3, 2, 1], target: 5_100, minimum: 200)
    #expect(plan.setpointW == [5_000, 0, 0])
    #expect(plan.skipped == [nil, .minimumSetpoint, .minimumSetpoint])
    let tier = Self.plan([3, 1, 1, 1], target: 5_500, minimum: 200)
    #expect(tier.setpointW == [5_000, 250, 250, 0])
    #expect(tier.skipped[3] == .minimumSetpoint)
  }

  @Test func `by debt asks first who gave less than his share`() {  // E15
    let capacity: [Int64] = [10_000, 10_000]
    let debts = DeliveryHistory.debts(
      deliveredJ: [3_000 * 3_600, 0], capacityJ: capacity)
    #expect(debts == [-1_500 * 3_600, 1_500 * 3_600])
    var fleet = PlanningFleet([
      Sample(name: "A", ratedW: 2_000), Sample(name: "B", ratedW: 2_000),
    ])
    fleet.merit = debts
    let plan = Planner.plan(
      fleet, .target(Power(watts: 2_000)), hours: 1, fairness: .rotationDebt)
    #expect(plan.setpointW == [0, 2_000])
    #expect(plan.skipped == [.noShare, nil])
    let after = DeliveryHistory.debts(
      deliveredJ: [3_000 * 3_600, 2_000 * 3_600], capacityJ: capacity)
    #expect(after == [-500 * 3_600, 500 * 3_600])
  }
}

@Suite struct `A history of deliveries` {
  static func event(_ day: Int64, _ rows: [(Int32, Int64, Int64)]) -> DeliveryHistory.Event {
    .init(
      endedAt: Timestamp(seconds: day * 86_400), rows: rows.map(\.0), askedJ: rows.map(\.1),
      deliveredJ: rows.map(\.2))
  }

  @Test func `counts a battery's last events, and no surplus for a lack`() {
    var history = DeliveryHistory()
    history.add(Self.event(1, [(0, 100, 0), (1, 100, 100)]))
    history.add(Self.event(3, [(0, 100, 300)]))
    history.add(Self.event(2, [(0, 200, 100), (1, 0, 0)].filter { $0.1 > 0 }))
    #expect(history.reliability(last: 10, unknown: [1, 2, 9_000]) == [5_000, 10_000, 9_000])
    #expect(history.reliability(last: 2, unknown: [1, 2, 9_000]) == [6_666, 10_000, 9_000])
    #expect(history.reliability(last: 1, unknown: [1, 2, 9_000]) == [10_000, 10_000, 9_000])
    #expect(history.deliveredJ(since: Timestamp(seconds: 2 * 86_400), count: 2) == [400, 0])
    #expect(history.deliveredJ(since: Timestamp(seconds: 4 * 86_400), count: 2) == nil)
  }

  @Test func `keeps no more than it may`() {
    var history = DeliveryHistory()
    for day in 0..<410 { history.add(Self.event(Int64(day), [(0, 1, 1)])) }
    #expect(history.events.count == DeliveryHistory.limit)
    #expect(history.events.first?.endedAt == Timestamp(seconds: 10 * 86_400))
  }
}
