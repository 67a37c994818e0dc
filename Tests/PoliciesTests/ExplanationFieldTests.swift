import Testing

@testable import Policies

/// Every field says something: a changed one is seen in the sentences and in a comparison.
@Suite struct `Each field of a policy` {
  /// Fields that say nothing about events, batteries or money, or only how the file is read.
  static let silent: Set<String> = [
    "source", "headroomPolicy", "currency", "timeZone", "effective.to",
    // The greater one would be a fault; nothing else follows from it.
    "reward.energy.rate.ceiling", "reward.availability.rate.ceiling",
  ]

  /// The day of a run before the first payable one: it comes at once, whatever the file says.
  private static let informative = "settlement.runs[0].afterDays"

  /// Other values that may stand where `text` does.
  private static func others(_ text: String, _ shape: YAMLShape?) -> [String] {
    switch shape {
    case .words(let words)?: return words.filter { $0 != text }
    case .truth?: return [text == "true" ? "false" : "true"]
    case .integer?, .decimal?, .number?:
      guard let value = Double(text) else { return ["1", "60"] }
      let whole = Int(value)
      return ["\(whole + 1)", "\(max(0, whole - 1))", "\(whole + 60)", "\(whole + 15)"]
        .filter { $0 != text }
    case .either(let shape, let word)?:
      return text == word ? others("100", shape) + ["900"] : [word] + others(text, shape)
    case .list(.words(let words), _)?: return words.map { "[\($0)]" } + ["[]"]
    case .list?: return ["[]"]
    default: return []
    }
  }

  private static func shapes() -> [String: YAMLShape] {
    var shapes: [String: YAMLShape] = [:]
    func visit(_ nodes: [PolicySchema.Node], _ prefix: String) {
      for node in nodes {
        shapes[prefix + node.name] = node.shape
        visit(node.fields, prefix + node.name + ".")
      }
    }
    visit(PolicySchema().root, "")
    return shapes
  }

  /// `path` without list places and names from data.
  private static func bare(_ path: String) -> String {
    var parts = path.split(separator: ".").map { String($0.prefix { $0 != "[" }) }
    if parts.prefix(2) == ["baseline", "selection"], parts.count == 4 { parts.remove(at: 2) }
    return parts.joined(separator: ".")
  }

  private static func explained(_ policy: Policy) -> [String] {
    policy.explain().lines.map(\.sentence).filter { !$0.hasPrefix("SHA-256") }
  }

  /// The beginnings of fields that mean something beside one kind of baseline alone.
  static let ofKind: [(kind: String, fields: [String])] = [
    ("meterBeforeAfter", ["before.", "after.", "combine"]), ("controlGroup", ["control."]),
    ("declared", ["gateClosureMinutes"]), ("typicalOutput", ["charging"]),
  ].map { kind, fields in (kind, fields.map { "baseline.\($0)" }) }

  @Test(arguments: ["whole", "period", "tiered"])
  func `changes a sentence and is listed when its value changes`(_ name: String) throws {
    let text = ["period": Fixture.period, "tiered": Fixture.tiered][name] ?? Fixture.whole
    let idle = Self.ofKind.flatMap(\.fields)
    let tried = try check(text) { path in !idle.contains { path.hasPrefix($0) } }
    #expect(tried > 60, "only \(tried) fields had another value")
  }

  @Test(arguments: ["meterBeforeAfter", "controlGroup", "declared", "typicalOutput"])
  func `changes a sentence beside its kind of baseline`(_ kind: String) throws {
    let fields = try #require(Self.ofKind.first { $0.kind == kind }?.fields)
    let text = Fixture.whole.replacing("kind: dayMatching", with: "kind: \(kind)").replacing(
      "mode: premises", with: kind == "typicalOutput" ? "mode: deviceOutput" : "mode: premises"
    ).replacing("  capAtDeviceOutput: true\n", with: "")
    let tried = try check(text) { path in fields.contains { path.hasPrefix($0) } }
    #expect(tried >= 1)
  }

  /// Changes every value in turn; returns how many fields had another one that is accepted.
  private func check(_ text: String, _ isWanted: (String) -> Bool) throws -> Int {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let before = try Policy.load(
      bytes: Array(text.utf8), file: "p.yaml", allowsProgramme: true)
    let said = Self.explained(before)
    let shapes = Self.shapes()
    var tried: Set<String> = []
    for place in FieldWalk(lines).places where !place.value.isEmpty {
      let path = Self.bare(place.path)
      guard !Self.silent.contains(path), place.path != Self.informative, isWanted(path) else {
        continue
      }
      let line = Array(lines[place.line])
      let value = String(line[place.value])
      for other in Self.others(value, shapes[path]) {
        var edited = lines
        edited[place.line] =
          String(line[..<place.value.lowerBound]) + other
          + String(line[place.value.upperBound...])
        let bytes = Array(edited.joined(separator: "\n").utf8)
        guard
          let after = try? Policy.load(bytes: bytes, file: "p.yaml", allowsProgramme: true),
          !after.saysTheSame(as: before)
        else { continue }
        tried.insert(path)
        let isSaid = Self.explained(after) != said
        #expect(isSaid, "\(place.path): \(value) -> \(other) is not said")
        let changes = PolicyDifference(
          old: (Array(text.utf8), before), new: (bytes, after), homes: 1
        ).changes
        let isListed = changes.contains { place.path.hasPrefix($0.path) }
        #expect(isListed, "\(place.path): \(value) -> \(other) is not listed")
      }
    }
    return tried.count
  }
}
