import Engine
import Grid
import Testing

@Suite struct `A revision` {
  static let watts = ReductionRequest.power(Power(watts: 20_000))

  /// Four batteries at 5,000 W from 17:00 to 18:00, it is 17:20.
  static func moving(_ terms: DispatchTerms = World.terms()) -> World {
    var world = World(4, terms: [terms])
    _ = world.accept(World.signal(request: watts), World.at("12:01"))
    _ = world.freshen(World.at("16:55"))
    let commands = world.run(until: World.at("16:55")).commands
    precondition(commands.map(\.watts) == [5_000, 5_000, 5_000, 5_000])
    for command in commands {
      _ = world.tell([World.ack(command, .received, at: World.at("16:56"))], World.at("16:56"))
    }
    _ = world.freshen(World.at("17:20"))
    _ = world.run(until: World.at("17:20"))
    return world
  }

  @Test func `in the event brings new commands in the same cycle, with higher seq`() {
    var world = Self.moving()
    let now = World.at("17:20")
    let request = ReductionRequest.power(Power(watts: 15_000))
    let effects = world.accept(World.signal(revision: 2, request: request), now)
    #expect(effects.statuses == [.received, .committed])
    #expect(effects.commands.map(\.watts) == [3_750, 3_750, 3_750, 3_750])
    #expect(effects.commands.allSatisfy { $0.seq == 2 })
    #expect(effects.commands[0].window == Window(start: now, end: World.at("18:00")))
    #expect(effects.notices.isEmpty)
    #expect(effects.answers[1].commitment?.committed == Power(watts: 15_000))
    let part = world.record().batteries[0]
    let pieces = [
      CommittedPower.Piece(
        window: Window(start: World.at("17:00"), end: now)!, power: Power(watts: 5_000)),
      CommittedPower.Piece(
        window: Window(start: now, end: World.at("18:00"))!, power: Power(watts: 3_750)),
    ]
    #expect(part.planned.pieces == pieces)
    #expect(part.promised.pieces == pieces)
  }

  @Test func `may shorten the event, and moves its end`() {
    var world = Self.moving()
    let shorter = World.signal(revision: 2, to: World.at("17:45"), request: Self.watts)
    let effects = world.accept(shorter, World.at("17:20"))
    #expect(effects.commands.allSatisfy { $0.window.end == World.at("17:45") })
    let now = World.at("17:20")
    _ = world.tell(effects.commands.map { World.ack($0, .received, at: now) }, now)
    #expect(world.run(until: World.at("17:45")).statuses == [.completed])
    #expect(world.run(until: World.at("18:05")).settles.count == 1)
  }

  @Test func `in the event keeps the start`() {
    var world = Self.moving()
    let moved = World.signal(
      revision: 2, from: World.at("17:30"), to: World.at("18:30"), request: Self.watts)
    let effects = world.tell([World.input(moved)], World.at("17:20"))
    #expect(effects.answers[0].rejection?.code == .badField)
    #expect(effects.answers[0].rejection?.field == "startsAt")
    #expect(effects.answers[0].revision == 1)
  }

  @Test func `whose money is not held leaves the stored one in force`() {
    var world = Self.moving()
    let before = world.record().batteries
    _ = world.tell([World.input(World.signal(revision: 2, request: Self.watts))], World.at("17:20"))
    let effects = world.tell(
      [.escrowRefused(EventID("peak")!, revision: 2, detail: "much")], World.at("17:20"))
    #expect(effects.answers[0].rejection?.code == .underfunded)
    #expect(effects.answers[0].revision == 2)
    #expect(effects.commands.isEmpty)
    #expect(world.record().batteries == before)
    #expect(world.record().revision?.signal.revision == 1)
    let same = world.tell([World.input(World.signal(request: Self.watts))], World.at("17:21"))
    #expect(same.statuses == [.started])
  }

  @Test func `before the start brings revised notices and takes back others`() {
    var world = World(3)
    _ = world.accept(World.signal(), World.at("12:01"))
    let away = Preference(revision: 1, at: World.at("12:02"), optOutFrom: World.at("16:00"))
    _ = world.tell(
      [.preference(away, World.battery(2), of: World.gateway(2))], World.at("12:02"))
    _ = world.tell(world.reports(at: World.at("12:03")), World.at("12:03"))
    let effects = world.accept(
      World.signal(revision: 2, to: World.at("19:00")), World.at("12:03"))
    #expect(effects.notices.map(\.id.text) == ["peak.b0.n2", "peak.b1.n2", "peak.b2.n2"])
    #expect(effects.notices[0].schedule?.window.end == World.at("19:00"))
    #expect(effects.notices[2].schedule == nil)
    let old = World.ack(notice: "peak.b0.n1", row: 0, .superseded, at: World.at("12:04"))
    _ = world.tell([old], World.at("12:04"))
    #expect(world.record().batteries[0].notice?.acknowledgedAt == nil)
  }

  @Test func `that moves a start later ends the commands that are out`() {
    var (world, commands) = `A command`.commanded()
    let now = World.at("16:56")
    let later = World.signal(revision: 2, from: World.at("17:30"), to: World.at("18:30"))
    let effects = world.accept(later, now)
    #expect(effects.cancels.map(\.seq) == [2])
    #expect(effects.cancels[0].window.end == World.at("18:00"))
    #expect(effects.commands.count == 1)
    _ = world.tell([World.ack(commands[0], .cancelled, at: now)], now)
    _ = world.freshen(World.at("17:25"))
    #expect(world.run(until: World.at("17:25")).commands.map(\.seq) == [3])
    #expect(world.run(until: World.at("17:30")).statuses == [.started])
  }

