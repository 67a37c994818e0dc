import Grid
import Testing

@testable import Engine

/// `dispatch.ramp.fleetKWPerMinute`: ten batteries of 1,080 W, 2.16 kW a minute, 36 W a second.
@Suite struct `A fleet with a slope` {
  static let terms = World.terms {
    $0.rampSeconds = 0
    $0.slopePerMinute = Power(watts: 2_160)
  }
  static let start = World.at("17:00")
  static let end = World.at("18:00")

  /// What all are asked for at a moment, in watts.
  static func sum(_ world: World, _ moment: Timestamp, promised: Bool = false) -> Int64 {
    world.record().batteries.reduce(0) {
      $0 + (promised ? $1.promised : $1.planned).power(at: moment).watts
    }
  }

  static func accepted(
    _ signal: GridSignal = World.signal()
  ) -> (world: World, effects: [Effect]) {
    var world = World(10, terms: [terms])
    let effects = world.accept(signal, World.at("12:01"))
    return (world, effects)
  }

  @Test func `begins one after the other, and who begins last ends first`() {
    let (world, effects) = Self.accepted()
    // 1,080 W every 30 s.
    let steps = (1...10).map { Int64($0) * 30 }
    let pieces = world.record().batteries.map(\.promised.pieces)
    #expect(pieces.allSatisfy { $0.count == 1 })
    let windows = pieces.map { $0[0].window }
    #expect(windows.map { $0.start.seconds(since: Self.start) }.sorted() == steps)
    #expect(
      windows.allSatisfy {
        $0.start.seconds(since: Self.start) == Self.end.seconds(since: $0.end)
      })
    for second in stride(from: Int64(0), through: 3_600, by: 1) {
      let sum = Self.sum(world, Self.start.adding(seconds: second))
      #expect(sum <= 36 * second && sum <= 36 * (3_600 - second))
    }
    #expect(Self.sum(world, World.at("17:05")) == 10_800)
    #expect(Self.sum(world, World.at("17:54:59")) == 10_800)
    #expect(world.record().commitment?.committed == Power(watts: 10_800))
    // Each is told its own time: 1,080 W for 59 to 50 minutes.
    let told = effects.notices.compactMap { $0.schedule?.plannedEnergy?.wattHoursRoundedDown }
    #expect(told.sorted() == [900, 918, 936, 954, 972, 990, 1_008, 1_026, 1_044, 1_062])
  }

  @Test func `is commanded and owed so`() {
    var (world, _) = Self.accepted()
    _ = world.freshen(World.at("16:55"))
    let commands = world.run(until: Self.start).commands
    let windows = Dictionary(uniqueKeysWithValues: commands.map { ($0.battery, $0.window) })
    #expect(windows.count == 10)
    for part in world.record().batteries {
      #expect(part.planned.pieces.map(\.window) == [windows[part.battery]])
      #expect(part.promised == part.planned)
    }
    for command in commands {
      guard case .discharge(_, let limit, _) = command.action else { continue }
      #expect(limit == Energy(wattHours: 1_080 * command.window.seconds / 3_600))
    }
    #expect(world.record().status == .ramping)
    _ = world.run(until: World.at("17:04:59"))
    #expect(world.record().status == .ramping)
    _ = world.run(until: World.at("17:05"))
    #expect(world.record().status == .sustaining)
  }

  @Test func `never rises above what its time allows`() {
    // Two minutes: up for one, down for one; 36 W/s reach 2,160 W at the most.
    let target = World.signal(to: World.at("17:02"), request: .power(Power(watts: 10_800)))
    let (world, _) = Self.accepted(target)
    #expect(world.record().commitment?.committed == Power(watts: 1_080))
    let window = Window(start: Self.start, end: World.at("17:02"))!
    let owed = world.record().batteries.map { $0.promised.energy(in: window).joules }
    #expect(owed.sorted() == [0, 0, 0, 0, 0, 0, 0, 0, 0, 1_080 * 60])
    #expect(world.record().batteries.count { $0.holding > .zero } == 1)
  }

  /// In the event, from 10 % to 5 % and then to 20 %.
  @Test(arguments: [(5, 5_400), (20, 21_600)] as [(Int32, Int64)])
  func `steps a revision, too`(_ percent: Int32, _ watts: Int64) {
    var (world, _) = Self.accepted()
    _ = world.freshen(World.at("16:55"))
    _ = world.run(until: Self.start)
    let now = World.at("17:20")
    _ = world.freshen(now)
    let revised = World.signal(
      revision: 2, request: .release(Percent(whole: percent)!, of: .storedEnergy))
    let effects = world.accept(revised, now)
    #expect(effects.commands.count == 10)
    // 2,400 s are left, and the release is spread over them: 0.54 kWh are 810 W, 2.16 kWh 3,240 W.
    let target = watts / 5_400 * 8_100
    var before = Self.sum(world, World.at("17:19:59"))
    #expect(before == 10_800)
    for second in Int64(0)...2_400 {
      let sum = Self.sum(world, now.adding(seconds: second))
      #expect(abs(sum - 10_800) <= 36 * second && sum <= 36 * (2_400 - second))
      before = max(before, sum)
    }
    #expect(Self.sum(world, now.adding(seconds: 700)) == target)
    for command in effects.commands {
      #expect(command.window.start > now && command.window.end < Self.end)
    }
  }

  /// Revised while it rises, and again while it steps down: to 5 % at 17:01, to `percent` at 17:02.
  @Test(arguments: [3, 8] as [Int32])
  func `is told what is written down, when it is revised before all have stepped`(
    _ percent: Int32
  ) {
    var (world, effects) = Self.accepted()
    effects += world.freshen(World.at("16:55"))
    effects += world.run(until: Self.start)
    for (revision, clock, percent) in [(Int64(2), "17:01", 5 as Int32), (3, "17:02", percent)] {
      effects += world.freshen(World.at(clock))
      let revised = World.signal(
        revision: revision, request: .release(Percent(whole: percent)!, of: .storedEnergy))
      effects += world.accept(revised, World.at(clock))
    }
    effects += world.run(until: Self.end)
    let gateways = (0..<10).map { IdealGateway(effects, row: $0) }
    var before = Int64(0)
    for second in Int64(0)..<3_600 {
      let moment = Self.start.adding(seconds: second)
      var sum = Int64(0)
      for (row, part) in world.record().batteries.enumerated() {
        let given = gateways[row].watts(at: moment)
        #expect(given == part.planned.power(at: moment).watts, "\(part.battery) at \(moment)")
        #expect(given == part.promised.power(at: moment).watts)
        sum += given
      }
      // 36 W a second; a step is one battery at a time.
      #expect(abs(sum - before) <= 1_080 && sum <= 36 * (3_600 - second))
      before = sum
    }
  }

  @Test func `has let everybody go by an end that comes too soon for the slope`() {
    var (world, effects) = Self.accepted()
    effects += world.freshen(World.at("16:55"))
    effects += world.run(until: Self.start)
    effects += world.freshen(World.at("17:20"))
    effects += world.accept(World.signal(revision: 2, to: World.at("17:22")), World.at("17:20"))
    effects += world.run(until: World.at("18:10"))
    // 10,800 W need 300 s; in 120 s four of 1,080 W go one after the other, the rest at the end.
    let sums = ["17:20", "17:20:30", "17:21:59", "17:22", "17:25"].map { clock in
      (0..<10).reduce(0) { $0 + IdealGateway(effects, row: $1).watts(at: World.at(clock)) }
    }
    #expect(sums == [10_800, 9_720, 7_560, 0, 0])
    #expect(Self.sum(world, World.at("17:21:59")) == 7_560)
    #expect(Self.sum(world, World.at("17:22")) == 0)
  }

  @Test func `lets go at once when it is cancelled`() {
    var (world, _) = Self.accepted()
    _ = world.freshen(World.at("16:55"))
    _ = world.run(until: Self.start)
    let now = World.at("17:20")
    _ = world.run(until: now)
    let cancels = world.tell([World.input(World.cancel(revision: 2))], now).cancels
    #expect(cancels.count == 10 && cancels.allSatisfy { $0.window.start == now })
    #expect(Self.sum(world, now) == 0)
  }
}
