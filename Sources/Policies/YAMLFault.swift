/// One thing that is wrong in a YAML file: where, what was found, and what may stand there.
public struct YAMLFault: Hashable, Sendable, CustomStringConvertible {
  /// The file as the caller named it.
  public let file: String
  /// Line from 1; 0 when the fault belongs to no line.
  public let line: Int
  /// The field, such as `settlement.runs[0].name`; empty for the file as a whole.
  public let path: String
  /// What stands there, at most 60 characters; `missing` when nothing does.
  public let found: String
  /// What may stand there.
  public let allowed: String
  /// A word that a program can switch on.
  public let code: String

  /// A fault.
  public init(
    file: String, line: Int, path: String, found: String, allowed: String, code: String
  ) {
    self.file = file
    self.line = line
    self.path = path
    self.found = found
    self.allowed = allowed
    self.code = code
  }

  /// `file:line: path is found; allowed: …`.
  public var description: String {
    let place = line > 0 ? "\(file):\(line)" : file
    let subject = path.isEmpty ? "the file" : path
    return "\(place): \(subject) is \(found); allowed: \(allowed)"
  }
}

extension YAMLFault {
  /// The codes that reading gives; a schema may add its own.
  public enum Code {
    /// Not UTF-8, too large, or not YAML: nothing else could be read.
    public static let notYAML = "notYAML"
    /// Part of YAML that no file of the house uses: anchor, alias, merge key, tag.
    public static let notStrict = "notStrict"
    /// The same key twice in one mapping.
    public static let duplicateKey = "duplicateKey"
    /// A field that nobody knows.
    public static let unknownField = "unknownField"
    /// A field or a value that is described but that this version does not have.
    public static let notYet = "notYet"
    /// A required field is not there.
    public static let missing = "missing"
    /// The value has the wrong form or lies out of range.
    public static let badValue = "badValue"
    /// A number without `source`, in a file where numbers need one.
    public static let noSource = "noSource"
  }
}

/// Every fault of one file, in order of lines.
public struct YAMLFaults: Error, Hashable, Sendable, CustomStringConvertible {
  /// The faults, at least one.
  public let list: [YAMLFault]

  /// Faults, sorted here by line; there is at least one.
  public init(_ list: [YAMLFault]) {
    precondition(!list.isEmpty, "a refusal names at least one fault")
    self.list = list.enumerated()
      .sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }
      .map(\.element)
  }

  /// True when the bytes were no YAML at all, so that no field could be looked at.
  public var isNotYAML: Bool { list.contains { $0.code == YAMLFault.Code.notYAML } }

  /// One fault a line.
  public var description: String { list.map(\.description).joined(separator: "\n") }
}
