import Engine
import Grid
import Testing

/// `events.overlap: refuse`.
@Suite struct `A programme without events at the same time` {
  static let terms = World.terms { $0.events.overlap = .refuse }
  let noon = World.at("12:01")

  static func signal(
    _ id: String, _ from: String, _ to: String, revision: Int64 = 1,
    programme: ProgrammeID? = nil, isTest: Bool = false
  ) -> GridSignal {
    World.signal(
      id, revision: revision, from: World.at(from), to: World.at(to), programme: programme,
      isTest: isTest)
  }

  static func rule(_ effects: [Effect]) -> String? { effects.answers.last?.rejection?.field }

  @Test(
    arguments: [
      ("16:00", "17:00", false), ("16:00", "17:01", true), ("17:15", "17:45", true),
      ("16:00", "19:00", true), ("17:59", "19:00", true), ("18:00", "19:00", false),
    ])
  func `refuses one that shares time, and takes one that touches`(
    _ from: String, _ to: String, _ isRefused: Bool
  ) throws {
    var world = World(1, terms: [Self.terms])
    _ = world.accept(Self.signal("a", "17:00", "18:00"), noon)
    let effects = world.accept(Self.signal("b", from, to), noon)
    #expect(world.record("a").status == .notified)
    guard isRefused else {
      #expect(effects.statuses == [.received, .committed])
      return
    }
    let fault = try #require(effects.answers.last?.rejection)
    #expect(effects.statuses == [.rejectedParameter])
    #expect(fault.code == .refusedByPolicy)
    #expect(fault.field == "overlap")
    #expect(fault.found == "\(World.at(from)) to \(World.at(to))")
    #expect(
      fault.allowed
        == "no time of the event from 2026-09-15T17:00:00Z to 2026-09-15T18:00:00Z")
    #expect(world.record("b").status == .refused)
    #expect(effects.commands.isEmpty && effects.notices.isEmpty && effects.holds.isEmpty)
  }

  @Test func `takes it where the policy does not name the field, and skips who is busy`() {
    var world = World(1)
    _ = world.accept(Self.signal("a", "17:00", "18:00"), noon)
    #expect(Self.rule(world.accept(Self.signal("b", "17:30", "18:30"), noon)) == nil)
    #expect(world.record("b").plans.last?.plan.skipped == [.busy])
  }

  @Test func `counts the one that waits for its money, and the time that a revision waits for`() {
    var world = World(1, terms: [Self.terms])
    _ = world.tell([World.input(Self.signal("a", "17:00", "18:00"))], noon)
    #expect(Self.rule(world.accept(Self.signal("b", "17:30", "18:30"), noon)) == "overlap")
    _ = world.tell([.escrowHeld(EventID("a")!, revision: 1)], noon)
    _ = world.tell([World.input(Self.signal("a", "17:00", "19:00", revision: 2))], noon)
    #expect(Self.rule(world.accept(Self.signal("c", "18:00", "19:00"), noon)) == "overlap")
    // What is in force still counts as well.
    var shrinking = World(1, terms: [Self.terms])
    _ = shrinking.accept(Self.signal("a", "17:00", "18:00"), noon)
    _ = shrinking.tell([World.input(Self.signal("a", "17:00", "17:30", revision: 2))], noon)
    #expect(Self.rule(shrinking.accept(Self.signal("c", "17:30", "18:30"), noon)) == "overlap")
  }

  @Test func `counts tests, and refuses them`() {
    let terms = World.terms {
      $0.events.overlap = .refuse
      $0.events.testsAllowed = true
    }
    var world = World(1, terms: [terms])
    _ = world.accept(Self.signal("a", "17:00", "18:00", isTest: true), noon)
    #expect(Self.rule(world.accept(Self.signal("b", "17:30", "18:30"), noon)) == "overlap")
    _ = world.accept(Self.signal("c", "19:00", "20:00"), noon)
    let test = Self.signal("d", "19:30", "20:30", isTest: true)
    #expect(Self.rule(world.accept(test, noon)) == "overlap")
  }

  @Test func `judges a revision too, never against itself`() {
    var world = World(1, terms: [Self.terms])
    _ = world.accept(Self.signal("a", "17:00", "18:00"), noon)
    _ = world.accept(Self.signal("b", "18:00", "19:00"), noon)
    #expect(
      Self.rule(world.accept(Self.signal("a", "17:00", "18:30", revision: 2), noon)) == "overlap")
    #expect(world.record("a").content?.window.end == World.at("18:00"))
    #expect(Self.rule(world.accept(Self.signal("a", "16:30", "18:00", revision: 2), noon)) == nil)
  }

  @Test func `takes it once the other one is cancelled, refused or over`() {
    var world = World(1, terms: [Self.terms])
    _ = world.accept(Self.signal("a", "17:00", "18:00"), noon)
    #expect(Self.rule(world.accept(Self.signal("b", "17:30", "18:30"), noon)) == "overlap")
    _ = world.tell([World.input(World.cancel("a", revision: 2))], noon)
    // Neither the cancelled one nor the refused one is in its way.
    #expect(Self.rule(world.accept(Self.signal("c", "17:00", "18:30"), noon)) == nil)
    _ = world.run(until: World.at("18:31"))
    let late = world.accept(Self.signal("d", "18:00", "19:30"), World.at("18:31"))
    #expect(Self.rule(late) == nil)
  }

  @Test func `leaves other programmes alone`() {
    let other = World.terms {
      $0.programme = ProgrammeID("winter-peak")!
      $0.events.overlap = .refuse
    }
    var world = World(1, terms: [Self.terms, other])
    _ = world.accept(Self.signal("a", "17:00", "18:00", programme: World.programme), noon)
    let second = Self.signal("b", "17:30", "18:30", programme: other.programme)
    #expect(Self.rule(world.accept(second, noon)) == nil)
    #expect(world.record("b").plans.last?.plan.skipped == [.busy])
  }
}
