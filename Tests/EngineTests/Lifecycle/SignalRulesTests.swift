import Engine
import Grid
import Testing

@Suite struct `A programme` {
  /// Weekdays 12:00 to 20:00 in summer, 1 to 2 hours, one a day, three a month.
  static let terms = World.terms { terms in
    let season = ProgrammeCalendar.Season(
      name: "summer", from: .init(month: 6, day: 1)!, to: .init(month: 9, day: 20)!,
      days: [.monday, .tuesday, .wednesday, .thursday, .friday], holidaysIncluded: false,
      windows: [.init(fromMinute: 12 * 60, toMinute: 20 * 60)])
    terms.calendar = ProgrammeCalendar(
      zone: .utc, seasons: [season], holidays: [CivilDate(text: "2026-09-18")!])
    terms.events = .init(
      minimumMinutes: 60, maximumMinutes: 120, stepMinutes: 30, maximumPerDay: 1,
      maximumPerMonth: 3)
    terms.signals.forms = [.level, .power]
    terms.signals.minimumTarget = Power(watts: 1_000)
    terms.signals.maximumTarget = Power(watts: 9_000)
    terms.notice = .init(minimumMinutes: 60, dayBeforeBySecond: nil)
    terms.effectiveTo = CivilDate(text: "2026-09-30")!
  }

  static func rule(
    _ signal: GridSignal, _ terms: DispatchTerms = Self.terms, at now: Timestamp = World.at("12:01")
  ) -> String? {
    var world = World(1, terms: [terms], heard: false)
    let effects = world.tell([World.input(signal)], now)
    guard let rejection = effects.answers.first?.rejection else { return nil }
    #expect(rejection.code == .refusedByPolicy)
    #expect(effects.statuses == [.rejectedParameter])
    #expect(world.record(signal.event.text).status == .refused)
    return rejection.field
  }

  static func level(
    _ from: String, _ to: String, day: Int = 15, level: Int = 2, isTest: Bool = false
  ) -> GridSignal {
    World.signal(
      "e\(day)-\(from.prefix(2))", from: World.at(from, day: day), to: World.at(to, day: day),
      level: level, request: .byLevel, isTest: isTest)
  }

  @Test func `takes what its terms allow`() {
    #expect(Self.rule(Self.level("17:00", "18:30")) == nil)
    #expect(Self.rule(Self.level("18:00", "20:00")) == nil)
    #expect(Self.rule(Self.level("13:01", "14:01")) == nil)
  }

  @Test func `refuses by name what they do not`() {
    #expect(Self.rule(World.signal()) == "formNotAccepted")
    #expect(Self.rule(Self.level("17:00", "18:00", level: 3)) == "formNotAccepted")
    #expect(Self.rule(Self.level("17:00", "18:00", isTest: true)) == "testNotAllowed")
    let small = ReductionRequest.power(Power(watts: 999))
    let large = ReductionRequest.power(Power(watts: 9_001))
    #expect(Self.rule(World.signal(request: small)) == "targetOutOfRange")
    #expect(Self.rule(World.signal(request: large)) == "targetOutOfRange")
    #expect(Self.rule(Self.level("17:00", "17:30")) == "durationNotAllowed")
    #expect(Self.rule(Self.level("17:00", "19:30")) == "durationNotAllowed")
    #expect(Self.rule(Self.level("17:00", "18:20")) == "durationNotAllowed")
    #expect(Self.rule(Self.level("17:00", "18:00", day: 21)) == "outsideSeason")
    #expect(Self.rule(Self.level("17:00", "18:00", day: 19)) == "dayNotAllowed")
    #expect(Self.rule(Self.level("17:00", "18:00", day: 18)) == "dayNotAllowed")
    #expect(Self.rule(Self.level("19:00", "21:00")) == "outsideWindow")
    #expect(Self.rule(Self.level("11:30", "13:00", day: 16)) == "outsideWindow")
    #expect(Self.rule(Self.level("13:00", "14:00")) == "noticeTooLate")
    let october = World.signal(
      from: Timestamp(rfc3339: "2026-10-01T17:00:00Z")!,
      to: Timestamp(rfc3339: "2026-10-01T18:00:00Z")!, request: .byLevel)
    #expect(Self.rule(october) == "notEffective")
    var listed = Self.terms
    listed.events.allowedMinutes = [60, 120]
    #expect(Self.rule(Self.level("17:00", "18:30"), listed) == "durationNotAllowed")
    var punctual = Self.terms
    punctual.signals.joinsLate = false
    punctual.notice.minimumMinutes = 0
    #expect(Self.rule(Self.level("12:00", "13:00"), punctual) == "startPast")
  }

