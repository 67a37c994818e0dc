import Engine
import Grid
import Testing

@Suite struct `A correction` {
  static func terms(
    _ correction: CorrectionTerms = CorrectionTerms(),
    _ change: (inout DispatchTerms) -> Void = { _ in }
  ) -> DispatchTerms {
    World.terms {
      $0.rampSeconds = 10
      $0.correction = correction
      change(&$0)
    }
  }

  /// `count` batteries that were asked for `watts` together from 17:00 to 18:00 and said that they
  /// received it; it is 17:00:00.
  static func started(_ count: Int, watts: Int64, _ terms: DispatchTerms = terms()) -> World {
    var world = World(count, terms: [terms])
    _ = world.accept(
      World.signal(request: .power(Power(watts: watts))), World.at("12:01"))
    _ = world.freshen(World.at("16:55"))
    let commands = world.run(until: World.at("16:55")).commands
    let now = World.at("16:56")
    _ = world.tell(commands.map { World.ack($0, .received, at: now) }, now)
    _ = world.run(until: World.at("17:00"))
    return world
  }

  /// Every battery says at `now` what it gives; nil says nothing.
  static func say(_ world: inout World, _ now: Timestamp, _ watts: (Int) -> Int64?) -> [Effect] {
    let before = world.run(until: now)
    let reports = (0..<world.count).compactMap { row in
      watts(row).map { given in
        Input.telemetry(
          [
            Telemetry(
              battery: World.battery(row), at: now, discharge: Power(watts: given),
              charge: Percent(whole: 80)!, state: .discharging)
          ], from: World.gateway(row))
      }
    }
    let effects = before + world.hold(world.tell(reports, now), now)
    return effects + world.tell(effects.commands.map { World.ack($0, .received, at: now) }, now)
  }

  /// The same every 10 s from `from` to `to`, as in an event.
  static func keepSaying(
    _ world: inout World, _ from: String, _ to: String, _ watts: (Int) -> Int64?
  ) -> [Effect] {
    var effects: [Effect] = []
    var now = World.at(from)
    while now <= World.at(to) {
      effects += say(&world, now, watts)
      now = now.adding(seconds: 10)
    }
    return effects
  }

  /// E21: 400 of 4,445 W and 500 of 4,444 W are 4.000 MW.
  @Test func `replaces a hundred silent batteries of a thousand from the others' headroom`() {
    var world = Self.started(1_000, watts: 4_000_000)
    let quiet = Self.keepSaying(&world, "17:00:10", "17:01:20") { _ in 4_000 }
    #expect(quiet.commands.isEmpty)
    let effects = Self.keepSaying(&world, "17:01:30", "17:02:30") { $0 < 100 ? nil : 4_000 }
    let commands = effects.commands
    #expect(commands.count == 900)
    #expect(commands.count { $0.watts == 4_445 } == 400)
    #expect(commands.count { $0.watts == 4_444 } == 500)
    #expect(commands.allSatisfy { Int($0.battery.text.dropFirst())! >= 100 })
    #expect(commands.allSatisfy { $0.window.end == World.at("18:00") && $0.seq == 2 })
    let correction = world.record().corrections[0]
    #expect(correction.silent == 100)
    #expect(correction.partial == 0)
    #expect(correction.measured == Power(watts: 3_600_000))
    #expect(correction.planned == Power(watts: 4_000_000))
    #expect(correction.changed == 900)
    #expect(world.record().commitment?.committed == Power(watts: 4_000_000))
    #expect(world.record().commitment?.batteries == 900)
    let late = Self.keepSaying(&world, "17:02:40", "17:05:00") { $0 < 100 ? nil : 4_445 }
    #expect(late.commands.isEmpty)
  }

  /// Reports in which every battery does as it was last asked, but for `watts` where it says so.
  static func follow(
    _ world: inout World, _ from: String, _ to: String, _ watts: (Int) -> Int64??
  ) -> [Effect] {
    var effects: [Effect] = []
    var now = World.at(from)
    while now <= World.at(to) {
      let parts = world.record().batteries
      effects += say(&world, now) { row in
        switch watts(row) {
        case .some(let given): given
        case .none: parts[row].command?.power.watts ?? 0
        }
      }
      now = now.adding(seconds: 10)
    }
    return effects
  }

