import Engine
import Grid
import Testing

@Suite struct `A signal` {
  let noon = World.at("12:01")

  @Test func `that is new is received, planned, funded and committed`() {
    var world = World(2)
    let first = world.tell([World.input(World.signal())], noon)
    #expect(first.statuses == [.received])
    #expect(first.holds == [1])
    #expect(world.record().status == .scheduled)
    #expect(world.record().pendingPlan?.plan.setpointW == [1_080, 1_080])
    #expect(
      world.record().greatestEnergies() == [.init(wattHours: 1_080), .init(wattHours: 1_080)])

    let second = world.tell([.escrowHeld(EventID("peak")!, revision: 1)], noon)
    #expect(second.statuses == [.committed])
    #expect(
      second.answers[0].commitment
        == .init(
          requested: Power(watts: 2_160), committed: Power(watts: 2_160), batteries: 2, skipped: 0))
    #expect(second.notices.map(\.id.text) == ["peak.b0.n1", "peak.b1.n1"])
    #expect(world.record().status == .notified)
    #expect(world.record().policy == World.policy)
  }

  /// E8.
  @Test func `that comes twice is answered with the present status and nothing else`() {
    var world = World()
    let received = world.tell([World.input(World.signal())], noon)
    #expect(world.tell([World.input(World.signal())], World.at("12:02")).first == received.first)
    let committed = world.tell([.escrowHeld(EventID("peak")!, revision: 1)], World.at("12:03"))
    let again = world.tell([World.input(World.signal())], World.at("12:04"))
    #expect(again == [committed[0]])
  }

  @Test func `of the same revision with other bytes is a conflict, and the stored one stands`() {
    var world = World()
    _ = world.accept(World.signal(), noon)
    let effects = world.tell([World.input(World.signal(), bytes: 2)], noon)
    #expect(effects.count == 1)
    #expect(effects.answers[0].status == .rejectedInvalid)
    #expect(effects.answers[0].rejection?.code == .revisionConflict)
    #expect(world.record().status == .notified)
  }

  /// E8.
  @Test func `of a lower revision is superseded by the stored one`() {
    var world = World()
    _ = world.accept(World.signal(revision: 3), noon)
    let effects = world.tell([World.input(World.signal(revision: 2))], noon)
    #expect(effects.count == 1)
    #expect(effects.answers[0].status == .superseded)
    #expect(effects.answers[0].revision == 3)
  }

  @Test func `that is over is past, and its id stays free`() {
    var world = World()
    let late = World.signal(from: World.at("10:00"), to: World.at("11:00"))
    let effects = world.tell([World.input(late)], noon)
    #expect(effects.statuses == [.rejectedLate])
    #expect(effects.answers[0].rejection?.code == .past)
    #expect(world.engine.event(EventID("peak")!) == nil)
  }

  @Test func `of a cancel that nothing preceded leaves a tombstone`() {
    var world = World()
    #expect(world.tell([World.input(World.cancel(revision: 2))], noon).statuses == [.cancelled])
    #expect(world.record().status == .cancelled)
    let lower = world.tell([World.input(World.signal(revision: 1))], noon)
    #expect(lower.statuses == [.superseded])
    let same = world.tell([World.input(World.cancel(revision: 2))], noon)
    #expect(same.statuses == [.cancelled])
    let other = world.tell([World.input(World.signal(revision: 2), bytes: 9)], noon)
    #expect(other.answers[0].rejection?.code == .revisionConflict)
    let higher = world.tell([World.input(World.signal(revision: 3))], noon)
    #expect(higher.answers[0].rejection?.code == .alreadyCancelled)
    #expect(higher.statuses == [.rejectedInvalid])
  }

  @Test func `with another utility's id is turned away`() {
    let other = UtilityID("other")!
    var world = World(terms: [World.terms { $0.signals.from.insert(other) }])
    _ = world.accept(World.signal(), noon)
    let effects = world.tell([World.input(World.signal(revision: 2), from: other)], noon)
    #expect(effects.answers[0].rejection?.code == .idTaken)
    #expect(world.record().revisions.count == 1)
  }

  @Test func `for an unknown target is refused whole`() {
    var world = World()
    let targets = [NodeID("root")!, NodeID("feeder-9")!]
    let effects = world.tell([World.input(World.signal(targets: targets))], noon)
    #expect(effects.statuses == [.rejectedParameter])
    #expect(effects.answers[0].rejection?.code == .unknownTarget)
    #expect(effects.answers[0].rejection?.found == "feeder-9")
  }

  @Test func `of level 0 with a request contradicts itself`() {
    var world = World()
    let effects = world.tell([World.input(World.signal(level: 0))], noon)
    #expect(effects.answers[0].rejection?.code == .contradictory)
  }

  @Test func `must be signed where the policy says so`() {
    var world = World(terms: [World.terms { $0.signals.signatureRequired = true }])
    #expect(world.tell([World.input(World.signal())], noon).rejections == [.unsigned])
    #expect(
      world.tell([World.input(World.cancel(revision: 1))], noon).rejections == [.unsigned])
    #expect(
      world.tell([World.input(World.signal(), signed: true)], noon).statuses == [.received])
    #expect(
      world.tell([World.input(World.cancel(revision: 2))], noon).rejections == [.unsigned])
  }

  @Test func `names its programme when its issuer has several`() {
    let other = ProgrammeID("winter")!
    var world = World(terms: [World.terms(), World.terms { $0.programme = other }])
    let none = world.tell([World.input(World.signal())], noon)
    #expect(none.answers[0].rejection?.code == .missingField)
    let wrong = world.tell(
      [World.input(World.signal(programme: ProgrammeID("x")!))], noon)
    #expect(wrong.answers[0].rejection?.code == .unknownId)
    let right = world.tell([World.input(World.signal(programme: other))], noon)
    #expect(right.statuses == [.received])
    #expect(world.record().terms?.programme == other)
    let moved = world.tell(
      [World.input(World.signal(revision: 2, programme: World.programme))], noon)
    #expect(moved.answers[0].rejection?.code == .badField)
  }

  @Test func `from a stranger is refused and takes no id`() {
    var world = World()
    let effects = world.tell([World.input(World.signal(), from: UtilityID("x")!)], noon)
    #expect(effects.answers[0].rejection?.field == "issuerNotListed")
    #expect(world.engine.events.isEmpty)
  }

  @Test func `without money is refused, and taken when it comes again funded`() {
    var world = World()
    _ = world.tell([World.input(World.signal())], noon)
    let refused = world.tell(
      [.escrowRefused(EventID("peak")!, revision: 1, detail: "35000.00 missing")], noon)
    #expect(refused.statuses == [.rejectedParameter])
    #expect(refused.answers[0].rejection?.code == .underfunded)
    #expect(world.record().status == .refused)
    let again = world.accept(World.signal(), World.at("12:05"))
    #expect(again.statuses == [.received, .committed])
    _ = world.freshen(World.at("16:55"))
    #expect(world.run(until: World.at("17:00")).commands.count == 2)
  }

  @Test func `whose money never comes ends refused`() {
    var world = World()
    _ = world.tell([World.input(World.signal())], noon)
    let effects = world.tell([], World.at("18:00"))
    #expect(effects.statuses == [.rejectedLate])
    #expect(world.record().status == .refused)
    #expect(world.engine.nextDue == nil)
  }

  @Test func `for a target that cannot be held is refused where the policy says so`() {
    var world = World(terms: [World.terms { $0.target.refusesShortfall = true }])
    let request = ReductionRequest.power(Power(watts: 20_000))
    let effects = world.tell([World.input(World.signal(request: request))], noon)
    #expect(effects.statuses == [.received, .rejectedParameter])
    #expect(effects.answers[1].rejection?.field == "cannotHold")
    #expect(effects.answers[1].rejection?.allowed == "10000 W")
    #expect(effects.holds.isEmpty)
  }

  @Test func `does not cancel another with another id, and a battery serves one event at a time`() {
    var world = World()
    _ = world.accept(World.signal("a"), noon)
    let second = world.accept(
      World.signal("b", from: World.at("17:30"), to: World.at("18:30")), noon)
    #expect(second.answers.last?.commitment?.committed == .zero)
    #expect(world.record("b").batteries[0].skip == .busy)
    #expect(world.record("a").status == .notified)
    let third = world.accept(
      World.signal("c", from: World.at("18:00"), to: World.at("18:30")), noon)
    #expect(third.answers.last?.commitment?.batteries == 2)
  }
}
