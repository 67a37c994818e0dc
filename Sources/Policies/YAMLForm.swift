import Yams

/// A value where it stands: the node, its place and who collects the faults.
struct YAMLValue {
  let node: Node
  let path: String
  let schemaPath: String
  let line: Int
  let reader: YAMLReader
  let section: YAMLSection
  /// What else may stand there, as the end of a list.
  var alternative = ""

  /// Adds a fault of this value.
  func fault(found: String? = nil, allowed: String, code: String = YAMLFault.Code.badValue) {
    reader.add(
      line: line, path: path, found: found ?? YAMLValue.text(of: node),
      allowed: allowed + alternative, code: code)
  }

  /// What a person sees of a value, at most 60 characters.
  static func text(of node: Node) -> String {
    switch node {
    case .scalar(let scalar):
      let text = scalar.string
      if text.isEmpty { return "empty" }
      return text.count <= 60 ? text : text.prefix(59) + "…"
    case .sequence(let sequence): return sequence.isEmpty ? "[]" : "a list"
    case .mapping(let mapping): return mapping.isEmpty ? "{}" : "a mapping"
    case .alias: return "an alias"
    }
  }
}

/// How one value is written, and how its text becomes a value.
///
/// Forms nest: a list of decimals, a mapping from a level to a percentage, a list of sections.
public struct YAMLForm<Value> {
  /// What may stand there, in words for a fault.
  public let allowed: String
  let read: (YAMLValue) -> Value?
  let isNumber: Bool
  /// What may stand there, for an outline of the whole schema.
  let shape: YAMLShape
  /// Asks for the fields inside, without a document: for the outline.
  let explore: (YAMLPlace) -> Void
  /// How a value would be written in a file, where the form knows: for defaults.
  let write: (Value) -> String?

  init(
    allowed: String, isNumber: Bool = false, shape: YAMLShape,
    explore: @escaping (YAMLPlace) -> Void = { _ in },
    write: @escaping (Value) -> String? = { _ in nil }, read: @escaping (YAMLValue) -> Value?
  ) {
    self.allowed = allowed
    self.isNumber = isNumber
    self.shape = shape
    self.explore = explore
    self.write = write
    self.read = read
  }

  /// A value of one text; `parse` gives nil for a text that is not allowed.
  public static func scalar(
    _ allowed: String, isNumber: Bool = false, shape: YAMLShape? = nil,
    write: @escaping (Value) -> String? = { _ in nil }, _ parse: @escaping (String) -> Value?
  ) -> YAMLForm {
    let shape = shape ?? (isNumber ? .number : .text)
    return YAMLForm(allowed: allowed, isNumber: isNumber, shape: shape, write: write) { value in
      guard case .scalar(let scalar) = value.node, let parsed = parse(scalar.string) else {
        value.fault(allowed: allowed)
        return nil
      }
      if isNumber { value.requireSource() }
      return parsed
    }
  }

  /// The value of another form, turned into something else; nil when `turn` has no answer.
  ///
  /// `back` turns it again, so that a default can be written.
  public func map<Other>(
    allowed: String? = nil, back: @escaping (Other) -> Value? = { _ in nil },
    _ turn: @escaping (Value) -> Other?
  ) -> YAMLForm<Other> {
    let allowed = allowed ?? self.allowed
    return YAMLForm<Other>(
      allowed: allowed, isNumber: isNumber, shape: shape, explore: explore,
      write: { back($0).flatMap(write) }
    ) { value in
      guard let mine = read(value) else { return nil }
      guard let other = turn(mine) else {
        value.fault(allowed: allowed)
        return nil
      }
      return other
    }
  }

  /// This form, or `word` for nothing at all.
  public func orNothing(_ word: String = "none") -> YAMLForm<Value?> {
    YAMLForm<Value?>(
      allowed: "\(allowed), or \(word)", isNumber: isNumber, shape: .either(shape, word),
      explore: explore, write: { $0.map(write) ?? word }
    ) { value in
      if case .scalar(let scalar) = value.node, scalar.string == word { return .some(nil) }
      var value = value
      value.alternative = ", or \(word)"
      return read(value).map { .some($0) }
    }
  }
}

extension YAMLValue {
  /// In an annotated file every number names where it came from, itself or above it.
  ///
  /// One fault for each section of the file, at its first such number, is enough to act on.
  func requireSource() {
    guard reader.limits.isAnnotated, !section.hasSource, !section.path.isEmpty else { return }
    let top = section.path.prefix { $0 != "." && $0 != "[" }
    guard reader.sectionsWithoutSource.insert(String(top)).inserted else { return }
    fault(
      found: "a number without source",
      allowed: "a `source` in its mapping, in one above it, or at the top of the file",
      code: YAMLFault.Code.noSource)
  }
}

