import Grid

/// The columns of one kind of file, in the order in which it is written.
protocol CSVColumn: RawRepresentable<Int>, CaseIterable, Sendable, Equatable {
  /// Names in the header, in order of the cases.
  static var names: [String] { get }
  /// Columns that may be absent.
  static var optional: [Self] { get }
  /// Columns that may be there and are not read.
  static var ignored: [String] { get }
  /// The place in `names` of a name as a header has it.
  static func place(of name: String) -> Int?
}

extension CSVColumn {
  static func place(of name: String) -> Int? { names.firstIndex(of: name) }
}

/// A CSV file with a header: columns in any order, every fault collected.
struct CSVTable<Column: CSVColumn> {
  private(set) var faults: FaultCollector
  /// False once the present row has a fault.
  private(set) var rowIsGood = true
  /// False when the header cannot be used at all.
  private(set) var hasHeader = false
  private var reader: CSVReader
  private var places: [Int]
  private var width = 0

  /// A table of at most `limit` bytes; a million batteries are half of what is allowed at first.
  init(_ bytes: [UInt8], file: String, upTo limit: Int = 268_435_456) {
    reader = CSVReader(bytes)
    faults = FaultCollector(file: file)
    places = Array(repeating: -1, count: Column.names.count)
    guard bytes.count <= limit else {
      faults.add(
        line: 1, field: "file", found: "\(bytes.count) bytes", allowed: "up to \(limit) bytes")
      return
    }
    readHeader()
  }

  /// The line on which the present row begins.
  var line: Int { reader.line }

  /// Steps to the next row that has as many cells as the header; false at the end.
  mutating func next() -> Bool {
    guard hasHeader else { return false }
    while true {
      do throws(CSVReader.Fault) {
        guard try reader.next() else { return false }
        if reader.cells.count == width {
          rowIsGood = true
          return true
        }
        faults.add(
          line: line, field: "row", found: "\(reader.cells.count) cells", allowed: "\(width) cells")
      } catch {
        faults.add(line: line, field: "row", found: error.found, allowed: error.allowed)
      }
    }
  }

  /// True when the header has the column.
  func has(_ column: Column) -> Bool { places[column.rawValue] >= 0 }

  /// True when the column is absent or its cell is empty.
  @inline(__always)
  func isEmpty(_ column: Column) -> Bool {
    guard let cell = cell(column) else { return true }
    return cell.start == cell.end
  }

  /// The cell, or nil when the column is absent.
  @inline(__always)
  func cell(_ column: Column) -> CSVCell? {
    let place = places[column.rawValue]
    return place < 0 ? nil : reader.cells[place]
  }

  /// The file's bytes, to which cells refer.
  var bytes: [UInt8] { reader.bytes }

  /// The cell's text; empty when the column is absent.
  func text(_ column: Column) -> String { cell(column).map(reader.text) ?? "" }

  /// Collects a fault of the present row.
  mutating func fault(_ column: Column, allowed: String, found: String? = nil) {
    rowIsGood = false
    let text = found ?? Excerpt.of(Array(self.text(column).utf8))
    faults.add(
      line: line, field: Column.names[column.rawValue], found: text.isEmpty ? "empty" : text,
      allowed: allowed)
  }

  /// Collects a fault of an earlier row.
  mutating func fault(line: Int, _ column: Column, found: String, allowed: String) {
    faults.add(line: line, field: Column.names[column.rawValue], found: found, allowed: allowed)
  }

  private mutating func readHeader() {
    do throws(CSVReader.Fault) {
      guard try reader.next() else {
        faults.add(line: 1, field: "header", found: "nothing", allowed: Self.columns)
        return
      }
    } catch {
      faults.add(line: line, field: "header", found: error.found, allowed: error.allowed)
      return
    }
    width = reader.cells.count
    var seen: Set<String> = []
    for (place, cell) in reader.cells.enumerated() {
      let name = reader.text(cell)
      let shown = Excerpt.of(Array(name.utf8))
      let column = Column.place(of: name)
      if !seen.insert(name).inserted || column.map({ places[$0] >= 0 }) == true {
        faults.add(line: line, field: shown, found: "twice", allowed: "each column once")
      } else if let column {
        places[column] = place
      } else if !Column.ignored.contains(name) {
        faults.add(line: line, field: shown, found: "an unknown column", allowed: Self.columns)
      }
    }
    hasHeader = true
    for column in Column.allCases where !has(column) && !Column.optional.contains(column) {
      hasHeader = false
      faults.add(
        line: line, field: Column.names[column.rawValue], found: "no such column",
        allowed: "it is required")
    }
  }

  private static var columns: String { Column.names.joined(separator: ",") }
}