  @Test func `that needs a day's notice takes it until the clock says, and not a second later`() {
    var terms = Self.terms
    terms.notice.dayBeforeBySecond = 18 * 3_600
    let signal = Self.level("17:00", "18:00", day: 16)
    #expect(Self.rule(signal, terms, at: World.at("18:00")) == nil)
    #expect(Self.rule(signal, terms, at: World.at("18:00:01")) == "noticeTooLate")
    #expect(Self.rule(Self.level("17:00", "18:00"), terms) == "noticeTooLate")
    terms.notice.lateIsDispatched = true
    #expect(Self.rule(signal, terms, at: World.at("18:01")) == nil)
  }

  @Test func `marks what it dispatches although it came too late`() {
    var terms = Self.terms
    terms.notice.lateIsDispatched = true
    var world = World(1, terms: [terms])
    _ = world.accept(Self.level("13:00", "14:00"), World.at("12:01"))
    #expect(world.record("e15-13").noticeWasLate)
    _ = world.accept(Self.level("17:00", "18:00", day: 16), World.at("12:01"))
    #expect(!world.record("e16-17").noticeWasLate)
  }

  @Test func `has one event a day and three a month`() {
    var world = World(1, terms: [Self.terms], heard: false)
    func rule(_ effects: [Effect]) -> String? { effects.answers.last?.rejection?.field }
    let now = World.at("12:01")
    #expect(rule(world.accept(Self.level("17:00", "18:00"), now)) == nil)
    #expect(rule(world.accept(Self.level("19:00", "20:00"), now)) == "limitReached")
    #expect(rule(world.accept(Self.level("17:00", "18:00", day: 16), now)) == nil)
    #expect(rule(world.accept(Self.level("17:00", "18:00", day: 17), now)) == nil)
    // The 22nd would be outside the season, the 18th is a holiday: widen both to reach the limit.
    var open = Self.terms
    open.calendar = World.terms().calendar
    var month = World(1, terms: [open], heard: false)
    for day in 16...18 {
      #expect(rule(month.accept(Self.level("17:00", "18:00", day: day), now)) == nil)
    }
    let fourth = month.accept(Self.level("17:00", "18:00", day: 21), now)
    #expect(rule(fourth) == "limitReached")
    #expect(fourth.answers.last?.rejection?.allowed == "3 in one month")
    // A cancelled event that had not started gives its place back.
    _ = world.tell([World.input(World.cancel("e17-17", revision: 2))], now)
    let again = World.signal(
      "again", from: World.at("17:00", day: 17), to: World.at("18:00", day: 17),
      request: .byLevel)
    #expect(rule(world.accept(again, now)) == nil)
    let more = World.signal(
      "more", from: World.at("13:00", day: 17), to: World.at("14:00", day: 17),
      request: .byLevel)
    #expect(rule(world.accept(more, now)) == "limitReached")
    // A revision does not compete with itself.
    let revised = World.signal(
      "again", revision: 2, from: World.at("17:00", day: 17), to: World.at("19:00", day: 17),
      request: .byLevel)
    #expect(rule(world.accept(revised, now)) == nil)
  }

  @Test func `counts a cancelled event always where it says so`() {
    var terms = Self.terms
    terms.events.countCancelled = .always
    var world = World(1, terms: [terms], heard: false)
    _ = world.accept(Self.level("17:00", "18:00"), World.at("12:01"))
    _ = world.tell([World.input(World.cancel("e15-17", revision: 2))], World.at("12:02"))
    let second = world.accept(Self.level("18:00", "19:00"), World.at("12:03"))
    #expect(second.answers.last?.rejection?.field == "limitReached")
  }

