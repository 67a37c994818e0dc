import Engine
import Settlement
import Verification

extension PolicyWords {
  /// What the file leaves out, as it would be written, a line a section; without what has no
  /// bearing on this policy.
  mutating func sayDefaults() {
    let idle = idleFields()
    let baseline = policy.measurement.baseline
    let middles = baseline.selection.filter { $0.value.choose == .middle }.map(\.key.rawValue)
    let ordered = baseline.selection.filter { [.high, .low].contains($0.value.choose) }
      .map(\.key.rawValue)
    let left = policy.defaults.filter { path, _ in
      if path == "fees" { return false }
      let parts = path.split(separator: ".")
      if path.hasPrefix("baseline.selection."), parts.count == 4 {
        if parts[3].hasPrefix("drop") { return middles.contains(String(parts[2])) }
        if parts[3] == "x" { return ordered.contains(String(parts[2])) }
      }
      return !idle.contains { path.hasPrefix($0) }
    }
    var sections: [String: [String]] = [:]
    for (path, text) in left.sorted(by: { $0.key < $1.key }) {
      let top = String(path.prefix { $0 != "." })
      let name = path == top ? path : String(path.dropFirst(top.count + 1))
      sections[path == top ? "" : top, default: []].append("\(name) \(text)")
    }
    for (top, values) in sections.sorted(by: { $0.key < $1.key }) {
      say(
        "Left to the default\(top.isEmpty ? "" : " of \(top)"): \(values.joined(separator: ", ")).",
        top)
    }
  }

  /// Fields, or the beginnings of their paths, that mean nothing beside what else the policy says.
  private func idleFields() -> [String] {
    let baseline = policy.measurement.baseline
    var idle: [String] = []
    if baseline.kind != .controlGroup { idle.append("baseline.control.") }
    if baseline.kind != .meterBeforeAfter {
      idle += ["baseline.before.", "baseline.after.", "baseline.combine"]
    }
    if baseline.kind != .typicalOutput { idle.append("baseline.charging") }
    if baseline.kind != .declared { idle.append("baseline.gateClosureMinutes") }
    if baseline.kind != .dayMatching, baseline.kind != .typicalOutput {
      idle += [
        "lookbackDays", "skipRecentDays", "holidayDays", "excludedDates", "eventDays", "rankBy",
        "tooFewDays", "wallClockGap", "excludedQualities",
      ].map { "baseline.\($0)" }
    }
    let dispatch = policy.dispatch
    if dispatch.fairness != .meritOrder { idle.append("dispatch.meritBy") }
    if dispatch.fairness != .rotationDebt { idle.append("dispatch.fairnessWindowDays") }
    if dispatch.overCommit == nil {
      idle += ["maximumPercent", "historyEvents", "newBatteryPercent"].map {
        "dispatch.overCommit.\($0)"
      }
    }
    if dispatch.optOutUntil != .minutesBeforeStart {
      idle.append("dispatch.optOut.minutesBeforeStart")
    }
    if !dispatch.events.testsAllowed { idle += ["events.tests.paid", "events.tests.counted"] }
    if !policy.programmeTerms.isFleet { idle.append("reward.distribute") }
    if dispatch.correction.maximumRounds == 0 {
      idle.append("dispatch.commands.perGatewayPerHour")
    }
    return idle
  }
}
