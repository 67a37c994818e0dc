import Engine
import Grid
import Testing

/// C8, the second half: the clock is off by more than 5 s; no dispatch, an alarm.
@Suite struct `A controller whose clock is off` {
  private static let off = Input.clockOff(milliseconds: 9_800, gateways: 40)
  private static let right = Input.clockOff(milliseconds: nil, gateways: 0)

  @Test func `says so once, and refuses new signals until it is right again`() throws {
    var world = World(2)
    let now = World.at("12:01")
    #expect(
      world.tell([Self.off], now) == [
        .alarm(
          "the clock is 9.8 s behind the median of 40 gateways: nothing new is dispatched until it"
            + " is right")
      ])
    #expect(world.tell([.clockOff(milliseconds: 9_900, gateways: 41)], now) == [])
    let refused = try #require(world.accept(World.signal(), now).answers.last)
    #expect(refused.status == .rejectedParameter)
    #expect(
      refused.rejection
        == Rejection(
          .refusedByPolicy, field: "clockOff",
          found: "the controller's clock 9.9 s behind the median of 41 gateways",
          allowed: "within 5 s; send it again when the alarm is over"))
    #expect(world.tell([Self.right], now) == [.alarm("the clock is right again")])
    #expect(world.tell([Self.right], now) == [])
    #expect(world.accept(World.signal(), now).statuses == [.received, .committed])
  }

  @Test func `keeps an accepted event back, and dispatches what is left of it`() {
    var world = World(2)
    _ = world.accept(World.signal(), World.at("12:01"))
    _ = world.tell([.clockOff(milliseconds: -6_000, gateways: 3)], World.at("16:00"))
    _ = world.freshen(World.at("17:10"))
    let kept = world.run(until: World.at("17:10"))
    #expect(kept.commands.isEmpty)
    #expect(world.record().status == .notified)
    // It joins late: what is left of the hour, with all of its energy.
    let effects = world.hold(world.tell([Self.right], World.at("17:10")), World.at("17:10"))
    #expect(effects.commands.map(\.window.start) == [World.at("17:10"), World.at("17:10")])
    #expect(effects.commands.allSatisfy { $0.window.end == World.at("18:00") })
    #expect(world.record().status == .sustaining)
  }

  @Test func `says of each event that waits that it does, once`() {
    var world = World(2)
    _ = world.accept(World.signal(), World.at("12:01"))
    _ = world.tell([Self.off], World.at("16:00"))
    let alarms = world.run(until: World.at("17:30")).filter {
      $0 == .alarm("event peak is not dispatched: the clock is off")
    }
    #expect(alarms.count == 1)
  }

  @Test func `goes on with what runs, and takes a cancel`() {
    var world = World(2)
    _ = world.accept(World.signal(), World.at("12:01"))
    _ = world.freshen(World.at("16:55"))
    #expect(world.run(until: World.at("17:00")).commands.count == 2)
    _ = world.tell([Self.off], World.at("17:10"))
    let effects = world.accept(World.cancel(revision: 2), World.at("17:20"))
    #expect(effects.statuses == [.cancelled])
    #expect(effects.cancels.count == 2)
  }
}
