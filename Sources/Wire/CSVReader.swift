/// One cell: the places of its bytes, without the quotes around it.
struct CSVCell {
  var start: Int
  var end: Int
  /// It has doubled quotes inside.
  var hasQuotes = false
}

/// Reads RFC 4180 records one after the other; lines end with LF or CRLF.
///
/// Blank lines between records are skipped. A record with a fault is stepped over, so that the
/// ones after it are read too.
struct CSVReader {
  /// Bytes of a record; a longer one is a file of another kind.
  static let recordBytes = 16_384

  /// What was wrong with a record.
  struct Fault {
    let found: String
    let allowed: String
  }

  let bytes: [UInt8]
  /// What stands between two cells.
  let separator: UInt8
  /// The cells of the present record.
  private(set) var cells: [CSVCell] = []
  /// The line on which it begins, from 1.
  private(set) var line = 0
  private var at = 0
  private var nextLine = 1

  init(_ bytes: [UInt8], separator: UInt8 = UInt8(ascii: ",")) {
    self.bytes = bytes
    self.separator = separator
    // A byte-order mark is allowed in files.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
  }

  /// Steps to the next record; false at the end of the file.
  mutating func next() throws(CSVReader.Fault) -> Bool {
    skipBlankLines()
    guard at < bytes.count else { return false }
    line = nextLine
    cells.removeAll(keepingCapacity: true)
    let start = at
    while true {
      if bytes.count > at, bytes[at] == UInt8(ascii: "\"") {
        try quotedCell()
      } else {
        try plainCell()
      }
      guard at - start <= Self.recordBytes else {
        throw refuse("more than \(Self.recordBytes) bytes", "\(Self.recordBytes) bytes a record")
      }
      guard at < bytes.count else { return true }
      switch bytes[at] {
      case separator: at += 1
      default:
        endLine()
        return true
      }
    }
  }

  /// A cell as text, doubled quotes resolved.
  func text(_ cell: CSVCell) -> String {
    guard cell.hasQuotes else {
      return String(decoding: bytes[cell.start..<cell.end], as: UTF8.self)
    }
    var text: [UInt8] = []
    var place = cell.start
    while place < cell.end {
      text.append(bytes[place])
      place += bytes[place] == UInt8(ascii: "\"") ? 2 : 1
    }
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func plainCell() throws(CSVReader.Fault) {
    let start = at
    while at < bytes.count {
      let byte = bytes[at]
      if byte == separator || byte == 0x0A { break }
      if byte == 0x0D, at + 1 < bytes.count, bytes[at + 1] == 0x0A { break }
      if byte == UInt8(ascii: "\"") {
        throw refuse("a quote inside a cell", "quotes around the whole cell")
      }
      try step(byte)
    }
    cells.append(CSVCell(start: start, end: at))
  }

  private mutating func quotedCell() throws(CSVReader.Fault) {
    at += 1
    var cell = CSVCell(start: at, end: at)
    while at < bytes.count {
      let byte = bytes[at]
      guard byte == UInt8(ascii: "\"") else {
        if byte == 0x0A {
          nextLine += 1
          at += 1
        } else if byte == 0x0D || byte == 0x09 {
          at += 1
        } else {
          try step(byte)
        }
        guard at - cell.start <= Self.recordBytes else { break }
        continue
      }
      if at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "\"") {
        cell.hasQuotes = true
        at += 2
        continue
      }
      cell.end = at
      cells.append(cell)
      at += 1
      guard
        at == bytes.count || bytes[at] == separator || bytes[at] == 0x0A
          || (bytes[at] == 0x0D && at + 1 < bytes.count && bytes[at + 1] == 0x0A)
      else {
        let mark = Character(UnicodeScalar(separator))
        throw refuse("text after a closing quote", "`\(mark)` or the end of the line")
      }
      return
    }
    throw refuse("a quote that is not closed", "a closing quote")
  }

  /// Over one character of a cell.
  @inline(__always)
  private mutating func step(_ byte: UInt8) throws(CSVReader.Fault) {
    if byte >= 0x20, byte < 0x7F {
      at += 1
    } else if byte >= 0x80, let next = JSONText.afterScalar(bytes.span, at) {
      at = next
    } else {
      throw refuse("byte \(byte) at byte \(at) of the file", "UTF-8 without control characters")
    }
  }

  /// The fault, after a step to the next line.
  private mutating func refuse(_ found: String, _ allowed: String) -> CSVReader.Fault {
    while at < bytes.count, bytes[at] != 0x0A { at += 1 }
    endLine()
    return CSVReader.Fault(found: found, allowed: allowed)
  }

  private mutating func endLine() {
    if at < bytes.count, bytes[at] == 0x0D { at += 1 }
    if at < bytes.count { at += 1 }
    nextLine += 1
  }

  private mutating func skipBlankLines() {
    while at < bytes.count {
      if bytes[at] == 0x0A {
        at += 1
      } else if bytes[at] == 0x0D, at + 1 < bytes.count, bytes[at + 1] == 0x0A {
        at += 2
      } else {
        return
      }
      nextLine += 1
    }
  }
}

extension CSVReader.Fault: Error {}
