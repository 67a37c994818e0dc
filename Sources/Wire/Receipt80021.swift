/// The answer to a file of 80020: what was made of it.
public struct Receipt80021: Hashable, Sendable {
  /// The worst that applies; a greater number is worse.
  public enum Status: Int, Hashable, Comparable, Sendable, CaseIterable {
    /// Everything was taken.
    case accepted = 0
    /// Everything was taken, and some of it is excluded from settlement.
    case nonCommercial = 1
    /// Unknown points or channels; nothing was taken.
    case unknownPoints = 2
    /// Not in the format; nothing was taken.
    case formatError = 3
    /// Not XML; nothing was taken.
    case notXML = 4

    /// Orders by number.
    public static func < (a: Status, b: Status) -> Bool { a.rawValue < b.rawValue }
  }

  /// Number of the answered file; empty when it could not be read.
  public var id: String
  /// Whom to ask.
  public var email: String
  /// The answered file came packed.
  public var isZipped: Bool
  /// Its name.
  public var name: String
  /// Its timestamp, `YYYYMMDDhhmmss`; empty when it could not be read.
  public var date: String
  /// What was made of it.
  public var status: Status

  /// A receipt.
  public init(
    id: String, email: String = "", isZipped: Bool, name: String, date: String, status: Status
  ) {
    self.id = id
    self.email = email
    self.isZipped = isZipped
    self.name = name
    self.date = date
    self.status = status
  }

  /// The receipt as a file: windows-1251, lines end with LF.
  public func encode() -> [UInt8] {
    var xml = XMLWriter(encoding: .windows1251)
    xml.raw("<message class=\"80021\" version=\"1\" id=\"")
    xml.escaped(id)
    xml.raw("\">\n <email>")
    xml.escaped(email)
    xml.raw("</email>\n <file zip=\"\(isZipped ? 1 : 0)\">\n  <name>")
    xml.escaped(name)
    xml.raw("</name>\n  <date>")
    xml.escaped(date)
    xml.raw("</date>\n </file>\n <reply status=\"\(status.rawValue)\"/>\n</message>\n")
    return xml.bytes
  }

  /// A receipt that somebody sent for a file of ours.
  /// - Throws: one fault.
  public static func parse(_ bytes: [UInt8], file: String) throws(FileFault) -> Receipt80021 {
    var scanner = try XMLScanner(bytes, file: file)
    var receipt = Receipt80021(
      id: "", isZipped: false, name: "", date: "", status: .formatError)
    var hasStatus = false
    var isAnswer = false
    loop: while true {
      switch try scanner.next() {
      case .start:
        switch scanner.path {
        case "message":
          isAnswer = scanner.attribute("class") == "80021"
          receipt.id = scanner.attribute("id") ?? ""
        case "message/file": receipt.isZipped = scanner.attribute("zip") == "1"
        case "message/reply":
          guard let text = scanner.attribute("status"), let number = Int(text),
            let status = Status(rawValue: number)
          else {
            throw FileFault(
              file: file, line: scanner.line(of: scanner.tokenPlace), field: "message/reply@status",
              found: scanner.attribute("status") ?? "none", allowed: "0...4")
          }
          receipt.status = status
          hasStatus = true
        default: break
        }
      case .text:
        switch scanner.path {
        case "message/email": receipt.email = scanner.text
        case "message/file/name": receipt.name = scanner.text
        case "message/file/date": receipt.date = scanner.text
        default: break
        }
      case .end: break
      case .finished: break loop
      }
    }
    guard isAnswer, hasStatus else {
      throw FileFault(
        file: file, line: 1, field: "message", found: isAnswer ? "no reply" : "another message",
        allowed: "class 80021 with a reply")
    }
    return receipt
  }
}

/// Writes XML bytes in a fixed order; what an encoding does not have is written as a reference.
struct XMLWriter {
  /// Which bytes a character becomes.
  enum Encoding: String {
    case utf8 = "UTF-8"
    case windows1251 = "windows-1251"
  }

  private let encoding: Encoding
  private(set) var bytes: [UInt8]

  init(encoding: Encoding) {
    self.encoding = encoding
    bytes = Array("<?xml version=\"1.0\" encoding=\"\(encoding.rawValue)\"?>\n".utf8)
  }

  /// Markup of ours: ASCII.
  mutating func raw(_ text: String) { bytes += text.utf8 }

  /// Somebody's text.
  mutating func escaped(_ text: String) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": raw("&amp;")
      case "<": raw("&lt;")
      case ">": raw("&gt;")
      case "\"": raw("&quot;")
      default:
        if encoding == .utf8 {
          bytes += UTF8.encode(scalar)!
        } else if let byte = Windows1251.byte(scalar) {
          bytes.append(byte)
        } else {
          raw("&#\(scalar.value);")
        }
      }
    }
  }
}
