import Yams

/// One mapping of a file, whose fields are asked for by name.
///
/// `finish()` refuses every key that was not asked for; a section read through
/// `YAMLForm.section` is finished by itself.
public final class YAMLSection {
  /// Where it stands, such as `settlement.runs[0]`; empty for the root.
  public let path: String
  /// The same without list positions, such as `settlement.runs[]`.
  public let schemaPath: String
  /// Where it begins.
  public let line: Int
  /// Who collects the faults.
  public let reader: YAMLReader
  /// True when this mapping or one above it names its `source`.
  public private(set) var hasSource: Bool
  private let entries: [(key: String, line: Int, node: Node)]
  private var asked: Set<String> = []
  private var unconfirmedKeys: [(key: String, line: Int)] = []

  init(
    _ mapping: Node.Mapping, path: String, schemaPath: String, line: Int, reader: YAMLReader,
    parent: YAMLSection?
  ) {
    self.path = path
    self.schemaPath = schemaPath
    self.line = line
    self.reader = reader
    hasSource = parent?.hasSource ?? false
    entries = mapping.map { key, value in
      guard case .scalar(let name) = key else {
        preconditionFailure("the strictness walk has refused keys that are not text")
      }
      return (name.string, name.mark?.line ?? line, value)
    }
    if reader.limits.isAnnotated { readAnnotations() }
  }

  /// An empty section that only notes what it is asked for.
  init(outlining place: YAMLPlace) {
    path = place.schemaPath
    schemaPath = place.schemaPath
    line = 1
    reader = place.reader
    hasSource = true
    entries = []
  }

  /// Notes a field and those inside it, where only the outline is wanted.
  private func outline<Value>(_ key: String, _ form: YAMLForm<Value>, isRequired: Bool) {
    guard reader.isOutlining else { return }
    let field = YAMLField(
      path: schema(of: key), shape: form.shape, allowed: form.allowed, isRequired: isRequired)
    reader.note(field)
    form.explore(YAMLPlace(reader: reader, schemaPath: field.path))
  }

  /// The keys, in the order of the file.
  public var keys: [String] { entries.map(\.key) }

  /// True when `key` is there, even with an empty value.
  public func has(_ key: String) -> Bool { entries.contains { $0.key == key } }

  /// The line of `key`, or that of the section when it is missing.
  public func line(of key: String) -> Int { entries.first { $0.key == key }?.line ?? line }

  /// The path of `key`.
  public func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// The value of `key`; nil when it is missing or wrong, and then a fault says so.
  public func required<Value>(_ key: String, _ form: YAMLForm<Value>) -> Value? {
    outline(key, form, isRequired: true)
    guard let value = take(key) else {
      reader.add(
        line: line, path: path(of: key), found: "missing", allowed: form.allowed,
        code: YAMLFault.Code.missing)
      return nil
    }
    return form.read(value)
  }

  /// The value of `key`; nil when it is missing, or wrong, and then a fault says so.
  public func optional<Value>(_ key: String, _ form: YAMLForm<Value>) -> Value? {
    outline(key, form, isRequired: false)
    return take(key).flatMap(form.read)
  }

  /// The value of `key`; `standard` when it is missing, or wrong, and then a fault says so.
  ///
  /// A mapping that is missing has the defaults of its fields; `standard` says the same.
  public func optional<Value>(
    _ key: String, _ form: YAMLForm<Value>, default standard: Value
  ) -> Value {
    let value = optional(key, form)
    guard !has(key) else { return value ?? standard }
    if let text = form.write(standard) {
      note(key, default: text)
    } else if !reader.isOutlining, form.shape == .section {
      let empty = YAMLReader(outlining: reader.limits, isOutlining: false)
      form.explore(YAMLPlace(reader: empty, schemaPath: path(of: key)))
      reader.standards.merge(empty.standards) { old, _ in old }
    }
    return standard
  }

  /// Notes what `key`, which is missing, means, as it would be written; nil where it means nothing.
  func note(_ key: String, default text: String?) {
    reader.standards[reader.isOutlining ? schema(of: key) : path(of: key)] = text
  }

  /// Adds a fault of `key`; `found` is the value's own text unless given.
  public func fault(
    _ key: String, found: String? = nil, allowed: String, code: String = YAMLFault.Code.badValue
  ) {
    let value = entries.first { $0.key == key }.map { YAMLValue.text(of: $0.node) }
    reader.add(
      line: line(of: key), path: path(of: key), found: found ?? value ?? "missing",
      allowed: allowed, code: code)
  }

