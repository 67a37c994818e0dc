import Policies
import Testing

@Suite struct `A broken policy` {
  @Test func `is broken by the edits only`() throws {
    #expect(Fixture.faults(Fixture.whole) == [])
  }

  @Test(arguments: [
    Edit("headroomPolicy: 1", "headroomPolicy: 2", "headroomPolicy"),
    Edit("headroomPolicy: 1\n", "", "headroomPolicy", "missing"),
    Edit("id: test-policy", "id: Test-policy", "id"),
    Edit("id: test-policy", "id: -policy", "id"),
    Edit("title: A policy for tests", "title: \"\"", "title"),
    Edit("version: \"1.0\"", "version: [1]", "version"),
    Edit("version: \"1.0\"", "version: 123456789012345678901", "version"),
    Edit("supersedes: 00", "supersedes: 0", "supersedes"),
    Edit("from: 2026-01-01,", "from: 2026-02-30,", "effective.from"),
    Edit("from: 2026-01-01,", "from: 01/02/2026,", "effective.from"),
    Edit("from: 2026-01-01, ", "", "effective.from", "missing"),
    Edit("to: 2026-12-31", "to: 2025-12-31", "effective.to"),
    Edit("timeZone: America/Los_Angeles", "timeZone: America/Lost_Angels", "timeZone"),
    Edit("timeZone: America/Los_Angeles", "timeZone: ../../etc/passwd", "timeZone"),
    Edit("currency: USD", "currency: usd", "currency"),
    Edit("currencyDigits: 2", "currencyDigits: 7", "currencyDigits"),
    Edit("currencyDigits: 2", "currencyDigits: two", "currencyDigits"),
    Edit("sources: {terms: \"a page\"}", "sources: {terms: [a]}", "sources.terms"),
    Edit("id: test-policy", "id: test-policy\nidd: x", "idd", "unknownField", down: 1),
  ]) func `is refused for its header`(_ edit: Edit) throws { try edit.check() }

  @Test(arguments: [
    Edit("name: summer", "name: Summer", "calendar.seasons[0].name"),
    Edit("name: winter", "name: summer", "calendar.seasons[1].name"),
    Edit("from: 05-01", "from: 02-29", "calendar.seasons[0].from"),
    Edit("to: 10-31", "to: 10-32", "calendar.seasons[0].to"),
    Edit("from: 11-01", "from: 10-31", "calendar.seasons[1].from", "seasonOverlap"),
    Edit("days: [mon, tue]", "days: [mon, mon]", "calendar.seasons[1].days"),
    Edit("days: [mon, tue]", "days: [monday]", "calendar.seasons[1].days[0]"),
    Edit("days: [mon, tue]", "days: []", "calendar.seasons[1].days"),
    Edit("holidays: excluded\n", "holidays: no\n", "calendar.seasons[1].holidays"),
    Edit("from: \"12:00\"", "from: \"24:00\"", "calendar.seasons[0].windows[0].from"),
    Edit("from: \"12:00\"", "from: \"12:60\"", "calendar.seasons[0].windows[0].from"),
    Edit("from: \"12:00\"", "from: noon", "calendar.seasons[0].windows[0].from"),
    Edit("to: 09:00", "to: 06:00", "calendar.seasons[1].windows[0].to"),
    Edit("to: 09:00", "to: 9:00", "calendar.seasons[1].windows[0].to"),
    Edit(
      "{from: \"12:00\", to: \"24:00\"}", "{from: \"12:00\", to: \"12:45\"}",
      "calendar.seasons[0].windows", "windowTooShort"),
    Edit("maximumEvents: 20", "maximumEvents: -1", "calendar.seasons[0].maximumEvents"),
    Edit(
      "holidays: [2026-05-25, 2026-07-04]", "holidays: [2026-05-25, 2026-13-04]",
      "calendar.holidays[1]"),
    Edit("holidays: [2026-05-25, 2026-07-04]", "holidays: none", "calendar.holidays"),
    Edit("workingDays: [2026-05-23]", "workingDays: 2026-05-23", "calendar.workingDays"),
    Edit("nonWorkingDays: [sat, sun]", "nonWorkingDays: [so]", "calendar.nonWorkingDays[0]"),
  ]) func `is refused for its calendar`(_ edit: Edit) throws { try edit.check() }

