import Engine
import Grid
import Testing

@Suite struct `The fleet table` {
  static let feeder = try! FeederTree([
    .init(id: NodeID("root")!, parent: nil, limit: nil),
    .init(id: NodeID("east")!, parent: NodeID("root")!, limit: nil),
    .init(id: NodeID("east-1")!, parent: NodeID("east")!, limit: nil),
    .init(id: NodeID("west")!, parent: NodeID("root")!, limit: nil),
  ])

  static func enrolled(
    _ row: Int, node: String = "root", exportLimit: Int64? = nil, charge: Percent? = nil
  ) -> EnrolledBattery {
    EnrolledBattery(
      battery: World.battery(row), gateway: World.gateway(row), site: SiteID("s\(row)")!,
      owner: OwnerID("o\(row)")!, node: NodeID(node)!, capacity: Energy(wattHours: 13_500),
      maxDischarge: Power(watts: 10_000), maxCharge: Power(watts: 5_000),
      dischargeEfficiency: .hundred, reserve: Percent(whole: 20)!,
      exportLimit: exportLimit.map { Power(watts: $0) }, charge: charge)
  }

  static func planned(_ engine: Engine, at now: Timestamp, targets: [NodeID] = []) -> PlanningFleet
  {
    let hour = Window(start: World.at("17:00"), end: World.at("18:00"))!
    return engine.fleet.planning(
      for: .init(window: hour, terms: World.terms(), targets: targets), at: now, feeder: feeder)
  }

  @Test func `plans nobody of whom it has not heard all it needs`() {
    let now = World.at("12:00")
    let state = Input.state(World.birth(1, at: now), of: World.gateway(0))
    let unsynced = Input.state(World.birth(1, at: now, synced: false), of: World.gateway(0))
    let dumb = Input.state(
      GatewayState(session: 1, birth: .init(at: now, clockSynced: true, schemas: ["x/1"])),
      of: World.gateway(0))
    let death = Input.state(GatewayState(session: 1, birth: nil), of: World.gateway(0))
    let oldDeath = Input.state(GatewayState(session: 0, birth: nil), of: World.gateway(0))
    func description(_ online: Bool, _ remote: Bool) -> Input {
      .description(
        World.description(at: now, online: online, remote: remote), World.battery(0),
        of: World.gateway(0))
    }
    let good = description(true, true)
    let withdrawn = Input.description(nil, World.battery(0), of: World.gateway(0))
    let heard = World.report(0, at: now)
    let unknownCharge = World.report(0, at: now, charge: nil)
    let cases: [([Input], Standing)] = [
      ([], .skipped(.offline)),
      ([good, heard], .skipped(.offline)),
      ([state, heard], .skipped(.offline)),
      ([state, good], .skipped(.notHeard)),
      ([state, good, unknownCharge], .skipped(.notHeard)),
      ([state, good, heard], .available),
      ([state, good, heard, withdrawn], .skipped(.offline)),
      ([state, good, heard, death], .skipped(.offline)),
      ([state, good, heard, oldDeath], .available),
      ([unsynced, good, heard], .skipped(.clockUnsynced)),
      ([dumb, good, heard], .skipped(.notDispatchable)),
      ([state, description(false, true), heard], .skipped(.offline)),
      ([state, description(true, false), heard], .skipped(.notDispatchable)),
      ([state, good, World.report(0, at: now, state: .islanded)], .skipped(.islanded)),
      ([state, good, World.report(0, at: now, state: .fault)], .skipped(.fault)),
      ([state, good, World.report(0, at: now, state: .offline)], .skipped(.offline)),
    ]
    for (inputs, standing) in cases {
      var engine = Engine(fleet: [Self.enrolled(0)], feeder: Self.feeder, programmes: [])
      _ = engine.handle(inputs, at: now)
      #expect(Self.planned(engine, at: now).standing == [standing], "\(inputs)")
    }
  }

  @Test func `forgets a report after 180 seconds`() {
    var engine = World(1).engine
    _ = engine.handle([World.report(0, at: World.at("12:10"))], at: World.at("12:10"))
    #expect(Self.planned(engine, at: World.at("12:13")).standing == [.available])
    #expect(Self.planned(engine, at: World.at("12:13:01")).standing == [.skipped(.notHeard)])
  }

  @Test func `uses no report from the future, from long ago, or older than the last`() {
    var engine = World(1).engine
    let now = World.at("12:10")
    let charge = { (engine: Engine) in Self.planned(engine, at: now).chargeHundredths[0] }
    func tell(_ at: String, _ percent: Int32) -> [Effect] {
      engine.handle(
        [World.report(0, at: World.at(at), charge: Percent(whole: percent)!)], at: now)
    }
    #expect(tell("12:10:06", 1).rejections == [.clock])
    #expect(tell("12:08:59", 2).rejections == [.late])
    #expect(charge(engine) == 8_000)
    #expect(tell("12:09:30", 60) == [])
    #expect(tell("12:09:20", 70) == [])
    #expect(charge(engine) == 6_000)
  }

