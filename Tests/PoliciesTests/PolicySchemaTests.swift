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
}
