/// One field of a policy file as its text has it, found without the reader under test.
struct FieldPlace {
  /// Its path, such as `settlement.runs[0].name`.
  var path: String
  /// Its line, from 0.
  var line: Int
  /// The columns of its key and of its value on that line; an empty value is a block below.
  var key: Range<Int>
  var value: Range<Int>
  /// The field stands between braces or after the dash of a list.
  var isInline: Bool

  /// The path with every place of a list as `[]`.
  var shape: String {
    var shape = ""
    for part in path.split(separator: "[", omittingEmptySubsequences: false) {
      guard let end = part.firstIndex(of: "]") else {
        shape += part
        continue
      }
      shape += "[" + part[end...]
    }
    return shape
  }
}

/// Walks a policy line by line: indentation, dashes and braces, as the shipped files use them.
struct FieldWalk {
  private(set) var places: [FieldPlace] = []
  private var open: [(indent: Int, path: String)] = []
  private var counts: [String: Int] = [:]

  init(_ lines: [String]) {
    for (number, line) in lines.enumerated() { visit(Array(line), number) }
  }

  private mutating func visit(_ line: [Character], _ number: Int) {
    let end = Self.end(of: line)
    var column = line.prefix(end).prefix { $0 == " " }.count
    guard column < end else { return }
    while let last = open.last, last.indent >= column { open.removeLast() }
    var isInline = false
    if line[column] == "-", column + 1 < end, line[column + 1] == " " {
      let list = open.last?.path ?? ""
      let path = "\(list)[\(counts[list, default: 0])]"
      counts[list, default: 0] += 1
      open.append((column, path))
      column += 2
      isInline = true
      guard line[column] != "{" else {
        flow(line, column, end, path, number)
        return
      }
    }
    guard let colon = line[column..<end].firstIndex(of: ":") else { return }
    let name = String(line[column..<colon])
    let path = Self.join(open.last?.path ?? "", name)
    let start = line[(colon + 1)..<end].firstIndex { $0 != " " } ?? end
    places.append(
      FieldPlace(
        path: path, line: number, key: column..<colon, value: start..<end, isInline: isInline))
    if start == end { open.append((column, path)) } else { flow(line, start, end, path, number) }
  }

  /// The fields between the braces that open at `start`, if any do.
  private mutating func flow(
    _ line: [Character], _ start: Int, _ end: Int, _ path: String, _ number: Int
  ) {
    guard line[start] == "{" || line[start] == "[" else { return }
    let isList = line[start] == "["
    for (index, part) in Self.parts(line, start + 1, end - 1).enumerated() {
      if isList {
        flow(line, part.lowerBound, part.upperBound, "\(path)[\(index)]", number)
        continue
      }
      guard let colon = line[part].firstIndex(of: ":") else { continue }
      let name = String(line[part.lowerBound..<colon])
      let own = Self.join(path, name)
      let value = (colon + 2)..<part.upperBound
      places.append(
        FieldPlace(
          path: own, line: number, key: part.lowerBound..<colon, value: value, isInline: true))
      flow(line, value.lowerBound, value.upperBound, own, number)
    }
  }

  /// The parts between commas that stand in no inner bracket and no quotes.
  private static func parts(_ line: [Character], _ from: Int, _ to: Int) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var depth = 0
    var isQuoted = false
    var start = from
    for index in from..<max(from, to) {
      if line[index] == "\"" { isQuoted.toggle() }
      if isQuoted { continue }
      if line[index] == "{" || line[index] == "[" { depth += 1 }
      if line[index] == "}" || line[index] == "]" { depth -= 1 }
      guard line[index] == ",", depth == 0 else { continue }
      parts.append(start..<index)
      start = index + 2
    }
    if start < to { parts.append(start..<to) }
    return parts
  }

  /// The column after the last character that is neither comment nor space.
  private static func end(of line: [Character]) -> Int {
    var end = line.count
    var isQuoted = false
    for (index, character) in line.enumerated() {
      if character == "\"" { isQuoted.toggle() }
      guard character == "#", !isQuoted, index == 0 || line[index - 1] == " " else { continue }
      end = index
      break
    }
    while end > 0, line[end - 1] == " " { end -= 1 }
    return end
  }

  private static func join(_ path: String, _ name: String) -> String {
    path.isEmpty ? name : path + "." + name
  }
}
