import Engine
import Grid
import Settlement
import Testing
import Verification

@testable import Policies

@Suite struct `A policy` {
  @Test func `gives the engine its terms`() throws {
    let policy = try Fixture.load(Fixture.whole)
    let terms = policy.dispatch
    #expect(terms.programme == ProgrammeID("test-policy"))
    #expect(terms.policy == policy.hash)
    #expect(terms.effectiveFrom == CivilDate(text: "2026-01-01"))
    #expect(terms.effectiveTo == CivilDate(text: "2026-12-31"))
    #expect(
      terms.events
        == DispatchTerms.EventTerms(
          minimumMinutes: 60, maximumMinutes: 180, stepMinutes: 30, maximumPerDay: 1,
          maximumPerMonth: 10, maximumPerSeason: 60, countCancelled: .always, testsAllowed: true,
          testsPaid: false))
    #expect(
      terms.signals
        == DispatchTerms.SignalTerms(
          from: [UtilityID("example-utility")!, UtilityID("other-utility")!],
          forms: [.level, .percent, .power], signatureRequired: false, revise: .never,
          cancel: .untilStart, joinsLate: false, minimumTarget: Power(watts: 500),
          maximumTarget: Power(watts: 50_000_000)))
    #expect(
      terms.notice
        == DispatchTerms.NoticeTerms(
          minimumMinutes: 30, dayBeforeBySecond: 64_800, acknowledgementRequired: true,
          lateIsDispatched: true))
    let percent = try #require(Percent(hundredths: 1_250))
    #expect(
      terms.release
        == DispatchTerms.Release(
          byLevel: [0: percent, 1: percent, 2: percent, 3: percent], basis: .energyAboveReserve))
    #expect(
      terms.target
        == DispatchTerms.TargetTerms(refusesShortfall: true, maximum: Power(watts: 40_000_001)))
    #expect(terms.fairness == .equalShare)
    #expect(terms.reserve == Percent(whole: 15))
    #expect(terms.minimumSetpoint == Power(watts: 200))
    #expect(terms.rampSeconds == 20)
    #expect(terms.spreadSeconds == 60)
    var storm = DispatchTerms.StormTerms()
    (storm.holds, storm.refusesEvents, storm.reserve) = (true, true, Percent(whole: 90)!)
    (storm.hoursBefore, storm.hoursAfter) = (12, 3)
    #expect(terms.storm == storm)
    #expect(terms.notHeardSeconds == 45)
    #expect(terms.graceSeconds == nil)
    #expect(terms.handBack == .selfConsumption)
    #expect(terms.vendorPerSecond == [VendorID("acme-cloud")!: 100] && terms.watchesHandBack)
    #expect(
      terms.recovery
        == DispatchTerms.RecoveryTerms(
          percentOfEvent: 40, fleetLimit: Power(watts: 900_500), startAfterMinutes: 10,
          spreadMinutes: 20))
    #expect(terms.optOutUntil == .start)
  }

  @Test func `gives a calendar`() throws {
    let calendar = try Fixture.load(Fixture.whole).dispatch.calendar
    #expect(calendar.zone.name == "America/Los_Angeles")
    #expect(calendar.seasons.map(\.name) == ["summer", "winter"])
    #expect(calendar.seasons[0].holidaysIncluded)
    #expect(!calendar.seasons[1].holidaysIncluded)
    #expect(calendar.seasons[0].maximumEvents == 20)
    #expect(calendar.seasons[1].days == [.monday, .tuesday])
    #expect(
      calendar.seasons[1].windows == [
        ProgrammeCalendar.ClockWindow(fromMinute: 360, toMinute: 540),
        ProgrammeCalendar.ClockWindow(fromMinute: 960, toMinute: 1_200),
      ])
    #expect(calendar.seasons[0].windows[0].toMinute == 1_440)
    #expect(calendar.season(of: try #require(CivilDate(text: "2027-01-15")))?.name == "winter")
    #expect(calendar.holidays.count == 2)
    #expect(calendar.isBusinessDay(try #require(CivilDate(text: "2026-05-23"))))
  }

  @Test func `gives verification its terms`() throws {
    let policy = try Fixture.load(Fixture.whole)
    let terms = policy.measurement
    #expect(terms.policy == policy.hash)
    #expect(terms.calendar == policy.dispatch.calendar)
    #expect(terms.mode == .premises)
    #expect(!terms.exportsCounted)
    #expect(terms.intervalMinutes == 15)
    #expect(terms.lossFactorMillionths == 1_050_000)
    #expect(terms.estimatedPayable)
    #expect(terms.capAtDeviceOutput)
    #expect(terms.reconcilePercent == Percent(whole: 4))
    #expect(terms.reconcileEnergy == Energy(wattHours: 300))
    var baseline = BaselineTerms(
      kind: .dayMatching, lookbackDays: 60, skipRecentDays: 1, dayClasses: .weekdaySaturdaySunday,
      holidaysExcluded: true, excludedDates: [CivilDate(text: "2026-02-01")!],
      eventDays: .anyOfProgramme, excludedQualities: [.estimated, .edited],
      wallClockGapDisqualifies: true,
      selection: [
        .weekday: BaselineTerms.Selection(
          choose: .high, y: 3, x: 2, minimumDays: 2, weightsMillionths: [600_000, 400_000]),
        .saturday: BaselineTerms.Selection(choose: .middle, y: 5, dropHigh: 2, dropLow: 1),
        .sundayHoliday: BaselineTerms.Selection(choose: .recent, y: 4),
      ], rankBy: .fullDay, lowUsage: Ratio(1, 4), tooFewDays: .useAvailable,
      adjustment: BaselineTerms.Adjustment(
        kind: .additive,
        windows: [
          BaselineTerms.Adjustment.AnchoredWindow(
            anchor: .start, fromMinutes: -240, toMinutes: -120),
          BaselineTerms.Adjustment.AnchoredWindow(anchor: .end, fromMinutes: 60, toMinutes: 120),
        ], capUp: Ratio(1, 10), capDown: Ratio(2, 7), capOf: .eventBaseline,
        refusesOnMissing: true), floorAtZero: true,
      beforeAfter: BaselineTerms.BeforeAfter(
        beforeMinutes: 120, beforeGapMinutes: 15, afterMinutes: 60, afterGapMinutes: 30,
        combine: .max), chargingNets: true, gateClosureMinutes: 60,
      eligibility: BaselineTerms.Eligibility(
        rrmse: Percent(whole: 20)!, bias: Percent(whole: 4)!), minimumControlHomes: 200)
    baseline.controlDraw = BaselineTerms.ControlDraw(
      shareBasisPoints: 1_250, saltDigest: Digest(bytes: Array(0x0a...0x29))!)
    #expect(terms.baseline == baseline)
    var limits = ValidationLimits()
    limits.connection = Power(watts: 11_000)
    limits.spikePercent = 120
    limits.sumCheckPercent = Percent(hundredths: 20)!
    limits.zeroRunSeconds = 48 * 3_600
    limits.equalValues = 12
    limits.clockSeconds = 90
    #expect(terms.validation == limits)
  }

  @Test func `takes nonCommercial alone, which never counts anyway`() throws {
    let text = Fixture.whole.replacing(
      "excludedQualities: [estimated, edited]", with: "excludedQualities: [nonCommercial]")
    #expect(try Fixture.load(text).measurement.baseline.excludedQualities == [])
  }

  @Test func `gives settlement its terms`() throws {
    let policy = try Fixture.load(Fixture.whole)
    func money(_ millionths: Int64) -> Money { Money(millionths: millionths) }
    #expect(
      policy.settlement
        == SettlementTerms(
          policy: policy.hash, policyVersion: "1.0", programme: policy.id,
          currency: Currency(code: "USD", digits: 2)!, netting: .event,
          energy: SettlementTerms.EnergyReward(rate: .flat(money(250_000)), capPercent: 110),
          premium: SettlementTerms.EnergyReward(
            rate: .byLevel([0: .zero, 1: money(500_000), 2: money(2_000_001), 3: money(3_000_000)]),
            capPercent: 100),
          penalty: SettlementTerms.Penalty(
            price: .rate(.flat(money(400_000))), deadband: Percent(whole: 5)!, netting: .interval,
            countsBelowBaseline: false,
            caps: [
              SettlementTerms.Penalty.Cap(basis: .rewardsOfMonth, percent: 100),
              SettlementTerms.Penalty.Cap(basis: .rewardsOfEvent, percent: 50),
            ]), excusals: [.gridOutage, .weather], noticeRequired: true,
          lateOptOutIsMissed: true, estimatedPayable: true, testsPaid: false,
          shares: [
            .owner: Percent(whole: 70)!, .aggregator: Percent(whole: 20)!,
            .utility: Percent(hundredths: 750)!, .tax: Percent(hundredths: 250)!,
          ], escrowRequired: true, escrowCoverPercent: 120,
          runs: [
            SettlementTerms.Run(name: "provisional", afterDays: 1, isPayable: false),
            SettlementTerms.Run(name: "initial", afterDays: 7, isPayable: true),
            SettlementTerms.Run(name: "final", afterDays: 90, isPayable: true),
          ]))
    #expect(policy.disputeDays == 90)
    #expect(policy.version == "1.0")
    #expect(policy.supersedes?.bytes.last == 1)
    #expect(!policy.isDraft)
  }

  /// As little as a policy can say.
  static let least = """
    headroomPolicy: 1
    id: least
    title: As little as possible
    version: 1
    effective: {from: 2026-01-01}
    timeZone: UTC
    currency: EUR
    source: project
    calendar:
      seasons:
        - {name: all, from: 01-01, to: 12-31, days: [wed], holidays: excluded,
           windows: [{from: 00:00, to: 24:00}]}
      holidays: []
    events: {minimumMinutes: 60, maximumMinutes: 120}
    signals: {from: [u], forms: [power]}
    notice: {minimumMinutes: 0}
    measurement: {mode: deviceGross, exports: counted, intervalMinutes: 60}
    baseline: {kind: none}
    reward: {unit: home, netting: interval, excusals: []}
    splits: {shares: {owner: 100}}
    escrow: {required: false}
    settlement: {runs: [{name: final, afterDays: 0, payable: true}]}
    """

  @Test func `fills in the documented defaults`() throws {
    let policy = try Fixture.load(Self.least)
    let dispatch = policy.dispatch
    #expect(
      dispatch
        == DispatchTerms(
          programme: policy.id, policy: policy.hash,
          effectiveFrom: CivilDate(text: "2026-01-01")!, effectiveTo: nil,
          calendar: dispatch.calendar,
          events: DispatchTerms.EventTerms(
            minimumMinutes: 60, maximumMinutes: 120, stepMinutes: 60),
          signals: DispatchTerms.SignalTerms(
            from: [UtilityID("u")!], forms: [.power], signatureRequired: true),
          notice: DispatchTerms.NoticeTerms(minimumMinutes: 0), release: nil))
    #expect(dispatch.calendar.zone == .utc)
    #expect(dispatch.calendar.nonWorkingDays == [.saturday, .sunday])
    #expect(
      policy.measurement
        == MeasurementTerms(
          policy: policy.hash, calendar: dispatch.calendar, mode: .deviceGross,
          exportsCounted: true, intervalMinutes: 60, baseline: BaselineTerms(kind: .none)))
    #expect(policy.settlement.currency == Currency(code: "EUR", digits: 2))
    #expect(policy.settlement.escrowCoverPercent == 100)
    #expect(policy.settlement.energy == nil)
    #expect(policy.disputeDays == 60)
  }

  @Test func `says by a list of lengths which events there may be`() throws {
    let text = Self.least.replacing(
      "{minimumMinutes: 60, maximumMinutes: 120}", with: "{allowedMinutes: [240, 120]}")
    let events = try Fixture.load(text).dispatch.events
    #expect(events.allowedMinutes == [120, 240])
    #expect(events.minimumMinutes == 120)
    #expect(events.maximumMinutes == 240)
  }

  @Test func `limits an adjustment both ways by one cap, or upward only`() throws {
    func caps(_ new: String) throws -> [Ratio?] {
      let text = try Fixture.edited("capUp: 0.1\n    capDown: 2/7", new).text
      let adjustment = try #require(try Fixture.load(text).measurement.baseline.adjustment)
      return [adjustment.capUp, adjustment.capDown]
    }
    #expect(try caps("cap: 0.2") == [Ratio(1, 5), Ratio(1, 5)])
    #expect(try caps("cap: none") == [nil, nil])
    #expect(try caps("capUp: none\n    capDown: 0") == [nil, Ratio(0, 1)])
    let upOnly = try Fixture.edited(
      "direction: both", "direction: upOnly"
    ).text.replacing("    capDown: 2/7\n", with: "")
    #expect(try Fixture.load(upOnly).measurement.baseline.adjustment?.capDown == Ratio(0, 1))
    let power = try Fixture.edited(
      "capUp: 0.1\n    capDown: 2/7\n    capOf: eventBaseline",
      "cap: 4\n    capOf: absoluteKW"
    ).text
    #expect(try Fixture.load(power).measurement.baseline.adjustment?.capUp == Ratio(4, 1))
  }

  @Test func `is a draft with any field to be confirmed`() throws {
    let text = try Fixture.edited(
      "disputeDays: 90",
      "disputeDays: 90\n  toBeConfirmed: {runs: not seen, reconcilePercent: later}"
    ).text
    let policy = try Fixture.load(text)
    #expect(policy.isDraft)
    #expect(
      policy.unconfirmed.map(\.description) == [
        "settlement.runs: not seen", "settlement.reconcilePercent: later",
      ])
    let check = PolicyCheck.report(bytes: Array(text.utf8), file: "p.yaml")
    #expect(check.exitCode == 0)
    #expect(check.text.contains("  settlement.runs: not seen\n"))
  }

  @Test func `may say that it wants nothing special`() throws {
    #expect(Policy.fieldsWithoutEffect.count > 0)
    for (path, texts) in Policy.fieldsWithoutEffect {
      var text = ""
      var indent = ""
      for name in path.split(separator: ".").dropLast() {
        text += "\(indent)\(name):\n"
        indent += "  "
      }
      let name = path.split(separator: ".").last!
      for value in texts.sorted() { text += "\(indent)\(name): \(value)\n" }
      let reader = try YAMLReader(
        bytes: Array(text.utf8), file: "p", limits: PolicyFields.limits)
      try reader.read { _ in () }
    }
  }

  @Test(arguments: [
    (
      "acknowledgement: required", "acknowledgement: notRequired", "penaltyWithoutProof",
      "notice.acknowledgement"
    ),
    (
      "type: additive", "type: multiplicative", "multiplicativeWithBattery",
      "baseline.adjustment.type"
    ),
  ]) func `warns`(_ old: String, _ new: String, _ code: String, _ path: String) throws {
    let text = try Fixture.edited(old, new).text
      .replacing("capOf: eventBaseline", with: "capOf: windowBaseline")
    let warnings = try Fixture.load(text).warnings
    #expect(warnings.contains { $0.code == code && $0.path == path && $0.line > 1 })
  }

  @Test func `warns of windows in which owners already know`() throws {
    let policy = try Fixture.load(Fixture.whole)
    #expect(policy.warnings.map(\.code) == ["adjustableByOwner"])
    #expect(policy.warnings[0].path == "baseline.adjustment.windows[0]")
    let check = PolicyCheck.report(bytes: Array(Fixture.whole.utf8), file: "p.yaml")
    #expect(check.exitCode == 0)
    #expect(
      check.text.contains(
        "p.yaml:\(policy.warnings[0].line): warning: baseline.adjustment.windows[0]: owners know"))
    let late = try Fixture.edited("  dayBeforeBy: \"18:00\"\n", "").text
    #expect(try Fixture.load(late).warnings == [])
    let early = late.replacing("minimumMinutes: 30", with: "minimumMinutes: 180")
    #expect(try Fixture.load(early).warnings.map(\.code) == ["adjustableByOwner"])
  }

  @Test func `says how many tests there may be and how short`() throws {
    let text = Fixture.whole.replacing(
      "tests: {allowed: true, paid: false}",
      with: "tests: {allowed: true, maximumPerSeason: 2, minimumMinutes: 30}")
    let policy = try Fixture.load(text)
    #expect(policy.dispatch.events.testsMaximumPerSeason == 2)
    #expect(policy.dispatch.events.testsMinimumMinutes == 30)
    #expect(
      policy.explain().lines.map(\.sentence).contains(
        "Tests of at least 30 minutes, at most 2 a season are taken and paid; in limits and means "
          + "they do not count."))
    for (minutes, code) in [("20", "intervalMismatch"), ("240", "badValue")] {
      let faults = Fixture.faults(
        text.replacing("minimumMinutes: 30}", with: "minimumMinutes: \(minutes)}"))
      #expect(faults.map(\.path) == ["events.tests.minimumMinutes"])
      #expect(faults.map(\.code) == [code])
    }
  }

  @Test func `warns of more corrections than a gateway is sent`() throws {
    func codes(_ rounds: Int, _ perHour: Int) throws -> [String] {
      let text = try Fixture.edited("  dayBeforeBy: \"18:00\"\n", "").text
        .replacing("{notHeardSeconds: 45}", with: "{everySeconds: 60, maximumRounds: \(rounds)}")
        .replacing("{graceSeconds: none,", with: "{perGatewayPerHour: \(perHour),")
      return try Fixture.load(text).warnings.map(\.code)
    }
    // 180 minutes are three hours of 12, of which the dispatch is the first: 35 corrections.
    #expect(try codes(35, 12) == [])
    #expect(try codes(36, 12) == ["commandBudgetSmall"])
    // Every minute of 180 there are no more than 180.
    #expect(try codes(1_000, 60) == ["commandBudgetSmall"])
    #expect(try codes(1_000, 61) == [])
    #expect(try codes(0, 1) == [])
  }

  @Test func `reads exactly the fields that are listed`() throws {
    var asked: Set<String> = []
    let beforeAfter = Fixture.whole
    for text in [
      beforeAfter,
      try Fixture.edited(
        "rate: {amount: 0.40, per: kWh}",
        "multipleOf: [energy, premium]\n    multiple: 1.5"
      ).text, Fixture.ordered, try Fixture.withFees(),
      Fixture.period, Fixture.tiered,
    ] {
      asked.formUnion(
        try Policy.read(bytes: Array(text.utf8), file: "p.yaml", allowsProgramme: true).asked)
    }
    // Every mapping may carry these two; they are listed once.
    asked = asked.filter { !$0.hasSuffix(".source") && !$0.hasSuffix(".toBeConfirmed") }
    let listed = Set(Policy.fieldPaths)
    #expect(asked.subtracting(listed).sorted() == [])
    #expect(listed.subtracting(asked).sorted() == [])
    #expect(listed.isDisjoint(with: Policy.fieldsNotYet))
    #expect(listed.isDisjoint(with: Policy.fieldsWithoutEffect.keys))
  }
}
