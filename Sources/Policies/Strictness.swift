import Yams

/// Finds what YAML allows and no file of the house uses.
enum Strictness {
  /// Faults of anchors, aliases, merge keys, tags and keys that are not plain text.
  ///
  /// An anchored node is not entered: its aliases are copies of it, so the walk stays as long as
  /// the file, whatever the aliases would expand to.
  static func faults(in root: Node, file: String) -> [YAMLFault] {
    var faults: [YAMLFault] = []
    func add(_ node: Node, _ path: String, _ found: String, _ allowed: String) {
      faults.append(
        YAMLFault(
          file: file, line: node.mark?.line ?? 0, path: path, found: found, allowed: allowed,
          code: YAMLFault.Code.notStrict))
    }
    func visit(_ node: Node, _ path: String) {
      if node.anchor != nil {
        add(node, path, "anchored or an alias", "no anchors, no aliases: write the value out")
        return
      }
      switch node {
      case .scalar(let scalar):
        let tag = scalar.tag.description
        let isQuoted = scalar.style != .plain && scalar.style != .any
        if !tag.isEmpty, !(isQuoted && tag == stringTag) { add(node, path, "tagged", "no tags") }
      case .sequence(let sequence):
        if !sequence.tag.description.isEmpty { add(node, path, "tagged", "no tags") }
        for (index, item) in sequence.enumerated() { visit(item, "\(path)[\(index)]") }
      case .mapping(let mapping):
        if !mapping.tag.description.isEmpty { add(node, path, "tagged", "no tags") }
        for (key, value) in mapping {
          guard case .scalar(let name) = key, key.anchor == nil else {
            add(key, path, "keyed by something else than text", "plain keys")
            continue
          }
          // Comparing keys has already resolved their tags to `str`.
          let tag = name.tag.description
          if !tag.isEmpty, tag != stringTag { add(key, path, "tagged", "no tags") }
          if name.string == "<<" { add(key, path, "merged with <<", "no merge keys") }
          visit(value, path.isEmpty ? name.string : "\(path).\(name.string)")
        }
      case .alias: add(node, path, "an alias", "no anchors, no aliases: write the value out")
      }
    }
    visit(root, "")
    return faults
  }

  private static let stringTag = "tag:yaml.org,2002:str"

  /// The line on which block key `name` stands again, or that of its first place.
  static func lineOfRepetition(of name: String, after mark: Mark, in text: String) -> Int {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let indent = String(repeating: " ", count: mark.column - 1)
    let spellings = [name, "\"\(name)\"", "'\(name)'"].map { indent + $0 + ":" }
    for (index, line) in lines.enumerated() where index >= mark.line {
      if spellings.contains(where: { line.hasPrefix($0) }) { return index + 1 }
    }
    return mark.line
  }

  /// Where the parser stopped, and why.
  static func place(of error: YamlError, in text: String) -> (line: Int, problem: String) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return (mark.line, problem)
    case .reader(let problem, let offset, _, _):
      let before = text.prefix(offset ?? 0)
      return (1 + before.count { $0 == "\n" || $0 == "\r\n" }, problem)
    case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded,
      .duplicatedKeysInMapping:
      return (0, "it could not be parsed")
    }
  }
}
