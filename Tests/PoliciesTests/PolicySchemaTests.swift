import Policies
import Testing

@testable import Policies

@Suite struct `The schema of policies` {
  @Test func `has every field that is read or may say nothing special, and no other`() {
    let paths = PolicySchema().paths
    let described = Set(Policy.fieldPaths).union(Policy.fieldsWithoutEffect.keys)
      .subtracting(["source", "toBeConfirmed"])
    let missing = described.subtracting(paths).sorted()
    #expect(missing == [])
    // Sections that hold only fields without effect have no row of their own.
    let more = paths.subtracting(described).filter { path in
      !described.contains { $0.hasPrefix(path + ".") }
    }
    #expect(more.sorted() == [])
  }

  @Test func `says what is required, and what stands instead of another`() {
    let root = PolicySchema().root
    #expect(
      root.filter(\.isRequired).map(\.name).prefix(5) == [
        "headroomPolicy", "id", "title", "version", "effective",
      ])
    let events = root.first { $0.name == "events" }
    #expect(events?.isRequired == true)
    #expect(events?.fields.first { $0.name == "minimumMinutes" }?.isRequired == false)
  }

  @Test func `knows the words, ranges and lists of its fields`() {
    func node(_ path: String...) -> PolicySchema.Node? {
      var fields = PolicySchema().root
      var found: PolicySchema.Node?
      for name in path {
        found = fields.first { $0.name == name }
        fields = found?.fields ?? []
      }
      return found
    }
    #expect(node("measurement", "intervalMinutes")?.shape != .section)
    #expect(node("signals", "signature")?.shape == .words(["required", "channel"]))
    #expect(node("events", "stepMinutes")?.shape == .integer(1...1_440))
    #expect(
      node("calendar", "seasons", "windows", "to")?.shape
        == .pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"))
    #expect(node("baseline", "selection", "choose")?.isRequired == true)
    guard
      case .mapping(of: .section, by: .words(let classes), 1...6)? =
        node("baseline", "selection")?.shape
    else {
      Issue.record("the selection is a mapping by class of day")
      return
    }
    #expect(classes.contains("business"))
  }

  @Test func `knows the default of a field that may be left out`() {
    var defaults: [String: String] = [:]
    func visit(_ nodes: [PolicySchema.Node], _ prefix: String) {
      for node in nodes {
        defaults[prefix + node.name] = node.standard
        visit(node.fields, prefix + node.name + ".")
      }
    }
    visit(PolicySchema().root, "")
    for (path, text) in [
      "currencyDigits": "2", "calendar.nonWorkingDays": "[sat, sun]",
      "events.countCancelled": "started", "signals.revise": "untilEnd",
      "signals.signature": "required", "notice.late": "refuse", "dispatch.fairness": "proportional",
      "dispatch.ramp.batterySeconds": "10", "dispatch.commands.graceSeconds": "900",
      "dispatch.recovery.fleetLimitPercentOfEvent": "50", "measurement.lossFactor": "1",
      "measurement.reconcile.kWh": "0.2", "baseline.lookbackDays": "45",
      "baseline.tooFewDays": "notVerifiable", "reward.penalty.deadbandPercent": "10",
      "reward.energy.capPercent": "100", "escrow.coverPercent": "100",
      "settlement.disputeDays": "60", "settlement.reconcilePercent": "1",
    ] { #expect(defaults[path] == text, "\(path)") }
    // What is required, or means nothing when it is not there, has none.
    for path in ["id", "calendar.seasons", "dispatch.release", "events.maximumPerDay"] {
      #expect(defaults[path] == nil, "\(path)")
    }
  }
}
