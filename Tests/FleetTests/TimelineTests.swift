import Fleet
import Grid
import Testing
import Wire

@Suite struct `A battery's timeline` {
  @Test(arguments: [true, false])
  func `is cut where a newer command begins, whatever came first`(isInOrder: Bool) throws {
    var world = FleetWorld()
    let older = FleetWorld.discharge(seq: 42, watts: 1_000)
    let newer = FleetWorld.discharge(seq: 43, watts: 2_000, from: "17:20", to: "17:45")
    for command in isInOrder ? [older, newer] : [newer, older] { world.send(command, at: "16:50") }
    world.run(to: "18:00")
    #expect(
      world.answers(to: 42).map(\.step) == [
        "received 16:50:00", "started 17:00:00", "superseded 17:20:00",
      ])
    #expect(
      world.answers(to: 43).map(\.step) == [
        "received 16:50:00", "started 17:20:00", "completed 17:45:00",
      ])
    let cut = try #require(world.answers(to: 42).last)
    #expect(cut.lastSeq == 43)
    #expect(cut.delivered == Energy(wattHours: 333))
    // 20 min of 1 kW, then 25 min of 2 kW, and nothing resumes.
    #expect(world.delivered() == 1_000 * 1_200 + 2_000 * 1_500)
  }

  @Test func `ends a running command only where the newer one begins`() {
    var world = FleetWorld()
    world.send(FleetWorld.discharge(seq: 42), at: "16:50")
    // It arrives within its window: the device cannot act in the past.
    let answers = world.send(FleetWorld.discharge(seq: 43, watts: 540, from: "17:20"), at: "17:21")
    #expect(
      answers.map(\.step) == [
        "started 17:00:00", "received 17:21:00", "superseded 17:21:00", "started 17:21:00",
      ])
    var later = FleetWorld()
    later.send(FleetWorld.discharge(seq: 42), at: "16:50")
    #expect(
      later.send(FleetWorld.discharge(seq: 43, from: "17:30"), at: "17:10").map(\.step)
        == ["started 17:00:00", "received 17:10:00"])
    #expect(later.run(to: "17:30").map(\.step) == ["superseded 17:30:00", "started 17:30:00"])
  }

  @Test(arguments: [true, false])
  func `supersedes what is covered from its beginning`(isInOrder: Bool) {
    var world = FleetWorld()
    let older = FleetWorld.discharge(seq: 1, from: "17:10", to: "17:50")
    let newer = FleetWorld.discharge(seq: 2)
    for command in isInOrder ? [older, newer] : [newer, older] { world.send(command, at: "16:50") }
    #expect(world.statuses(1) == (isInOrder ? [.received, .superseded] : [.superseded]))
    #expect(world.answers(to: 1).last?.lastSeq == 2)
    #expect(world.answers(to: 1).last?.delivered == nil)
    world.run(to: "18:00")
    #expect(world.statuses(2).last == .completed)
  }

  @Test func `runs commands that touch one after the other`() {
    var world = FleetWorld()
    world.send(FleetWorld.discharge(seq: 2, watts: 2_000, from: "17:30", to: "18:00"), at: "16:50")
    world.send(FleetWorld.discharge(seq: 1, watts: 1_000, from: "17:00", to: "17:30"), at: "16:50")
    world.run(to: "17:29:59")
    #expect(
      world.run(to: "17:30").filter { $0.status != .received }.map(\.step) == [
        "completed 17:30:00", "started 17:30:00",
      ])
    world.run(to: "18:00")
    #expect(world.delivered() == 1_800 * 3_000)
  }

  @Test func `never resumes what was cut, even if the newer one is cancelled`() {
    var world = FleetWorld()
    world.send(FleetWorld.discharge(seq: 1, event: "other"), at: "16:50")
    world.send(FleetWorld.discharge(seq: 2, from: "17:20"), at: "16:51")
    #expect(
      world.send(FleetWorld.cancel(seq: 3, from: "16:52"), at: "16:52").map(\.step) == [
        "received 16:52:00", "cancelled 16:52:00", "completed 16:52:00",
      ])
    world.run(to: "18:00")
    #expect(world.answers(to: 1).last?.step == "superseded 17:20:00")
    #expect(world.delivered() == 1_080 * 1_200)
  }

  @Test func `is ended by a cancel at once, and what was given stands`() throws {
    var world = FleetWorld()
    world.send(FleetWorld.discharge(seq: 1), at: "16:50")
    world.run(to: "17:30")
    let answers = world.send(FleetWorld.cancel(seq: 2, from: "17:30"), at: "17:30")
    #expect(answers.map(\.status) == [.received, .cancelled, .completed])
    #expect(answers[1].delivered == Energy(wattHours: 540))
    #expect(answers[2].charge == answers[1].charge)
    world.run(to: "18:00")
    #expect(world.delivered() == 540 * 3_600)
    #expect(
      world.send(FleetWorld.cancel(seq: 2, from: "17:30"), at: "17:59").map(\.status) == [
        .completed
      ])
    #expect(world.fleet.totals.completed == 0)
  }

  @Test func `is ended by a cancel when it takes effect, not before`() {
    var world = FleetWorld()
    world.send(FleetWorld.discharge(seq: 1), at: "16:50")
    #expect(
      world.send(FleetWorld.cancel(seq: 2, from: "17:15"), at: "16:51").map(\.status) == [.received]
    )
    #expect(
      world.run(to: "17:15").map(\.step).suffix(2) == ["cancelled 17:15:00", "completed 17:15:00"])
    #expect(world.delivered() == 1_080 * 900)
  }

  @Test func `remembers a cancel for a command that comes after it`() {
    var world = FleetWorld()
    #expect(
      world.send(FleetWorld.cancel(seq: 5, from: "16:50"), at: "16:50").map(\.status) == [
        .received, .completed,
      ])
    #expect(world.send(FleetWorld.discharge(seq: 4), at: "16:55").map(\.status) == [.cancelled])
    #expect(
      world.send(FleetWorld.discharge(seq: 6, to: "17:30"), at: "16:56").map(\.status) == [
        .received
      ])
    #expect(
      world.send(
        FleetWorld.discharge(seq: 3, event: "other", from: "18:00", to: "18:30"), at: "16:57"
      ).map(\.status) == [.received])
    #expect(
      world.send(FleetWorld.discharge(seq: 2, event: nil, from: "18:30", to: "19:00"), at: "16:58")
        .map(\.status) == [.received])
    world.run(to: "19:00")
    #expect([3, 4, 6].map { world.statuses($0).last } == [.completed, .cancelled, .completed])
    #expect(world.delivered() == 5_400 * 1_080)
  }

  @Test func `holds nothing back: a hold gives 0 W to its end`() {
    var world = FleetWorld()
    world.send(FleetWorld.discharge(seq: 1, to: "17:30"), at: "16:50")
    world.send(FleetWorld.hold(seq: 2, from: "17:30", to: "17:42"), at: "16:50")
    world.run(to: "18:00")
    #expect(
      world.answers(to: 2).map(\.step) == [
        "received 16:50:00", "started 17:30:00", "completed 17:42:00",
      ])
    #expect(world.answers(to: 2).map(\.accepted) == [nil, .zero, nil])
    #expect(world.answers(to: 2).last?.delivered == .zero)
    #expect(world.delivered() == 1_080 * 1_800)
  }

  @Test func `ends the same however the commands were shuffled`() {
    let commands = [
      FleetWorld.discharge(seq: 1, watts: 500, from: "17:00", to: "18:00"),
      FleetWorld.discharge(seq: 2, watts: 700, from: "17:40", to: "18:10"),
      FleetWorld.discharge(seq: 3, watts: 900, from: "17:10", to: "17:20"),
      FleetWorld.hold(seq: 4, from: "17:50", to: "18:05"),
    ]
    var seen: Set<[String?]> = []
    for order in permutations(Array(commands.indices)) {
      var world = FleetWorld()
      for place in order { world.send(commands[place], at: "16:50") }
      world.run(to: "19:00")
      let ends = (Int64(1)...4).map { seq in
        world.answers(to: seq).last.map { "\($0.step) \($0.delivered?.joules ?? -1)" }
      }
      // The moment at which something is superseded unbegun is that of the message.
      seen.insert(ends + ["\(world.delivered())"])
    }
    let joules = 500 * 600 + 900 * 600 + 700 * 600
    // 500 W for 10 min are 83 Wh, 700 W for 10 min 116 Wh, 900 W for 10 min 150 Wh.
    let expected: [String?] = [
      "superseded 17:10:00 298800", "superseded 17:50:00 417600", "completed 17:20:00 540000",
      "completed 18:05:00 0", "\(joules)",
    ]
    #expect(seen == [expected])
  }

  private func permutations(_ items: [Int]) -> [[Int]] {
    guard !items.isEmpty else { return [[]] }
    return items.flatMap { first in
      permutations(items.filter { $0 != first }).map { [first] + $0 }
    }
  }
}