  @Test(arguments: [
    Edit("minimumMinutes: 60", "minimumMinutes: 0", "events.minimumMinutes"),
    Edit("minimumMinutes: 60", "minimumMinutes: 50", "events.minimumMinutes", "intervalMismatch"),
    Edit("maximumMinutes: 180", "maximumMinutes: 45", "events.maximumMinutes"),
    Edit("maximumMinutes: 180", "maximumMinutes: 1.5", "events.maximumMinutes"),
    Edit("maximumMinutes: 180", "maximumMinutes: 185", "events.maximumMinutes", "intervalMismatch"),
    Edit("stepMinutes: 30", "stepMinutes: 20", "events.stepMinutes", "intervalMismatch"),
    Edit(
      "minimumMinutes: 60\n  maximumMinutes: 180", "allowedMinutes: [60, 70]",
      "events.allowedMinutes[1]", "intervalMismatch"),
    Edit("minimumMinutes: 60", "allowedMinutes: [60]", "events.maximumMinutes", down: 1),
    Edit("maximumPerDay: 1", "maximumPerDay: 0", "events.maximumPerDay"),
    Edit("maximumPerMonth: 10", "maximumPerMonth: 1001", "events.maximumPerMonth"),
    Edit("maximumPerSeason: 60", "maximumPerSeason: many", "events.maximumPerSeason"),
    Edit("countCancelled: always", "countCancelled: sometimes", "events.countCancelled"),
    Edit("allowed: true", "allowed: yes", "events.tests.allowed"),
    Edit("paid: false", "counted: 1", "events.tests.counted"),
    Edit("countCancelled: always", "overlap: yes", "events.overlap"),
    Edit("countCancelled: always", "minimumRestMinutes: -1", "events.minimumRestMinutes"),
    Edit("countCancelled: always", "maximumHoursPerSeason: 0", "events.maximumHoursPerSeason"),
    Edit("countCancelled: always", "maximumConsecutiveDays: 32", "events.maximumConsecutiveDays"),
    Edit("countCancelled: always", "durationFromEnrolment: 1", "events.durationFromEnrolment"),
    Edit("from: [example-utility, other-utility]", "from: []", "signals.from"),
    Edit("from: [example-utility, other-utility]", "from: [a b]", "signals.from[0]"),
    Edit(
      "forms: [level, percent, power]", "forms: [power, price]", "signals.forms", "formWithoutTerms"
    ),
    Edit("forms: [level, percent, power]", "forms: [kilowatt]", "signals.forms[0]"),
    Edit("signature: channel", "signature: none", "signals.signature"),
    Edit("revise: never", "revise: no", "signals.revise"),
    Edit("cancel: untilStart", "cancel: never", "signals.cancel"),
    Edit("joinLate: refuse", "joinLate: true", "signals.joinLate"),
    Edit("minimumKW: 0.5", "minimumKW: 0.0005", "signals.minimumKW"),
    Edit("minimumKW: 0.5", "minimumKW: 5e3", "signals.minimumKW"),
    Edit("maximumKW: 50000", "maximumKW: 0.1", "signals.maximumKW"),
    Edit("maximumKW: 50000", "openADR: {programName: x}", "signals.openADR", "notYet"),
    Edit("minimumMinutes: 30", "minimumMinutes: 10081", "notice.minimumMinutes"),
    Edit("dayBeforeBy: \"18:00\"", "dayBeforeBy: 6pm", "notice.dayBeforeBy"),
    Edit("late: dispatchWithoutPenalty", "late: never", "notice.late"),
    Edit("acknowledgement: required", "acknowledgement: true", "notice.acknowledgement"),
    Edit("acknowledgement: required", "publishSchedule: true", "notice.publishSchedule", "notYet"),
    Edit("otherProgrammes: none", "otherProgrammes: some", "enrolment.otherProgrammes"),
    Edit("otherProgrammes: none", "otherProgrammes: listed", "enrolment.allowedWith"),
    Edit("otherProgrammes: none", "allowedWith: [other]", "enrolment.allowedWith"),
    Edit("otherProgrammes: none", "agreement: maybe", "enrolment.agreement"),
    Edit("otherProgrammes: none", "startsOn: monday", "enrolment.startsOn"),
    Edit("otherProgrammes: none", "minimumBatteryW: -1", "enrolment.minimumBatteryW"),
    Edit("otherProgrammes: none", "minimumFleetKW: x", "enrolment.minimumFleetKW"),
    Edit(
      "otherProgrammes: none", "minimumFleetKW: 5, maximumFleetKW: 4", "enrolment.maximumFleetKW"),
    Edit("otherProgrammes: none", "kinds: [generator]", "enrolment.kinds[0]"),
    Edit("otherProgrammes: none", "kinds: []", "enrolment.kinds"),
    Edit("acknowledgement: required", "reminderMinutes: [0]", "notice.reminderMinutes[0]"),
    Edit("acknowledgement: required", "reminderMinutes: [60, 60]", "notice.reminderMinutes"),
  ]) func `is refused for its events, signals and notice`(_ edit: Edit) throws { try edit.check() }

