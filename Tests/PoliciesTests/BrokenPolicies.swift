/// One way to break one field.
enum Breakage: String, CaseIterable {
  case wrongType, outOfRange, unknown, missing, twice
}

/// A policy with one fault, and what the refusal must say of it.
struct BrokenPolicy: CustomStringConvertible {
  var text: String
  var path: String
  var line: Int
  var code: String
  var name: String

  var description: String { name }
}

/// Breaks the shipped policies field by field.
struct BrokenPolicies {
  let lines: [String]
  let places: [FieldPlace]

  init(_ bytes: [UInt8]) {
    lines = String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    // Where values come from, and what is not certain, has no form of its own.
    let beside: Set<Substring> = ["source", "sources", "toBeConfirmed"]
    places = FieldWalk(lines).places.filter { place in
      let isTop = !place.path.contains(".")
      return isTop && place.path == "source"
        || !place.path.split(separator: ".").contains(where: beside.contains)
    }
  }

  /// The file with this field broken, or nil where that way has no meaning for it.
  func broken(_ place: FieldPlace, _ way: Breakage, required: Set<String>) -> BrokenPolicy? {
    switch way {
    case .wrongType:
      guard !place.value.isEmpty, place.path != "source" else { return nil }
      let value = text(place).first.map { "{[".contains($0) } == true ? "wrong" : "{wrong: 1}"
      return made(replaced(place, with: value), place, way, "badValue")
    case .outOfRange:
      guard !free.contains(place.path), var value = outOfRange(text(place)) else { return nil }
      if isPrice(place) { value = "-1" }
      return made(replaced(place, with: value), place, way, "badValue")
    case .unknown:
      let isNamedByData = named.contains { place.path.contains($0) }
      guard !isNamedByData, let lines = inserted(before: place, "\(key(place))Z", "1") else {
        return nil
      }
      var broken = made(lines, place, way, "unknownField")
      broken.path += "Z"
      return broken
    case .twice:
      let value = place.value.isEmpty ? "{}" : text(place)
      guard let lines = inserted(before: place, key(place), value) else { return nil }
      // The text is refused before its fields have paths: the key stands for itself.
      var broken = made(lines, place, way, "duplicateKey", down: place.isInline ? 0 : 1)
      broken.path = key(place)
      return broken
    case .missing:
      guard required.contains(place.shape), !place.isInline, !place.value.isEmpty else {
        return nil
      }
      // A mapping without its only field is another fault: it is no mapping any more.
      guard hasOthers(place) else { return nil }
      var lines = lines
      lines[place.line] = "# nothing"
      var broken = made(lines, place, way, "missing")
      broken.line = holder(of: place)
      return broken
    }
  }

  /// The file with every field at once out of its range, and the line and path of each.
  func allOutOfRange() -> (text: String, expected: Set<String>) {
    var lines = lines
    var expected: Set<String> = []
    // From the end, so that the columns before stay as they are.
    for place in places.reversed() where !free.contains(place.path) {
      guard var value = outOfRange(text(place)) else { continue }
      if isPrice(place) { value = "-1" }
      var line = Array(lines[place.line])
      line.replaceSubrange(place.value, with: Array(value))
      lines[place.line] = String(line)
      expected.insert("\(place.line + 1) \(place.path)")
    }
    return (lines.joined(separator: "\n"), expected)
  }

  /// Free text, which has no range; without the file's source every number lacks one.
  private let free: Set<String> = ["source", "title", "version"]

  /// Mappings whose keys are data: a wrong one is a wrong value, not an unknown field.
  private let named = [".byLevel.", ".bySeason.", ".byZone.", ".selection.", ".shares."]

  /// A great price is another fault: that a line may not fit.
  private func isPrice(_ place: FieldPlace) -> Bool {
    place.path.contains(".rate.") || place.path.hasSuffix(".nthEvent.add")
  }

  private func key(_ place: FieldPlace) -> String { part(place.line, place.key) }
  private func text(_ place: FieldPlace) -> String { part(place.line, place.value) }

  private func part(_ line: Int, _ columns: Range<Int>) -> String {
    String(Array(lines[line])[columns])
  }

  private func made(
    _ lines: [String], _ place: FieldPlace, _ way: Breakage, _ code: String, down: Int = 0
  ) -> BrokenPolicy {
    BrokenPolicy(
      text: lines.joined(separator: "\n"), path: place.path, line: place.line + 1 + down,
      code: code, name: "\(way.rawValue) \(place.path)")
  }

  private func replaced(_ place: FieldPlace, with value: String) -> [String] {
    var lines = lines
    var line = Array(lines[place.line])
    line.replaceSubrange(place.value, with: Array(value))
    lines[place.line] = String(line)
    return lines
  }

  /// The field once more under a name, before itself: between the braces or on a line of its own.
  private func inserted(before place: FieldPlace, _ name: String, _ value: String) -> [String]? {
    var lines = lines
    var line = Array(lines[place.line])
    if place.isInline {
      guard line[..<place.key.lowerBound].contains("{") else { return nil }
      line.insert(contentsOf: Array("\(name): \(value), "), at: place.key.lowerBound)
      lines[place.line] = String(line)
    } else {
      let indent = String(repeating: " ", count: place.key.lowerBound)
      lines.insert("\(indent)\(name): \(value)", at: place.line)
    }
    return lines
  }

  private func hasOthers(_ place: FieldPlace) -> Bool {
    guard let dot = place.path.lastIndex(of: ".") else { return true }
    let holder = place.path[...dot]
    return places.contains {
      $0.path.hasPrefix(holder) && $0.path != place.path
        && !$0.path.hasPrefix(place.path + ".") && !$0.path.hasPrefix(place.path + "[")
    }
  }

  /// The line, from 1, of the mapping that holds a field: of its key, or of its first field.
  private func holder(of place: FieldPlace) -> Int {
    guard let dot = place.path.lastIndex(of: ".") else {
      // The file as a mapping begins where its first field stands that is left.
      return (places.first { $0.path != place.path }?.line ?? -1) + 1
    }
    let holder = String(place.path[..<dot])
    let found = places.first { $0.path == holder || $0.path.hasPrefix(holder + ".") }
    return (found?.line ?? -1) + 1
  }

  /// A value of the same kind that no field takes.
  private func outOfRange(_ text: String) -> String? {
    let bare = text.filter { $0 != "\"" }
    if text.isEmpty || "{[".contains(text.first!) { return nil }
    if bare.allSatisfy({ $0.isNumber || $0 == "." || $0 == "-" }) {
      return bare.count { $0 == "-" } == 0 || bare.hasPrefix("-") ? "999999999999" : "2026-13-45"
    }
    if bare.contains(":") { return "\"25:00\"" }
    return "NoSuchWord"
  }
}
