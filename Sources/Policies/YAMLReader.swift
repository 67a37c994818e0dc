import Yams

/// Reads one YAML file strictly: the schema reads every value from its own text.
///
/// One document, UTF-8, at most 64 KiB; no anchors, aliases, merge keys or tags; a key twice is a
/// fault. YAML's guessing of types is switched off: `NO` is text, `2.00` an exact decimal and
/// `16:00` a clock, if the schema says so.
///
/// The reader collects every fault of the file before it throws.
///
/// ```swift
/// let reader = try YAMLReader(bytes: bytes, file: "config.yaml")
/// let broker = try reader.read { root in
///   root.required("broker", .section { Broker(port: $0.required("port", .int(1...65_535))) })
/// }
/// ```
public final class YAMLReader {
  /// Longest file, in bytes: no policy or configuration of people comes near it.
  public static let maximumBytes = 65_536

  /// The name in faults.
  public let file: String
  /// Faults so far, in the order in which they were found.
  public private(set) var faults: [YAMLFault] = []
  /// Which fields of a real schema are not there yet, and which values mean nothing special.
  public let limits: YAMLLimits
  /// Schema paths (`settlement.runs[].name`) that were asked for.
  public internal(set) var asked: Set<String> = []
  /// Fields named in some `toBeConfirmed`, with the reason; only in annotated files.
  public internal(set) var unconfirmed: [Unconfirmed] = []
  /// What fields that are not there mean, by their paths, as it would be written in the file.
  var standards: [String: String] = [:]
  var sectionsWithoutSource: Set<String> = []
  var lines: [String: Int] = [:]
  /// The fields that were asked for, in order; filled only for an outline.
  private(set) var fields: [YAMLField] = []
  let isOutlining: Bool
  private let rootNode: Node

  /// A field that its author is not sure of.
  public struct Unconfirmed: Hashable, Sendable {
    /// The field.
    public let path: String
    /// Why.
    public let reason: String
    /// Where it says so.
    public let line: Int
  }

  /// Parses `bytes`.
  ///
  /// With `limits.isAnnotated` every mapping may carry `source` and `toBeConfirmed`.
  /// - Throws: `YAMLFaults` when no field can be looked at: not UTF-8, too large, not YAML, a
  ///   duplicate key, or anchors, aliases and tags.
  public init(
    bytes: [UInt8], file: String, limits: YAMLLimits = YAMLLimits()
  ) throws(YAMLFaults) {
    self.file = file
    self.limits = limits
    isOutlining = false
    let parsed = try Self.parse(bytes, file: file)
    let found = Strictness.faults(in: parsed.node, file: file)
    // Anchors are held weakly by the nodes, so the parser must outlive the search for them.
    withExtendedLifetime(parsed.parser) {}
    guard found.isEmpty else { throw YAMLFaults(found) }
    guard case .mapping = parsed.node else {
      throw YAMLFaults([
        YAMLFault(
          file: file, line: parsed.node.mark?.line ?? 1, path: "", found: "not a mapping",
          allowed: "a mapping of fields", code: YAMLFault.Code.badValue)
      ])
    }
    rootNode = parsed.node
  }

  /// A reader of nothing, which only notes what it is asked for, or what the fields mean that are
  /// not there.
  init(outlining limits: YAMLLimits, isOutlining: Bool = true) {
    file = ""
    self.limits = limits
    self.isOutlining = isOutlining
    rootNode = Node.mapping(Node.Mapping([]))
  }

  /// Notes a field for the outline; the first way of asking stands, unless a later one requires it.
  func note(_ field: YAMLField) {
    if let place = fields.firstIndex(where: { $0.path == field.path }) {
      if field.isRequired { fields[place] = field }
    } else {
      fields.append(field)
    }
  }