extension YAMLForm {
  /// A mapping whose fields `fill` asks for; unknown keys are refused after it.
  public static func section(_ fill: @escaping (YAMLSection) -> Value?) -> YAMLForm {
    YAMLForm(
      allowed: "a mapping", shape: .section,
      explore: { place in
        _ = fill(YAMLSection(outlining: place))
      }
    ) { value in
      guard case .mapping(let mapping) = value.node else {
        value.fault(allowed: "a mapping")
        return nil
      }
      let section = YAMLSection(
        mapping, path: value.path, schemaPath: value.schemaPath, line: value.line,
        reader: value.reader, parent: value.section)
      let result = fill(section)
      section.finish()
      return result
    }
  }

  /// A list of `count` values of one form; nil when one of them is wrong.
  public static func list<Element>(
    of form: YAMLForm<Element>, _ count: ClosedRange<Int>
  ) -> YAMLForm where Value == [Element] {
    let allowed = "a list of \(count.lowerBound)…\(count.upperBound), each: \(form.allowed)"
    return YAMLForm(
      allowed: allowed, shape: .list(of: form.shape, count),
      explore: { form.explore($0.inside("[]")) },
      write: { list in
        let texts = list.compactMap(form.write)
        return texts.count == list.count ? "[\(texts.sorted().joined(separator: ", "))]" : nil
      }
    ) { value in
      guard case .sequence(let sequence) = value.node, count.contains(sequence.count) else {
        value.fault(
          found: value.node.sequence.flatMap { $0.isEmpty ? nil : "a list of \($0.count)" },
          allowed: allowed)
        return nil
      }
      var items: [Element?] = []
      for (index, item) in sequence.enumerated() {
        let place = YAMLValue(
          node: item, path: "\(value.path)[\(index)]", schemaPath: value.schemaPath + "[]",
          line: item.mark?.line ?? value.line, reader: value.reader, section: value.section)
        value.reader.lines[place.path] = place.line
        items.append(form.read(place))
      }
      return items.contains { $0 == nil } ? nil : items.compactMap { $0 }
    }
  }

  /// A list of different values of one form; nil when one of them is wrong or comes twice.
  public static func set<Element: Hashable>(
    of form: YAMLForm<Element>, _ count: ClosedRange<Int>
  ) -> YAMLForm where Value == Set<Element> {
    YAMLForm<[Element]>.list(of: form, count).map(
      allowed: "a list of \(count.lowerBound)…\(count.upperBound) different, each: \(form.allowed)",
      back: { Array($0) }
    ) { items in
      let set = Set(items)
      return set.count == items.count ? set : nil
    }
  }

  /// A mapping from data to values: by level, by party, by name; nil when one of them is wrong.
  public static func mapping<Key: Hashable, Element>(
    of form: YAMLForm<Element>, by keys: YAMLForm<Key>, _ count: ClosedRange<Int>
  ) -> YAMLForm where Value == [Key: Element] {
    let allowed = "a mapping of \(count.lowerBound)…\(count.upperBound), by: \(keys.allowed)"
    return YAMLForm(
      allowed: allowed, shape: .mapping(of: form.shape, by: keys.shape, count),
      explore: { form.explore($0.inside(".*")) }
    ) { value in
      guard case .mapping(let mapping) = value.node else {
        value.fault(allowed: allowed)
        return nil
      }
      let section = YAMLSection(
        mapping, path: value.path, schemaPath: value.schemaPath, line: value.line,
        reader: value.reader, parent: value.section)
      var table: [Key: Element] = [:]
      var isWhole = true
      let entries = section.takeAll()
      for (name, item) in entries {
        // The key is read as if it were a value, so that one set of forms is enough.
        let place = YAMLValue(
          node: Node(name), path: item.path, schemaPath: item.schemaPath, line: item.line,
          reader: item.reader, section: item.section)
        let key = keys.read(place)
        let element = form.read(item)
        if let key, let element { table[key] = element } else { isWhole = false }
      }
      section.finish()
      guard count.contains(entries.count) else {
        value.fault(found: "\(entries.count) entries", allowed: allowed)
        return nil
      }
      return isWhole && table.count == entries.count ? table : nil
    }
  }
}
