import Engine
import Grid
import Verification

extension PolicyRules {
  func checkMeasurement() {
    guard let mode = parts.measurement?.mode, let kind = parts.baseline?.kind else { return }
    let fits =
      switch (mode, kind) {
      case (.deviceOutput, .typicalOutput), (.deviceGross, .none): true
      case (.premises, .dayMatching), (.premises, .meterBeforeAfter), (.premises, .declared),
        (.premises, .controlGroup):
        true
      case (.deviceOutput, _), (.deviceGross, _), (.premises, _): false
      }
    guard !fits else { return }
    fault(
      "baseline.kind", "\(kind.rawValue) with measurement.mode \(mode.rawValue)",
      "typicalOutput with deviceOutput, none with deviceGross, the others with premises",
      Code.measurementMismatch)
  }

  /// A pause is seen by a meter for which charging is something.
  func checkKinds() {
    guard parts.enrolment.kinds.contains(.evCharger), let measurement = parts.measurement,
      let baseline = parts.baseline
    else { return }
    let found: String? =
      switch measurement.mode {
      case .deviceGross: "evCharger with measurement.mode deviceGross"
      case .deviceOutput: baseline.chargingNets ? nil : "evCharger with baseline.charging zero"
      case .premises:
        baseline.chargingNets || !measurement.capAtDeviceOutput
          ? nil : "evCharger with capAtDeviceOutput and baseline.charging zero"
      }
    guard let found else { return }
    fault(
      "enrolment.kinds", found,
      "premises without capAtDeviceOutput, or premises or deviceOutput with baseline.charging: net",
      Code.measurementMismatch)
  }

  /// Who gives way to another event goes and comes at moments that no slope knows.
  func checkSlope() {
    guard parts.dispatch.slopePerMinute != nil, parts.events?.overlap == .priority else { return }
    fault(
      "dispatch.ramp.fleetKWPerMinute", "there beside events.overlap priority",
      "one of both: events of different rank are handed over at once", YAMLFault.Code.badValue)
  }

  /// Every class of days that may have an event has a selection, and no other has one.
  func checkClasses() {
    guard let baseline = parts.baseline, let calendar = parts.calendar,
      baseline.kind == .dayMatching || baseline.kind == .typicalOutput
    else { return }
    let known: [BaselineTerms.DayClass] =
      switch baseline.dayClasses {
      case .all: [.all]
      case .businessNonBusiness: [.business, .nonBusiness]
      case .weekdaySaturdaySunday: [.weekday, .saturday, .sundayHoliday]
      }
    for name in baseline.selection.keys.sorted(by: { $0.rawValue < $1.rawValue })
    where !known.contains(name) {
      fault(
        "baseline.selection.\(name.rawValue)", "no class of \(baseline.dayClasses.rawValue)",
        known.map(\.rawValue).joined(separator: ", "), Code.classWithoutRule)
    }
    let needed = classesWithEvents(calendar, baseline.dayClasses)
    for name in known where needed.contains(name) && baseline.selection[name] == nil {
      fault(
        "baseline.selection", "without \(name.rawValue), a class that may have events",
        "a rule for every such class", Code.classWithoutRule)
    }
  }

  private func classesWithEvents(
    _ calendar: ProgrammeCalendar, _ classes: BaselineTerms.DayClasses
  ) -> Set<BaselineTerms.DayClass> {
    var found: Set<BaselineTerms.DayClass> = []
    func add(isBusiness: Bool, weekday: Weekday, isHoliday: Bool, isMoved: Bool) {
      switch classes {
      case .all: found.insert(.all)
      case .businessNonBusiness: found.insert(isBusiness ? .business : .nonBusiness)
      case .weekdaySaturdaySunday:
        if isMoved {
          found.insert(.weekday)
        } else if isHoliday || weekday == .sunday {
          found.insert(.sundayHoliday)
        } else {
          found.insert(weekday == .saturday ? .saturday : .weekday)
        }
      }
    }
    for season in calendar.seasons {
      for weekday in season.days {
        add(
          isBusiness: !calendar.nonWorkingDays.contains(weekday), weekday: weekday,
          isHoliday: false, isMoved: false)
      }
      let listed = calendar.holidays.union(calendar.workingDays)
      for date in listed where season.contains(date) && season.days.contains(date.weekday) {
        let isHoliday = calendar.holidays.contains(date)
        if isHoliday, !season.holidaysIncluded { continue }
        add(
          isBusiness: calendar.isBusinessDay(date), weekday: date.weekday, isHoliday: isHoliday,
          isMoved: calendar.workingDays.contains(date))
      }
    }
    return found
  }

  /// Windows of the day lie on the grid of settlement intervals and not on each other.
  func checkWindows() {
    guard let baseline = parts.baseline, let interval = parts.measurement?.intervalMinutes else {
      return
    }
    func checkGrid(_ path: String, _ minutes: Int64) {
      guard minutes % interval != 0 else { return }
      fault(
        path, "\(minutes)", "whole settlement intervals of \(interval) minutes", Code.windowOffGrid)
    }
    let windows = baseline.adjustment?.windows ?? []
    for (index, window) in windows.enumerated() {
      let path = "baseline.adjustment.windows[\(index)]"
      checkGrid("\(path).fromMinutes", window.fromMinutes)
      checkGrid("\(path).toMinutes", window.toMinutes)
      let overlaps = windows[..<index].contains {
        $0.anchor == window.anchor && $0.fromMinutes < window.toMinutes
          && window.fromMinutes < $0.toMinutes
      }
      if overlaps {
        fault(path, "overlapping another one", "windows apart from each other", Code.windowOverlap)
      }
    }
    if baseline.kind == .meterBeforeAfter {
      checkGrid("baseline.before.minutes", baseline.beforeAfter.beforeMinutes)
      checkGrid("baseline.before.gapMinutes", baseline.beforeAfter.beforeGapMinutes)
      checkGrid("baseline.after.minutes", baseline.beforeAfter.afterMinutes)
      checkGrid("baseline.after.gapMinutes", baseline.beforeAfter.afterGapMinutes)
    }
  }
}
