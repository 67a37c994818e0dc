import Engine
import Grid
import Testing

/// `dispatch.optOut.minutesBeforeStart` and `maximumPerSeason`.
@Suite struct `An owner who may not always leave` {
  static let hour = Window(start: World.at("17:00"), end: World.at("18:00"))!

  static func terms(
    minutes: Int64? = nil, perSeason: Int? = nil
  ) -> DispatchTerms {
    World.terms {
      if let minutes {
        $0.optOutUntil = .minutesBeforeStart
        $0.optOutMinutesBeforeStart = minutes
      }
      $0.optOutMaximumPerSeason = perSeason
    }
  }

  /// Leaves by the answer to the notice.
  static func leave(_ event: String, _ world: inout World, _ now: Timestamp) -> Participation {
    _ = world.run(until: now)
    _ = world.tell([World.ack(notice: "\(event).b0.n1", row: 0, .optOut, at: now)], now)
    return world.record(event).batteries[0]
  }

  @Test(arguments: [("15:59:59", true), ("16:00", false), ("16:30", false)])
  func `is free to go until an hour before the start`(_ clock: String, _ isFree: Bool) {
    var world = World(2, terms: [Self.terms(minutes: 60)])
    let notices = world.accept(World.signal(), World.at("12:01")).notices
    #expect(notices[0].schedule?.optOutBy == World.at("16:00"))
    let part = Self.leave("peak", &world, World.at(clock))
    #expect(part.optedOutAt == World.at(clock))
    #expect(part.optOutIsMissed == !isFree)
    #expect(part.promised.energy(in: Self.hour) == Energy(wattHours: isFree ? 0 : 1_080))
    #expect(part.planned.energy(in: Self.hour) == Energy(wattHours: isFree ? 0 : 1_080))
    // Nobody's battery is held: he is never commanded.
    _ = world.freshen(World.at("16:55"))
    #expect(world.run(until: World.at("17:00")).commands.map(\.battery) == [World.battery(1)])
    #expect(
      world.record().batteries[0].promised.energy(in: Self.hour)
        == part.promised.energy(in: Self.hour))
  }

  @Test func `owes nothing when he comes back in time`() {
    var world = World(1, terms: [Self.terms(minutes: 60)])
    _ = world.accept(World.signal(), World.at("12:01"))
    _ = Self.leave("peak", &world, World.at("16:10"))
    let now = World.at("16:11")
    _ = world.tell([World.ack(notice: "peak.b0.n1", row: 0, .optIn, at: now)], now)
    #expect(!world.record().batteries[0].optOutIsMissed)
    #expect(world.record().batteries[0].optedOutAt == nil)
  }

  @Test func `may leave twice in a season, and has missed the third event`() {
    var world = World(1, terms: [Self.terms(perSeason: 2)])
    for (day, name) in [(15, "a"), (16, "b"), (17, "c")] {
      let now = World.at("12:01", day: day)
      _ = world.run(until: now)
      _ = world.tell(world.reports(at: now), now)
      let signal = World.signal(
        name, from: World.at("17:00", day: day), to: World.at("18:00", day: day))
      _ = world.accept(signal, now)
      let part = Self.leave(name, &world, World.at("13:00", day: day))
      let window = signal.content!.window
      #expect(part.optOutIsMissed == (name == "c"))
      #expect(part.planned.energy(in: window) == Energy(wattHours: name == "c" ? 1_080 : 0))
    }
  }

  @Test func `has another season's opt-outs still before him`() {
    let summer = ProgrammeCalendar.Season(
      name: "summer", from: .init(month: 5, day: 1)!, to: .init(month: 9, day: 15)!,
      days: Set(Weekday.allCases), holidaysIncluded: true,
      windows: [.init(fromMinute: 0, toMinute: 1_440)])
    let autumn = ProgrammeCalendar.Season(
      name: "autumn", from: .init(month: 9, day: 16)!, to: .init(month: 12, day: 31)!,
      days: Set(Weekday.allCases), holidaysIncluded: true,
      windows: [.init(fromMinute: 0, toMinute: 1_440)])
    var terms = Self.terms(perSeason: 1)
    terms.calendar = ProgrammeCalendar(zone: .utc, seasons: [summer, autumn])
    var world = World(1, terms: [terms])
    for (day, name) in [(15, "a"), (16, "b"), (17, "c")] {
      let now = World.at("12:01", day: day)
      _ = world.run(until: now)
      _ = world.tell(world.reports(at: now), now)
      _ = world.accept(
        World.signal(name, from: World.at("17:00", day: day), to: World.at("18:00", day: day)), now)
      let part = Self.leave(name, &world, World.at("13:00", day: day))
      #expect(part.optOutIsMissed == (name == "c"))
    }
  }
}