  @Test func `limits a season that passes New Year as one`() {
    let terms = World.terms { terms in
      let winter = ProgrammeCalendar.Season(
        name: "winter", from: .init(month: 11, day: 1)!, to: .init(month: 3, day: 31)!,
        days: Set(Weekday.allCases), holidaysIncluded: true,
        windows: [.init(fromMinute: 0, toMinute: 1_440)], maximumEvents: 1)
      terms.calendar = ProgrammeCalendar(zone: .utc, seasons: [winter])
    }
    func signal(_ id: String, _ day: String) -> GridSignal {
      World.signal(
        id, from: Timestamp(rfc3339: "\(day)T17:00:00Z")!,
        to: Timestamp(rfc3339: "\(day)T18:00:00Z")!)
    }
    var world = World(1, terms: [terms], heard: false)
    func rule(_ effects: [Effect]) -> String? { effects.answers.last?.rejection?.field }
    #expect(rule(world.accept(signal("a", "2026-12-30"), World.at("12:01"))) == nil)
    #expect(rule(world.accept(signal("b", "2027-01-05"), World.at("12:01"))) == "limitReached")
    #expect(rule(world.accept(signal("c", "2027-11-05"), World.at("12:01"))) == nil)
  }

  @Test func `takes tests beside its limits where it allows them`() {
    var terms = Self.terms
    terms.events.testsAllowed = true
    var world = World(1, terms: [terms], heard: false)
    _ = world.accept(Self.level("17:00", "18:00"), World.at("12:01"))
    let test = world.accept(Self.level("18:00", "19:00", isTest: true), World.at("12:01"))
    #expect(test.statuses == [.received, .committed])
  }

  @Test func `counts tests like other events where it says so`() {
    func rule(_ counted: Bool) -> String? {
      var terms = Self.terms
      terms.events.testsAllowed = true
      terms.events.testsCounted = counted
      terms.events.maximumPerDay = 1
      var world = World(1, terms: [terms], heard: false)
      _ = world.accept(Self.level("17:00", "18:00", isTest: true), World.at("12:01"))
      let next = world.accept(Self.level("19:00", "20:00"), World.at("12:01"))
      return next.answers.last?.rejection?.field
    }
    #expect(rule(false) == nil)
    #expect(rule(true) == "limitReached")
  }

  @Test func `takes so many tests a season, and as short as it says`() {
    var terms = Self.terms
    terms.events.testsAllowed = true
    terms.events.testsMaximumPerSeason = 2
    terms.events.testsMinimumMinutes = 30
    var world = World(1, terms: [terms], heard: false)
    func rule(_ from: String, _ to: String, isTest: Bool = true) -> Rejection? {
      world.accept(Self.level(from, to, isTest: isTest), World.at("12:01")).answers.last?.rejection
    }
    // Other events use up no limit of tests, and tests no other limit.
    #expect(rule("14:00", "15:00", isTest: false) == nil)
    #expect(rule("19:00", "19:15")?.field == "durationNotAllowed")
    #expect(rule("15:00", "15:30") == nil)
    #expect(rule("16:00", "17:00") == nil)
    let third = rule("17:00", "18:00")
    #expect(third?.field == "limitReached")
    #expect(third?.found == "3 tests in one season" && third?.allowed == "2 tests in one season")
  }

  @Test func `S16: keeps the terms an event was accepted with`() {
    let next = World.terms {
      $0.effectiveFrom = CivilDate(text: "2026-09-16")!
      $0.policy = Digest(bytes: Array(repeating: 8, count: 32))!
    }
    let first = World.terms { $0.effectiveTo = CivilDate(text: "2026-09-15")! }
    var world = World(1, terms: [first, next])
    _ = world.accept(World.signal("a"), World.at("12:01"))
    let tomorrow = World.signal(
      "b", from: World.at("17:00", day: 16), to: World.at("18:00", day: 16))
    _ = world.accept(tomorrow, World.at("12:01"))
    #expect(world.record("a").policy == World.policy)
    #expect(world.record("b").policy == next.policy)
  }
}