  /// Refuses every key that was not asked for.
  public func finish() {
    for (key, line, node) in entries where !asked.contains(key) {
      judge(
        key, line: line, node: node, path: path(of: key), schema: schema(of: key), known: asked)
    }
    for (key, line) in unconfirmedKeys where !isKnown(key) {
      reader.add(
        line: line, path: path(of: "toBeConfirmed"), found: "naming \(key)",
        allowed: "fields of this mapping", code: YAMLFault.Code.unknownField)
    }
  }

  func take(_ key: String) -> YAMLValue? {
    asked.insert(key)
    reader.asked.insert(schema(of: key))
    guard let entry = entries.first(where: { $0.key == key }) else { return nil }
    reader.lines[path(of: key)] = entry.line
    return YAMLValue(
      node: entry.node, path: path(of: key), schemaPath: schema(of: key), line: entry.line,
      reader: reader, section: self)
  }

  /// Every key that is not an annotation, for mappings keyed by data.
  func takeAll() -> [(key: String, value: YAMLValue)] {
    entries.compactMap { entry in
      if asked.contains(entry.key) { return nil }
      asked.insert(entry.key)
      reader.lines[path(of: entry.key)] = entry.line
      return (
        entry.key,
        YAMLValue(
          node: entry.node, path: path(of: entry.key), schemaPath: schemaPath + ".*",
          line: entry.line, reader: reader, section: self)
      )
    }
  }

  private func schema(of key: String) -> String {
    schemaPath.isEmpty ? key : "\(schemaPath).\(key)"
  }

  private func isKnown(_ key: String) -> Bool {
    let limits = reader.limits
    let schema = schema(of: key)
    return asked.contains(key) || limits.notYet.contains(schema)
      || limits.withoutEffect[schema] != nil
      || limits.withoutEffect.keys.contains { $0.hasPrefix(schema + ".") }
      || limits.notYet.contains { $0.hasPrefix(schema + ".") }
  }

  /// A key that nobody asked for: without effect, not there yet, or unknown.
  private func judge(
    _ key: String, line: Int, node: Node, path: String, schema: String, known: Set<String>
  ) {
    let limits = reader.limits
    let found = YAMLValue.text(of: node)
    if let texts = limits.withoutEffect[schema] {
      if texts.contains(found) { return }
      reader.add(
        line: line, path: path, found: found,
        allowed: texts.sorted().joined(separator: " or ")
          + ", or leave it out: this version has nothing else yet", code: YAMLFault.Code.notYet)
    } else if case .mapping(let mapping) = node,
      limits.withoutEffect.keys.contains(where: { $0.hasPrefix(schema + ".") })
    {
      let prefix = schema + "."
      let names = limits.withoutEffect.keys.filter { $0.hasPrefix(prefix) }
        .map { String($0.dropFirst(prefix.count)) }
      for (inner, value) in mapping {
        let name = inner.scalar?.string ?? ""
        if limits.isAnnotated, YAMLSection.annotations.contains(name) { continue }
        judge(
          name, line: inner.mark?.line ?? line, node: value, path: "\(path).\(name)",
          schema: "\(schema).\(name)", known: Set(names))
      }
    } else if limits.notYet.contains(schema) {
      reader.add(
        line: line, path: path, found: "described, but not in this version yet",
        allowed: "leave it out", code: YAMLFault.Code.notYet)
    } else {
      reader.add(
        line: line, path: path, found: "unknown",
        allowed: known.subtracting(YAMLSection.annotations).sorted().joined(separator: ", "),
        code: YAMLFault.Code.unknownField)
    }
  }
}

extension YAMLSection {
  /// What every mapping of an annotated file may carry.
  static let annotations: Set<String> = ["source", "toBeConfirmed"]

  /// Reads `source` and `toBeConfirmed`, which belong to the file and not to the schema.
  private func readAnnotations() {
    if optional("source", .text(500)) != nil { hasSource = true }
    guard let value = take("toBeConfirmed") else { return }
    guard case .mapping(let mapping) = value.node else {
      value.fault(allowed: "a mapping from fields to reasons")
      return
    }
    for (key, reason) in mapping {
      let name = key.scalar?.string ?? ""
      let line = key.mark?.line ?? value.line
      guard case .scalar(let text) = reason, !text.string.isEmpty else {
        reader.add(
          line: line, path: "\(value.path).\(name)", found: YAMLValue.text(of: reason),
          allowed: "the reason as text")
        continue
      }
      unconfirmedKeys.append((name, line))
      reader.unconfirmed.append(
        YAMLReader.Unconfirmed(path: path(of: name), reason: text.string, line: line))
    }
  }
}
