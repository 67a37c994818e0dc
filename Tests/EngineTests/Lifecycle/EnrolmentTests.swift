import Engine
import Grid
import Testing

@Suite struct `A site that is not enrolled on the day` {
  static func step(
    _ site: String, _ kind: EnrolmentStep.Kind, _ from: String, to: String? = nil
  ) -> EnrolmentStep {
    EnrolmentStep(
      site: SiteID(site)!, programme: World.programme, kind: kind, from: CivilDate(text: from)!,
      to: to.map { CivilDate(text: $0)! }, by: "anna", consent: "doc")
  }

  static func enrolments() throws -> Enrolments {
    try Enrolments([
      step("s0", .enrol, "2026-05-01"),
      step("s1", .enrol, "2026-05-01"), step("s1", .suspend, "2026-09-14", to: "2026-09-15"),
      step("s2", .enrol, "2026-09-16"),
    ])
  }

  @Test(arguments: [(15, [0]), (16, [0, 1, 2])])
  func `is skipped on that day and on no other`(_ day: Int, _ asked: [Int]) throws {
    var world = World(3, enrolments: try Self.enrolments(), at: World.at("12:00", day: day))
    let signal = World.signal(
      from: World.at("17:00", day: day), to: World.at("18:00", day: day))
    _ = world.accept(signal, World.at("12:01", day: day))
    let plan = try #require(world.record().plans.last?.plan)
    #expect((0..<3).filter { plan.skipped[$0] == nil } == asked)
    #expect(
      (0..<3).filter { plan.skipped[$0] == .notEnrolled } == (0..<3).filter { !asked.contains($0) })
  }

  @Test func `is judged by the local day of the start`() throws {
    let terms = World.terms {
      $0.calendar = ProgrammeCalendar(
        zone: ZoneOffsets(name: "west", before: -25_200, transitions: []),
        seasons: $0.calendar.seasons)
    }
    var world = World(3, terms: [terms], enrolments: try Self.enrolments())
    // 01:00Z on the 16th is 18:00 on the 15th, seven hours west.
    let signal = World.signal(
      from: World.at("01:00", day: 16), to: World.at("02:00", day: 16))
    _ = world.accept(signal, World.at("12:01"))
    let plan = try #require(world.record().plans.last?.plan)
    #expect(plan.skipped == [nil, .notEnrolled, .notEnrolled])
  }

  @Test func `is looked up again when a revision moves the event to another day`() throws {
    var world = World(3, enrolments: try Self.enrolments())
    _ = world.accept(World.signal(), World.at("12:01"))
    let moved = World.signal(
      revision: 2, from: World.at("17:00", day: 16), to: World.at("18:00", day: 16))
    _ = world.accept(moved, World.at("12:02"))
    #expect(world.record().plans.last?.plan.skipped == [nil, nil, nil])
  }

  @Test func `may be a battery smaller than the programme enrols`() throws {
    let terms = World.terms { $0.enrolment.minimumBattery = Power(watts: 5_001) }
    var world = World(2, terms: [terms])
    _ = world.accept(World.signal(), World.at("12:01"))
    #expect(world.record().plans.last?.plan.skipped == [.notEnrolled, .notEnrolled])
  }

  @Test func `counts from the first of the next month where the programme says so`() throws {
    let terms = World.terms { $0.enrolment.startsOnFirstOfMonth = true }
    let enrolments = try Enrolments([
      Self.step("s0", .enrol, "2026-09-01"), Self.step("s1", .enrol, "2026-09-02"),
    ])
    var world = World(2, terms: [terms], enrolments: enrolments)
    _ = world.accept(World.signal(), World.at("12:01"))
    #expect(world.record().plans.last?.plan.skipped == [nil, .notEnrolled])
  }
}

@Suite struct `A programme with bounds for its fleet` {
  @Test(
    arguments: [
      (10_000, nil, true), (10_001, nil, false), (0, 10_000, true), (0, 9_999, false),
    ] as [(Int64, Int64?, Bool)])
  func `takes an event only within them`(_ least: Int64, _ most: Int64?, _ isTaken: Bool) {
    let terms = World.terms {
      $0.enrolment.minimumFleet = Power(watts: least)
      $0.enrolment.maximumFleet = most.map { Power(watts: $0) }
    }
    var world = World(2, terms: [terms])
    let effects = world.accept(World.signal(), World.at("12:01"))
    #expect(effects.statuses.contains(.committed) == isTaken)
    guard !isTaken else { return }
    #expect(effects.answers.map(\.rejection?.field) == ["fleetSize"])
    #expect(effects.answers[0].rejection?.code == .refusedByPolicy)
  }
}