  @Test func `is trimmed back when the silent ones speak again`() {
    var world = Self.started(10, watts: 40_000)
    _ = Self.follow(&world, "17:00:10", "17:02:30") { $0 == 0 ? .some(nil) : nil }
    #expect(world.record().batteries[0].holding == .zero)
    #expect(world.record().batteries[1].holding.watts >= 4_444)
    let effects = Self.follow(&world, "17:02:40", "17:04:30") { _ in nil }
    #expect(effects.commands.count == 9)
    #expect(effects.commands.allSatisfy { $0.watts == 4_000 })
    #expect(world.record().commitment?.committed == Power(watts: 40_000))
    #expect(world.record().batteries[0].lostAt == nil)
  }

  /// E22: 2 % of 4.00 MW; 3.95 MW are let alone, 3.90 MW are not.
  @Test(arguments: [(3_950, 0), (3_900, 1)] as [(Int64, Int)])
  func `leaves what lies within the deadband alone`(given: Int64, rounds: Int) {
    var world = Self.started(1_000, watts: 4_000_000)
    _ = Self.keepSaying(&world, "17:00:10", "17:01:30") { _ in given }
    #expect(world.record().corrections.count == rounds)
    // What the devices lose on the way is asked for on top.
    #expect(world.record().batteries[0].command?.power.watts == (rounds == 0 ? 4_000 : 4_100))
  }

  /// E22: after 20 rounds there is no further one, but an alarm.
  @Test func `ends with its rounds, and says so once`() {
    var world = Self.started(10, watts: 30_000, Self.terms(CorrectionTerms(perGatewayPerHour: nil)))
    var alarms = 0
    for minute in 1...30 {
      // One battery comes and goes.
      let clock = String("\(100 + minute)".dropFirst())
      let parts = world.record().batteries
      let effects = Self.keepSaying(&world, "17:\(clock):00", "17:\(clock):50") { row in
        let asked = parts[row].command?.power.watts ?? 0
        return row == 0 ? (minute.isMultiple(of: 2) ? 3_000 : 0) : asked
      }
      alarms += effects.alarms
    }
    #expect(world.record().corrections.count == 20)
    #expect(alarms == 1)
  }

  @Test func `promises no more than the fleet can hold, and asks nobody in vain`() {
    var world = Self.started(2, watts: 10_000)
    let effects = Self.keepSaying(&world, "17:00:10", "17:09:50") { $0 == 0 ? nil : 5_000 }
    #expect(effects.commands.isEmpty)
    #expect(world.record().corrections.isEmpty)
  }

  /// E36.
  @Test func `counts a battery that follows its load for what it accepted`() {
    var world = Self.started(2, watts: 8_000)
    let now = World.at("17:00:05")
    let command = world.record().batteries[0].command!
    let id = LongIdentifier("peak.b0.\(command.seq)")!
    let ack = Acknowledgement(
      subject: .command(id), battery: World.battery(0), status: .started, at: now,
      accepted: Power(watts: 1_500))
    let effects = world.tell([.acknowledgement(ack, from: World.gateway(0))], now)
    #expect(effects.answers.last?.commitment?.committed == Power(watts: 5_500))
    let later = Self.keepSaying(&world, "17:00:10", "17:01:30") { $0 == 0 ? 1_500 : 4_000 }
    #expect(later.commands.map(\.watts) == [5_000])
    #expect(world.record().corrections[0].partial == 1)
    #expect(world.record().commitment?.committed == Power(watts: 6_500))
  }

  /// E30; that it is not asked in the first place is in `A fleet table`.
  @Test func `never counts on a battery that lost the grid`() {
    var world = Self.started(2, watts: 6_000)
    var now = World.at("17:00:10")
    var effects: [Effect] = []
    while now <= World.at("17:01:30") {
      effects += Self.say(&world, now) { $0 == 0 ? nil : 3_000 }
      let island = Telemetry(
        battery: World.battery(0), at: now, discharge: Power(watts: 3_000),
        charge: Percent(whole: 80)!, state: .islanded)
      effects += world.tell([.telemetry([island], from: World.gateway(0))], now)
      now = now.adding(seconds: 10)
    }
    #expect(effects.commands.map(\.watts) == [5_000])
    #expect(effects.commands.map(\.battery) == [World.battery(1)])
  }

  @Test func `keeps apart what was promised and what is asked now`() {
    var world = Self.started(5, watts: 20_000)
    _ = Self.keepSaying(&world, "17:00:10", "17:01:30") { $0 == 0 ? nil : 4_000 }
    let part = world.record().batteries[1]
    let at = World.at("17:30")
    #expect(part.promised.power(at: at) == Power(watts: 4_000))
    #expect(part.planned.power(at: at) == Power(watts: 5_000))
    // The silent one still owes what it was promised.
    #expect(world.record().batteries[0].promised.power(at: at) == Power(watts: 4_000))
    #expect(world.record().batteries[0].planned.power(at: at) == Power(watts: 4_000))
  }

