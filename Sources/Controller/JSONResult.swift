import Grid

/// A result as JSON text: members in the order given, no white space.
public enum JSONResult: Sendable {
  /// Members in their order.
  case object([(String, JSONResult)])
  /// Values in their order.
  case array([JSONResult])
  /// A string.
  case text(String)
  /// A whole number.
  case integer(Int64)
  /// True or false.
  case bool(Bool)
  /// Not known.
  case null

  /// A string, or null.
  public static func optional(_ text: String?) -> JSONResult { text.map { .text($0) } ?? .null }

  /// The text on one line.
  public var line: String {
    var out = ""
    write(to: &out)
    return out
  }

  private func write(to out: inout String) {
    switch self {
    case .object(let members):
      out += "{"
      for (place, member) in members.enumerated() {
        if place > 0 { out += "," }
        Self.quote(member.0, to: &out)
        out += ":"
        member.1.write(to: &out)
      }
      out += "}"
    case .array(let values):
      out += "["
      for (place, value) in values.enumerated() {
        if place > 0 { out += "," }
        value.write(to: &out)
      }
      out += "]"
    case .text(let text): Self.quote(text, to: &out)
    case .integer(let value): out += "\(value)"
    case .bool(let value): out += value ? "true" : "false"
    case .null: out += "null"
    }
  }

  private static func quote(_ text: String, to out: inout String) {
    out += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case let control where control.value < 0x20:
        out += "\\u00" + Hex.text([UInt8(control.value)])
      default: out.unicodeScalars.append(scalar)
      }
    }
    out += "\""
  }
}