  @Test func `lets a description lower a figure and never raise it`() {
    var engine = Engine(fleet: [Self.enrolled(0)], feeder: Self.feeder, programmes: [])
    let now = World.at("12:00")
    func describe(_ watts: Int64, at: Timestamp) {
      let description = World.description(at: at, watts: watts)
      _ = engine.handle(
        [.description(description, World.battery(0), of: World.gateway(0))], at: now)
    }
    describe(4_000, at: now)
    #expect(Self.planned(engine, at: now).ratedW == [4_000])
    describe(90_000, at: now.adding(seconds: 1))
    #expect(Self.planned(engine, at: now).ratedW == [10_000])
    describe(1, at: now)
    #expect(Self.planned(engine, at: now).ratedW == [10_000], "an older description")
  }

  @Test func `means a target with all below it`() {
    let fleet = [
      Self.enrolled(0), Self.enrolled(1, node: "east"), Self.enrolled(2, node: "east-1"),
      Self.enrolled(3, node: "west"),
    ]
    let engine = Engine(fleet: fleet, feeder: Self.feeder, programmes: [])
    let east = Self.planned(engine, at: World.at("12:00"), targets: [NodeID("east")!])
    let not = Standing.skipped(.notTargeted)
    #expect(east.standing == [not, .skipped(.offline), .skipped(.offline), not])
  }

  @Test func `leaves room for export by the house's load, and none that it does not know`() {
    let now = World.at("12:00")
    func room(limit: Int64?, discharge: Int64?, netImport: Int64?, canExport: Bool = true) -> Int64
    {
      var engine = Engine(
        fleet: [Self.enrolled(0, exportLimit: limit)], feeder: Self.feeder, programmes: [])
      let described = BatteryDescription(
        at: now, online: true, site: SiteID("s")!, capacity: Energy(wattHours: 13_500),
        maxDischarge: Power(watts: 10_000), maxCharge: .zero, canExport: canExport,
        canCharge: true, remoteControl: true)
      let report = Telemetry(
        battery: World.battery(0), at: now, discharge: discharge.map { Power(watts: $0) },
        charge: .hundred, state: .holding, netImport: netImport.map { Power(watts: $0) })
      _ = engine.handle(
        [
          .description(described, World.battery(0), of: World.gateway(0)),
          .telemetry([report], from: World.gateway(0)),
        ], at: now)
      return Self.planned(engine, at: now).exportRoomW[0]
    }
    #expect(room(limit: nil, discharge: 0, netImport: 500) == .max)
    #expect(room(limit: 4_000, discharge: 0, netImport: nil) == 4_000)
    #expect(room(limit: 4_000, discharge: 0, netImport: 700) == 4_700)
    #expect(room(limit: 4_000, discharge: 300, netImport: 700) == 5_000)
    #expect(room(limit: 4_000, discharge: 0, netImport: -3_000) == 1_000)
    #expect(room(limit: 4_000, discharge: 0, netImport: -9_000) == 0)
    #expect(room(limit: nil, discharge: 0, netImport: 900, canExport: false) == 900)
    #expect(room(limit: nil, discharge: 0, netImport: nil, canExport: false) == 0)
  }

  @Test func `plans from the enrolment alone when asked to`() {
    let fleet = [Self.enrolled(0, charge: Percent(whole: 60)!), Self.enrolled(1)]
    let table = FleetTable(fleet, feeder: Self.feeder)
    let plan = table.planningAsEnrolled(terms: World.terms { $0.reserve = Percent(whole: 30)! })
    #expect(plan.standing == [.available, .skipped(.notHeard)])
    #expect(plan.floorHundredths == [3_000, 3_000])
    #expect(plan.chargeHundredths == [6_000, -1])
  }

  @Test func `names every fault of an enrolment at once`() {
    let fleet = [Self.enrolled(0), Self.enrolled(0), Self.enrolled(1, node: "south")]
    #expect(
      FleetTable.faults(of: fleet, feeder: Self.feeder) == [
        .duplicate(World.battery(0)), .unknownNode(World.battery(1), node: NodeID("south")!),
      ])
  }

  @Test func `rejects what an unknown gateway says`() {
    var engine = World(1).engine
    let now = World.at("12:10")
    let effects = engine.handle(
      [
        .state(World.birth(1, at: now), of: GatewayID("zz")!),
        .telemetry(
          [
            Telemetry(
              battery: World.battery(0), at: now, discharge: nil, charge: nil, state: .fault)
          ],
          from: GatewayID("zz")!),
        .description(nil, World.battery(0), of: GatewayID("zz")!),
      ], at: now)
    #expect(effects.rejections == [.wrongPrincipal, .wrongPrincipal, .wrongPrincipal])
    #expect(Self.planned(engine, at: now).chargeHundredths == [8_000])
  }
}
