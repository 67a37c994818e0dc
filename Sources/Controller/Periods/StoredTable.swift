import FoundationEssentials

/// A CSV table of a stored report, gone through record by record.
///
/// Only the cells that are asked for become text: a table of intervals of 50,000 homes is large.
struct StoredTable {
  /// Why a table cannot be used.
  enum Fault: Error, Hashable, CustomStringConvertible {
    /// It is not there.
    case missing(path: String)
    /// It has no such column.
    case noColumn(path: String, name: String)
    /// A record has another number of cells.
    case cells(path: String, line: Int, found: Int, expected: Int)

    var description: String {
      switch self {
      case .missing(let path): "\(path): file is missing; allowed: the table of a settlement run"
      case .noColumn(let path, let name): "\(path):1: column \(name) is missing"
      case .cells(let path, let line, let found, let expected):
        "\(path):\(line): cells are \(found); allowed: \(expected)"
      }
    }
  }

  let path: String
  private let bytes: [UInt8]
  private let columns: [String: Int]
  private let first: Int

  init(_ path: String) throws(Fault) {
    guard let data = try? Data(contentsOf: URL(filePath: path)) else {
      throw .missing(path: path)
    }
    self.path = path
    bytes = Array(data)
    let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    let names = String(decoding: bytes[..<end], as: UTF8.self).split(
      separator: ",", omittingEmptySubsequences: false)
    columns = Dictionary(
      names.enumerated().map { (String($1), $0) }, uniquingKeysWith: { first, _ in first })
    first = min(end + 1, bytes.count)
  }

  /// Visits each record with the cells of `names`; those that `wanted` does not want by the cell of
  /// the first name are passed over.
  func each(
    _ names: [String], where wanted: (String) -> Bool = { _ in true },
    _ visit: ([String]) throws -> Void
  ) throws {
    let places = try names.map { name throws(Fault) -> Int in
      guard let place = columns[name] else { throw .noColumn(path: path, name: name) }
      return place
    }
    var ranges: [Range<Int>] = []
    var at = first
    var line = 1
    while at < bytes.count {
      line += 1
      ranges.removeAll(keepingCapacity: true)
      at = Self.record(bytes, from: at, into: &ranges)
      guard ranges.count == columns.count else {
        throw Fault.cells(path: path, line: line, found: ranges.count, expected: columns.count)
      }
      guard wanted(text(ranges[places[0]])) else { continue }
      try visit(places.map { text(ranges[$0]) })
    }
  }

  /// Ranges of the cells of one record; returns where the next one begins.
  private static func record(
    _ bytes: [UInt8], from start: Int, into ranges: inout [Range<Int>]
  ) -> Int {
    var cell = start
    var at = start
    var isQuoted = false
    while at < bytes.count {
      let byte = bytes[at]
      if byte == UInt8(ascii: "\"") {
        isQuoted.toggle()
      } else if !isQuoted, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") {
        ranges.append(cell..<at)
        cell = at + 1
        if byte == UInt8(ascii: "\n") { return cell }
      }
      at += 1
    }
    ranges.append(cell..<at)
    return at
  }

  private func text(_ range: Range<Int>) -> String {
    let cell = bytes[range]
    guard cell.first == UInt8(ascii: "\"") else { return String(decoding: cell, as: UTF8.self) }
    var text: [UInt8] = []
    var isDoubled = false
    for byte in cell.dropFirst().dropLast() {
      if byte == UInt8(ascii: "\""), !isDoubled {
        isDoubled = true
        continue
      }
      isDoubled = false
      text.append(byte)
    }
    return String(decoding: text, as: UTF8.self)
  }
}
