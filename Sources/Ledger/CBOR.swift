/// The canonical subset of CBOR in which entries are written (RFC 8949 §4.2.1).
///
/// Integers, byte strings, text, arrays, maps with integer or text keys, `false`, `true` and
/// `null`; every value has exactly one encoding, so a hash of the bytes is a hash of the value.
public enum CBOR {
  /// A value that can be encoded.
  public enum Value: Hashable, Sendable {
    /// 0 and above.
    case unsigned(UInt64)
    /// Below 0, down to -2^63.
    case negative(Int64)
    /// A byte string.
    case bytes([UInt8])
    /// Text of any Unicode characters.
    case text(String)
    /// Values in their order.
    case array([Value])
    /// Pairs in any order; encoding sorts them.
    case map([Pair])
    /// `false` or `true`.
    case bool(Bool)
    /// Nothing where something could be.
    case null

    /// A whole number of either sign.
    public static func integer(_ value: Int64) -> Value {
      value < 0 ? .negative(value) : .unsigned(UInt64(value))
    }
  }

  /// A key and its value.
  public struct Pair: Hashable, Sendable {
    /// An integer or text.
    public let key: Value
    /// Any value.
    public let value: Value

    /// `value` under `key`.
    public init(_ key: Value, _ value: Value) {
      self.key = key
      self.value = value
    }
  }

  /// How deep values may lie in each other; the outermost is at depth 0.
  public static let maximumDepth = 8

  /// The one encoding of `value`.
  ///
  /// A map with a key twice, a key that is neither integer nor text, a `negative` of 0 or above and
  /// a value deeper than `maximumDepth` cannot be encoded: the program that made them is wrong.
  public static func encode(_ value: Value) -> [UInt8] {
    var writer = Writer()
    writer.write(value)
    return writer.bytes
  }

  /// The value of `bytes`, all of them; any other than the one encoding is refused.
  public static func decode(_ bytes: [UInt8]) throws(Fault) -> Value {
    var reader = Reader(bytes)
    let value = try reader.value()
    try reader.end()
    return value
  }
}

extension CBOR {
  /// Where and why bytes are not canonical.
  public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The place of the head or byte that is wrong.
    public let offset: Int
    /// What is wrong with it.
    public let reason: Reason

    /// What was found and where.
    public var description: String { "byte \(offset): \(reason.rawValue)" }
  }

  /// What bytes do that the canonical form does not.
  public enum Reason: String, Hashable, Sendable {
    /// The input ends inside a value.
    case cutShort = "the input ends inside a value"
    /// A number or length takes more bytes than it needs.
    case notShortest = "a number is written longer than it must be"
    /// A length that is not given at the start.
    case indefinite = "a length is not given at the start"
    /// A floating-point number.
    case float = "a floating-point number is not allowed"
    /// A tag, also that of a large number.
    case tag = "a tag is not allowed"
    /// Another simple value than `false`, `true` and `null`.
    case simple = "the only simple values allowed are false, true and null"
    /// A head that CBOR keeps for later.
    case reserved = "a reserved head"
    /// Keys that are not in the order of their encodings.
    case keyOrder = "the keys of a map are out of order"
    /// One key twice.
    case keyTwice = "a map has a key twice"
    /// A key that is neither integer nor text.
    case keyType = "a map key is neither an integer nor text"
    /// Text that is not UTF-8.
    case notUTF8 = "text is not UTF-8"
    /// Bytes after the value.
    case trailing = "bytes follow the value"
    /// A value below the eighth depth.
    case tooDeep = "a value lies deeper than 8"
    /// A negative number below -2^63.
    case belowInt64 = "a negative number is below -2^63"
    /// Canonical, but another kind of value than this place asks for.
    case wrongKind = "another kind of value than this place allows"
  }
}

extension CBOR.Value: CustomStringConvertible {
  /// Diagnostic notation: `{1: [h'01', "a"]}`.
  public var description: String {
    switch self {
    case .unsigned(let value): "\(value)"
    case .negative(let value): "\(value)"
    case .bytes(let bytes): "h'\(hex(bytes))'"
    case .text(let text): Self.quoted(text)
    case .array(let values): "[\(values.map(\.description).joined(separator: ", "))]"
    case .map(let pairs):
      "{\(pairs.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}"
    case .bool(let value): "\(value)"
    case .null: "null"
    }
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for character in text.unicodeScalars {
      if character == "\"" || character == "\\" { quoted += "\\" }
      quoted.unicodeScalars.append(character)
    }
    return quoted + "\""
  }
}