  @Test func `is taken only as long as the policy says`() {
    var never = World(1, terms: [World.terms { $0.signals.revise = .never }])
    _ = never.accept(World.signal(), World.at("12:01"))
    let refused = never.tell([World.input(World.signal(revision: 2))], World.at("12:02"))
    #expect(refused.answers[0].rejection?.field == "reviseNotAllowed")

    var world = Self.moving(World.terms { $0.signals.revise = .untilStart })
    let late = World.signal(revision: 2, request: Self.watts)
    let effects = world.tell([World.input(late)], World.at("17:20"))
    #expect(effects.answers[0].rejection?.field == "reviseNotAllowed")
  }

  @Test func `of an event that is over is past`() {
    var world = Self.moving()
    _ = world.run(until: World.at("18:10"))
    let late = World.signal(revision: 2, to: World.at("19:00"), request: Self.watts)
    let effects = world.tell([World.input(late)], World.at("18:10"))
    #expect(effects.answers[0].rejection?.code == .past)
  }

  @Test func `of a revision that waits for its money takes its place`() {
    var world = World(1)
    _ = world.tell([World.input(World.signal())], World.at("12:01"))
    let second = world.tell(
      [World.input(World.signal(revision: 2, to: World.at("19:00")))], World.at("12:02"))
    #expect(second.holds == [2])
    #expect(world.tell([.escrowHeld(EventID("peak")!, revision: 1)], World.at("12:02")) == [])
    let held = world.tell([.escrowHeld(EventID("peak")!, revision: 2)], World.at("12:02"))
    #expect(held.statuses == [.committed])
    #expect(world.record().window?.end == World.at("19:00"))
    #expect(world.run(until: World.at("18:30")).statuses.contains(.completed) == false)
  }
}

@Suite struct `A cancel` {
  @Test func `in the event releases each commanded battery in the same cycle`() {
    var world = `A revision`.moving()
    let now = World.at("17:30")
    _ = world.run(until: now)
    let effects = world.tell([World.input(World.cancel(revision: 3))], now)
    #expect(effects.cancels.map(\.battery) == (0..<4).map(World.battery))
    #expect(effects.commands.count == 4)
    let window = Window(start: now, end: World.at("18:00"))!
    #expect(effects.cancels[0].window == window)
    #expect(effects.cancels[0].notAfter == window.end)
    #expect(effects.cancels[0].rampSeconds == 60)
    #expect(effects.notices.map(\.id.text) == (0..<4).map { "peak.b\($0).n3" })
    #expect(effects.notices.allSatisfy { $0.schedule == nil })
    #expect(effects.statuses == [.cancelled])
    #expect(effects.answers[0].revision == 3)
    #expect(effects.answers[0].commitment?.committed == .zero)
    let whole = Window(start: World.at("17:00"), end: World.at("18:00"))!
    #expect(
      world.record().batteries[0].planned.energy(in: whole) == Energy(wattHours: 2_500),
      "half an hour at 5 kW, and nothing after it")

    let acks = effects.cancels.dropLast().map { World.ack($0, .completed, at: now) }
    _ = world.tell(Array(acks), now)
    let rest = world.run(until: World.at("19:00"))
    #expect(rest.settles.count == 1)
    #expect(rest.alarms == 1, "one cancel was never answered")
    #expect(rest.resent.allSatisfy { $0 == effects.cancels[3] })
    #expect(!rest.resent.isEmpty)
    #expect(rest.statuses.isEmpty)
    #expect(world.record().status == .cancelled)
    #expect(world.record().endedAt == now)
  }

  @Test func `before the start takes everything back and settles nothing`() {
    var world = World(2)
    _ = world.accept(World.signal(), World.at("12:01"))
    let effects = world.tell([World.input(World.cancel(revision: 2))], World.at("12:02"))
    #expect(effects.notices.count == 2)
    #expect(effects.commands.isEmpty)
    let rest = world.run(until: World.at("19:00"))
    #expect(rest == [])
    #expect(world.record().batteries[0].takesPart == false)
  }

  @Test func `is taken only as long as the policy says`() {
    var world = `A revision`.moving(World.terms { $0.signals.cancel = .untilStart })
    let effects = world.tell([World.input(World.cancel(revision: 2))], World.at("17:30"))
    #expect(effects.answers[0].rejection?.field == "cancelNotAllowed")
    #expect(world.record().status == .sustaining)
  }

  @Test func `of an event that is over is past`() {
    var world = `A revision`.moving()
    _ = world.run(until: World.at("18:00"))
    let effects = world.tell([World.input(World.cancel(revision: 2))], World.at("18:00:30"))
    #expect(effects.answers[0].rejection?.code == .past)
    #expect(world.run(until: World.at("18:05")).settles.count == 1)
  }

  @Test func `drops a revision that waits for its money`() {
    var world = World(1)
    _ = world.tell([World.input(World.signal())], World.at("12:01"))
    #expect(
      world.tell([World.input(World.cancel(revision: 2))], World.at("12:02")).statuses
        == [.cancelled])
    #expect(world.tell([.escrowHeld(EventID("peak")!, revision: 1)], World.at("12:03")) == [])
    #expect(world.run(until: World.at("19:00")) == [])
  }
}
