import Engine
import Grid
import Testing

@Suite struct `A notice` {
  let noon = World.at("12:01")

  @Test func `tells start, end, energy, floor and terms as soon as the money is held`() {
    var world = World(1)
    let notices = world.accept(World.signal(), noon).notices
    let hour = Window(start: World.at("17:00"), end: World.at("18:00"))!
    #expect(
      notices == [
        Notice(
          event: EventID("peak")!, battery: World.battery(0), revision: 1, issuedAt: noon,
          schedule: .init(
            window: hour, level: 2, acknowledgeBy: hour.start, planned: Power(watts: 1_080),
            plannedEnergy: Energy(wattHours: 1_080), floor: Percent(whole: 20)!,
            optOutBy: hour.end, policy: World.policy))
      ])
  }

  @Test func `is sent again after 1, 5 and 15 minutes and then hourly, until ackBy`() {
    var world = World(1)
    let first = world.accept(World.signal(), noon).notices[0]
    var waits: [Int64] = []
    var last = noon
    while let due = world.engine.nextDue, due < World.at("16:55") {
      let notices = world.tell([], due).notices
      #expect(notices == [first])
      waits.append(due.seconds(since: last))
      last = due
    }
    let least: [Int64] = [60, 300, 900, 3_600, 3_600, 3_600]
    #expect(waits.count >= 5)
    for (wait, least) in zip(waits, least) { #expect((least...least * 6 / 5).contains(wait)) }
    #expect(world.run(until: World.at("17:00")).notices.isEmpty)
    #expect(world.record().batteries[0].unnotified)
  }

  @Test func `that is acknowledged in time is never sent again and is proof`() {
    var world = World(1)
    _ = world.accept(World.signal(), noon)
    let ack = World.ack(notice: "peak.b0.n1", row: 0, .received, at: World.at("12:02"))
    _ = world.tell([ack], World.at("12:02"))
    #expect(world.run(until: World.at("17:00")).notices.isEmpty)
    let notice = world.record().batteries[0].notice
    #expect(notice?.acknowledgedAt == World.at("12:02"))
    #expect(!world.record().batteries[0].unnotified)

    let seen = World.ack(notice: "peak.b0.n1", row: 0, .userAcknowledged, at: World.at("17:05"))
    _ = world.tell([seen], World.at("17:06"))
    #expect(world.record().batteries[0].notice?.userAcknowledgedAt == World.at("17:05"))
    #expect(world.record().batteries[0].notice?.acknowledgedAt == World.at("12:02"))
  }

  @Test func `that is acknowledged too late is no proof`() {
    var world = World(1)
    _ = world.accept(World.signal(), noon)
    _ = world.run(until: World.at("17:00"))
    let ack = World.ack(notice: "peak.b0.n1", row: 0, .received, at: World.at("17:01"))
    _ = world.tell([ack], World.at("17:01"))
    #expect(world.record().batteries[0].unnotified)
  }

  @Test func `that was acknowledged in time is proof, though the answer waited at the broker`() {
    var world = World(1)
    _ = world.accept(World.signal(), noon)
    _ = world.run(until: World.at("17:00"))
    let ack = World.ack(notice: "peak.b0.n1", row: 0, .received, at: World.at("12:01"))
    _ = world.tell([ack], World.at("17:01"))
    #expect(!world.record().batteries[0].unnotified)
    #expect(world.record().batteries[0].notice?.acknowledgedAt == World.at("17:01"))
  }

  @Test func `that is refused is not sent again and is no proof`() {
    var world = World(1)
    _ = world.accept(World.signal(), noon)
    let ack = World.ack(notice: "peak.b0.n1", row: 0, .rejectedInvalid, at: World.at("12:02"))
    _ = world.tell([ack], World.at("12:02"))
    #expect(world.run(until: World.at("17:00")).notices.isEmpty)
    #expect(world.record().batteries[0].unnotified)
  }

  @Test func `of an event that begins at once cannot be proof`() {
    var world = World(1)
    _ = world.accept(World.signal(from: World.at("11:50"), to: World.at("12:50")), noon)
    #expect(world.record().batteries[0].unnotified)
  }

  @Test func `goes also to a battery that was heard only before the start`() {
    var world = World(2)
    _ = world.tell([.description(nil, World.battery(1), of: World.gateway(1))], noon)
    #expect(world.accept(World.signal(), noon).notices.count == 1)
    let back = Input.description(
      World.description(at: World.at("16:00")), World.battery(1), of: World.gateway(1))
    _ = world.run(until: World.at("16:00"))
    _ = world.tell([back], World.at("16:00"))
    _ = world.freshen(World.at("16:55"))
    let effects = world.run(until: World.at("16:55"))
    #expect(effects.commands.count == 2)
    #expect(effects.notices.map(\.id.text) == ["peak.b1.n1"])
    #expect(world.record().batteries[1].promised.pieces.isEmpty)
  }

  @Test func `with an unknown id is rejected`() {
    var world = World(2)
    _ = world.accept(World.signal(), noon)
    let wrong = [
      World.ack(notice: "peak.b0.n9", row: 0, .received, at: noon),
      World.ack(notice: "peak.b1.n1", row: 0, .received, at: noon),
      World.ack(notice: "other.b0.n1", row: 0, .received, at: noon),
      World.ack(notice: "peak.b0", row: 0, .received, at: noon),
    ]
    #expect(world.tell(wrong, noon).rejections == Array(repeating: .unknownId, count: 4))
  }
}
