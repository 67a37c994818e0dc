import Engine
import Grid

/// How often, by whom, with whom: the rules around an event in sentences.
extension PolicyWords {
  mutating func sayLimits() {
    let events = policy.dispatch.events
    let calendar = policy.dispatch.calendar
    var free = Weekday.allCases.filter(calendar.nonWorkingDays.contains).map(\.abbreviation)
    if !calendar.holidays.isEmpty { free.append("listed holidays (\(calendar.holidays.count))") }
    let moved =
      calendar.workingDays.isEmpty
      ? "" : "; listed working days (\(calendar.workingDays.count)) are none all the same"
    say(
      "Days off are \(free.isEmpty ? "none" : Self.list(free, "and"))\(moved).",
      "calendar")
    if let seconds = events.maximumSecondsPerSeason {
      let hours = FixedDecimal.text(seconds / 36, places: 2, minimumPlaces: 0)
      say("All events of a season last at most \(hours) hours.", "events.maximumHoursPerSeason")
    }
    if events.minimumRestMinutes > 0 {
      say(
        "From the end of an event to the next start at least \(events.minimumRestMinutes) minutes "
          + "pass.", "events.minimumRestMinutes")
    }
    if let days = events.maximumConsecutiveDays {
      say("Events come on at most \(days) days in a row.", "events.maximumConsecutiveDays")
    }
    if events.lengthIsContracted {
      say(
        "A battery that is contracted for less than the event's length is skipped.",
        "events.durationFromEnrolment")
    }
    switch events.countCancelled {
    case .never: say("A cancelled event uses up no limit.", "events.countCancelled")
    case .started:
      say("A cancelled event uses up a limit if it had started.", "events.countCancelled")
    case .always: say("A cancelled event uses up a limit.", "events.countCancelled")
    }
    say(
      events.testsAllowed
        ? "Tests\(testLimits(events)) are taken and \(events.testsPaid ? "paid" : "not paid"); in limits and means they "
          + "\(events.testsCounted ? "count." : "do not count.")" : "Tests are refused.",
      "events.tests")
  }

  /// ` of at least 15 minutes, at most 2 a season,`, or nothing.
  private func testLimits(_ events: DispatchTerms.EventTerms) -> String {
    let limits = [
      events.testsMinimumMinutes.map { "of at least \($0) minutes" },
      events.testsMaximumPerSeason.map { "at most \($0) a season" },
    ].compactMap { $0 }
    return limits.isEmpty ? "" : " \(limits.joined(separator: ", "))"
  }

  mutating func sayChanges() {
    let signals = policy.dispatch.signals
    let revise =
      signals.revise == .never
      ? "No revision is taken" : "A revision is taken until the event \(edge(signals.revise))"
    say(
      "\(revise), a cancel until it \(edge(signals.cancel)); of an event whose start is past "
        + (signals.joinsLate ? "the rest is taken." : "nothing is taken."),
      "signals.revise, cancel, joinLate")
    let ends = [
      signals.minimumTarget.map { "at least \(kilowatts(Int128($0.watts))) kW" },
      signals.maximumTarget.map { "at most \(kilowatts(Int128($0.watts))) kW" },
    ].compactMap { $0 }
    if !ends.isEmpty {
      say("A power target is \(Self.list(ends, "and")).", "signals.minimumKW, maximumKW")
    }
  }

  private func edge(_ until: DispatchTerms.SignalTerms.Until) -> String {
    until == .untilStart ? "starts" : "ends"
  }

  mutating func sayEnrolment() {
    let terms = policy.dispatch.enrolment
    let others = terms.allowedWith.map(\.text).sorted()
    say(
      others.isEmpty
        ? "A meter of this programme serves no other one on the same days."
        : "A meter may also serve \(Self.list(others)), if that allows it too.",
      "enrolment.otherProgrammes")
    say(
      terms.agreementRequired
        ? "Every home has its owner's consent in the file of enrolments."
        : "Owners' consent is not looked at.", "enrolment.agreement")
    if terms.startsOnFirstOfMonth {
      say("A home begins to count with the next first of a month.", "enrolment.startsOn")
    }
    if terms.minimumBattery > .zero {
      say(
        "Batteries below \(terms.minimumBattery.watts) W do not take part.",
        "enrolment.minimumBatteryW")
    }
    let ends = [
      terms.minimumFleet.map { "below \(kilowatts(Int128($0.watts))) kW" },
      terms.maximumFleet.map { "above \(kilowatts(Int128($0.watts))) kW" },
    ].compactMap { $0 }
    if !ends.isEmpty {
      say(
        "With a fleet \(Self.list(ends)) no event is accepted.",
        "enrolment.minimumFleetKW")
    }
  }
}
