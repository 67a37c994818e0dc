/// What may stand somewhere in a file, as far as an editor can check it.
public indirect enum YAMLShape: Hashable, Sendable {
  /// Any text.
  case text
  /// Text of at most so many characters.
  case textOf(Int)
  /// Text of this regular expression.
  case pattern(String)
  /// Any number.
  case number
  /// A whole number in a range.
  case integer(ClosedRange<Int64>)
  /// A decimal between two, which are themselves written as decimals.
  case decimal(String, String)
  /// One of these words.
  case words([String])
  /// `true` or `false`.
  case truth
  /// A list.
  case list(of: YAMLShape, ClosedRange<Int>)
  /// A mapping whose keys are data.
  case mapping(of: YAMLShape, by: YAMLShape, ClosedRange<Int>)
  /// A mapping whose fields stand in the outline by their paths.
  case section
  /// A shape, or this word instead.
  case either(YAMLShape, String)
}

/// One field of a schema, as its reader asks for it.
public struct YAMLField: Hashable, Sendable {
  /// Its path: `[]` is a list, `*` a name from data.
  public let path: String
  /// What may stand there.
  public let shape: YAMLShape
  /// The same in words.
  public let allowed: String
  /// Whether the mapping that holds it cannot be without it.
  public let isRequired: Bool
  /// What it means when it is not there, as it would be written; nil where that is not one text.
  public var standard: String?
}

/// A place of the schema that is looked at without a document.
struct YAMLPlace {
  let reader: YAMLReader
  let schemaPath: String

  func inside(_ suffix: String) -> YAMLPlace {
    YAMLPlace(reader: reader, schemaPath: schemaPath + suffix)
  }
}

extension YAMLReader {
  /// Every field that `fill` asks for, in order, found by asking it with an empty document.
  ///
  /// A field that is asked for only beside a certain value of another one counts as optional.
  static func outline(limits: YAMLLimits, _ fill: (YAMLSection) -> Void) -> [YAMLField] {
    let reader = YAMLReader(outlining: limits)
    fill(YAMLSection(outlining: YAMLPlace(reader: reader, schemaPath: "")))
    return reader.fields.map { field in
      var field = field
      field.standard = reader.standards[field.path]
      return field
    }
  }
}