  @Test func `asks nobody for more than he was promised when the money is not there`() {
    var world = Self.started(5, watts: 20_000)
    var now = World.at("17:00:10")
    var effects: [Effect] = []
    while now <= World.at("17:02:30") {
      for effect in world.tell([], now) {
        effects.append(effect)
        if case .holdEscrow(let event, let revision) = effect {
          effects += world.tell(
            [.escrowRefused(event, revision: revision, detail: "1.00 missing")], now)
        }
      }
      effects += world.tell((1..<5).map { Self.giving($0, 4_000, now) }, now)
      now = now.adding(seconds: 10)
    }
    #expect(effects.holds.count >= 1)
    #expect(effects.commands.isEmpty)
    #expect(world.record().status == .sustaining)
    #expect(world.record().pendingPlan == nil)
  }

  static func giving(_ row: Int, _ watts: Int64, _ now: Timestamp) -> Input {
    .telemetry(
      [
        Telemetry(
          battery: World.battery(row), at: now, discharge: Power(watts: watts),
          charge: Percent(whole: 80)!, state: .discharging)
      ], from: World.gateway(row))
  }

  @Test func `does nothing while the controller itself hears nobody`() {
    var world = Self.started(5, watts: 20_000)
    _ = Self.keepSaying(&world, "17:00:10", "17:00:50") { _ in 4_000 }
    let away = world.run(until: World.at("17:10:00"))
    #expect(away.commands.isEmpty)
    // The first that is heard again does not have to make up for those that will be.
    let back = Self.say(&world, World.at("17:10:05")) { $0 == 0 ? 4_000 : nil }
    let rest = Self.keepSaying(&world, "17:10:10", "17:12:10") { _ in 4_000 }
    #expect((back + rest).commands.isEmpty)
    #expect(world.record().corrections.isEmpty)
  }

  @Test func `leaves a release alone, in which every battery has its own amount`() {
    var world = World(2, terms: [Self.terms()])
    _ = world.accept(World.signal(), World.at("12:01"))
    _ = world.freshen(World.at("16:55"))
    _ = world.run(until: World.at("17:00"))
    let effects = Self.keepSaying(&world, "17:00:10", "17:05:00") { $0 == 0 ? nil : 1_080 }
    #expect(effects.commands.isEmpty)
  }

  /// E32: the 13th command of an hour; a raised reserve and a cancel pass.
  @Test func `is held back when a gateway had its commands for the hour, and a cancel passes`() {
    let terms = Self.terms(CorrectionTerms(maximumRounds: 100, perGatewayPerHour: 12))
    var world = Self.started(3, watts: 9_000, terms)
    for minute in 1...40 {
      let clock = String("\(100 + minute)".dropFirst())
      let parts = world.record().batteries
      _ = Self.keepSaying(&world, "17:\(clock):00", "17:\(clock):50") { row in
        let asked = parts[row].command?.power.watts ?? 0
        return row == 0 ? (minute.isMultiple(of: 2) ? 3_000 : 0) : asked
      }
    }
    // The dispatch and eleven corrections; the rest was held back and is counted.
    #expect(world.record().batteries[1].command?.seq == 12)
    #expect(world.record().heldBack > 0)
    let raised = world.tell(
      [
        .preference(
          Preference(revision: 1, at: World.at("17:41"), reserve: Percent(whole: 79)!),
          World.battery(1), of: World.gateway(1))
      ], World.at("17:41"))
    #expect(raised.commands.count == 1)
    let effects = world.tell([World.input(World.cancel(revision: 2))], World.at("17:42"))
    // The first was let go when the others could not be told to give less.
    #expect(effects.cancels.map(\.battery) == [World.battery(1), World.battery(2)])
  }

  @Test func `keeps a node's limit although a silent battery below it may still give`() {
    // Three batteries below N (9 kW) and one elsewhere; 10 kW are asked.
    let (root, node) = (NodeID("root")!, NodeID("n")!)
    let tree = try! FeederTree([
      .init(id: root, parent: nil, limit: nil),
      .init(id: node, parent: root, limit: Power(watts: 9_000)),
    ])
    #expect(tree.less([0, 4_000]).limits == [.max, 5_000])
    #expect(tree.less([1_000, 10_000]).limits == [.max, 0])
  }
}
