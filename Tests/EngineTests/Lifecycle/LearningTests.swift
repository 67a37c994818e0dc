import Grid
import Testing

@testable import Engine

@Suite struct `An engine that learns` {
  /// One event a day at 17:00; of the two batteries only the first reports that it delivered.
  static func world(_ change: @escaping (inout DispatchTerms) -> Void) -> World {
    var world = World(2, terms: [World.terms(change)])
    let signal = World.signal("first", request: .power(Power(watts: 2_000)))
    _ = world.accept(signal, World.at("12:01"))
    _ = world.freshen(World.at("16:54"))
    let commands = world.run(until: World.at("16:55")).commands
    _ = world.run(until: World.at("17:59"))
    for command in commands where command.battery == World.battery(0) {
      _ = world.tell(
        [
          World.ack(
            command, .completed, at: World.at("18:00"), delivered: Energy(wattHours: 1_000))
        ], World.at("18:00"))
    }
    return world
  }

  static func second(_ world: inout World, at now: Timestamp) -> Plan? {
    _ = world.run(until: now.adding(seconds: -1))
    _ = world.tell(world.reports(at: now), now)
    let start = now.adding(seconds: 600)
    _ = world.accept(
      World.signal(
        "second", from: start, to: start.adding(seconds: 3_600),
        request: .power(Power(watts: 2_000))), now)
    return world.record("second").plans.last?.plan
  }

  @Test func `asks the most reliable first, once the event is closed long enough`() {
    for (clock, setpoints) in [("18:10", [1_000, 1_000]), ("18:30", [2_000, 0])] {
      var world = Self.world {
        $0.fairness = .meritOrder
        $0.meritBy = .reliability
      }
      let plan = Self.second(&world, at: World.at(clock))
      #expect(plan?.setpointW == setpoints.map { Int64($0) }, "\(clock)")
    }
  }

  @Test func `asks first who owes most`() {
    var world = Self.world { $0.fairness = .rotationDebt }
    #expect(Self.second(&world, at: World.at("18:30"))?.setpointW == [0, 2_000])
  }

  @Test func `promises what batteries with such a record give`() {
    var world = Self.world {
      $0.fairness = .equalShare
      $0.overCommit = .init(maximumPercent: 150)
      $0.newBattery = .hundred
    }
    #expect(world.record("first").plans.first?.plan.committed.watts == 2_000)
    let plan = Self.second(&world, at: World.at("18:30"))
    // Reliable to 100 and 0 %: half of what is asked arrives, and 3,000 W is the most.
    #expect(plan?.setpointW == [1_500, 1_500])
    #expect(world.record("second").commitment?.committed.watts == 1_500)
    #expect(world.record("second").commitment?.shortfall.watts == 500)
  }

  @Test func `counts on less than a reported charge where the policy doubts it`() {
    var world = World(
      1,
      terms: [
        World.terms {
          $0.chargeUncertainty = Percent(whole: 50)!
        }
      ])
    _ = world.accept(
      World.signal(request: .release(.hundred, of: .storedEnergy)), World.at("12:01"))
    // 80 % less 50 % is 30 %, 10 % above the reserve: 1,350 Wh in an hour.
    #expect(world.record().plans.last?.plan.setpointW == [1_350])
  }
}

@Suite struct `A battery's contract` {
  static func plan(_ offer: BatteryOffer, minutes: Int64) throws -> Plan {
    var battery = RehearsalFleet.battery
    battery = EnrolledBattery(
      battery: battery.battery, gateway: battery.gateway, site: battery.site,
      owner: battery.owner, node: battery.node, capacity: battery.capacity,
      maxDischarge: battery.maxDischarge, maxCharge: battery.maxCharge,
      dischargeEfficiency: battery.dischargeEfficiency, reserve: battery.reserve,
      exportLimit: nil, charge: Percent(whole: 80), offer: offer)
    let terms = World.terms { $0.events.lengthIsContracted = true }
    let signal = World.signal(to: World.at("17:00").adding(seconds: 60 * minutes))
    return try Rehearsal(
      signal.content!, event: signal.event, issuer: nil, fleet: [battery], feeder: .flat,
      terms: terms, at: World.at("12:00")
    ).plan
  }

  @Test func `keeps it out of longer events`() throws {  // E37
    let offer = BatteryOffer(contractedMinutes: 120)
    #expect(try Self.plan(offer, minutes: 120).skipped == [nil])
    #expect(try Self.plan(offer, minutes: 240).skipped == [.durationNotContracted])
  }

  @Test func `never commands what generates`() throws {  // E14
    #expect(
      try Self.plan(BatteryOffer(kind: .generator), minutes: 60).skipped == [.notDispatchable])
  }
}

enum RehearsalFleet {
  static let battery = EnrolledBattery(
    battery: BatteryID("b")!, gateway: GatewayID("g")!, site: SiteID("s")!,
    owner: OwnerID("o")!, node: NodeID("root")!, capacity: Energy(wattHours: 13_500),
    maxDischarge: Power(watts: 5_000), maxCharge: Power(watts: 5_000),
    dischargeEfficiency: .hundred, reserve: Percent(whole: 20)!, exportLimit: nil,
    charge: Percent(whole: 80)!)
}
