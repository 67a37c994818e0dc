/// The fields of a policy file as a tree, for editors that complete and check while somebody writes.
///
/// It is made from the reader itself: what is asked for is what stands here. It knows each field
/// alone; rules between fields are `policy check`'s.
public struct PolicySchema: Sendable {
  /// One field and what is inside it.
  public struct Node: Sendable {
    /// The last part of its path.
    public let name: String
    /// What may stand there.
    public let shape: YAMLShape
    /// What may stand there, in words.
    public let allowed: String
    /// Whether the mapping that holds it cannot be without it.
    public let isRequired: Bool
    /// What it means when it is not there, as it would be written; nil where that is not one text.
    public let standard: String?
    /// The fields of the section that it is, or that its elements are.
    public var fields: [Node] = []
  }

  /// The fields of the root.
  public let root: [Node]

  /// The schema of this version.
  public init() {
    let fields = YAMLReader.outline(limits: PolicyFields.limits) { _ = PolicyParts($0) }
    let alternatives = Self.alternatives
    root = Self.children(
      of: "",
      fields.map {
        YAMLField(
          path: $0.path, shape: $0.shape, allowed: $0.allowed,
          isRequired: $0.isRequired && !alternatives.contains($0.path), standard: $0.standard)
      } + Self.fixed)
  }

  /// Fields that are required unless another one stands instead of them.
  static let alternatives: Set<String> = ["events.minimumMinutes", "events.maximumMinutes"]

  /// Fields that may only say that nothing special is wanted.
  private static var fixed: [YAMLField] {
    PolicyFields.withoutEffect.sorted { $0.key < $1.key }.map { path, texts in
      YAMLField(
        path: path, shape: .words(texts.sorted()), allowed: texts.sorted().joined(separator: ", "),
        isRequired: false)
    }
  }

  private static func children(of path: String, _ fields: [YAMLField]) -> [Node] {
    let prefix = path.isEmpty ? "" : path + "."
    var nodes: [Node] = []
    var names: Set<String> = []
    for field in fields where field.path.hasPrefix(prefix) {
      let rest = field.path.dropFirst(prefix.count)
      let end = rest.firstIndex(of: ".") ?? rest.endIndex
      let name = String(rest[..<end].prefix { $0 != "[" })
      guard !name.isEmpty, name != "*", names.insert(name).inserted else { continue }
      let own = prefix + name
      // A section of which nothing is carried out has no field of its own to be asked for.
      let found = fields.first { $0.path == own }
      var node = Node(
        name: name, shape: found?.shape ?? .section, allowed: found?.allowed ?? "a mapping",
        isRequired: found?.isRequired ?? false, standard: found?.standard)
      let inside = ["\(own)", "\(own)[]", "\(own).*", "\(own).*[]", "\(own)[].*"]
      for place in inside where node.fields.isEmpty {
        node.fields = children(of: place, fields)
      }
      nodes.append(node)
    }
    return nodes
  }

  /// Every path, as `Policy.fieldPaths` writes them.
  var paths: Set<String> {
    var paths: Set<String> = []
    func add(_ nodes: [Node], _ prefix: String) {
      for node in nodes {
        paths.insert(prefix + node.name)
        add(node.fields, prefix + node.name + Self.suffix(node.shape) + ".")
      }
    }
    add(root, "")
    return paths
  }

  private static func suffix(_ shape: YAMLShape) -> String {
    switch shape {
    case .list(let of, _): "[]" + suffix(of)
    case .mapping(let of, _, _): ".*" + suffix(of)
    case .either(let shape, _): suffix(shape)
    case .section, .text, .textOf, .pattern, .number, .integer, .decimal, .words, .truth: ""
    }
  }
}