  @Test(arguments: [
    Edit("percent: 12.5,", "percent: 0,", "dispatch.release.percent"),
    Edit("percent: 12.5,", "percent: 10 %,", "dispatch.release.percent"),
    Edit("percent: 12.5,", "percent: 0.105,", "dispatch.release.percent"),
    Edit("percent: 12.5,", "percent: 101,", "dispatch.release.percent"),
    Edit("percent: 12.5, ", "", "dispatch.release.percent", "missing"),
    Edit(
      "percent: 12.5,", "percent: 12.5, byLevel: {0: 0, 1: 1, 2: 2, 3: 3},",
      "dispatch.release.byLevel"),
    Edit("percent: 12.5,", "byLevel: {0: 0, 1: 0, 2: 2, 3: 3},", "dispatch.release.byLevel.1"),
    Edit("percent: 12.5,", "byLevel: {0: 0, 1: 1, 2: 2, 4: 3},", "dispatch.release.byLevel.4"),
    Edit(
      "percent: 12.5,", "byLevel: {0: 0, 1: 1, 2: 2},", "dispatch.release.byLevel",
      "levelWithoutValue"),
    Edit("of: energyAboveReserve", "of: energy", "dispatch.release.of"),
    Edit("shortfall: refuse", "shortfall: scale", "dispatch.target.shortfall"),
    Edit("maximumKW: 40000.001", "maximumKW: 40000.0001", "dispatch.target.maximumKW"),
    Edit("fairness: equalShare", "fairness: fair", "dispatch.fairness"),
    Edit("fairness: equalShare", "meritBy: price", "dispatch.meritBy"),
    Edit("fairness: equalShare", "fairnessWindowDays: 367", "dispatch.fairnessWindowDays"),
    Edit("percent: 12.5,", "percent: 12.5, byPrice: [],", "dispatch.release.byPrice"),
    Edit(
      "percent: 12.5,",
      "percent: 12.5, byPrice: [{atOrAbove: 1, percent: 5}, {atOrAbove: 1.00, percent: 6}],",
      "dispatch.release.byPrice"),
    Edit(
      "percent: 12.5,", "percent: 12.5, byPrice: [{atOrAbove: 1}],",
      "dispatch.release.byPrice[0].percent", "missing"),
    Edit(
      "fairness: equalShare", "chargeUncertaintyPercent: 101",
      "dispatch.chargeUncertaintyPercent"),
    Edit("reservePercent: 15", "reservePercent: -1", "dispatch.reservePercent"),
    Edit("minimumSetpointW: 200", "minimumSetpointW: 0.2", "dispatch.minimumSetpointW"),
    Edit("batterySeconds: 20", "batterySeconds: 901", "dispatch.ramp.batterySeconds"),
    Edit("spreadSeconds: 60", "spreadSeconds: 3601", "dispatch.ramp.spreadSeconds"),
    Edit("spreadSeconds: 60", "fleetKWPerMinute: 0", "dispatch.ramp.fleetKWPerMinute"),
    Edit(
      "spreadSeconds: 60", "spreadSeconds: 60, fleetKWPerMinute: 5", "dispatch.ramp.spreadSeconds"),
    Edit("notHeardSeconds: 45", "notHeardSeconds: 5", "dispatch.correction.notHeardSeconds"),
    Edit("notHeardSeconds: 45", "everySeconds: 4", "dispatch.correction.everySeconds"),
    Edit(
      "notHeardSeconds: 45", "deadbandPercent: 101", "dispatch.correction.deadbandPercent"),
    Edit("notHeardSeconds: 45", "maximumRounds: 1001", "dispatch.correction.maximumRounds"),
    Edit("graceSeconds: none", "graceSeconds: 59", "dispatch.commands.graceSeconds"),
    Edit(
      "graceSeconds: none", "perGatewayPerHour: 0", "dispatch.commands.perGatewayPerHour"),
    Edit("handBack: selfConsumption", "reserveLowered: never", "dispatch.reserveLowered"),
    Edit("handBack: selfConsumption", "handBack: off", "dispatch.handBack"),
    Edit(
      "handBack: selfConsumption", "overCommit: {by: luck}", "dispatch.overCommit.by"),
    Edit(
      "handBack: selfConsumption", "overCommit: {by: reliability, probabilityPercent: 100}",
      "dispatch.overCommit.probabilityPercent"),
    Edit(
      "handBack: selfConsumption", "overCommit: {by: reliability, maximumPercent: 201}",
      "dispatch.overCommit.maximumPercent"),
    Edit(
      "handBack: selfConsumption", "overCommit: {by: reliability, historyEvents: 0}",
      "dispatch.overCommit.historyEvents"),
    Edit(
      "handBack: selfConsumption", "overCommit: {by: reliability, newBatteryPercent: 101}",
      "dispatch.overCommit.newBatteryPercent"),
    Edit(
      "handBack: selfConsumption", "overCommit: {bye: none}", "dispatch.overCommit.bye",
      "unknownField"),
    Edit("acme-cloud: 100", "acme-cloud: 0", "dispatch.commands.vendorPerSecond.acme-cloud"),
    Edit("mode: limited", "mode: none", "dispatch.recovery.mode"),
    Edit(
      "fleetLimitPercentOfEvent: 40", "fleetLimitPercentOfEvent: 0",
      "dispatch.recovery.fleetLimitPercentOfEvent"),
    Edit("fleetLimitKW: 900.5", "fleetLimitKW: -1", "dispatch.recovery.fleetLimitKW"),
    Edit("startAfterMinutes: 10", "startAfterMinutes: 721", "dispatch.recovery.startAfterMinutes"),
    Edit("spreadMinutes: 20", "spreadMinutes: 721", "dispatch.recovery.spreadMinutes"),
    Edit("spreadMinutes: 20", "perNode: 3", "dispatch.recovery.perNode", "unknownField"),
    Edit(
      "handBack: selfConsumption", "preCharge: {mode: solar}", "dispatch.preCharge.mode",
      "notYet"),
    Edit("{hold: true,", "{hold: maybe,", "dispatch.storm.hold"),
    Edit("event: refuse,", "event: cancel,", "dispatch.storm.event"),
    Edit("reservePercent: 90", "reservePercent: 101", "dispatch.storm.reservePercent"),
    Edit("hoursBefore: 12", "hoursBefore: 241", "dispatch.storm.hoursBefore"),
    Edit("hoursAfter: 3", "hoursAfter: -1", "dispatch.storm.hoursAfter"),
    Edit("until: start", "until: never", "dispatch.optOut.until"),
    Edit(
      "until: start", "until: start, minutesBeforeStart: 60", "dispatch.optOut.minutesBeforeStart"),
    Edit(
      "until: start", "until: minutesBeforeStart, minutesBeforeStart: 10081",
      "dispatch.optOut.minutesBeforeStart"),
    Edit("until: start", "maximumPerSeason: -1", "dispatch.optOut.maximumPerSeason"),
    Edit("until: start", "effect: half", "dispatch.optOut.effect"),
  ]) func `is refused for its dispatch`(_ edit: Edit) throws { try edit.check() }