  /// Reads the document: `fill` asks for the fields of the root and returns what they make.
  ///
  /// Unknown keys are refused after it. `fill` may return nil only if it has left a fault.
  /// - Throws: `YAMLFaults` with every fault of the file; then what `fill` returned is not used,
  ///   so it may hold placeholders where a field was wrong.
  public func read<Value>(_ fill: (YAMLSection) -> Value?) throws(YAMLFaults) -> Value {
    guard case .mapping(let mapping) = rootNode else {
      preconditionFailure("a reader is only made of a mapping")
    }
    let root = YAMLSection(
      mapping, path: "", schemaPath: "", line: mapping.mark?.line ?? 1, reader: self, parent: nil)
    let value = fill(root)
    root.finish()
    guard faults.isEmpty else { throw YAMLFaults(faults) }
    guard let value else { preconditionFailure("a document was refused without a fault") }
    return value
  }

  /// Adds a fault.
  public func add(
    line: Int, path: String, found: String, allowed: String, code: String = YAMLFault.Code.badValue
  ) {
    faults.append(
      YAMLFault(
        file: file, line: line, path: path, found: found, allowed: allowed, code: code))
  }

  /// Adds a fault of the field at `path`, on its line or, if it is missing, that of its section.
  ///
  /// For rules between fields; the field or its section has been asked for.
  public func fault(at path: String, found: String, allowed: String, code: String) {
    add(line: line(of: path), path: path, found: found, allowed: allowed, code: code)
  }

  /// True when the field at `path` was asked for and is there.
  public func has(_ path: String) -> Bool { lines[path] != nil }

  /// The line of the field at `path`, or of the nearest section above it that is there, else 1.
  public func line(of path: String) -> Int {
    var path = path[...]
    while !path.isEmpty {
      if let line = lines[String(path)] { return line }
      guard let cut = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { return 1 }
      path = path[..<cut]
    }
    return 1
  }

  private static func parse(
    _ bytes: [UInt8], file: String
  ) throws(YAMLFaults) -> (node: Node, parser: Parser) {
    func refusal(_ line: Int, _ found: String, _ allowed: String) -> YAMLFaults {
      YAMLFaults([
        YAMLFault(
          file: file, line: line, path: "", found: found, allowed: allowed,
          code: YAMLFault.Code.notYAML)
      ])
    }
    guard bytes.count <= maximumBytes else {
      throw refusal(0, "\(bytes.count) bytes long", "at most \(maximumBytes) bytes")
    }
    // A byte-order mark is no part of the text; editors of other systems write one.
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let words = bytes.dropFirst(bytes.starts(with: mark) ? mark.count : 0)
    guard let text = String(validating: words, as: UTF8.self) else {
      throw refusal(0, "not UTF-8", "UTF-8")
    }
    do {
      let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      guard let node = try parser.singleRoot() else {
        throw refusal(1, "empty", "one YAML document")
      }
      return (node, parser)
    } catch let faults as YAMLFaults {
      throw faults
    } catch let error as YamlError {
      if case .duplicatedKeysInMapping(let names, let context) = error {
        let name = names.first ?? ""
        let line = Strictness.lineOfRepetition(of: name, after: context.mark, in: text)
        throw YAMLFaults([
          YAMLFault(
            file: file, line: line, path: name,
            found: "there twice (first on line "
              + "\(context.mark.line))", allowed: "each key once",
            code: YAMLFault.Code.duplicateKey)
        ])
      }
      let (line, problem) = Strictness.place(of: error, in: text)
      throw refusal(line, "not YAML: \(problem)", "one YAML document")
    } catch {
      throw refusal(0, "not YAML", "one YAML document")
    }
  }
}

/// What a schema knows beyond the fields that are read.
public struct YAMLLimits: Sendable {
  /// May every mapping carry `source` and `toBeConfirmed`, and needs every number a source.
  public var isAnnotated: Bool
  /// Schema paths that are described, but that this version does not have.
  public var notYet: Set<String>
  /// Schema paths that this version does not have, with the texts that mean nothing special.
  public var withoutEffect: [String: Set<String>]

  /// Limits; the plain ones know no other field than those that are read.
  public init(
    isAnnotated: Bool = false, notYet: Set<String> = [], withoutEffect: [String: Set<String>] = [:]
  ) {
    self.isAnnotated = isAnnotated
    self.notYet = notYet
    self.withoutEffect = withoutEffect
  }
}
