import Foundation
import Grid
import Ledger
import Signing
import Testing

/// The published known answers, read from Tests/Vectors.
enum Vectors {
  static let cbor = load("cbor.json")
  static let tlog = load("tlog.json")

  private static func load(_ name: String) -> JSON {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let file = tests.deletingLastPathComponent().appendingPathComponent("Vectors/\(name)")
    return try! JSONDecoder().decode(JSON.self, from: Data(contentsOf: file))
  }

  /// The entries of the reference ledger.
  static let entries: [[UInt8]] = cbor["ledger"]["entries"].list.map { $0["hex"].bytes }

  /// A book with the first `count` entries of the reference ledger.
  static func book(_ count: Int = entries.count) throws -> Book {
    var book = Book()
    for entry in entries[..<count] { try book.replay(entry) }
    return book
  }

  static func account(_ path: String) -> AccountID {
    AccountID(bytes: cbor["ledger"]["accounts"][path].bytes)!
  }
}

/// Just enough of JSON to read the vectors.
enum JSON: Decodable, Sendable {
  case text(String), number(Int64), list([JSON]), object([String: JSON]), null

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let number = try? value.decode(Int64.self) {
      self = .number(number)
    } else if let list = try? value.decode([JSON].self) {
      self = .list(list)
    } else {
      self = .object(try value.decode([String: JSON].self))
    }
  }

  subscript(key: String) -> JSON {
    if case .object(let members) = self { members[key] ?? .null } else { .null }
  }

  var list: [JSON] { if case .list(let list) = self { list } else { [] } }
  var text: String { if case .text(let text) = self { text } else { "" } }
  var number: Int64? { if case .number(let number) = self { number } else { nil } }
  var int: Int { Int(number!) }
  var bytes: [UInt8] { Hex.bytes(text)! }
  var digest: Digest { Digest(hex: text) ?? Digest(bytes: Base64.bytes(text)!)! }
  var keys: [String] {
    if case .object(let members) = self { members.keys.sorted() } else { [] }
  }
}