  @Test func `is refused for limits of a recovery that is free`() throws {
    let faults = Fixture.faults(try Fixture.edited("mode: limited", "mode: free").text)
    #expect(
      faults.map(\.path)
        == ["fleetLimitPercentOfEvent", "fleetLimitKW", "startAfterMinutes", "spreadMinutes"].map {
          "dispatch.recovery.\($0)"
        })
  }

  @Test func `is refused for level and percent without a release`() throws {
    let edited = try Fixture.edited(
      "release: {percent: 12.5, of: energyAboveReserve}", "reserveLowered: nextEvent")
    let faults = Fixture.faults(edited.text)
    let line = try Fixture.edited("forms: [level", "").line
    #expect(faults.map(\.code) == ["formWithoutTerms", "formWithoutTerms"])
    #expect(faults.allSatisfy { $0.path == "signals.forms" && $0.line == line })
  }

  @Test(arguments: [
    Edit("mode: premises", "mode: site", "measurement.mode"),
    Edit("exports: excluded", "exports: false", "measurement.exports"),
    Edit("intervalMinutes: 15", "intervalMinutes: 20", "measurement.intervalMinutes"),
    Edit("lossFactor: 1.05", "lossFactor: 1.3", "measurement.lossFactor"),
    Edit("lossFactor: 1.05", "lossFactor: +1", "measurement.lossFactor"),
    Edit("aggregate: sumOfHomes", "aggregate: homes", "measurement.aggregate"),
    Edit("estimatedPayable: true", "estimatedPayable: True", "measurement.estimatedPayable"),
    Edit("capAtDeviceOutput: true", "capAtDeviceOutput: on", "measurement.capAtDeviceOutput"),
    Edit("percent: 4,", "percent: 4%,", "measurement.reconcile.percent"),
    Edit("connectionW: 11000", "connectionW: 0", "validation.connectionW"),
    Edit("spikePercent: 120", "spikePercent: 99", "validation.spikePercent"),
    Edit("sumCheckPercent: 0.2", "sumCheckPercent: 101", "validation.sumCheckPercent"),
    Edit("zeroRunHours: 48", "zeroRunHours: 0", "validation.zeroRunHours"),
    Edit("equalValues: 12", "equalValues: 1", "validation.equalValues"),
    Edit("clockSeconds: 90", "clockSeconds: 3601", "validation.clockSeconds"),
    Edit("kWh: 0.3", "kWh: 0.300001", "measurement.reconcile.kWh"),
    Edit("rrmsePercent: 20", "rrmsePercent: 101", "baseline.eligibility.rrmsePercent"),
    Edit(
      "{rrmsePercent: 20, biasPercent: 4}", "{}", "baseline.eligibility.rrmsePercent"),
    Edit("minimumHomes: 200", "minimumHomes: 0", "baseline.control.minimumHomes"),
    Edit("sharePercent: 12.5", "sharePercent: 101", "baseline.control.sharePercent"),
    Edit("sharePercent: 12.5", "# none", "baseline.control.sharePercent", down: -2),
    Edit("saltSha256: 0a", "saltSha256: 0x", "baseline.control.saltSha256"),
    Edit("kind: dayMatching", "kind: regression", "baseline.kind"),
    Edit("kind: dayMatching", "kind: typicalOutput", "baseline.kind", "measurementMismatch"),
    Edit("kind: dayMatching", "kind: none", "baseline.kind", "measurementMismatch"),
    Edit("lookbackDays: 60", "lookbackDays: 367", "baseline.lookbackDays"),
    Edit("skipRecentDays: 1", "skipRecentDays: 31", "baseline.skipRecentDays"),
    Edit("dayClasses: weekdaySaturdaySunday", "dayClasses: workdays", "baseline.dayClasses"),
    Edit("holidayDays: excluded", "holidayDays: included", "baseline.holidayDays"),
    Edit("excludedDates: [2026-02-01]", "excludedDates: [01-02]", "baseline.excludedDates[0]"),
    Edit("eventDays: anyOfProgramme", "eventDays: none", "baseline.eventDays"),
    Edit(
      "excludedQualities: [estimated, edited]", "excludedQualities: [bad]",
      "baseline.excludedQualities[0]"),
    Edit("wallClockGap: disqualify", "wallClockGap: 0", "baseline.wallClockGap"),
    Edit("choose: high, x: 2", "choose: best, x: 2", "baseline.selection.weekday.choose"),
    Edit("choose: high, x: 2, y: 3", "choose: high, x: 2, y: 61", "baseline.selection.weekday.y"),
    Edit(
      "choose: recent, y: 4", "choose: recent, y: 4, x: 5", "baseline.selection.sundayHoliday.x"),
    Edit("minimumDays: 2", "minimumDays: 4", "baseline.selection.weekday.minimumDays"),
    Edit("weights: [0.6, 0.4]", "weights: [0.6, 0.3]", "baseline.selection.weekday.weights"),
    Edit("weights: [0.6, 0.4]", "weights: [1]", "baseline.selection.weekday.weights"),
    Edit("y: 5, dropHigh: 2", "y: 3, dropHigh: 2", "baseline.selection.saturday.y"),
    Edit("dropHigh: 2", "dropHigh: 11", "baseline.selection.saturday.dropHigh"),
    Edit(
      "sundayHoliday: {", "business: {choose: low, y: 1}\n    sundayHoliday: {",
      "baseline.selection.business", "classWithoutRule"),
    Edit(
      "sundayHoliday: {choose: recent, y: 4}", "", "baseline.selection", "classWithoutRule",
      down: -3),
    Edit("rankBy: fullDay", "rankBy: day", "baseline.rankBy"),
    Edit("lowUsage: 0.25", "lowUsage: 1.1", "baseline.lowUsage"),
    Edit("lowUsage: 0.25", "lowUsage: 5/4", "baseline.lowUsage"),
    Edit("weights: [0.6, 0.4]", "weights: [2/3, 0.4]", "baseline.selection.weekday.weights[0]"),
    Edit("tooFewDays: useAvailable", "tooFewDays: zero", "baseline.tooFewDays"),
    Edit("type: additive", "type: none", "baseline.adjustment.type"),
    Edit("type: additive", "type: multiplicative", "baseline.adjustment.capOf", down: 7),
    Edit("direction: both", "direction: up", "baseline.adjustment.direction"),
    Edit("direction: both", "direction: upOnly", "baseline.adjustment.capDown", down: 5),
    Edit("anchor: start", "anchor: middle", "baseline.adjustment.windows[0].anchor"),
    Edit("toMinutes: -120", "toMinutes: 15", "baseline.adjustment.windows[0].toMinutes"),
    Edit("toMinutes: -120", "toMinutes: -240", "baseline.adjustment.windows[0].toMinutes"),
    Edit(
      "toMinutes: -120", "toMinutes: -130", "baseline.adjustment.windows[0].toMinutes",
      "windowOffGrid"),
    Edit("fromMinutes: 60", "fromMinutes: -60", "baseline.adjustment.windows[1].fromMinutes"),
    Edit(
      "anchor: end, fromMinutes: 60, toMinutes: 120",
      "anchor: start, fromMinutes: -150, toMinutes: -90", "baseline.adjustment.windows[1]",
      "windowOverlap"),
    Edit("capUp: 0.1", "capUp: 0.41", "baseline.adjustment.capUp"),
    Edit("capUp: 0.1", "cap: 0.1", "baseline.adjustment.capDown", down: 1),
    Edit("capDown: 2/7", "capDown: 3/7", "baseline.adjustment.capDown"),
    Edit("capDown: 2/7", "capDown: 2/0", "baseline.adjustment.capDown"),
    Edit("capOf: eventBaseline", "capOf: kW", "baseline.adjustment.capOf"),
    Edit("onMissing: refuse", "onMissing: ignore", "baseline.adjustment.onMissing"),
    Edit("floorAtZero: true", "floorAtZero: 1", "baseline.floorAtZero"),
    Edit("before: {minutes: 120", "before: {minutes: -1", "baseline.before.minutes"),
    Edit("gapMinutes: 30", "gapMinutes: 1441", "baseline.after.gapMinutes"),
    Edit("combine: max", "combine: median", "baseline.combine"),
    Edit("charging: net", "charging: gross", "baseline.charging"),
    Edit("gateClosureMinutes: 60", "gateClosureMinutes: 1h", "baseline.gateClosureMinutes"),
  ]) func `is refused for its measurement and baseline`(_ edit: Edit) throws { try edit.check() }

  @Test(arguments: [
    "calendar", "events", "signals", "notice", "measurement", "baseline", "reward", "splits",
    "escrow", "settlement",
  ]) func `is refused without a section`(_ name: String) {
    var lines = Fixture.whole.split(separator: "\n", omittingEmptySubsequences: false)
    let start = lines.firstIndex { $0.hasPrefix("\(name):") }!
    let end = lines[(start + 1)...].firstIndex { !$0.hasPrefix(" ") } ?? lines.count
    lines.removeSubrange(start..<end)
    let faults = Fixture.faults(lines.joined(separator: "\n"))
    #expect(
      faults.contains { $0.path == name && $0.code == "missing" && $0.line == 1 }, "\(faults)")
  }

  @Test func `is refused for numbers without a source, once a section`() throws {
    let text = try Fixture.edited("source: project\n", "").text
    let faults = Fixture.faults(text)
    #expect(faults.allSatisfy { $0.code == "noSource" }, "\(faults)")
    #expect(
      faults.map(\.path) == [
        "events.minimumMinutes", "signals.minimumKW", "notice.minimumMinutes",
        "dispatch.release.percent", "measurement.intervalMinutes", "baseline.lookbackDays",
        "validation.connectionW", "reward.energy.rate.amount", "splits.shares.owner",
        "escrow.coverPercent",
        "settlement.runs[0].afterDays",
      ])
  }

  @Test func `has every fault named at once, in order of lines`() {
    let text = """
      headroomPolicy: 1
      id: X
      title: T
      version: 1
      effective: {from: soon}
      timeZone: Nowhere
      currency: USD
      source: project
      colour: blue
      """
    let faults = Fixture.faults(text)
    #expect(
      faults.map { "\($0.line) \($0.path) \($0.code)" } == [
        "1 calendar missing", "1 events missing", "1 signals missing", "1 notice missing",
        "1 measurement missing", "1 baseline missing", "1 reward missing", "1 splits missing",
        "1 escrow missing", "1 settlement missing", "2 id badValue", "5 effective.from badValue",
        "6 timeZone badValue", "9 colour unknownField",
      ])
  }

  @Test func `says file, line, field, found and allowed in one line`() throws {
    let (text, line) = try Fixture.edited("capUp: 0.1", "capUp: 1.4")
    #expect(
      Fixture.faults(text).map(\.description) == [
        "p.yaml:\(line): baseline.adjustment.capUp is 1.4; allowed: a decimal 0…0.4 or a ratio "
          + "such as 2/7, or none"
      ])
  }

  @Test func `gets exit code 1, and 65 when it is no YAML`() throws {
    let text = try Fixture.edited("capUp: 0.1", "capUp: 1.4").text
    let broken = PolicyCheck.report(bytes: Array(text.utf8), file: "p.yaml")
    #expect(broken.exitCode == 1)
    #expect(broken.text.hasSuffix("\np.yaml: 1 fault\n"))
    for bytes in [Array("a: [".utf8), [0xff], Array(repeating: 32, count: 70_000), []] {
      #expect(PolicyCheck.report(bytes: bytes, file: "p.yaml").exitCode == 65)
    }
    let anchored = PolicyCheck.report(bytes: Array("a: &x 1".utf8), file: "p.yaml")
    #expect(anchored.exitCode == 1)
    #expect(anchored.text.contains("p.yaml:1: a is anchored or an alias"))
  }
}
