import Grid

/// A file of records without a header, read one after the other, with every fault collected.
struct RecordFile {
  private(set) var faults: FaultCollector
  private var reader: CSVReader

  /// The records of a meter file, which is not read when it is too long.
  init(_ bytes: [UInt8], file: String, separator: UInt8 = UInt8(ascii: ",")) {
    let isLong = bytes.count > PackedFile.fileBytes
    reader = CSVReader(isLong ? [] : bytes, separator: separator)
    faults = FaultCollector(file: file)
    if isLong {
      faults.add(
        line: 1, field: "file", found: "\(bytes.count) bytes",
        allowed: "up to \(PackedFile.fileBytes) bytes")
    }
  }

  /// The line of the present record, from 1.
  var line: Int { max(1, reader.line) }

  /// Cells of the present record.
  var count: Int { reader.cells.count }

  /// A cell of the present record; empty where it has none.
  func cell(_ place: Int) -> String {
    reader.cells.indices.contains(place) ? reader.text(reader.cells[place]) : ""
  }

  /// Steps to the next record that can be read; false at the end of the file.
  mutating func next() -> Bool {
    while true {
      do throws(CSVReader.Fault) {
        return try reader.next()
      } catch {
        faults.add(line: reader.line, field: "record", found: error.found, allowed: error.allowed)
      }
    }
  }

  /// Adds a fault of the present record, or of an earlier `line`.
  mutating func fault(_ field: String, _ found: String, _ allowed: String, line: Int? = nil) {
    faults.add(
      line: line ?? self.line, field: field,
      found: found.isEmpty ? "empty" : Excerpt.of(Array(found.utf8)), allowed: allowed)
  }

  /// The readings of `book`, with what is known of them, once every record was sound.
  /// - Throws: every fault, those of the join included.
  mutating func delivery(
    _ format: MeterFormat, of book: inout ChannelBook, source: String, rounded: Int,
    ignored: [String: Int], halves: String, isOneWay: (MeterID) -> Bool
  ) throws(FileFaults) -> MeterDelivery {
    try book.delivery(
      format, &faults, source: source, rounded: rounded, ignored: ignored, halves: halves,
      isOneWay: isOneWay)
  }
}
